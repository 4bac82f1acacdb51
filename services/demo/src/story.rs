//! The stories that are assigned to the year's orders, in turn. Together they cover every provider,
//! both programs and every outcome of a claim.
//!
//! Long because it is a table: each story with all its details.

use chrono::Datelike as _;
use recourse_kernel::Instant;

/// A line of terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    WisetechRepair,
    WisetechExchange,
    TomrepairRepair,
    TomrepairExchange,
    WarrantyGroupExchange,
}

use Line::{
    TomrepairExchange, TomrepairRepair, WarrantyGroupExchange, WisetechExchange, WisetechRepair,
};

impl Line {
    pub(super) fn provider(self) -> &'static str {
        match self {
            WisetechRepair | WisetechExchange => "wisetech-service",
            TomrepairRepair | TomrepairExchange => "tomrepair",
            WarrantyGroupExchange => "the-warranty-group",
        }
    }

    pub(super) fn program(self) -> &'static str {
        if self.is_exchange() { "exchange" } else { "repair" }
    }

    pub(super) fn is_exchange(self) -> bool {
        matches!(self, WisetechExchange | TomrepairExchange | WarrantyGroupExchange)
    }

    /// Where it is sold at this time (S5).
    pub(super) fn countries(self, at: Instant) -> &'static [&'static str] {
        let second = at.year() > 2025 || at.month() >= 10;
        match self {
            WisetechRepair if second => &["RU", "UA", "BY"],
            WarrantyGroupExchange => &["RU", "US", "DE"],
            _ => &["RU"],
        }
    }
}

/// Where a buyer lives.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) country: &'static str,
    pub(super) city: &'static str,
    /// Reported with the delivery, if the marketplace reports it.
    pub(super) zone: Option<&'static str>,
    pub(super) currency: &'static str,
    /// Exchange rate: local units per dollar.
    pub(super) per_dollar: i64,
    /// Postage of a parcel to the main centre, in minor units.
    pub(super) postage: i64,
}

const fn russia(city: &'static str, zone: Option<&'static str>) -> Home {
    Home { country: "RU", city, zone, currency: "RUB", per_dollar: 90, postage: 38_000 }
}

impl Home {
    pub(super) const ALL: &'static [Self] = &[
        russia("Moscow", Some("Europe/Moscow")),
        russia("Tver", None),
        russia("Kazan", Some("Europe/Moscow")),
        russia("Novosibirsk", Some("Asia/Novosibirsk")),
        russia("Tula", None),
        russia("Vladivostok", Some("Asia/Vladivostok")),
        russia("Saint Petersburg", None),
        Home {
            country: "US",
            city: "Boston",
            zone: Some("America/New_York"),
            currency: "USD",
            per_dollar: 1,
            postage: 1_290,
        },
        Home {
            country: "US",
            city: "New York",
            zone: Some("America/New_York"),
            currency: "USD",
            per_dollar: 1,
            postage: 1_290,
        },
        Home {
            country: "DE",
            city: "Hamburg",
            zone: Some("Europe/Berlin"),
            currency: "EUR",
            per_dollar: 1,
            postage: 749,
        },
        Home {
            country: "UA",
            city: "Lviv",
            zone: Some("Europe/Kyiv"),
            currency: "UAH",
            per_dollar: 41,
            postage: 16_000,
        },
        Home {
            country: "UA",
            city: "Kyiv",
            zone: Some("Europe/Kyiv"),
            currency: "UAH",
            per_dollar: 41,
            postage: 9_500,
        },
        Home {
            country: "BY",
            city: "Brest",
            zone: Some("Europe/Minsk"),
            currency: "BYN",
            per_dollar: 3,
            postage: 1_850,
        },
        Home {
            country: "BY",
            city: "Orsha",
            zone: Some("Europe/Minsk"),
            currency: "BYN",
            per_dollar: 3,
            postage: 1_850,
        },
    ];
}

