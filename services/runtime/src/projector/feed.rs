//! Where a projector's records come from: Kafka, or the log in memory of a simulation.

use std::collections::HashMap;
use std::time::Duration;

use rdkafka::error::KafkaResult;
use recourse_kernel::Record;
use recourse_kernel::record::Header;

use super::reader::{Place, Reader, Source, Surveyor, Taken, Unreadable};
use super::table::Decoders;
use crate::topics::GENESIS_HEADER;

/// What one round of reading brought.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) records: Vec<Taken>,
    pub(crate) unreadable: Vec<Unreadable>,
}

impl Gathered {
    /// Takes one record of the log in, and reads it.
    pub(crate) fn take(
        &mut self,
        (place, offset): (Place, i64),
        decoders: &Decoders,
        key: &[u8],
        headers: &[Header],
        body: &[u8],
    ) {
        if headers.iter().any(|(name, _)| name == GENESIS_HEADER) {
            return;
        }
        let read = Record::read(key, headers, body).map_err(|error| error.to_string()).and_then(
            |record| match decoders.decode(&record) {
                Ok(decoded) => Ok(Taken { place, offset, record, decoded }),
                Err(error) => Err(error.to_string()),
            },
        );
        match read {
            Ok(taken) => self.records.push(taken),
            Err(why) => self.unreadable.push(Unreadable { place, offset, why }),
        }
    }
}

/// One member of the projector's group: committed records come in, from where they are asked for.
pub(crate) trait Feed {
    /// What comes within `wait`, and with it all that is there already, up to `most` records.
    fn gather(&mut self, decoders: &Decoders, most: usize, wait: Duration)
    -> KafkaResult<Gathered>;

    /// What the group has given since the last call.
    fn rebalanced(&mut self) -> Option<Vec<Place>>;

    /// Reads these partitions from these offsets on, and no others.
    fn read_from(&mut self, positions: Vec<(Place, i64)>) -> KafkaResult<()>;

    /// Reads no further in this partition.
    fn pause(&mut self, place: Place) -> KafkaResult<()>;

    /// The next offset of each partition, behind commit markers too, where anything has been read.
    fn positions(&mut self) -> KafkaResult<HashMap<Place, i64>>;

    /// The high watermark, open transactions included.
    fn end(&mut self, place: Place) -> KafkaResult<i64>;
}

/// A member of the group on Kafka.
pub(super) struct KafkaFeed {
    pub(super) sources: Vec<Source>,
    pub(super) reader: Reader,
    pub(super) surveyor: Surveyor,
}

impl Feed for KafkaFeed {
    fn gather(
        &mut self,
        decoders: &Decoders,
        most: usize,
        wait: Duration,
    ) -> KafkaResult<Gathered> {
        self.reader.gather(decoders, most, wait)
    }

    fn rebalanced(&mut self) -> Option<Vec<Place>> {
        self.reader.rebalanced()
    }

    fn read_from(&mut self, positions: Vec<(Place, i64)>) -> KafkaResult<()> {
        self.reader.read_from(positions)
    }

    fn pause(&mut self, place: Place) -> KafkaResult<()> {
        self.reader.pause(place)
    }

    fn positions(&mut self) -> KafkaResult<HashMap<Place, i64>> {
        self.reader.positions()
    }

    fn end(&mut self, (source, partition): Place) -> KafkaResult<i64> {
        self.sources.get(source).map_or(Ok(0), |source| self.surveyor.end(&source.topic, partition))
    }
}
