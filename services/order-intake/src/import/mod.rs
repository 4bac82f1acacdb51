//! Imports orders from files: JSON lines of our own feed, exports from Shopify, or responses of
//! WooCommerce's API. Files can be of any size: they are read piece by piece, with only one batch
//! in memory. An import that is restarted sends the same commands with the same ids, and each is
//! decided once.

mod batches;
mod files;
mod format;
mod outcome;
mod pieces;
mod records;
mod table;

use std::sync::Arc;

use bytes::Bytes;
use recourse_kernel::Hash;
use recourse_kernel::record::Header;
use tokio_util::sync::CancellationToken;

use crate::feed::shop::Received;
use crate::feed::{Fact, Unusable, native, of_history, one_reason};
use crate::intake::raw_record::HISTORY;
use crate::intake::{Intake, IntakeError, Origin, Read, Taken};
use batches::Batches;
use records::Record;

pub use files::{Files, UnreadFile};
pub use format::Format;
pub use outcome::{Outcome, Reached, Unused};

/// The maximum length of a piece, in bytes.
const MAX_LENGTH: usize = 16 * 1024 * 1024;

/// How many hexadecimal digits of a record's digest are in its position.
const DIGEST: usize = 12;

#[derive(Debug, Clone)]
pub struct Import {
    pub format: Format,
    /// The shop's domain or address, for bodies of a shop system, which do not name it. Not needed
    /// for our own feed.
    pub shop: String,
    /// Whether the orders are only history: no warranty is sold for them, or refused.
    pub history: bool,
    /// The files; those that cannot be read are part of the outcome.
    pub files: Files,
}

