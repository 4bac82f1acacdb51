//! A year of a small marketplace, played through all services by actors who use public interfaces
//! only: the marketplace publishes to its topic with a plain producer, buyers and adjusters call
//! HTTP, shops and the payment gateway read Kafka with plain consumer groups and answer over HTTP.
//!
//! What happens is drawn from the seed (`world`, `story`), separately for each purchase (`dice`);
//! each purchase's agenda says when it happens (`calendar`); `player` moves the clock.

mod adjusters;
mod audit;
mod buyers;
mod calendar;
mod dice;
mod gateway;
mod job_run;
mod late;
mod lines;
mod marketplace;
mod moves;
mod play;
mod player;
mod report;
mod shops;
mod story;
mod summary;
mod world;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use recourse_clients::http::Http;
use recourse_clients::installation;
use recourse_clients::published::{publish, shipped};
use recourse_kernel::{Principal, Role};
use recourse_process::Process;
use recourse_runtime::reachable::{self, Needs};
use recourse_runtime::settings::Settings;
use serde_json::Value;

use player::Player;
use world::Purchase;

#[derive(Debug, Clone)]
pub struct Options {
    pub orders: usize,
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Keep the services running afterwards.
    pub serve: bool,
    /// Folder of terms, tariffs and shops, laid out like `deploy` in the repository.
    pub deploy: std::path::PathBuf,
    /// Draw a progress bar on standard error.
    pub bar: bool,
}

pub struct Played {
    /// The report for people.
    pub text: String,
    /// The summary for machines, as one object.
    pub summary: Value,
    /// Whether every check passed.
    pub holds: bool,
    /// The running process, if it was to keep running.
    pub process: Option<Process>,
}

/// Plays the year on the Kafka and PostgreSQL of these settings, under a fresh prefix, and audits
/// it.
pub async fn run(base: &Settings, options: &Options) -> anyhow::Result<Played> {
    let settings = installation::settings(base, options.seed, options.serve)?;
    let began = Instant::now();
    let bar = progress_bar(options.bar);
    bar.set_message("topics, schemas, services");
    reachable::check(&settings, Needs::Both).await?;
    let process = match installation::start(settings.clone()).await {
        Ok(process) => process,
        Err(error) => {
            // Nothing else will delete what was created before the failure.
            let _ = installation::clear(&settings).await;
            return Err(error.context("starting the services"));
        }
    };
    let played = play_and_audit(&process, options, &bar, began).await;
    bar.finish_and_clear();
    if options.serve
        && let Ok(mut played) = played
    {
        played.process = Some(process);
        return Ok(played);
    }
    let ended = process.end().await;
    let cleared = installation::clear(&settings).await;
    let played = played?;
    ended?;
    cleared?;
    Ok(played)
}

async fn play_and_audit(
    process: &Process,
    options: &Options,
    bar: &ProgressBar,
    began: Instant,
) -> anyhow::Result<Played> {
    let http = Http::new(&format!("http://{}", process.address), &process.node.settings)?;
    let set_up = began.elapsed();
    let mut player = Player::start(process, http.clone()).await?;
    publish_terms(&http, &options.deploy).await?;
    let purchases = world::orders(options.seed, options.orders, &process.node.order_keys)?;
    bar.set_length(Player::length());
    let purchases = player.play(purchases, bar).await.context("playing the year")?;
    let took = began.elapsed().saturating_sub(set_up);
    bar.set_message("auditing");
    let (mut summary, findings) = audit::audit(process, &http).await.context("auditing")?;
    summary.refused_at_the_edge(player.play.edge_refusals());
    for purchase in &purchases {
        summary.quirks += purchase.quirks;
    }
    let missing = summary.missing(options.orders, purchases.iter().flat_map(Purchase::filed));
    let took =
        Took { set_up, played: took, audited: began.elapsed().saturating_sub(set_up + took) };
    let surprises: Vec<String> =
        purchases.into_iter().flat_map(|purchase: Purchase| purchase.surprises).collect();
    let reported = report::Report { options, summary, findings, missing, surprises, took };
    let text = reported.text(&http).await?;
    Ok(Played { text, summary: reported.json(), holds: reported.holds(), process: None })
}

/// Deletes what a run with `serve` created.
pub async fn clear(settings: &Settings) -> anyhow::Result<()> {
    installation::clear(settings).await
}

/// How long each phase of a run took.
#[derive(Debug, Clone, Copy)]
struct Took {
    set_up: Duration,
    played: Duration,
    audited: Duration,
}

async fn publish_terms(http: &Http, deploy: &Path) -> anyhow::Result<()> {
    let documents = shipped(deploy)?;
    let token = http.token(&Principal::new(Role::Operator, "publish"))?;
    match publish(http.url(), &token, &documents).await?.into_iter().flatten().next() {
        Some(refusal) => anyhow::bail!("a bundled document was refused: {refusal}"),
        None => Ok(()),
    }
}

fn progress_bar(drawn: bool) -> ProgressBar {
    if !drawn {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{elapsed_precise} [{bar:40}] {msg}");
    if let Ok(style) = style {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
