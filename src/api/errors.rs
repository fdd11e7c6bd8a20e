//! The one place where the layers' errors become Kafka's codes.

use dmq_protocol::ErrorCode;

use crate::controller::{ConfigError, ControllerError, ElectionError, QuotaError, ReassignmentError, TopicError};
use crate::coordinator::CoordinatorError;
use crate::coordinator::group::GroupError;
use crate::fetch_session::SessionError;
use crate::log::{InvalidRecordsKind, LogError};
use crate::partition::PartitionError;
use crate::quota::FilterError;

/// The code of a partition's refusal.
pub fn code_of(error: &PartitionError) -> ErrorCode {
    match error {
        PartitionError::NotLeader { .. } => ErrorCode::NOT_LEADER_OR_FOLLOWER,
        PartitionError::FencedLeaderEpoch { .. } => ErrorCode::FENCED_LEADER_EPOCH,
        PartitionError::UnknownLeaderEpoch { .. } => ErrorCode::UNKNOWN_LEADER_EPOCH,
        PartitionError::NotEnoughReplicas { .. } => ErrorCode::NOT_ENOUGH_REPLICAS,
        PartitionError::OffsetOutOfRange { .. } => ErrorCode::OFFSET_OUT_OF_RANGE,
        PartitionError::CompactedOnly(_) => ErrorCode::POLICY_VIOLATION,
        PartitionError::StorageFailed | PartitionError::LowOnSpace { .. } => ErrorCode::KAFKA_STORAGE_ERROR,
        PartitionError::Log(error) => code_of_log(error),
    }
}

/// The code of a log's refusal.
pub fn code_of_log(error: &LogError) -> ErrorCode {
    match error {
        LogError::OffsetOutOfRange { .. } => ErrorCode::OFFSET_OUT_OF_RANGE,
        LogError::InvalidBatch(_) | LogError::CorruptBatch { .. } => ErrorCode::CORRUPT_MESSAGE,
        LogError::RecordTooLarge { .. } | LogError::DecompressedTooLarge { .. } => ErrorCode::MESSAGE_TOO_LARGE,
        LogError::AppendTooLarge { .. } => ErrorCode::RECORD_LIST_TOO_LARGE,
        LogError::InvalidRecords {
            kind: InvalidRecordsKind::Record,
            ..
        } => ErrorCode::INVALID_RECORD,
        LogError::InvalidRecords {
            kind: InvalidRecordsKind::Timestamp,
            ..
        } => ErrorCode::INVALID_TIMESTAMP,
        LogError::UnsupportedCompression { .. } => ErrorCode::UNSUPPORTED_COMPRESSION_TYPE,
        LogError::OutOfOrderSequence { .. } => ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER,
        LogError::InvalidProducerEpoch { .. } => ErrorCode::INVALID_PRODUCER_EPOCH,
        LogError::InvalidTransactionState { .. } => ErrorCode::INVALID_TXN_STATE,
        LogError::CoordinatorFenced { .. } => ErrorCode::TRANSACTION_COORDINATOR_FENCED,
        LogError::StaleLeaderEpoch { .. } => ErrorCode::NOT_LEADER_OR_FOLLOWER,
        LogError::DiskFull { .. }
        | LogError::NoHandles { .. }
        | LogError::Io { .. }
        | LogError::Failed { .. }
        | LogError::Damaged { .. } => ErrorCode::KAFKA_STORAGE_ERROR,
        LogError::Closed => ErrorCode::NOT_LEADER_OR_FOLLOWER,
        LogError::UnexpectedOffset { .. }
        | LogError::DirectoryLocked { .. }
        | LogError::BadFile { .. }
        | LogError::ForeignTopic { .. }
        | LogError::BadName { .. } => ErrorCode::UNKNOWN_SERVER_ERROR,
    }
}

/// The code of a session's refusal.
pub fn code_of_session(error: &SessionError) -> ErrorCode {
    match error {
        SessionError::NotFound(_) => ErrorCode::FETCH_SESSION_ID_NOT_FOUND,
        SessionError::WrongEpoch { .. } => ErrorCode::INVALID_FETCH_SESSION_EPOCH,
        SessionError::TopicIdMismatch => ErrorCode::FETCH_SESSION_TOPIC_ID_ERROR,
    }
}

/// The code of the controller's refusal of a whole request.
pub fn code_of_controller(error: &ControllerError) -> ErrorCode {
    match error {
        ControllerError::Stopped => ErrorCode::NOT_CONTROLLER,
        ControllerError::LogFailed { .. } => ErrorCode::KAFKA_STORAGE_ERROR,
        ControllerError::TooManyPartitions { .. }
        | ControllerError::TooManyAdditionalPartitions { .. }
        | ControllerError::TooManyChanges => ErrorCode::POLICY_VIOLATION,
        ControllerError::OwnedElsewhere { .. } => ErrorCode::POLICY_VIOLATION,
        ControllerError::BrokerNotRegistered(_) => ErrorCode::BROKER_ID_NOT_REGISTERED,
        ControllerError::Inapplicable { .. } | ControllerError::ProducerIdsExhausted => ErrorCode::UNKNOWN_SERVER_ERROR,
    }
}

/// The code of the controller's refusal to change one resource's configs.
pub fn code_of_config(error: &ConfigError) -> ErrorCode {
    match error {
        ConfigError::InvalidConfig(_) => ErrorCode::INVALID_CONFIG,
        ConfigError::InvalidRequest(_) => ErrorCode::INVALID_REQUEST,
        ConfigError::InvalidTopicName(_) => ErrorCode::INVALID_TOPIC_EXCEPTION,
        ConfigError::UnknownTopic(_) => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
    }
}

