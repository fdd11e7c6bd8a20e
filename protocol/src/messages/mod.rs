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
    OffsetCommit in offset_commit: OffsetCommitRequest => OffsetCommitResponse;
    OffsetFetch in offset_fetch: OffsetFetchRequest => OffsetFetchResponse;
    FindCoordinator in find_coordinator: FindCoordinatorRequest => FindCoordinatorResponse;
    JoinGroup in join_group: JoinGroupRequest => JoinGroupResponse;
    Heartbeat in heartbeat: HeartbeatRequest => HeartbeatResponse;
    LeaveGroup in leave_group: LeaveGroupRequest => LeaveGroupResponse;
    SyncGroup in sync_group: SyncGroupRequest => SyncGroupResponse;
    DescribeGroups in describe_groups: DescribeGroupsRequest => DescribeGroupsResponse;
    ListGroups in list_groups: ListGroupsRequest => ListGroupsResponse;
    SaslHandshake in sasl_handshake: SaslHandshakeRequest => SaslHandshakeResponse;
    ApiVersions in api_versions: ApiVersionsRequest => ApiVersionsResponse;
    CreateTopics in create_topics: CreateTopicsRequest => CreateTopicsResponse;
    DeleteTopics in delete_topics: DeleteTopicsRequest => DeleteTopicsResponse;
    DeleteRecords in delete_records: DeleteRecordsRequest => DeleteRecordsResponse;
    InitProducerId in init_producer_id: InitProducerIdRequest => InitProducerIdResponse;
    OffsetForLeaderEpoch in offset_for_leader_epoch: OffsetForLeaderEpochRequest => OffsetForLeaderEpochResponse;
    AddPartitionsToTxn in add_partitions_to_txn: AddPartitionsToTxnRequest => AddPartitionsToTxnResponse;
    AddOffsetsToTxn in add_offsets_to_txn: AddOffsetsToTxnRequest => AddOffsetsToTxnResponse;
    EndTxn in end_txn: EndTxnRequest => EndTxnResponse;
    WriteTxnMarkers in write_txn_markers: WriteTxnMarkersRequest => WriteTxnMarkersResponse;
    TxnOffsetCommit in txn_offset_commit: TxnOffsetCommitRequest => TxnOffsetCommitResponse;
    DescribeAcls in describe_acls: DescribeAclsRequest => DescribeAclsResponse;
    CreateAcls in create_acls: CreateAclsRequest => CreateAclsResponse;
    DeleteAcls in delete_acls: DeleteAclsRequest => DeleteAclsResponse;
    DescribeConfigs in describe_configs: DescribeConfigsRequest => DescribeConfigsResponse;
    AlterConfigs in alter_configs: AlterConfigsRequest => AlterConfigsResponse;
    AlterReplicaLogDirs in alter_replica_log_dirs: AlterReplicaLogDirsRequest => AlterReplicaLogDirsResponse;
    DescribeLogDirs in describe_log_dirs: DescribeLogDirsRequest => DescribeLogDirsResponse;
    SaslAuthenticate in sasl_authenticate: SaslAuthenticateRequest => SaslAuthenticateResponse;
    CreatePartitions in create_partitions: CreatePartitionsRequest => CreatePartitionsResponse;
    CreateDelegationToken in create_delegation_token: CreateDelegationTokenRequest => CreateDelegationTokenResponse;
    RenewDelegationToken in renew_delegation_token: RenewDelegationTokenRequest => RenewDelegationTokenResponse;
    ExpireDelegationToken in expire_delegation_token: ExpireDelegationTokenRequest => ExpireDelegationTokenResponse;
    DescribeDelegationToken in describe_delegation_token:
        DescribeDelegationTokenRequest => DescribeDelegationTokenResponse;
    DeleteGroups in delete_groups: DeleteGroupsRequest => DeleteGroupsResponse;
    ElectLeaders in elect_leaders: ElectLeadersRequest => ElectLeadersResponse;
    IncrementalAlterConfigs in incremental_alter_configs:
        IncrementalAlterConfigsRequest => IncrementalAlterConfigsResponse;
    AlterPartitionReassignments in alter_partition_reassignments:
        AlterPartitionReassignmentsRequest => AlterPartitionReassignmentsResponse;
    ListPartitionReassignments in list_partition_reassignments:
        ListPartitionReassignmentsRequest => ListPartitionReassignmentsResponse;
    OffsetDelete in offset_delete: OffsetDeleteRequest => OffsetDeleteResponse;
    DescribeClientQuotas in describe_client_quotas: DescribeClientQuotasRequest => DescribeClientQuotasResponse;
    AlterClientQuotas in alter_client_quotas: AlterClientQuotasRequest => AlterClientQuotasResponse;
    DescribeUserScramCredentials in describe_user_scram_credentials:
        DescribeUserScramCredentialsRequest => DescribeUserScramCredentialsResponse;
    AlterUserScramCredentials in alter_user_scram_credentials:
        AlterUserScramCredentialsRequest => AlterUserScramCredentialsResponse;
    Vote in vote: VoteRequest => VoteResponse;
    BeginQuorumEpoch in begin_quorum_epoch: BeginQuorumEpochRequest => BeginQuorumEpochResponse;
    EndQuorumEpoch in end_quorum_epoch: EndQuorumEpochRequest => EndQuorumEpochResponse;
    DescribeQuorum in describe_quorum: DescribeQuorumRequest => DescribeQuorumResponse;
    AlterPartition in alter_partition: AlterPartitionRequest => AlterPartitionResponse;
    UpdateFeatures in update_features: UpdateFeaturesRequest => UpdateFeaturesResponse;
    Envelope in envelope: EnvelopeRequest => EnvelopeResponse;
    FetchSnapshot in fetch_snapshot: FetchSnapshotRequest => FetchSnapshotResponse;
    DescribeCluster in describe_cluster: DescribeClusterRequest => DescribeClusterResponse;
    DescribeProducers in describe_producers: DescribeProducersRequest => DescribeProducersResponse;
    BrokerRegistration in broker_registration: BrokerRegistrationRequest => BrokerRegistrationResponse;
    BrokerHeartbeat in broker_heartbeat: BrokerHeartbeatRequest => BrokerHeartbeatResponse;
    UnregisterBroker in unregister_broker: UnregisterBrokerRequest => UnregisterBrokerResponse;
    DescribeTransactions in describe_transactions: DescribeTransactionsRequest => DescribeTransactionsResponse;
    ListTransactions in list_transactions: ListTransactionsRequest => ListTransactionsResponse;
    AllocateProducerIds in allocate_producer_ids: AllocateProducerIdsRequest => AllocateProducerIdsResponse;
    ConsumerGroupHeartbeat in consumer_group_heartbeat: ConsumerGroupHeartbeatRequest => ConsumerGroupHeartbeatResponse;
    ConsumerGroupDescribe in consumer_group_describe: ConsumerGroupDescribeRequest => ConsumerGroupDescribeResponse;
    ControllerRegistration in controller_registration: ControllerRegistrationRequest => ControllerRegistrationResponse;
    GetTelemetrySubscriptions in get_telemetry_subscriptions:
        GetTelemetrySubscriptionsRequest => GetTelemetrySubscriptionsResponse;
    PushTelemetry in push_telemetry: PushTelemetryRequest => PushTelemetryResponse;
    AssignReplicasToDirs in assign_replicas_to_dirs: AssignReplicasToDirsRequest => AssignReplicasToDirsResponse;
    ListConfigResources in list_config_resources: ListConfigResourcesRequest => ListConfigResourcesResponse;
    DescribeTopicPartitions in describe_topic_partitions:
        DescribeTopicPartitionsRequest => DescribeTopicPartitionsResponse;
    ShareGroupHeartbeat in share_group_heartbeat: ShareGroupHeartbeatRequest => ShareGroupHeartbeatResponse;
    ShareGroupDescribe in share_group_describe: ShareGroupDescribeRequest => ShareGroupDescribeResponse;
    ShareFetch in share_fetch: ShareFetchRequest => ShareFetchResponse;
    ShareAcknowledge in share_acknowledge: ShareAcknowledgeRequest => ShareAcknowledgeResponse;
    AddRaftVoter in add_raft_voter: AddRaftVoterRequest => AddRaftVoterResponse;
    RemoveRaftVoter in remove_raft_voter: RemoveRaftVoterRequest => RemoveRaftVoterResponse;
    UpdateRaftVoter in update_raft_voter: UpdateRaftVoterRequest => UpdateRaftVoterResponse;
    InitializeShareGroupState in initialize_share_group_state:
        InitializeShareGroupStateRequest => InitializeShareGroupStateResponse;
    ReadShareGroupState in read_share_group_state: ReadShareGroupStateRequest => ReadShareGroupStateResponse;
    WriteShareGroupState in write_share_group_state: WriteShareGroupStateRequest => WriteShareGroupStateResponse;
    DeleteShareGroupState in delete_share_group_state: DeleteShareGroupStateRequest => DeleteShareGroupStateResponse;
    ReadShareGroupStateSummary in read_share_group_state_summary:
        ReadShareGroupStateSummaryRequest => ReadShareGroupStateSummaryResponse;
    StreamsGroupHeartbeat in streams_group_heartbeat: StreamsGroupHeartbeatRequest => StreamsGroupHeartbeatResponse;
    StreamsGroupDescribe in streams_group_describe: StreamsGroupDescribeRequest => StreamsGroupDescribeResponse;
    DescribeShareGroupOffsets in describe_share_group_offsets:
        DescribeShareGroupOffsetsRequest => DescribeShareGroupOffsetsResponse;
    AlterShareGroupOffsets in alter_share_group_offsets:
        AlterShareGroupOffsetsRequest => AlterShareGroupOffsetsResponse;
    DeleteShareGroupOffsets in delete_share_group_offsets:
        DeleteShareGroupOffsetsRequest => DeleteShareGroupOffsetsResponse;
    StreamsGroupTopologyDescriptionUpdate in streams_group_topology_description_update:
        StreamsGroupTopologyDescriptionUpdateRequest => StreamsGroupTopologyDescriptionUpdateResponse;
    UnregisterController in unregister_controller: UnregisterControllerRequest => UnregisterControllerResponse;
}
