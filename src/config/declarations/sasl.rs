//! SASL, but for OAUTHBEARER, which has a file of its own.

use super::super::setting::settings;
use super::reasons::SASL;

settings! {
    /// How long an authenticated SASL connection lasts before it must authenticate again; 0 for ever.
    Long "connections.max.reauth.ms" = "0", Medium.accepted(SASL);

    /// A class that supplies the broker's own credentials as a SASL client.
    Class "sasl.client.callback.handler.class" = null, Medium.accepted(SASL);

    /// The SASL mechanisms that clients may use.
    List "sasl.enabled.mechanisms" = "GSSAPI", Medium.per_broker().accepted(SASL);

    /// The login of SASL mechanisms, in the form of a JAAS file; usually given per listener.
    Password "sasl.jaas.config" = null, Medium.per_broker().accepted(SASL);

    /// The path of the `kinit` command.
    String "sasl.kerberos.kinit.cmd" = "/usr/bin/kinit", Medium.per_broker().accepted(SASL);

    /// The least time between two attempts to renew a Kerberos ticket.
    Long "sasl.kerberos.min.time.before.relogin" = "60000", Medium.per_broker().accepted(SASL);

    /// Rules that make short user names of Kerberos principals; the first that matches counts.
    List "sasl.kerberos.principal.to.local.rules" = "DEFAULT", Medium.per_broker().accepted(SASL);

    /// The Kerberos service name that brokers run under.
    String "sasl.kerberos.service.name" = null, Medium.per_broker().accepted(SASL);

    /// By which share the time of a ticket's renewal is varied at random.
    Double "sasl.kerberos.ticket.renew.jitter" = "0.05", Medium.per_broker().accepted(SASL);

    /// After which share of its life a ticket is renewed.
    Double "sasl.kerberos.ticket.renew.window.factor" = "0.8", Medium.per_broker().accepted(SASL);

    /// A class that supplies credentials for the broker's own login.
    Class "sasl.login.callback.handler.class" = null, Medium.accepted(SASL);

    /// A class that performs the broker's own login.
    Class "sasl.login.class" = null, Medium.accepted(SASL);

    /// How long connecting to an outside identity provider may take.
    Int "sasl.login.connect.timeout.ms" = null, Low.accepted(SASL);

    /// How long reading from an outside identity provider may take.
    Int "sasl.login.read.timeout.ms" = null, Low.accepted(SASL);

    /// How long before a token expires it is renewed at the latest.
    Short "sasl.login.refresh.buffer.seconds" = "300", Medium.per_broker().accepted(SASL);

    /// The least time between two renewals of a token.
    Short "sasl.login.refresh.min.period.seconds" = "60", Medium.per_broker().accepted(SASL);

    /// After which share of its life a token is renewed.
    Double "sasl.login.refresh.window.factor" = "0.8", Medium.per_broker().accepted(SASL);

    /// By which share the time of a token's renewal is varied at random.
    Double "sasl.login.refresh.window.jitter" = "0.05", Medium.per_broker().accepted(SASL);

    /// The longest pause between attempts to log in at an outside identity provider.
    Long "sasl.login.retry.backoff.max.ms" = "10000", Low.accepted(SASL);

    /// The first pause between attempts to log in at an outside identity provider.
    Long "sasl.login.retry.backoff.ms" = "100", Low.accepted(SASL);

    /// The SASL mechanism between brokers and controllers.
    String "sasl.mechanism.controller.protocol" = "GSSAPI", High.accepted(SASL);

    /// The SASL mechanism between brokers.
    String "sasl.mechanism.inter.broker.protocol" = "GSSAPI", Medium.per_broker().accepted(SASL);

    /// A class that checks the credentials of SASL clients; usually given per listener.
    Class "sasl.server.callback.handler.class" = null, Medium.accepted(SASL);

    /// The longest message of a SASL exchange before a client is authenticated.
    Int "sasl.server.max.receive.size" = "524288", Medium.accepted(SASL);
}
