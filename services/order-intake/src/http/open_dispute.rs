//! `POST /v1/devices/{device}/disputes`: the buyer opens a dispute with the seller (T1, D1).

use axum::http::StatusCode;
use recourse_edge::{Accepted, Command, Edge, Problem};
use recourse_kernel::{DeviceId, Money, NextCall, Role};
use serde::Deserialize;

use super::photo_name::PhotoName;
use super::{seal, text_fits};
use crate::domain::OrderCommand;
use crate::domain::commands::OpenDispute;
use crate::domain::events::{PhotoReference, Receipt, RequestedRemedy};

/// The same maximum as for claims (C2).
const MAX_PHOTOS: usize = 3;

#[derive(Debug, Deserialize)]
struct Body {
    /// The buyer's description of the problem.
    reason: String,
    /// `refund`, `exchange` or `repair`.
    requested_remedy: RequestedRemedy,
    /// Photos of the defect, uploaded before.
    #[serde(default)]
    photos: Vec<PhotoName>,
    /// The receipt of a repair, with its scan, uploaded before.
    receipt: Option<ReceiptNamed>,
}

#[derive(Debug, Deserialize)]
struct ReceiptNamed {
    /// The price of the repair on the receipt.
    amount: Money,
    photo: PhotoName,
}

pub(super) async fn answer(call: Command<DeviceId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Buyer, Role::Marketplace])?;
    let device = call.path;
    let Body { reason, requested_remedy, photos, receipt } = call.request.read()?;
    text_fits("reason", &reason)?;
    few(photos.len())?;
    let mut stored_photos = Vec::with_capacity(photos.len());
    for photo in &photos {
        stored_photos.push(stored(&call, device, photo).await?);
    }
    let receipt = match receipt {
        Some(ReceiptNamed { amount, photo }) => {
            Some(Receipt { amount, photo: stored(&call, device, &photo).await? })
        }
        None => None,
    };
    let reason = seal(&call, &reason).await?;
    let photos = stored_photos;
    let opened = OpenDispute { device, reason, requested_remedy, photos, receipt };
    let command = OrderCommand::OpenDispute(opened);
    call.create(device.key, &command, |dispute| format!("/v1/disputes/{dispute}")).await
}

/// The named photo, as it was uploaded for the device.
async fn stored(
    edge: &Edge,
    device: DeviceId,
    named: &PhotoName,
) -> Result<PhotoReference, Problem> {
    let sha256 = &named.sha256;
    let Some(photo) = edge.photos().find(&device.to_string(), sha256).await? else {
        let detail = "a photo of the dispute was not uploaded for this device";
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "dispute.photo_missing",
            detail,
        )
        .rules(&["D1"])
        .instead("Upload the photo for this device, then open the dispute again.")
        .instead_call(NextCall::post(format!("/v1/devices/{device}/photos")))
        .fact("sha256", sha256));
    };
    let recourse_sealing::photos::Photo { sha256, size, media_type } = photo;
    Ok(PhotoReference { sha256, size, media_type })
}

fn few(photos: usize) -> Result<(), Problem> {
    if photos > MAX_PHOTOS {
        let detail = format!("a dispute can have at most {MAX_PHOTOS} photos");
        return Err(Problem::bad_request("dispute.too_many_photos", detail).fact("field", "photos"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dispute_has_at_most_three_photos() {
        assert!(few(3).is_ok());
        assert_eq!(few(4).unwrap_err().code.as_ref(), "dispute.too_many_photos");
    }
}
