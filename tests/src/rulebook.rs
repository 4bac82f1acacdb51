//! Where the rulebook's ids are used in the tree: each rule's sentence, the functions that
//! implement it, its tests, its cases.
//!
//! A function implements a rule if its name (`fn t2_…`) or its documentation (`/// T2: …`) starts
//! with the rule's id. It has to do with a rule if its documentation names the id elsewhere. A test
//! shows a rule if either applies. A case file lists its rules under the key `rules`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Path of the rulebook, from the root.
pub const RULEBOOK: &str = "services/RULEBOOK.md";

/// Path of the clauses that cases have to show: rows of the terms table, and points that are easily
/// misread.
pub const CLAUSES: &str = "tests/cases/clauses.md";

/// A clause that needs a case, and the cases that show it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clause {
    pub sentence: String,
    /// The case files that show it.
    pub cases: Vec<String>,
}

/// The clauses by id, and what is wrong with them: a clause without a case, or a case that names an
/// unknown clause.
pub fn clauses(root: &Path) -> std::io::Result<(BTreeMap<String, Clause>, Vec<String>)> {
    let mut clauses = clauses_in(&fs::read_to_string(root.join(CLAUSES))?);
    let mut files = Vec::new();
    walk(&root.join("tests/cases"), &mut files)?;
    files.sort();
    let mut wrong = Vec::new();
    for path in files {
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        for id in case_shows(&fs::read_to_string(&path)?) {
            match clauses.get_mut(&id) {
                Some(clause) => clause.cases.push(name.clone()),
                None => wrong.push(format!("{name} shows `{id}`, not a clause of {CLAUSES}")),
            }
        }
    }
    let bare = clauses.iter().filter(|(_, clause)| clause.cases.is_empty());
    wrong.extend(bare.map(|(id, _)| format!("`{id}` of {CLAUSES} has no case")));
    Ok((clauses, wrong))
}

/// The rows ``| `id` | sentence |``.
fn clauses_in(text: &str) -> BTreeMap<String, Clause> {
    let row = |line: &str| {
        let rest = line.trim().strip_prefix("| `")?;
        let (id, rest) = rest.split_once("` |")?;
        let sentence = rest.trim().trim_end_matches('|').trim().to_owned();
        Some((id.to_owned(), Clause { sentence, cases: Vec::new() }))
    };
    text.lines().filter_map(row).collect()
}

/// The ids under the key `shows` of a case.
fn case_shows(text: &str) -> Vec<String> {
    let line = text.lines().find_map(|line| line.strip_prefix("shows:"));
    let words = line.unwrap_or_default().split(|c: char| c.is_whitespace() || "[],".contains(c));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// A rule, and where it is used in the tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    pub sentence: String,
    /// `file:line name` of the functions that implement it, each with what it says of the rule.
    pub functions: Vec<String>,
    /// `file:line name` of the other functions that name it.
    pub others: Vec<String>,
    /// `file:line name` of the tests that show it.
    pub tests: Vec<String>,
    /// The case files that play it.
    pub cases: Vec<String>,
}

impl Rule {
    /// What the rule is missing.
    pub fn lacks(&self) -> Vec<&'static str> {
        let has = [
            ("function", self.functions.is_empty()),
            ("test", self.tests.is_empty()),
            ("case", self.cases.is_empty()),
        ];
        has.into_iter().filter(|(_, none)| *none).map(|(what, _)| what).collect()
    }
}

/// Rules by id, in the rulebook's order: by section, then by number.
pub type Rules = BTreeMap<(usize, u32), (String, Rule)>;

/// Every rule with its uses in the tree under `root`.
pub fn survey(root: &Path) -> std::io::Result<Rules> {
    let mut rules = sentences(&fs::read_to_string(root.join(RULEBOOK))?);
    let mut sources = Vec::new();
    for folder in ["services", "tests"] {
        walk(&root.join(folder), &mut sources)?;
    }
    sources.sort();
    for path in sources {
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        let text = fs::read_to_string(&path)?;
        if path.extension().is_some_and(|ending| ending == "rs") {
            for function in functions(&name, &text) {
                note(&mut rules, &function);
            }
        } else if name.starts_with("tests/cases/") {
            for id in case_rules(&text) {
                if let Some(rule) = find(&mut rules, &id) {
                    rule.cases.push(name.clone());
                }
            }
        }
    }
    Ok(rules)
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, found)?;
        } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "yaml") {
            found.push(path);
        }
    }
    Ok(())
}

