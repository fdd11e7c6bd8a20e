//! Why a group coordinator refuses something.

/// A refusal; which Kafka code each gets is the api layer's. The texts are Kafka's where its tools show them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// The group id is empty or missing.
    #[error("The configured groupId is invalid.")]
    InvalidGroupId,
    /// No group has this id.
    #[error("Group {0} not found.")]
    GroupNotFound(String),
    /// The group has no such member.
    #[error("The coordinator is not aware of this member.")]
    UnknownMember,
    /// Another member has taken this static member's place.
    #[error(
        "The broker rejected this static consumer since another consumer with the same group.instance.id has registered with a different member.id."
    )]
    FencedInstance,
    /// The generation is not the group's.
    #[error("Specified group generation id is not valid.")]
    IllegalGeneration,
    /// The group is rebalancing: the member is to join again.
    #[error("The group is rebalancing, so a rejoin is needed.")]
    RebalanceInProgress,
    /// A member of this kind, or with these protocols, does not fit the others.
    #[error(
        "The group member's supported protocols are incompatible with those of existing members or first group member tried to join with empty protocol type or empty protocol list."
    )]
    InconsistentProtocol,
    /// The session time-out is outside what `group.min.session.timeout.ms` and `group.max.session.timeout.ms` allow.
    #[error(
        "The session timeout is not within the range allowed by the broker (as configured by group.min.session.timeout.ms and group.max.session.timeout.ms)."
    )]
    InvalidSessionTimeout,
    /// The member is to join again with the id that it was given.
    #[error("The group member needs to have a valid member id before actually entering a consumer group.")]
    MemberIdRequired,
    /// The group has as many members as `group.max.size` allows.
    #[error("The consumer group has reached its max size.")]
    MaxSizeReached,
    /// The group has members.
    #[error("The group is not empty.")]
    NonEmpty,
    /// The group reads this topic.
    #[error("Deleting offsets of a topic is forbidden while the consumer group is actively subscribed to it.")]
    SubscribedToTopic,
    /// The text that a consumer adds to an offset is longer than `offset.metadata.max.bytes`.
    #[error("The metadata field of the offset request was too large.")]
    MetadataTooLarge,
    /// A transaction may still change the offset.
    #[error("There are unstable offsets that need to be cleared.")]
    UnstableOffset,
}
