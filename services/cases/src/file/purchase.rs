//! Who bought what, as it is written.

use serde::Deserialize;

/// Who bought what, where and when.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurchaseReported {
    /// When the order was placed.
    pub placed: String,
    /// When it was paid: by default an hour later; `never` leaves it to a step.
    #[serde(default)]
    pub paid: Option<String>,
    /// When it was delivered, day 0: by default at noon three days after the order; or `never`.
    #[serde(default)]
    pub delivered: Option<String>,
    /// When the buyer confirmed the receipt: by default at noon of the day after the delivery; or
    /// `never`.
    #[serde(default)]
    pub completed: Option<String>,
    /// The buyer's country.
    pub country: String,
    /// The buyer's city.
    pub city: String,
    /// The time zone of the delivery; by default the city's.
    #[serde(default)]
    pub zone: Option<String>,
    /// What was bought; by default a smartphone.
    #[serde(default)]
    pub device: DeviceReported,
    #[serde(default = "one")]
    pub quantity: u32,
    /// The price of one, in minor units: `5000000 RUB`.
    pub price: String,
    /// The warranty: by default of the terms' provider and program, at their price.
    #[serde(default)]
    pub warranty: WarrantyReported,
}

fn one() -> u32 {
    1
}

/// A device, or none.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceReported {
    /// `smartphone`, `tablet`, `push_button_phone` or `other`; `none` if it is not a device.
    #[serde(default)]
    pub category: Option<String>,
    /// `android`, `ios`, `windows`, `symbian` or `other`.
    #[serde(default)]
    pub operating_system: Option<String>,
    #[serde(default)]
    pub brand: Option<String>,
    #[serde(default)]
    pub model: Option<String>,
    /// The serial number or IMEI.
    #[serde(default)]
    pub serial: Option<String>,
}

/// The selected warranty, or none.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WarrantyReported {
    /// `true` for no warranty.
    #[serde(default)]
    pub none: bool,
    /// `repair` or `exchange`.
    #[serde(default)]
    pub program: Option<String>,
    #[serde(default)]
    pub provider: Option<String>,
    /// The price for one device, in minor units.
    #[serde(default)]
    pub price: Option<String>,
}
