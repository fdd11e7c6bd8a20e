//! sasl

use super::super::setting::settings;
use super::reasons::SASL;

settings! {
    /// ?
    Long "connections.max.reauth.ms" = "0", Medium.accepted(SASL);

    /// ?
    Class "sasl.client.callback.handler.class" = null, Medium.accepted(SASL);

    /// ?
    List "sasl.enabled.mechanisms" = "GSSAPI", Medium.per_broker().accepted(SASL);

    /// ?
    Password "sasl.jaas.config" = null, Medium.per_broker().accepted(SASL);

    /// ?
    String "sasl.kerberos.kinit.cmd" = "/usr/bin/kinit", Medium.per_broker().accepted(SASL);

    /// ?
    Long "sasl.kerberos.min.time.before.relogin" = "60000", Medium.per_broker().accepted(SASL);

    /// ?
    List "sasl.kerberos.principal.to.local.rules" = "DEFAULT", Medium.per_broker().accepted(SASL);

    /// ?
    String "sasl.kerberos.service.name" = null, Medium.per_broker().accepted(SASL);

    /// ?
    Double "sasl.kerberos.ticket.renew.jitter" = "0.05", Medium.per_broker().accepted(SASL);

    /// ?
    Double "sasl.kerberos.ticket.renew.window.factor" = "0.8", Medium.per_broker().accepted(SASL);

    /// ?
    Class "sasl.login.callback.handler.class" = null, Medium.accepted(SASL);

    /// ?
    Class "sasl.login.class" = null, Medium.accepted(SASL);

    /// ?
    Int "sasl.login.connect.timeout.ms" = null, Low.accepted(SASL);

    /// ?
    Int "sasl.login.read.timeout.ms" = null, Low.accepted(SASL);

    /// ?
    Short "sasl.login.refresh.buffer.seconds" = "300", Medium.per_broker().accepted(SASL);

    /// ?
    Short "sasl.login.refresh.min.period.seconds" = "60", Medium.per_broker().accepted(SASL);

    /// ?
    Double "sasl.login.refresh.window.factor" = "0.8", Medium.per_broker().accepted(SASL);

    /// ?
    Double "sasl.login.refresh.window.jitter" = "0.05", Medium.per_broker().accepted(SASL);

    /// ?
    Long "sasl.login.retry.backoff.max.ms" = "10000", Low.accepted(SASL);

    /// ?
    Long "sasl.login.retry.backoff.ms" = "100", Low.accepted(SASL);

    /// ?
    String "sasl.mechanism.controller.protocol" = "GSSAPI", High.accepted(SASL);

    /// ?
    String "sasl.mechanism.inter.broker.protocol" = "GSSAPI", Medium.per_broker().accepted(SASL);

    /// ?
    Class "sasl.server.callback.handler.class" = null, Medium.accepted(SASL);

    /// ?
    Int "sasl.server.max.receive.size" = "524288", Medium.accepted(SASL);
}
