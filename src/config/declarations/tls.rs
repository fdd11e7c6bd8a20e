//! tls

use super::super::setting::settings;
use super::reasons::TLS;

settings! {
    /// ?
    Boolean "ssl.allow.dn.changes" = "false", Low.accepted(TLS);

    /// ?
    Boolean "ssl.allow.san.changes" = "false", Low.accepted(TLS);

    /// ?
    List "ssl.cipher.suites" = "", Medium.per_broker().accepted(TLS);

    /// ?
    String "ssl.client.auth" = "none", Medium.one_of(&["required", "requested", "none"]).per_broker().accepted(TLS);

    /// ?
    List "ssl.enabled.protocols" = "TLSv1.2,TLSv1.3", Medium.per_broker().accepted(TLS);

    /// ?
    String "ssl.endpoint.identification.algorithm" = "https", Low.per_broker().accepted(TLS);

    /// ?
    Class "ssl.engine.factory.class" = null, Low.per_broker().accepted(TLS);

    /// ?
    Password "ssl.key.password" = null, Medium.per_broker().accepted(TLS);

    /// ?
    String "ssl.keymanager.algorithm" = "SunX509", Medium.per_broker().accepted(TLS);

    /// ?
    Password "ssl.keystore.certificate.chain" = null, Medium.per_broker().accepted(TLS);

    /// ?
    Password "ssl.keystore.key" = null, Medium.per_broker().accepted(TLS);

    /// ?
    String "ssl.keystore.location" = null, Medium.per_broker().accepted(TLS);

    /// ?
    Password "ssl.keystore.password" = null, Medium.per_broker().accepted(TLS);

    /// ?
    String "ssl.keystore.type" = "JKS", Medium.per_broker().accepted(TLS);

    /// ?
    String "ssl.principal.mapping.rules" = "DEFAULT", Low.accepted(TLS);

    /// ?
    String "ssl.protocol" = "TLSv1.3", Medium.per_broker().accepted(TLS);

    /// ?
    String "ssl.provider" = null, Medium.per_broker().accepted(TLS);

    /// ?
    String "ssl.secure.random.implementation" = null, Low.per_broker().accepted(TLS);

    /// ?
    String "ssl.trustmanager.algorithm" = "PKIX", Medium.per_broker().accepted(TLS);

    /// ?
    Password "ssl.truststore.certificates" = null, Medium.per_broker().accepted(TLS);

    /// ?
    String "ssl.truststore.location" = null, Medium.per_broker().accepted(TLS);

    /// ?
    Password "ssl.truststore.password" = null, Medium.per_broker().accepted(TLS);

    /// ?
    String "ssl.truststore.type" = "JKS", Medium.per_broker().accepted(TLS);
}
