//! The body of a push: from JSON to what the controller's decision takes.
//!
//! Lists and objects may be absent or null, numbers may stand in quotes, `isAlive` may be called `alive`: controllers
//! of several makes are deployed. What contradicts itself is refused as a whole.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::super::json::{Count, Id, LooseInt, Object, Port};
use super::super::refusal::Refused;
use super::super::topic;
use crate::controller::{MetadataPush, PushedBroker, PushedPartition};
use crate::ids::{BrokerId, PartitionId, TopicId};
use dmq_protocol::Uuid;

/// Where a broker's Kafka listener is when nothing else is told.
const KAFKA_PORT: u16 = 9092;
/// The longest host name that DNS knows, with some room.
const HOST_LEN_MAX: usize = 255;

/// A push as it came.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PushRequest {
    version: Option<Count>,
    brokers: Option<Vec<Object<Broker>>>,
    partitions: Option<Vec<Object<Partition>>>,
    timestamp: Option<Count>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Broker {
    id: Id,
    host: String,
    port: Port,
    kafka_host: Option<String>,
    kafka_port: Option<Port>,
    is_alive: Option<bool>,
    alive: Option<bool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Partition {
    topic: String,
    topic_id: Option<String>,
    partition: Id,
    /// Must be told, since "no leader" is a statement: null or −1.
    #[serde(deserialize_with = "told")]
    #[schemars(required)]
    leader_id: Option<LooseInt<-1, { i32::MAX as i64 }>>,
    follower_ids: Option<Vec<Id>>,
    isr_ids: Option<Vec<Id>>,
    leader_epoch: Option<Count>,
}

/// Without a default, so that a field that is absent is not taken for one that is null.
fn told<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer)
}

impl PushRequest {
    /// The push, if everything in it can be meant.
    pub fn checked(self) -> Result<MetadataPush, Refused> {
        let brokers = self
            .brokers
            .unwrap_or_default()
            .into_iter()
            .map(|Object(broker)| broker.checked());
        let brokers: Vec<PushedBroker> = brokers.collect::<Result<_, _>>()?;
        let mut ids = BTreeSet::new();
        if let Some(twice) = brokers.iter().find(|broker| !ids.insert(broker.id)) {
            return Err(Refused::invalid(format!("brokers: the id {} occurs twice", twice.id)));
        }
        let partitions = self.partitions.unwrap_or_default().into_iter();
        let partitions = partitions.map(|Object(partition)| partition.checked());
        let partitions: Vec<PushedPartition> = partitions.collect::<Result<_, _>>()?;
        let mut names = BTreeSet::new();
        let mut unseen = |partition: &PushedPartition| names.insert((partition.topic.clone(), partition.partition));
        if let Some(twice) = partitions.iter().find(|partition| !unseen(partition)) {
            let (topic, number) = (&twice.topic, twice.partition);
            return Err(Refused::invalid(format!("partitions: {topic}-{number} occurs twice")));
        }
        Ok(MetadataPush {
            version: self.version.map(|version| version.0),
            timestamp_ms: self.timestamp.map(|timestamp| timestamp.0),
            brokers,
            partitions,
        })
    }
}

impl Broker {
    fn checked(self) -> Result<PushedBroker, Refused> {
        let alive = match (self.is_alive, self.alive) {
            (Some(one), Some(other)) if one != other => {
                let message = format!("broker {}: isAlive is {one} and alive is {other}", self.id.0);
                return Err(Refused::invalid(message));
            }
            (one, other) => one.or(other).unwrap_or(true),
        };
        let kafka_host = self.kafka_host.unwrap_or_else(|| self.host.clone());
        for (field, host) in [("host", &self.host), ("kafkaHost", &kafka_host)] {
            if host.is_empty() || host.len() > HOST_LEN_MAX || host.chars().any(|c| c.is_whitespace() || c.is_control())
            {
                let message = format!(
                    "broker {}: {field} is '{host}', it must be a host name or address",
                    self.id.0
                );
                return Err(Refused::invalid(message));
            }
        }
        Ok(PushedBroker {
            id: BrokerId(self.id.as_i32()),
            host: self.host,
            port: self.port.as_u16(),
            kafka_host,
            kafka_port: self.kafka_port.map_or(KAFKA_PORT, LooseInt::as_u16),
            alive,
        })
    }
}

