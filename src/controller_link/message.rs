//! The heartbeat's body and the answers to it, in the two forms that are deployed: one body serves both.

use serde::{Deserialize, Serialize};

use super::rhythm::{OwnMetadata, Reply};
use crate::ids::BrokerId;
use crate::metadata::MetadataImage;

/// Where heartbeats are posted.
pub const HEARTBEAT_PATH: &str = "/api/v1/metadata/storage-heartbeat";

/// What a broker reports. Kafka's address goes beyond what the contract names; it is there for controllers that tell
/// Kafka clients of brokers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Heartbeat {
    pub storage_service_id: i32,
    pub service_id: String,
    pub current_metadata_version: i64,
    pub metadata_version: i64,
    pub last_metadata_update_timestamp: i64,
    pub heartbeat_timestamp: i64,
    pub timestamp: i64,
    pub alive: bool,
    pub is_alive: bool,
    pub partitions_leading: usize,
    pub partitions_following: usize,
    pub partition_count: usize,
    pub host: String,
    pub port: u16,
    pub kafka_host: Option<String>,
    pub kafka_port: Option<u16>,
}

impl Heartbeat {
    /// The report of broker `id` on the metadata in `image`.
    pub fn of(image: &MetadataImage, id: BrokerId, own: OwnMetadata, now_ms: i64, alive: bool) -> Heartbeat {
        let partitions = image.topics.iter().flat_map(|topic| topic.partitions.values());
        let (mut leading, mut following) = (0, 0);
        for partition in partitions.filter(|partition| partition.replicas.contains(&id)) {
            match partition.leader == Some(id) {
                true => leading += 1,
                false => following += 1,
            }
        }
        let broker = image.cluster.broker(id);
        let rest = broker.and_then(|broker| broker.endpoint(crate::controller::REST_LISTENER));
        let listeners = broker.map_or(&[][..], |broker| broker.endpoints.as_slice());
        let kafka = listeners
            .iter()
            .find(|it| &*it.listener != crate::controller::REST_LISTENER);
        let version = own.version.unwrap_or(0);
        Heartbeat {
            storage_service_id: id.0,
            service_id: format!("storage-{id}"),
            current_metadata_version: version,
            metadata_version: version,
            last_metadata_update_timestamp: own.updated_ms.unwrap_or(0),
            heartbeat_timestamp: now_ms,
            timestamp: now_ms,
            alive,
            is_alive: alive,
            partitions_leading: leading,
            partitions_following: following,
            partition_count: leading + following,
            host: rest.map_or_else(|| "localhost".to_owned(), |rest| rest.host.to_string()),
            port: rest.map_or(0, |rest| rest.port),
            kafka_host: kafka.map(|kafka| kafka.host.to_string()),
            kafka_port: kafka.map(|kafka| kafka.port),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    success: Option<bool>,
    acknowledged: Option<bool>,
    controller_metadata_version: Option<Loose>,
    in_sync: Option<bool>,
    error_message: Option<String>,
    instruction: Option<serde_json::Value>,
}

/// A number, plain or in quotes.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Loose {
    Number(i64),
    Text(String),
}

/// Reads the body of a 2xx answer of either form. An empty one says yes and nothing more.
pub fn read_answer(body: &[u8]) -> Result<Reply, String> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Reply::default());
    }
    let answer: Answer =
        serde_json::from_slice(body).map_err(|error| format!("the answer is not a controller's: {error}"))?;
    if answer.success == Some(false) || answer.acknowledged == Some(false) {
        let why = answer.error_message.unwrap_or_else(|| "it gave no reason".to_owned());
        return Err(format!("the controller does not accept heartbeats: {why}"));
    }
    let version = match answer.controller_metadata_version {
        Some(Loose::Number(number)) => Some(number),
        Some(Loose::Text(text)) => Some(
            text.parse()
                .map_err(|_| format!("the controller's metadata version is '{text}'"))?,
        ),
        None => None,
    };
    let instruction = answer.instruction.map(|instruction| match instruction {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    });
    Ok(Reply {
        controller_version: version,
        in_sync: answer.in_sync,
        instruction,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_answers_are_read() {
        let first = br#"{"success":true,"controllerMetadataVersion":9,"inSync":false,"responseTimestamp":1,
            "errorMessage":null,"instruction":null}"#;
        let expected = Reply {
            controller_version: Some(9),
            in_sync: Some(false),
            instruction: None,
        };
        assert_eq!(read_answer(first), Ok(expected));
        let second = br#"{"serviceId":"storage-101","acknowledged":true,"timestamp":1}"#;
        assert_eq!(read_answer(second), Ok(Reply::default()));
        assert_eq!(read_answer(b" \n"), Ok(Reply::default()));
        let told = read_answer(br#"{"success":true,"controllerMetadataVersion":"9","instruction":"RESYNC"}"#).unwrap();
        assert_eq!(
            (told.controller_version, told.instruction.as_deref()),
            (Some(9), Some("RESYNC"))
        );
    }

    #[test]
    fn a_no_and_garbage_are_failures() {
        for (body, told) in [
            (r#"{"success":false,"errorMessage":"who are you"}"#, "who are you"),
            (r#"{"acknowledged":false}"#, "no reason"),
            ("<html>", "not a controller's"),
            ("[]", "not a controller's"),
            (r#"{"success":"maybe"}"#, "not a controller's"),
            (r#"{"controllerMetadataVersion":"x"}"#, "'x'"),
        ] {
            let error = read_answer(body.as_bytes()).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }
}