impl Import {
    /// The same, with the domain that the shop's webhooks have.
    fn of_one_shop(&self) -> Self {
        let shop = match self.format {
            Format::Native => self.shop.clone(),
            Format::Shop(system) => system.domain_of(&self.shop),
        };
        Self { shop, ..self.clone() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The total size of all files, in bytes.
    pub bytes_total: u64,
    /// The bytes read so far. The facts of all but the last page are on the log.
    pub bytes_done: u64,
    /// What became of the facts so far.
    pub taken: Taken,
}

/// Imports files, until `stop` is cancelled. `on_progress` is called after each batch that is on
/// the log. A file that cannot be read, or not to its end, does not keep the others from being
/// imported. An import that fails can be restarted: what is already on the log is decided only
/// once.
pub async fn import(
    intake: &Intake,
    import: &Import,
    stop: &CancellationToken,
    mut on_progress: impl FnMut(&Progress),
) -> Result<Outcome, IntakeError> {
    let import = &import.of_one_shop();
    let Files { readable, bytes, not_read } = &import.files;
    let mut progress = Progress { bytes_total: *bytes, bytes_done: 0, taken: Taken::default() };
    let mut outcome = Outcome { not_read: not_read.clone(), ..Outcome::default() };
    on_progress(&progress);
    let mut bytes_before = 0;
    for path in readable {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut batches = Batches::new(path, import.format);
        let mut number = 0;
        loop {
            let Some(read) = stop.run_until_cancelled(batches.next()).await else {
                outcome.stopped_at = Some(Reached { file: path.clone(), record: number });
                return Ok(outcome);
            };
            let batch = match read {
                Ok(batch) => batch,
                Err(unread) => {
                    outcome.not_read.push(unread.after(number));
                    break;
                }
            };
            let Some(last) = batch.last() else { break };
            number = last.number;
            take(intake, import, &name, batch, &mut outcome).await?;
            progress.taken = outcome.taken.clone();
            progress.bytes_done = bytes_before + batches.bytes_read();
            on_progress(&progress);
        }
        bytes_before += batches.bytes_read();
    }
    Ok(outcome)
}

async fn take(
    intake: &Intake,
    import: &Import,
    name: &str,
    batch: Vec<Record>,
    outcome: &mut Outcome,
) -> Result<(), IntakeError> {
    let mut read = Vec::with_capacity(batch.len());
    for record in batch {
        let origin = Origin {
            source: "/recourse/orders/import",
            position: position(name, import, &record),
            type_name: String::new(),
            marketplace: import.format.shop_header().map(|_| import.shop.clone()),
            traceparent: None,
            headers: headers(import),
            kept_under: None,
        };
        let (facts, origin) = (facts(intake, import, &record), Arc::new(origin));
        let raw = Bytes::from(record.bytes);
        read.extend(one_reason(facts).into_iter().map(|fact| Read {
            fact,
            raw: raw.clone(),
            origin: Arc::clone(&origin),
        }));
    }
    let prepared = intake.prepare(read).await?;
    outcome.taken += intake.send(&prepared).await?;
    outcome.note(&prepared);
    Ok(())
}

/// What is kept with a dead letter, so that it is read again in the same manner.
fn headers(import: &Import) -> Vec<Header> {
    let mut headers = Vec::new();
    if let Some(name) = import.format.shop_header() {
        headers.push((name.to_owned(), import.shop.clone().into_bytes()));
    }
    if import.history {
        headers.push((HISTORY.to_owned(), b"true".to_vec()));
    }
    headers
}

/// The position of a record in dead letters: `orders.jsonl/17/9f86d081884c`, which is file, piece
/// and the first digits of a SHA-256 of its content; `page.json/1/9f86d081884c/3` is the third
/// record of a page. It survives a restart. The digest keeps a different file of the same name from
/// replacing earlier dead letters, or from being treated as discarded with them.
fn position(name: &str, import: &Import, record: &Record) -> String {
    let mut read = match import.format {
        Format::Native => Vec::new(),
        // The same body is a different fact in a different shop.
        Format::Shop(_) => format!("{}\n", import.shop).into_bytes(),
    };
    read.extend_from_slice(&record.bytes);
    let digest = Hash::of_bytes(&read).to_string();
    let piece = format!("{name}/{}/{}", record.number, &digest[..DIGEST]);
    record.index.map_or_else(|| piece.clone(), |index| format!("{piece}/{index}"))
}

fn facts(intake: &Intake, import: &Import, record: &Record) -> Vec<Result<Fact, Unusable>> {
    if record.is_too_long {
        return vec![Err(Unusable::TooLong { limit: MAX_LENGTH })];
    }
    let identities = intake.identities();
    let facts = match import.format {
        Format::Native => vec![native::translate(&[], &record.bytes, identities)],
        Format::Shop(system) => {
            let (shop, body) = (&import.shop[..], &record.bytes[..]);
            let shops = intake.shops();
            system.export(&Received { shop, header: &|_| None, body, shops, identities })
        }
    };
    if import.history { of_history(facts) } else { facts }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(format: Format, shop: &str, bytes: &[u8], index: Option<usize>) -> String {
        let shop = shop.to_owned();
        let import = Import { format, shop, history: false, files: Files::default() };
        let record = Record { number: 17, index, bytes: bytes.to_vec(), is_too_long: false };
        position("orders.jsonl", &import, &record)
    }

    #[test]
    fn a_record_has_a_stable_position_and_a_different_record_has_another() {
        let yesterday = at(Format::Native, "", b"{ no fact", None);
        assert_eq!(yesterday, at(Format::Native, "", b"{ no fact", None), "after a restart");
        assert_eq!(yesterday, "orders.jsonl/17/dc69ddc73f6c");
        assert_ne!(yesterday, at(Format::Native, "", b"{ no fact either", None));
        let shop = at(Format::SHOPIFY, "a.example", b"{}", None);
        assert_ne!(shop, at(Format::SHOPIFY, "b.example", b"{}", None));
    }

    #[test]
    fn a_shop_is_named_once_however_it_is_written() {
        for format in [Format::SHOPIFY, Format::WOOCOMMERCE] {
            let shop = "https://A.example/".to_owned();
            let import = Import { format, shop, history: false, files: Files::default() };
            assert_eq!(import.of_one_shop().shop, "a.example");
        }
    }

    #[test]
    fn records_of_a_page_have_positions_of_their_own() {
        let first = at(Format::Native, "", b"{ no fact", Some(1));
        assert_eq!(first, "orders.jsonl/17/dc69ddc73f6c/1");
        assert_ne!(first, at(Format::Native, "", b"{ no fact", Some(2)));
    }
}
