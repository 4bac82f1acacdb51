//! Which rule answers which command. The publishing rules are in `recourse-terms`.

use recourse_kernel::Refused;
use recourse_terms::{
    PublishRejection, ShopDirectory, ShopsPublished, TariffSheet, TariffsPublished, Terms,
    TermsBook, TermsEvent, TermsPublished, TermsWithdrawn, shops_can_be_published,
    tariffs_can_be_published, terms_can_be_published, terms_can_be_withdrawn,
};

use super::commands::{CatalogueCommand, WithdrawTerms};
use super::rejection::CatalogueRejection;
use super::state::CatalogueState;
use super::{Cx, Decision};

/// The event that a command leads to; none if it repeats what is known.
type Published = Result<Option<TermsEvent>, Refused<PublishRejection>>;

pub(super) fn handle(state: &CatalogueState, command: &CatalogueCommand, cx: &Cx<'_>) -> Decision {
    // Every other rule looks at what was published under the document's own key.
    belongs_to(cx.key, command)?;
    let book = state.added_to(cx.reference);
    let published = match command {
        CatalogueCommand::PublishTerms(command) => publish_terms(&book, &command.terms, cx),
        CatalogueCommand::WithdrawTerms(command) => withdraw(&book, command, cx),
        CatalogueCommand::PublishTariffs(command) => publish_tariffs(&book, &command.sheet),
        CatalogueCommand::PublishShops(command) => publish_shops(&book, &command.directory),
    };
    let published = published.map_err(|refused| refused.map(CatalogueRejection::Publish))?;
    Ok(published.into_iter().collect())
}

/// A document is published in the stream of its own line, sheet or provider.
fn belongs_to(key: &str, command: &CatalogueCommand) -> Result<(), CatalogueRejection> {
    if command.key() == key {
        return Ok(());
    }
    let (key, document) = (key.to_owned(), command.key().to_owned());
    Err(CatalogueRejection::WrongKey { key, document })
}

/// S5: terms must be published before their start. Publishing an identical document again changes
/// nothing.
fn publish_terms(book: &TermsBook, terms: &Terms, cx: &Cx<'_>) -> Published {
    let published = TermsPublished::of(terms.clone());
    let known = book.version(terms.line.as_str(), terms.version);
    if known.is_some_and(|known| known.digest == published.digest) {
        return Ok(None);
    }
    terms_can_be_published(book, terms, cx.now)?;
    Ok(Some(TermsEvent::TermsPublished(Box::new(published))))
}

/// S5: a program can be withdrawn; every policy keeps its terms until it ends.
fn withdraw(book: &TermsBook, command: &WithdrawTerms, cx: &Cx<'_>) -> Published {
    let WithdrawTerms { line, version, until } = command;
    let known = book.version(line.as_str(), *version);
    if known.is_some_and(|known| known.until == Some(*until)) {
        return Ok(None);
    }
    let (digest, _) = terms_can_be_withdrawn(book, line.as_str(), *version, *until, cx.now)?;
    let (line, version, until) = (line.clone(), *version, *until);
    Ok(Some(TermsEvent::TermsWithdrawn(TermsWithdrawn { line, version, until, digest })))
}

/// C5: tariffs are dated data.
fn publish_tariffs(book: &TermsBook, sheet: &TariffSheet) -> Published {
    if book.sheets().any(|known| known == sheet) {
        return Ok(None);
    }
    tariffs_can_be_published(book, sheet)?;
    Ok(Some(TermsEvent::TariffsPublished(TariffsPublished { sheet: sheet.clone() })))
}

/// C7: only listed branches are authorised.
fn publish_shops(book: &TermsBook, directory: &ShopDirectory) -> Published {
    if book.directory(&directory.provider) == Some(directory) {
        return Ok(None);
    }
    shops_can_be_published(book, directory)?;
    Ok(Some(TermsEvent::ShopsPublished(ShopsPublished { directory: directory.clone() })))
}
