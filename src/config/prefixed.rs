//! Names that are known by their beginning: what Kafka hands on to a listener or a plug-in.
//!
//! `listener.name.<listener>.…` gives a security or connection setting for one listener; the two prefixes of tiered
//! storage carry whatever its plug-ins define. A listener's own limits on connections are heeded; nothing else has an effect
//! here, and each is named at start when set.

use super::declarations;
use super::listener_limits;

const LISTENER: &str = "listener.name.";
const PLUG_INS: [&str; 2] = ["rsm.config.", "rlmm.config."];

/// SASL mechanisms may stand between a listener's name and the setting.
const MECHANISMS: [&str; 6] = [
    "gssapi",
    "plain",
    "scram-sha-256",
    "scram-sha-512",
    "oauthbearer",
    "external",
];

/// Whether Kafka knows names like this one.
pub(super) fn is_known(name: &str) -> bool {
    PLUG_INS
        .iter()
        .any(|prefix| name.len() > prefix.len() && name.starts_with(prefix))
        || listener_setting(name).is_some()
}

/// The setting that a name gives for one listener.
fn listener_setting(name: &str) -> Option<&str> {
    let (listener, rest) = name.strip_prefix(LISTENER)?.split_once('.')?;
    let setting = match rest.split_once('.') {
        Some((mechanism, setting)) if MECHANISMS.contains(&mechanism.to_ascii_lowercase().as_str()) => setting,
        _ => rest,
    };
    let known = !listener.is_empty() && declarations::broker(setting).is_some();
    known.then_some(setting)
}

/// Why a name like this one has no effect; nothing if it has one, or names like it are not known.
pub(super) fn why_without_effect(name: &str) -> Option<&'static str> {
    if PLUG_INS
        .iter()
        .any(|prefix| name.len() > prefix.len() && name.starts_with(prefix))
    {
        return Some("logs are kept on local disks only");
    }
    match listener_setting(name)? {
        own if listener_limits::NAMES.contains(&own) => None,
        _ => Some("listeners have no such settings of their own in this version"),
    }
}
