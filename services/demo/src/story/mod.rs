//! The stories that are assigned to the year's orders, in turn. Together they cover every provider,
//! both programs and every outcome of a claim.

mod home;
mod line;
mod table;

pub(super) use home::Home;
pub(super) use line::Line;
pub(super) use table::STORIES;

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
    /// The provider never checks them, so the clock accepts them (T8).
    NeverChecked,
    Rejected,
    RejectedAppealLost,
    RejectedAppealWon,
    WithdrawnBefore,
}

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
    /// Posted by the buyer, and never delivered (M8).
    NeverArrives,
    /// The buyer pays for the repair, and the shop forgets it (M11).
    Forgotten,
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
    /// The buyer never answers the offer (T11).
    Unanswered,
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

/// The stories of people who are slow, silent or unlucky, which the summary shows.
pub(super) const LATE: [&str; 4] =
    ["a slow provider", "a silent buyer", "a lost parcel", "a forgotten repair"];

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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Line::{
        TomrepairExchange, TomrepairRepair, WarrantyGroupExchange, WisetechExchange, WisetechRepair,
    };
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
    fn a_run_of_the_default_size_plays_the_four_stories_of_delay() {
        let played: Vec<_> = (0..ORDERS).map(|index| STORIES[index % STORIES.len()].name).collect();
        for name in LATE {
            assert!(played.contains(&name), "{name}");
        }
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
            Remedy::Unanswered,
            Remedy::BackUnrepaired,
            Remedy::Abandoned,
        ] {
            assert!(scenarios.iter().any(|scenario| scenario.remedy == remedy), "{remedy:?}");
        }
    }
}
