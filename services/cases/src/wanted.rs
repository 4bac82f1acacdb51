//! What a step expects the buyer to read.

use recourse_kernel::Principal;

/// Something that a step expects the buyer to read.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub who: Principal,
    /// The id of what is read: `clm_…`, `job_…`.
    pub of: String,
    pub what: What,
}

/// What can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A claim's likely cost (C5).
    Costs,
    /// The decisions about a claim.
    Decisions,
    /// What a matter waits for (T11).
    WaitsFor,
}

/// The matters of a purchase whose waits a case can name, each with its folder over HTTP and the
/// beginning of its ids.
pub const MATTERS: [(&str, &str, &str); 6] = [
    ("policy", "policies", "pol"),
    ("claim", "claims", "clm"),
    ("job", "jobs", "job"),
    ("shipment", "shipments", "shp"),
    ("settlement", "settlements", "stl"),
    ("dispute", "disputes", "dsp"),
];

/// The word for a matter, by its id.
pub fn matter(id: &str) -> Option<&'static str> {
    let prefix = id.split('_').next().unwrap_or_default();
    MATTERS.iter().find(|(.., begins)| *begins == prefix).map(|(word, ..)| *word)
}

impl Wanted {
    /// Where it is read over HTTP.
    pub fn path(&self) -> String {
        let prefix = self.of.split('_').next().unwrap_or_default();
        let folder = MATTERS.iter().find(|(.., begins)| *begins == prefix);
        let folder = folder.map_or("claims", |(_, folder, _)| *folder);
        let end = match self.what {
            What::Costs => "/costs",
            What::Decisions => "/decisions",
            What::WaitsFor => "",
        };
        format!("/v1/{folder}/{}{end}", self.of)
    }

    /// The part of the answer over HTTP that is compared.
    pub fn part(&self, answer: serde_json::Value) -> serde_json::Value {
        match self.what {
            What::Costs | What::Decisions => answer,
            What::WaitsFor => answer["waits_for"].clone(),
        }
    }
}
