"""The commands: what is run, what of the broker it needs, and what may differ in what is printed.

`{at}` is the broker's address, `{data}` its data directory, `{file:NAME}` a file with the text given under `FILES`.
"""
import dataclasses

TOOLS = "org.apache.kafka.tools."
CLASSES = {
    "kafka-topics": TOOLS + "TopicCommand", "kafka-configs": "kafka.admin.ConfigCommand",
    "kafka-get-offsets": TOOLS + "GetOffsetShell", "kafka-delete-records": TOOLS + "DeleteRecordsCommand",
    "kafka-log-dirs": TOOLS + "LogDirsCommand", "kafka-broker-api-versions": TOOLS + "BrokerApiVersionsCommand",
    "kafka-features": TOOLS + "FeatureCommand", "kafka-metadata-quorum": TOOLS + "MetadataQuorumCommand",
    "kafka-cluster": TOOLS + "ClusterTool", "kafka-dump-log": TOOLS + "DumpLogSegments",
    "kafka-leader-election": TOOLS + "LeaderElectionCommand",
    "kafka-reassign-partitions": TOOLS + "reassign.ReassignPartitionsCommand",
    "kafka-client-metrics": TOOLS + "ClientMetricsCommand", "kafka-producer-perf-test": TOOLS + "ProducerPerformance",
    "kafka-verifiable-producer": TOOLS + "VerifiableProducer",
}
# Tools that do a part of their work while their process ends.
ALONE = {"kafka-verifiable-producer"}
# Tools that subscribe, and so wait for consumer groups.
WAITING = {"kafka-consumer-perf-test": "it subscribes: consumer groups are needed"}


@dataclasses.dataclass(frozen=True)
class Command:
    """One run of a tool."""

    tool: str
    arguments: str
    needs: tuple[str, ...] = ()
    # How far the two outputs must agree: "same" word for word, "numbers" but for the numbers, "lines" in any order.
    how: str = "same"
    # DMQ's name for a meant difference.
    differs: str = ""

    @property
    def name(self) -> str:
        """As a person would type it."""
        words = f"{self.tool} {self.arguments}".replace("--bootstrap-server {at}", "")
        return " ".join(words.replace("{file:", "").replace("{data}/", "").replace("}", "").split())


AT = "--bootstrap-server {at} "


def _c(tool: str, arguments: str, *needs: str, how: str = "same", at: bool = True) -> Command:
    return Command(tool, (AT if at else "") + arguments, needs, how)


