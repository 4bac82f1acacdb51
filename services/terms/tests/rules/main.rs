//! Tests of the rules of terms, run over the documents that ship with the project.

#![allow(clippy::unwrap_used, reason = "tests")]

mod book;
mod cash;
mod clock;
mod costs;
mod coverage;
mod extras;
mod formats;
mod publishing;
mod reimbursement;
mod settlement;
mod settlement_properties;
mod shares;
mod shipped;

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use recourse_kernel::{Instant, Money};
use recourse_terms::{
    ShopDirectory, ShopsPublished, TariffSheet, TariffsPublished, Terms, TermsBook, TermsEvent,
    TermsPublished,
};
use serde::de::DeserializeOwned;

fn deploy(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(folder)
}

/// Every document of a folder, with its file name, in order.
fn documents<T: DeserializeOwned>(folder: &str) -> Vec<(String, T)> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(deploy(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let read = serde_json::from_slice(&fs::read(&path).unwrap());
            (name.clone(), read.unwrap_or_else(|error| panic!("{name}: {error}")))
        })
        .collect()
}

fn terms(line: &str, version: u32) -> Terms {
    let path = deploy("terms").join(format!("{line}-{version}.json"));
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// A book with shops and tariffs, and no terms yet.
fn book_without_terms() -> TermsBook {
    let mut book = TermsBook::default();
    for (_, directory) in documents::<ShopDirectory>("shops") {
        let offset = book.known_to() + 1;
        book.apply(&TermsEvent::ShopsPublished(ShopsPublished { directory }), offset);
    }
    for (_, sheet) in documents::<TariffSheet>("tariffs") {
        let offset = book.known_to() + 1;
        book.apply(&TermsEvent::TariffsPublished(TariffsPublished { sheet }), offset);
    }
    book
}

fn shipped_book() -> TermsBook {
    let mut book = book_without_terms();
    for (_, terms) in documents::<Terms>("terms") {
        publish(&mut book, terms);
    }
    book
}

fn publish(book: &mut TermsBook, terms: Terms) {
    let offset = book.known_to() + 1;
    book.apply(&TermsEvent::TermsPublished(Box::new(TermsPublished::of(terms))), offset);
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn rub(rubles: i64) -> Money {
    Money::new(rubles * 100, "RUB".parse().unwrap())
}
