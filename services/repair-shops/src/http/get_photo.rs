//! `GET /v1/jobs/{job}/photos/{sha256}`: a photo of the claim form, for the shop that holds the job
//! (A2). Each call is recorded, then answered.

use axum::http::header;
use axum::response::Response;
use recourse_edge::{Call, Problem, RequestBody};
use recourse_kernel::{Hash, JobId, Role};
use recourse_sealing::photos::MEDIA_TYPE;

use crate::domain::commands::{Disclose, JobCommand};

pub(super) async fn answer(
    call: Call<(JobId, Hash)>,
    request: RequestBody,
) -> Result<Response, Problem> {
    call.caller.only(&[Role::Shop])?;
    let (job, sha256) = (call.path.0, call.path.1.to_string());
    let command = JobCommand::Disclose(Disclose { job, photo: Some(sha256.clone()) });
    let access = call.recorded(job.key, &command, &request).await?;
    // Photos are stored for the policy; the decision has found this one among the claim's.
    let policy = job.claim().policy().to_string();
    let bytes = call.photos().open(&policy, &sha256).await?;
    let headers = [(header::CONTENT_TYPE, MEDIA_TYPE), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    Ok(access.shows((headers, bytes)))
}
