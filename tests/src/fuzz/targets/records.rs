//! Records and bodies as they are on Kafka.

use recourse_kernel::{CommandRecord, Record, Sealed, json};
use recourse_order_intake::intake::RawRecord;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::expectations::{parts, verdict};
use crate::fuzz::Verdict::{self, Accepted, Refused};
use crate::fuzz::seeds;

pub(super) fn any_json(input: &[u8]) -> Verdict {
    let (_, body) = seeds::split(input);
    let checked = json::check(body);
    let read = serde_json::from_slice::<serde_json::Value>(body);
    assert!(checked.is_err() || read.is_ok(), "what is checked can be read");
    verdict(checked)
}

pub(super) fn event_record(input: &[u8]) -> Verdict {
    let (key, headers, body) = parts(input);
    let read = Record::read(&key, &headers, body);
    if let Ok(record) = &read {
        let again = Record::read(record.key.as_bytes(), &record.headers(), &record.body);
        let again = again.expect("what was written can be read");
        assert_eq!(again.computed_hash(), record.computed_hash());
    }
    verdict(read)
}

pub(super) fn command_record(input: &[u8]) -> Verdict {
    let (key, headers, body) = parts(input);
    let read = CommandRecord::read(&key, &headers, body);
    if let Ok(record) = &read {
        let again = CommandRecord::read(record.key.as_bytes(), &record.headers(), &record.body);
        assert!(again.is_ok(), "what was written can be read");
    }
    verdict(read)
}

pub(super) fn typed_bodies(type_name: &str) -> Vec<Vec<u8>> {
    let examples = recourse_schemas::examples(type_name).iter();
    examples.map(|example| example.body.as_bytes().to_vec()).collect()
}

pub(super) fn plain<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(
    input: &[u8],
) -> Verdict {
    let read = serde_json::from_slice::<T>(input);
    if let Ok(value) = &read {
        let written = serde_json::to_vec(value).expect("what was read can be written");
        let again = serde_json::from_slice::<T>(&written).expect("what was written can be read");
        assert_eq!(again, *value);
    }
    verdict(read)
}

pub(super) fn raw_records() -> Vec<Vec<u8>> {
    let raw = serde_json::json!({"headers": {"ce_type": "marketplace.order.paid"}, "body": "e30="});
    vec![raw.to_string().into_bytes()]
}

pub(super) fn raw_record(input: &[u8]) -> Verdict {
    let read = RawRecord::decoded(input).and_then(|raw| raw.body());
    if read.is_some() { Accepted } else { Refused("not a raw record".to_owned()) }
}

pub(super) fn sealed_boxes() -> Vec<Vec<u8>> {
    let sealed =
        serde_json::json!({"person": "buyer:b-1", "box": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"});
    vec![sealed.to_string().into_bytes()]
}

pub(super) fn sealed(input: &[u8]) -> Verdict {
    plain::<Sealed>(input)
}
