//! A writer's thread: steps until shutdown, and restarts the writer after errors that a restart can
//! fix.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use recourse_kernel::Decider;
use recourse_runtime::database::Database;
use recourse_runtime::health::Check;
use recourse_runtime::kafka::background_drop::part_with;
use recourse_runtime::metrics::ServiceMetrics;
use recourse_runtime::store::PgStore;
use recourse_runtime::topics::TERMS_CONTEXT;
use recourse_runtime::writer::kafka_log::{KafkaLog, LogNames};
use recourse_runtime::writer::log::{LogError, TransactError};
use recourse_runtime::writer::status::WriterStatus;
use recourse_runtime::writer::{Limits, Writer, WriterError};
use recourse_terms::TermsBook;

use super::Node;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// The interval between health reports.
const REPORT_EVERY: Duration = Duration::from_millis(200);

/// The thread of one writer; it runs until [`Node::shutdown`], or until an error that no restart
/// can fix.
pub struct WriterHandle {
    /// The context it decides, such as `claims`.
    pub context: &'static str,
    /// The contexts it reacts to, in the order of [`Decider::FOREIGN`].
    pub foreign: &'static [&'static str],
    /// Updated by the thread after each step.
    pub status: Arc<WriterStatus>,
    thread: JoinHandle<()>,
}

impl WriterHandle {
    /// Waits until the thread has ended.
    pub async fn ended(self) {
        if tokio::task::spawn_blocking(|| self.thread.join()).await.is_err() {
            tracing::error!(context = self.context, "cannot wait for the writer's thread");
        }
    }
}

/// Starts the writer of a decider on its own thread.
pub(super) fn start<D: Decider<Reference = TermsBook>>(
    node: &Node,
    database: &Database,
) -> anyhow::Result<WriterHandle> {
    let status = Arc::new(WriterStatus::default());
    let part = format!("{}.writer", D::CONTEXT);
    node.health.expect(&part);
    let life = Life {
        metrics: node.metrics.of(D::CONTEXT),
        handle: tokio::runtime::Handle::current(),
        status: Arc::clone(&status),
        node: node.clone(),
        database: database.clone(),
        part,
    };
    let thread =
        std::thread::Builder::new().name(format!("{}-writer", D::CONTEXT)).spawn(move || {
            #[cfg(feature = "failpoints")]
            if D::CONTEXT != TERMS_CONTEXT && super::next_release::is_asked_for() {
                return life.lead::<super::next_release::Next<D>>();
            }
            life.lead::<D>();
        })?;
    Ok(WriterHandle { context: D::CONTEXT, foreign: D::FOREIGN, status, thread })
}

struct Life {
    node: Node,
    database: Database,
    status: Arc<WriterStatus>,
    metrics: ServiceMetrics,
    handle: tokio::runtime::Handle,
    part: String,
}

/// A writer that panicked is not restarted: the process reports it and ends.
impl Drop for Life {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.node.health.died(&self.part, &"it panicked; see the log");
            self.node.shutdown.cancel();
        }
    }
}

impl Life {
    fn lead<D: Decider<Reference = TermsBook>>(self) {
        let mut pause = FIRST_PAUSE;
        while !self.node.shutdown.is_cancelled() {
            let began = Instant::now();
            let Err(error) = self.write::<D>() else { break };
            self.status.lost();
            match error {
                WriterError::Log(_) | WriterError::Store(_) => {
                    tracing::warn!(
                        context = D::CONTEXT, %error, "the writer failed; restarting it"
                    );
                    self.node
                        .health
                        .set(&self.part, Check::new(false).with("waiting", error.to_string()));
                }
                fatal => {
                    tracing::error!(
                        context = D::CONTEXT, error = %fatal,
                        "the writer failed; ending the process"
                    );
                    self.node.health.died(&self.part, &fatal);
                    self.node.shutdown.cancel();
                    break;
                }
            }
            pause = if began.elapsed() > LONGEST_PAUSE {
                FIRST_PAUSE
            } else {
                (pause * 2).min(LONGEST_PAUSE)
            };
            std::thread::sleep(pause);
        }
    }

    fn write<D: Decider<Reference = TermsBook>>(&self) -> Result<(), WriterError> {
        let node = &self.node;
        let names = LogNames {
            context: D::CONTEXT,
            foreign: D::FOREIGN,
            instance: &node.settings.instance,
        };
        let log =
            KafkaLog::open(&node.connection, &node.topics, &names).map_err(
                |error| match error {
                    TransactError::FencedByDuplicate(_) => WriterError::DuplicateInstance(error),
                    other => WriterError::Log(LogError(other.to_string())),
                },
            )?;
        let store = PgStore::new(&self.handle, &self.database, D::CONTEXT);
        let terms = node.terms.clone();
        let partitions = if D::CONTEXT == TERMS_CONTEXT { 1 } else { node.settings.partitions };
        let mut writer = Writer::<D, _, _>::new(
            log,
            store,
            node.clock.clone(),
            move || {
                // In this order, so that the book is at least as new as the reported offset.
                let reached = terms.reached();
                (terms.book(), reached)
            },
            partitions,
            Limits::default(),
            Arc::clone(&self.status),
        );
        let mut reported = Instant::now();
        while !node.shutdown.is_cancelled() {
            let began = Instant::now();
            let stepped = match writer.step() {
                Ok(stepped) => stepped,
                Err(error) => {
                    part_with(writer);
                    return Err(error);
                }
            };
            if stepped.inputs > 0 {
                self.metrics.writer_took("input", stepped.inputs as u64);
            }
            if stepped.events > 0 {
                self.metrics.transaction("committed", stepped.events as u64, began.elapsed());
            }
            if reported.elapsed() > REPORT_EVERY {
                reported = Instant::now();
                self.report();
            }
        }
        writer.finish();
        Ok(())
    }

    fn report(&self) {
        let report = self.status.report();
        let assigned: Vec<i32> = report.partitions.keys().copied().collect();
        let caught_up = report.partitions.values().all(|status| !status.waiting);
        // A member without partitions counts as ready: it is on standby.
        let check = Check::new(report.is_member)
            .with("assigned", assigned)
            .with("caught_up", caught_up)
            .with("events", report.events)
            .with("failed_transactions", report.failed);
        self.node.health.set(&self.part, check);
    }
}
