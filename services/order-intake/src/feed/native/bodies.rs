//! The fields of the bodies that are read; others are ignored.

use chrono_tz::Tz;
use recourse_kernel::Money;
use recourse_kernel::json::{whole_number, whole_number_if_any};
use recourse_terms::{Country, DeviceKind};
use serde::Deserialize;

use crate::domain::events::WarrantyBought;
use crate::feed::fact::Contact;
use crate::feed::values::Text;

/// What all facts have. Their time is in `times.rs`.
#[derive(Deserialize)]
pub(super) struct Happened {
    pub(super) order: Text,
}

#[derive(Deserialize)]
pub(super) struct Placed {
    pub(super) buyer: Text,
    pub(super) contact: Option<Contact>,
    pub(super) country: Country,
    pub(super) region: Option<String>,
    pub(super) city: Option<String>,
    pub(super) shop: Option<String>,
    pub(super) language: Option<String>,
    pub(super) time_zone: Option<String>,
    pub(super) lines: Vec<Line>,
}

#[derive(Deserialize)]
pub(super) struct Line {
    #[serde(rename = "line", default, deserialize_with = "whole_number_if_any")]
    pub(super) number: Option<u32>,
    pub(super) title: String,
    #[serde(deserialize_with = "whole_number")]
    pub(super) quantity: u32,
    pub(super) unit_price: Money,
    pub(super) device: Option<DeviceKind>,
    pub(super) requires_shipping: Option<bool>,
    pub(super) warranty: Option<WarrantyBought>,
    pub(super) seller: Option<String>,
    #[serde(default)]
    pub(super) serials: Vec<String>,
    pub(super) reference: Option<Text>,
}

#[derive(Deserialize)]
pub(super) struct Paid {
    pub(super) amount: Money,
}

#[derive(Deserialize)]
pub(super) struct WithReason {
    pub(super) reason: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Delivered {
    pub(super) zone: Option<Tz>,
    pub(super) reference: Option<Text>,
}

/// Units by device id, or by line and unit only: `"1.2"`.
#[derive(Deserialize)]
pub(super) struct Devices {
    pub(super) devices: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub(super) struct Refunded {
    pub(super) amount: Money,
    pub(super) reference: Option<Text>,
}
