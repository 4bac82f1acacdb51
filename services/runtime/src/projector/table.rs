//! A table of a read model: a pure fold of events into rows, and the only code that writes them.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::future::Future;
use std::marker::PhantomData;

use futures::future::BoxFuture;
use recourse_kernel::folded::generic_kind_of;
use recourse_kernel::{Record, Wire, WireError};
use sqlx::PgConnection;

/// One table of a read model. A row has one source: all events with its key come from one
/// partition.
///
/// The functions that read events are pure; timestamps come from the record, so that a rebuild
/// produces the same rows, byte for byte. `M` is the storage: PostgreSQL, or memory in a
/// simulation. Services implement [`PgTable`](super::PgTable), which loads and saves by itself.
pub trait Table<M = PgConnection>: Send + Sync + 'static {
    /// The table's name, unqualified; also its name in dumps.
    const NAME: &'static str;
    /// The columns that order a dump (the primary key), separated by commas, such as `claim`.
    const KEY: &'static str;
    /// The events that it understands. Other types are ignored, if any table of the service knows
    /// them.
    type Event: Wire + Send + Sync + 'static;
    /// A row, or as much of it as is needed to calculate the next one.
    type Row: Clone + Send + Sync + 'static;

    /// The key of the row that the event changes, if it changes one.
    fn key(event: &Self::Event, record: &Record) -> Option<String>;

    /// The keys of all rows that the event changes, if there can be several.
    fn keys(event: &Self::Event, record: &Record) -> Vec<String> {
        Self::key(event, record).into_iter().collect()
    }

    /// The row after the event, from the row before. `None` leaves the row unchanged, or uncreated.
    fn evolve(row: Option<Self::Row>, event: &Self::Event, record: &Record) -> Option<Self::Row>;

    /// Like [`Table::evolve`], for an event that changes several rows: called once per key.
    fn evolve_key(
        _key: &str,
        row: Option<Self::Row>,
        event: &Self::Event,
        record: &Record,
    ) -> Option<Self::Row> {
        Self::evolve(row, event, record)
    }

    /// The existing rows with these keys, in one query. The keys are distinct.
    fn load(
        model: &mut M,
        keys: &[String],
    ) -> impl Future<Output = sqlx::Result<Vec<(String, Self::Row)>>> + Send;

    /// Writes the rows in one `UNNEST` upsert. The keys are distinct.
    fn save(
        model: &mut M,
        rows: &[(String, Self::Row)],
    ) -> impl Future<Output = sqlx::Result<()>> + Send;
}

/// The tables of one service's read model.
pub struct Tables<M = PgConnection> {
    decoders: Decoders,
    tables: Vec<(usize, Box<dyn ErasedTable<M>>)>,
}

/// Decodes a record as each kind of event that the tables understand.
#[derive(Default)]
pub struct Decoders(Vec<Decoder>);

/// One record as each kind of event that the tables understand, in the order of the decoders.
pub(crate) type Decoded = Vec<Option<Box<dyn Any + Send + Sync>>>;

type Decode = fn(&Record) -> Result<Box<dyn Any + Send + Sync>, WireError>;

struct Decoder {
    event: TypeId,
    decode: Decode,
}

impl<M> Default for Tables<M> {
    fn default() -> Self {
        Self { decoders: Decoders::default(), tables: Vec::new() }
    }
}

impl<M: Send + 'static> Tables<M> {
    /// A read model without tables.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a table. A record is decoded once for all tables with the same [`Table::Event`].
    #[must_use]
    pub fn table<T: Table<M>>(mut self) -> Self {
        let event = TypeId::of::<T::Event>();
        let Decoders(decoders) = &mut self.decoders;
        let known = decoders.iter().position(|decoder| decoder.event == event);
        let decoder = known.unwrap_or_else(|| {
            decoders.push(Decoder { event, decode: decode::<T::Event> });
            decoders.len() - 1
        });
        self.tables.push((decoder, Box::new(Erased::<T>(PhantomData))));
        self
    }

    /// Name and key columns of each table, for dumps.
    pub fn names(&self) -> Vec<(&'static str, &'static str)> {
        self.tables.iter().map(|(_, table)| (table.name(), table.key())).collect()
    }

    pub(crate) fn decoders(&self) -> &Decoders {
        &self.decoders
    }

    /// Folds records into all tables, with one query and one upsert per table.
    pub(crate) async fn apply(
        &self,
        model: &mut M,
        records: &[(&Record, &Decoded)],
    ) -> sqlx::Result<()> {
        for (decoder, table) in &self.tables {
            let events: Vec<_> = records
                .iter()
                .filter_map(|(record, decoded)| Some((*record, decoded.get(*decoder)?.as_deref()?)))
                .collect();
            if !events.is_empty() {
                table.apply(model, &events).await?;
            }
        }
        Ok(())
    }
}

