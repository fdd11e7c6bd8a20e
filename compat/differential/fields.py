"""What each field of a request means: its generator, by path, by name, or by the schema's entity type.

A new API needs an entry only for what its names do not say already; what has none is drawn by its type.
"""
from . import records, settings
from .model import ZERO, Ref
from .side import random_id

NODE = 1
NEW_NAMES = ["t-0", "t-1", "t-2", "t-3", "t-4", "a.b", "a_b", "c_d", "c.d", "UPPER", "x" * 249]
BAD_NAMES = ["", ".", "..", "a/b", "x" * 250, "with space", "ünï", "a,b", "absent", "__cluster_metadata", "\0"]
# Asked for, never made: with them Kafka's coordinators come to life and write.
INTERNAL = ["__consumer_offsets", "__transaction_state", "__share_group_state"]
CLUSTER = Ref("cluster", "id")


def topic(draw, _here):
    """A topic that is there; now and then one that is not."""
    gone = [one.name for one in draw.model.gone if one.name not in draw.model.topics]
    return draw.pick(list(draw.model.topics), BAD_NAMES + INTERNAL + gone[-2:]) if draw.model.topics or draw.chance(0.5) \
        else draw.rng.choice(NEW_NAMES)


def topic_id(draw, _here):
    """The same by id."""
    gone = [one.id for one in draw.model.gone]
    return draw.pick([one.id for one in draw.model.topics.values()],
                     [ZERO, random_id(1), random_id(2)] + gone[-2:])


def new_topic(draw, _here):
    """A name for a new topic."""
    free = [name for name in NEW_NAMES if name not in draw.model.topics]
    return draw.pick(free or NEW_NAMES, BAD_NAMES + NEW_NAMES)


def known_topic(draw, here):
    """The topic that the request stands at, by whichever field names it."""
    for name in ("TopicId", "Topic", "Name", "TopicName"):
        if here.has(name):
            found = draw.model.find(here[name])
            if found is not None:
                return found
    return None


def partition(draw, here):
    """A partition of the topic."""
    there = known_topic(draw, here)
    count = there.partitions if there else 1
    return draw.pick(range(count), [-1, count, count + 1, 2**31 - 1, -2**31])


def offset(draw, here):
    """An offset of the partition."""
    there = known_topic(draw, here)
    index = next((here[name] for name in ("Partition", "PartitionIndex", "Index") if here.has(name)), 0)
    end = there.end(index) if there else 0
    return draw.pick(range(0, end + 1), [-1, -2, end + 1, end + 1000, 2**63 - 1, -2**63])


def epoch(draw, _here):
    """A leader epoch: none, the present one, or another."""
    return draw.pick([-1, -1, 0], [-2, 1, 2, 2**31 - 1, -2**31])


def broker(draw, _here):
    """A node id."""
    return draw.pick([NODE], [0, -1, 2, 2**31 - 1, -2**31])


def consumer_or_broker(draw, _here):
    """A replica id as consumers and debuggers send it."""
    return draw.pick([-1], [-2, 0, NODE, 2])


def of(*right, wrong=()):
    """One of these values."""
    return lambda draw, _here: draw.pick(right, wrong)


def timestamp(draw, _here):
    """A time to look up, or one of the special ones."""
    return draw.pick([-1, -2, -3, records.TIME, records.TIME + 1],
                     [-4, -5, -6, -7, 0, 1, records.TIME + 2, records.TIME + 100, records.FAR, 2**63 - 1, -2**63])


def producer_id(draw, _here):
    """None, or one that was given out."""
    return draw.pick([-1, -1] + [one.ref for one in draw.model.producers], [-2, 0, 2**40, 2**63 - 1])


def producer_epoch(draw, here):
    """The epoch of that producer."""
    known = next((one for one in draw.model.producers if one.ref == here["ProducerId"]), None)
    return draw.pick([known.epoch if known else -1], [-1, 0, 1, 32767, -2])


def session_id(draw, _here):
    """No session, a new one, or one that is open."""
    return draw.pick([0, 0] + [one.ref for one in draw.model.sessions], [-1, 1, 2**31 - 1])


def session_epoch(draw, here):
    """The epoch that goes with the session."""
    known = next((one for one in draw.model.sessions if one.ref == here["SessionId"]), None)
    if known:
        return draw.pick([known.epoch] * 4 + [-1, 0], [known.epoch + 1, known.epoch - 1, 2**31 - 1, -2])
    return draw.pick([-1, -1, 0], [1, 2**31 - 1, -2])


def deleted_topic_name(draw, here):
    """DeleteTopics from version 6: by name, or null and an id follows."""
    return topic(draw, here) if draw.chance(0.6) else None


