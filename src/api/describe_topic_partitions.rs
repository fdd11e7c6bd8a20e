//! DescribeTopicPartitions (KIP-966): topics in pages, with eligible leader replicas.
//!
//! Topics are answered in the order of their names, and the cursor names the next partition, so that a listing goes on
//! where it stopped even if topics come and go between pages.

use std::sync::Arc;

use dmq_protocol::messages::describe_topic_partitions::{
    Cursor, DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse,
    DescribeTopicPartitionsResponsePartition as ResponsePartition,
    DescribeTopicPartitionsResponseTopic as ResponseTopic,
};
use dmq_protocol::{ErrorCode, StrBytes};

use super::metadata::offline_replicas;
use super::{Answer, Api, Handles, RequestContext, TOPIC_OPERATIONS, is_internal};
use crate::controller::validate_topic_name;
use crate::ids::{BrokerId, LeaderEpoch, PartitionId};
use crate::metadata::{MetadataImage, PartitionImage, TopicImage};

pub struct DescribeTopicPartitions;

impl Api for DescribeTopicPartitions {
    type Request = DescribeTopicPartitionsRequest;
    type Answer = DescribeTopicPartitionsResponse;

    fn handle(
        handles: &Arc<Handles>,
        context: &RequestContext,
        request: DescribeTopicPartitionsRequest,
    ) -> Answer<DescribeTopicPartitionsResponse> {
        if !is_cursor_legal(&request) {
            return Answer::Now(refused(request));
        }
        let image = handles.metadata.load();
        let limit = request
            .response_partition_limit
            .clamp(1, handles.settings.max_request_partition_size_limit.max(1));
        let leader_of = |partition: &PartitionImage| handles.leader_of(&image, partition, &context.connection);
        let epoch_of = |partition: &PartitionImage| handles.leader_epoch_of(&image, partition);
        let seen = Seen {
            image: &image,
            epoch_of: &epoch_of,
            leader_of: &leader_of,
        };
        Answer::Now(page(&seen, &request, usize::try_from(limit).unwrap_or(1)))
    }
}

/// A cursor must stand at a partition of a topic that is asked for.
fn is_cursor_legal(request: &DescribeTopicPartitionsRequest) -> bool {
    request.cursor.as_ref().is_none_or(|cursor| {
        let mut named = request.topics.iter();
        let is_asked_for = request.topics.is_empty() || named.any(|topic| topic.name == cursor.topic_name);
        is_asked_for && cursor.partition_index >= 0
    })
}

/// The refusal of a whole request, which is told of each topic.
fn refused(request: DescribeTopicPartitionsRequest) -> DescribeTopicPartitionsResponse {
    let topics = request.topics.into_iter().map(|topic| ResponseTopic {
        error_code: ErrorCode::INVALID_REQUEST,
        name: Some(topic.name),
        ..ResponseTopic::default()
    });
    DescribeTopicPartitionsResponse {
        topics: topics.collect(),
        ..DescribeTopicPartitionsResponse::default()
    }
}

/// The cluster as one client sees it.
struct Seen<'a> {
    image: &'a MetadataImage,
    epoch_of: &'a dyn Fn(&PartitionImage) -> LeaderEpoch,
    leader_of: &'a dyn Fn(&PartitionImage) -> Result<BrokerId, ErrorCode>,
}

fn page(seen: &Seen<'_>, request: &DescribeTopicPartitionsRequest, limit: usize) -> DescribeTopicPartitionsResponse {
    let image = seen.image;
    let cursor = request.cursor.as_ref();
    let from: &str = cursor.map_or("", |cursor| &cursor.topic_name);
    let mut names: Vec<StrBytes> = if request.topics.is_empty() {
        image
            .topics
            .iter_from(from)
            .map(|topic| StrBytes::from(topic.name.to_string()))
            .collect()
    } else {
        let named = request.topics.iter().map(|topic| topic.name.clone());
        named.filter(|name| &**name >= from).collect()
    };
    names.sort_unstable();
    names.dedup();

    let mut response = DescribeTopicPartitionsResponse::default();
    let mut left = limit;
    for name in names {
        if left == 0 {
            response.next_cursor = Some(Cursor {
                topic_name: name,
                partition_index: 0,
            });
            break;
        }
        let first = match cursor {
            Some(cursor) if cursor.topic_name == name => cursor.partition_index.max(0),
            _ => 0,
        };
        let Some(topic) = image.topics.by_name(&name) else {
            if !request.topics.is_empty() {
                response.topics.push(unknown(name));
            }
            continue;
        };
        let described = described(seen, topic, PartitionId(first), left);
        left -= described.partitions.len();
        // Numbers have gaps while a metadata service tells of a topic partition by partition.
        let after = described
            .partitions
            .last()
            .map_or(first, |last| last.partition_index.saturating_add(1));
        let next = topic.partitions.keys().find(|number| number.0 >= after);
        response.topics.push(described);
        if let Some(PartitionId(next)) = next {
            response.next_cursor = Some(Cursor {
                topic_name: name,
                partition_index: *next,
            });
            break;
        }
    }
    response
}

fn unknown(name: StrBytes) -> ResponseTopic {
    let legal = validate_topic_name(&name).is_ok();
    let error_code = if legal {
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
    } else {
        ErrorCode::INVALID_TOPIC_EXCEPTION
    };
    ResponseTopic {
        error_code,
        is_internal: is_internal(&name),
        name: Some(name),
        topic_authorized_operations: TOPIC_OPERATIONS,
        ..ResponseTopic::default()
    }
}

fn described(seen: &Seen<'_>, topic: &TopicImage, first: PartitionId, limit: usize) -> ResponseTopic {
    let partitions = topic
        .partitions
        .iter()
        .skip_while(|(number, _)| **number < first)
        .take(limit);
    ResponseTopic {
        name: Some(StrBytes::from(topic.name.to_string())),
        topic_id: topic.id.0,
        is_internal: is_internal(&topic.name),
        topic_authorized_operations: TOPIC_OPERATIONS,
        partitions: partitions
            .map(|(number, partition)| line(seen, *number, partition))
            .collect(),
        ..ResponseTopic::default()
    }
}

fn line(seen: &Seen<'_>, number: PartitionId, partition: &PartitionImage) -> ResponsePartition {
    let leader = (seen.leader_of)(partition);
    ResponsePartition {
        error_code: leader.err().unwrap_or(ErrorCode::NONE),
        partition_index: number.0,
        leader_id: leader.map_or(-1, |leader| leader.0),
        leader_epoch: (seen.epoch_of)(partition).0,
        replica_nodes: numbers(&partition.replicas),
        isr_nodes: numbers(&partition.isr),
        eligible_leader_replicas: Some(numbers(&partition.elr)),
        last_known_elr: Some(numbers(&partition.last_known_elr)),
        offline_replicas: offline_replicas(seen.image, partition),
    }
}

fn numbers(brokers: &[BrokerId]) -> Vec<i32> {
    brokers.iter().map(|broker| broker.0).collect()
}
