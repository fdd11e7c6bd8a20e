//! AlterReplicaLogDirs: begins to move replicas of this broker to other data directories.

use std::collections::BTreeMap;
use std::sync::Arc;

use dmq_protocol::messages::alter_replica_log_dirs::{
    AlterReplicaLogDirPartitionResult, AlterReplicaLogDirTopicResult, AlterReplicaLogDirsRequest,
    AlterReplicaLogDirsResponse,
};
use dmq_protocol::{ErrorCode, StrBytes};

use super::errors::code_of_log;
use super::{Answer, Api, Disconnect, Handles, RequestContext};
use crate::ids::{PartitionId, TopicPartition};
use crate::partition::MoveError;

pub struct AlterReplicaLogDirs;

/// Each replica and the path of the directory that it is to move to.
type Wanted = BTreeMap<TopicPartition, String>;

impl Api for AlterReplicaLogDirs {
    type Request = AlterReplicaLogDirsRequest;
    type Answer = AlterReplicaLogDirsResponse;

    fn handle(
        handles: &Arc<Handles>,
        _: &RequestContext,
        request: AlterReplicaLogDirsRequest,
    ) -> Answer<AlterReplicaLogDirsResponse> {
        let wanted = wanted(&request);
        drop(request);
        let handles = Arc::clone(handles);
        let begun = tokio::task::spawn_blocking(move || {
            let begun = wanted.into_iter().map(|(of, path)| (begin(&handles, &of, &path), of));
            begun.map(|(code, of)| (of, code)).collect::<Vec<_>>()
        });
        Answer::Later(Box::pin(async move {
            let begun = begun.await.map_err(|_| Disconnect::ShuttingDown)?;
            Ok(answer(begun))
        }))
    }
}

/// Of a replica named twice the last directory counts.
fn wanted(request: &AlterReplicaLogDirsRequest) -> Wanted {
    let mut wanted = Wanted::new();
    for dir in &request.dirs {
        for topic in &dir.topics {
            for partition in &topic.partitions {
                let of = TopicPartition {
                    topic: topic.name.to_string(),
                    partition: PartitionId(*partition),
                };
                wanted.insert(of, dir.path.to_string());
            }
        }
    }
    wanted
}

fn begin(handles: &Handles, of: &TopicPartition, path: &str) -> ErrorCode {
    let image = handles.metadata.load();
    let topic = image.topics.by_name(&of.topic);
    let is_known = topic.is_some_and(|topic| topic.partition(of.partition).is_some());
    let begun = handles.partitions.move_replica(of, topic.map(|topic| topic.id), path);
    match begun {
        Ok(()) => ErrorCode::NONE,
        Err(error) => {
            tracing::warn!(partition = %of, path, %error, "a replica is not moved");
            code_of(&error, is_known)
        }
    }
}

fn code_of(error: &MoveError, is_known: bool) -> ErrorCode {
    match error {
        MoveError::NoSuchDirectory(_) => ErrorCode::LOG_DIR_NOT_FOUND,
        MoveError::NameTooLong => ErrorCode::INVALID_TOPIC_EXCEPTION,
        MoveError::NoReplica(_) if is_known => ErrorCode::REPLICA_NOT_AVAILABLE,
        MoveError::NoReplica(_) => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
        MoveError::Offline(_) | MoveError::Incomplete { .. } => ErrorCode::KAFKA_STORAGE_ERROR,
        MoveError::Log(error) => code_of_log(error),
    }
}

fn answer(begun: Vec<(TopicPartition, ErrorCode)>) -> AlterReplicaLogDirsResponse {
    let mut topics: BTreeMap<String, Vec<AlterReplicaLogDirPartitionResult>> = BTreeMap::new();
    for (of, error_code) in begun {
        topics
            .entry(of.topic)
            .or_default()
            .push(AlterReplicaLogDirPartitionResult {
                partition_index: of.partition.0,
                error_code,
            });
    }
    let results = topics
        .into_iter()
        .map(|(name, partitions)| AlterReplicaLogDirTopicResult {
            topic_name: StrBytes::from(name),
            partitions,
        });
    AlterReplicaLogDirsResponse {
        results: results.collect(),
        ..AlterReplicaLogDirsResponse::default()
    }
}
