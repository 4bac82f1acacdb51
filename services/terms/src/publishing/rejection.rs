//! Why something cannot be published or withdrawn.

use recourse_kernel::{Instant, NextCall, Reason, Rejection};

use crate::Country;

/// Why something cannot be published or withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishRejection {
    /// This version has already been published.
    #[error("version {version} of `{line}` is already published")]
    AlreadyPublished {
        /// The line, or the name of the sheet or directory.
        line: String,
        /// The version that is already published.
        version: u32,
    },
    /// The version is not the successor of the last one.
    #[error("version {version} of `{line}` does not follow version {last}")]
    VersionOutOfOrder {
        /// The line, or the name of the sheet or directory.
        line: String,
        /// The rejected version.
        version: u32,
        /// The last published version.
        last: u32,
    },
    /// The start is in the past, and this is not the first version of a line.
    #[error("only the first version of a line can start in the past: {from} is before {now}")]
    StartsInThePast {
        /// The start of the terms.
        from: Instant,
        /// The time of the decision.
        now: Instant,
    },
    /// The end is in the past.
    #[error("terms cannot end in the past: {until} is before {now}")]
    EndsInThePast {
        /// The requested end.
        until: Instant,
        /// The time of the decision.
        now: Instant,
    },
    /// Another version is sold in the same period.
    #[error("version {version} of `{line}` is sold in {country} in the same period")]
    Overlaps {
        /// The line of the other version.
        line: String,
        /// The number of the other version.
        version: u32,
        /// A country where both would be sold.
        country: Country,
    },
    /// The provider has no shop in the country.
    #[error("the provider has no main centre in {0} that could receive devices")]
    NoShop(Country),
    /// A value that the calculations cannot handle.
    #[error("{field}: {reason}")]
    InvalidValue {
        /// The path of the field.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The version to be withdrawn is not on sale.
    #[error("version {version} of `{line}` is not on sale")]
    NotOnSale {
        /// The line to be withdrawn from.
        line: String,
        /// The version to be withdrawn.
        version: u32,
    },
}

impl Rejection for PublishRejection {
    /// Codes are a format.
    fn reason(&self) -> Reason {
        let by_s5 = |code| Reason::new(code, &["S5"]);
        match self {
            Self::AlreadyPublished { .. } => {
                by_s5("terms.already_published").instead("Publish it as the next version.")
            }
            Self::VersionOutOfOrder { .. } => {
                by_s5("terms.version_out_of_order").instead("Publish it as the next version.")
            }
            Self::StartsInThePast { .. } => by_s5("terms.starts_in_the_past")
                .instead("Choose a start in the future, and publish it as the next version."),
            Self::EndsInThePast { .. } => by_s5("terms.ends_in_the_past"),
            Self::Overlaps { .. } => by_s5("terms.overlap")
                .instead("Withdraw the other version first, or start when it ends."),
            Self::NoShop(_) => by_s5("terms.no_shop")
                .instead("Publish a directory of shops with a main centre there first.")
                .call(NextCall::post("/v1/shop-directories")),
            Self::InvalidValue { .. } => by_s5("terms.not_sane"),
            Self::NotOnSale { .. } => by_s5("terms.not_on_sale"),
        }
    }
}
