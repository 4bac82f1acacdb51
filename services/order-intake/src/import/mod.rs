//! Orders from files: JSON lines of our own feed, or exports from Shopify. Of any size: a file is read piece
//! by piece, and only one batch is in memory. Started again, it sends the same commands with the same ids, so
//! nothing is doubled.

mod pieces;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;

use crate::feed::{Fact, Unusable, native, shopify};
use crate::intake::again::SHOP;
use crate::intake::{Intake, IntakeError, Origin, Read, Taken};
use pieces::{Piece, Pieces};

/// How many pieces are sent before their acknowledgements are awaited.
const BATCH: usize = 256;
/// A piece that is longer is no fact.
const LONGEST: usize = 16 * 1024 * 1024;

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
    /// The shop's domain, for bodies from Shopify that do not name it.
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

/// Why an import ended early. It can be started again: what is on the log already is not doubled.
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
            position: format!("{name}/{}", piece.number),
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

fn facts(intake: &Intake, import: &Import, piece: &Piece) -> Vec<Result<Fact, Unusable>> {
    if piece.is_too_long {
        return vec![Err(Unusable::TooLong { limit: LONGEST })];
    }
    let pseudonyms = intake.pseudonyms();
    match import.format {
        Format::Native => vec![native::translate(&[], &piece.bytes, pseudonyms)],
        Format::Shopify => shopify::exported_bytes(&import.shop, &piece.bytes, pseudonyms),
    }
}
