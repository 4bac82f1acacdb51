//! Replacements: a device sent in place of the original has a warranty of its own (T7).

use chrono::Days;
use chrono_tz::Tz;
use recourse_kernel::{ClaimId, Instant, PolicyId};
use recourse_terms::coverage::{first_instant_of, local_day};
use recourse_terms::terms::OriginalCoverage;
use recourse_terms::{Outcome, Serial, Terms};

use crate::domain::events::PolicyCoverage;
use crate::domain::state::{Claim, Purchase, SentReplacement};

/// A device that replaced the original, with a warranty of its own (T7).
pub(crate) struct Replacement {
    /// Serial number or IMEI.
    serial: Serial,
    /// Serials that a shop has read from it since.
    serials_read: Vec<Serial>,
    /// Serials of the devices that it and its predecessors replaced, oldest first.
    pub(crate) replaced_serials: Vec<Serial>,
    /// When it was delivered or, if that is unknown, sent.
    since: Instant,
    /// First instant after its own warranty; `None` before its delivery, which starts the warranty.
    pub(crate) warranty_until: Option<Instant>,
    /// Whether it ended the coverage of the original device.
    pub(crate) ends_the_coverage: bool,
}

impl Replacement {
    /// The last device sent under the policy, if any.
    pub(crate) fn last(
        purchase: &Purchase,
        policy: PolicyId,
        terms: &Terms,
        coverage: &PolicyCoverage,
    ) -> Option<Self> {
        Self::before(purchase, policy.claim(u32::MAX), terms, coverage)
    }

    /// The last device sent under the policy before a claim.
    pub(crate) fn before(
        purchase: &Purchase,
        claim: ClaimId,
        terms: &Terms,
        coverage: &PolicyCoverage,
    ) -> Option<Self> {
        let earlier = || purchase.claims_of(claim.policy()).filter(|earlier| earlier.id < claim);
        let replaced: Vec<(&Claim, &SentReplacement)> = earlier()
            .filter(|earlier| earlier.outcome() == Some(Outcome::Replaced))
            .filter_map(|earlier| Some((earlier, earlier.visit.as_ref()?.replacement.as_ref()?)))
            .collect();
        let (replaced_by, sent) = replaced.last()?;
        let since = earlier().filter(|since| since.id > replaced_by.id);
        let visits = since.filter_map(|since| since.visit.as_ref());
        Some(Self {
            serial: sent.serial.clone(),
            serials_read: visits.flat_map(|visit| visit.serials.iter().cloned()).collect(),
            replaced_serials: replaced.iter().map(|(claim, _)| claim.serial.clone()).collect(),
            since: sent.delivered_at.unwrap_or(sent.sent_at),
            warranty_until: sent.arrived_at().map(|arrived| {
                let zone = coverage.zone.unwrap_or(Tz::UTC);
                warranty_until(arrived, terms.replacement.warranty_days, zone)
            }),
            ends_the_coverage: terms.replacement.original_coverage == OriginalCoverage::Ends,
        })
    }

    /// C6, T7: whether a serial, in any spelling, names this device.
    pub(crate) fn is_named_by(&self, serial: &Serial) -> bool {
        let mut names = std::iter::once(&self.serial).chain(&self.serials_read);
        names.any(|name| name.names_the_device_of(serial))
    }

    /// Earliest time at which the buyer can have received it.
    pub(crate) fn since(&self) -> Instant {
        self.since
    }

    /// Whether its own warranty is running at that time.
    pub(crate) fn is_running_at(&self, now: Instant) -> bool {
        self.warranty_until.is_none_or(|until| now < until)
    }
}

/// T7: the warranty lasts to the end of this many calendar days after the day of delivery.
fn warranty_until(delivered: Instant, days: u16, zone: Tz) -> Instant {
    let last = local_day(delivered, zone).checked_add_days(Days::new(u64::from(days) + 1));
    last.and_then(|day| first_instant_of(day, zone)).unwrap_or(delivered)
}