/// The rows `| S1 | sentence |` of the rulebook.
pub fn sentences(rulebook: &str) -> Rules {
    let mut sections = Vec::new();
    let mut rules = Rules::new();
    for line in rulebook.lines() {
        let mut cells = line.trim().trim_matches('|').splitn(2, '|').map(str::trim);
        let (Some(id), Some(sentence)) = (cells.next(), cells.next()) else { continue };
        let Some((letter, number)) = parse(id) else { continue };
        let section = sections.iter().position(|known| *known == letter).unwrap_or_else(|| {
            sections.push(letter);
            sections.len() - 1
        });
        let rule = Rule { sentence: sentence.to_owned(), ..Rule::default() };
        rules.insert((section, number), (id.to_owned(), rule));
    }
    rules
}

fn parse(id: &str) -> Option<(char, u32)> {
    let mut letters = id.chars();
    let letter = letters.next().filter(|letter| "STCMD".contains(*letter))?;
    let number = letters.as_str();
    (number.len() <= 2 && number.chars().all(|c| c.is_ascii_digit()))
        .then(|| Some((letter, number.parse().ok()?)))
        .flatten()
}

fn find<'a>(rules: &'a mut Rules, id: &str) -> Option<&'a mut Rule> {
    rules.values_mut().find(|(known, _)| known == id).map(|(_, rule)| rule)
}

fn note(rules: &mut Rules, function: &Function) {
    for id in &function.rules {
        let Some(rule) = find(rules, id) else { continue };
        if function.is_test {
            rule.tests.push(function.location.clone());
        } else if function.own.contains(id) {
            let what = if function.says.is_empty() { "" } else { ": " };
            rule.functions.push(format!("{}{what}{}", function.location, function.says));
        } else {
            rule.others.push(function.location.clone());
        }
    }
}

/// Clients of the rules and checks of their results: a function there implements none.
const NOT_THE_RULES: [&str; 3] =
    ["services/cases/", "services/demo/", "services/audit/src/verification/"];

/// A function that names rules.
struct Function {
    location: String,
    rules: Vec<String>,
    /// Those of the rules that it implements.
    own: Vec<String>,
    /// The sentence after the ids at the start of its documentation.
    says: String,
    is_test: bool,
}

/// The functions of a file that name a rule.
fn functions(file: &str, text: &str) -> Vec<Function> {
    let mut found = Vec::new();
    // Tests are in separate files, or at the end of the file that they test.
    let mut among_tests =
        !file.contains("/src/") || file.contains("test") || file.contains("story");
    let mut above: Vec<&str> = Vec::new();
    for (line, number) in text.lines().map(str::trim).zip(1..) {
        // Not where only the file of tests is named.
        if above.contains(&"#[cfg(test)]") && line.starts_with("mod ") && line.ends_with('{') {
            among_tests = true;
        }
        if line.starts_with("///") || line.starts_with("#[") {
            above.push(line);
            continue;
        }
        if let Some(name) = function_name(line) {
            let docs: Vec<&str> =
                above.iter().filter_map(|line| line.strip_prefix("///")).collect();
            let (mut own, says) = docs.first().map(|first| own_rules(first)).unwrap_or_default();
            own.extend(leading_ids(name));
            let mut rules: Vec<String> = docs.iter().flat_map(|line| ids(line)).collect();
            rules.extend(own.iter().cloned());
            rules.sort();
            rules.dedup();
            let is_helper = above.contains(&"#[cfg(test)]");
            let is_test = above.iter().any(|line| line.contains("test]") || line.contains("test("));
            // Test helpers count as neither.
            let is_elsewhere = NOT_THE_RULES.iter().any(|folder| file.starts_with(folder));
            let counts = is_test || !(among_tests || is_helper || is_elsewhere);
            if counts && !rules.is_empty() {
                let location = format!("{file}:{number} {name}");
                found.push(Function { location, rules, own, says, is_test });
            }
        }
        above.clear();
    }
    found
}

/// `T4, C3: days spent waiting do not count.` has the rules T4 and C3, and the rest says what of
/// them. The ids come first; nothing else does.
fn own_rules(first: &str) -> (Vec<String>, String) {
    let (before, says) = first.split_once(':').unwrap_or_default();
    let mut words = before.split([' ', ',']).filter(|word| !word.is_empty() && *word != "and");
    let are_ids = words.clone().next().is_some() && words.all(|word| !ids(word).is_empty());
    if are_ids { (ids(before), says.trim().to_owned()) } else { (Vec::new(), String::new()) }
}

