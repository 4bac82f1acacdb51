//! The files of an import: which of them can be read is known before anything is sent.

use std::fmt;
use std::fs::File;
use std::io::{BufReader, Error, ErrorKind};
use std::path::{Path, PathBuf};

use super::table::{self, NotReadable};

/// The files of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// Those that can be read, in the order in which they are read.
    pub readable: Vec<PathBuf>,
    /// The size of these, in bytes; that of a pipe is not known.
    pub bytes: u64,
    /// The others, which do not keep these from being imported.
    pub not_read: Vec<UnreadFile>,
}

/// A file that cannot be read, or not to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadFile {
    pub file: PathBuf,
    /// A code for machines.
    pub code: &'static str,
    /// Why, and what to do.
    pub why: String,
}

impl Files {
    /// Looks at the beginning of each file.
    pub fn look_at(paths: Vec<PathBuf>) -> Self {
        let mut files = Self::default();
        for path in paths {
            match size_of(&path) {
                Ok(bytes) => {
                    files.bytes += bytes;
                    files.readable.push(path);
                }
                Err(unread) => files.not_read.push(unread),
            }
        }
        files
    }
}

fn size_of(path: &Path) -> Result<u64, UnreadFile> {
    let unread = |error: Error| UnreadFile::failed(path, &error);
    let metadata = std::fs::metadata(path).map_err(unread)?;
    if metadata.is_dir() {
        return Err(unread(ErrorKind::IsADirectory.into()));
    }
    // What is read from a pipe cannot be read again; it is looked at when it is opened.
    if !metadata.is_file() {
        return Ok(0);
    }
    let file = BufReader::new(File::open(path).map_err(unread)?);
    match table::refused(file).map_err(unread)? {
        Some(why) => Err(UnreadFile::of_another_format(path, why)),
        None => Ok(metadata.len()),
    }
}

impl UnreadFile {
    pub(super) fn of_another_format(file: &Path, why: NotReadable) -> Self {
        Self { file: file.to_owned(), code: why.code(), why: why.to_string() }
    }

    pub(super) fn failed(file: &Path, error: &Error) -> Self {
        let (code, why) = match error.kind() {
            ErrorKind::NotFound => ("not_found", "does not exist".to_owned()),
            ErrorKind::PermissionDenied => (
                "not_permitted",
                "is not readable for this user: change its permissions".to_owned(),
            ),
            ErrorKind::IsADirectory => ("folder", "is a folder: name the files in it".to_owned()),
            _ => ("unreadable", format!("cannot be read: {error}")),
        };
        Self { file: file.to_owned(), code, why }
    }

    /// The same of a file that was read up to this record.
    pub(super) fn after(mut self, record: u64) -> Self {
        if record > 0 {
            self.why = format!("was read up to record {record} only: it {}", self.why);
        }
        self
    }
}

impl fmt::Display for UnreadFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.file.display(), self.why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_cannot_be_read_do_not_keep_others_from_it() {
        let folder = std::env::temp_dir().join(format!("recourse-files-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let written = |name: &str, text: &str| {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let table = written("export.csv", "Name,Email,Total\n#1,pat@example.com,1.00\n");
        let good = written("orders.jsonl", "{}\n{}\n");
        let gone = folder.join("gone.jsonl");
        let paths = vec![gone.clone(), table, good.clone(), folder.clone(), "/dev/null".into()];

        let files = Files::look_at(paths);
        assert_eq!(files.readable, [good, "/dev/null".into()]);
        assert_eq!(files.bytes, 6);
        let codes: Vec<_> = files.not_read.iter().map(|unread| unread.code).collect();
        assert_eq!(codes, ["not_found", "table", "folder"]);
        assert_eq!(files.not_read[0].to_string(), format!("{} does not exist", gone.display()));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_file_that_fails_later_says_how_far_it_was_read() {
        let failed = || UnreadFile::failed(Path::new("a.jsonl"), &Error::other("no such device"));
        assert_eq!(failed().after(0).to_string(), "a.jsonl cannot be read: no such device");
        assert_eq!(
            failed().after(17).to_string(),
            "a.jsonl was read up to record 17 only: it cannot be read: no such device"
        );
    }
}