def deleted_topic_id(draw, here):
    """The id where there is no name."""
    named = here["Name"] is not None
    return topic_id(draw, here) if named == draw.wrong() else ZERO


def new_partition_index(draw, here):
    """The indexes of an assignment, in their order."""
    return draw.pick([len(here["Assignments"] or [])], [-1, 0, 1, 7])


def configuration_name(draw, here):
    """A setting of the resource, or of a new topic."""
    return settings.name(draw, here["ResourceType"] if here.has("ResourceType") else settings.TOPIC)


def configuration_value(draw, here):
    """A value for it."""
    if draw.chance(0.05 + 0.3 * draw.chaos):
        return None
    kind = here["ResourceType"] if here.has("ResourceType") else settings.TOPIC
    return settings.value(draw, kind, here["Name"])


def resource_type(draw, _here):
    """Topics and brokers mostly."""
    return draw.pick([2, 2, 2, 4, 4, 16, 32], [0, 1, 3, 8, 64, -1, 127, -128])


def resource_name(draw, here):
    """The resource's name, by its type."""
    kind = here["ResourceType"]
    if kind in (4, 8):
        return draw.pick(["1", "1", ""] if kind == 4 else ["1"], ["2", "-1", "abc", "1 ", "01", ""])
    if kind in (16, 32):
        return draw.pick(["one", "two"], ["", "no such", "a b"])
    return topic(draw, here)


def entity_type(draw, _here):
    """What a quota is for."""
    return draw.pick(["user", "client-id", "user", "client-id", "ip"], ["", "group", "User"])


def entity_name(draw, here):
    """For whom; null is the default."""
    if here["EntityType"] == "ip":
        return draw.pick(["10.0.0.1", "10.0.0.2"], ["", "no-such-host.invalid", "::1", None])
    return draw.pick(["one", "two", None], ["", "<default>", "a:b", "ü"])


def quota_key(draw, here):
    """Which quota."""
    kinds = [one.get("EntityType") for one in here["Entity"] or []]
    right = ["connection_creation_rate"] if kinds == ["ip"] else [
        "producer_byte_rate", "consumer_byte_rate", "request_percentage", "controller_mutation_rate"]
    return draw.pick(right, ["", "no_such", "connection_creation_rate", "producer_byte_rate"])


def quota_value(draw, here):
    """How much; small amounts are kept from the entities that this test's own connection belongs to."""
    if any(one.get("EntityName") is None for one in here["Entity"] or []):
        return draw.pick([1e12, 2e12])
    return draw.pick([1e12, 1000.0, 1e9], [0.0, -1.0, 0.5, 1e300, float("inf"), float("nan"), 1.5])


def log_dir(draw, _here):
    """A log directory of the broker."""
    return draw.pick([Ref("dir", "data")], ["", "/no/such", "relative"])


