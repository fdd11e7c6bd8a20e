//! Settings that Kafka does not have: durability, the REST interface, the external metadata service.

use super::super::rule::Rule;
use super::super::setting::settings;

settings! {
    /// When a record counts as stored. With `fsync` a produce request with acks=all is answered once the records are
    /// on stable storage, many requests sharing one sync; with `os` once the operating system has them, as in Kafka.
    String "log.durability" = "fsync", High.one_of(&["fsync", "os"]);

    /// How many bytes a data directory's file system must have free. With fewer, produce requests to its partitions are
    /// refused with KAFKA_STORAGE_ERROR, while reads, deletions and retention go on, until there is room again.
    Long "log.dir.min.free.bytes" = "16777216", Medium.at_least(0);

    /// Where the REST interface listens, as `http://host:port`; without a host on all addresses, with port 0 on a
    /// free port. Empty: no REST interface.
    List "rest.listeners" = "http://:8082", Medium;

    /// The cluster id that a data directory without one gets, usually 22 characters of URL-safe base64. Unset: a
    /// random one. The environment variable `CLUSTER_ID` sets it too.
    String "cluster.id" = null, Medium;

    /// The base URL of an external metadata service that tells this broker which partitions it leads. Unset: the
    /// broker is its own controller.
    String "metadata.service-url" = null, Medium.rule(Rule::HttpUrl);

    /// A file that names the services of a deployment: without `metadata.service-url` the broker finds the metadata
    /// service there that it is paired with. Unset: `config/services.json`, if that exists.
    String "metadata.services-file" = null, Medium;

    /// How often the broker reports to the external metadata service, in milliseconds. Where the broker is the
    /// controller: a storage service that has not reported for three times as long counts as gone.
    Int "metadata.heartbeat-interval-ms" = "5000", Low.at_least(1);

    /// How long after it was opened a connection's first request must have arrived, or it is closed.
    Int "connection.first.request.timeout.ms" = "60000", Low.at_least(1);

    /// Whose requests on Kafka listeners are traced, each with a line in the log when it is answered: addresses of
    /// clients, client ids, or `*` for all.
    List "request.trace" = "", Low;

    /// How many connections the REST listeners have at a time, all together; one more is closed at once.
    Int "rest.max.connections" = "2000", Low.at_least(1);

    /// How many REST requests are served at a time, waiting ones among them; one more is answered with 429.
    Int "rest.max.concurrent.requests" = "1000", Low.at_least(1);

    /// What the bodies of all REST requests under way may take together; what goes beyond is answered with 429.
    Long "rest.request.memory.bytes" = "268435456", Low.at_least(4096);

    /// How many topics have samples of their own on the page of metrics, those that are there for longest first; the
    /// sums without a topic count all of them.
    Int "metrics.topic.labels.max" = "1000", Low.at_least(0);

    /// How many partitions have samples of their own on the page of metrics, in the order of their names.
    Int "metrics.partition.labels.max" = "1000", Low.at_least(0);

    /// How long a peer may stop in the middle of a request before its connection is closed.
    Int "connection.request.stall.timeout.ms" = "30000", Low.at_least(1);
}
