//! The main loop: the clock moves from noon to noon; actors make the moves that are due and read
//! the events; the clock moves on once everything has been decided and projected.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use chrono::{Datelike as _, TimeDelta};
use indicatif::ProgressBar;
use recourse_clients::clock::MovedClock;
use recourse_clients::http::Http;
use recourse_clients::inbox::{Heard, Inbox};
use recourse_clients::market::Market;
use recourse_kernel::{Instant, OrderKey};
use recourse_process::Process;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::calendar::{Steps, noon};
use super::gateway;
use super::moves::Move;
use super::play::Play;
use super::shops;
use super::world::{MARKETPLACE, Purchase};

/// How many purchases are processed concurrently.
const AT_ONCE: usize = 24;
const SETTLED_WITHIN: Duration = Duration::from_secs(180);

/// Moves the clock, reads events, and runs the actors.
pub(super) struct Player<'a> {
    process: &'a Process,
    clock: MovedClock,
    shops: Option<Inbox>,
    gateway: Option<Inbox>,
    pub(super) play: Play,
}

/// The start of the demo: before any terms are sold.
pub(super) fn first_noon() -> Instant {
    noon(2024, 12, 30)
}

/// The latest end of the demo.
fn last_noon() -> Instant {
    noon(2026, 4, 30)
}

impl<'a> Player<'a> {
    pub(super) async fn start(process: &'a Process, http: Http) -> anyhow::Result<Self> {
        let node = &process.node;
        let (connection, topics, partitions) =
            (&node.connection, &node.topics, node.settings.partitions);
        let clock = MovedClock::open(connection, topics)?;
        let inbox = |context, listener| {
            Inbox::open(connection, topics, context, listener, partitions).map(Some)
        };
        let player = Self {
            process,
            clock,
            shops: inbox("jobs", "demo.shops")?,
            gateway: inbox("settlements", "demo.gateway")?,
            play: Play::new(http, Market::open(connection, topics, MARKETPLACE)?, first_noon()),
        };
        player.clock.move_to(first_noon())?;
        player.settled().await?;
        Ok(player)
    }

    async fn settled(&self) -> anyhow::Result<()> {
        self.process.watch().settled(self.play.now, SETTLED_WITHIN).await
    }

    /// Plays until no moves are left.
    pub(super) async fn play(
        &mut self,
        mut purchases: Vec<Purchase>,
        bar: &ProgressBar,
    ) -> anyhow::Result<Vec<Purchase>> {
        let by_key: BTreeMap<OrderKey, usize> =
            purchases.iter().map(|purchase| (purchase.key, purchase.index)).collect();
        let steps = Steps { longest: 7 };
        let mut month = self.play.now.month();
        loop {
            let next = purchases.iter().filter_map(|purchase| purchase.agenda.next()).min();
            let now = steps.after(self.play.now, next);
            // The demo runs to the end of the year, and until everything started in it has
            // finished.
            let rest = next.is_none() && now > noon(2026, 3, 15);
            if rest || now > last_noon() {
                break;
            }
            self.move_to(now).await?;
            bar.set_position(days_since(first_noon(), now));
            bar.set_message(now.format("%-d %B %Y").to_string());
            if bar.is_hidden() && now.month() != month {
                // Without a visible progress bar, print a line per month as a sign of progress.
                month = now.month();
                // Whether it is read or not.
                let _ = writeln!(std::io::stderr().lock(), "playing {}", now.format("%B %Y"));
            }
            purchases = self.act(purchases).await?;
            self.play.market.flush()?;
            self.settled().await?;
            self.hear(&mut purchases, &by_key).await?;
        }
        bar.set_position(days_since(first_noon(), last_noon()));
        Ok(purchases)
    }

    /// Length of the demo, in days.
    pub(super) fn length() -> u64 {
        days_since(first_noon(), last_noon())
    }

    async fn move_to(&mut self, now: Instant) -> anyhow::Result<()> {
        self.play.now = now;
        self.clock.move_to(now)?;
        self.settled().await
    }

    /// Shops and gateway read their new events.
    async fn hear(
        &mut self,
        purchases: &mut [Purchase],
        by_key: &BTreeMap<OrderKey, usize>,
    ) -> anyhow::Result<()> {
        let now = self.play.now;
        let mut report = |all: Vec<Heard>, listener: fn(&mut Purchase, &Heard, Instant)| {
            for heard in all {
                let purchase = by_key.get(&heard.key).and_then(|index| purchases.get_mut(*index));
                if let Some(purchase) = purchase {
                    listener(purchase, &heard, now);
                }
            }
        };
        let (of_jobs, of_money) = tokio::join!(listen(&mut self.shops), listen(&mut self.gateway));
        report(of_jobs?, shops::heard);
        report(of_money?, gateway::heard);
        Ok(())
    }

    /// Makes all moves that are due: in order within a purchase, many purchases concurrently.
    async fn act(&self, purchases: Vec<Purchase>) -> anyhow::Result<Vec<Purchase>> {
        let now = self.play.now;
        let is_due = |purchase: &Purchase| purchase.agenda.next().is_some_and(|at| at <= now);
        let (due, mut all): (Vec<_>, Vec<_>) = purchases.into_iter().partition(is_due);
        let permits = Arc::new(Semaphore::new(AT_ONCE));
        let mut acting = JoinSet::new();
        for mut purchase in due {
            let (play, permits) = (self.play.clone(), Arc::clone(&permits));
            acting.spawn(async move {
                let _permit = permits.acquire_owned().await?;
                act_on(&mut purchase, &play).await?;
                anyhow::Ok(purchase)
            });
        }
        while let Some(acted) = acting.join_next().await {
            all.push(acted??);
        }
        all.sort_by_key(|purchase| purchase.index);
        Ok(all)
    }
}

/// Makes a purchase's due moves in order. The marketplace's facts reach the log asynchronously, so
/// other moves that are due wait for the next step.
async fn act_on(purchase: &mut Purchase, play: &Play) -> anyhow::Result<()> {
    let mut reported = false;
    while let Some((at, next)) = purchase.agenda.take_due(play.now) {
        match next {
            Move::Market(next) => {
                reported = true;
                next.make(purchase, at, play).await?;
            }
            other if reported => purchase.agenda.plan(play.now + TimeDelta::hours(1), other),
            Move::Buyer(next) => next.make(purchase, at, play).await?,
            Move::Adjuster(next) => next.make(purchase, at, play).await?,
            Move::Shop(next) => next.make(purchase, at, play).await?,
            Move::Gateway(next) => next.make(purchase, at, play).await?,
        }
    }
    Ok(())
}

async fn listen(inbox: &mut Option<Inbox>) -> anyhow::Result<Vec<Heard>> {
    let Some(mut taken) = inbox.take() else { return Ok(Vec::new()) };
    let (taken, heard) = tokio::task::spawn_blocking(move || {
        let heard = taken.listen();
        (taken, heard)
    })
    .await?;
    *inbox = Some(taken);
    heard
}

fn days_since(first: Instant, now: Instant) -> u64 {
    u64::try_from((now - first).num_days()).unwrap_or_default()
}
