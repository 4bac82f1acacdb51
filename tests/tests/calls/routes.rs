//! Every route of the services, read from their sources.

use std::fs;
use std::path::{Path, PathBuf};

use recourse_kernel::{DeviceId, Hash};
use recourse_tests::test_marketplace::TestMarketplace;

/// The contexts whose commands have outcomes.
const CONTEXTS: [&str; 6] = ["orders", "policies", "terms", "claims", "jobs", "settlements"];

/// A method and a path with parameters: `/v1/claims/{clm}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: String,
}

/// The values of the parameters of a path.
pub(crate) enum Ids<'a> {
    /// Well-formed ids of things that do not exist.
    Unknown,
    /// The same, with this text for the parameter at this position.
    With(usize, &'a str),
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The routes in a source: each `.route("…", get(…).post(…))`. A handler without a method of its
/// own takes photos.
fn routes_in(source: &str) -> Vec<Route> {
    let mut routes = Vec::new();
    for call in source.split(".route(\"").skip(1) {
        let Some((path, rest)) = call.split_once('"') else { continue };
        let handlers = rest.split(".route(").next().unwrap_or_default();
        let handlers = handlers.split([';', '/']).next().unwrap_or_default();
        let methods = [("GET", "get("), ("POST", "post(")];
        let mut methods: Vec<_> =
            methods.iter().filter(|(_, call)| handlers.contains(call)).map(|it| it.0).collect();
        if methods.is_empty() {
            methods.push("POST");
        }
        routes.extend(methods.into_iter().map(|method| Route { method, path: path.to_owned() }));
    }
    routes
}

/// All routes of the services that need a token.
pub(crate) fn all() -> Vec<Route> {
    let services = Path::new(env!("CARGO_MANIFEST_DIR")).join("../services");
    let mut routes = Vec::new();
    for service in fs::read_dir(services).unwrap() {
        let http = service.unwrap().path().join("src/http");
        let mut files = Vec::new();
        if http.is_dir() {
            sources(&http, &mut files);
        }
        routes.extend(files.iter().flat_map(|file| routes_in(&fs::read_to_string(file).unwrap())));
    }
    // Webhooks are verified by their signature.
    routes.retain(|route| !route.path.contains("/marketplaces/"));
    let outcome = |context| Route { method: "GET", path: format!("/v1/{context}/commands/{{id}}") };
    routes.extend(CONTEXTS.map(outcome));
    assert!(routes.len() > 75, "{routes:?}");
    routes
}

impl Route {
    /// The names of the parameters.
    pub(crate) fn parameters(&self) -> Vec<&str> {
        self.path.split(['{', '}']).skip(1).step_by(2).collect()
    }

    /// Whether it takes a photo instead of a JSON body.
    pub(crate) fn takes_a_photo(&self) -> bool {
        self.method == "POST" && self.path.ends_with("/photos")
    }

    /// The path with these parameters.
    pub(crate) fn with(&self, ids: &Ids<'_>) -> String {
        let mut number = 0;
        let parts = self.path.split(['{', '}']).enumerate().map(|(at, part)| {
            if at % 2 == 0 {
                return part.to_owned();
            }
            number += 1;
            match ids {
                Ids::With(position, text) if position + 1 == number => (*text).to_owned(),
                Ids::Unknown | Ids::With(..) => self.unknown(part),
            }
        });
        parts.collect()
    }

    /// A well-formed id that nothing has.
    fn unknown(&self, parameter: &str) -> String {
        let device: DeviceId = TestMarketplace::order("nothing").device(1, 1);
        let claim = device.policy().claim(1);
        let hash = Hash::of_bytes(b"nothing").to_string();
        match parameter {
            "order" => device.order().to_string(),
            "device" => device.to_string(),
            "policy" | "pol" => device.policy().to_string(),
            "clm" => claim.to_string(),
            "job" => claim.job(1).to_string(),
            "shipment" => claim.job(1).shipment(1).to_string(),
            "settlement" => claim.settlement().to_string(),
            "payment" => claim.settlement().payment(1).to_string(),
            "dispute" => device.dispute(1).to_string(),
            "request" => format!("prv_{}-1", device.key),
            "name" if self.method == "GET" => hash,
            "name" => "no-such-line".to_owned(),
            "sha256" | "id" => hash,
            "sheet" => "no-such-sheet".to_owned(),
            "provider" => "no-such-provider".to_owned(),
            "n" | "version" => "1".to_owned(),
            other => panic!("which id has the parameter {other} of {}?", self.path),
        }
    }
}
