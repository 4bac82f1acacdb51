//! Words that are gone from names, messages, comments and documents, and whole sentences where a
//! reader expects them.

use super::{check, files};

/// Words that are gone: what the trade or plain English calls otherwise. Whole words, without
/// regard to case, also as parts of identifiers.
const GONE: &[&str] = &[
    "way",
    "ways",
    "leg",
    "legs",
    "parked",
    "papers",
    "telephone",
    "wish",
    "wishes",
    "told",
    "tells",
    "reckon",
    "reckons",
    "reckoned",
    "mend",
    "mends",
    "mended",
    "anew",
    "nought",
    "whoever",
    "somebody",
    "vain",
    "beside",
    "moment",
    "moments",
    "deed",
    "deeds",
    "fates",
    "namesake",
    "stranger",
    "strangers",
    "planted",
    "condemned",
    "farewell",
    "asker",
    "believe",
    "believes",
    "believed",
    "behind",
    "bears",
    "borne",
    "brings",
    "nobody",
    "stands",
    "stood",
    "wished",
    "reckoning",
    "reckonable",
    "telephones",
    "fate",
    "hearing",
    "narrowed",
    "parting",
    "pen",
    "town",
    "towns",
];

/// Phrases that are gone, also as identifiers: `stood_still`, `StoodStill`.
const GONE_PHRASES: &[&str] = &[
    "for ever",
    "made good",
    "makes good",
    "pair of eyes",
    "same eyes",
    "held purchase",
    "held purchases",
    "purchase is held",
    "purchases are held",
    "standing still",
    "stands still",
    "stood still",
    "no more",
    "in vain",
    "seen to",
    "goes on",
    "comes of",
    "in the clear",
    "held against",
    "last calls",
    "days of cover",
    "the cover",
    "outside cover",
    "urn:recourse",
];

/// The parts of an identifier or a text: `WayBooked` and `way_booked` both have the part `way`.
fn parts(line: &str) -> impl Iterator<Item = String> {
    let mut parts = vec![String::new()];
    let mut before = ' ';
    for c in line.chars() {
        let begins = c.is_uppercase() && before.is_lowercase();
        if !c.is_alphanumeric() || begins {
            parts.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(last) = parts.last_mut()
        {
            last.extend(c.to_lowercase());
        }
        before = c;
    }
    parts.into_iter().filter(|part| !part.is_empty())
}

/// Whether a line has this phrase, not only as a part of longer words (`for every`, `outcomes of`).
fn has_phrase(line: &str, phrase: &str) -> bool {
    line.match_indices(phrase).any(|(at, _)| {
        let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !inside(line[..at].chars().next_back()) && !inside(line[at + phrase.len()..].chars().next())
    })
}

/// The identifiers of a line that have several parts, each as a phrase: `MadeGood` is `made good`.
fn identifiers(line: &str) -> impl Iterator<Item = String> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
        .map(|identifier| parts(identifier).collect::<Vec<_>>().join(" "))
        .filter(|phrase| phrase.contains(' '))
}

fn gone_words(_: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let phrases: Vec<String> = identifiers(line).chain([line.to_lowercase()]).collect();
        let phrase =
            GONE_PHRASES.iter().find(|gone| phrases.iter().any(|phrase| has_phrase(phrase, gone)));
        let word = parts(line).find(|part| GONE.contains(&part.as_str()));
        if let Some(gone) = word.or_else(|| phrase.map(|phrase| (*phrase).to_owned())) {
            found.push(format!("{number}: `{gone}` is a word that is gone"));
        }
    }
    found
}

/// Whether a file is written here: not by others or by a tool, not recorded, and not this list.
fn is_written_here(name: &str) -> bool {
    let folders = ["tests/golden/", "tests/fuzz/"];
    let files = [".git", "LICENSE", "tests/tests/tidy/words.rs"];
    let locks = ["Cargo.lock", "package-lock.json", "go.sum", "requirements.txt"];
    !folders.iter().any(|folder| name.starts_with(folder))
        && !files.contains(&name)
        && !locks.iter().any(|lock| name.ends_with(lock))
}

#[test]
fn words_that_are_gone_stay_gone() {
    // Every text file, whatever its name ends with.
    let mut files = files(&[""]);
    files.retain(|(name, _)| is_written_here(name));
    for read in ["Makefile", ".ci/run", "deploy/local/stack", "tests/interop/driver/demo.py"] {
        assert!(files.iter().any(|(name, _)| name == read), "{read} is not read");
    }
    check(&files, gone_words);
}

