//! SASL/OAUTHBEARER: tokens, how they are obtained and checked.

use super::super::rule::Rule;
use super::super::setting::settings;
use super::reasons::SASL;

settings! {
    /// Whether tokens are accepted without a check of their audience.
    Boolean "sasl.oauthbearer.allow.unverified.audience" = "false", Medium.accepted(SASL);

    /// Whether tokens are accepted without a check of their issuer.
    Boolean "sasl.oauthbearer.allow.unverified.issuer" = "false", Medium.accepted(SASL);

    /// The algorithm that signs the assertion sent to the token endpoint.
    String "sasl.oauthbearer.assertion.algorithm" = "RS256", Medium.rule(Rule::OneOfIgnoringCase(&["ES256", "RS256"]))
        .accepted(SASL);

    /// The audience named in the assertion.
    String "sasl.oauthbearer.assertion.claim.aud" = null, Medium.accepted(SASL);

    /// How many seconds after it was made an assertion expires.
    Int "sasl.oauthbearer.assertion.claim.exp.seconds" = "300", Low.between(0, 86400).accepted(SASL);

    /// The issuer named in the assertion.
    String "sasl.oauthbearer.assertion.claim.iss" = null, Medium.accepted(SASL);

    /// Whether each assertion carries an identifier of its own.
    Boolean "sasl.oauthbearer.assertion.claim.jti.include" = "false", Medium.accepted(SASL);

    /// How many seconds before it was made an assertion becomes valid.
    Int "sasl.oauthbearer.assertion.claim.nbf.seconds" = "60", Low.between(0, 3600).accepted(SASL);

    /// The subject named in the assertion.
    String "sasl.oauthbearer.assertion.claim.sub" = null, Medium.accepted(SASL);

    /// A file that holds a finished assertion.
    String "sasl.oauthbearer.assertion.file" = null, Medium.accepted(SASL);

    /// A file that holds the private key which signs assertions.
    String "sasl.oauthbearer.assertion.private.key.file" = null, Medium.accepted(SASL);

    /// The passphrase of that private key.
    Password "sasl.oauthbearer.assertion.private.key.passphrase" = null, Medium.accepted(SASL);

    /// A file with further claims and headers for assertions.
    String "sasl.oauthbearer.assertion.template.file" = null, Medium.accepted(SASL);

    /// The client id for the client-credentials grant.
    String "sasl.oauthbearer.client.credentials.client.id" = null, Medium.accepted(SASL);

    /// The client secret for the client-credentials grant.
    Password "sasl.oauthbearer.client.credentials.client.secret" = null, Medium.accepted(SASL);

    /// How far the clocks of broker and identity provider may differ.
    Int "sasl.oauthbearer.clock.skew.seconds" = "30", Low.accepted(SASL);

    /// Audiences of which a token must name at least one.
    List "sasl.oauthbearer.expected.audience" = "", High.accepted(SASL);

    /// The issuer that a token must name.
    String "sasl.oauthbearer.expected.issuer" = null, High.accepted(SASL);

    /// How often the identity provider's keys are fetched again.
    Long "sasl.oauthbearer.jwks.endpoint.refresh.ms" = "3600000", Low.accepted(SASL);

    /// The longest pause between attempts to fetch those keys.
    Long "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms" = "10000", Low.accepted(SASL);

    /// The first pause between attempts to fetch those keys.
    Long "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms" = "100", Low.accepted(SASL);

    /// Where the identity provider's keys are fetched from.
    String "sasl.oauthbearer.jwks.endpoint.url" = null, Medium.accepted(SASL);

    /// The class that obtains tokens.
    Class "sasl.oauthbearer.jwt.retriever.class"
        = "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever", Medium
        .accepted(SASL);

    /// The class that checks tokens.
    Class "sasl.oauthbearer.jwt.validator.class"
        = "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator", Medium
        .accepted(SASL);

    /// The scope that is asked for in a token.
    String "sasl.oauthbearer.scope" = null, Medium.accepted(SASL);

    /// The claim of a token that holds its scope.
    String "sasl.oauthbearer.scope.claim.name" = "scope", Low.accepted(SASL);

    /// The claim of a token that holds its subject.
    String "sasl.oauthbearer.sub.claim.name" = "sub", Low.accepted(SASL);

    /// Where tokens are obtained.
    String "sasl.oauthbearer.token.endpoint.url" = null, Medium.accepted(SASL);
}
