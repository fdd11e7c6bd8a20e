//! Starts the embedded controller: loads the metadata, begins an epoch, registers this node, puts leaders in order.
//!
//! Everything that a start writes is durable before the first image is published. A start that is cut short is made good
//! by the next one, because each decides from what the log then says.

use std::path::PathBuf;
use std::sync::Arc;

use dmq_protocol::StrBytes;
use dmq_protocol::metadata_records::AbortTransactionRecord;
use tokio::sync::mpsc;
use tracing::info;

use super::actor::Actor;
use super::error::{LogFailure, StartError};
use super::handle::ControllerHandle;
use super::log::{Loaded, MetadataLog, OpenMetadataLog};
use super::push::PushedState;
use super::registration::BrokerIdentity;
use super::{bootstrap, election, features, registration};
use crate::config::Settings;
use crate::disk::Disk;
use crate::env::{Clock, Random};
use crate::limits::CONTROLLER_QUEUE_LEN_MAX;
use crate::metadata::{DirectoryId, Endpoint, METADATA_VERSION, MetadataDelta, MetadataWriter, Provenance, Record};

/// Records of a start that need not be one group are written in groups of this many.
const RECORDS_PER_GROUP: usize = 10_000;

/// What the controller is started with.
#[derive(Debug, Clone)]
pub struct StartController {
    /// The settings of the process.
    pub settings: Arc<Settings>,
    /// The file system.
    pub disk: Arc<dyn Disk>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// For ids.
    pub random: Arc<dyn Random>,
    /// The log directory for the metadata (`metadata.log.dir`, else the first of `log.dirs`), already locked.
    pub metadata_dir: PathBuf,
    /// The id of that directory.
    pub metadata_directory_id: DirectoryId,
    /// The cluster's id, from `meta.properties`.
    pub cluster_id: String,
    /// The ids of all log directories of this broker.
    pub log_dirs: Vec<DirectoryId>,
    /// Where this broker listens for clients, with the addresses and ports that they are told.
    pub endpoints: Vec<Endpoint>,
    /// The broker epoch that the last clean stop left in its mark; none if the last stop was not in order.
    pub previous_broker_epoch: Option<i64>,
    /// Whether this controller alone decides who leads. False where an external controller pushes that.
    pub elects: bool,
}

/// A running controller. Dropping it does not stop it; [`Controller::shutdown`] does.
#[derive(Debug)]
pub struct Controller {
    handle: ControllerHandle,
    broker_epoch: i64,
}

impl Controller {
    /// Starts it; returns once this broker is registered and every partition that can have a leader has one.
    pub fn start(start: StartController) -> Result<Controller, StartError> {
        let clean = start.previous_broker_epoch.is_some();
        let (log, loaded) = MetadataLog::open(open_log(&start, clean))?;
        let mut starting = Starting {
            log,
            delta: loaded.delta.clone(),
        };
        starting.make_cluster(&loaded, &start)?;
        if let Some((name, level, known)) = features::unsupported(&starting.delta.image().features) {
            let levels = known.map(|known| (known.min_level, known.max_level));
            return Err(StartError::UnsupportedFeature { name, level, levels });
        }
        let broker_epoch = starting.join(&start)?;
        starting.log.flush()?;

        let provenance = Provenance {
            last_offset: starting.log.end_offset().plus(-1),
            last_epoch: starting.log.epoch(),
            last_timestamp_ms: start.clock.now_ms(),
        };
        let (image, _) = starting.delta.finish(provenance);
        let writer = MetadataWriter::new(image);
        let (sender, messages) = mpsc::channel(CONTROLLER_QUEUE_LEN_MAX);
        let handle = ControllerHandle::new(sender, writer.handle());
        let actor = Actor {
            messages,
            log: starting.log,
            writer,
            settings: start.settings,
            clock: start.clock,
            random: start.random,
            failed: None,
        };
        let thread = std::thread::Builder::new().name("dmq-controller".to_owned());
        thread
            .spawn(move || actor.run())
            .map_err(|error| StartError::NoThread {
                reason: error.to_string(),
            })?;
        Ok(Controller { handle, broker_epoch })
    }

