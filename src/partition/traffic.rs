//! What goes in and out, by topic and for the broker as a whole: Kafka's BrokerTopicMetrics.
//!
//! A replica holds its topic's [`TopicMeter`], so that counting is a few relaxed additions, without a look-up. The sums
//! over all topics have counters of their own: they stay exact when topics go, and when there are more topics than may
//! have labels of their own. Knows nothing of pages and labels.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use super::PartitionError;
use crate::log::LogError;
use crate::telemetry::metrics::Counter;

/// What is counted.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Records appended.
    pub messages_in: Counter,
    /// Bytes of batches appended.
    pub bytes_in: Counter,
    /// Bytes of batches given to consumers.
    pub bytes_out: Counter,
    /// Bytes of batches that were refused for their size.
    pub bytes_rejected: Counter,
    /// Batches that were to be appended.
    pub produce_requests: Counter,
    /// Batches that were refused for another reason than their size, damage, or where the leader is.
    pub failed_produce_requests: Counter,
    /// Reads by consumers.
    pub fetch_requests: Counter,
    /// Reads that the log failed.
    pub failed_fetch_requests: Counter,
}

/// The counters of one topic, and with them the broker's.
#[derive(Debug, Default)]
pub struct TopicMeter {
    topic: Traffic,
    all: Arc<Traffic>,
}

impl TopicMeter {
    fn add(&self, by: u64, counter: fn(&Traffic) -> &Counter) {
        counter(&self.topic).add(by);
        counter(&self.all).add(by);
    }

    /// A batch was to be appended, and was or was not.
    pub fn produced(&self, bytes: usize, outcome: Result<u64, &PartitionError>) {
        self.add(1, |traffic| &traffic.produce_requests);
        let bytes = bytes as u64;
        match outcome {
            Ok(messages) => {
                self.add(messages, |traffic| &traffic.messages_in);
                self.add(bytes, |traffic| &traffic.bytes_in);
            }
            Err(PartitionError::Log(LogError::RecordTooLarge { .. } | LogError::AppendTooLarge { .. })) => {
                self.add(bytes, |traffic| &traffic.bytes_rejected);
            }
            Err(error) if is_a_failure(error) => self.add(1, |traffic| &traffic.failed_produce_requests),
            Err(_) => {}
        }
    }

    /// A consumer's read came to so many bytes.
    pub fn fetched(&self, outcome: Result<u64, &PartitionError>) {
        self.add(1, |traffic| &traffic.fetch_requests);
        match outcome {
            Ok(0) => {}
            Ok(bytes) => self.add(bytes, |traffic| &traffic.bytes_out),
            Err(PartitionError::Log(_)) => self.add(1, |traffic| &traffic.failed_fetch_requests),
            Err(_) => {}
        }
    }
}

/// Whether Kafka counts this refusal of a batch as a failed request: not what a client does that has to look for the
/// leader again, not damaged batches, not a broken disk, which have metrics of their own.
fn is_a_failure(error: &PartitionError) -> bool {
    match error {
        PartitionError::NotLeader { .. } | PartitionError::StorageFailed => false,
        PartitionError::Log(LogError::InvalidBatch(_) | LogError::CorruptBatch { .. }) => false,
        PartitionError::Log(error) => !error.is_storage(),
        _ => true,
    }
}

/// The meters of all topics that have a replica here.
#[derive(Debug, Default)]
pub struct BrokerTraffic {
    all: Arc<Traffic>,
    topics: Mutex<Topics>,
}

#[derive(Debug, Default)]
struct Topics {
    /// A topic's meter lives as long as one of its replicas.
    meters: BTreeMap<String, (u64, Weak<TopicMeter>)>,
    next: u64,
}

impl BrokerTraffic {
    /// The meter of a topic, for a replica to hold.
    pub fn of(&self, topic: &str) -> Arc<TopicMeter> {
        let mut topics = self.topics.lock();
        let known = topics.meters.get(topic).and_then(|(_, meter)| meter.upgrade());
        known.unwrap_or_else(|| {
            let meter = Arc::new(TopicMeter {
                topic: Traffic::default(),
                all: Arc::clone(&self.all),
            });
            let place = topics.next;
            topics.next += 1;
            topics.meters.insert(topic.to_owned(), (place, Arc::downgrade(&meter)));
            meter
        })
    }

