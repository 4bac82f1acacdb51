//! Orders from files: JSON lines of our own feed, or exports from Shopify. Of any size: a file is read piece
//! by piece, and only one batch is in memory. Started again, it sends the same commands with the same ids, and
//! each is decided once.

mod pieces;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;
use recourse_kernel::Hash;

use crate::feed::{Fact, Unusable, native, shopify};
use crate::intake::again::SHOP;
use crate::intake::{Intake, IntakeError, Origin, Read, Taken};
use pieces::{Piece, Pieces};

/// How many pieces are sent before their acknowledgements are awaited.
const BATCH: usize = 256;
/// A piece that is longer is no fact.
const LONGEST: usize = 16 * 1024 * 1024;

/// How many hexadecimal digits of a piece's digest stand in its position.
const DIGEST: usize = 12;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One `CloudEvent` in structured mode a line.
    Native,
    /// Webhook bodies, orders or answers of Shopify's API: JSON values one after another, or in an array.
    Shopify,
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "native" => Ok(Self::Native),
            "shopify" => Ok(Self::Shopify),
            _ => Err(format!("`{text}` is neither `native` nor `shopify`")),
        }
    }
}

/// What is imported.
#[derive(Debug, Clone)]
pub struct Import {
    /// How the files are written.
    pub format: Format,
    /// The shop's domain, for bodies from Shopify, which do not name it. Nothing is needed for our own feed.
    pub shop: String,
    /// The files, in the order in which they are read.
    pub files: Vec<PathBuf>,
}

/// How far an import is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The bytes of all files.
    pub bytes_total: u64,
    /// The bytes that were read and whose facts are on the log.
    pub bytes_done: u64,
    /// What was done with the facts.
    pub taken: Taken,
}

/// Why an import ended early. It can be started again: what is on the log already is decided once.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file cannot be read.
    #[error("{0} cannot be read: {1}")]
    File(PathBuf, std::io::Error),
    /// The facts cannot be sent.
    #[error(transparent)]
    Intake(#[from] IntakeError),
}

/// Imports files. `on_progress` is called after each batch that is on the log.
pub async fn import(
    intake: &Intake,
    import: &Import,
    mut on_progress: impl FnMut(&Progress),
) -> Result<Taken, ImportError> {
    let unreadable = |file: &Path| {
        let file = file.to_owned();
        move |error| ImportError::File(file, error)
    };
    let mut bytes_total = 0;
    for file in &import.files {
        bytes_total += std::fs::metadata(file).map_err(unreadable(file))?.len();
    }
    let mut progress = Progress { bytes_total, bytes_done: 0, taken: Taken::default() };
    on_progress(&progress);
    let mut bytes_before = 0;
    for path in &import.files {
        let file = File::open(path).map_err(unreadable(path))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut pieces = match import.format {
            Format::Native => Pieces::lines(BufReader::new(file), LONGEST),
            Format::Shopify => Pieces::values(BufReader::new(file), LONGEST),
        };
        loop {
            let mut batch = Vec::new();
            let mut size = 0;
            while batch.len() < BATCH && size < LONGEST {
                let Some(piece) = pieces.next() else { break };
                let piece = piece.map_err(unreadable(path))?;
                size += piece.bytes.len();
                batch.push(piece);
            }
            if batch.is_empty() {
                break;
            }
            progress.taken += take(intake, import, &name, batch).await?;
            progress.bytes_done = bytes_before + pieces.bytes_read();
            on_progress(&progress);
        }
        bytes_before += pieces.bytes_read();
    }
    Ok(progress.taken)
}

async fn take(
    intake: &Intake,
    import: &Import,
    name: &str,
    batch: Vec<Piece>,
) -> Result<Taken, ImportError> {
    let mut read = Vec::with_capacity(batch.len());
    for piece in batch {
        let origin = Origin {
            source: "/recourse/orders/import",
            position: position(name, import, &piece),
            type_name: String::new(),
            marketplace: (import.format == Format::Shopify).then(|| import.shop.clone()),
            traceparent: None,
            headers: match import.format {
                Format::Native => Vec::new(),
                Format::Shopify => vec![(SHOP.to_owned(), import.shop.clone().into_bytes())],
            },
        };
        let (facts, origin) = (facts(intake, import, &piece), Arc::new(origin));
        let raw = Bytes::from(piece.bytes);
        read.extend(facts.into_iter().map(|fact| Read {
            fact,
            raw: raw.clone(),
            origin: Arc::clone(&origin),
        }));
    }
    let prepared = intake.prepare(read).await?;
    Ok(intake.send(&prepared).await?)
}

/// Where a piece that cannot be used stands: `orders.jsonl/17/9f86d081884c`, file, piece and the first digits of a
/// SHA-256 of what was to be read. The same after a restart; another in another file of the same name, which would
/// else take the place of what was parked before, or pass for discarded with it.
fn position(name: &str, import: &Import, piece: &Piece) -> String {
    let mut read = match import.format {
        Format::Native => Vec::new(),
        // The same body is another fact in another shop.
        Format::Shopify => format!("{}\n", import.shop).into_bytes(),
    };
    read.extend_from_slice(&piece.bytes);
    let digest = Hash::of_bytes(&read).to_string();
    format!("{name}/{}/{}", piece.number, &digest[..DIGEST])
}

fn facts(intake: &Intake, import: &Import, piece: &Piece) -> Vec<Result<Fact, Unusable>> {
    if piece.is_too_long {
        return vec![Err(Unusable::TooLong { limit: LONGEST })];
    }
    let identities = intake.identities();
    match import.format {
        Format::Native => vec![native::translate(&[], &piece.bytes, identities)],
        Format::Shopify => shopify::exported_bytes(&import.shop, &piece.bytes, identities),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(format: Format, shop: &str, bytes: &[u8]) -> String {
        let import = Import { format, shop: shop.to_owned(), files: Vec::new() };
        let piece = Piece { number: 17, bytes: bytes.to_vec(), is_too_long: false };
        position("orders.jsonl", &import, &piece)
    }

    #[test]
    fn a_piece_has_one_position_and_another_of_the_same_place_has_another() {
        let yesterday = at(Format::Native, "", b"{ no fact");
        assert_eq!(yesterday, at(Format::Native, "", b"{ no fact"), "after a restart");
        assert_eq!(yesterday, "orders.jsonl/17/dc69ddc73f6c");
        assert_ne!(yesterday, at(Format::Native, "", b"{ no fact either"));
        let shop = at(Format::Shopify, "a.example", b"{}");
        assert_ne!(shop, at(Format::Shopify, "b.example", b"{}"));
    }
}
