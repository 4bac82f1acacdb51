//! What every refusal advises.

use recourse_kernel::money::MoneyError;
use recourse_kernel::story::advises_in_sentences;
use recourse_kernel::{Hash, every_variant};
use recourse_terms::CoverageError;

use super::super::SalesRejection;
use super::*;

#[test]
fn every_refusal_advises_in_sentences() {
    let policy = device().policy();
    let refusals = every_variant![SalesRejection:
        NotKnown(policy),
        NotAllowed,
        Over(policy),
        CoverageHasStarted { policy, starts: at("2025-03-16T21:00:00Z") },
        NoReceipt { from: day(), to: day() },
        ReceiptDiffers { dated: day(), from: day(), to: day() },
        ReceiptNumber,
        UsedUp { policy, claim: policy.claim(1) },
        PartNotCalculable(MoneyError::TooLarge),
        TermsNotKnown(Hash::of_bytes(b"terms")),
        ZoneNotKnown("Europe/Nowhere".to_owned()),
        TooManyUnits { line: 1, quantity: 1_001, most: 1_000 },
        CoverageNotCalculable(CoverageError::BeyondCalendar),
    ];
    for refusal in refusals {
        advises_in_sentences(&refusal, &[]);
    }
}

fn day() -> chrono::NaiveDate {
    "2025-03-01".parse().unwrap()
}