/// When in the year an order is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    AnyTime,
    /// In the first days, so that the policy ends before the demo does.
    Winter,
    /// Early enough for a long story.
    Spring,
    /// After the second versions of the terms take effect.
    Autumn,
}

/// What happens to an order apart from its claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// Delivered, completed, kept.
    Kept,
    /// Cancelled before delivery, after it was paid (S8).
    Cancelled,
    /// Returned by day 7 (T1).
    Returned,
    /// Returned after day 7, which is refused (T1).
    ReturnedLate,
    /// Ordered with a wrong price for the warranty (S3).
    WrongPrice,
    /// The seller refunds it in a dispute, and the policy ends.
    SellerRefunds,
    /// The seller refunds a part in a dispute.
    SellerPaysPart,
    /// The delivery date was first reported wrong, then corrected.
    DeliveryCorrected,
}

/// What the provider decides about the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Documents {
    Accepted,
    AskedInWriting,
    AskedByPhone,
    NeverAnswered,
    Rejected,
    RejectedAppealLost,
    RejectedAppealWon,
    WithdrawnBefore,
}

/// What the shop finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Covered,
    /// For one of [`FOUND_AT_THE_SHOP`].
    NotCovered,
    NoFault,
}

/// How the repair goes at the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bench {
    Smooth,
    PartsInTime,
    PartsLate,
    WrongSerial,
    /// Later than the terms promise (T4).
    Slow,
    /// Exceeds the counted days after which it is beyond repair (T5).
    NeverDone,
    /// The shop finds that it cannot be repaired.
    BeyondRepair,
    /// Lost in a shipment that the provider had booked (M8).
    LostByCarrier,
    /// The buyer withdraws while the device is at the shop.
    WithdrawnThere,
}

/// The remedy that is agreed or chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remedy {
    Repair,
    Replacement,
    Cash,
    PaidRepair,
    /// The buyer counters the offer, and the provider agrees.
    Agreement,
    BackUnrepaired,
    /// As unrepaired, but the buyer never pays (M8).
    Abandoned,
    /// The buyer appeals the verdict and wins.
    AppealWon,
    /// Decided later than the terms promise (T3).
    ReplacementLate,
}

/// What the buyer tries before the claim, or alongside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    Nothing,
    /// Files before coverage starts, and is referred to the dispute (C1).
    TooEarly,
    /// Has a dispute with the seller that is undecided on day 16 (C8).
    Dispute,
    /// Files a second claim while the first is open (C4).
    SecondClaim,
    /// Files after the policy has ended (C1).
    TooLate,
}

/// The course of a claim.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scenario {
    pub(super) requested_remedy: &'static str,
    pub(super) documents: Documents,
    pub(super) found: Found,
    pub(super) bench: Bench,
    pub(super) remedy: Remedy,
    pub(super) before: Before,
    /// How often the defect comes back after a repair or a replacement.
    pub(super) returns: u32,
}

const REPAIRED: Scenario = Scenario {
    requested_remedy: "repair",
    documents: Documents::Accepted,
    found: Found::Covered,
    bench: Bench::Smooth,
    remedy: Remedy::Repair,
    before: Before::Nothing,
    returns: 0,
};
const REPLACED: Scenario =
    Scenario { requested_remedy: "replacement", remedy: Remedy::Replacement, ..REPAIRED };
const REFUNDED: Scenario =
    Scenario { requested_remedy: "refund", remedy: Remedy::Cash, ..REPAIRED };