impl Decoders {
    /// Decodes a record as every kind of event. Fails if no table knows its type, or if its body
    /// does not fit.
    pub(crate) fn decode(&self, record: &Record) -> Result<Decoded, WireError> {
        let mut decoded = Vec::with_capacity(self.0.len());
        for decoder in &self.0 {
            decoded.push(match (decoder.decode)(record) {
                Ok(event) => Some(event),
                Err(WireError::UnknownType(_)) => None,
                Err(malformed) => return Err(malformed),
            });
        }
        let unknown = decoded.iter().all(Option::is_none) && !self.0.is_empty();
        if unknown && generic_kind_of(&record.type_name).is_none() {
            return Err(WireError::UnknownType(record.type_name.clone()));
        }
        Ok(decoded)
    }
}

fn decode<E: Wire + Send + Sync + 'static>(
    record: &Record,
) -> Result<Box<dyn Any + Send + Sync>, WireError> {
    Ok(Box::new(E::decode(&record.type_name, &record.body)?))
}

type AnyEvent<'a> = (&'a Record, &'a (dyn Any + Send + Sync));

trait ErasedTable<M>: Send + Sync {
    fn name(&self) -> &'static str;
    fn key(&self) -> &'static str;
    fn apply<'a>(
        &'a self,
        model: &'a mut M,
        events: &'a [AnyEvent<'a>],
    ) -> BoxFuture<'a, sqlx::Result<()>>;
}

struct Erased<T>(PhantomData<T>);

impl<M: Send, T: Table<M>> ErasedTable<M> for Erased<T> {
    fn name(&self) -> &'static str {
        T::NAME
    }

    fn key(&self) -> &'static str {
        T::KEY
    }

    fn apply<'a>(
        &'a self,
        model: &'a mut M,
        events: &'a [AnyEvent<'a>],
    ) -> BoxFuture<'a, sqlx::Result<()>> {
        Box::pin(fold::<M, T>(model, events))
    }
}

/// Collects the keys, loads their rows once, folds in memory, and saves once.
async fn fold<M: Send, T: Table<M>>(model: &mut M, events: &[AnyEvent<'_>]) -> sqlx::Result<()> {
    let mut changes = Vec::new();
    let mut keys = Vec::new();
    let mut slots: HashMap<String, Slot<T::Row>> = HashMap::new();
    for (record, event) in events {
        let Some(event) = event.downcast_ref::<T::Event>() else { continue };
        for key in T::keys(event, record) {
            slots.entry(key.clone()).or_insert_with(|| {
                keys.push(key.clone());
                Slot { row: None, changed: false }
            });
            changes.push((key, event, *record));
        }
    }
    if keys.is_empty() {
        return Ok(());
    }
    for (key, row) in T::load(model, &keys).await? {
        if let Some(slot) = slots.get_mut(&key) {
            slot.row = Some(row);
        }
    }
    for (key, event, record) in changes {
        let Some(slot) = slots.get_mut(&key) else { continue };
        if let Some(row) = T::evolve_key(&key, slot.row.clone(), event, record) {
            *slot = Slot { row: Some(row), changed: true };
        }
    }
    // In the order of their first change, so that the order of writes is deterministic.
    let rows: Vec<_> = keys
        .into_iter()
        .filter_map(|key| {
            let slot = slots.remove(&key)?;
            Some((key, slot.row.filter(|_| slot.changed)?))
        })
        .collect();
    if rows.is_empty() { Ok(()) } else { T::save(model, &rows).await }
}

struct Slot<R> {
    row: Option<R>,
    changed: bool,
}
