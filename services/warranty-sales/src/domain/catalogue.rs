//! The catalogue: terms, tariffs and shops as their providers publish them. A stream holds one line
//! of terms, one tariff sheet or one provider's shop directory.
//!
//! The publishing rules are in `recourse-terms`. The events are there too, because every service
//! reads them.

use recourse_kernel::{Context, Decider, Instant, NextCall, Record, Rejection, WireError};
use recourse_terms::{
    PublishRejection, ShopDirectory, ShopsPublished, TariffSheet, TariffsPublished, Terms,
    TermsBook, TermsEvent, TermsPublished, TermsWithdrawn, shops_can_be_published,
    tariffs_can_be_published, terms_can_be_published, terms_can_be_withdrawn,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

recourse_kernel::wire_format! {
    /// Commands to the catalogue.
    #[derive(Debug, Clone, PartialEq)]
    pub enum CatalogueCommand {
        "recourse.terms.publish.v1" => PublishTerms(Box<PublishTerms>),
        "recourse.terms.withdraw.v1" => WithdrawTerms(WithdrawTerms),
        "recourse.tariffs.publish.v1" => PublishTariffs(PublishTariffs),
        "recourse.shops.publish.v1" => PublishShops(PublishShops),
    }
}

/// Publishes a version of terms, to be sold from its start date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublishTerms {
    /// The terms document.
    pub terms: Terms,
}

/// Withdraws a version of terms from sale. Policies sold under it keep it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WithdrawTerms {
    /// The line of terms, such as `wisetech-repair`.
    pub line: String,
    /// The version within the line.
    pub version: u32,
    /// The first instant at which the version is no longer sold.
    pub until: Instant,
}

/// Publishes a tariff sheet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublishTariffs {
    /// The tariff sheet.
    pub sheet: TariffSheet,
}

/// Publishes a provider's shop directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublishShops {
    /// The shop directory.
    pub directory: ShopDirectory,
}

impl CatalogueCommand {
    /// The last part of the stream's name: the line, the tariff sheet's id, or the provider.
    pub fn key(&self) -> &str {
        match self {
            Self::PublishTerms(command) => &command.terms.line,
            Self::WithdrawTerms(command) => &command.line,
            Self::PublishTariffs(command) => &command.sheet.id,
            Self::PublishShops(command) => command.directory.provider.as_str(),
        }
    }
}

/// What was published under one key. Cached under `TermsCatalogue::FOLD_VERSION`.
///
/// The book of terms has the same content, but only after the topic was read back. Two commands of
/// one batch must see each other's outcome.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CatalogueState {
    published: Vec<TermsPublished>,
    withdrawn: Vec<TermsWithdrawn>,
    sheets: Vec<TariffsPublished>,
    directory: Option<ShopsPublished>,
}

/// Why something cannot be published or withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueRejection {
    /// A publishing rule refuses it.
    #[error(transparent)]
    Publish(#[from] PublishRejection),
    /// The command's key differs from the key of its document.
    #[error("the command has the key `{key}`, but its document belongs to `{document}`")]
    WrongKey {
        /// The key of the command.
        key: String,
        /// The key that belongs to the document.
        document: String,
    },
}

impl Rejection for CatalogueRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::Publish(rejection) => rejection.code(),
            Self::WrongKey { .. } => "terms.wrong_key",
        }
    }

    fn rules(&self) -> &'static [&'static str] {
        match self {
            Self::Publish(rejection) => rejection.rules(),
            Self::WrongKey { .. } => &[],
        }
    }

    fn instead(&self) -> Option<String> {
        match self {
            Self::Publish(rejection) => rejection.instead(),
            Self::WrongKey { document, .. } => Some(format!("Send it under the key `{document}`.")),
        }
    }

    fn instead_call(&self) -> Option<NextCall> {
        match self {
            Self::Publish(rejection) => rejection.instead_call(),
            Self::WrongKey { .. } => None,
        }
    }

    fn facts(&self) -> Map<String, Value> {
        match self {
            Self::Publish(rejection) => rejection.facts(),
            Self::WrongKey { .. } => Map::new(),
        }
    }

    fn not_known_yet(&self) -> bool {
        // Shops are published in their own stream, and may not have been read back yet.
        matches!(self, Self::Publish(PublishRejection::NoShop(_)))
    }
}

/// The decider of the catalogue: one stream per line, tariff sheet or directory.
#[derive(Debug)]
pub struct TermsCatalogue;

