//! security

use super::super::rule::Rule;
use super::super::setting::settings;
use super::reasons::{CLASSES, ONE_LISTENER_PHASE, SECURITY};

settings! {
    /// ?
    String "authorizer.class.name" = "", Low.rule(Rule::NotNull).accepted(SECURITY);

    /// ?
    Long "delegation.token.expiry.check.interval.ms" = "3600000", Low.at_least(1).accepted(SECURITY);

    /// ?
    Long "delegation.token.expiry.time.ms" = "86400000", Medium.at_least(1).accepted(SECURITY);

    /// ?
    Long "delegation.token.max.lifetime.ms" = "604800000", Medium.at_least(1).accepted(SECURITY);

    /// ?
    Password "delegation.token.secret.key" = null, Medium.accepted(SECURITY);

    /// ?
    List "early.start.listeners" = null, High.accepted(ONE_LISTENER_PHASE);

    /// ?
    Class "principal.builder.class" = "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder", Medium
        .per_broker().accepted(CLASSES);

    /// ?
    String "security.providers" = null, Low.accepted(CLASSES);
}
