//! The terms, tariffs and shops that ship with the project.

use std::path::Path;
use std::sync::LazyLock;

use recourse_terms::{ShopsPublished, TariffsPublished, TermsBook, TermsEvent, TermsPublished};
use serde::de::DeserializeOwned;

pub(super) static BOOK: LazyLock<TermsBook> = LazyLock::new(|| {
    let mut book = TermsBook::default();
    let mut offset = 0;
    let mut publish = |event: &TermsEvent| {
        book.apply(event, offset);
        offset += 1;
    };
    for terms in shipped("terms") {
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

/// The documents of one kind that ship with the project.
fn shipped<T: DeserializeOwned>(folder: &str) -> Vec<T> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(folder);
    let read = |file: std::io::Result<std::fs::DirEntry>| {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    std::fs::read_dir(folder).unwrap().map(read).collect()
}