    /// The way to it.
    pub fn handle(&self) -> ControllerHandle {
        self.handle.clone()
    }

    /// This broker's epoch, for the mark of a clean shutdown.
    pub fn broker_epoch(&self) -> i64 {
        self.broker_epoch
    }

    /// Answers what is queued, takes this broker out of service, makes everything durable and closes the log.
    pub async fn shutdown(self) -> Result<(), super::ControllerError> {
        self.handle.stop().await
    }
}

struct Starting {
    log: MetadataLog,
    delta: MetadataDelta,
}

impl Starting {
    /// Ends what an earlier controller left open, and writes the first records of a new cluster.
    fn make_cluster(&mut self, loaded: &Loaded, start: &StartController) -> Result<(), StartError> {
        if self.delta.in_transaction() {
            let reason = Some(StrBytes::from_static("Controller failover"));
            self.write(vec![AbortTransactionRecord { reason }.into()])?;
        }
        if self.delta.image().features.level(METADATA_VERSION) > 0 {
            return Ok(());
        }
        let records = match &loaded.bootstrap {
            Some(records) => records.clone(),
            None if loaded.is_empty => {
                info!(cluster.id = start.cluster_id, dir = %self.log.dir().display(), "made a new cluster");
                let records = bootstrap::features();
                self.log.write_bootstrap(&records, 0)?;
                records
            }
            None => bootstrap::features(),
        };
        self.write(bootstrap::first_group(&records, &start.settings))
    }

    /// Registers this node and puts leaders in order; gives the broker's epoch.
    fn join(&mut self, start: &StartController) -> Result<i64, StartError> {
        let broker = start.settings.broker();
        let identity = BrokerIdentity {
            node: broker.node_id,
            incarnation_id: start.random.uuid(),
            endpoints: start.endpoints.clone(),
            rack: broker.broker_rack.clone(),
            log_dirs: start.log_dirs.clone(),
        };
        let before = self
            .delta
            .image()
            .cluster
            .broker(identity.node)
            .map(|broker| broker.epoch);
        // A directory that stopped in order, but was then put under another metadata log, does not count.
        let clean = before.is_some() && before == start.previous_broker_epoch;
        let controller = registration::register_controller(self.delta.image(), &identity);
        self.write(controller.into_iter().collect())?;
        let epoch = self.log.end_offset().0;
        self.write(registration::register_broker(self.delta.image(), &identity, epoch))?;
        // Once a controller has pushed who leads, nobody else may say so.
        let elects = start.elects && PushedState::of(self.delta.image()) == PushedState::default();
        let changes = if elects {
            self.write(election::fence_others(self.delta.image(), identity.node))?;
            election::after_start(self.delta.image(), identity.node, clean)
        } else {
            election::own_epochs(self.delta.image(), identity.node, clean)
        };
        for some in changes.chunks(RECORDS_PER_GROUP) {
            self.write(some.to_vec())?;
        }
        Ok(epoch)
    }

    fn write(&mut self, records: Vec<Record>) -> Result<(), StartError> {
        let offset = self.log.end_offset().0;
        for record in &records {
            self.delta
                .apply(record)
                .map_err(|reason| LogFailure::Inapplicable { offset, reason })?;
        }
        let version = self.delta.image().features.level(METADATA_VERSION);
        Ok(self.log.append(&[records], version)?)
    }
}

pub(super) fn open_log(start: &StartController, clean: bool) -> OpenMetadataLog {
    let broker = start.settings.broker();
    OpenMetadataLog {
        disk: start.disk.clone(),
        clock: start.clock.clone(),
        random: start.random.clone(),
        log_dir: start.metadata_dir.clone(),
        directory_id: start.metadata_directory_id,
        node: broker.node_id,
        cluster_id: start.cluster_id.clone(),
        clean_shutdown: clean,
        segment_bytes: broker.metadata_log_segment_bytes,
        segment_ms: broker.metadata_log_segment_ms,
        snapshot_after_bytes: broker.metadata_log_max_record_bytes_between_snapshots,
    }
}
