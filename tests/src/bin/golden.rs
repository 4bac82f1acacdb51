//! `make golden`: records the golden log of the current formats, under the next number. It never
//! overwrites a file.

use std::path::Path;

use anyhow::ensure;
use recourse_tests::golden::{
    Golden, fold, folder, made, read_all, released, rows, types_of, write,
};
use recourse_tests::test_marketplace;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let again = std::env::args().any(|argument| argument == "--again");
    let earlier = read_all(&folder())?;
    let known = earlier.iter().flat_map(|golden| types_of(&golden.lines)).collect();
    if released().is_subset(&known) && !again {
        println!("every released event type is in a golden log; use --again to record another one");
        return Ok(());
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let lines = made::lines(&root)?;
    let missing: Vec<_> = released().difference(&types_of(&lines)).cloned().collect();
    ensure!(missing.is_empty(), "no record of these types: {}", missing.join(", "));
    let number = earlier.last().map_or(1, |golden| golden.number + 1);
    let golden = Golden {
        number,
        states: fold::states(&lines)?,
        rows: rows::rows(&test_marketplace::settings(), &lines).await?,
        lines,
    };
    write(&folder(), &golden)?;
    println!(
        "golden log {number}: {} records of {} types, {} streams, {} rows",
        golden.lines.len(),
        types_of(&golden.lines).len(),
        golden.states.len(),
        golden.rows.len()
    );
    Ok(())
}
