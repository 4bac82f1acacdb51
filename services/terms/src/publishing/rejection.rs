//! Why something cannot be published or withdrawn.

use recourse_kernel::{Instant, NextCall, Reason, Rejection};

use crate::{Country, SheetName};

/// Why something cannot be published or withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishRejection {
    /// This version has been published, and published documents never change (S5).
    #[error("version {version} of `{line}` is already published")]
    AlreadyPublished {
        /// The line, or the name of the sheet or directory.
        line: String,
        /// Its number, which is the last published one.
        version: u32,
    },
    /// The version is not the successor of the last one.
    #[error("version {version} of `{line}` does not follow version {last}")]
    VersionOutOfOrder {
        /// The line, or the name of the sheet or directory.
        line: String,
        /// The number in the document; the only one accepted is `last + 1`.
        version: u32,
        /// The last published version; 0 if there is none.
        last: u32,
    },
    /// `sold_from` is before now, and this is not the first version of a line: orders may already
    /// have been decided without these terms (S5).
    #[error("only the first version of a line can start in the past: {from} is before {now}")]
    StartsInThePast {
        /// `sold_from` of the document.
        from: Instant,
        /// The time of the decision.
        now: Instant,
    },
    /// `until` is before now: policies may have been sold under the terms since then (S5).
    #[error("terms cannot end in the past: {until} is before {now}")]
    EndsInThePast {
        /// The first instant without sale, as requested.
        until: Instant,
        /// The time of the decision.
        now: Instant,
    },
    /// Terms of the same provider and program are sold in the same country and period (S5, S6).
    #[error("version {version} of `{line}` is sold in {country} in the same period")]
    Overlaps {
        /// The line of the other version.
        line: String,
        /// The number of the other version.
        version: u32,
        /// A country where both would be sold.
        country: Country,
    },
    /// The provider has no main centre in this country of the terms (S5).
    #[error("the provider has no main centre in {0} that could receive devices")]
    NoShop(Country),
    /// The calendar of business days that the terms name was never published (T11).
    #[error("the calendar `{0}` of business days is not known")]
    NoCalendar(SheetName),
    /// A value that the calculations cannot handle, or that contradicts another one.
    #[error("{field}: {reason}")]
    InvalidValue {
        /// The path of the field or of its group: `cash.steps`.
        field: &'static str,
        /// What is wrong with it: `there are no brackets`.
        reason: String,
    },
    /// The version was never published.
    #[error("there is no version {version} of `{line}`")]
    NotKnown {
        /// The line to be withdrawn from.
        line: String,
        /// The version to be withdrawn.
        version: u32,
    },
    /// The sale of the version has ended, or ends before the requested end.
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
            Self::Overlaps { .. } => by_s5("terms.overlap").instead(
                "Withdraw the other version first and publish this one under a new \
                     Idempotency-Key, or start when it ends.",
            ),
            Self::NoShop(_) => by_s5("terms.no_shop")
                .instead(
                    "Publish a directory of shops with a main centre there first, then the terms \
                     under a new Idempotency-Key.",
                )
                .call(NextCall::post("/v1/shop-directories")),
            Self::NoCalendar(_) => Reason::new("terms.no_calendar", &["T11"])
                .instead("Publish the calendar first, then the terms under a new Idempotency-Key.")
                .call(NextCall::post("/v1/calendars")),
            Self::InvalidValue { .. } => by_s5("terms.not_sane"),
            Self::NotKnown { .. } => by_s5("terms.not_known"),
            Self::NotOnSale { .. } => by_s5("terms.not_on_sale"),
        }
    }
}
