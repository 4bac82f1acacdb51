//! `POST /v1/devices/{device}/disputes`: the buyer opens a dispute with the seller (T1).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{DeviceId, Role};
use serde::Deserialize;

use super::{seal, text_fits};
use crate::domain::OrderCommand;
use crate::domain::commands::OpenDispute;
use crate::domain::events::{PhotoReference, RequestedRemedy};

/// The same maximum as for claims (C2).
const MAX_PHOTOS: usize = 3;

#[derive(Debug, Deserialize)]
struct Body {
    /// The buyer's description of the problem.
    reason: String,
    /// `refund` or `exchange`.
    requested_remedy: RequestedRemedy,
    /// Photos uploaded before.
    #[serde(default)]
    photos: Vec<PhotoReference>,
}

pub(super) async fn answer(call: Command<DeviceId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Buyer, Role::Marketplace])?;
    let device = call.path;
    let Body { reason, requested_remedy, photos } = call.request.read()?;
    text_fits("reason", &reason)?;
    few(&photos)?;
    let reason = seal(&call, &reason).await?;
    let command =
        OrderCommand::OpenDispute(OpenDispute { device, reason, requested_remedy, photos });
    call.create(device.key, &command, |dispute| format!("/v1/disputes/{dispute}")).await
}

fn few(photos: &[PhotoReference]) -> Result<(), Problem> {
    if photos.len() > MAX_PHOTOS {
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
        let photo = PhotoReference {
            sha256: "0".repeat(64),
            size: 1_000,
            media_type: "image/jpeg".to_owned(),
        };
        assert!(few(&vec![photo.clone(); 3]).is_ok());
        let refused = few(&vec![photo; 4]).unwrap_err();
        assert_eq!(refused.code.as_ref(), "dispute.too_many_photos");
    }
}