#[test]
fn an_injected_gone_word_is_seen() {
    for line in [
        // A word as an identifier, and as its part.
        "let way = 1;",
        "enum E { WayBooked }",
        "`leg_paid`",
        "LogIsBehind { end: i64 },",
        "Self::PriceNotReckonable",
        // In comments, messages, documents and data.
        "/// The party that bears the cost.",
        "# Nobody reads it",
        "error: it was believed",
        "- Someone stood in town.",
        "\"note\": \"only who brings it\"",
        // A phrase, and the same as an identifier.
        "It goes on.",
        "for ever",
        "There are no more events.",
        "tried in vain",
        "pub made_good: Money,",
        "fn held_purchases() {}",
        "struct SeenTo;",
    ] {
        assert_eq!(gone_words("", line).len(), 1, "{line}");
    }
    for line in [
        "always",
        "legal",
        "Norway",
        "shipment_booked",
        "for every",
        "outcomes of",
        "the coverage",
        "understands",
        "Bearer",
        "open",
        "no longer",
        "let (seen, to) = both;",
    ] {
        assert!(gone_words("", line).is_empty(), "{line}");
    }
}

/// What a caller of the edge can do instead is a sentence: it begins with a capital and ends with a
/// full stop. What rejections say is checked by a test of each service, with a sample of each.
fn fragments(_: &str, text: &str) -> Vec<String> {
    let sentences = text.split(".instead(").skip(1).filter_map(|rest| {
        let literal = rest.trim_start().strip_prefix('"')?;
        literal.split('"').next()
    });
    let whole = |sentence: &&str| {
        sentence.starts_with(char::is_uppercase)
            && sentence.ends_with('.')
            && !sentence.contains('{')
    };
    let broken = sentences.filter(|sentence| !whole(sentence));
    broken.map(|sentence| format!("`instead` is not a sentence: {sentence}")).collect()
}

#[test]
fn instead_is_a_sentence() {
    let mut files = files(&[".rs"]);
    files.retain(|(name, _)| name.starts_with("services/"));
    check(&files, fragments);
    assert_eq!(fragments("", r#"problem.instead("POST /v1/claims/{claim}/offers")"#).len(), 1);
    assert_eq!(fragments("", "problem.instead(\n    \"make an offer\",\n)").len(), 1);
    assert_eq!(fragments("", r#"problem.instead("Make an offer.")"#), Vec::<String>::new());
    assert_eq!(fragments("", "rejection.instead(), \"no sentence\""), Vec::<String>::new());
}

/// Every implementation of `Rejection` has a sample of each variant in the check of its advice.
fn unchecked_advice(files: &[(String, String)]) -> Vec<String> {
    let is_of_a_service =
        |name: &str| name.starts_with("services/") && !name.starts_with("services/kernel/");
    let files: Vec<_> = files.iter().filter(|(name, _)| is_of_a_service(name)).collect();
    let sources = files.iter().filter(|(name, _)| name.contains("/src/"));
    let implemented = sources.flat_map(|(_, text)| text.split("impl Rejection for ").skip(1));
    let names = implemented.filter_map(|rest| rest.split_whitespace().next());
    let is_checked = |name: &str| {
        let samples = format!("every_variant![{name}:");
        files.iter().any(|(_, text)| {
            text.contains(&samples) && text.contains("advises_in_sentences(&refusal")
        })
    };
    let unchecked = names.filter(|name| !is_checked(name));
    unchecked.map(|name| format!("no test goes through every variant of {name}")).collect()
}

#[test]
fn every_rejection_has_its_advice_checked() {
    let files = files(&[".rs"]);
    let found = unchecked_advice(&files);
    assert!(found.is_empty(), "{}", found.join("\n"));
    let injected = ("services/a/src/b.rs".to_owned(), "impl Rejection for Unchecked {".to_owned());
    assert_eq!(unchecked_advice(&[injected]).len(), 1);
}

/// Debug output in a message: `{:?}` in the text of an `#[error(…)]`. People read names of the
/// domain, not identifiers of the code.
fn debug_output(_: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("#[error(") {
        let attribute = text[at..].split(")]").next().unwrap_or_default();
        if attribute.contains("?}") {
            let line = text[..at].matches('\n').count() + 1;
            found.push(format!("{line}: debug output in a message: {attribute})]"));
        }
    }
    found
}

#[test]
fn messages_have_no_debug_output() {
    let mut files = files(&[".rs"]);
    files.retain(|(name, _)| name.starts_with("services/") && name.contains("/src/"));
    check(&files, debug_output);
}

#[test]
fn injected_debug_output_in_a_message_is_seen() {
    for message in [
        "#[error(\"the remedy is {0:?}\")]",
        "#[error(\"the remedy is {:?}\", .0)]",
        "#[error(\n    \"the input {name:?} ends at {end}, but \\\n     was read to {read}\"\n)]",
        "#[error(\"{fields:#?}\")]",
    ] {
        assert_eq!(debug_output("", message).len(), 1, "{message}");
    }
    for fine in [
        "#[error(\"the remedy is {}\", remedy.name())]\nfn a() { panic!(\"{events:?}\") }",
        "#[error(\"is it {0}?\")]",
        "#[error(transparent)]",
    ] {
        assert!(debug_output("", fine).is_empty(), "{fine}");
    }
}
