//! The currently known terms, tariffs and shops: every process reads the whole terms topic.

use std::sync::Arc;
use std::time::Duration;

use recourse_kernel::{Record, Wire, WireError};
use recourse_terms::{TermsBook, TermsEvent};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::guard::Guard;
use crate::health::Health;
use crate::kafka::Connection;
use crate::kafka::follower::Follower;
use crate::kafka::poll::Polled;
use crate::topics::{TERMS_CONTEXT, Topics, is_genesis};

const PAUSE: Duration = Duration::from_millis(200);
/// The part's name in `/ready` once it has died.
const PART: &str = "terms.feed";

/// Follows the terms topic. Clones share the same book.
#[derive(Debug, Clone)]
pub struct TermsFeed {
    book: watch::Receiver<Arc<TermsBook>>,
    reached: watch::Receiver<i64>,
}

impl TermsFeed {
    /// A feed that always returns this book, for tests and the simulation.
    pub fn fixed(book: TermsBook) -> Self {
        Self { book: watch::channel(Arc::new(book)).1, reached: watch::channel(i64::MAX).1 }
    }

    /// Starts following the topic on its own thread, and waits until everything on it has been
    /// read.
    pub async fn follow(
        connection: Connection,
        topics: &Topics,
        health: &Health,
        shutdown: CancellationToken,
    ) -> anyhow::Result<Self> {
        let topic = topics.events(TERMS_CONTEXT);
        let (book_out, book) = watch::channel(Arc::new(TermsBook::default()));
        let (reached_out, mut reached) = watch::channel(-1);
        let mut config = connection.reader();
        config.set("fetch.wait.max.ms", "50");
        let mut reader = Follower::new(config, &topic, 0)?;
        let guard = Guard::new(health, PART, &shutdown);
        std::thread::Builder::new().name("terms-feed".to_owned()).spawn(move || {
            let _guard = guard;
            let mut following = Following { book: TermsBook::default(), changed: false };
            while !shutdown.is_cancelled() {
                match reader.poll(PAUSE) {
                    Ok(Polled::Record(record)) => {
                        following.take(
                            &record.key.unwrap_or_default(),
                            &record.headers,
                            &record.value.unwrap_or_default(),
                            record.offset,
                        );
                    }
                    Ok(Polled::End { offset, .. }) => {
                        following.publish(&book_out);
                        reached_out.send_replace(offset);
                    }
                    Ok(Polled::Nothing) => {}
                    Err(error) => {
                        tracing::warn!(%error, "cannot read the terms topic; retrying");
                        std::thread::sleep(PAUSE);
                    }
                }
            }
        })?;
        reached.wait_for(|offset| *offset >= 0).await?;
        Ok(Self { book, reached })
    }

    /// A snapshot of the book, as of the last time that the end of the topic was reached.
    pub fn book(&self) -> Arc<TermsBook> {
        self.book.borrow().clone()
    }

    /// A receiver of the book, updated as the topic is read.
    pub fn watch(&self) -> watch::Receiver<Arc<TermsBook>> {
        self.book.clone()
    }

    /// The next offset of the terms topic to read; `i64::MAX` for a fixed book.
    pub fn reached(&self) -> i64 {
        *self.reached.borrow()
    }
}

struct Following {
    book: TermsBook,
    changed: bool,
}

impl Following {
    fn take(
        &mut self,
        key: &[u8],
        headers: &[recourse_kernel::record::Header],
        body: &[u8],
        offset: i64,
    ) {
        if is_genesis(headers) {
            return;
        }
        let record = Record::read(key, headers, body).map_err(|error| error.to_string());
        let record = record.and_then(|record| {
            let is_whole = record.computed_hash() == record.hash;
            if is_whole {
                Ok(record)
            } else {
                Err("its hash does not match its content".to_owned())
            }
        });
        let event = record.and_then(|record| match TermsEvent::decode(&record.type_name, body) {
            Ok(event) => Ok(Some(event)),
            // A refusal, or a type newer than this release: irrelevant to a reader of terms.
            Err(WireError::UnknownType(_)) => Ok(None),
            Err(malformed) => Err(malformed.to_string()),
        });
        match event {
            Ok(Some(event)) => {
                self.book.apply(&event, offset);
                self.changed = true;
            }
            Ok(None) => self.skip(offset),
            Err(error) => {
                tracing::error!(offset, error, "a record of the terms topic cannot be read");
                self.skip(offset);
            }
        }
    }

    /// Notes a record that changes nothing: a caller may be waiting until it is read.
    fn skip(&mut self, offset: i64) {
        self.book.skip(offset);
        self.changed = true;
    }

    fn publish(&mut self, out: &watch::Sender<Arc<TermsBook>>) {
        if std::mem::take(&mut self.changed) {
            out.send_replace(Arc::new(self.book.clone()));
        }
    }
}
