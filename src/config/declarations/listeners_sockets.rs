//! listeners_sockets

use super::super::setting::settings;
use super::reasons::{INTER_BROKER, RUNTIME, SASL};

settings! {
    /// ?
    List "advertised.listeners" = null, High;

    /// ?
    Int "broker.id" = "-1", High;

    /// ?
    String "broker.rack" = null, Medium;

    /// ?
    Int "connection.failed.authentication.delay.ms" = "100", Low.at_least(0).accepted(SASL);

    /// ?
    Long "connections.max.idle.ms" = "600000", Medium;

    /// ?
    String "inter.broker.listener.name" = null, Medium.accepted(INTER_BROKER);

    /// ?
    String "listener.security.protocol.map" = "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT", Low
        .per_broker();

    /// ?
    List "listeners" = "PLAINTEXT://:9092", High.per_broker();

    /// ?
    Int "max.connection.creation.rate" = "2147483647", Medium.at_least(0).cluster_wide();

    /// ?
    Int "max.connections" = "2147483647", Medium.at_least(0).cluster_wide();

    /// ?
    Int "max.connections.per.ip" = "2147483647", Medium.at_least(0).cluster_wide();

    /// ?
    String "max.connections.per.ip.overrides" = "", Medium.cluster_wide();

    /// ?
    Int "num.network.threads" = "3", High.at_least(1).cluster_wide().accepted(RUNTIME);

    /// ?
    Long "queued.max.request.bytes" = "-1", Medium;

    /// ?
    Int "queued.max.requests" = "500", High.at_least(1);

    /// ?
    Int "request.timeout.ms" = "30000", High.accepted(INTER_BROKER);

    /// ?
    String "security.inter.broker.protocol" = "PLAINTEXT", Medium
        .one_of(&["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]).accepted(INTER_BROKER);

    /// ?
    Long "socket.connection.setup.timeout.max.ms" = "30000", Medium.accepted(INTER_BROKER);

    /// ?
    Long "socket.connection.setup.timeout.ms" = "10000", Medium.accepted(INTER_BROKER);

    /// ?
    Int "socket.listen.backlog.size" = "50", Medium.at_least(1);

    /// ?
    Int "socket.receive.buffer.bytes" = "102400", High;

    /// ?
    Int "socket.request.max.bytes" = "104857600", High.at_least(1);

    /// ?
    Int "socket.send.buffer.bytes" = "102400", High;
}
