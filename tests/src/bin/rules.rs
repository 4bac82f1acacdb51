//! `make rules`: every rule with its sentence, the functions that implement it and those that have
//! to do with it, its tests and its cases; and every clause that needs a case. Ends with status 1
//! if anything is missing. With ids (`make rules RULE=T4`), prints only these rules; with
//! `--short`, only what is missing.

use std::path::Path;
use std::process::ExitCode;

use recourse_tests::rulebook::{CLAUSES, RULEBOOK, Rule, clauses, survey};

fn main() -> std::io::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let short = arguments.iter().any(|argument| argument == "--short");
    let ids: Vec<&String> = arguments.iter().filter(|it| !it.starts_with("--")).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let rules = survey(&root)?;
    if let Some(unknown) = ids.iter().find(|id| !rules.values().any(|(known, _)| known == **id)) {
        println!("{unknown} is no rule of {RULEBOOK}");
        return Ok(ExitCode::FAILURE);
    }
    let mut wanting = 0;
    for (id, rule) in rules.values() {
        if !short && (ids.is_empty() || ids.contains(&id)) {
            print(id, rule);
        }
        for what in rule.lacks() {
            println!("{id} has no {what}");
            wanting += 1;
        }
    }
    let (clauses, wrong) = clauses(&root)?;
    if !short && ids.is_empty() {
        for (id, clause) in &clauses {
            println!("\n{id}  {}", clause.sentence);
            for case in &clause.cases {
                println!("     case  {case}");
            }
        }
    }
    for what in &wrong {
        println!("{what}");
    }
    wanting += wrong.len();
    println!(
        "\n{} rules of {RULEBOOK}, {} clauses of {CLAUSES}; {wanting} missing",
        rules.len(),
        clauses.len()
    );
    Ok(if wanting == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(id: &str, rule: &Rule) {
    println!("\n{id}  {}", rule.sentence);
    let parts = [
        ("by", &rule.functions),
        ("also", &rule.others),
        ("test", &rule.tests),
        ("case", &rule.cases),
    ];
    for (what, locations) in parts {
        for location in locations {
            println!("     {what:<5} {location}");
        }
    }
}
