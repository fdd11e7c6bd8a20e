//! TLS: keys, trusted certificates, versions and suites.

use super::super::setting::settings;
use super::reasons::TLS;

settings! {
    /// Whether a new certificate set while running may have another distinguished name.
    Boolean "ssl.allow.dn.changes" = "false", Low.accepted(TLS);

    /// Whether a new certificate set while running may have other alternative names.
    Boolean "ssl.allow.san.changes" = "false", Low.accepted(TLS);

    /// The cipher suites that may be used; empty means the library's own choice.
    List "ssl.cipher.suites" = "", Medium.per_broker().accepted(TLS);

    /// Whether clients must, may or need not show a certificate.
    String "ssl.client.auth" = "none", Medium.one_of(&["required", "requested", "none"]).per_broker().accepted(TLS);

    /// The TLS versions that may be used.
    List "ssl.enabled.protocols" = "TLSv1.2,TLSv1.3", Medium.per_broker().accepted(TLS);

    /// How a server's host name is checked against its certificate; empty means not at all.
    String "ssl.endpoint.identification.algorithm" = "https", Low.per_broker().accepted(TLS);

    /// A class that makes the TLS engines.
    Class "ssl.engine.factory.class" = null, Low.per_broker().accepted(TLS);

    /// The password of the private key.
    Password "ssl.key.password" = null, Medium.per_broker().accepted(TLS);

    /// The algorithm by which Java chooses a key.
    String "ssl.keymanager.algorithm" = "SunX509", Medium.per_broker().accepted(TLS);

    /// The certificate chain itself, in PEM.
    Password "ssl.keystore.certificate.chain" = null, Medium.per_broker().accepted(TLS);

    /// The private key itself, in PEM.
    Password "ssl.keystore.key" = null, Medium.per_broker().accepted(TLS);

    /// The file that holds the private key and its certificates.
    String "ssl.keystore.location" = null, Medium.per_broker().accepted(TLS);

    /// The password of that file.
    Password "ssl.keystore.password" = null, Medium.per_broker().accepted(TLS);

    /// The form of that file: JKS, PKCS12 or PEM.
    String "ssl.keystore.type" = "JKS", Medium.per_broker().accepted(TLS);

    /// Rules that make short user names of certificates' distinguished names; the first that matches counts.
    String "ssl.principal.mapping.rules" = "DEFAULT", Low.accepted(TLS);

    /// The TLS version that is preferred.
    String "ssl.protocol" = "TLSv1.3", Medium.per_broker().accepted(TLS);

    /// The Java security provider for TLS.
    String "ssl.provider" = null, Medium.per_broker().accepted(TLS);

    /// The source of random numbers for TLS.
    String "ssl.secure.random.implementation" = null, Low.per_broker().accepted(TLS);

    /// The algorithm by which Java decides whom to trust.
    String "ssl.trustmanager.algorithm" = "PKIX", Medium.per_broker().accepted(TLS);

    /// The trusted certificates themselves, in PEM.
    Password "ssl.truststore.certificates" = null, Medium.per_broker().accepted(TLS);

    /// The file that holds the trusted certificates.
    String "ssl.truststore.location" = null, Medium.per_broker().accepted(TLS);

    /// The password of that file.
    Password "ssl.truststore.password" = null, Medium.per_broker().accepted(TLS);

    /// The form of that file: JKS, PKCS12 or PEM.
    String "ssl.truststore.type" = "JKS", Medium.per_broker().accepted(TLS);
}
