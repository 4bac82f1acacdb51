//! Whole documents: terms, case files, claim forms, photos.

use recourse_cases::Case;
use recourse_claims::http::form::Form;
use recourse_kernel::json;
use recourse_terms::publishing::terms_can_be_published;
use recourse_terms::{Terms, TermsBook};

use super::expectations::{instant, verdict};
use crate::fuzz::Verdict::{self, Accepted, Refused};
use crate::fuzz::seeds;
use crate::photo;

pub(super) fn terms_documents() -> Vec<Vec<u8>> {
    let read = |bytes: Vec<u8>| {
        let document: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
        let terms = document.get("terms").unwrap_or(&document);
        Some(terms.to_string().into_bytes())
    };
    seeds::files("deploy/terms", "json").into_iter().filter_map(read).collect()
}

pub(super) fn terms(input: &[u8]) -> Verdict {
    match serde_json::from_slice::<Terms>(input) {
        Ok(terms) => {
            if let Err(rejection) =
                terms_can_be_published(&TermsBook::default(), &terms, None, instant())
            {
                assert!(!rejection.to_string().is_empty());
            }
            let written = serde_json::to_vec(&terms).expect("what was read can be written");
            serde_json::from_slice::<Terms>(&written).expect("what was written can be read");
            Accepted
        }
        Err(error) => Refused(error.to_string()),
    }
}

pub(super) fn case(input: &[u8]) -> Verdict {
    match std::str::from_utf8(input) {
        Ok(text) => verdict(Case::parse("fuzz.yaml".as_ref(), text)),
        Err(error) => Refused(error.to_string()),
    }
}

pub(super) fn forms() -> Vec<Vec<u8>> {
    let form = serde_json::json!({
        "defect": "The screen stays dark after it fell asleep.", "requested_remedy": "repair",
        "contact": {"name": "Anna", "email": "anna@example.org", "phone": "+7 843 000-00-00"},
        "city": "Kazan", "country": "RU", "serial": "356938035643809",
        "photos": [{"sha256": "0".repeat(64), "size": 8, "media_type": "image/jpeg"}],
        "earlier_repairs": [{"on": "2025-02-03", "shop": "A shop", "receipt": "r-1"}],
    });
    let bare =
        serde_json::json!({"defect": "It is broken, all of it.", "requested_remedy": "repair"});
    vec![form.to_string().into_bytes(), bare.to_string().into_bytes()]
}

pub(super) fn form(input: &[u8]) -> Verdict {
    let read = json::check(input).and_then(|()| serde_json::from_slice::<Form>(input));
    if let Ok(form) = &read {
        // Either complete, or with a message for each gap.
        let _ = form.complete().map_err(|gaps| assert!(!gaps.is_empty()));
    }
    verdict(read)
}

pub(super) fn pictures() -> Vec<Vec<u8>> {
    let mut pictures = seeds::files("services/sealing/src/photos/samples", "jpg");
    pictures.push(photo::jpeg());
    pictures
}

pub(super) fn picture(input: &[u8]) -> Verdict {
    let read = recourse_sealing::photos::checked(input);
    if let Ok(stripped) = &read {
        let again =
            recourse_sealing::photos::checked(stripped).expect("what was stripped is a photo");
        assert!(again == *stripped, "nothing is left to strip");
    }
    verdict(read)
}
