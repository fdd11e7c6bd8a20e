//! A broker without sockets: the handles that requests are answered with, on a data directory in memory.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use bytes::{Bytes, BytesMut};
use dmq::api::{
    ConnectionInfo, Endpoint, Handled, Handles, ListenerInfo, ProducerIds, Reply, SecurityProtocol, Service,
};
use dmq::config::{EffectiveSettings, LiveSettings, Settings};
use dmq::controller::{Controller, CreateTopics, Identity, NewTopic, StartController};
use dmq::coordinator::group::GroupCoordinator;
use dmq::disk::{Disk, GroupCommit, GroupCommitConfig, RealDisk};
use dmq::env::{Clock, Random, SystemClock, SystemRandom};
use dmq::fetch_session::{FetchSessionCache, SessionLimits};
use dmq::log::LogDir;
use dmq::partition::{Durability, OpenRegistry, PartitionRegistry};
use dmq_protocol::header::{RequestHeader, request_header_version};
use dmq_protocol::{Message, Request, StrBytes, Uuid};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// A directory on a file system in memory, where there is one, so that no disk is measured.
pub fn in_memory_dir() -> TempDir {
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    };
    tempfile::Builder::new().prefix("dmq-bench-").tempdir_in(place).unwrap()
}

/// A broker that answers frames. Its topics go with it.
pub struct Broker {
    handles: Arc<Handles>,
    connection: Arc<ConnectionInfo>,
    runtime: Runtime,
    controller: Option<Controller>,
    _dir: TempDir,
}

impl Broker {
    pub fn start(durability: Durability) -> Broker {
        let dir = in_memory_dir();
        let log_dirs = dir.path().to_string_lossy().into_owned();
        let settings = Settings::from_pairs([("node.id", "1"), ("log.dirs", log_dirs.as_str())]).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let (handles, controller) = runtime.block_on(handles(Arc::new(settings), dir.path(), durability));
        Broker {
            handles,
            connection: connection(),
            runtime,
            controller: Some(controller),
            _dir: dir,
        }
    }

    /// Creates a topic; its id.
    pub fn create_topic(&self, name: &str, partitions: i32) -> Uuid {
        let topic = NewTopic {
            num_partitions: partitions,
            ..NewTopic::with_defaults(name)
        };
        let request = CreateTopics {
            topics: vec![topic],
            validate_only: false,
        };
        self.runtime
            .block_on(self.handles.controller.create_topics(request))
            .unwrap();
        self.handles.metadata.load().topics.by_name(name).unwrap().id.0
    }

    /// Handles one frame to its end.
    pub fn answer(&self, frame: Bytes) -> Option<Reply> {
        // Deadlines need the runtime's clock.
        let _runtime = self.runtime.enter();
        match self
            .handles
            .call(&self.connection, frame, tokio::time::Instant::now())
            .unwrap()
        {
            Handled::Now(reply) => Some(reply),
            Handled::Later(pending) => Some(self.runtime.block_on(pending).unwrap()),
            Handled::NoReply(_) => None,
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Some(controller) = self.controller.take() {
            let _ = self.runtime.block_on(controller.shutdown());
        }
    }
}

async fn handles(settings: Arc<Settings>, path: &Path, durability: Durability) -> (Arc<Handles>, Controller) {
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let broker = Arc::new(settings.broker().clone());
    let live = LiveSettings::new(EffectiveSettings::at_start(Arc::clone(&settings)));
    let dirs = vec![LogDir::open(Arc::clone(&disk), path).unwrap()];
    let identity = Identity::establish(&dirs, broker.node_id, None, random.as_ref()).unwrap();
    let controller = Controller::start(StartController {
        settings,
        disk: Arc::clone(&disk),
        clock: Arc::clone(&clock),
        random: Arc::clone(&random),
        metadata_dir: path.to_owned(),
        metadata_directory_id: identity.directories[0],
        cluster_id: identity.cluster_id,
        log_dirs: identity.directories,
        endpoints: Vec::new(),
        previous_broker_epoch: None,
        elects: true,
    })
    .unwrap();
    let partitions = Arc::new(PartitionRegistry::new(OpenRegistry {
        broker_id: broker.node_id,
        dirs: dirs.into_iter().map(Arc::new).collect(),
        settings: live.clone(),
        durability,
        group_commit: Arc::new(GroupCommit::new(GroupCommitConfig::default(), Arc::clone(&clock))),
        disk,
        clock: Arc::clone(&clock),
        random: Arc::clone(&random),
    }));
    let handle = controller.handle();
    handle.register_publisher(Arc::clone(&partitions) as _).await.unwrap();
    let groups = GroupCoordinator::start(&broker, &partitions, handle.metadata().clone(), &clock);
    let handles = Handles {
        groups,
        broker_id: broker.node_id,
        metadata: handle.metadata().clone(),
        controller: handle,
        partitions,
        fetch_sessions: FetchSessionCache::new(SessionLimits {
            slots: 1000,
            eviction_age_ms: 120_000,
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
        peer: "127.0.0.1:50000".parse().unwrap(),
        local: "127.0.0.1:9092".parse().unwrap(),
        listener: Arc::new(listener),
        advertised: Endpoint {
            host: "localhost".into(),
            port: 9092,
        },
        opened_at_ms: crate::samples::TIME_MS,
        client_software: OnceLock::new(),
    })
}

/// A request as it arrives, without the length before it.
pub fn frame<R: Request>(request: &R, version: i16) -> Bytes {
    let header = RequestHeader {
        request_api_key: R::KEY as i16,
        request_api_version: version,
        correlation_id: 7,
        client_id: Some(StrBytes::from("bench")),
    };
    let mut frame = BytesMut::new();
    header
        .encode_into(&mut frame, request_header_version(R::KEY, version).unwrap())
        .unwrap();
    request.encode_into(&mut frame, version).unwrap();
    frame.freeze()
}
