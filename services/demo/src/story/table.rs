//! The stories, in the order in which they are assigned.

use super::line::Line::{
    self, TomrepairExchange, TomrepairRepair, WarrantyGroupExchange, WisetechExchange,
    WisetechRepair,
};
use super::{Before, Bench, Course, Documents, Found, LATE, Remedy, Scenario, Story, When};

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
pub(crate) const STORIES: &[Story] = &[
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
    claim(LATE[0], &[TomrepairRepair], Scenario { documents: Documents::NeverChecked, ..REPAIRED }),
    claim(
        LATE[1],
        REPAIR,
        Scenario { found: Found::NotCovered, remedy: Remedy::Unanswered, ..REPAIRED },
    ),
    Story {
        when: When::Spring,
        home: Some("Tver"),
        ..claim(LATE[2], &[WisetechRepair], Scenario { bench: Bench::NeverArrives, ..REPAIRED })
    },
    claim(
        LATE[3],
        &[TomrepairRepair],
        Scenario {
            found: Found::NotCovered,
            bench: Bench::Forgotten,
            remedy: Remedy::PaidRepair,
            ..REPAIRED
        },
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