/// Exclusions that only an inspection at the shop finds.
const FOUND_AT_THE_SHOP: [&str; 11] = [
    "liquid_or_dirt",
    "mechanical_damage",
    "misuse",
    "wear_and_tear",
    "heat_or_fire",
    "unauthorized_repair",
    "improper_testing",
    "seal_broken",
    "outside_coverage",
    "force_majeure",
    "serial_damaged",
];
/// Exclusions that the documents show, and what the adjuster writes.
const SEEN_IN_THE_DOCUMENTS: [(&str, &str); 4] = [
    ("mechanical_damage", "The photo shows a cracked corner."),
    ("compensated_by_seller", "The seller's receipt for this very defect is among the documents."),
    ("fraud", "The same photo was filed with three other claims."),
    ("seal_broken", "The photo shows a cut seal."),
];

/// The exclusion that the shop finds in the order with this index, if it finds one; they are
/// assigned in turn.
pub(super) fn found_at_the_shop(index: usize) -> &'static str {
    let turn = turn(index, |scenario| scenario.found == Found::NotCovered);
    FOUND_AT_THE_SHOP[turn % FOUND_AT_THE_SHOP.len()]
}

/// The exclusion that the adjuster sees in the documents of the order with this index, and the
/// explanation; `None` if the documents are only incomplete.
pub(super) fn seen_in_the_documents(index: usize) -> Option<(&'static str, &'static str)> {
    let turn = turn(index, is_rejected);
    SEEN_IN_THE_DOCUMENTS.get(turn % (SEEN_IN_THE_DOCUMENTS.len() + 1)).copied()
}

fn is_rejected(scenario: &Scenario) -> bool {
    matches!(
        scenario.documents,
        Documents::Rejected | Documents::RejectedAppealLost | Documents::RejectedAppealWon
    )
}

/// How many earlier orders have such a scenario.
fn turn(index: usize, such: impl Fn(&Scenario) -> bool) -> usize {
    let meets = |story: &Story| story.claim.as_ref().is_some_and(&such);
    let in_a_round = STORIES.iter().filter(|story| meets(story)).count();
    let before = STORIES[..index % STORIES.len()].iter().filter(|story| meets(story)).count();
    index / STORIES.len() * in_a_round + before
}

/// The script of an order.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) name: &'static str,
    /// The lines of terms that the story can use; empty if no warranty is bought.
    pub(super) lines: &'static [Line],
    pub(super) when: When,
    /// A country or a city, where it matters.
    pub(super) home: Option<&'static str>,
    pub(super) course: Course,
    pub(super) claim: Option<Scenario>,
}

const QUIET: Story = Story {
    name: "a warranty that is never used",
    lines: &[WisetechRepair, TomrepairRepair, WisetechExchange, WarrantyGroupExchange],
    when: When::AnyTime,
    home: None,
    course: Course::Kept,
    claim: None,
};

const fn claim(name: &'static str, lines: &'static [Line], scenario: Scenario) -> Story {
    Story { name, lines, claim: Some(scenario), ..QUIET }
}

const fn quiet(name: &'static str, course: Course) -> Story {
    Story { name, course, ..QUIET }
}

const REPAIR: &[Line] = &[WisetechRepair, TomrepairRepair];

