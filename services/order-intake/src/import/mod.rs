//! Imports orders from files: JSON lines of our own feed, exports from Shopify, or responses of
//! WooCommerce's API. Files can be of any size: they are read piece by piece, with only one batch in memory. An import that is
//! restarted sends the same commands with the same ids, and each is decided once.

mod pieces;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;
use recourse_kernel::Hash;

use crate::feed::{Fact, Unusable, native, shopify, woocommerce};
use crate::intake::raw_record::{SHOP, WOO_SOURCE};
use crate::intake::{Intake, IntakeError, Origin, Read, Taken};
use pieces::{Piece, Pieces};

/// How many pieces are sent before waiting for their acknowledgements.
const BATCH: usize = 256;
/// The maximum length of a piece, in bytes.
const MAX_LENGTH: usize = 16 * 1024 * 1024;

/// How many hexadecimal digits of a piece's digest are in its position.
const DIGEST: usize = 12;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One `CloudEvent` in structured mode per line.
    Native,
    /// Webhook bodies, orders or API responses from Shopify: JSON values one after another, or in
    /// an array.
    Shopify,
    /// Orders and refunds from WooCommerce's API, or bodies of its webhooks, likewise.
    WooCommerce,
}

impl Format {
    /// The header that names the shop of a body; our own feed names its source itself.
    fn shop_header(self) -> Option<&'static str> {
        match self {
            Self::Native => None,
            Self::Shopify => Some(SHOP),
            Self::WooCommerce => Some(WOO_SOURCE),
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "native" => Ok(Self::Native),
            "shopify" => Ok(Self::Shopify),
            "woocommerce" => Ok(Self::WooCommerce),
            _ => Err(format!("unknown format `{text}`: use `native`, `shopify` or `woocommerce`")),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Import {
    pub format: Format,
    /// The shop's domain, for bodies of a shop system, which do not name it. Not needed for our
    /// own feed.
    pub shop: String,
    /// The files, in the order in which they are read.
    pub files: Vec<PathBuf>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The total size of all files, in bytes.
    pub bytes_total: u64,
    /// The bytes read so far whose facts are on the log.
    pub bytes_done: u64,
    /// What became of the facts so far.
    pub taken: Taken,
}

/// Why an import stopped early. It can be restarted: what is already on the log is decided only
/// once.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file cannot be read.
    #[error("cannot read {0}: {1}")]
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
            Format::Native => Pieces::lines(BufReader::new(file), MAX_LENGTH),
            Format::Shopify | Format::WooCommerce => {
                Pieces::values(BufReader::new(file), MAX_LENGTH)
            }
        };
        loop {
            let mut batch = Vec::new();
            let mut size = 0;
            while batch.len() < BATCH && size < MAX_LENGTH {
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
    let shop_header = import.format.shop_header();
    let mut read = Vec::with_capacity(batch.len());
    for piece in batch {
        let origin = Origin {
            source: "/recourse/orders/import",
            position: position(name, import, &piece),
            type_name: String::new(),
            marketplace: shop_header.map(|_| import.shop.clone()),
            traceparent: None,
            headers: shop_header
                .map(|name| (name.to_owned(), import.shop.clone().into_bytes()))
                .into_iter()
                .collect(),
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

/// The position of a piece in dead letters: `orders.jsonl/17/9f86d081884c`, which is file, piece
/// and the first digits of a SHA-256 of its content. It survives a restart. The digest keeps a
/// different file of the same name from replacing earlier dead letters, or from being treated as
/// discarded with them.
fn position(name: &str, import: &Import, piece: &Piece) -> String {
    let mut read = match import.format {
        Format::Native => Vec::new(),
        // The same body is a different fact in a different shop.
        Format::Shopify | Format::WooCommerce => format!("{}\n", import.shop).into_bytes(),
    };
    read.extend_from_slice(&piece.bytes);
    let digest = Hash::of_bytes(&read).to_string();
    format!("{name}/{}/{}", piece.number, &digest[..DIGEST])
}

fn facts(intake: &Intake, import: &Import, piece: &Piece) -> Vec<Result<Fact, Unusable>> {
    if piece.is_too_long {
        return vec![Err(Unusable::TooLong { limit: MAX_LENGTH })];
    }
    let identities = intake.identities();
    match import.format {
        Format::Native => vec![native::translate(&[], &piece.bytes, identities)],
        Format::Shopify => {
            let (shop, settings) = (import.shop.as_str(), intake.shops().of(&import.shop));
            shopify::Export { shop, settings, identities }.translate(&piece.bytes)
        }
        Format::WooCommerce => {
            let (shop, settings) = (import.shop.as_str(), intake.shops().of(&import.shop));
            woocommerce::Export { shop, settings, identities }.translate(&piece.bytes)
        }
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
    fn a_piece_has_a_stable_position_and_a_different_piece_has_another() {
        let yesterday = at(Format::Native, "", b"{ no fact");
        assert_eq!(yesterday, at(Format::Native, "", b"{ no fact"), "after a restart");
        assert_eq!(yesterday, "orders.jsonl/17/dc69ddc73f6c");
        assert_ne!(yesterday, at(Format::Native, "", b"{ no fact either"));
        let shop = at(Format::Shopify, "a.example", b"{}");
        assert_ne!(shop, at(Format::Shopify, "b.example", b"{}"));
    }
}