fn function_name(line: &str) -> Option<&str> {
    let rest = line.split_once("fn ").filter(|(before, _)| {
        before
            .split_whitespace()
            .all(|word| ["pub", "const", "async"].contains(&word) || word.starts_with("pub("))
    })?;
    let name = rest.1.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    (!name.is_empty()).then_some(name)
}

fn ids(line: &str) -> Vec<String> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| word.len() > 1 && parse(word).is_some())
        .map(str::to_owned)
        .collect()
}

/// `t2_s9_coverage_starts` names T2 and S9.
fn leading_ids(name: &str) -> Vec<String> {
    name.split('_')
        .map(str::to_uppercase)
        .take_while(|word| word.len() > 1 && parse(word).is_some())
        .collect()
}

/// The ids under the key `rules` of a case.
fn case_rules(text: &str) -> Vec<String> {
    let line = text.lines().find_map(|line| line.strip_prefix("rules:"));
    line.map(ids).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_a_test_and_a_case_are_found_for_their_rules() {
        let text = "/// T2: when coverage starts.\npub fn starts() {}\n\n#[cfg(test)]\nmod tests \
            {\n    \
                    #[test]\n    fn t2_s9_on_day_16() {}\n}\n";
        let found = functions("services/a/src/coverage.rs", text);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].rules.join(" "), found[0].is_test), ("T2".to_owned(), false));
        assert_eq!(
            (found[0].own.join(" "), found[0].says.as_str()),
            ("T2".to_owned(), "when coverage starts.")
        );
        assert_eq!((found[1].rules.join(" "), found[1].is_test), ("S9 T2".to_owned(), true));
        assert_eq!(case_rules("case: x\nrules: [T6, C4]\n"), ["T6", "C4"]);
    }

    #[test]
    fn clauses_are_read_from_rows_and_cases_name_the_clauses_they_show() {
        let found = clauses_in("| clause | |\n| --- | --- |\n| `terms.price` | 4 % |\nno row\n");
        assert_eq!(found.keys().collect::<Vec<_>>(), ["terms.price"]);
        assert_eq!(found["terms.price"].sentence, "4 %");
        let case = "case: x\nrules: [S3]\nshows: [terms.price, day-16]\nabout: shows nothing\n";
        assert_eq!(case_shows(case), ["terms.price", "day-16"]);
        assert!(case_shows("case: x\n").is_empty());
    }

    #[test]
    fn a_clause_without_a_case_and_an_unknown_clause_are_reported() {
        let root = std::env::temp_dir().join(format!("clauses-{}", std::process::id()));
        let cases = root.join("tests/cases");
        fs::create_dir_all(&cases).unwrap();
        fs::write(root.join(CLAUSES), "| `a` | one |\n| `b` | two |\n").unwrap();
        fs::write(cases.join("x.yaml"), "case: x\nshows: [a, c]\n").unwrap();
        let (found, wrong) = clauses(&root).unwrap();
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(found["a"].cases, ["tests/cases/x.yaml"]);
        assert_eq!(wrong.len(), 2, "{wrong:?}");
        assert!(wrong[0].contains("shows `c`") && wrong[1].contains("`b`"), "{wrong:?}");
    }

    #[test]
    fn a_function_that_only_mentions_a_rule_is_listed_after_those_that_implement_it() {
        let text = "#[cfg(test)]\nmod tests;\n\n/// M8, M9: who pays.\nfn payer() {}\n\n\
                    /// What is owed; see M8.\nfn owed() {}\n";
        let mut rules = sentences("| M8 | Written off |\n| M9 | Kept |\n");
        for function in functions("services/a/src/domain/rules.rs", text) {
            note(&mut rules, &function);
        }
        let rule = find(&mut rules, "M8").unwrap();
        assert_eq!(rule.functions, ["services/a/src/domain/rules.rs:5 payer: who pays."]);
        assert_eq!(rule.others, ["services/a/src/domain/rules.rs:8 owed"]);
        assert_eq!(find(&mut rules, "M9").unwrap().functions.len(), 1);
        assert!(functions("services/demo/src/story.rs", text).is_empty());
        for no_id in ["A price: what is owed.", "M8 of the claim: what is owed.", "none"] {
            assert_eq!(own_rules(no_id).0, Vec::<String>::new(), "{no_id}");
        }
    }

    #[test]
    fn a_rule_without_a_case_is_reported() {
        let mut rules = sentences("| S1 | Sold with a device |\n| word | meaning |\n");
        let rule = find(&mut rules, "S1").unwrap();
        assert_eq!(rule.sentence, "Sold with a device");
        rule.functions.push("a".to_owned());
        rule.tests.push("b".to_owned());
        assert_eq!(rule.lacks(), ["case"]);
    }
}
