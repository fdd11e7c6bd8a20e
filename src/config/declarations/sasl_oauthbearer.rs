//! sasl_oauthbearer

use super::super::rule::Rule;
use super::super::setting::settings;
use super::reasons::SASL;

settings! {
    /// ?
    Boolean "sasl.oauthbearer.allow.unverified.audience" = "false", Medium.accepted(SASL);

    /// ?
    Boolean "sasl.oauthbearer.allow.unverified.issuer" = "false", Medium.accepted(SASL);

    /// ?
    String "sasl.oauthbearer.assertion.algorithm" = "RS256", Medium.rule(Rule::OneOfIgnoringCase(&["ES256", "RS256"]))
        .accepted(SASL);

    /// ?
    String "sasl.oauthbearer.assertion.claim.aud" = null, Medium.accepted(SASL);

    /// ?
    Int "sasl.oauthbearer.assertion.claim.exp.seconds" = "300", Low.between(0, 86400).accepted(SASL);

    /// ?
    String "sasl.oauthbearer.assertion.claim.iss" = null, Medium.accepted(SASL);

    /// ?
    Boolean "sasl.oauthbearer.assertion.claim.jti.include" = "false", Medium.accepted(SASL);

    /// ?
    Int "sasl.oauthbearer.assertion.claim.nbf.seconds" = "60", Low.between(0, 3600).accepted(SASL);

    /// ?
    String "sasl.oauthbearer.assertion.claim.sub" = null, Medium.accepted(SASL);

    /// ?
    String "sasl.oauthbearer.assertion.file" = null, Medium.accepted(SASL);

    /// ?
    String "sasl.oauthbearer.assertion.private.key.file" = null, Medium.accepted(SASL);

    /// ?
    Password "sasl.oauthbearer.assertion.private.key.passphrase" = null, Medium.accepted(SASL);

    /// ?
    String "sasl.oauthbearer.assertion.template.file" = null, Medium.accepted(SASL);

    /// ?
    String "sasl.oauthbearer.client.credentials.client.id" = null, Medium.accepted(SASL);

    /// ?
    Password "sasl.oauthbearer.client.credentials.client.secret" = null, Medium.accepted(SASL);

    /// ?
    Int "sasl.oauthbearer.clock.skew.seconds" = "30", Low.accepted(SASL);

    /// ?
    List "sasl.oauthbearer.expected.audience" = "", High.accepted(SASL);

    /// ?
    String "sasl.oauthbearer.expected.issuer" = null, High.accepted(SASL);

    /// ?
    Long "sasl.oauthbearer.jwks.endpoint.refresh.ms" = "3600000", Low.accepted(SASL);

    /// ?
    Long "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms" = "10000", Low.accepted(SASL);

    /// ?
    Long "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms" = "100", Low.accepted(SASL);

    /// ?
    String "sasl.oauthbearer.jwks.endpoint.url" = null, Medium.accepted(SASL);

    /// ?
    Class "sasl.oauthbearer.jwt.retriever.class" = "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever", Medium
        .accepted(SASL);

    /// ?
    Class "sasl.oauthbearer.jwt.validator.class" = "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator", Medium
        .accepted(SASL);

    /// ?
    String "sasl.oauthbearer.scope" = null, Medium.accepted(SASL);

    /// ?
    String "sasl.oauthbearer.scope.claim.name" = "scope", Low.accepted(SASL);

    /// ?
    String "sasl.oauthbearer.sub.claim.name" = "sub", Low.accepted(SASL);

    /// ?
    String "sasl.oauthbearer.token.endpoint.url" = null, Medium.accepted(SASL);
}
