//! One purchase, one partition: every record has its stream's key, is in its key's partition and on
//! its context's topic, and its ids agree.

use recourse_kernel::ids::order_key_in;
use recourse_runtime::topics::{TERMS_CONTEXT, partition_of};

use super::{Break, Check, Entry};

/// Whether a record is where it must be, on topics with this many partitions.
pub fn check(entry: &Entry, partitions: i32) -> Option<Break> {
    let record = &entry.record;
    let is_terms = entry.context == TERMS_CONTEXT;
    let belongs = if is_terms { 0 } else { partition_of(record.key.as_bytes(), partitions) };
    let stream = format!("{}/{}", entry.context, record.key);
    let why = if belongs != entry.partition {
        format!("the key {} belongs in partition {belongs}", record.key)
    } else if record.stream != stream {
        format!("the stream is {}, but topic and key say {stream}", record.stream)
    } else if record.id != format!("{stream}/{}", record.version) {
        format!("the id {} is not that of version {} of {stream}", record.id, record.version)
    } else if record.time > record.recorded {
        format!("it happened at {}, after it was written at {}", record.time, record.recorded)
    } else if !is_terms && is_of_another_purchase(&record.subject, &record.key) {
        format!("{} does not belong to the purchase {}", record.subject, record.key)
    } else {
        return None;
    };
    Some(Break::at(Check::Routing, entry, why))
}

/// An event about its whole stream has the stream's name as its subject.
fn is_of_another_purchase(subject: &str, key: &str) -> bool {
    order_key_in(subject).is_ok_and(|found| found.as_str() != key)
}

#[cfg(test)]
mod tests {
    use recourse_kernel::OrderKeys;

    use super::super::injected::{self, PARTITIONS};
    use super::*;

    fn why(change: impl FnOnce(&mut Entry)) -> String {
        let mut entry = injected::settlement().remove(0);
        change(&mut entry);
        check(&entry, PARTITIONS).map(|found| found.why).unwrap_or_default()
    }

    #[test]
    fn a_sound_record_passes() {
        for entry in injected::settlement() {
            assert_eq!(check(&entry, PARTITIONS), None);
        }
    }

    #[test]
    fn a_wrong_partition_is_found() {
        let wrong = |entry: &mut Entry| entry.partition = (entry.partition + 1) % PARTITIONS;
        assert!(why(wrong).contains("belongs in partition"));
    }

    #[test]
    fn a_record_on_another_services_topic_is_found() {
        assert!(why(|entry| entry.context = "claims".to_owned()).contains("the stream is"));
    }

    #[test]
    fn another_purchases_thing_is_found() {
        let other = OrderKeys::development().key_of("market", "another");
        assert!(
            why(|entry| entry.record.subject = format!("stl_{other}-1.1-1"))
                .contains("does not belong to the purchase")
        );
    }

    #[test]
    fn a_fact_from_the_future_is_found() {
        let late = |entry: &mut Entry| {
            entry.record.time = entry.record.recorded + chrono::TimeDelta::seconds(1);
        };
        assert!(why(late).contains("after it was written"));
    }
}
