//! `make rules`: every rule with its sentence, the functions that implement it, its tests and its
//! cases; and every clause that needs a case. Ends with status 1 if anything is missing. With
//! `--short`, prints only what is missing.

use std::path::Path;
use std::process::ExitCode;

use recourse_tests::rulebook::{CLAUSES, RULEBOOK, clauses, survey};

fn main() -> std::io::Result<ExitCode> {
    let short = std::env::args().any(|argument| argument == "--short");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let rules = survey(&root)?;
    let mut wanting = 0;
    for (id, rule) in rules.values() {
        if !short {
            println!("\n{id}  {}", rule.sentence);
            let parts = [("by", &rule.functions), ("test", &rule.tests), ("case", &rule.cases)];
            for (what, locations) in parts {
                for location in locations {
                    println!("     {what:<5} {location}");
                }
            }
        }
        for what in rule.lacks() {
            println!("{id} has no {what}");
            wanting += 1;
        }
    }
    let (clauses, wrong) = clauses(&root)?;
    if !short {
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
