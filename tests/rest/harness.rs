//! A broker in this process on free ports, and an HTTP client small enough to send anything.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use dmq::api::produce::produce_one;
use dmq::config::Settings;
use dmq::controller::{CreateTopics, NewTopic};
use dmq::ids::PartitionId;
use dmq::partition::RequiredAcks;
use dmq::server::{Broker, StartOptions};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub const MESSAGES: &str = "/api/v1/storage/messages";
pub const CONSUME: &str = "/api/v1/storage/consume";

/// A broker with a topic `orders` of two partitions, in a directory that goes with it.
pub struct TestBroker {
    pub broker: Broker,
    extra: Vec<(&'static str, &'static str)>,
    dir: TempDir,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// The status and the error code, after checking that the body has the shape of a refusal.
    pub fn refusal(&self) -> (u16, String) {
        let body = self.json();
        assert_eq!(body["success"], false, "{body}");
        assert!(
            body["errorMessage"].as_str().is_some_and(|text| !text.is_empty()),
            "{body}"
        );
        (self.status, body["errorCode"].as_str().unwrap().to_owned())
    }

    pub fn message(&self) -> String {
        self.json()["errorMessage"].as_str().unwrap().to_owned()
    }
}

impl TestBroker {
    pub async fn start() -> TestBroker {
        TestBroker::start_with(&[]).await
    }

    pub async fn start_with(extra: &[(&'static str, &'static str)]) -> TestBroker {
        let test = TestBroker::start_empty(extra).await;
        test.create_topic("orders", 2, &[]).await;
        test
    }

    /// A broker without topics.
    pub async fn start_empty(extra: &[(&'static str, &'static str)]) -> TestBroker {
        let dir = tempfile::tempdir().unwrap();
        let broker = open(&dir, extra).await;
        TestBroker {
            broker,
            extra: extra.to_vec(),
            dir,
        }
    }

    /// Stops the broker in order and starts it again on the same directory.
    pub async fn restart(self) -> TestBroker {
        self.broker.stop().await.unwrap();
        let broker = open(&self.dir, &self.extra).await;
        TestBroker { broker, ..self }
    }

    pub async fn create_topic(&self, name: &str, num_partitions: i32, configs: &[(&str, &str)]) {
        let topic = NewTopic {
            name: name.to_owned(),
            num_partitions,
            replication_factor: 1,
            assignments: Vec::new(),
            configs: configs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned())))
                .collect(),
        };
        let request = CreateTopics {
            topics: vec![topic],
            validate_only: false,
        };
        let outcomes = self.broker.handles().controller.create_topics(request).await.unwrap();
        assert!(outcomes[0].result.is_ok(), "{outcomes:?}");
    }

    /// Appends a batch as a Kafka producer's would be.
    pub async fn append(&self, topic: &str, batch: Bytes) {
        let partition = self.broker.handles().partition_by_name(topic, PartitionId(0)).unwrap();
        let timeout = Duration::from_secs(30);
        produce_one(partition, batch, RequiredAcks::All, timeout).await.unwrap();
    }

    pub fn address(&self) -> SocketAddr {
        self.broker.rest_addresses()[0]
    }

    pub async fn post(&self, path: &str, body: impl AsRef<[u8]>) -> Reply {
        request(
            self.address(),
            "POST",
            path,
            "Content-Type: application/json\r\n",
            body.as_ref(),
        )
        .await
    }

    pub async fn get(&self, path: &str) -> Reply {
        request(self.address(), "GET", path, "", b"").await
    }

    pub async fn produce(&self, body: Value) -> Reply {
        self.post(MESSAGES, body.to_string()).await
    }

    pub async fn consume(&self, body: Value) -> Reply {
        self.post(CONSUME, body.to_string()).await
    }

    /// The offset that the next record gets, committed or not what is before it.
    pub fn end_offset(&self, topic: &str) -> i64 {
        let partition = self.broker.handles().partition_by_name(topic, PartitionId(0));
        partition.unwrap().log_end_offset().0
    }

    pub async fn high_watermark(&self, topic: &str) -> i64 {
        let path = format!("/api/v1/storage/partitions/{topic}/0/high-water-mark");
        self.get(&path).await.json().as_i64().unwrap()
    }
}

async fn open(dir: &TempDir, extra: &[(&'static str, &'static str)]) -> Broker {
    let path = dir.path().to_str().unwrap();
    let mut pairs = vec![
        ("log.dirs", path),
        ("listeners", "PLAINTEXT://127.0.0.1:0"),
        ("rest.listeners", "http://127.0.0.1:0"),
    ];
    pairs.extend(extra.iter().copied());
    let settings = Settings::from_pairs(pairs).unwrap();
    Broker::start(settings, StartOptions::default()).await.unwrap()
}

/// Sends one request on a connection of its own and reads the whole answer.
pub async fn request(address: SocketAddr, method: &str, path: &str, headers: &str, body: &[u8]) -> Reply {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n",
        body.len()
    );
    exchange(address, &[head.as_bytes(), body].concat()).await
}

/// Sends these bytes and reads until the other side closes.
pub async fn exchange(address: SocketAddr, bytes: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, text) = answer
        .split_once("\r\n\r\n")
        .unwrap_or_else(|| panic!("no HTTP answer: {answer:?}"));
    Reply {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_ascii_lowercase(),
        text: text.to_owned(),
    }
}