FIELDS = {
    # by entity and by name
    "topicName": topic, "TopicId": topic_id, "brokerId": broker,
    "PartitionIndex": partition, "Partition": partition, "Partitions": partition, "PartitionIndexes": partition,
    "Index": partition, "CurrentLeaderEpoch": epoch, "LeaderEpoch": epoch, "LastFetchedEpoch": epoch,
    "ReplicaId": consumer_or_broker, "Replicas": broker, "BrokerIds": broker,
    "TimeoutMs": of(10000, wrong=(30000, 2**31 - 1)), "timeoutMs": of(10000, wrong=(30000, 2**31 - 1)),
    "IsolationLevel": of(0, 1, wrong=(2, -1)), "ClusterId": of(CLUSTER, None, wrong=("", "other")),
    "ProducerId": producer_id, "ProducerEpoch": producer_epoch,
    "ResourceType": resource_type, "ResourceName": resource_name,
    "validateOnly": of(False, False, False, True), "ValidateOnly": of(False, False, False, True),
    "Offset": offset, "FetchOffset": offset,
    # core
    "Produce.TransactionalId": lambda draw, here: transactional_id(draw, here),
    "Produce.Acks": of(-1, -1, 1, 0, wrong=(2, -2, 32767)),
    "Produce.Records": records.for_produce,
    "Fetch.MaxWaitMs": of(0, 1, 20, wrong=(-1, -2**31)),
    "Fetch.MinBytes": of(0, 1, wrong=(-1, 2**31 - 1)),
    "Fetch.MaxBytes": of(2**31 - 1, 1 << 20, wrong=(0, 1, 100, -1)),
    "Fetch.PartitionMaxBytes": of(1 << 20, wrong=(0, 1, 100, -1)),
    "Fetch.SessionId": session_id, "Fetch.SessionEpoch": session_epoch,
    "Fetch.LogStartOffset": of(-1, wrong=(0, 5)),
    "Fetch.HighWatermark": of(2**63 - 1, wrong=(0, -1)),
    "Fetch.RackId": of("", wrong=("rack",)),
    "Fetch.ReplicaState.ReplicaId": of(-1, wrong=(-2,)),
    "Fetch.ReplicaId": of(-1, wrong=(-2,)),
    "ListOffsets.Timestamp": timestamp,
    "ListOffsets.TimeoutMs": of(1000, 0),
    "Metadata.AllowAutoTopicCreation": of(False, wrong=(True,)),
    "Metadata.Topics.TopicId": lambda draw, here: topic_id(draw, here) if draw.chance(0.4) else ZERO,
    "Metadata.Topics.Name": lambda draw, here: None if here["TopicId"] not in (None, ZERO) and not draw.wrong()
    else topic(draw, here),
    "ApiVersions.ClientSoftwareName": of("compat", "a.b-c", wrong=("", "-a", "a ", "ü", "a" * 300, "a_b")),
    "ApiVersions.ClientSoftwareVersion": of("1.0", wrong=("", "-1", "1 0", ".")),
    "ApiVersions.NodeId": of(-1, NODE, wrong=(0, 2, -2)),
    "OffsetForLeaderEpoch.LeaderEpoch": of(0, wrong=(-1, -2, 1, 2**31 - 1)),
    "OffsetForLeaderEpoch.ReplicaId": of(-2, -1, wrong=(NODE, 2)),
    "InitProducerId.TransactionalId": lambda draw, here: transactional_id(draw, here),
    "InitProducerId.TransactionTimeoutMs": of(60000, wrong=(0, -1, 2**31 - 1)),
    "DescribeCluster.EndpointType": of(1, wrong=(0, 2, 3, -1)),
    "DescribeTopicPartitions.ResponsePartitionLimit": of(2000, 1, 2, wrong=(0, -1, 2**31 - 1)),
    # topics
    "CreateTopics.Topics.Name": new_topic,
    "CreateTopics.NumPartitions": of(1, 2, 3, -1, wrong=(0, -2, 10001, 2**31 - 1, -2**31)),
    "CreateTopics.ReplicationFactor": of(1, 1, -1, wrong=(0, 2, -2, 32767)),
    "CreateTopics.Assignments.PartitionIndex": new_partition_index,
    "CreateTopics.Topics.Configs.Name": configuration_name, "CreateTopics.Topics.Configs.Value": configuration_value,
    "DeleteTopics.Topics.Name": deleted_topic_name, "DeleteTopics.Topics.TopicId": deleted_topic_id,
    "DeleteTopics.TopicNames": topic,
    "CreatePartitions.Count": lambda draw, here: draw.pick(
        [(known_topic(draw, here).partitions if known_topic(draw, here) else 1) + 1], [-1, 0, 1, 2, 10001, 2**31 - 1]),
    "DeleteRecords.Offset": lambda draw, here: -1 if draw.chance(0.1) else offset(draw, here),
    "ElectLeaders.ElectionType": of(0, 1, wrong=(2, -1, 127)),
    # settings
    "ConfigurationKeys": lambda draw, here: settings.name(draw, here["ResourceType"]),
    "AlterConfigs.Resources.Configs.Name": configuration_name,
    "AlterConfigs.Resources.Configs.Value": configuration_value,
    "IncrementalAlterConfigs.Resources.Configs.Name": configuration_name,
    "IncrementalAlterConfigs.Resources.Configs.Value": configuration_value,
    "IncrementalAlterConfigs.ConfigOperation": of(0, 0, 1, 2, 3, wrong=(4, -1, 127)),
    "ListConfigResources.ResourceTypes": of(2, 4, 8, 16, 32, wrong=(0, 1, 64, -1)),
    # quotas
    "EntityType": entity_type, "EntityName": entity_name, "AlterClientQuotas.Key": quota_key,
    "AlterClientQuotas.Value": quota_value, "AlterClientQuotas.Remove": of(False, False, True),
    "DescribeClientQuotas.MatchType": of(0, 1, 2, wrong=(3, -1)),
    "DescribeClientQuotas.Match": lambda draw, here: entity_name(draw, here) if (here["MatchType"] == 0) != draw.wrong()
    else None,
    # the broker and its quorum
    "AlterReplicaLogDirs.Path": log_dir,
    "DescribeQuorum.TopicName": of("__cluster_metadata", wrong=("absent", "", "t-0")),
    "DescribeQuorum.PartitionIndex": of(0, wrong=(1, -1)),
    "UnregisterBroker.BrokerId": of(7, wrong=(0, 2, -1, 2**31 - 1)),
    "UpdateFeatures.Feature": of("metadata.version", "group.version", "share.version", "streams.version", "kraft.version",
                                 "transaction.version", "eligible.leader.replicas.version", wrong=("", "no.such")),
    "UpdateFeatures.MaxVersionLevel": of(33, 1, 2, 0, wrong=(-1, 7, 25, 34, 100, 32767)),
    "UpdateFeatures.UpgradeType": of(1, 1, 2, 3, wrong=(0, 4, -1)),
    "UpdateFeatures.AllowDowngrade": of(False, True),
    "GetTelemetrySubscriptions.ClientInstanceId": of(ZERO, random_id(7)),
    "PushTelemetry.ClientInstanceId": of(random_id(7), ZERO),
    "PushTelemetry.CompressionType": of(0, wrong=(1, 5, -1)),
    "PushTelemetry.SubscriptionId": of(0, wrong=(1, -1)),
}

