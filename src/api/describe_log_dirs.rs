//! DescribeLogDirs: the data directories, how full they are, and which partitions lie in them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dmq_protocol::messages::describe_log_dirs::{
    DescribeLogDirsPartition, DescribeLogDirsRequest, DescribeLogDirsResponse, DescribeLogDirsResult,
    DescribeLogDirsTopic,
};
use dmq_protocol::{ErrorCode, StrBytes};

use super::errors::code_of_log;
use super::{Answer, Api, Disconnect, Handles, RequestContext};
use crate::partition::{DirectoryStatus, ReplicaStatus};

pub struct DescribeLogDirs;

/// The partitions asked for, by topic; none stands for all.
type Wanted = Option<BTreeMap<String, BTreeSet<i32>>>;

impl Api for DescribeLogDirs {
    type Request = DescribeLogDirsRequest;
    type Answer = DescribeLogDirsResponse;

    fn handle(
        handles: &Arc<Handles>,
        _: &RequestContext,
        request: DescribeLogDirsRequest,
    ) -> Answer<DescribeLogDirsResponse> {
        let wanted = wanted(&request);
        drop(request);
        let partitions = Arc::clone(&handles.partitions);
        // A file system that hangs holds up this answer and no other.
        let directories = tokio::task::spawn_blocking(move || partitions.directories());
        Answer::Later(Box::pin(async move {
            let directories = directories.await.map_err(|_| Disconnect::ShuttingDown)?;
            let results = directories.into_iter().map(|directory| result_of(directory, &wanted));
            Ok(DescribeLogDirsResponse {
                results: results.collect(),
                ..DescribeLogDirsResponse::default()
            })
        }))
    }
}

fn wanted(request: &DescribeLogDirsRequest) -> Wanted {
    let mut wanted: BTreeMap<String, BTreeSet<i32>> = BTreeMap::new();
    for topic in request.topics.as_ref()? {
        wanted
            .entry(topic.topic.to_string())
            .or_default()
            .extend(&topic.partitions);
    }
    Some(wanted)
}

fn result_of(directory: DirectoryStatus, wanted: &Wanted) -> DescribeLogDirsResult {
    let log_dir = StrBytes::from(directory.path.to_string_lossy().into_owned());
    let (total, usable) = match directory.space {
        Ok(space) => space,
        Err(error) => {
            return DescribeLogDirsResult {
                error_code: code_of_log(&error),
                log_dir,
                ..DescribeLogDirsResult::default()
            };
        }
    };
    let mut topics: BTreeMap<String, Vec<DescribeLogDirsPartition>> = BTreeMap::new();
    for replica in directory.replicas {
        let ReplicaStatus {
            partition,
            size_bytes,
            lag,
            is_future,
        } = replica;
        let is_wanted = wanted.as_ref().is_none_or(|wanted| {
            let numbers = wanted.get(&partition.topic);
            numbers.is_some_and(|numbers| numbers.contains(&partition.partition.0))
        });
        if is_wanted {
            topics
                .entry(partition.topic)
                .or_default()
                .push(DescribeLogDirsPartition {
                    partition_index: partition.partition.0,
                    partition_size: bytes(size_bytes),
                    offset_lag: lag,
                    is_future_key: is_future,
                });
        }
    }
    DescribeLogDirsResult {
        error_code: ErrorCode::NONE,
        log_dir,
        topics: topics.into_iter().map(topic_of).collect(),
        total_bytes: bytes(total),
        usable_bytes: bytes(usable),
        ..DescribeLogDirsResult::default()
    }
}

fn topic_of((name, partitions): (String, Vec<DescribeLogDirsPartition>)) -> DescribeLogDirsTopic {
    DescribeLogDirsTopic {
        name: StrBytes::from(name),
        partitions,
    }
}

/// File systems may be larger than the field can say.
fn bytes(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
