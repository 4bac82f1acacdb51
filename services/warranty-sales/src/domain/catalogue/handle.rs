//! Which rule answers which command. The publishing rules are in `recourse-terms`.

use recourse_kernel::Refused;
use recourse_terms::{
    Calendar, CalendarPublished, PublishRejection, ShopDirectory, ShopsPublished, TariffSheet,
    TariffsPublished, TermsBook, TermsEvent, TermsPublished, TermsWithdrawn,
    calendar_can_be_published, shops_can_be_published, tariffs_can_be_published,
    terms_can_be_published, terms_can_be_withdrawn,
};

use super::commands::{CatalogueCommand, PublishTerms, WithdrawTerms};
use super::rejection::CatalogueRejection;
use super::state::CatalogueState;
use super::{Cx, Decision};

/// The event that a command leads to; none if it repeats what is known.
type Published = Result<Option<TermsEvent>, Refused<PublishRejection>>;
/// The events that a command leads to.
type AllPublished = Result<Vec<TermsEvent>, Refused<PublishRejection>>;

pub(super) fn handle(state: &CatalogueState, command: &CatalogueCommand, cx: &Cx<'_>) -> Decision {
    // Every other rule looks at what was published under the document's own key.
    belongs_to(cx.key, command)?;
    let book = state.added_to(cx.reference);
    of_its_own(&book, command, cx)?;
    let published = match command {
        CatalogueCommand::PublishTerms(command) => publish_line(book, command, cx),
        CatalogueCommand::WithdrawTerms(command) => withdraw(&book, command, cx).map(all),
        CatalogueCommand::PublishTariffs(command) => {
            publish_tariffs(&book, &command.sheet).map(all)
        }
        CatalogueCommand::PublishShops(command) => {
            publish_shops(&book, &command.directory).map(all)
        }
        CatalogueCommand::PublishCalendar(command) => {
            publish_calendar(&book, &command.calendar).map(all)
        }
    };
    published.map_err(|refused| refused.map(CatalogueRejection::Publish))
}

fn all(event: Option<TermsEvent>) -> Vec<TermsEvent> {
    event.into_iter().collect()
}

/// A document is published in the stream of its own line, sheet or provider.
fn belongs_to(key: &str, command: &CatalogueCommand) -> Result<(), CatalogueRejection> {
    let continued_by = match command {
        CatalogueCommand::PublishTerms(command) => command.continued_by.as_slice(),
        _ => &[],
    };
    let mut documents = continued_by.iter().map(|terms| terms.line.as_str());
    let other = [command.key()].into_iter().chain(&mut documents).find(|document| *document != key);
    other.map_or(Ok(()), |document| {
        let (key, document) = (key.to_owned(), document.to_owned());
        Err(CatalogueRejection::WrongKey { key, document })
    })
}

/// A1: a provider publishes and withdraws only its own terms and shops. A token that names no
/// provider, which exists only in development, is accepted as theirs.
fn of_its_own(
    book: &TermsBook,
    command: &CatalogueCommand,
    cx: &Cx<'_>,
) -> Result<(), CatalogueRejection> {
    let Some(own) = &cx.principal.provider else { return Ok(()) };
    let published = |line: &str| {
        let of_line = book.published().map(|published| &published.terms);
        let known = of_line.filter(|terms| terms.line.as_str() == line);
        known.map(|terms| terms.provider.clone()).collect::<Vec<_>>()
    };
    let providers = match command {
        CatalogueCommand::PublishTerms(command) => {
            let terms = [&command.terms].into_iter().chain(&command.continued_by);
            let named = terms.map(|terms| terms.provider.clone());
            named.chain(published(command.terms.line.as_str())).collect()
        }
        CatalogueCommand::WithdrawTerms(command) => published(command.line.as_str()),
        CatalogueCommand::PublishShops(command) => vec![command.directory.provider.clone()],
        // Tariffs and calendars belong to no provider.
        CatalogueCommand::PublishTariffs(_) | CatalogueCommand::PublishCalendar(_) => Vec::new(),
    };
    match providers.into_iter().find(|provider| provider.as_str() != own) {
        Some(provider) => Err(CatalogueRejection::AnotherProviders { provider }),
        None => Ok(()),
    }
}

/// S5: the versions of one publication, in order; all or none. Publishing an identical document
/// again changes nothing.
fn publish_line(mut book: TermsBook, command: &PublishTerms, cx: &Cx<'_>) -> AllPublished {
    let mut events = Vec::new();
    let mut before: Option<TermsPublished> = None;
    for terms in [&command.terms].into_iter().chain(&command.continued_by) {
        let published = TermsPublished::at(terms.clone(), cx.now);
        let known = book.version(terms.line.as_str(), terms.version);
        if known.is_some_and(|known| known.digest == published.digest) {
            before = None;
            continue;
        }
        terms_can_be_published(&book, terms, before.as_ref(), cx.now)?;
        let event = TermsEvent::TermsPublished(Box::new(published.clone()));
        book.apply(&event, book.known_to());
        events.push(event);
        before = Some(published);
    }
    Ok(events)
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

/// T11: business days are dated data.
fn publish_calendar(book: &TermsBook, calendar: &Calendar) -> Published {
    if book.calendar(calendar.id.as_str()) == Some(calendar) {
        return Ok(None);
    }
    calendar_can_be_published(book, calendar)?;
    let calendar = calendar.clone();
    Ok(Some(TermsEvent::CalendarPublished(CalendarPublished { calendar })))
}
