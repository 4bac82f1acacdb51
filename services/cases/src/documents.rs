//! Terms, tariffs, shops and calendars for cases: the bundled ones, and those that a case changes.
//!
//! Changed terms get their own line and provider, with a copy of the original provider's shops, so
//! that any number of cases can be played on one system without selling under each other's terms.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use recourse_kernel::Hash;
use recourse_terms::{
    Calendar, CalendarPublished, ShopDirectory, ShopsPublished, TariffSheet, TariffsPublished,
    Terms, TermsBook, TermsEvent, TermsPublished,
};
use serde_json::{Map, Value};

use super::file::TermsNamed;

/// The bundled documents, read once.
pub struct Documents {
    terms: BTreeMap<String, Value>,
    directories: BTreeMap<String, Value>,
    book: Arc<TermsBook>,
}

#[derive(Debug, Clone)]
pub struct Added {
    pub directory: ShopDirectory,
    pub terms: Terms,
}

impl Documents {
    /// Reads a folder laid out like `deploy` in the repository.
    pub fn read(deploy: &Path) -> anyhow::Result<Self> {
        let terms = json_files(&deploy.join("terms"))?;
        let directories: BTreeMap<_, _> = json_files(&deploy.join("shops"))?
            .into_values()
            .map(|value| (value["provider"].as_str().unwrap_or_default().to_owned(), value))
            .collect();
        let mut book = TermsBook::default();
        let mut offset = 0;
        let mut apply = |event: TermsEvent| {
            book.apply(&event, offset);
            offset += 1;
        };
        for directory in directories.values() {
            let directory: ShopDirectory = serde_json::from_value(directory.clone())?;
            apply(TermsEvent::ShopsPublished(ShopsPublished { directory }));
        }
        for calendar in json_files(&deploy.join("calendars"))?.into_values() {
            let calendar: Calendar = serde_json::from_value(calendar)?;
            apply(TermsEvent::CalendarPublished(CalendarPublished { calendar }));
        }
        for sheet in json_files(&deploy.join("tariffs"))?.into_values() {
            let sheet: TariffSheet = serde_json::from_value(sheet)?;
            apply(TermsEvent::TariffsPublished(TariffsPublished { sheet }));
        }
        for document in terms.values() {
            let terms: Terms = serde_json::from_value(document.clone())?;
            apply(TermsEvent::TermsPublished(Box::new(TermsPublished::of(terms))));
        }
        Ok(Self { terms, directories, book: Arc::new(book) })
    }

    /// A terms book with everything bundled.
    pub fn book(&self) -> Arc<TermsBook> {
        Arc::clone(&self.book)
    }

    /// The terms that a case names, and what has to be published for them. `own` distinguishes this
    /// run of this case from all others.
    pub fn terms(&self, named: &TermsNamed, own: &str) -> Result<(Terms, Option<Added>), String> {
        match named {
            TermsNamed::Shipped(name) => Ok((parsed(self.document(name)?)?, None)),
            TermsNamed::Changed(changed) => {
                let added = self.changed(&changed.from, &changed.change, own)?;
                Ok((added.terms.clone(), Some(added)))
            }
        }
    }

    /// A bundled document, changed, under its own line and provider.
    pub fn changed(&self, from: &str, by: &Map<String, Value>, own: &str) -> Result<Added, String> {
        let mut document = self.document(from)?.clone();
        merge(&mut document, &Value::Object(by.clone()));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let shipped = text(&self.document(from)?["provider"]);
        let mark = Hash::of_bytes(own.as_bytes()).to_string();
        let mark = mark.get(..8).unwrap_or(&mark);
        let provider = format!("{shipped}-{mark}");
        document["line"] = format!("{}-{mark}", text(&document["line"])).into();
        document["provider"] = provider.clone().into();
        document["version"] = 1.into();
        let mut directory = self.directories.get(&shipped).cloned().unwrap_or_default();
        directory["provider"] = provider.clone().into();
        for shop in directory["shops"].as_array_mut().into_iter().flatten() {
            shop["id"] = format!("{}-{mark}", text(&shop["id"])).into();
            shop["provider"] = provider.clone().into();
        }
        Ok(Added { directory: parsed(&directory)?, terms: parsed(&document)? })
    }

    fn document(&self, name: &str) -> Result<&Value, String> {
        self.terms.get(name).ok_or_else(|| {
            let there: Vec<_> = self.terms.keys().map(String::as_str).collect();
            format!("no such terms: `{name}`; use one of {}", there.join(", "))
        })
    }
}

fn parsed<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, String> {
    T::deserialize(value).map_err(|error| format!("the changed terms are invalid: {error}"))
}

/// Merge patch, RFC 7396.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(target) = target else { return };
    for (key, value) in patch {
        if value.is_null() {
            target.remove(key);
        } else {
            merge(target.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

fn json_files(folder: &Path) -> anyhow::Result<BTreeMap<String, Value>> {
    let mut found = BTreeMap::new();
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text = std::fs::read(&path)?;
            let value =
                serde_json::from_slice(&text).with_context(|| path.display().to_string())?;
            found.insert(name, value);
        }
    }
    Ok(found)
}
