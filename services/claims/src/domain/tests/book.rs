//! The terms, tariffs and shops that ship with the project.

use std::path::Path;
use std::sync::LazyLock;

use recourse_kernel::Money;
use recourse_terms::terms::{BeyondRepairRemedy, Fee, FeeKind, LossFallsOn, Share, Shared};
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
    let variants = |terms: &Terms| with_shares(terms).chain(limited(terms));
    for terms in shipped("terms").into_iter().flat_map(|terms| variants(&terms).chain([terms])) {
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

/// A line of terms under which shipping costs are shared for every verdict; no shipped terms do
/// that.
pub(super) const SHARED: &str = "wisetech-repair-shared";

fn with_shares(terms: &Terms) -> impl Iterator<Item = Terms> + use<> {
    let is_copied = terms.line.as_str() == "wisetech-repair" && terms.version == 2;
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
            let mut terms = Terms { line: SHARED.parse().unwrap(), version: 1, ..terms.clone() };
            (terms.shipments.to_shop.shared, terms.shipments.to_buyer.shared) =
                (shared(33), shared(67));
            terms
        })
        .into_iter()
}

/// A line of terms that give the buyer as little as terms can: no appeal, no replacement on demand,
/// no cash. No shipped terms do that.
pub(super) const LIMITED: &str = "wisetech-repair-limited";

fn limited(terms: &Terms) -> impl Iterator<Item = Terms> + use<> {
    let is_copied = terms.line.as_str() == "wisetech-repair" && terms.version == 2;
    is_copied
        .then(|| {
            let mut terms = Terms { line: LIMITED.parse().unwrap(), version: 1, ..terms.clone() };
            terms.claim.appeal_within_days = None;
            terms.beyond_repair.replacement_on_demand = false;
            terms.beyond_repair.remedies = vec![BeyondRepairRemedy::Replacement];
            terms
        })
        .into_iter()
}

/// The shipped terms and, next to each, variants that no provider has published: with other payers,
/// shares, fees and currencies. Returned with their lines and versions.
pub(super) static EVERY_TERMS: LazyLock<(TermsBook, Vec<(String, u32)>)> = LazyLock::new(|| {
    let mut book = BOOK.clone();
    let mut lines = vec![(SHARED.to_owned(), 1)];
    // The stories are about a buyer in Russia.
    let here = shipped::<Terms>("terms").into_iter();
    let here = here.filter(|terms| terms.is_offered_in(&"RU".parse().unwrap()));
    for (offset, terms) in (1_000..).zip(here) {
        lines.push((terms.line.to_string(), terms.version));
        for varied in (0..VARIANTS).map(|number| varied(&terms, number)) {
            lines.push((varied.line.to_string(), varied.version));
            let published = TermsPublished::of(varied);
            book.apply(&TermsEvent::TermsPublished(Box::new(published)), offset);
        }
    }
    (book, lines)
});

/// Number of variants of each of the shipped terms.
const VARIANTS: u64 = 16;

/// A variant of the terms, in which everything that preview and settlement calculate with is
/// randomized.
fn varied(terms: &Terms, number: u64) -> Terms {
    // A small generator with a fixed seed, so a line has the same terms in each run.
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ terms.line.as_str().bytes().fold(u64::from(terms.version), |hash, byte| {
            hash.wrapping_mul(31).wrapping_add(byte.into())
        });
    let mut draw = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut terms = Terms {
        line: format!("{}-varied-{number}-{}", terms.line, terms.version).parse().unwrap(),
        version: 1,
        ..terms.clone()
    };
    let party = |drawn: u64| if drawn == 0 { Party::Buyer } else { Party::Provider };
    for shipment in [&mut terms.shipments.to_shop, &mut terms.shipments.to_buyer] {
        let by = &mut shipment.paid_by;
        for bearer in
            [&mut by.covered, &mut by.not_covered, &mut by.no_fault_found, &mut by.withdrawn]
        {
            *bearer = party(draw(2));
        }
        let mut share = || {
            let percent = u8::try_from(draw(101)).unwrap();
            (draw(2) == 0).then(|| Share { percent, remainder_on: party(draw(2)) })
        };
        shipment.shared = Some(Shared {
            covered: share(),
            not_covered: share(),
            no_fault_found: share(),
            withdrawn: share(),
        });
    }
    let mut fee = || {
        let currency = ["RUB", "EUR", "JPY", "KWD"][usize::try_from(draw(4)).unwrap()];
        let amount = Money::new(i64::try_from(draw(100_000)).unwrap(), currency.parse().unwrap());
        let kind = if draw(2) == 0 { FeeKind::Diagnosis } else { FeeKind::CallOut };
        let rule = "M4".to_owned();
        (draw(3) > 0).then_some(Fee {
            kind,
            rule,
            amount,
            at_least: None,
            at_most: None,
            in_country: std::collections::BTreeMap::new(),
        })
    };
    (terms.fees.not_covered, terms.fees.no_fault_found) = (fee(), fee());
    terms.shipments.loss_falls_on =
        if draw(2) == 0 { LossFallsOn::Booker } else { LossFallsOn::Provider };
    terms.remedy.paid_repair_offered = true;
    terms
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
