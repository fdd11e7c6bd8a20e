//! Requests for more partitions; codes and texts are those of Kafka 4.4 for the same requests.

use super::*;
use crate::controller::topics::tests::{Cluster, sized};

fn more(topic: &str, count: i32, assignments: Option<&[&[i32]]>) -> MorePartitions {
    let brokers = |ids: &&[i32]| ids.iter().copied().map(BrokerId).collect();
    MorePartitions {
        topic: topic.to_owned(),
        count,
        assignments: assignments.map(|all| all.iter().map(brokers).collect()),
    }
}

fn ask(cluster: &mut Cluster, topics: Vec<MorePartitions>) -> Vec<Result<(), String>> {
    let request = AddPartitions {
        topics,
        validate_only: false,
    };
    let decision = add(&cluster.situation(), request).unwrap();
    cluster.apply(&decision.records);
    let outcomes = decision.response.into_iter();
    outcomes
        .map(|(_, result)| result.map_err(|error| error.to_string()))
        .collect()
}

fn cluster() -> Cluster {
    let mut cluster = Cluster::new(&[(1, None)], &[]);
    cluster.create_one(sized("t", 2, 1)).unwrap();
    cluster
}

fn count(cluster: &Cluster) -> usize {
    cluster.image.topics.by_name("t").unwrap().partitions.len()
}

#[test]
fn partitions_are_added_behind_those_that_are_there() {
    let mut cluster = cluster();
    assert_eq!(ask(&mut cluster, vec![more("t", 3, None)]), [Ok(())]);
    assert_eq!(ask(&mut cluster, vec![more("t", 5, Some(&[&[1], &[1]]))]), [Ok(())]);
    let topic = cluster.image.topics.by_name("t").unwrap();
    let numbers: Vec<i32> = topic.partitions.keys().map(|number| number.0).collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4]);
    assert!(topic.partitions.values().all(|it| it.leader == Some(BrokerId(1))));
}

#[test]
fn what_is_no_increase_or_no_assignment_is_refused_with_kafkas_words() {
    let mut cluster = cluster();
    let manual = "The manual partition assignment includes";
    for (wanted, refusal) in [
        (more("t", 2, None), "Topic already has 2 partition(s).".to_owned()),
        (
            more("t", 1, None),
            "The topic t currently has 2 partition(s); 1 would not be an increase.".to_owned(),
        ),
        (
            more("t", -5, None),
            "The topic t currently has 2 partition(s); -5 would not be an increase.".to_owned(),
        ),
        (
            more("t", 4, Some(&[&[1]])),
            "Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified.".to_owned(),
        ),
        (
            more("t", 3, Some(&[&[7]])),
            format!("{manual} broker 7, but no such broker is registered."),
        ),
        (more("t", 3, Some(&[&[]])), format!("{manual} an empty replica list.")),
        (
            more("t", 3, Some(&[&[1, 1]])),
            format!("{manual} the broker 1 more than once."),
        ),
    ] {
        assert_eq!(ask(&mut cluster, vec![wanted]), [Err(refusal)]);
    }
    assert_eq!(count(&cluster), 2);
}

#[test]
fn a_topic_named_twice_is_refused_and_others_are_served() {
    let mut cluster = cluster();
    cluster.create_one(sized("u", 1, 1)).unwrap();
    let topics = vec![more("t", 3, None), more("u", 2, None), more("t", 4, None)];
    let duplicate = Err("Duplicate topic name.".to_owned());
    assert_eq!(ask(&mut cluster, topics), [duplicate, Ok(())]);
    assert_eq!(count(&cluster), 2);
}

#[test]
fn ten_thousand_partitions_may_be_added_at_once_and_no_more() {
    let cluster = cluster();
    let ask = |counts: &[(&str, i32)]| {
        let topics = counts.iter().map(|(name, count)| more(name, *count, None)).collect();
        let request = AddPartitions {
            topics,
            validate_only: true,
        };
        add(&cluster.situation(), request).map(|decision| (decision.records, decision.response))
    };
    assert_eq!(ask(&[("t", 10_002)]), Ok((vec![], vec![("t".to_owned(), Ok(()))])));
    let max = PARTITIONS_PER_REQUEST_MAX;
    let refusal = |partitions| Err(ControllerError::TooManyAdditionalPartitions { partitions, max });
    assert_eq!(ask(&[("t", 10_003)]), refusal(10_001));
    // A topic that does not exist gets none, however many are asked for.
    let (_, outcomes) = ask(&[("nope", i32::MAX), ("t", 3)]).unwrap();
    assert_eq!(outcomes[0].1, Err(TopicError::UnknownName));
}
