//! What every refusal advises.

use recourse_kernel::story::advises_in_sentences;
use recourse_kernel::{Hash, every_variant};
use recourse_terms::SettlementError;

use super::super::RefundsRejection;
use super::*;

#[test]
fn every_refusal_advises_in_sentences() {
    let refusals = every_variant![RefundsRejection:
        TermsNotKnown(Hash::of_bytes(b"terms")),
        NotCalculable(SettlementError::NoRepairPrice),
        BeyondCalendar,
        PaymentNotKnown(payment(1)),
        PaymentPaidAlready { reference: "r-1".to_owned() },
        PaymentWrittenOff(payment(1)),
        FailedAfterPaid { reference: "r-1".to_owned() },
        FailedAfterWrittenOff(payment(1)),
        WasReversed { reference: "r-1".to_owned(), reversed_at: reported_at() },
        NotPaid(payment(1)),
        ReversedBeforePaid { paid_at: reported_at(), reversed_at: opened_at() },
        AmountDiffers { owed: rub(2), reported: rub(1) },
        NoReference,
        NoCode,
        NoReason,
        InTheFuture { reported: reported_at(), now: opened_at() },
    ];
    for refusal in refusals {
        advises_in_sentences(&refusal, &[]);
    }
}
