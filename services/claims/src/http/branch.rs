//! Where to bring the device (C7).

use recourse_terms::{Shop, TermsBook};

use crate::domain::Claim;
use crate::projections::claims::ClaimRow;

/// C7: where to bring the device: the shop that has the job, else the one that would get it.
pub(super) struct Branch<'a> {
    pub(super) shop: Option<&'a Shop>,
    pub(super) because: Option<String>,
}

impl<'a> Branch<'a> {
    pub(super) fn of(claim: &Claim, row: &ClaimRow, book: &'a TermsBook) -> Self {
        if let Some(shop) = row.shop.as_deref().and_then(|shop| book.shop(shop)) {
            return Self { shop: Some(shop), because: Some("the job is there".to_owned()) };
        }
        let routed = book.shop_for(&claim.provider, &claim.country, &claim.city);
        Self {
            shop: routed.map(|routed| routed.shop),
            because: routed.map(|routed| routed.because.to_string()),
        }
    }
}