DESCRIBE = ("DescribeConfigs", "ListPartitionReassignments", "DescribeTopicPartitions")
COMMANDS = [
    _c("kafka-topics", "--create --topic one --partitions 3 --replication-factor 1"),
    _c("kafka-topics", "--create --topic two --replica-assignment 1,1 --config retention.ms=1000"),
    _c("kafka-topics", "--create --topic one"),
    _c("kafka-topics", "--create --topic one --if-not-exists"),
    _c("kafka-topics", "--create --topic a/b"),
    _c("kafka-topics", "--create --topic three --replication-factor 3"),
    _c("kafka-topics", "--create --topic three --config no.such=1"),
    _c("kafka-topics", "--create --topic three --config retention.ms=soon"),
    _c("kafka-topics", "--create --topic with.dot"),
    _c("kafka-topics", "--create --topic with_dot"),
    _c("kafka-topics", "--list"),
    _c("kafka-topics", "--describe --topic one", *DESCRIBE),
    _c("kafka-topics", "--describe --topic two", *DESCRIBE),
    _c("kafka-topics", "--describe --topic absent", *DESCRIBE),
    _c("kafka-topics", "--describe --topics-with-overrides", *DESCRIBE),
    _c("kafka-topics", "--describe --under-replicated-partitions", *DESCRIBE),
    _c("kafka-topics", "--describe --unavailable-partitions", *DESCRIBE),
    _c("kafka-topics", "--alter --topic one --partitions 4", "CreatePartitions"),
    _c("kafka-topics", "--alter --topic one --partitions 2", "CreatePartitions"),
    _c("kafka-topics", "--alter --topic two --partitions 3 --replica-assignment 1,1,1", "CreatePartitions"),
    _c("kafka-topics", "--alter --topic absent --partitions 3", "CreatePartitions"),
    _c("kafka-configs", "--alter --topic one --add-config retention.ms=5000,cleanup.policy=[compact,delete]",
       "IncrementalAlterConfigs", "DescribeConfigs"),
    _c("kafka-configs", "--describe --topic one", "DescribeConfigs"),
    _c("kafka-configs", "--describe --topic one --all", "DescribeConfigs"),
    _c("kafka-configs", "--alter --topic one --delete-config retention.ms", "IncrementalAlterConfigs", "DescribeConfigs"),
    _c("kafka-configs", "--alter --topic one --add-config retention.ms=soon", "IncrementalAlterConfigs", "DescribeConfigs"),
    _c("kafka-configs", "--alter --topic absent --add-config retention.ms=1", "IncrementalAlterConfigs", "DescribeConfigs"),
    _c("kafka-configs", "--alter --broker 1 --add-config log.cleaner.threads=2", "IncrementalAlterConfigs",
       "DescribeConfigs"),
    _c("kafka-configs", "--describe --broker 1", "DescribeConfigs"),
    _c("kafka-configs", "--alter --broker-defaults --add-config log.retention.ms=700000000", "IncrementalAlterConfigs",
       "DescribeConfigs"),
    _c("kafka-configs", "--describe --broker-defaults", "DescribeConfigs"),
    _c("kafka-configs", "--alter --broker-defaults --delete-config log.retention.ms", "IncrementalAlterConfigs",
       "DescribeConfigs"),
    _c("kafka-configs", "--alter --broker 1 --add-config broker.rack=a", "IncrementalAlterConfigs", "DescribeConfigs"),
    _c("kafka-configs", "--alter --client one --add-config producer_byte_rate=1000000", "AlterClientQuotas",
       "DescribeClientQuotas"),
    _c("kafka-configs", "--describe --client one", "DescribeClientQuotas"),
    _c("kafka-configs", "--alter --client one --delete-config producer_byte_rate", "AlterClientQuotas",
       "DescribeClientQuotas"),
    _c("kafka-configs", "--alter --user-defaults --add-config consumer_byte_rate=5000000", "AlterClientQuotas",
       "DescribeClientQuotas"),
    _c("kafka-configs", "--describe --user-defaults", "DescribeClientQuotas"),
    _c("kafka-configs", "--alter --ip 10.0.0.1 --add-config connection_creation_rate=10", "AlterClientQuotas",
       "DescribeClientQuotas"),
    _c("kafka-configs", "--describe --entity-type ips", "DescribeClientQuotas"),
    _c("kafka-get-offsets", "--topic dump"),
    _c("kafka-get-offsets", "--topic dump --time earliest"),
    _c("kafka-get-offsets", "--topic dump --time max-timestamp"),
    _c("kafka-get-offsets", "--topic dump --time 1700000000001"),
    _c("kafka-get-offsets", "--topic-partitions dump:0,one:0-2"),
    _c("kafka-get-offsets", "--topic absent"),
    _c("kafka-dump-log", "--files {data}/dump-0/00000000000000000000.log --print-data-log", at=False),
    _c("kafka-dump-log", "--files {data}/dump-0/00000000000000000000.log --deep-iteration --skip-record-metadata", at=False),
    _c("kafka-delete-records", "--offset-json-file {file:delete.json}", "DeleteRecords"),
    _c("kafka-get-offsets", "--topic dump --time earliest", "DeleteRecords"),
    _c("kafka-delete-records", "--offset-json-file {file:delete-beyond.json}", "DeleteRecords"),
    _c("kafka-log-dirs", "--describe --topic-list one,two", "DescribeLogDirs", how="json"),
    _c("kafka-log-dirs", "--describe --broker-list 1 --topic-list absent", "DescribeLogDirs"),
    _c("kafka-log-dirs", "--describe --broker-list 9", "DescribeLogDirs"),
    _c("kafka-broker-api-versions", "", how="apis"),
    _c("kafka-features", "describe", "UpdateFeatures", how="features"),
    _c("kafka-features", "upgrade --feature metadata.version=33 --dry-run", "UpdateFeatures"),
    _c("kafka-features", "upgrade --feature metadata.version=99 --dry-run", "UpdateFeatures"),
    _c("kafka-features", "downgrade --feature metadata.version=7 --dry-run", "UpdateFeatures"),
    _c("kafka-metadata-quorum", "describe --status", "DescribeQuorum", how="numbers"),
    _c("kafka-metadata-quorum", "describe --replication", "DescribeQuorum", how="numbers"),
    _c("kafka-cluster", "cluster-id --bootstrap-server {at}", at=False),
    _c("kafka-cluster", "list-endpoints --bootstrap-server {at}", at=False),
    _c("kafka-cluster", "unregister --id 7 --bootstrap-server {at}", "UnregisterBroker", at=False),
    _c("kafka-leader-election", "--election-type preferred --all-topic-partitions", "ElectLeaders"),
    _c("kafka-leader-election", "--election-type preferred --topic one --partition 0", "ElectLeaders"),
    _c("kafka-leader-election", "--election-type unclean --topic one --partition 0", "ElectLeaders"),
    _c("kafka-leader-election", "--election-type preferred --topic absent --partition 0", "ElectLeaders"),
    _c("kafka-reassign-partitions", "--list", "ListPartitionReassignments"),
    _c("kafka-reassign-partitions", "--generate --topics-to-move-json-file {file:move.json} --broker-list 1",
       "ListPartitionReassignments", "DescribeLogDirs"),
    _c("kafka-reassign-partitions", "--execute --reassignment-json-file {file:reassign.json}",
       "AlterPartitionReassignments", "ListPartitionReassignments", "IncrementalAlterConfigs", "DescribeLogDirs"),
    _c("kafka-reassign-partitions", "--verify --reassignment-json-file {file:reassign.json}",
       "AlterPartitionReassignments", "ListPartitionReassignments", "IncrementalAlterConfigs", "DescribeLogDirs"),
    _c("kafka-reassign-partitions", "--execute --reassignment-json-file {file:reassign-absent.json}",
       "AlterPartitionReassignments", "ListPartitionReassignments", "IncrementalAlterConfigs", "DescribeLogDirs"),
    _c("kafka-reassign-partitions", "--cancel --reassignment-json-file {file:reassign.json}",
       "AlterPartitionReassignments", "ListPartitionReassignments", "IncrementalAlterConfigs", "DescribeLogDirs"),
    _c("kafka-client-metrics", "--alter --name sub --metrics org.apache.kafka.producer. --interval 1000 --match client_id=b",
       "IncrementalAlterConfigs", "DescribeConfigs", "ListConfigResources"),
    _c("kafka-client-metrics", "--describe --name sub", "IncrementalAlterConfigs", "DescribeConfigs", "ListConfigResources"),
    _c("kafka-client-metrics", "--list", "IncrementalAlterConfigs", "DescribeConfigs", "ListConfigResources"),
    _c("kafka-client-metrics", "--delete --name sub", "IncrementalAlterConfigs", "DescribeConfigs", "ListConfigResources"),
    _c("kafka-client-metrics", "--alter --name sub --interval 5", "IncrementalAlterConfigs", "DescribeConfigs",
       "ListConfigResources"),
    _c("kafka-producer-perf-test", "--topic perf --num-records 5000 --record-size 100 --throughput -1 --command-property "
       "acks=all", how="perf"),
    _c("kafka-get-offsets", "--topic perf"),
    _c("kafka-verifiable-producer", "--topic verified --max-messages 50 --acks -1", how="events"),
    _c("kafka-get-offsets", "--topic verified"),
    _c("kafka-topics", "--delete --topic two"),
    _c("kafka-topics", "--delete --topic absent"),
    _c("kafka-topics", "--list"),
]
FILES = {
    "delete.json": '{"partitions":[{"topic":"dump","partition":0,"offset":2}],"version":1}',
    "delete-beyond.json": '{"partitions":[{"topic":"dump","partition":0,"offset":99}],"version":1}',
    "move.json": '{"topics":[{"topic":"one"}],"version":1}',
    "reassign.json": '{"version":1,"partitions":[{"topic":"one","partition":0,"replicas":[1],"log_dirs":["any"]}]}',
    "reassign-absent.json": '{"version":1,"partitions":[{"topic":"one","partition":9,"replicas":[1]},'
                            '{"topic":"absent","partition":0,"replicas":[1]}]}',
}
