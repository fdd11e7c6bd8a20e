//! Requests through the whole api layer of a broker on a simulated disk: whatever a frame says, it is answered or refused.
//!
//! The input is a conversation: frames after their lengths (two bytes). A broker is used for many runs, as in life, and
//! then replaced, so that what earlier runs created does not add up.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use dmq::api::{ConnectionInfo, Endpoint, Handled, Handles, ListenerInfo, ProducerIds, SecurityProtocol, Service};
use dmq::config::{EffectiveSettings, LiveSettings, Settings};
use dmq::controller::{Controller, CreateTopics, Identity, NewTopic, StartController};
use dmq::coordinator::group::GroupCoordinator;
use dmq::disk::{Disk, GroupCommit, GroupCommitConfig, SimDisk};
use dmq::env::{Clock, Random, SeededRandom, SystemClock};
use dmq::fetch_session::{FetchSessionCache, SessionLimits};
use dmq::log::LogDir;
use dmq::partition::{Durability, OpenRegistry, PartitionRegistry};
use dmq_protocol::messages::{FetchRequest, ProduceRequest};
use dmq_protocol::{Message, Uuid};
use tokio::runtime::Runtime;

use crate::golden;

/// Runs that one broker serves.
const RUNS: usize = 500;
/// Stands in an input for the id of the topic that is there.
const TOPIC_ID: [u8; 16] = [7; 16];
/// An answer may wait for other threads, and a fetch for records that never come.
const PATIENCE: Duration = Duration::from_millis(2);

struct Broker {
    handles: Arc<Handles>,
    connection: Arc<ConnectionInfo>,
    runtime: Runtime,
    controller: Option<Controller>,
    topic: Uuid,
    runs: usize,
}

/// A static is never dropped: when the process ends, nothing that stopping a controller needs is left.
static BROKER: Mutex<Option<Broker>> = Mutex::new(None);

pub fn run(input: Bytes) {
    // A run that panics ends the process, so nobody finds the lock poisoned.
    let mut slot = BROKER.lock().expect("the only user");
    let broker = slot.get_or_insert_with(Broker::start);
    broker.converse(input);
    broker.runs += 1;
    if broker.runs == RUNS {
        *slot = None;
    }
}

impl Broker {
    fn start() -> Broker {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let settings = Settings::from_pairs([("node.id", "1"), ("log.dirs", "/data"), ("num.partitions", "2")]);
        let (handles, controller) = runtime.block_on(handles(Arc::new(settings.expect("settings"))));
        let request = CreateTopics {
            topics: vec![NewTopic::with_defaults("golden")],
            validate_only: false,
        };
        runtime
            .block_on(handles.controller.create_topics(request))
            .expect("a topic");
        let topic = handles
            .metadata
            .load()
            .topics
            .by_name("golden")
            .expect("the topic")
            .id
            .0;
        Broker {
            handles,
            connection: connection(),
            runtime,
            controller: Some(controller),
            topic,
            runs: 0,
        }
    }

    fn converse(&self, mut input: Bytes) {
        let _runtime = self.runtime.enter();
        while input.len() > 2 {
            let len = usize::from(input.get_u16()).min(input.len());
            let frame = self.with_topic_id(input.split_to(len));
            match self.handles.call(&self.connection, frame, tokio::time::Instant::now()) {
                Ok(Handled::Now(reply)) => drop(reply),
                Ok(Handled::Later(pending)) => {
                    let reply = self
                        .runtime
                        .block_on(async { tokio::time::timeout(PATIENCE, pending).await });
                    if let Ok(Err(closed)) = reply {
                        assert!(!closed.to_string().is_empty());
                    }
                }
                Ok(Handled::NoReply(_)) => {}
                Err(closed) => {
                    assert!(!closed.to_string().is_empty());
                    return;
                }
            }
        }
    }

