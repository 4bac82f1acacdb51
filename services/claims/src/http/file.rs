//! `POST /v1/policies/{pol}/claims`: files a claim (C1, C2).

use axum::http::StatusCode;
use recourse_edge::{Accepted, Command, Edge, Problem};
use recourse_kernel::{ClaimId, NextCall, PolicyId, Role};

use super::form::{Form, Gaps, MAX_PHOTOS, PhotoName, RepairReported};
use crate::domain::commands::{ClaimCommand, File};
use crate::domain::events::{EarlierRepair, Photo};

pub(super) async fn answer(call: Command<PolicyId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Buyer])?;
    let policy = call.path;
    let form: Form = call.request.read()?;
    let checked = form.complete().map_err(|gaps| incomplete(&gaps))?;
    let photos = stored(&call, policy, &form.photos).await?;
    let earlier_repairs = repairs(&call, policy, &form.earlier_repairs).await?;
    let person = call.caller.person();
    let contact = serde_json::to_vec(&form.contact).map_err(|_| Problem::internal())?;
    let command = ClaimCommand::File(Box::new(File {
        policy,
        serial: checked.serial,
        requested_remedy: form.requested_remedy,
        country: checked.country,
        city: checked.city,
        defect: call.seal(&person, form.defect.trim().as_bytes()).await?,
        defect_code: form.defect_code,
        contact: call.seal(&person, &contact).await?,
        photos,
        continues: form.continues,
        earlier_repairs,
    }));
    call.create(policy.key, &command, |claim| format!("/v1/claims/{claim}")).await
}

/// T6: repairs elsewhere, each with its receipt if there is one.
async fn repairs(
    edge: &Edge,
    policy: PolicyId,
    reported: &[RepairReported],
) -> Result<Vec<EarlierRepair>, Problem> {
    let mut repairs = Vec::with_capacity(reported.len());
    for repair in reported {
        let evidence = stored(edge, policy, repair.evidence.as_slice()).await?.pop();
        let shop = repair.shop.trim().to_owned();
        repairs.push(EarlierRepair { on: repair.on, shop, evidence });
    }
    Ok(repairs)
}

/// C2: the photos that an answer adds, at most as many as a form may have.
pub(super) async fn added(
    edge: &Edge,
    claim: ClaimId,
    named: &[PhotoName],
) -> Result<Vec<Photo>, Problem> {
    if named.len() > MAX_PHOTOS {
        return Err(incomplete(&Gaps::from([("photos", "at most three photos".to_owned())])));
    }
    stored(edge, claim.policy(), named).await
}

/// The named photos, as they were uploaded for the policy.
async fn stored(edge: &Edge, policy: PolicyId, named: &[PhotoName]) -> Result<Vec<Photo>, Problem> {
    let owner = policy.to_string();
    let mut photos = Vec::with_capacity(named.len());
    for name in named {
        let Some(photo) = edge.photos().find(&owner, &name.sha256).await? else {
            let detail = "a photo in the form was not uploaded for this policy";
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "claim.photo_missing",
                detail,
            )
            .rules(&["C2"])
            .instead("Upload the photo for this policy, then send the form again.")
            .instead_call(NextCall::post(format!("/v1/policies/{policy}/photos")))
            .fact("sha256", &name.sha256));
        };
        let recourse_sealing::photos::Photo { sha256, size, media_type } = photo;
        photos.push(Photo { sha256, size, media_type });
    }
    Ok(photos)
}

fn incomplete(gaps: &Gaps) -> Problem {
    let fields: Vec<_> = gaps.keys().copied().collect();
    let detail = format!("the form is incomplete: {}", fields.join(", "));
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "claim.form_incomplete", detail)
        .rules(&["C2"])
        .instead("Correct the named fields and send the form again.")
        .fact("missing", gaps)
}
