//! The log and the read model as a reader sees them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use recourse_kernel::{Folded, Record};
use recourse_runtime::reply::ReplyKind;
use recourse_runtime::writer::log::Incoming;
use recourse_simulated::Cluster;

use crate::toy::{Bank, PiggyBank};

/// All events, with their partitions.
pub(crate) fn records(cluster: &Cluster) -> Result<Vec<(i32, Record)>, String> {
    let read = |event: Incoming| {
        let (key, value) = (event.key.unwrap_or_default(), event.value.unwrap_or_default());
        let record = Record::read(&key, &event.headers, &value);
        record.map(|record| (event.partition, record)).map_err(|error| error.to_string())
    };
    cluster.events().into_iter().map(read).collect()
}

/// The state of a purchase according to a replay of the log.
pub(crate) fn replayed(cluster: &Cluster, key: &str) -> Result<Folded<Bank>, String> {
    let mut fold = Folded::<Bank>::default();
    for (_, record) in records(cluster)? {
        if record.key == key {
            fold.replay::<PiggyBank>(&record).map_err(|error| error.to_string())?;
        }
    }
    Ok(fold)
}

/// The ids of the commands that were answered finally, that is, not just as blocked.
pub(crate) fn answered(cluster: &Cluster) -> BTreeSet<String> {
    let replies = cluster.replies().into_iter().map(|(_, reply)| reply);
    let done = replies.filter(|reply| reply.kind != ReplyKind::Blocked);
    done.map(|reply| reply.command_id).collect()
}

/// Describes what the read model does not have yet; empty if it has everything.
pub(crate) fn not_projected(cluster: &Cluster) -> String {
    let streams: BTreeMap<String, u64> = match records(cluster) {
        Ok(records) => {
            records.into_iter().map(|(_, record)| (record.stream, record.version)).collect()
        }
        Err(error) => return error,
    };
    let dump = cluster.dump();
    for (stream, version) in streams {
        if !dump.contains(&format!("stream {stream} {version} ")) {
            return format!("{stream} is not projected to version {version}");
        }
    }
    String::new()
}

/// The log and the read model as text.
pub(crate) fn text_of(cluster: &Cluster) -> String {
    let mut text = String::new();
    for event in cluster.events() {
        let headers: Vec<_> = event
            .headers
            .iter()
            .map(|(name, value)| format!("{name}={}", String::from_utf8_lossy(value)))
            .collect();
        let _ = writeln!(text, "{}/{} {}", event.partition, event.offset, headers.join(" "));
    }
    text.push_str(&cluster.dump());
    text
}
