//! The terms, tariffs and shops that ship with the project.

use std::path::Path;
use std::sync::LazyLock;

use recourse_terms::terms::{Share, Shared};
use recourse_terms::{
    Party, ShopsPublished, TariffsPublished, Terms, TermsBook, TermsEvent, TermsPublished,
};
use serde::de::DeserializeOwned;

pub(super) static BOOK: LazyLock<TermsBook> = LazyLock::new(|| {
    let mut book = TermsBook::default();
    let mut offset = 0;
    let mut publish = |event: &TermsEvent| {
        book.apply(event, offset);
        offset += 1;
    };
    for terms in shipped("terms").into_iter().flat_map(|terms| with_shares(&terms).chain([terms])) {
        publish(&TermsEvent::TermsPublished(Box::new(TermsPublished::of(terms))));
    }
    for sheet in shipped("tariffs") {
        publish(&TermsEvent::TariffsPublished(TariffsPublished { sheet }));
    }
    for directory in shipped("shops") {
        publish(&TermsEvent::ShopsPublished(ShopsPublished { directory }));
    }
    book
});

/// The line of terms whose ways are shared, whatever is found: no shipped ones are.
pub(super) const SHARED: &str = "wisetech-repair-shared";

fn with_shares(terms: &Terms) -> impl Iterator<Item = Terms> + use<> {
    let is_copied = terms.line == "wisetech-repair" && terms.version == 2;
    let share = |percent, remainder_on| Some(Share { percent, remainder_on });
    let shared = |percent| {
        Some(Shared {
            covered: share(percent, Party::Buyer),
            not_covered: share(percent, Party::Provider),
            no_fault_found: share(50, Party::Buyer),
            withdrawn: share(50, Party::Provider),
        })
    };
    is_copied
        .then(|| {
            let mut terms = Terms { line: SHARED.to_owned(), version: 1, ..terms.clone() };
            (terms.ways.there.shared, terms.ways.back.shared) = (shared(33), shared(67));
            terms
        })
        .into_iter()
}

/// The documents of one kind that ship with the project.
fn shipped<T: DeserializeOwned>(folder: &str) -> Vec<T> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(folder);
    let read = |file: std::io::Result<std::fs::DirEntry>| {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    std::fs::read_dir(folder).unwrap().map(read).collect()
}