/// The most interesting ones first, so that a short run includes them.
pub(super) const STORIES: &[Story] = &[
    claim("a repair", &[WisetechRepair], REPAIRED),
    claim("an exchange", &[WisetechExchange], REPLACED),
    claim(
        "a paid repair",
        REPAIR,
        Scenario { found: Found::NotCovered, remedy: Remedy::PaidRepair, ..REPAIRED },
    ),
    claim("cash for the device", &[WarrantyGroupExchange], REFUNDED),
    claim("documents rejected", REPAIR, Scenario { documents: Documents::Rejected, ..REPAIRED }),
    claim(
        "no fault found",
        &[TomrepairRepair],
        Scenario { found: Found::NoFault, remedy: Remedy::BackUnrepaired, ..REPAIRED },
    ),
    claim(
        "a compromise",
        REPAIR,
        Scenario { found: Found::NotCovered, remedy: Remedy::Agreement, ..REPAIRED },
    ),
    claim(
        "withdrawn before it was judged",
        REPAIR,
        Scenario { documents: Documents::WithdrawnBefore, ..REPAIRED },
    ),
    quiet("a warranty that is never used", Course::Kept),
    claim(
        "filed too early, then in time",
        REPAIR,
        Scenario { before: Before::TooEarly, ..REPAIRED },
    ),
    quiet("an order cancelled in time", Course::Cancelled),
    claim(
        "a question, and a repair",
        &[TomrepairRepair],
        Scenario { documents: Documents::AskedInWriting, ..REPAIRED },
    ),
    claim(
        "parts that arrive late",
        &[WisetechRepair],
        Scenario { bench: Bench::PartsLate, ..REPAIRED },
    ),
    quiet("returned in the first days", Course::Returned),
    claim("an exchange at Tomrepair", &[TomrepairExchange], REPLACED),
    Story {
        home: Some("US"),
        ..claim("an exchange in America", &[WarrantyGroupExchange], REPLACED)
    },
    claim(
        "silence after a question",
        REPAIR,
        Scenario { documents: Documents::NeverAnswered, ..REPAIRED },
    ),
    quiet("a wrong price for the warranty", Course::WrongPrice),
    Story {
        when: When::Spring,
        ..claim(
            "a defect that comes back three times",
            &[WisetechRepair],
            Scenario { returns: 3, ..REPAIRED },
        )
    },
    claim(
        "not covered, returned unrepaired",
        &[WarrantyGroupExchange],
        Scenario {
            requested_remedy: "replacement",
            found: Found::NotCovered,
            remedy: Remedy::BackUnrepaired,
            ..REPAIRED
        },
    ),
    claim(
        "not covered, and not worth repairing",
        REPAIR,
        Scenario { found: Found::NotCovered, remedy: Remedy::BackUnrepaired, ..REPAIRED },
    ),
    claim(
        "a repair that takes too long",
        &[TomrepairRepair],
        Scenario { bench: Bench::Slow, ..REPAIRED },
    ),
    claim(
        "never repaired, so cash",
        &[WisetechRepair],
        Scenario { bench: Bench::NeverDone, ..REFUNDED },
    ),
    Story {
        when: When::Autumn,
        ..claim(
            "requested by phone",
            REPAIR,
            Scenario { documents: Documents::AskedByPhone, ..REPAIRED },
        )
    },
    Story {
        when: When::Winter,
        ..claim(
            "a claim after the last day",
            &[WisetechRepair],
            Scenario { before: Before::TooLate, ..REPAIRED },
        )
    },
    Story { name: "no warranty", lines: &[], ..QUIET },
    claim(
        "rejected, reversed on appeal",
        REPAIR,
        Scenario { documents: Documents::RejectedAppealWon, ..REPAIRED },
    ),
    claim(
        "rejected, upheld on appeal",
        REPAIR,
        Scenario { documents: Documents::RejectedAppealLost, ..REPAIRED },
    ),
    claim(
        "the wrong device in the parcel",
        REPAIR,
        Scenario { bench: Bench::WrongSerial, ..REPAIRED },
    ),
    Story {
        when: When::Autumn,
        home: Some("BY"),
        ..claim("a repair in Belarus", &[WisetechRepair], REPAIRED)
    },
    Story {
        when: When::Autumn,
        home: Some("UA"),
        ..claim("a repair in Ukraine", &[WisetechRepair], REPAIRED)
    },
    Story {
        when: When::Autumn,
        lines: &[WisetechExchange],
        home: Some("RU"),
        ..quiet("an exchange no longer on sale", Course::Kept)
    },
    claim(
        "a dispute still open on day 16",
        REPAIR,
        Scenario { before: Before::Dispute, ..REPAIRED },
    ),
    claim(
        "beyond repair, so replaced",
        &[WisetechRepair],
        Scenario { bench: Bench::BeyondRepair, ..REPLACED },
    ),
    claim(
        "a verdict reversed on appeal",
        REPAIR,
        Scenario { found: Found::NotCovered, remedy: Remedy::AppealWon, ..REPAIRED },
    ),
    Story {
        when: When::Spring,
        home: Some("Tver"),
        ..claim(
            "a buyer who never pays",
            REPAIR,
            Scenario { found: Found::NotCovered, remedy: Remedy::Abandoned, ..REPAIRED },
        )
    },
    claim(
        "withdrawn with the device at the shop",
        REPAIR,
        Scenario { bench: Bench::WithdrawnThere, ..REPAIRED },
    ),
    Story {
        when: When::Autumn,
        home: Some("Tula"),
        ..claim(
            "lost by the provider's courier",
            &[WisetechRepair],
            Scenario { bench: Bench::LostByCarrier, remedy: Remedy::Replacement, ..REPAIRED },
        )
    },
    claim("two claims at once", REPAIR, Scenario { before: Before::SecondClaim, ..REPAIRED }),
    claim(
        "an exchange decided late",
        &[WisetechExchange],
        Scenario { remedy: Remedy::ReplacementLate, ..REPLACED },
    ),
    Story { home: Some("DE"), ..claim("cash in Germany", &[WarrantyGroupExchange], REFUNDED) },
    claim("a replacement that fails too", &[WisetechExchange], Scenario { returns: 1, ..REPLACED }),
    quiet("the seller refunds everything", Course::SellerRefunds),
    quiet("the seller refunds a part", Course::SellerPaysPart),
    quiet("returned too late", Course::ReturnedLate),
    quiet("a corrected delivery date", Course::DeliveryCorrected),
    claim("a repair under an exchange policy", &[TomrepairExchange], REPAIRED),
    claim(
        "parts that arrive in time",
        &[WisetechRepair],
        Scenario { bench: Bench::PartsInTime, ..REPAIRED },
    ),
    Story { when: When::Winter, ..quiet("a year without a defect", Course::Kept) },
    Story {
        when: When::Spring,
        ..claim(
            "a defect that comes back once",
            &[TomrepairRepair],
            Scenario { returns: 1, ..REPAIRED },
        )
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The default size of the demo.
    const ORDERS: usize = 100;

    #[test]
    fn a_run_of_the_default_size_covers_every_exclusion() {
        let story = |index: usize| STORIES[index % STORIES.len()].claim;
        let met: BTreeSet<&str> = (0..ORDERS)
            .filter(|index| {
                story(*index).is_some_and(|scenario| scenario.found == Found::NotCovered)
            })
            .map(found_at_the_shop)
            .chain((0..ORDERS).filter_map(|index| {
                story(index).filter(is_rejected)?;
                Some(seen_in_the_documents(index)?.0)
            }))
            .collect();
        let all = recourse_terms::Exclusion::ALL.map(recourse_terms::Exclusion::code);
        // A policy that has ended is refused when the claim is filed.
        let wanted: BTreeSet<&str> = all.into_iter().filter(|code| *code != "expired").collect();
        assert_eq!(met, wanted);
    }

    #[test]
    fn the_stories_cover_every_line_and_every_remedy() {
        for line in [
            WisetechRepair,
            WisetechExchange,
            TomrepairRepair,
            TomrepairExchange,
            WarrantyGroupExchange,
        ] {
            assert!(
                STORIES.iter().any(|s| s.claim.is_some() && s.lines.contains(&line)),
                "{line:?}"
            );
        }
        let scenarios: Vec<_> = STORIES.iter().filter_map(|story| story.claim).collect();
        for remedy in [
            Remedy::Repair,
            Remedy::Replacement,
            Remedy::Cash,
            Remedy::PaidRepair,
            Remedy::Agreement,
            Remedy::BackUnrepaired,
            Remedy::Abandoned,
        ] {
            assert!(scenarios.iter().any(|scenario| scenario.remedy == remedy), "{remedy:?}");
        }
    }
}
