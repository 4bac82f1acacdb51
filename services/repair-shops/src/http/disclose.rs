//! `POST /v1/jobs/{job}/disclosure`: what the buyer wrote, and where the device goes back to, for
//! the shop that holds the job (A2). Each call is recorded, then answered.

use axum::response::Response;
use recourse_edge::{Call, ERASED, Edge, Json, Problem, RequestBody};
use recourse_kernel::{JobId, Role, Sealed};
use recourse_terms::Country;
use serde::{Deserialize, Serialize};

use crate::domain::commands::{Disclose, JobCommand};
use crate::domain::events::{Opened, PhotoReference};
use crate::queries::jobs::{self, KnownJob};

/// What a shop reads. This is a public format.
#[derive(Debug, Serialize)]
struct DisclosedView {
    /// The job.
    id: JobId,
    /// What the buyer wrote on the form.
    defect: String,
    /// What the buyer wrote about defects that joined the claim later (C4).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    more_defects: Vec<DefectView>,
    contact: ContactView,
    photos: Vec<PhotoView>,
}

#[derive(Debug, Serialize)]
struct DefectView {
    /// Its number within the claim.
    defect: u32,
    text: String,
}

/// The buyer, and the return address.
#[derive(Debug, Serialize)]
struct ContactView {
    #[serde(flatten)]
    sealed: ContactData,
    city: String,
    country: Country,
}

/// What is sealed of the contact data of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ContactData {
    name: String,
    email: String,
    phone: String,
    street: String,
}

#[derive(Debug, Serialize)]
struct PhotoView {
    #[serde(flatten)]
    photo: PhotoReference,
    /// The path of the picture; each access is recorded, too.
    href: String,
}

pub(super) async fn answer(call: Call<JobId>, request: RequestBody) -> Result<Response, Problem> {
    call.caller.only(&[Role::Shop])?;
    let job = call.path;
    let command = JobCommand::Disclose(Disclose { job, photo: None });
    let access = call.recorded(job.key, &command, &request).await?;
    let KnownJob { row, notes, .. } = known(&call, job).await?;
    let opened = row.job.map(|job| job.opened).ok_or_else(|| Problem::not_found("job", job))?;
    let mut more_defects = Vec::with_capacity(notes.defects.len());
    for (defect, text) in notes.defects {
        more_defects.push(DefectView { defect, text: call.open_text(&text).await? });
    }
    let view = DisclosedView {
        id: job,
        defect: call.open_text(&opened.defect).await?,
        more_defects,
        contact: contact(&call, &opened).await?,
        photos: opened.photos.iter().map(|photo| photo_view(job, photo)).collect(),
    };
    Ok(access.shows(Json(view)))
}

/// The job as the read model has it.
pub(super) async fn known(edge: &Edge, job: JobId) -> Result<KnownJob, Problem> {
    jobs::one(edge.pool(), job).await?.ok_or_else(|| Problem::not_found("job", job))
}

async fn contact(edge: &Edge, opened: &Opened) -> Result<ContactView, Problem> {
    let sealed = contact_data(edge, &opened.contact).await?;
    Ok(ContactView { sealed, city: opened.city.clone(), country: opened.country })
}

async fn contact_data(edge: &Edge, sealed: &Sealed) -> Result<ContactData, Problem> {
    let text = edge.open_text(sealed).await?;
    if text == ERASED {
        return Ok(ContactData::erased());
    }
    serde_json::from_str(&text).map_err(|_| Problem::internal())
}

impl ContactData {
    /// After erasure, a placeholder takes the place of each text.
    fn erased() -> Self {
        let erased = || ERASED.to_owned();
        Self { name: erased(), email: erased(), phone: erased(), street: erased() }
    }
}

fn photo_view(job: JobId, photo: &PhotoReference) -> PhotoView {
    let href = format!("/v1/jobs/{job}/photos/{}", photo.sha256);
    PhotoView { photo: photo.clone(), href }
}
