//! `make sim`: plays seeds until one fails, and prints its shortest failing run.

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use recourse_runtime::safeguards::DisabledSafeguards;
use recourse_simulation::explore::{explore, story};

/// Runs the writer and the projector over an in-memory log and stores, with every possible fault.
#[derive(Parser)]
struct Arguments {
    /// How many seeds to play.
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Play only this seed, and print its shortest failing run if it fails.
    #[arg(long)]
    seed: Option<u64>,
    /// The number of threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

#[expect(clippy::print_stdout, reason = "a program for the command line")]
fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(seed) = arguments.seed {
        let reported = story(seed, DisabledSafeguards::default());
        println!("{}", reported.as_deref().unwrap_or("every invariant holds"));
        return if reported.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    let began = Instant::now();
    let bar = ProgressBar::new(arguments.seeds);
    if let Ok(style) =
        ProgressStyle::with_template("{bar:40} {pos}/{len} seeds, {per_sec}, {eta} left")
    {
        bar.set_style(style);
    }
    let seeds = arguments.from..arguments.from.saturating_add(arguments.seeds);
    let explored = explore(seeds, arguments.threads, DisabledSafeguards::default(), || bar.inc(1));
    bar.finish_and_clear();
    let seconds = began.elapsed().as_secs_f64();
    let played = explored.played;
    println!("faults that occurred in {played} seeds:");
    for (what, times) in &explored.met {
        println!("  {times:>9}  {what}");
    }
    #[expect(clippy::cast_precision_loss, reason = "only for display")]
    let rate = played as f64 / seconds;
    println!("{played} seeds in {seconds:.1} s, {rate:.0} per second");
    let Some((seed, _)) = explored.failed else {
        println!("every invariant holds");
        return ExitCode::SUCCESS;
    };
    println!("{}", story(seed, DisabledSafeguards::default()).unwrap_or_default());
    ExitCode::FAILURE
}
