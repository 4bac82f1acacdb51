//! Ids are paths: every id contains the order key of its purchase, so it can be routed without a
//! lookup.
//!
//! This is a stable format: ids are stored and published permanently.

mod order_key;
mod path;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use order_key::{InvalidId, OrderKey};

use order_key::KEY_LENGTH;
use path::{id, parse_path, write_path};

/// The order key in any id of this module.
///
/// ```
/// # use recourse_kernel::{ids::order_key_in, OrderKeys};
/// let key = OrderKeys::development().key_of("market", "1001");
/// assert_eq!(order_key_in(&format!("clm_{key}-1.2-3")).ok(), Some(key));
/// ```
pub fn order_key_in(id: &str) -> Result<OrderKey, InvalidId> {
    let start = id.find('_').map_or(0, |at| at + 1);
    id.get(start..start + KEY_LENGTH)
        .and_then(|key| key.parse().ok())
        .ok_or_else(|| InvalidId::new(id, "prefix_K-1.2-…"))
}

/// The purchase that an id of any kind belongs to: `K` for `clm_K-1.2-3`. None for other strings.
pub fn purchase_in(id: &str) -> Option<OrderKey> {
    let (kind, _) = id.split_once('_')?;
    if kind.len() == 3 { order_key_in(id).ok() } else { None }
}

/// The claim that an id belongs to: of a claim, job, shipment, settlement or payment.
///
/// ```
/// # use recourse_kernel::{OrderKeys, ids::claim_in};
/// let key = OrderKeys::development().key_of("market", "1001");
/// let claim = format!("clm_{key}-1.2-3");
/// assert_eq!(claim_in(&format!("shp_{key}-1.2-3-1-4")).unwrap().to_string(), claim);
/// // Settlement 0 is of no claim.
/// assert_eq!(claim_in(&format!("pay_{key}-1.2-0-1")), None);
/// assert_eq!(claim_in(&format!("pol_{key}-1.2")), None);
/// ```
pub fn claim_in(id: &str) -> Option<ClaimId> {
    let (prefix, path) = id.split_once('_')?;
    if !matches!(prefix, "clm" | "job" | "shp" | "stl" | "pay") {
        return None;
    }
    let mut parts = path.splitn(4, '-');
    let (key, device, claim) = (parts.next()?, parts.next()?, parts.next()?);
    if claim == "0" { None } else { format!("clm_{key}-{device}-{claim}").parse().ok() }
}

id!(
    /// One order of one marketplace: a purchase. Its key is the start of every other id's path.
    OrderId, "ord_", "ord_K", []
);
id!(
    /// One device of an order: unit `unit` of order line `line`, both counted from 1.
    DeviceId, "", "K-1.2", [line, unit]
);
id!(
    /// The warranty of one device, with the device's own numbers: a device has at most one.
    PolicyId, "pol_", "pol_K-1.2", [line, unit]
);
id!(
    /// The `claim`-th claim under a policy, counted from 1.
    ClaimId, "clm_", "clm_K-1.2-3", [line, unit, claim]
);
id!(
    /// The `visit`-th visit to a repair shop under a claim, counted from 1.
    JobId, "job_", "job_K-1.2-3-1", [line, unit, claim, visit]
);
id!(
    /// The `shipment`-th shipment of a job, counted from 1.
    ShipmentId, "shp_", "shp_K-1.2-3-1-1", [line, unit, claim, visit, shipment]
);
id!(
    /// The `dispute`-th dispute about a device, counted from 1.
    DisputeId, "dsp_", "dsp_K-1.2-1", [line, unit, dispute]
);
id!(
    /// The `request`-th privacy request of an order's stream, counted from 1.
    PrivacyRequestId, "prv_", "prv_K-1", [request]
);
id!(
    /// The settlement of claim `claim`; 0 if there is no claim, as for the refund of a policy's
    /// price.
    SettlementId, "stl_", "stl_K-1.2-3", [line, unit, claim]
);
id!(
    /// The `payment`-th payment of a settlement, counted from 1.
    PaymentId, "pay_", "pay_K-1.2-3-1", [line, unit, claim, payment]
);

impl OrderId {
    /// The id `ord_K` for the key `K`.
    pub fn new(key: OrderKey) -> Self {
        Self { key }
    }

    /// `K-1.2` for line 1, unit 2. Whether the order has such a unit is not checked.
    pub fn device(self, line: u32, unit: u32) -> DeviceId {
        DeviceId { key: self.key, line, unit }
    }

    /// The n-th privacy request of the order's stream.
    pub fn privacy_request(self, request: u32) -> PrivacyRequestId {
        PrivacyRequestId { key: self.key, request }
    }
}

impl PrivacyRequestId {
    /// The order whose stream the request is in.
    pub fn order(self) -> OrderId {
        OrderId { key: self.key }
    }
}

impl DeviceId {
    /// `ord_K` for `K-1.2`.
    pub fn order(self) -> OrderId {
        OrderId { key: self.key }
    }

