//! Writes what is published from the sources: `published/`, `asyncapi/`, and with `--lock`
//! `released.lock`. `--check` writes nothing, and exits with status 1 if a file is out of date.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use recourse_schemas::generator::{Released, differences, files};

const RUN: &str = "cargo run -p recourse-schemas --bin publish";

fn main() -> ExitCode {
    let argument = std::env::args().nth(1).unwrap_or_default();
    let result = match argument.as_str() {
        "" => write(),
        "--check" => check(),
        "--lock" => write().and_then(|_| lock()),
        _ => Err(format!("{RUN} [-- --check | --lock]").into()),
    };
    match result {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

type Outcome = Result<String, Box<dyn Error>>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The generated files as they are on disk.
fn found() -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let mut found = BTreeMap::new();
    for folder in ["published", "asyncapi"] {
        let path = root().join(folder);
        if !path.is_dir() {
            continue;
        }
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            found.insert(format!("{folder}/{name}"), fs::read_to_string(entry.path())?);
        }
    }
    Ok(found)
}

fn write() -> Outcome {
    let (files, found) = (files()?, found()?);
    let mut changed = 0;
    for (name, text) in &files {
        if found.get(name) != Some(text) {
            let path = root().join(name);
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(path, text)?;
            changed += 1;
        }
    }
    for name in found.keys().filter(|name| !files.contains_key(*name)) {
        fs::remove_file(root().join(name))?;
        changed += 1;
    }
    Ok(format!("{} files, {changed} changed", files.len()))
}

fn check() -> Outcome {
    let (files, found) = (files()?, found()?);
    let names = files.keys().chain(found.keys());
    let stale: Vec<&str> =
        names.filter(|name| files.get(*name) != found.get(*name)).map(String::as_str).collect();
    if stale.is_empty() {
        return Ok(format!("{} files are as the sources say", files.len()));
    }
    Err(format!("not as the sources say:\n{}\nRun: {RUN}", stale.join("\n")).into())
}

/// Writes the lock; after the first release only if no existing line changes.
fn lock() -> Outcome {
    let path = root().join("released.lock");
    let locked = Released::read(&fs::read_to_string(&path).unwrap_or_default());
    let files = files()?;
    let published = files.iter().filter_map(|(name, text)| {
        let name = name.strip_prefix("published/")?.strip_suffix(".json")?;
        Some((name, text.as_str()))
    });
    let released = Released::of(locked.is_released, published)?;
    let kept = locked.digests.iter();
    let broken = kept.filter(|(name, digest)| released.digests.get(*name) != Some(digest)).count();
    if locked.is_released && broken > 0 {
        return Err(differences(&locked, &released).join("\n").into());
    }
    fs::write(&path, released.text())?;
    Ok(format!("released.lock: {} schemas", released.digests.len()))
}
