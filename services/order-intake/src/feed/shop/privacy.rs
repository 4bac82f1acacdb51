//! Requests about personal data: which orders, or which stream without an order, each is recorded
//! for. Nothing of the data itself is kept, only the buyer's pseudonym.

use super::form::{Buyer, PrivacyRequest};
use crate::domain::events::PrivacyScope;
use crate::feed::unusable::Unusable;

/// What a request is recorded for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subject {
    /// The number of the order. A request that names no order has one that no shop uses, so that it
    /// has a stream, a key and a partition like any other.
    pub(super) number: String,
    pub(super) scope: PrivacyScope,
    /// The buyer's pseudonym.
    pub(super) buyer: Option<String>,
}

/// The subjects of a request: each order that it names, or the buyer, or the whole shop.
pub(super) fn subjects(
    request: &PrivacyRequest,
    pseudonym: impl Fn(&Buyer, &str) -> String,
) -> Result<Vec<Subject>, Unusable> {
    let Some(buyer) = &request.buyer else {
        let number = "privacy/shop".to_owned();
        return Ok(vec![Subject { number, scope: PrivacyScope::Shop, buyer: None }]);
    };
    if request.orders.is_empty() {
        if *buyer == Buyer::Unknown {
            return Err(Unusable::missing("customer"));
        }
        let buyer = pseudonym(buyer, "");
        let number = format!("privacy/{buyer}");
        return Ok(vec![Subject { number, scope: PrivacyScope::Buyer, buyer: Some(buyer) }]);
    }
    let of_order = |number: &String| Subject {
        number: number.clone(),
        scope: PrivacyScope::Order,
        buyer: Some(pseudonym(buyer, number)),
    };
    Ok(request.orders.iter().map(of_order).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::events::PrivacyRequestKind;

    fn request(buyer: Option<Buyer>, orders: &[&str]) -> PrivacyRequest {
        PrivacyRequest {
            report: "w-1".to_owned(),
            kind: PrivacyRequestKind::Erasure,
            buyer,
            orders: orders.iter().map(|&number| number.to_owned()).collect(),
            reference: None,
        }
    }

    fn numbers(buyer: Option<Buyer>, orders: &[&str]) -> Vec<(String, PrivacyScope)> {
        let subjects = subjects(&request(buyer, orders), |_, _| "b-x".to_owned()).unwrap();
        subjects.into_iter().map(|subject| (subject.number, subject.scope)).collect()
    }

    #[test]
    fn a_request_is_recorded_for_each_order_or_for_the_buyer_or_for_the_shop() {
        let customer = || Some(Buyer::Customer("7".to_owned()));
        let (one, two) = ("1".to_owned(), "2".to_owned());
        let each = vec![(one, PrivacyScope::Order), (two, PrivacyScope::Order)];
        assert_eq!(numbers(customer(), &["1", "2"]), each);
        assert_eq!(numbers(customer(), &[]), [("privacy/b-x".to_owned(), PrivacyScope::Buyer)]);
        assert_eq!(numbers(None, &[]), [("privacy/shop".to_owned(), PrivacyScope::Shop)]);
    }

    #[test]
    fn a_request_about_no_one_is_unusable() {
        let no_one = request(Some(Buyer::Unknown), &[]);
        let unusable = subjects(&no_one, |_, _| String::new()).unwrap_err();
        assert_eq!(unusable, Unusable::missing("customer"));
    }
}