impl Decider for TermsCatalogue {
    const CONTEXT: &'static str = "terms";
    const TYPE_PREFIX: &'static str = "recourse.terms";
    const FOLD_VERSION: u32 = 1;
    const FOREIGN: &'static [&'static str] = &[];

    type State = CatalogueState;
    type Command = CatalogueCommand;
    type Event = TermsEvent;
    type Rejection = CatalogueRejection;
    type Reference = TermsBook;

    fn decide(
        state: &CatalogueState,
        command: &CatalogueCommand,
        context: &Context<'_, TermsBook>,
    ) -> Result<Vec<TermsEvent>, CatalogueRejection> {
        if command.key() != context.key {
            let (key, document) = (context.key.to_owned(), command.key().to_owned());
            return Err(CatalogueRejection::WrongKey { key, document });
        }
        let book = state.added_to(context.reference);
        Ok(match command {
            CatalogueCommand::PublishTerms(command) => {
                publish_terms(&book, &command.terms, context.now)?
            }
            CatalogueCommand::WithdrawTerms(command) => withdraw(&book, command, context.now)?,
            CatalogueCommand::PublishTariffs(command) => publish_tariffs(&book, &command.sheet)?,
            CatalogueCommand::PublishShops(command) => publish_shops(&book, &command.directory)?,
        })
    }

    fn evolve(state: &mut CatalogueState, event: &TermsEvent, _at: Instant) {
        match event {
            TermsEvent::TermsPublished(event) => state.published.push(event.as_ref().clone()),
            TermsEvent::TermsWithdrawn(event) => state.withdrawn.push(event.clone()),
            TermsEvent::TariffsPublished(event) => state.sheets.push(event.clone()),
            TermsEvent::ShopsPublished(event) => state.directory = Some(event.clone()),
        }
    }

    fn translate(_record: &Record) -> Result<Option<CatalogueCommand>, WireError> {
        Ok(None)
    }

    fn wake_at(_state: &CatalogueState) -> Option<Instant> {
        None
    }

    fn wake(_state: &CatalogueState, _context: &Context<'_, TermsBook>) -> Vec<TermsEvent> {
        Vec::new()
    }
}

impl CatalogueState {
    /// The book as read back, plus what was decided here since.
    fn added_to(&self, read: &TermsBook) -> TermsBook {
        let mut book = read.clone();
        let known_to = read.known_to();
        for event in &self.published {
            book.apply(&TermsEvent::TermsPublished(Box::new(event.clone())), known_to);
        }
        for event in &self.withdrawn {
            book.apply(&TermsEvent::TermsWithdrawn(event.clone()), known_to);
        }
        for event in &self.sheets {
            book.apply(&TermsEvent::TariffsPublished(event.clone()), known_to);
        }
        if let Some(event) = &self.directory {
            book.apply(&TermsEvent::ShopsPublished(event.clone()), known_to);
        }
        book
    }
}

/// S5: terms must be published before their start. Publishing an identical document again changes
/// nothing.
fn publish_terms(
    book: &TermsBook,
    terms: &Terms,
    now: Instant,
) -> Result<Vec<TermsEvent>, PublishRejection> {
    let published = TermsPublished::of(terms.clone());
    let known = book.version(&terms.line, terms.version);
    if known.is_some_and(|known| known.digest == published.digest) {
        return Ok(Vec::new());
    }
    terms_can_be_published(book, terms, now)?;
    Ok(vec![TermsEvent::TermsPublished(Box::new(published))])
}

/// S5: a program can be withdrawn; every policy keeps its terms until it ends.
fn withdraw(
    book: &TermsBook,
    command: &WithdrawTerms,
    now: Instant,
) -> Result<Vec<TermsEvent>, PublishRejection> {
    let WithdrawTerms { line, version, until } = command;
    let known = book.version(line, *version);
    if known.is_some_and(|known| known.until == Some(*until)) {
        return Ok(Vec::new());
    }
    let (digest, _) = terms_can_be_withdrawn(book, line, *version, *until, now)?;
    let (line, version, until) = (line.clone(), *version, *until);
    Ok(vec![TermsEvent::TermsWithdrawn(TermsWithdrawn { line, version, until, digest })])
}

/// C5: tariffs are dated data.
fn publish_tariffs(
    book: &TermsBook,
    sheet: &TariffSheet,
) -> Result<Vec<TermsEvent>, PublishRejection> {
    if book.sheets().any(|known| known == sheet) {
        return Ok(Vec::new());
    }
    tariffs_can_be_published(book, sheet)?;
    Ok(vec![TermsEvent::TariffsPublished(TariffsPublished { sheet: sheet.clone() })])
}

/// C7: only listed branches are authorised.
fn publish_shops(
    book: &TermsBook,
    directory: &ShopDirectory,
) -> Result<Vec<TermsEvent>, PublishRejection> {
    if book.directory(&directory.provider) == Some(directory) {
        return Ok(Vec::new());
    }
    shops_can_be_published(book, directory)?;
    Ok(vec![TermsEvent::ShopsPublished(ShopsPublished { directory: directory.clone() })])
}

#[cfg(test)]
mod tests;
