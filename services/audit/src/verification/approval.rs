//! A settlement owes exactly what its claim approved: calculated again from the facts that the
//! claim names and the terms that its policy keeps (M1 to M6).

use std::collections::{BTreeMap, HashMap};

use recourse_kernel::wire::decode_body;
use recourse_kernel::{Money, SettlementId, Wire as _};
use recourse_refunds::domain::SettlementEvent;
use recourse_refunds::domain::events::{Opened, SettlementReason};
use recourse_refunds::foreign::SettlementStarted;
use recourse_runtime::topics::TERMS_CONTEXT;
use recourse_terms::{Party, PaymentKind, TermsBook, TermsEvent, payments};

use super::{Break, Check, Entry};

const APPROVED: &str = "recourse.claim.settlement_started.v1";

/// Every settlement opened for a claim, and what the claims approved.
#[derive(Debug, Default)]
pub struct Approvals {
    book: TermsBook,
    approved: HashMap<SettlementId, SettlementStarted>,
    /// Keyed by the position of the opening event.
    opened: BTreeMap<String, Opened>,
}

/// One payment, without its number.
type Amount = (PaymentKind, Party, Party, Money);

impl Approvals {
    /// Takes one record. Unreadable records are reported by the folding check.
    pub fn take(&mut self, entry: &Entry) {
        let (kind, body) = (entry.record.type_name.as_str(), entry.record.body.as_slice());
        match entry.context.as_str() {
            TERMS_CONTEXT => {
                if let Ok(event) = TermsEvent::decode(kind, body) {
                    self.book.apply(&event, 0);
                }
            }
            "claims" if kind == APPROVED => {
                if let Ok(approved) = decode_body::<SettlementStarted>(kind, body) {
                    // A claim that is settled again adds the difference to the existing settlement.
                    self.approved.entry(approved.settlement).or_insert(approved);
                }
            }
            "settlements" => {
                if let Ok(SettlementEvent::Opened(opened)) = SettlementEvent::decode(kind, body)
                    && opened.reason == SettlementReason::ClaimSettled
                {
                    self.opened.insert(entry.location.clone(), *opened);
                }
            }
            _ => {}
        }
    }

    /// Every violation, once all records have been taken.
    pub fn breaks(&self) -> Vec<Break> {
        let wrong = |(location, opened): (&String, &Opened)| {
            let why = self.why_wrong(opened)?;
            Some(Break { check: Check::Money, location: location.clone(), why })
        };
        self.opened.iter().filter_map(wrong).collect()
    }

    fn why_wrong(&self, opened: &Opened) -> Option<String> {
        let id = opened.settlement;
        let approved =
            self.approved.get(&id).filter(|approved| Some(approved.claim) == opened.claim);
        let Some(approved) = approved else {
            return Some(format!("{id} was opened, but no claim approved it"));
        };
        let digest = approved.terms.digest;
        let Some(terms) = self.book.by_digest(&digest) else {
            return Some(format!(
                "{id} was approved under terms {digest}, which were never published"
            ));
        };
        let due = match payments(terms, &approved.facts) {
            Ok(due) => due,
            Err(error) => {
                return Some(format!(
                    "the amounts that {} approved cannot be calculated: {error}",
                    approved.claim
                ));
            }
        };
        let due: Vec<Amount> = due
            .iter()
            .map(|payment| (payment.kind, payment.from, payment.to, payment.amount))
            .collect();
        let owed: Vec<Amount> = opened
            .payments
            .iter()
            .map(|payment| (payment.kind, payment.from, payment.to, payment.amount))
            .collect();
        (due != owed).then(|| {
            format!("{id} owes {}, but {} approved {}", list(&owed), approved.claim, list(&due))
        })
    }
}

fn list(amounts: &[Amount]) -> String {
    if amounts.is_empty() {
        return "nothing".to_owned();
    }
    let one = |(kind, from, to, amount): &Amount| {
        format!("{amount} from the {from} to the {to} ({})", kind.name())
    };
    amounts.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use recourse_refunds::domain::events::OpenedPayment;

    use super::super::injected;
    use super::*;

    /// The second example: terms of version 2, and a claim that ends with cash.
    fn example(type_name: &str) -> Value {
        serde_json::from_str(recourse_schemas::examples(type_name)[1].body).unwrap()
    }

    /// A record of another context, in the settlement's position.
    fn of(context: &str, type_name: &str, body: &Value) -> Entry {
        let mut entry = injected::settlement().remove(0);
        context.clone_into(&mut entry.context);
        type_name.clone_into(&mut entry.record.type_name);
        entry.record.body = body.to_string().into_bytes();
        entry
    }

    /// Terms, a claim that approves what they require, and a settlement that owes exactly that.
    fn sound() -> (Approvals, Opened) {
        let (mut published, mut started) =
            (example("recourse.terms.published.v1"), example(APPROVED));
        published["digest"] = started["terms"]["digest"].clone();
        let opened = injected::settlement().remove(0).record.body;
        let mut opened: Opened = serde_json::from_slice(&opened).unwrap();
        started["settlement"] = json!(opened.settlement);
        started["claim"] = json!(opened.claim);
        let mut approvals = Approvals::default();
        approvals.take(&of(TERMS_CONTEXT, "recourse.terms.published.v1", &published));
        approvals.take(&of("claims", APPROVED, &started));
        let approved = &approvals.approved[&opened.settlement];
        let terms = approvals.book.by_digest(&approved.terms.digest).unwrap();
        let due = payments(terms, &approved.facts).unwrap();
        assert!(!due.is_empty());
        let template = opened.payments[0].clone();
        opened.payments = due
            .iter()
            .map(|payment| OpenedPayment {
                kind: payment.kind,
                from: payment.from,
                to: payment.to,
                amount: payment.amount,
                ..template.clone()
            })
            .collect();
        (approvals, opened)
    }

    fn whys(approvals: &mut Approvals, opened: &Opened) -> Vec<String> {
        approvals.take(&of("settlements", "recourse.settlement.opened.v1", &json!(opened)));
        approvals.breaks().into_iter().map(|found| found.why).collect()
    }

    #[test]
    fn a_settlement_that_owes_what_was_approved_passes() {
        let (mut approvals, opened) = sound();
        assert_eq!(whys(&mut approvals, &opened), Vec::<String>::new());
    }

    #[test]
    fn one_unit_more_than_was_approved_is_found() {
        let (mut approvals, mut opened) = sound();
        opened.payments[0].amount.amount += 1;
        let whys = whys(&mut approvals, &opened);
        assert!(whys.len() == 1 && whys[0].contains("approved"), "{whys:?}");
    }

    #[test]
    fn a_payment_that_was_left_out_is_found() {
        let (mut approvals, mut opened) = sound();
        opened.payments.clear();
        assert!(whys(&mut approvals, &opened)[0].contains("owes nothing"));
    }

    #[test]
    fn what_no_claim_approved_is_found() {
        let (mut approvals, opened) = sound();
        approvals.approved.clear();
        assert!(whys(&mut approvals, &opened)[0].contains("no claim approved it"));
    }

    #[test]
    fn unpublished_terms_are_found() {
        let (mut approvals, opened) = sound();
        approvals.book = TermsBook::default();
        assert!(whys(&mut approvals, &opened)[0].contains("never published"));
    }
}
