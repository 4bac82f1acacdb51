//! What open matters wait for, compared with what a case expects (T11).

use recourse_kernel::Instant;
use serde_json::Value;

use super::{Outcome, list, local, plain};
use crate::file::WaitExpected;
use crate::wanted::{What, matter};

/// Everything expected of one wait that it does not meet: the key, the expected and the actual
/// value.
type Faults = Vec<(&'static str, String, String)>;

impl Outcome<'_> {
    /// Each expected wait is there. An empty list: nothing is awaited, but the days of the policy.
    pub(super) fn waits(
        &self,
        wanted: &[WaitExpected],
        differs: &mut impl FnMut(&str, String, String),
    ) {
        let read = self.read.iter().filter(|(what, _)| *what == What::WaitsFor);
        let all: Vec<&Value> = read.filter_map(|(_, waits)| waits.as_array()).flatten().collect();
        if wanted.is_empty() {
            let rest = all.iter().filter(|wait| word(wait) != Some("policy"));
            let rest: Vec<_> = rest.map(|wait| self.said(wait)).collect();
            if !rest.is_empty() {
                differs("waits_for", "nothing".to_owned(), list(&rest));
            }
        }
        for wanted in wanted {
            let what = format!("waits_for.{}", wanted.what);
            let named = all.iter().filter(|wait| {
                wait["what"] == wanted.what.as_str()
                    && wanted.matter.as_deref().is_none_or(|matter| word(wait) == Some(matter))
            });
            let faults = named.map(|wait| self.faults(wanted, wait));
            match faults.min_by_key(Vec::len) {
                None => {
                    let all: Vec<_> = all.iter().map(|wait| self.said(wait)).collect();
                    differs(&what, "a wait".to_owned(), list(&all));
                }
                Some(faults) => {
                    for (key, wanted, got) in faults {
                        differs(&format!("{what}.{key}"), wanted, got);
                    }
                }
            }
        }
    }

    fn faults(&self, wanted: &WaitExpected, wait: &Value) -> Faults {
        let mut faults = Vec::new();
        let mut text = |key: &'static str, wanted: &Option<String>, none: &str| {
            let Some(wanted) = wanted else { return };
            let got = wait[key].as_str().unwrap_or(none);
            if wanted != got {
                faults.push((key, wanted.clone(), got.to_owned()));
            }
        };
        text("who", &wanted.who, "nothing");
        text("paused", &wanted.paused, "no");
        for (key, wanted) in [("until", &wanted.until), ("late_since", &wanted.late_since)] {
            let Some(wanted) = wanted else { continue };
            let got = wait[key].as_str().and_then(|at| at.parse::<Instant>().ok());
            let is_same = match got {
                None => wanted == "never",
                Some(got) => self.calendar.instant(wanted) == Ok(got),
            };
            if !is_same {
                let got = got.map_or("never".to_owned(), |at| local(at, &self.calendar));
                faults.push((key, wanted.clone(), got));
            }
        }
        faults
    }

    /// A wait as a difference shows it.
    fn said(&self, wait: &Value) -> String {
        let mut said = format!("{} of the {}", plain(&wait["what"]), word(wait).unwrap_or("?"));
        for (key, before) in [
            ("who", "by the"),
            ("until", "until"),
            ("paused", "paused:"),
            ("late_since", "late since"),
        ] {
            let Some(value) = wait[key].as_str() else { continue };
            let at = value.parse::<Instant>().map(|at| local(at, &self.calendar));
            said.push_str(&format!(" {before} {}", at.unwrap_or_else(|_| value.to_owned())));
        }
        said
    }
}

/// The word for the matter that waits.
fn word(wait: &Value) -> Option<&'static str> {
    matter(wait["matter"].as_str().unwrap_or_default())
}
