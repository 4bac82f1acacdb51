//! `make rules`: every rule with its sentence, the functions that carry it, its tests and its cases. Ends
//! with status 1 when a rule has none of any. With `--short`, only what is wanting.

use std::path::Path;
use std::process::ExitCode;

use recourse_tests::rulebook::{RULEBOOK, survey};

fn main() -> std::io::Result<ExitCode> {
    let short = std::env::args().any(|argument| argument == "--short");
    let rules = survey(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))?;
    let mut wanting = 0;
    for (id, rule) in rules.values() {
        if !short {
            println!("\n{id}  {}", rule.sentence);
            let parts = [("by", &rule.functions), ("test", &rule.tests), ("case", &rule.cases)];
            for (what, places) in parts {
                for place in places {
                    println!("     {what:<5} {place}");
                }
            }
        }
        for what in rule.lacks() {
            println!("{id} has no {what}");
            wanting += 1;
        }
    }
    println!("\n{} rules of {RULEBOOK}; {wanting} things wanting", rules.len());
    Ok(if wanting == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
