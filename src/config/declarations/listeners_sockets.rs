//! Listeners, connections and what they may take: memory, time, number.

use super::super::setting::settings;
use super::reasons::{INTER_BROKER, REQUEST_COUNT, RUNTIME, SASL};

settings! {
    /// Addresses that clients are told to connect to, one per listener, as `name://host:port`. Unset: each client is
    /// told the address that it connected to, which is right for localhost, containers and forwarded ports.
    List "advertised.listeners" = null, High;

    /// An older name of `node.id`; −1 means not set.
    Int "broker.id" = "-1", High;

    /// The rack or zone this broker stands in, told to clients so that they can prefer near replicas.
    String "broker.rack" = null, Medium;

    /// How long the connection is kept after a failed authentication before it is closed.
    Int "connection.failed.authentication.delay.ms" = "100", Low.at_least(0).accepted(SASL);

    /// How long a connection may be silent before it is closed.
    Long "connections.max.idle.ms" = "600000", Medium;

    /// The listener that brokers use among themselves.
    String "inter.broker.listener.name" = null, Medium.accepted(INTER_BROKER);

    /// Which security protocol each listener name stands for, as `name:protocol`. Only PLAINTEXT listeners are served
    /// by this version; any other is refused at start.
    String "listener.security.protocol.map"
        = "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT", Low
        .per_broker();

    /// Where the broker listens, as `name://host:port`; without a host on all addresses, with port 0 on a free port.
    List "listeners" = "PLAINTEXT://:9092", High.per_broker();

    /// How many new connections the broker accepts in a second; more have to wait.
    Int "max.connection.creation.rate" = "2147483647", Medium.at_least(0).cluster_wide();

    /// How many connections may be open at once in the whole broker.
    Int "max.connections" = "2147483647", Medium.at_least(0).cluster_wide();

    /// How many connections one address may have open at once.
    Int "max.connections.per.ip" = "2147483647", Medium.at_least(0).cluster_wide();

    /// Other limits for single addresses, as `address:connections`, separated by commas.
    String "max.connections.per.ip.overrides" = "", Medium.cluster_wide();

    /// How many threads Kafka gives to each listener's sockets.
    Int "num.network.threads" = "3", High.at_least(1).cluster_wide().accepted(RUNTIME);

    /// How many bytes all requests under way may take together before no more are read; −1 leaves the limit to the
    /// broker, 128 MiB.
    Long "queued.max.request.bytes" = "-1", Medium;

    /// How many requests may be under way at once before no more are read.
    Int "queued.max.requests" = "500", High.at_least(1).accepted(REQUEST_COUNT);

    /// How long a request that this broker sends to another may take.
    Int "request.timeout.ms" = "30000", High.accepted(INTER_BROKER);

    /// The security protocol between brokers when no listener is named for it.
    String "security.inter.broker.protocol" = "PLAINTEXT", Medium
        .one_of(&["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]).accepted(INTER_BROKER);

    /// The longest time that connecting to another broker may take after repeated failures.
    Long "socket.connection.setup.timeout.max.ms" = "30000", Medium.accepted(INTER_BROKER);

    /// How long connecting to another broker may take at first; each failure doubles it.
    Long "socket.connection.setup.timeout.ms" = "10000", Medium.accepted(INTER_BROKER);

    /// How many connections may wait to be accepted, as far as the operating system allows.
    Int "socket.listen.backlog.size" = "50", Medium.at_least(1);

    /// The socket's receive buffer; −1 leaves it to the operating system.
    Int "socket.receive.buffer.bytes" = "102400", High;

    /// The longest request that is read. A longer one closes its connection before anything is allocated for it.
    Int "socket.request.max.bytes" = "104857600", High.at_least(1);

    /// The socket's send buffer; −1 leaves it to the operating system.
    Int "socket.send.buffer.bytes" = "102400", High;
}
