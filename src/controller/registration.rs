//! How this node joins the cluster at its start and leaves it at its stop.
//!
//! A broker's epoch is the offset of its registration record, so each start has a higher one. A registration is fenced;
//! the record after it lets the broker serve, as Kafka's controller does once the broker has caught up.

use dmq_protocol::metadata_records::{
    BrokerEndpoint, BrokerFeature, BrokerRegistrationChangeRecord, ControllerFeature, RegisterBrokerRecord,
    RegisterControllerRecord,
};
use dmq_protocol::{StrBytes, Uuid};

use super::features::FEATURES;
use crate::ids::BrokerId;
use crate::metadata::{DirectoryId, Endpoint, METADATA_VERSION, MetadataImage, Record};

/// The lowest metadata.version with records of controllers' registrations.
const CONTROLLER_REGISTRATION: i16 = 15;
/// The lowest metadata.version with log directories in a broker's registration.
const DIRECTORY_ASSIGNMENT: i16 = 17;
/// The lowest metadata.version with cordoned log directories.
const CORDONED_LOG_DIRS: i16 = 30;

/// What this broker says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerIdentity {
    /// `node.id`.
    pub node: BrokerId,
    /// Differs for each start.
    pub incarnation_id: Uuid,
    /// Where it listens, by listener name.
    pub endpoints: Vec<Endpoint>,
    /// `broker.rack`.
    pub rack: Option<String>,
    /// The ids of its log directories.
    pub log_dirs: Vec<DirectoryId>,
}

/// Registers the controller half of this node.
pub(super) fn register_controller(image: &MetadataImage, identity: &BrokerIdentity) -> Option<Record> {
    let features = FEATURES.into_iter().map(|feature| ControllerFeature {
        name: StrBytes::from_static(feature.name),
        min_supported_version: feature.min_level,
        max_supported_version: feature.max_level,
    });
    let record = RegisterControllerRecord {
        controller_id: identity.node.0,
        incarnation_id: identity.incarnation_id,
        zk_migration_ready: false,
        // An embedded controller is asked within the process.
        end_points: Vec::new(),
        features: features.collect(),
    };
    (image.features.level(METADATA_VERSION) >= CONTROLLER_REGISTRATION).then_some(record.into())
}

/// Registers this broker at `offset`, where the first of the records will stand, and lets it serve.
pub(super) fn register_broker(image: &MetadataImage, identity: &BrokerIdentity, offset: i64) -> Vec<Record> {
    let version = image.features.level(METADATA_VERSION);
    let endpoints = identity.endpoints.iter().map(|endpoint| BrokerEndpoint {
        name: StrBytes::from(endpoint.listener.to_string()),
        host: StrBytes::from(endpoint.host.to_string()),
        port: endpoint.port,
        security_protocol: endpoint.security_protocol,
    });
    let features = FEATURES.into_iter().map(|feature| BrokerFeature {
        name: StrBytes::from_static(feature.name),
        min_supported_version: feature.min_level,
        max_supported_version: feature.max_level,
    });
    let log_dirs = if version >= DIRECTORY_ASSIGNMENT {
        identity.log_dirs.as_slice()
    } else {
        &[]
    };
    let registration = RegisterBrokerRecord {
        broker_id: identity.node.0,
        is_migrating_zk_broker: false,
        incarnation_id: identity.incarnation_id,
        broker_epoch: offset,
        end_points: endpoints.collect(),
        features: features.collect(),
        rack: identity.rack.clone().map(StrBytes::from),
        fenced: true,
        in_controlled_shutdown: false,
        log_dirs: log_dirs.iter().map(|directory| directory.0).collect(),
        cordoned_log_dirs: (version >= CORDONED_LOG_DIRS).then(Vec::new),
    };
    let serve = BrokerRegistrationChangeRecord {
        broker_id: identity.node.0,
        broker_epoch: offset,
        fenced: -1,
        ..BrokerRegistrationChangeRecord::default()
    };
    vec![registration.into(), serve.into()]
}

/// Takes a broker out of service.
pub(super) fn fence(broker: BrokerId, epoch: i64) -> Record {
    let change = BrokerRegistrationChangeRecord {
        broker_id: broker.0,
        broker_epoch: epoch,
        fenced: 1,
        ..BrokerRegistrationChangeRecord::default()
    };
    change.into()
}
