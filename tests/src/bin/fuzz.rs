//! `make fuzz`: runs millions of inputs through every reader of external data, and prints the
//! results.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};
use recourse_tests::fuzz::{keep, run_all, targets};

const DEFAULT: u64 = 10_000_000;
/// How long one input may take on a busy machine.
const WITHIN: Duration = Duration::from_secs(5);

fn main() -> anyhow::Result<()> {
    let inputs = match std::env::var("INPUTS") {
        Ok(text) => text.replace('_', "").parse().context("INPUTS must be a number")?,
        Err(_) => DEFAULT,
    };
    let only = std::env::args().nth(1);
    let mut targets = targets::all();
    if let Some(only) = &only {
        targets.retain(|target| target.name == only);
    }
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let bar = ProgressBar::new(inputs).with_style(ProgressStyle::with_template(
        "{bar:30} {human_pos} of {human_len} inputs, {per_sec}, {eta} left",
    )?);
    // A panic is reported once, with its input.
    std::panic::set_hook(Box::new(|_| {}));
    let began = Instant::now();
    let result = run_all(&targets, inputs, threads, WITHIN, &|done| bar.inc(done));
    bar.finish_and_clear();
    let tallies = match result {
        Ok(tallies) => tallies,
        Err(fault) if fault.input.is_empty() => bail!("{}: {}", fault.target, fault.what),
        Err(fault) => {
            let kept = keep(&fault)?;
            bail!("{}: {}\nthe input is saved in {}", fault.target, fault.what, kept.display());
        }
    };
    println!(
        "{:<24} {:>10} {:>9} {:>9} {:>10} {:>9}",
        "target", "inputs", "accepted", "refused", "inputs/s", "slowest"
    );
    let (mut all, mut accepted) = (0, 0);
    for (target, tally) in &tallies {
        let per_second = count(tally.inputs()) / tally.took.as_secs_f64().max(1e-9);
        println!(
            "{target:<24} {:>10} {:>8.1}% {:>8.1}% {per_second:>10.0} {:>6.1} ms",
            tally.inputs(),
            share(tally.accepted, tally.inputs()),
            share(tally.refused, tally.inputs()),
            tally.slowest.as_secs_f64() * 1e3
        );
        all += tally.inputs();
        accepted += tally.accepted;
    }
    println!(
        "{all} inputs to {} readers in {:.0} s: {accepted} accepted, {} refused with a reason, no \
         panic; at most {} MB of memory",
        tallies.len(),
        began.elapsed().as_secs_f64(),
        all - accepted,
        peak_memory_mb().map_or_else(|| "?".to_owned(), |mb| mb.to_string())
    );
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn count(inputs: u64) -> f64 {
    inputs as f64
}

fn share(part: u64, whole: u64) -> f64 {
    count(part) * 100.0 / count(whole.max(1))
}

/// Peak memory of the process, as reported by Linux.
fn peak_memory_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
}