    /// Everything together, since the start.
    pub fn all(&self) -> &Traffic {
        &self.all
    }

    /// Shows the counters of at most `max` topics, by name. Which ones does not change from time to time: those that are
    /// known for longest.
    pub fn each_topic(&self, max: usize, mut see: impl FnMut(&str, &Traffic)) {
        let mut topics = self.topics.lock();
        topics.meters.retain(|_, (_, meter)| meter.strong_count() > 0);
        let mut places: Vec<u64> = topics.meters.values().map(|(place, _)| *place).collect();
        places.sort_unstable();
        let end = places.get(max).copied().unwrap_or(u64::MAX);
        for (name, (place, meter)) in &topics.meters {
            if let Some(meter) = meter.upgrade().filter(|_| *place < end) {
                see(name, &meter.topic);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Offset;

    fn seen(traffic: &BrokerTraffic, max: usize) -> Vec<(String, u64)> {
        let mut seen = Vec::new();
        traffic.each_topic(max, |name, topic| seen.push((name.to_owned(), topic.messages_in.get())));
        seen
    }

    #[test]
    fn replicas_of_a_topic_share_its_meter_and_the_broker_counts_all() {
        let traffic = BrokerTraffic::default();
        let (first, second, other) = (traffic.of("b"), traffic.of("b"), traffic.of("a"));
        first.produced(100, Ok(2));
        second.produced(50, Ok(3));
        other.produced(10, Ok(1));
        second.fetched(Ok(70));
        assert_eq!(seen(&traffic, 9), [("a".to_owned(), 1), ("b".to_owned(), 5)]);
        let all = traffic.all();
        assert_eq!((all.messages_in.get(), all.bytes_in.get()), (6, 160));
        assert_eq!((all.bytes_out.get(), all.produce_requests.get()), (70, 3));
    }

    #[test]
    fn the_oldest_topics_have_labels_and_a_topic_that_goes_makes_room_but_stays_in_the_sum() {
        let traffic = BrokerTraffic::default();
        let meters = ["z", "y", "a"].map(|name| traffic.of(name));
        meters.iter().for_each(|meter| meter.produced(1, Ok(1)));
        let names = |max| {
            seen(&traffic, max)
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(2), ["y", "z"]);
        let [z, ..] = meters;
        drop(z);
        assert_eq!(names(1), ["y"]);
        assert_eq!(names(2), ["a", "y"]);
        assert_eq!(traffic.all().messages_in.get(), 3);
    }

    #[test]
    fn refusals_are_told_apart_as_kafka_does() {
        let traffic = BrokerTraffic::default();
        let meter = traffic.of("t");
        let refused = |error| meter.produced(1_000, Err(&PartitionError::Log(error)));
        refused(LogError::AppendTooLarge { size: 1_000, max: 10 });
        let counts = |all: &Traffic| {
            let Traffic {
                bytes_rejected,
                failed_produce_requests,
                bytes_in,
                ..
            } = all;
            (bytes_rejected.get(), failed_produce_requests.get(), bytes_in.get())
        };
        assert_eq!(counts(traffic.all()), (1_000, 0, 0));
        refused(LogError::Closed);
        meter.produced(1_000, Err(&PartitionError::StorageFailed));
        meter.produced(1_000, Err(&PartitionError::NotEnoughReplicas { isr: 1, required: 2 }));
        let (start, end) = (Offset(0), Offset(1));
        let beyond = PartitionError::OffsetOutOfRange {
            offset: Offset(5),
            start,
            end,
        };
        meter.fetched(Err(&beyond));
        assert_eq!(counts(traffic.all()).0, 1_000);
        assert_eq!(traffic.all().failed_produce_requests.get(), 2);
        assert_eq!(traffic.all().failed_fetch_requests.get(), 0);
    }
}
