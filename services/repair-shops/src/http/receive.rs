//! `POST /v1/jobs/{job}/received`: the shop received the device (C6).

use recourse_edge::{Accepted, Command, Problem, RequestBody};
use recourse_kernel::JobId;
use recourse_terms::Serial;

use super::WORKERS;
use crate::domain::commands::JobCommand;

pub(super) async fn answer(call: Command<JobId>) -> Result<Accepted, Problem> {
    call.only(WORKERS)?;
    let job = call.path;
    let split = with_second_serial(&call.request);
    let request = split.as_ref().unwrap_or(&call.request);
    let command = JobCommand::Receive(request.read_with("job", &job)?);
    call.submit(job.key, &command).await
}

/// Both IMEIs of a phone in the one field `serial`: the other one is the second serial.
fn with_second_serial(request: &RequestBody) -> Option<RequestBody> {
    let (first, second) = Serial::one_or_two(request.text("serial")?).ok()?;
    if request.text("second_serial").is_some() {
        return None;
    }
    Some(request.with("serial", &first).with("second_serial", &second?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn serials(body: serde_json::Value) -> (String, Option<String>) {
        let request = RequestBody::new(Vec::new(), Some(body));
        let read = with_second_serial(&request).unwrap_or(request);
        let text = |field| read.text(field).map(str::to_owned);
        (text("serial").unwrap(), text("second_serial"))
    }

    #[test]
    fn c6_two_imeis_in_one_field_are_serial_and_second_serial() {
        let two = serials(json!({"serial": "352099001761481 / 490154203237518"}));
        assert_eq!(two, ("352099001761481".to_owned(), Some("490154203237518".to_owned())));
        let typed = "352099001761481 / 01";
        assert_eq!(serials(json!({"serial": typed})), (typed.to_owned(), None));
        // Three numbers: the caller is asked for one.
        let both =
            json!({"serial": "352099001761481, 490154203237518", "second_serial": "SN-1234"});
        assert_eq!(serials(both).1.as_deref(), Some("SN-1234"));
    }
}
