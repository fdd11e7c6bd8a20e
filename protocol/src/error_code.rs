//! Kafka's error codes: the complete table of 4.4, and nothing about when to answer with which.
//!
//! An unknown code is kept as the number it is, so that a response from a newer peer still decodes.

use std::fmt;

/// The outcome of a request, or of a part of one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ErrorCode(pub i16);

/// What is known of one code.
struct Entry {
    code: i16,
    name: &'static str,
    retriable: bool,
    message: &'static str,
}

macro_rules! error_codes {
    ($($code:literal $name:ident $kind:ident $message:literal;)*) => {
        impl ErrorCode {
            $(#[doc = concat!("Code ", $code, ": ", $message, ".")] pub const $name: ErrorCode = ErrorCode($code);)*
        }

        /// Every code in order, from −1.
        const TABLE: &[Entry] = &[
            $(Entry { code: $code, name: stringify!($name), retriable: retriable!($kind), message: $message }),*
        ];
    };
}

macro_rules! retriable {
    (retriable) => {
        true
    };
    (fatal) => {
        false
    };
}

impl ErrorCode {
    /// Every code that Kafka 4.4 has, in order.
    pub fn all() -> impl Iterator<Item = ErrorCode> {
        TABLE.iter().map(|entry| ErrorCode(entry.code))
    }

    /// The code with Kafka's name for it.
    pub fn from_name(name: &str) -> Option<ErrorCode> {
        TABLE
            .iter()
            .find(|entry| entry.name == name)
            .map(|entry| ErrorCode(entry.code))
    }

    /// Kafka's name: `UNKNOWN_TOPIC_OR_PARTITION`. `UNKNOWN` for a code that 4.4 does not have.
    pub fn name(self) -> &'static str {
        self.entry().map_or("UNKNOWN", |entry| entry.name)
    }

    /// What went wrong, in a few words for a person.
    pub fn message(self) -> &'static str {
        self.entry()
            .map_or("an error code that is not known here", |entry| entry.message)
    }

    /// Whether clients may send the same request again, maybe elsewhere, and expect better.
    pub fn is_retriable(self) -> bool {
        self.entry().is_some_and(|entry| entry.retriable)
    }

    /// Whether this is [`ErrorCode::NONE`].
    pub fn is_none(self) -> bool {
        self == ErrorCode::NONE
    }

    /// Whether this is any code but [`ErrorCode::NONE`].
    pub fn is_error(self) -> bool {
        self != ErrorCode::NONE
    }

    fn entry(self) -> Option<&'static Entry> {
        let index = usize::try_from(i32::from(self.0) + 1).ok()?;
        TABLE.get(index)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry() {
            Some(entry) => f.pad(entry.name),
            None => write!(f, "UNKNOWN({})", self.0),
        }
    }
}

impl fmt::Debug for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