    /// `pol_K-1.2` for `K-1.2`, whether or not a warranty was sold with the device.
    pub fn policy(self) -> PolicyId {
        PolicyId { key: self.key, line: self.line, unit: self.unit }
    }

    /// The device's n-th dispute.
    pub fn dispute(self, dispute: u32) -> DisputeId {
        DisputeId { key: self.key, line: self.line, unit: self.unit, dispute }
    }

    /// The settlement of the device's n-th claim; 0 for the settlement without a claim.
    pub fn settlement(self, claim: u32) -> SettlementId {
        SettlementId { key: self.key, line: self.line, unit: self.unit, claim }
    }
}

impl PolicyId {
    /// `K-1.2` for `pol_K-1.2`.
    pub fn device(self) -> DeviceId {
        DeviceId { key: self.key, line: self.line, unit: self.unit }
    }

    /// The policy's n-th claim.
    pub fn claim(self, claim: u32) -> ClaimId {
        ClaimId { key: self.key, line: self.line, unit: self.unit, claim }
    }
}

impl ClaimId {
    /// `pol_K-1.2` for `clm_K-1.2-3`.
    pub fn policy(self) -> PolicyId {
        PolicyId { key: self.key, line: self.line, unit: self.unit }
    }

    /// The job of the claim's n-th visit to a repair shop.
    pub fn job(self, visit: u32) -> JobId {
        JobId { key: self.key, line: self.line, unit: self.unit, claim: self.claim, visit }
    }

    /// `stl_K-1.2-3` for `clm_K-1.2-3`: a claim has at most one.
    pub fn settlement(self) -> SettlementId {
        self.policy().device().settlement(self.claim)
    }
}

impl JobId {
    /// `clm_K-1.2-3` for `job_K-1.2-3-1`.
    pub fn claim(self) -> ClaimId {
        ClaimId { key: self.key, line: self.line, unit: self.unit, claim: self.claim }
    }

    /// The job's n-th shipment.
    pub fn shipment(self, shipment: u32) -> ShipmentId {
        let Self { key, line, unit, claim, visit } = self;
        ShipmentId { key, line, unit, claim, visit, shipment }
    }
}

impl ShipmentId {
    /// `job_K-1.2-3-1` for `shp_K-1.2-3-1-2`.
    pub fn job(self) -> JobId {
        let Self { key, line, unit, claim, visit, .. } = self;
        JobId { key, line, unit, claim, visit }
    }
}

impl DisputeId {
    /// `K-1.2` for `dsp_K-1.2-1`.
    pub fn device(self) -> DeviceId {
        DeviceId { key: self.key, line: self.line, unit: self.unit }
    }
}

impl SettlementId {
    /// The settlement's n-th payment.
    pub fn payment(self, payment: u32) -> PaymentId {
        PaymentId { key: self.key, line: self.line, unit: self.unit, claim: self.claim, payment }
    }
}

impl PaymentId {
    /// `stl_K-1.2-3` for `pay_K-1.2-3-1`.
    pub fn settlement(self) -> SettlementId {
        SettlementId { key: self.key, line: self.line, unit: self.unit, claim: self.claim }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OrderKeys;

    #[test]
    fn a_long_text_is_cut_where_it_is_quoted() {
        for text in ["é".repeat(3_000), format!("clm_{}", "1".repeat(3_000))] {
            let refused = text.parse::<ClaimId>().unwrap_err().to_string();
            assert!(refused.contains("…` is not a valid id") && refused.len() < 300, "{refused}");
        }
    }

    #[test]
    fn an_id_reads_back_as_it_was_written() {
        let key = OrderKeys::development().key_of("market", "1001");
        let shipment = OrderId::new(key).device(1, 2).policy().claim(3).job(1).shipment(2);
        assert_eq!(shipment.to_string(), format!("shp_{key}-1.2-3-1-2"));
        assert_eq!(shipment.to_string().parse(), Ok(shipment));
        assert_eq!(OrderId::new(key).to_string().parse(), Ok(OrderId::new(key)));
        let request = OrderId::new(key).privacy_request(2);
        assert_eq!(request.to_string(), format!("prv_{key}-2"));
        assert_eq!(request.to_string().parse(), Ok(request));
    }

    #[test]
    fn what_is_not_an_id_is_refused() {
        let key = OrderKeys::development().key_of("market", "1001");
        for bad in [
            "clm_".to_owned(),
            format!("clm_{key}-1.2"),
            format!("clm_{key}-1.2-3-4"),
            format!("clm_{key}-1.2-03"),
            format!("clm_{key}-1.2-+3"),
            format!("clm_{key}-1-2-3"),
            format!("pol_{key}-1.2-3"),
            format!("clm_{key}-1.2-99999999999"),
            format!("clm_{}-1.2-3", &key.as_str()[1..]),
        ] {
            assert!(bad.parse::<ClaimId>().is_err(), "{bad}");
        }
    }
}
