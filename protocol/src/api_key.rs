//! The numbers by which requests are named.

use std::fmt;

macro_rules! api_keys {
    ($($key:literal $name:ident),* $(,)?) => {
        /// A request's kind. All of Kafka 4.4's are here, those that no broker answers any more included.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(i16)]
        #[expect(missing_docs, reason = "each is Kafka's name for a request, documented with the request")]
        pub enum ApiKey {
            $($name = $key),*
        }

        impl ApiKey {
            /// Every key, by number.
            pub const ALL: &[ApiKey] = &[$(ApiKey::$name),*];

            /// The kind with this number, if Kafka 4.4 has one.
            pub const fn from_i16(key: i16) -> Option<ApiKey> {
                match key {
                    $($key => Some(ApiKey::$name),)*
                    _ => None,
                }
            }

            /// Kafka's name for it: `Produce`, `ListOffsets`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(ApiKey::$name => stringify!($name)),*
                }
            }
        }
    };
}

impl ApiKey {
    /// The number on the wire.
    pub const fn as_i16(self) -> i16 {
        self as i16
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

api_keys! {
    0 Produce,
    1 Fetch,
    2 ListOffsets,
    3 Metadata,
    4 LeaderAndIsr,
    5 StopReplica,
    6 UpdateMetadata,
    7 ControlledShutdown,
    8 OffsetCommit,
    9 OffsetFetch,
    10 FindCoordinator,
    11 JoinGroup,
    12 Heartbeat,
    13 LeaveGroup,
    14 SyncGroup,
    15 DescribeGroups,
    16 ListGroups,
    17 SaslHandshake,
    18 ApiVersions,
    19 CreateTopics,
    20 DeleteTopics,
    21 DeleteRecords,
    22 InitProducerId,
    23 OffsetForLeaderEpoch,
    24 AddPartitionsToTxn,
    25 AddOffsetsToTxn,
    26 EndTxn,
    27 WriteTxnMarkers,
    28 TxnOffsetCommit,
    29 DescribeAcls,
    30 CreateAcls,
    31 DeleteAcls,
    32 DescribeConfigs,
    33 AlterConfigs,
    34 AlterReplicaLogDirs,
    35 DescribeLogDirs,
    36 SaslAuthenticate,
    37 CreatePartitions,
    38 CreateDelegationToken,
    39 RenewDelegationToken,
    40 ExpireDelegationToken,
    41 DescribeDelegationToken,
    42 DeleteGroups,
    43 ElectLeaders,
    44 IncrementalAlterConfigs,
    45 AlterPartitionReassignments,
    46 ListPartitionReassignments,
    47 OffsetDelete,
    48 DescribeClientQuotas,
    49 AlterClientQuotas,
    50 DescribeUserScramCredentials,
    51 AlterUserScramCredentials,
    52 Vote,
    53 BeginQuorumEpoch,
    54 EndQuorumEpoch,
    55 DescribeQuorum,
    56 AlterPartition,
    57 UpdateFeatures,
    58 Envelope,
    59 FetchSnapshot,
    60 DescribeCluster,
    61 DescribeProducers,
    62 BrokerRegistration,
    63 BrokerHeartbeat,
    64 UnregisterBroker,
    65 DescribeTransactions,
    66 ListTransactions,
    67 AllocateProducerIds,
    68 ConsumerGroupHeartbeat,
    69 ConsumerGroupDescribe,
    70 ControllerRegistration,
    71 GetTelemetrySubscriptions,
    72 PushTelemetry,
    73 AssignReplicasToDirs,
    74 ListConfigResources,
    75 DescribeTopicPartitions,
    76 ShareGroupHeartbeat,
    77 ShareGroupDescribe,
    78 ShareFetch,
    79 ShareAcknowledge,
    80 AddRaftVoter,
    81 RemoveRaftVoter,
    82 UpdateRaftVoter,
    83 InitializeShareGroupState,
    84 ReadShareGroupState,
    85 WriteShareGroupState,
    86 DeleteShareGroupState,
    87 ReadShareGroupStateSummary,
    88 StreamsGroupHeartbeat,
    89 StreamsGroupDescribe,
    90 DescribeShareGroupOffsets,
    91 AlterShareGroupOffsets,
    92 DeleteShareGroupOffsets,
    93 StreamsGroupTopologyDescriptionUpdate,
    94 UnregisterController,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_from_0_to_94_is_a_key_and_no_other() {
        assert_eq!(ApiKey::ALL.len(), 95);
        for (number, key) in (0..).zip(ApiKey::ALL) {
            assert_eq!(ApiKey::from_i16(number), Some(*key));
            assert_eq!(key.as_i16(), number);
        }
        assert_eq!(ApiKey::from_i16(95), None);
        assert_eq!(ApiKey::from_i16(-1), None);
    }
}