error_codes! {
    -1 UNKNOWN_SERVER_ERROR fatal "the server failed in a way that no error code describes";
    0 NONE fatal "no error";
    1 OFFSET_OUT_OF_RANGE fatal "the offset is outside the log";
    2 CORRUPT_MESSAGE retriable "a record batch is damaged, too large, or lacks a key that its topic needs";
    3 UNKNOWN_TOPIC_OR_PARTITION retriable "this server has no such topic or partition";
    4 INVALID_FETCH_SIZE fatal "the fetch size is not valid";
    5 LEADER_NOT_AVAILABLE retriable "the partition has no leader at present";
    6 NOT_LEADER_OR_FOLLOWER retriable "this broker is not the leader, or not a replica, of the partition";
    7 REQUEST_TIMED_OUT retriable "the request took longer than it may";
    8 BROKER_NOT_AVAILABLE fatal "the broker is not available";
    9 REPLICA_NOT_AVAILABLE retriable "this broker has no replica of the partition";
    10 MESSAGE_TOO_LARGE fatal "a record batch is larger than the server takes";
    11 STALE_CONTROLLER_EPOCH fatal "another controller has taken over";
    12 OFFSET_METADATA_TOO_LARGE fatal "the metadata of a committed offset is too long";
    13 NETWORK_EXCEPTION retriable "the connection ended before the answer came";
    14 COORDINATOR_LOAD_IN_PROGRESS retriable "the coordinator is still loading its state";
    15 COORDINATOR_NOT_AVAILABLE retriable "there is no coordinator at present";
    16 NOT_COORDINATOR retriable "this broker is not the coordinator";
    17 INVALID_TOPIC_EXCEPTION fatal "the topic's name is not legal, or clients may not write to it";
    18 RECORD_LIST_TOO_LARGE fatal "the record batches are larger than a segment of the log";
    19 NOT_ENOUGH_REPLICAS retriable "fewer replicas are in sync than min.insync.replicas asks for";
    20 NOT_ENOUGH_REPLICAS_AFTER_APPEND retriable "written, but to fewer replicas than min.insync.replicas asks for";
    21 INVALID_REQUIRED_ACKS fatal "acks must be -1, 0 or 1";
    22 ILLEGAL_GENERATION fatal "the group's generation is another";
    23 INCONSISTENT_GROUP_PROTOCOL fatal "the member's protocols do not fit those of the group";
    24 INVALID_GROUP_ID fatal "the group id is not valid";
    25 UNKNOWN_MEMBER_ID fatal "the coordinator does not know this member";
    26 INVALID_SESSION_TIMEOUT fatal "the session timeout is outside what the broker allows";
    27 REBALANCE_IN_PROGRESS fatal "the group is rebalancing: join again";
    28 INVALID_COMMIT_OFFSET_SIZE fatal "the offsets to commit are too large";
    29 TOPIC_AUTHORIZATION_FAILED fatal "not authorized for the topic";
    30 GROUP_AUTHORIZATION_FAILED fatal "not authorized for the group";
    31 CLUSTER_AUTHORIZATION_FAILED fatal "not authorized for the cluster";
    32 INVALID_TIMESTAMP fatal "a record's timestamp is outside what the topic allows";
    33 UNSUPPORTED_SASL_MECHANISM fatal "this SASL mechanism is not enabled";
    34 ILLEGAL_SASL_STATE fatal "the request does not fit the state of SASL authentication";
    35 UNSUPPORTED_VERSION fatal "this version of the request is not supported";
    36 TOPIC_ALREADY_EXISTS fatal "a topic of this name exists";
    37 INVALID_PARTITIONS fatal "the number of partitions is not valid";
    38 INVALID_REPLICATION_FACTOR fatal "the replication factor is below 1, or above the number of brokers";
    39 INVALID_REPLICA_ASSIGNMENT fatal "the assignment of replicas is not valid";
    40 INVALID_CONFIG fatal "the configuration is not valid";
    41 NOT_CONTROLLER retriable "this node is not the active controller";
    42 INVALID_REQUEST fatal "the request contradicts itself, or is not for this server";
    43 UNSUPPORTED_FOR_MESSAGE_FORMAT fatal "the topic's message format has no room for this";
    44 POLICY_VIOLATION fatal "the request breaks a policy of the server";
    45 OUT_OF_ORDER_SEQUENCE_NUMBER fatal "a sequence number is missing before this one";
    46 DUPLICATE_SEQUENCE_NUMBER fatal "this sequence number was written before";
    47 INVALID_PRODUCER_EPOCH fatal "the producer's epoch is old";
    48 INVALID_TXN_STATE fatal "the transaction's state does not allow this";
    49 INVALID_PRODUCER_ID_MAPPING fatal "the producer id does not belong to the transactional id";
    50 INVALID_TRANSACTION_TIMEOUT fatal "the transaction timeout is larger than transaction.max.timeout.ms";
    51 CONCURRENT_TRANSACTIONS retriable "another operation on this transaction is under way";
    52 TRANSACTION_COORDINATOR_FENCED fatal "a newer transaction coordinator has taken over";
    53 TRANSACTIONAL_ID_AUTHORIZATION_FAILED fatal "not authorized for the transactional id";
    54 SECURITY_DISABLED fatal "security is not enabled";
    55 OPERATION_NOT_ATTEMPTED fatal "not attempted, as another part of the request failed";
    56 KAFKA_STORAGE_ERROR retriable "the log directory has failed";
    57 LOG_DIR_NOT_FOUND fatal "this broker has no such log directory";
    58 SASL_AUTHENTICATION_FAILED fatal "the credentials were refused";
    59 UNKNOWN_PRODUCER_ID fatal "nothing is known of the producer id, as its records are gone";
    60 REASSIGNMENT_IN_PROGRESS fatal "the partition is being reassigned";
    61 DELEGATION_TOKEN_AUTH_DISABLED fatal "delegation tokens are not enabled";
    62 DELEGATION_TOKEN_NOT_FOUND fatal "there is no such delegation token";
    63 DELEGATION_TOKEN_OWNER_MISMATCH fatal "the principal neither owns nor may renew the token";
    64 DELEGATION_TOKEN_REQUEST_NOT_ALLOWED fatal "delegation tokens cannot be asked for on this connection";
    65 DELEGATION_TOKEN_AUTHORIZATION_FAILED fatal "not authorized for the delegation token";
    66 DELEGATION_TOKEN_EXPIRED fatal "the delegation token has expired";
    67 INVALID_PRINCIPAL_TYPE fatal "the principal's type is not supported";
    68 NON_EMPTY_GROUP fatal "the group has members";
    69 GROUP_ID_NOT_FOUND fatal "there is no such group";
    70 FETCH_SESSION_ID_NOT_FOUND retriable "there is no such fetch session";
    71 INVALID_FETCH_SESSION_EPOCH retriable "the fetch session is at another epoch";
    72 LISTENER_NOT_FOUND retriable "the leader has no listener of the name that this one has";
    73 TOPIC_DELETION_DISABLED fatal "delete.topic.enable is false";
    74 FENCED_LEADER_EPOCH retriable "the leader epoch is older than the broker's";
    75 UNKNOWN_LEADER_EPOCH retriable "the leader epoch is newer than the broker's";
    76 UNSUPPORTED_COMPRESSION_TYPE fatal "the client cannot read the partition's compression codec";
    77 STALE_BROKER_EPOCH fatal "the broker has registered anew";
    78 OFFSET_NOT_AVAILABLE retriable "the new leader does not know the offset for certain yet";
    79 MEMBER_ID_REQUIRED fatal "join again with the member id in this answer";
    80 PREFERRED_LEADER_NOT_AVAILABLE retriable "the preferred leader is not available";
    81 GROUP_MAX_SIZE_REACHED fatal "the group has as many members as it may have";
    82 FENCED_INSTANCE_ID fatal "another member has this group.instance.id";
    83 ELIGIBLE_LEADERS_NOT_AVAILABLE retriable "no replica can become leader";
    84 ELECTION_NOT_NEEDED retriable "the partition has the leader it should have";
    85 NO_REASSIGNMENT_IN_PROGRESS fatal "no reassignment is under way";
    86 GROUP_SUBSCRIBED_TO_TOPIC fatal "the group is subscribed to the topic";
    87 INVALID_RECORD fatal "a record is not valid";
    88 UNSTABLE_OFFSET_COMMIT retriable "a transaction holds back offsets of the partition";
    89 THROTTLING_QUOTA_EXCEEDED retriable "over the quota: ask again later";
    90 PRODUCER_FENCED fatal "a newer producer has this transactional id";
    91 RESOURCE_NOT_FOUND fatal "there is no such resource";
    92 DUPLICATE_RESOURCE fatal "a resource is named twice";
    93 UNACCEPTABLE_CREDENTIAL fatal "the credential does not meet the rules";
    94 INCONSISTENT_VOTER_SET fatal "sender or receiver is not a voter";
    95 INVALID_UPDATE_VERSION fatal "the update's version is not valid";
    96 FEATURE_UPDATE_FAILED fatal "the features could not be changed";
    97 PRINCIPAL_DESERIALIZATION_FAILURE fatal "the forwarded principal cannot be read";
    98 SNAPSHOT_NOT_FOUND fatal "there is no such snapshot";
    99 POSITION_OUT_OF_RANGE fatal "the position is outside the snapshot";
    100 UNKNOWN_TOPIC_ID retriable "this server has no topic with this id";
    101 DUPLICATE_BROKER_REGISTRATION fatal "another live broker has this id";
    102 BROKER_ID_NOT_REGISTERED fatal "no broker has registered with this id";
    103 INCONSISTENT_TOPIC_ID retriable "the topic id is another than the log's";
    104 INCONSISTENT_CLUSTER_ID fatal "the cluster id is another than the server's";
    105 TRANSACTIONAL_ID_NOT_FOUND fatal "there is no such transactional id";
    106 FETCH_SESSION_TOPIC_ID_ERROR retriable "the fetch session mixes topic names and topic ids";
    107 INELIGIBLE_REPLICA fatal "a replica in the new ISR may not be in it";
    108 NEW_LEADER_ELECTED fatal "the partition changed, and its leader with it";
    109 OFFSET_MOVED_TO_TIERED_STORAGE fatal "the offset is in tiered storage only";
    110 FENCED_MEMBER_EPOCH fatal "the member's epoch is fenced: give up all partitions and join again";
    111 UNRELEASED_INSTANCE_ID fatal "another member still uses this instance id";
    112 UNSUPPORTED_ASSIGNOR fatal "the group does not support this assignor";
    113 STALE_MEMBER_EPOCH fatal "the member's epoch is old: heartbeat first";
    114 MISMATCHED_ENDPOINT_TYPE fatal "brokers' requests go to brokers, controllers' to controllers";
    115 UNSUPPORTED_ENDPOINT_TYPE fatal "this type of endpoint is not supported";
    116 UNKNOWN_CONTROLLER_ID fatal "there is no such controller";
    117 UNKNOWN_SUBSCRIPTION_ID fatal "the telemetry subscription is unknown or old";
    118 TELEMETRY_TOO_LARGE fatal "the telemetry is larger than the server takes";
    119 INVALID_REGISTRATION fatal "the registration is not valid";
    120 TRANSACTION_ABORTABLE fatal "the transaction can only be aborted";
    121 INVALID_RECORD_STATE fatal "the records are not in a state to be acknowledged";
    122 SHARE_SESSION_NOT_FOUND retriable "there is no such share session";
    123 INVALID_SHARE_SESSION_EPOCH retriable "the share session is at another epoch";
    124 FENCED_STATE_EPOCH fatal "the state's epoch is another";
    125 INVALID_VOTER_KEY fatal "the voter's key is not this replica's";
    126 DUPLICATE_VOTER fatal "the voter is in the set already";
    127 VOTER_NOT_FOUND fatal "the voter is not in the set";
    128 INVALID_REGULAR_EXPRESSION fatal "the regular expression is not valid";
    129 REBOOTSTRAP_REQUIRED fatal "the client's metadata is stale: bootstrap again";
    130 STREAMS_INVALID_TOPOLOGY fatal "the topology is not valid";
    131 STREAMS_INVALID_TOPOLOGY_EPOCH fatal "the topology's epoch is not valid";
    132 STREAMS_TOPOLOGY_FENCED fatal "the topology's epoch is old";
    133 SHARE_SESSION_LIMIT_REACHED retriable "there are as many share sessions as there may be";
    134 GROUP_DELETION_FAILED fatal "the groups were not all deleted: see each one's message";
    135 STREAMS_TOPOLOGY_DESCRIPTION_UPDATE_FAILED fatal "the topology's description was not taken: see the message";
    136 CONTROLLER_ID_NOT_REGISTERED fatal "no controller has registered with this id";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_in_order() {
        assert_eq!(TABLE.len(), 138);
        for (code, entry) in (-1..).zip(TABLE) {
            assert_eq!(entry.code, code, "{}", entry.name);
            assert_eq!(ErrorCode::from_name(entry.name), Some(ErrorCode(code)));
        }
    }

    #[test]
    fn an_unknown_code_is_kept_and_says_so() {
        for code in [-2, 137, i16::MIN, i16::MAX] {
            assert_eq!(ErrorCode(code).name(), "UNKNOWN");
            assert!(!ErrorCode(code).is_retriable());
            assert_eq!(ErrorCode(code).to_string(), format!("UNKNOWN({code})"));
        }
    }

    #[test]
    fn clients_may_retry_what_will_pass() {
        assert!(ErrorCode::NOT_LEADER_OR_FOLLOWER.is_retriable());
        assert!(ErrorCode::KAFKA_STORAGE_ERROR.is_retriable());
        assert!(!ErrorCode::MESSAGE_TOO_LARGE.is_retriable());
        assert!(!ErrorCode::REBALANCE_IN_PROGRESS.is_retriable());
        assert!(!ErrorCode::NONE.is_retriable());
    }
}
