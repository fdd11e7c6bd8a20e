//! What two answers to one request may differ in: each answer is brought into a form without ids, addresses and times.

use std::collections::HashMap;

use dmq_protocol::messages::{
    ApiVersionsResponse, CreateTopicsResponse, DeleteTopicsResponse, DescribeClusterResponse,
    DescribeTopicPartitionsResponse, FetchResponse, InitProducerIdResponse, ListOffsetsResponse, MetadataResponse,
    OffsetForLeaderEpochResponse, ProduceResponse,
};
use dmq_protocol::{ErrorCode, Message, StrBytes, Uuid};

/// Answers that differ on purpose, and why.
pub const DIFFERENT: &[(&str, &str)] = &[
    (
        "Metadata.v13.auto-create",
        "Kafka answers that the topic is unknown until its controller has made it; DMQ waits for that",
    ),
    (
        "Produce.v13.sequence-0-again",
        "Kafka gives a repeated batch's largest timestamp as append time though the broker did not set it",
    ),
    (
        "Produce.v13.unknown-codec",
        "Kafka stumbles and answers UNKNOWN_SERVER_ERROR; there is a code that says what is wrong",
    ),
];

/// Ids of one answer, numbered as they come.
#[derive(Default)]
pub struct Seen {
    ids: HashMap<Uuid, u128>,
}

impl Seen {
    /// The same number for the same id; ids that are none, or that tests made up, stay.
    fn id(&mut self, id: Uuid) -> Uuid {
        const MADE_UP: u128 = 1_000;
        if id.as_u128() < MADE_UP {
            return id;
        }
        let next = MADE_UP + self.ids.len() as u128;
        Uuid::from_u128(*self.ids.entry(id).or_insert(next))
    }
}

/// An answer that can be compared with another broker's.
pub trait Alike: Message {
    /// Without what differs by nature.
    fn normal(self, seen: &mut Seen) -> Self;

    /// The fetch session that it opened or went on with.
    fn session(&self) -> Option<i32> {
        None
    }
}

const HOST: StrBytes = StrBytes::from_static("host");

/// Whether there is a text, not which.
fn some(text: Option<StrBytes>) -> Option<StrBytes> {
    text.map(|_| HOST)
}

impl Alike for ApiVersionsResponse {
    fn normal(mut self, _: &mut Seen) -> Self {
        // DMQ serves fewer APIs; what it serves, it serves in the same versions.
        const SERVED: [i16; 11] = [0, 1, 2, 3, 18, 19, 20, 22, 23, 60, 75];
        self.api_keys.retain(|line| SERVED.contains(&line.api_key));
        self.api_keys.sort_by_key(|line| line.api_key);
        let shared = ["metadata.version", "kraft.version"];
        self.supported_features
            .retain(|feature| shared.contains(&&*feature.name));
        self.supported_features.sort_by(|one, two| one.name.cmp(&two.name));
        self.finalized_features
            .retain(|feature| shared.contains(&&*feature.name));
        self.finalized_features.sort_by(|one, two| one.name.cmp(&two.name));
        self.finalized_features_epoch = self.finalized_features_epoch.min(0);
        self
    }
}

impl Alike for CreateTopicsResponse {
    fn normal(mut self, seen: &mut Seen) -> Self {
        for topic in &mut self.topics {
            topic.topic_id = seen.id(topic.topic_id);
            for configs in topic.configs.iter_mut() {
                configs.sort_by(|one, two| one.name.cmp(&two.name));
            }
        }
        self
    }
}

impl Alike for DeleteTopicsResponse {
    fn normal(mut self, seen: &mut Seen) -> Self {
        for topic in &mut self.responses {
            topic.topic_id = seen.id(topic.topic_id);
        }
        self
    }
}

impl Alike for MetadataResponse {
    fn normal(mut self, seen: &mut Seen) -> Self {
        self.cluster_id = some(self.cluster_id);
        for broker in &mut self.brokers {
            broker.port = 9092;
        }
        self.topics.sort_by(|one, two| one.name.cmp(&two.name));
        for topic in &mut self.topics {
            topic.topic_id = seen.id(topic.topic_id);
            topic.partitions.sort_by_key(|partition| partition.partition_index);
        }
        self
    }
}

impl Alike for DescribeClusterResponse {
    fn normal(mut self, _: &mut Seen) -> Self {
        self.cluster_id = some(Some(self.cluster_id).filter(|id| !id.is_empty())).unwrap_or_default();
        for broker in &mut self.brokers {
            broker.port = 9092;
        }
        self
    }
}

impl Alike for DescribeTopicPartitionsResponse {
    fn normal(mut self, seen: &mut Seen) -> Self {
        for topic in &mut self.topics {
            topic.topic_id = seen.id(topic.topic_id);
        }
        self
    }
}

impl Alike for InitProducerIdResponse {
    fn normal(mut self, _: &mut Seen) -> Self {
        self.producer_id = self.producer_id.min(0);
        self
    }
}

impl Alike for ProduceResponse {
    fn normal(mut self, seen: &mut Seen) -> Self {
        for topic in &mut self.responses {
            topic.topic_id = seen.id(topic.topic_id);
            for partition in &mut topic.partition_responses {
                // DMQ says why; Kafka mostly does not.
                partition.error_message = None;
                for error in &mut partition.record_errors {
                    error.batch_index_error_message = some(error.batch_index_error_message.take());
                }
            }
        }
        self
    }
}

impl Alike for FetchResponse {
    fn normal(mut self, seen: &mut Seen) -> Self {
        self.session_id = self.session_id.min(1);
        for topic in &mut self.responses {
            topic.topic_id = seen.id(topic.topic_id);
            for partition in &mut topic.partitions {
                // Null and empty mean the same to every client, and Kafka is not of one mind.
                if partition.error_code != ErrorCode::NONE {
                    partition.aborted_transactions = None;
                }
            }
        }
        self
    }

    fn session(&self) -> Option<i32> {
        Some(self.session_id).filter(|id| *id != 0)
    }
}

impl Alike for ListOffsetsResponse {
    fn normal(self, _: &mut Seen) -> Self {
        self
    }
}

impl Alike for OffsetForLeaderEpochResponse {
    fn normal(self, _: &mut Seen) -> Self {
        self
    }
}
