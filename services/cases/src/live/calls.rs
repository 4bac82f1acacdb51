//! A call over HTTP, with the photos that it refers to.

use std::sync::atomic::Ordering;

use recourse_clients::photo;
use serde_json::Value;

use super::System;
use crate::answer::Answer;
use crate::calls::Call;

impl System {
    pub(super) async fn call(&self, call: &Call) -> anyhow::Result<Answer> {
        let mut body = call.body.clone();
        if call.photos > 0 {
            let mut photos = Vec::new();
            for number in 0..call.photos {
                // Far apart, so that no two are equal after compression.
                let colour = self.photos.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9);
                photos.extend(self.upload(call, number, colour).await?);
            }
            body["photos"] = Value::Array(photos);
        }
        if call.type_name == "recourse.order.open_dispute.v1" && !body["receipt"].is_null() {
            let scan = self.upload(call, call.photos, 0).await?;
            body["receipt"]["photo"] = scan.unwrap_or_default();
        }
        if call.type_name.starts_with("recourse.job.") && !body["receipt"].is_null() {
            body["receipt"]["photo"] = self.postage(call).await?;
        }
        if call.type_name == "recourse.claim.file.v1" {
            let repairs = body.get_mut("earlier_repairs").and_then(Value::as_array_mut);
            for (number, repair) in (call.photos..).zip(repairs.into_iter().flatten()) {
                let Some(sha256) = repair["evidence"]["sha256"].as_str() else { continue };
                // The same receipt is the same image.
                let colour =
                    sha256.get(..8).and_then(|digits| u64::from_str_radix(digits, 16).ok());
                if let Some(receipt) = self.upload(call, number, colour.unwrap_or(0)).await? {
                    repair["evidence"] = receipt;
                }
            }
        }
        let answer = self.http.post(&call.who, &call.path, &call.idempotency_key, &body).await?;
        let refused = answer.refusal().is_some();
        Ok(if refused { Answer::refused_as(&answer.body) } else { Answer::Accepted })
    }

    /// The scan of what the buyer paid a carrier, which is uploaded for the policy (M13).
    async fn postage(&self, call: &Call) -> anyhow::Result<Value> {
        let id = call.path.split('/').nth(3).unwrap_or_default();
        let parts: Vec<_> = id.split('_').nth(1).unwrap_or_default().split('-').collect();
        let policy = format!("pol_{}", parts.iter().take(2).copied().collect::<Vec<_>>().join("-"));
        let path = format!("/v1/policies/{policy}/photos");
        let key = format!("{}-receipt", call.idempotency_key);
        let answer = self.http.upload(&call.who, &path, &key, &photo::jpeg(0)?).await?;
        Ok(answer.body)
    }

    /// A photo whose upload is refused is also refused in the form, with the reason.
    async fn upload(&self, call: &Call, number: u64, colour: u64) -> anyhow::Result<Option<Value>> {
        let photo = photo::jpeg(colour)?;
        let path = upload_path(&call.path);
        let key = format!("{}-photo-{number}", call.idempotency_key);
        let answer = self.http.upload(&call.who, &path, &key, &photo).await?;
        Ok(answer.refusal().is_none().then_some(answer.body))
    }
}

/// Where the photos of a form, a dispute or an answer are uploaded: of the policy or the device.
fn upload_path(call: &str) -> String {
    match call.strip_prefix("/v1/claims/").and_then(|rest| rest.split('/').next()) {
        Some(claim) => match claim.parse::<recourse_kernel::ClaimId>() {
            Ok(claim) => format!("/v1/policies/{}/photos", claim.policy()),
            Err(_) => call.to_owned(),
        },
        None => call.replace("/claims", "/photos").replace("/disputes", "/photos"),
    }
}
