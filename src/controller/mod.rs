//! The embedded controller: decides changes of the cluster, writes them to `__cluster_metadata-0` as Kafka's metadata
//! records, publishes the image that results. What an external controller pushes becomes records here, too.
//!
//! Decisions are pure: `decide(situation, request) -> (records, response)`; only applying records changes an image.
//! Invariants: what is published is on stable storage; a request's records are applied together or not at all; an
//! answer follows the publishing.
//!
//! It must not know the wire, Kafka's error codes, or what publishers do with an image.

mod actor;
mod bootstrap;
mod client_quotas;
mod config_request;
mod configs;
mod election;
mod error;
mod feature_update;
mod features;
mod handle;
mod identity;
mod job;
mod log;
mod producer_ids;
mod push;
mod registration;
mod replica_request;
mod replicas;
mod start;
mod topic_request;
mod topics;

pub use client_quotas::{AlterClientQuotas, AlterQuotaOutcome, QuotaAlteration, QuotaError};
pub use config_request::{AlterConfigs, AlterResource, ConfigAdjustment, ConfigChange, ConfigError, ConfigOperation};
pub use error::{ControllerError, LogFailure, StartError};
pub use feature_update::{FeatureError, FeatureUpdate, UpdateDirection, UpdateFeatures};
pub use features::{FEATURES, Feature};
pub use handle::ControllerHandle;
pub use identity::{Identity, IdentityError};
pub use job::{Decision, Situation};
pub use producer_ids::{PRODUCER_ID_BLOCK_SIZE, ProducerIdBlock, SHARING_BROKER_ID_MAX};
pub use push::{
    MetadataPush, PushError, Pushed, PushedBroker, PushedPartition, PushedState, REST_LISTENER, pushed_leader_epoch,
};
pub use replica_request::{
    AddPartitions, AlterReassignments, AssignDirectories, ElectLeaders, ElectionError, ElectionKind, MorePartitions,
    PartitionRef, ReassignmentError,
};
pub use start::{Controller, StartController};
pub use topic_request::{
    CreateTopicOutcome, CreateTopics, CreatedTopic, DeleteTopicOutcome, EffectiveTopicConfig, InvalidTopicName,
    NewTopic, ReplicaAssignment, TopicConfigSource, TopicError, TopicRef,
};
pub use topics::{CLUSTER_METADATA as CLUSTER_METADATA_TOPIC, validate_name as validate_topic_name};

#[cfg(test)]
mod tests;
