//! DescribeLogDirs, and partitions in several data directories.

use std::collections::BTreeMap;

use dmq_protocol::messages::describe_log_dirs::{DescribableLogDirTopic, DescribeLogDirsResult};
use dmq_protocol::messages::{DeleteRecordsRequest, DescribeLogDirsRequest, DescribeLogDirsResponse};
use dmq_protocol::{ErrorCode, StrBytes};

use super::delete_records;
use super::versions::each_version;
use crate::support::batches::batch;
use crate::support::broker::DataDir;
use crate::support::{TestBroker, Topic, Wire};

/// A broker with this many data directories.
pub fn with_directories(count: usize) -> (TestBroker, Vec<String>) {
    let data = DataDir::new();
    let dirs: Vec<String> = (0..count).map(|number| format!("{}/d{number}", data.text())).collect();
    let broker = TestBroker::on(&data, &[("log.dirs", &dirs.join(","))]);
    (broker, dirs)
}

pub fn request(topic: &StrBytes, partitions: &[i32]) -> DescribeLogDirsRequest {
    DescribeLogDirsRequest {
        topics: Some(vec![DescribableLogDirTopic {
            topic: topic.clone(),
            partitions: partitions.to_vec(),
        }]),
    }
}

pub fn describe(wire: &mut Wire) -> DescribeLogDirsResponse {
    let answer = wire.call(5, &DescribeLogDirsRequest { topics: None });
    assert_eq!(answer.error_code, ErrorCode::NONE);
    answer
}

/// The partitions that a directory holds: topic, number, size, lag, future or not.
pub fn held(directory: &DescribeLogDirsResult) -> Vec<(String, i32, i64, i64, bool)> {
    let of_topic = |topic: &dmq_protocol::messages::describe_log_dirs::DescribeLogDirsTopic| {
        let name = topic.name.to_string();
        let partitions = topic.partitions.iter();
        let row = move |it: &dmq_protocol::messages::describe_log_dirs::DescribeLogDirsPartition| {
            (
                name.clone(),
                it.partition_index,
                it.partition_size,
                it.offset_lag,
                it.is_future_key,
            )
        };
        partitions.map(row).collect::<Vec<_>>()
    };
    directory.topics.iter().flat_map(of_topic).collect()
}

#[test]
fn a_directory_is_described_with_its_space_and_the_partitions_asked_for() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "t", 2);
    let mut wire = broker.connect();
    let records = batch(&["some bytes"]);
    topic.append(&mut wire, 1, records.clone());
    let directory = describe(&mut wire).results.remove(0);
    assert_eq!(&*directory.log_dir, broker.dir.text());
    assert!(0 < directory.usable_bytes && directory.usable_bytes <= directory.total_bytes);
    assert!(!directory.is_cordoned);
    let size = i64::try_from(records.len()).unwrap();
    let both = [("t".to_owned(), 0, 0, 0, false), ("t".to_owned(), 1, size, 0, false)];
    assert_eq!(held(&directory), both);
    for (version, partitions, expected) in [(1, vec![1, 99], &both[1..]), (4, vec![], &[])] {
        let answer = wire.call(version, &request(&topic.name, &partitions));
        assert_eq!(held(&answer.results[0]), expected);
    }
    let nothing = wire.call(5, &DescribeLogDirsRequest { topics: Some(vec![]) });
    assert!(nothing.results[0].topics.is_empty());
}

#[test]
fn new_partitions_go_to_the_directory_with_the_fewest_and_stay_there() {
    let (broker, dirs) = with_directories(3);
    let mut wire = broker.connect();
    let topics: Vec<Topic> = ["a", "b", "c"].map(|name| Topic::create(&broker, name, 4)).to_vec();
    for topic in &topics {
        for partition in 0..4 {
            topic.append(&mut wire, partition, batch(&["x"]));
        }
    }
    let places = |wire: &mut Wire| -> BTreeMap<String, Vec<(String, i32)>> {
        let results = describe(wire).results;
        let names = |it: &DescribeLogDirsResult| held(it).into_iter().map(|row| (row.0, row.1)).collect();
        results.iter().map(|it| (it.log_dir.to_string(), names(it))).collect()
    };
    let before = places(&mut wire);
    assert_eq!(before.keys().cloned().collect::<Vec<_>>(), dirs);
    assert!(before.values().all(|held| held.len() == 4), "{before:?}");
    let broker = broker.restart(&[("log.dirs", &dirs.join(","))]);
    let mut wire = broker.connect();
    assert_eq!(places(&mut wire), before);
    for topic in &topics {
        assert_eq!(topic.read_all(&mut wire, 3).len(), 1);
    }
    broker.stop();
}

/// Each API of data directories and what is in them, in each version that is promised.
pub fn each_storage_api(wire: &mut Wire, promised: &mut BTreeMap<i16, (i16, i16)>, topic: &Topic) {
    let describe = |_| request(&topic.name, &[0]);
    each_version::<DescribeLogDirsRequest>(wire, promised, describe, |v, answer| {
        assert_eq!(answer.results[0].error_code, ErrorCode::NONE, "v{v}");
        assert_eq!(answer.results[0].total_bytes > 0, v >= 4, "v{v}");
    });
    let delete = |_| delete_records::request(&topic.name, &[(0, 0)]);
    each_version::<DeleteRecordsRequest>(wire, promised, delete, |v, answer| {
        assert_eq!(answer.topics[0].partitions[0].error_code, ErrorCode::NONE, "v{v}");
    });
}
