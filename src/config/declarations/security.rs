//! Authorization, delegation tokens and what else concerns security.

use super::super::rule::Rule;
use super::super::setting::settings;
use super::reasons::{CLASSES, ONE_LISTENER_PHASE, SECURITY};

settings! {
    /// The class that decides what clients may do; empty means that everything is allowed.
    String "authorizer.class.name" = "", Low.rule(Rule::NotNull).accepted(SECURITY);

    /// How often expired delegation tokens are removed.
    Long "delegation.token.expiry.check.interval.ms" = "3600000", Low.at_least(1).accepted(SECURITY);

    /// How long a delegation token is valid before it must be renewed.
    Long "delegation.token.expiry.time.ms" = "86400000", Medium.at_least(1).accepted(SECURITY);

    /// How long a delegation token can be renewed.
    Long "delegation.token.max.lifetime.ms" = "604800000", Medium.at_least(1).accepted(SECURITY);

    /// The key that signs delegation tokens, the same on all brokers.
    Password "delegation.token.secret.key" = null, Medium.accepted(SECURITY);

    /// Listeners that open before the authorizer is ready.
    List "early.start.listeners" = null, High.accepted(ONE_LISTENER_PHASE);

    /// The class that makes a principal of an authenticated connection.
    Class "principal.builder.class"
        = "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder", Medium
        .per_broker().accepted(CLASSES);

    /// Classes that supply Java security providers.
    String "security.providers" = null, Low.accepted(CLASSES);
}
