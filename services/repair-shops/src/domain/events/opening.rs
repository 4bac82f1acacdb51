//! The job is opened and routed to a shop, and may move to another one. These are stable formats.

use recourse_kernel::{ClaimId, DeviceId, Findings, Instant, JobId, OrderId, PolicyId, Sealed};
use recourse_terms::terms::ClockStops;
use recourse_terms::{Country, DeviceKind, Program, Provider, Serial, Shop, TermsRef};
use serde::{Deserialize, Serialize};

use super::evidence::PhotoReference;
use super::shipments::Due;

/// A snapshot of the shop that a job was routed to, taken from the directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobShop {
    /// The shop's id, which is also the subject of its principal.
    pub id: String,
    pub name: String,
    /// The shop's city, as spelled in the directory.
    pub city: String,
    /// The address for parcels (C7).
    pub address: String,
    pub phone: String,
    /// The shop's time zone, as an IANA name.
    pub zone: String,
    /// Whether it is the country's main centre.
    pub main_centre: bool,
    /// Whether a partner runs it, whose declarations the provider approves (T11).
    #[serde(default)]
    pub partner: bool,
}

impl From<&Shop> for JobShop {
    fn from(shop: &Shop) -> Self {
        Self {
            id: shop.id.clone(),
            name: shop.name.clone(),
            city: shop.city.clone(),
            address: shop.address.clone(),
            phone: shop.phone.clone(),
            zone: shop.zone.name().to_owned(),
            main_centre: shop.main_centre,
            partner: shop.partner,
        }
    }
}

/// A claim was accepted, so a job was opened and routed to a shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    /// The policy that the claim is made under.
    pub policy: PolicyId,
    /// The order in which the device was bought.
    pub order: OrderId,
    pub device: DeviceId,
    pub provider: Provider,
    pub program: Program,
    /// The buyer's pseudonym.
    pub buyer: String,
    /// The marketplace that the device was bought on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marketplace: Option<String>,
    /// The seller of the device, by the marketplace's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
    /// The kind of device to expect.
    pub kind: DeviceKind,
    /// The serial stated in the claim.
    pub serial: Serial,
    /// The buyer's country.
    pub country: Country,
    /// The buyer's city.
    pub city: String,
    /// The buyer's description of the defect, sealed with the buyer's key (A2).
    pub defect: Sealed,
    /// The buyer's name, email, phone number and street address, sealed with the buyer's key (A2).
    pub contact: Sealed,
    /// The photos of the claim form, by hash (A2).
    #[serde(default)]
    pub photos: Vec<PhotoReference>,
    /// The shop that the device goes to.
    pub shop: JobShop,
    /// Why this shop was chosen, as text.
    pub routed_because: String,
    /// The terms that the policy was sold under.
    pub terms: TermsRef,
    /// T4: the number of counted days after receipt within which the repair is promised, if the
    /// terms count from receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_within_days: Option<u32>,
    /// T5: the number of counted days after which the provider must declare the device beyond
    /// repair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond_repair_after_days: Option<u32>,
    /// T6: the number of unsuccessful repairs after which the device is beyond repair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond_repair_after_repairs: Option<u32>,
    /// T5, T8: the number of days to make the declaration, up to the end of the last one; 3 if
    /// absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declare_within_days: Option<u32>,
    /// T3, T8: the number of 24-hour days to send a replacement after it was chosen, or a device
    /// after its repair under an exchange policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_within_days: Option<u32>,
    /// T3, T8: the number of counted days for a repair under an exchange policy after it was
    /// chosen; absent for other policies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_under_exchange_within_days: Option<u32>,
    /// M9: whether the buyer gets the old device back in addition to cash, if the terms allow it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub old_device_goes_back: bool,
    /// T4: what pauses the clock.
    #[serde(default)]
    pub clock_stops: ClockStops,
    /// T9: for how many days in all waiting for parts pauses the repair's deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts_at_most_days: Option<u32>,
    /// When the claim was accepted.
    pub opened_at: Instant,
    /// Until when the buyer hands the device over (T11).
    pub hand_over: Due,
    /// The rules that were checked.
    pub findings: Findings,
}

/// A claim was accepted, but no shop was found for its device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoutingFailed {
    /// The job that could not be opened.
    pub job: JobId,
    /// The claim that it would have served.
    pub claim: ClaimId,
    /// Why, as a sentence for people to read.
    pub detail: String,
}

/// Why a job moves to another shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovedBecause {
    /// The shop refuses the job.
    Refused,
    ShopCloses,
    /// The shop lacks the means for the repair.
    CannotDoIt,
}

/// The job moved to another shop of the provider, at no cost to the buyer: the provider pays for
/// the shipment between the shops.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    /// The id of the previous shop.
    pub from: String,
    pub shop: JobShop,
    pub because: MovedBecause,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The city where the device waits for forwarding, if the previous shop had received it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_in: Option<String>,
    pub moved_at: Instant,
    /// When it was reported; the clock is paused from then on until the other shop has the device.
    pub reported_at: Instant,
    /// By when the previous shop forwards the device, if it has it (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_by: Option<Instant>,
    /// The rules that were checked.
    pub findings: Findings,
}