/// The code of the controller's refusal of one topic.
pub fn code_of_topic(error: &TopicError) -> ErrorCode {
    match error {
        TopicError::InvalidName(_) | TopicError::NameCollision { .. } => ErrorCode::INVALID_TOPIC_EXCEPTION,
        TopicError::AlreadyExists(_) => ErrorCode::TOPIC_ALREADY_EXISTS,
        TopicError::NonPositivePartitions | TopicError::InvalidPartitions(_) => ErrorCode::INVALID_PARTITIONS,
        TopicError::NonPositiveReplicationFactor | TopicError::Unplaceable { .. } => {
            ErrorCode::INVALID_REPLICATION_FACTOR
        }
        TopicError::InvalidAssignment(_) => ErrorCode::INVALID_REPLICA_ASSIGNMENT,
        TopicError::InvalidConfig(_) => ErrorCode::INVALID_CONFIG,
        TopicError::InvalidRequest(_) | TopicError::NamedBothWays(_) => ErrorCode::INVALID_REQUEST,
        TopicError::UnknownName => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
        TopicError::Throttled(_) => ErrorCode::THROTTLING_QUOTA_EXCEEDED,
        TopicError::UnknownId => ErrorCode::UNKNOWN_TOPIC_ID,
        TopicError::DeletionDisabled => ErrorCode::TOPIC_DELETION_DISABLED,
    }
}

/// The code of the controller's refusal of one entity's quotas.
pub fn code_of_quota(_: &QuotaError) -> ErrorCode {
    ErrorCode::INVALID_REQUEST
}

/// The code of a filter that is none.
pub fn code_of_filter(error: &FilterError) -> ErrorCode {
    match error {
        FilterError::UnknownType(_) => ErrorCode::UNSUPPORTED_VERSION,
        FilterError::EmptyType | FilterError::Twice(_) | FilterError::AddressCombined => ErrorCode::INVALID_REQUEST,
    }
}

/// The code for a coordinator that cannot be asked. What clients of all ages understand: they look for the coordinator
/// again, or wait.
pub fn code_of_coordinator(error: &CoordinatorError) -> ErrorCode {
    match error {
        CoordinatorError::NotCoordinator => ErrorCode::NOT_COORDINATOR,
        CoordinatorError::Loading => ErrorCode::COORDINATOR_LOAD_IN_PROGRESS,
        CoordinatorError::Unwritable(PartitionError::NotEnoughReplicas { .. }) => ErrorCode::COORDINATOR_NOT_AVAILABLE,
        CoordinatorError::Unwritable(_) => ErrorCode::NOT_COORDINATOR,
        CoordinatorError::TooLarge(_) | CoordinatorError::Unencodable(_) => ErrorCode::UNKNOWN_SERVER_ERROR,
    }
}

/// The code of a group's refusal.
pub fn code_of_group(error: &GroupError) -> ErrorCode {
    match error {
        GroupError::InvalidGroupId => ErrorCode::INVALID_GROUP_ID,
        GroupError::GroupNotFound(_) => ErrorCode::GROUP_ID_NOT_FOUND,
        GroupError::UnknownMember => ErrorCode::UNKNOWN_MEMBER_ID,
        GroupError::FencedInstance => ErrorCode::FENCED_INSTANCE_ID,
        GroupError::IllegalGeneration => ErrorCode::ILLEGAL_GENERATION,
        GroupError::RebalanceInProgress => ErrorCode::REBALANCE_IN_PROGRESS,
        GroupError::InconsistentProtocol => ErrorCode::INCONSISTENT_GROUP_PROTOCOL,
        GroupError::InvalidSessionTimeout => ErrorCode::INVALID_SESSION_TIMEOUT,
        GroupError::MemberIdRequired => ErrorCode::MEMBER_ID_REQUIRED,
        GroupError::MaxSizeReached => ErrorCode::GROUP_MAX_SIZE_REACHED,
        GroupError::NonEmpty => ErrorCode::NON_EMPTY_GROUP,
        GroupError::SubscribedToTopic => ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC,
        GroupError::MetadataTooLarge => ErrorCode::OFFSET_METADATA_TOO_LARGE,
        GroupError::UnstableOffset => ErrorCode::UNSTABLE_OFFSET_COMMIT,
    }
}

/// The code of the controller's refusal to elect a leader.
pub fn code_of_election(error: &ElectionError) -> ErrorCode {
    match error {
        ElectionError::NoSuchTopic(_) | ElectionError::NoSuchPartition { .. } => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
        ElectionError::NotNeeded => ErrorCode::ELECTION_NOT_NEEDED,
        ElectionError::PreferredUnavailable => ErrorCode::PREFERRED_LEADER_NOT_AVAILABLE,
        ElectionError::NoneEligible => ErrorCode::ELIGIBLE_LEADERS_NOT_AVAILABLE,
    }
}

/// The code of the controller's refusal to move a partition.
pub fn code_of_reassignment(error: &ReassignmentError) -> ErrorCode {
    match error {
        ReassignmentError::NoSuchTopic(_) | ReassignmentError::NoSuchPartition { .. } => {
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
        }
        ReassignmentError::NoneInProgress => ErrorCode::NO_REASSIGNMENT_IN_PROGRESS,
        ReassignmentError::InvalidAssignment(_) => ErrorCode::INVALID_REPLICA_ASSIGNMENT,
        ReassignmentError::FactorChanged { .. } => ErrorCode::INVALID_REPLICATION_FACTOR,
    }
}