# How many items an array has; others have one to three.
COUNTS = {
    "CreateTopics.Topics.Assignments": (0, 0), "CreateTopics.Topics.Configs": (0, 2),
    "CreatePartitions.Topics.Assignments": (1, 1), "BrokerIds": (1, 1), "Replicas": (1, 1),
    "Fetch.ForgottenTopicsData": (0, 1), "AlterClientQuotas.Entries.Entity": (1, 2), "Components": (0, 2),
    "DescribeTopicPartitions.Topics": (0, 3), "Metadata.Topics": (0, 3), "AlterReplicaLogDirs.Dirs": (1, 1),
}


def _create_topics(draw, _version, body):
    """Now and then by assignment in the place of counts."""
    for one in body["Topics"]:
        if draw.chance(0.15):
            one["Assignments"] = [{"PartitionIndex": index + draw.pick([0], [1, -1]), "BrokerIds": [broker(draw, None)]}
                                  for index in range(draw.rng.randint(1, 3))]
            if not draw.wrong():
                one["NumPartitions"], one["ReplicationFactor"] = -1, -1
            if draw.wrong() and draw.chance(0.3):
                one["Assignments"][0]["BrokerIds"] = draw.rng.choice([[], [1, 1], [1, 2]])
    return body


def _metadata(_draw, version, body):
    """Asks for internal topics without making them."""
    if version < 4 or body["AllowAutoTopicCreation"]:
        body["Topics"] = body["Topics"] and [one for one in body["Topics"] if one["Name"] not in INTERNAL]
    return body


def transactional_id(draw, here):
    """None; where transactions are served, now and then one."""
    return draw.pick([None, None, None] + (["tx"] if "EndTxn" in draw.model.served else []), ["", None])


def _update_features(_draw, version, body):
    """Only what changes nothing: the levels decide what else both brokers answer."""
    if version >= 1:
        body["ValidateOnly"] = True
    else:
        for one in body["FeatureUpdates"]:
            one["MaxVersionLevel"] = min(-1, one["MaxVersionLevel"]) or -1
    return body


def _create_partitions(draw, _version, body):
    """As many assignments as partitions come in addition, mostly."""
    for one in body["Topics"]:
        if one["Assignments"] is not None and not draw.chance(0.3):
            one["Assignments"] = None
    return body


def _describe_topic_partitions(draw, _version, body):
    """Goes on where the answer before ended."""
    if body.get("Cursor") is not None and draw.model.cursor and draw.chance(0.7):
        body["Cursor"] = dict(draw.model.cursor)
    return body


def _alter_quotas(draw, _version, body):
    """Entities whose types differ, mostly."""
    for entry in body["Entries"]:
        kinds = [one["EntityType"] for one in entry["Entity"]]
        if "ip" in kinds and len(kinds) > 1 and not draw.wrong():
            entry["Entity"] = entry["Entity"][:1]
        if any(one["EntityName"] is None for one in entry["Entity"]):
            for op in entry["Ops"]:
                op["Value"] = max(op["Value"], 1e12) if op["Value"] == op["Value"] else 1e12
    return body


FIXES = {"CreateTopics": _create_topics, "Metadata": _metadata, "UpdateFeatures": _update_features, "CreatePartitions": _create_partitions,
         "DescribeTopicPartitions": _describe_topic_partitions, "AlterClientQuotas": _alter_quotas}

# How often an API is drawn; the others have 2. What is 0 would end the conversation.
WEIGHTS = {"Produce": 8, "Fetch": 8, "ListOffsets": 4, "CreateTopics": 5, "DeleteTopics": 2, "IncrementalAlterConfigs": 5,
           "DescribeConfigs": 4, "Metadata": 3, "ApiVersions": 1, "DescribeCluster": 1, "InitProducerId": 2}
