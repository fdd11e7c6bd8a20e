//! librdkafka as the client.

use std::collections::HashMap;
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers, Message};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use super::PATIENCE;

/// A header of a record.
pub type Header = (String, Option<Vec<u8>>);

/// A record as it was written and must be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    pub partition: i32,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub timestamp: Option<i64>,
    pub headers: Vec<Header>,
}

impl Written {
    pub fn value(partition: i32, value: impl Into<Vec<u8>>) -> Written {
        Written {
            partition,
            value: Some(value.into()),
            ..Written::default()
        }
    }
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

pub fn client(bootstrap: &str, settings: &[(&str, &str)]) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", bootstrap)
        .set("socket.timeout.ms", "30000");
    for (name, value) in settings {
        config.set(*name, *value);
    }
    config
}

pub fn producer(bootstrap: &str, settings: &[(&str, &str)]) -> FutureProducer {
    let mut config = client(bootstrap, &[("linger.ms", "2"), ("message.timeout.ms", "60000")]);
    for (name, value) in settings {
        config.set(*name, *value);
    }
    config.create().expect("a producer")
}

/// Sends records and waits for all deliveries; the offset of each.
pub fn send_all(producer: &FutureProducer, topic: &str, records: &[Written]) -> Vec<i64> {
    runtime().block_on(async {
        let mut sent = Vec::new();
        for record in records {
            let message = to_record(topic, record);
            sent.push(
                producer
                    .send_result(message)
                    .map_err(|(error, _)| error)
                    .expect("queued"),
            );
        }
        let mut offsets = Vec::new();
        for delivery in sent {
            let delivered = delivery.await.expect("the producer lives");
            offsets.push(delivered.map_err(|(error, _)| error).expect("delivered").offset);
        }
        offsets
    })
}

fn to_record<'a>(topic: &'a str, record: &'a Written) -> FutureRecord<'a, [u8], [u8]> {
    let mut message = FutureRecord::to(topic).partition(record.partition);
    if let Some(key) = &record.key {
        message = message.key(key.as_slice());
    }
    if let Some(value) = &record.value {
        message = message.payload(value.as_slice());
    }
    if let Some(timestamp) = record.timestamp {
        message = message.timestamp(timestamp);
    }
    if !record.headers.is_empty() {
        let mut headers = rdkafka::message::OwnedHeaders::new();
        for (key, value) in &record.headers {
            headers = headers.insert(rdkafka::message::Header {
                key,
                value: value.as_deref(),
            });
        }
        message = message.headers(headers);
    }
    message
}

/// A consumer that has these partitions from their beginning on.
pub fn consumer(bootstrap: &str, topic: &str, partitions: i32, settings: &[(&str, &str)]) -> BaseConsumer {
    let own = [
        ("group.id", "unused"),
        ("enable.auto.commit", "false"),
        ("enable.partition.eof", "true"),
        ("auto.offset.reset", "error"),
        ("check.crcs", "true"),
        ("fetch.wait.max.ms", "50"),
    ];
    let mut config = client(bootstrap, &own);
    for (name, value) in settings {
        config.set(*name, *value);
    }
    let consumer: BaseConsumer = config.create().expect("a consumer");
    let mut assignment = TopicPartitionList::new();
    for partition in 0..partitions {
        assignment
            .add_partition_offset(topic, partition, Offset::Beginning)
            .unwrap();
    }
    consumer.assign(&assignment).expect("assigned");
    consumer
}

/// Every record of a topic, by partition, in order, with its offset.
pub fn read_topic(bootstrap: &str, topic: &str, partitions: i32) -> Vec<Vec<(i64, Written)>> {
    let consumer = consumer(bootstrap, topic, partitions, &[]);
    let mut read = vec![Vec::new(); usize::try_from(partitions).unwrap()];
    let mut ended = HashMap::new();
    while ended.len() < read.len() {
        match consumer.poll(PATIENCE).expect("a record or an end") {
            Ok(message) => {
                let place = usize::try_from(message.partition()).unwrap();
                read[place].push((message.offset(), written(&message)));
            }
            Err(KafkaError::PartitionEOF(partition)) => {
                ended.insert(partition, ());
            }
            Err(error) => panic!("cannot read {topic}: {error}"),
        }
    }
    read
}

fn written(message: &BorrowedMessage<'_>) -> Written {
    let headers = message.headers().map(|headers| {
        let owned = headers
            .iter()
            .map(|header| (header.key.to_owned(), header.value.map(<[u8]>::to_vec)));
        owned.collect()
    });
    Written {
        partition: message.partition(),
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        timestamp: message.timestamp().to_millis(),
        headers: headers.unwrap_or_default(),
    }
}

pub fn admin(bootstrap: &str) -> AdminClient<DefaultClientContext> {
    client(bootstrap, &[]).create().expect("an admin client")
}

pub fn create_topic(bootstrap: &str, name: &str, partitions: i32, configs: &[(&str, &str)]) {
    let mut topic = NewTopic::new(name, partitions, TopicReplication::Fixed(1));
    for (name, value) in configs {
        topic = topic.set(name, value);
    }
    let created = runtime().block_on(admin(bootstrap).create_topics(&[topic], &options()));
    let created = created.expect("an answer").remove(0);
    assert_eq!(created.map_err(|(_, code)| code), Ok(name.to_owned()));
}

pub fn options() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(Duration::from_secs(30)))
}
