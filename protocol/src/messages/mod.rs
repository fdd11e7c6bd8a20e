//! Requests and responses: one file for each API, and the one table that ties key, request and response together.
//!
//! A definition reads as Kafka's documentation of the message does; the derive macro makes decoding and encoding of
//! every version of it. The definitions are facts of Apache Kafka 4.4; the words are this project's.

use crate::api_key::ApiKey;
use crate::message::{Message, Request};
use crate::version::VersionRange;

/// Takes every message of a kind, one after the other: for tests, fuzzing and documentation.
pub trait MessageVisitor {
    /// Called once for each message.
    fn visit<M: Message>(&mut self);
}

macro_rules! apis {
    ($($key:ident in $file:ident: $request:ident => $response:ident;)*) => {
        $(
            pub mod $file;
            pub use $file::{$request, $response};

            impl Request for $request {
                const KEY: ApiKey = ApiKey::$key;
                type Response = $response;
            }
        )*

        /// The versions in which the request and the response are flexible, if this crate defines them.
        pub(crate) fn flexible_versions(key: ApiKey) -> Option<(Option<VersionRange>, Option<VersionRange>)> {
            match key {
                $(ApiKey::$key => Some(($request::FLEXIBLE, $response::FLEXIBLE)),)*
                _ => None,
            }
        }

        /// Shows every request and response of this module to `visitor`.
        pub fn visit_all(visitor: &mut impl MessageVisitor) {
            $(
                visitor.visit::<$request>();
                visitor.visit::<$response>();
            )*
        }
    };
}

apis! {
    Produce in produce: ProduceRequest => ProduceResponse;
    Fetch in fetch: FetchRequest => FetchResponse;
    ListOffsets in list_offsets: ListOffsetsRequest => ListOffsetsResponse;
    Metadata in metadata: MetadataRequest => MetadataResponse;
    ApiVersions in api_versions: ApiVersionsRequest => ApiVersionsResponse;
    CreateTopics in create_topics: CreateTopicsRequest => CreateTopicsResponse;
    DeleteTopics in delete_topics: DeleteTopicsRequest => DeleteTopicsResponse;
    DeleteRecords in delete_records: DeleteRecordsRequest => DeleteRecordsResponse;
    InitProducerId in init_producer_id: InitProducerIdRequest => InitProducerIdResponse;
    OffsetForLeaderEpoch in offset_for_leader_epoch: OffsetForLeaderEpochRequest => OffsetForLeaderEpochResponse;
    WriteTxnMarkers in write_txn_markers: WriteTxnMarkersRequest => WriteTxnMarkersResponse;
    DescribeConfigs in describe_configs: DescribeConfigsRequest => DescribeConfigsResponse;
    AlterConfigs in alter_configs: AlterConfigsRequest => AlterConfigsResponse;
    AlterReplicaLogDirs in alter_replica_log_dirs: AlterReplicaLogDirsRequest => AlterReplicaLogDirsResponse;
    DescribeLogDirs in describe_log_dirs: DescribeLogDirsRequest => DescribeLogDirsResponse;
    CreatePartitions in create_partitions: CreatePartitionsRequest => CreatePartitionsResponse;
    ElectLeaders in elect_leaders: ElectLeadersRequest => ElectLeadersResponse;
    IncrementalAlterConfigs in incremental_alter_configs:
        IncrementalAlterConfigsRequest => IncrementalAlterConfigsResponse;
    AlterPartitionReassignments in alter_partition_reassignments:
        AlterPartitionReassignmentsRequest => AlterPartitionReassignmentsResponse;
    ListPartitionReassignments in list_partition_reassignments:
        ListPartitionReassignmentsRequest => ListPartitionReassignmentsResponse;
    DescribeClientQuotas in describe_client_quotas: DescribeClientQuotasRequest => DescribeClientQuotasResponse;
    AlterClientQuotas in alter_client_quotas: AlterClientQuotasRequest => AlterClientQuotasResponse;
    DescribeQuorum in describe_quorum: DescribeQuorumRequest => DescribeQuorumResponse;
    UpdateFeatures in update_features: UpdateFeaturesRequest => UpdateFeaturesResponse;
    DescribeCluster in describe_cluster: DescribeClusterRequest => DescribeClusterResponse;
    DescribeProducers in describe_producers: DescribeProducersRequest => DescribeProducersResponse;
    UnregisterBroker in unregister_broker: UnregisterBrokerRequest => UnregisterBrokerResponse;
    GetTelemetrySubscriptions in get_telemetry_subscriptions:
        GetTelemetrySubscriptionsRequest => GetTelemetrySubscriptionsResponse;
    PushTelemetry in push_telemetry: PushTelemetryRequest => PushTelemetryResponse;
    ListConfigResources in list_config_resources: ListConfigResourcesRequest => ListConfigResourcesResponse;
    DescribeTopicPartitions in describe_topic_partitions:
        DescribeTopicPartitionsRequest => DescribeTopicPartitionsResponse;
}
