//! The continuity of every stream: versions without gaps or repeats, and an unbroken hash chain.

use recourse_kernel::Hash;

use super::model::Model;
use super::taken::{Taken, Unreadable};

/// Takes the records that follow their predecessors into `streams`, and returns them, and
/// separately the others. After a record that does not follow, its stream continues only with the
/// version that is truly next.
pub(super) async fn follow<'a, M: Model>(
    model: &mut M,
    records: &[&'a Taken],
) -> sqlx::Result<(Vec<&'a Taken>, Vec<Unreadable>)> {
    let (mut following, mut others) = (Vec::with_capacity(records.len()), Vec::new());
    if records.is_empty() {
        return Ok((following, others));
    }
    let mut streams: Vec<_> = records.iter().map(|taken| taken.record.stream.as_str()).collect();
    streams.sort_unstable();
    streams.dedup();
    let mut heads = model.heads(&streams).await?;
    for &taken in records {
        let stream = &taken.record.stream;
        let head = heads.get(stream).copied().unwrap_or_default();
        match follows(taken, head) {
            Ok(()) => {
                heads.insert(stream.clone(), (taken.record.version, taken.record.hash));
                following.push(taken);
            }
            Err(why) => others.push(taken.set_aside(why)),
        }
    }
    model.keep_heads(&heads).await?;
    Ok((following, others))
}

fn follows(taken: &Taken, (version, head): (u64, Hash)) -> Result<(), String> {
    let record = &taken.record;
    if record.version != version + 1 {
        let stream = &record.stream;
        let found = record.version;
        return Err(format!(
            "stream {stream}: version {found} follows {version}; the log has a gap or a repeat"
        ));
    }
    if record.previous_hash != head || record.computed_hash() != record.hash {
        return Err(format!(
            "stream {}, version {}: the hash chain is broken",
            record.stream, record.version
        ));
    }
    Ok(())
}
