//! Reads a file's records in batches. This may take long, for example from a pipe, so that it
//! happens on a thread where it blocks nothing else.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Error};
use std::path::{Path, PathBuf};

use super::files::UnreadFile;
use super::records::{Record, Records};
use super::{Format, MAX_LENGTH, table};

/// How many records are sent before waiting for their acknowledgements.
const BATCH: usize = 256;

/// A file, from its first batch to its last.
pub(super) struct Batches {
    file: PathBuf,
    format: Format,
    /// None before the first batch.
    records: Option<Records<BufReader<File>>>,
    /// What ended the last batch.
    failed: Option<UnreadFile>,
    /// How many bytes have been read.
    bytes: u64,
}

impl Batches {
    pub(super) fn new(file: &Path, format: Format) -> Self {
        Self { file: file.to_owned(), format, records: None, failed: None, bytes: 0 }
    }

    /// How many bytes have been read.
    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes
    }

    /// The next records; none at the end.
    pub(super) async fn next(&mut self) -> Result<Vec<Record>, UnreadFile> {
        if let Some(failed) = self.failed.take() {
            return Err(failed);
        }
        let (file, format, records) = (self.file.clone(), self.format, self.records.take());
        let reading = tokio::task::spawn_blocking(move || {
            let mut records = match records {
                Some(records) => records,
                None => open(&file, format)?,
            };
            let (batch, error) = batch(&mut records);
            Ok((records, batch, error))
        });
        let failed = |error: &Error| UnreadFile::failed(&self.file, error);
        let (records, batch, error) =
            reading.await.unwrap_or_else(|error| Err(failed(&Error::other(error))))?;
        self.failed = error.as_ref().map(failed);
        self.bytes = records.bytes_read();
        self.records = Some(records);
        match self.failed.take_if(|_| batch.is_empty()) {
            Some(failed) => Err(failed),
            None => Ok(batch),
        }
    }
}

fn open(path: &Path, format: Format) -> Result<Records<BufReader<File>>, UnreadFile> {
    let failed = |error: Error| UnreadFile::failed(path, &error);
    let mut reader = BufReader::new(File::open(path).map_err(failed)?);
    // Of a pipe, only now is it known what it contains.
    match table::of_head(reader.fill_buf().map_err(failed)?) {
        Some(why) => Err(UnreadFile::of_another_format(path, why)),
        None => Ok(Records::new(reader, format)),
    }
}

/// The records up to the end of the file, or up to an error.
fn batch(records: &mut Records<BufReader<File>>) -> (Vec<Record>, Option<Error>) {
    let mut batch = Vec::new();
    let mut size = 0;
    while batch.len() < BATCH && size < MAX_LENGTH {
        match records.next() {
            Some(Ok(record)) => {
                size += record.bytes.len();
                batch.push(record);
            }
            Some(Err(error)) => return (batch, Some(error)),
            None => break,
        }
    }
    (batch, None)
}