impl Partition {
    fn checked(self) -> Result<PushedPartition, Refused> {
        topic::check(&self.topic)?;
        if self.topic == "__cluster_metadata" {
            return Err(Refused::invalid(
                "the topic __cluster_metadata belongs to the broker itself",
            ));
        }
        let topic_id = self
            .topic_id
            .map(|text| match text.parse::<Uuid>().ok().filter(|id| *id != Uuid::ZERO) {
                Some(id) => Ok(TopicId(id)),
                None => Err(Refused::invalid(format!(
                    "topicId of {} is '{text}', it must be 22 characters of URL-safe base64",
                    self.topic
                ))),
            });
        let ids = |ids: Vec<Id>| ids.into_iter().map(|id| BrokerId(id.as_i32())).collect::<Vec<_>>();
        Ok(PushedPartition {
            topic: self.topic,
            topic_id: topic_id.transpose()?,
            partition: PartitionId(self.partition.as_i32()),
            leader: self.leader_id.map(LooseInt::as_i32).filter(|id| *id >= 0).map(BrokerId),
            followers: self.follower_ids.map(ids).unwrap_or_default(),
            isr: self.isr_ids.map(ids),
            leader_epoch: self.leader_epoch.map(|epoch| epoch.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::json;
    use super::*;

    fn read(text: &str) -> Result<MetadataPush, String> {
        let request = json::decode::<PushRequest>(text.as_bytes());
        request
            .and_then(PushRequest::checked)
            .map_err(|refused| refused.message)
    }

    #[test]
    fn a_push_of_a_deployed_controller_is_understood() {
        let push = read(
            r#"{"version":null,"brokers":[{"id":1,"host":"localhost","port":8081,"lastHeartbeat":1795406161643,
            "alive":true}],"partitions":[{"topic":"orders","partition":0,"leaderId":1,"followerIds":[],"isrIds":[1],
            "leaderEpoch":1795406161636}],"timestamp":1795406161647}"#,
        )
        .unwrap();
        let broker = PushedBroker {
            id: BrokerId(1),
            host: "localhost".to_owned(),
            port: 8081,
            kafka_host: "localhost".to_owned(),
            kafka_port: 9092,
            alive: true,
        };
        let partition = PushedPartition {
            topic: "orders".to_owned(),
            topic_id: None,
            partition: PartitionId(0),
            leader: Some(BrokerId(1)),
            followers: Vec::new(),
            isr: Some(vec![BrokerId(1)]),
            leader_epoch: Some(1_795_406_161_636),
        };
        let expected = MetadataPush {
            version: None,
            timestamp_ms: Some(1_795_406_161_647),
            brokers: vec![broker],
            partitions: vec![partition],
        };
        assert_eq!(push, expected);
    }

    #[test]
    fn lists_may_be_missing_or_null_and_numbers_in_quotes() {
        let push = read(r#"{"version":"7","brokers":null}"#).unwrap();
        assert_eq!((push.version, push.timestamp_ms), (Some(7), None));
        assert!(push.brokers.is_empty() && push.partitions.is_empty());
        let broker =
            r#"{"id":"2","host":"a","port":"80","kafkaHost":"b","kafkaPort":"9","isAlive":false,"alive":false}"#;
        let push = read(&format!(r#"{{"brokers":[{broker}]}}"#)).unwrap();
        let broker = &push.brokers[0];
        assert_eq!((broker.id.0, broker.port, broker.alive), (2, 80, false));
        assert_eq!((broker.kafka_host.as_str(), broker.kafka_port), ("b", 9));
    }

    #[test]
    fn no_leader_is_said_and_not_left_out() {
        let partition = |leader: &str| {
            let push = format!(r#"{{"partitions":[{{"topic":"t","partition":0{leader}}}]}}"#);
            read(&push).map(|push| push.partitions[0].leader)
        };
        assert_eq!(partition(r#","leaderId":3"#), Ok(Some(BrokerId(3))));
        assert_eq!(partition(r#","leaderId":-1"#), Ok(None));
        assert_eq!(partition(r#","leaderId":null"#), Ok(None));
        assert!(partition("").unwrap_err().contains("missing field `leaderId`"));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_place_and_value() {
        let broker = |fields: &str| format!(r#"{{"brokers":[{{"id":1,"host":"h","port":1{fields}}}]}}"#);
        let partition = |fields: &str| format!(r#"{{"partitions":[{{"topic":"t","partition":0,{fields}}}]}}"#);
        let twice = r#"{"id":1,"host":"h","port":1}"#;
        for (body, told) in [
            (r#"{"version":-1}"#.to_owned(), "version: invalid value: integer `-1`"),
            (
                r#"{"version":1.5}"#.to_owned(),
                "version: invalid type: floating point `1.5`",
            ),
            (
                r#"{"timestamp":-1}"#.to_owned(),
                "timestamp: invalid value: integer `-1`",
            ),
            (
                broker(r#","isAlive":true,"alive":false"#),
                "isAlive is true and alive is false",
            ),
            (
                broker(r#","kafkaPort":0"#),
                "brokers[0].kafkaPort: invalid value: integer `0`",
            ),
            (broker(r#","kafkaHost":"""#), "kafkaHost is '', it must be a host name"),
            (format!(r#"{{"brokers":[{twice},{twice}]}}"#), "the id 1 occurs twice"),
            (
                r#"{"brokers":[{"id":-1,"host":"h","port":1}]}"#.to_owned(),
                "brokers[0].id: invalid value",
            ),
            (
                r#"{"brokers":[[1,"h",2]]}"#.to_owned(),
                "brokers[0]: invalid type: sequence, expected a JSON object",
            ),
            (r#"{"partitions":{}}"#.to_owned(), "partitions: invalid type: map"),
            (
                partition(r#""leaderId":-2"#),
                "partitions[0].leaderId: invalid value: integer `-2`",
            ),
            (
                partition(r#""leaderId":1,"isrIds":["x"]"#),
                "partitions[0].isrIds[0]: invalid value",
            ),
            (
                partition(r#""leaderId":1,"leaderEpoch":-4"#),
                "partitions[0].leaderEpoch: invalid value",
            ),
            (partition(r#""leaderId":1,"topicId":"x""#), "topicId of t is 'x'"),
            (
                r#"{"partitions":[{"topic":"a b","partition":0,"leaderId":1}]}"#.to_owned(),
                "name is not legal",
            ),
            (
                r#"{"partitions":[{"topic":"__cluster_metadata","partition":0,"leaderId":1}]}"#.to_owned(),
                "itself",
            ),
        ] {
            let message = read(&body).unwrap_err();
            assert!(message.contains(told), "{body}: {message}");
        }
    }
}