    fn with_topic_id(&self, frame: Bytes) -> Bytes {
        match frame.windows(TOPIC_ID.len()).position(|window| window == TOPIC_ID) {
            Some(place) => {
                let mut named = BytesMut::from(&frame[..]);
                named[place..place + TOPIC_ID.len()].copy_from_slice(&self.topic.0);
                named.freeze()
            }
            None => frame,
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Some(controller) = self.controller.take() {
            self.runtime
                .block_on(controller.shutdown())
                .expect("the controller stops in order");
        }
    }
}

async fn handles(settings: Arc<Settings>) -> (Arc<Handles>, Controller) {
    let disk: Arc<dyn Disk> = Arc::new(SimDisk::new(1));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let random: Arc<dyn Random> = Arc::new(SeededRandom::new(1));
    let broker = Arc::new(settings.broker().clone());
    let live = LiveSettings::new(EffectiveSettings::at_start(Arc::clone(&settings)));
    let dirs = vec![LogDir::open(Arc::clone(&disk), Path::new("/data")).expect("a data directory")];
    let identity = Identity::establish(&dirs, broker.node_id, None, random.as_ref()).expect("an identity");
    let controller = Controller::start(StartController {
        settings,
        disk: Arc::clone(&disk),
        clock: Arc::clone(&clock),
        random: Arc::clone(&random),
        metadata_dir: PathBuf::from("/data"),
        metadata_directory_id: identity.directories[0],
        cluster_id: identity.cluster_id,
        log_dirs: identity.directories,
        endpoints: Vec::new(),
        previous_broker_epoch: None,
        elects: true,
    });
    let controller = controller.expect("a controller");
    let partitions = Arc::new(PartitionRegistry::new(OpenRegistry {
        broker_id: broker.node_id,
        dirs: dirs.into_iter().map(Arc::new).collect(),
        settings: live.clone(),
        durability: Durability::Os,
        group_commit: Arc::new(GroupCommit::new(GroupCommitConfig::default(), Arc::clone(&clock))),
        disk,
        clock: Arc::clone(&clock),
        random: Arc::clone(&random),
    }));
    let handle = controller.handle();
    handle
        .register_publisher(Arc::clone(&partitions) as _)
        .await
        .expect("a publisher");
    let groups = GroupCoordinator::start(&broker, &partitions, handle.metadata().clone(), &clock);
    let handles = Handles {
        groups,
        broker_id: broker.node_id,
        metadata: handle.metadata().clone(),
        controller: handle,
        partitions,
        fetch_sessions: FetchSessionCache::new(SessionLimits {
            slots: 10,
            eviction_age_ms: 0,
        }),
        producer_ids: ProducerIds::default(),
        quotas: Arc::default(),
        request_metrics: Arc::default(),
        clock,
        random,
        settings: broker,
        live,
    };
    (Arc::new(handles), controller)
}

fn connection() -> Arc<ConnectionInfo> {
    let listener = ListenerInfo {
        name: "PLAINTEXT".to_owned(),
        security_protocol: SecurityProtocol::Plaintext,
        advertised: None,
    };
    Arc::new(ConnectionInfo {
        id: 1,
        peer: ([127, 0, 0, 1], 50_000).into(),
        local: ([127, 0, 0, 1], 9092).into(),
        listener: Arc::new(listener),
        advertised: Endpoint {
            host: "localhost".into(),
            port: 9092,
        },
        opened_at_ms: 0,
        client_software: OnceLock::new(),
    })
}

/// Every golden request alone; produces and fetches by topic id name the topic that is there.
pub fn seeds() -> Vec<Vec<u8>> {
    let frames = golden::files("tests/golden/frames", ".request").into_iter();
    frames
        .map(|(_, frame)| conversation(&[with_placeholder(&frame)]))
        .collect()
}

fn conversation(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut input = Vec::new();
    for frame in frames {
        input.put_u16(u16::try_from(frame.len()).expect("a short frame"));
        input.put_slice(frame);
    }
    input
}

fn with_placeholder(frame: &[u8]) -> Vec<u8> {
    let mut reader = dmq_protocol::Reader::new(Bytes::copy_from_slice(frame));
    let Ok((_, header)) = dmq_protocol::header::RequestHeader::read_first(&mut reader) else {
        return frame.to_vec();
    };
    let (key, version) = (header.request_api_key, header.request_api_version);
    let body = reader.rest();
    let id = match key {
        0 => ProduceRequest::decode(body, version)
            .ok()
            .and_then(|request| Some(request.topic_data.first()?.topic_id)),
        1 => FetchRequest::decode(body, version)
            .ok()
            .and_then(|request| Some(request.topics.first()?.topic_id)),
        _ => None,
    };
    let mut frame = frame.to_vec();
    let place = id
        .filter(|id| id.0 != [0; 16])
        .and_then(|id| frame.windows(16).position(|window| window == id.0));
    if let Some(place) = place {
        frame[place..place + 16].copy_from_slice(&TOPIC_ID);
    }
    frame
}
