//! Where the broker listens: `listeners`, `advertised.listeners` and `rest.listeners` as parsed addresses.
//!
//! Checked here is what can be checked without a socket: the form, names and ports that occur twice, names without a
//! security protocol. That a protocol which this broker does not serve is refused, and not served as plain text,
//! is decided here too: a listener configured for TLS must never answer without it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::error::SettingError;
use super::listener_limits::ListenerLimits;
use super::value::split_list;

/// What protects a listener's connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecurityProtocol {
    /// Nothing.
    Plaintext,
    /// TLS.
    Ssl,
    /// SASL without TLS.
    SaslPlaintext,
    /// SASL over TLS.
    SaslSsl,
}

impl SecurityProtocol {
    /// Kafka's name for it.
    pub const fn name(self) -> &'static str {
        match self {
            SecurityProtocol::Plaintext => "PLAINTEXT",
            SecurityProtocol::Ssl => "SSL",
            SecurityProtocol::SaslPlaintext => "SASL_PLAINTEXT",
            SecurityProtocol::SaslSsl => "SASL_SSL",
        }
    }

    fn from_name(name: &str) -> Option<SecurityProtocol> {
        use SecurityProtocol::{Plaintext, SaslPlaintext, SaslSsl, Ssl};
        [Plaintext, Ssl, SaslPlaintext, SaslSsl]
            .into_iter()
            .find(|p| p.name().eq_ignore_ascii_case(name))
    }
}

/// An address that the broker listens on for the Kafka protocol.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Listener {
    /// Its name, in capitals.
    pub name: String,
    /// The address or host name to bind; `None` is every address of the machine.
    pub host: Option<String>,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// What protects its connections.
    pub protocol: SecurityProtocol,
    /// Its own limits on connections.
    pub limits: ListenerLimits,
}

/// An address that clients are told to connect to, for the listener of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AdvertisedListener {
    /// The listener's name, in capitals.
    pub name: String,
    /// The host that clients resolve.
    pub host: String,
    /// The port that clients connect to.
    pub port: u16,
}

/// An address that the REST interface listens on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RestListener {
    /// The address or host name to bind; `None` is every address of the machine.
    pub host: Option<String>,
    /// The port; 0 takes a free one.
    pub port: u16,
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}://{}:{}",
            self.name,
            bracketed(self.host.as_deref().unwrap_or_default()),
            self.port
        )
    }
}

impl fmt::Display for AdvertisedListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.name, bracketed(&self.host), self.port)
    }
}

impl fmt::Display for RestListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "http://{}:{}",
            bracketed(self.host.as_deref().unwrap_or_default()),
            self.port
        )
    }
}

/// An IPv6 address as it stands before a port.
fn bracketed(host: &str) -> String {
    if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}

/// The settings that listeners come from, as texts.
#[derive(Debug, Clone, Copy)]
pub(super) struct ListenerTexts<'a> {
    pub(super) listeners: &'a str,
    pub(super) advertised: Option<&'a str>,
    pub(super) protocol_map: &'a str,
    pub(super) controller_names: &'a str,
}

/// The listeners for clients. Those of the controller (`controller.listener.names`) are checked and left out: the
/// controller is in this process.
pub(super) fn clients(texts: ListenerTexts<'_>) -> Result<Vec<Listener>, SettingError> {
    let wrong = |reason: String| refused("listeners", texts.listeners, reason);
    let protocols = protocol_map(texts.protocol_map)?;
    let controllers = controller_names(texts);
    let endpoints = parse_all(texts.listeners).map_err(wrong)?;
    check_ports(&endpoints).map_err(wrong)?;
    let mut listeners = Vec::with_capacity(endpoints.len());
    for endpoint in endpoints {
        if controllers.contains(&endpoint.scheme) {
            continue;
        }
        let Some(&protocol) = protocols.get(&endpoint.scheme) else {
            return Err(wrong(format!(
                "{} has no entry in listener.security.protocol.map",
                endpoint.scheme
            )));
        };
        if protocol != SecurityProtocol::Plaintext {
            return Err(wrong(format!(
                "{} would be {}, and this version serves PLAINTEXT only",
                endpoint.scheme,
                protocol.name()
            )));
        }
        let Endpoint {
            scheme: name,
            host,
            port,
        } = endpoint;
        listeners.push(Listener {
            name,
            host: Some(host).filter(|host| !host.is_empty()),
            port,
            protocol,
            limits: ListenerLimits::default(),
        });
    }
    if listeners.is_empty() {
        return Err(wrong("a broker needs at least one listener for clients".to_owned()));
    }
    Ok(listeners)
}

/// The addresses that clients are told, if any are set.
pub(super) fn advertised(texts: ListenerTexts<'_>) -> Result<Option<Vec<AdvertisedListener>>, SettingError> {
    let Some(text) = texts.advertised.filter(|text| !text.trim().is_empty()) else {
        return Ok(None);
    };
    let wrong = |reason: String| refused("advertised.listeners", text, reason);
    let controllers = controller_names(texts);
    let known: BTreeSet<String> = parse_all(texts.listeners)
        .unwrap_or_default()
        .into_iter()
        .map(|endpoint| endpoint.scheme)
        .collect();
    let mut advertised = Vec::new();
    for Endpoint {
        scheme: name,
        host,
        port,
    } in parse_all(text).map_err(wrong)?
    {
        if !known.contains(&name) && !known.is_empty() {
            return Err(wrong(format!("{name} is none of the listeners")));
        }
        let everywhere = host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_unspecified())
            || host.parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_unspecified());
        if host.is_empty() || everywhere {
            return Err(wrong(format!("{name} needs a host that clients can connect to")));
        }
        if !controllers.contains(&name) {
            advertised.push(AdvertisedListener { name, host, port });
        }
    }
    Ok(Some(advertised))
}

/// The addresses of the REST interface.
pub(super) fn rest(text: &str) -> Result<Vec<RestListener>, SettingError> {
    let wrong = |reason: String| refused("rest.listeners", text, reason);
    let mut listeners = Vec::new();
    for part in split_list(text) {
        let Endpoint { scheme, host, port } = parse(&part).map_err(wrong)?;
        if scheme != "HTTP" {
            return Err(wrong(format!("{part} must begin with http://")));
        }
        listeners.push(RestListener {
            host: Some(host).filter(|host| !host.is_empty()),
            port,
        });
    }
    Ok(listeners)
}

/// `host:count,…`: how many connections each of these addresses may have.
pub(super) fn connection_overrides(text: &str) -> Result<Vec<(String, usize)>, SettingError> {
    let wrong = |part: &str| {
        refused(
            "max.connections.per.ip.overrides",
            text,
            format!("{part} is not of the form host:connections"),
        )
    };
    split_list(text)
        .iter()
        .map(|part| {
            let (host, count) = part.rsplit_once(':').ok_or_else(|| wrong(part))?;
            let host = host.trim().trim_start_matches('[').trim_end_matches(']');
            let count = count.trim().parse().map_err(|_| wrong(part))?;
            if host.is_empty() {
                Err(wrong(part))
            } else {
                Ok((host.to_owned(), count))
            }
        })
        .collect()
}

struct Endpoint {
    scheme: String,
    host: String,
    port: u16,
}

fn parse_all(text: &str) -> Result<Vec<Endpoint>, String> {
    let endpoints = split_list(text)
        .iter()
        .map(|part| parse(part))
        .collect::<Result<Vec<_>, _>>()?;
    let mut names = BTreeSet::new();
    match endpoints.iter().find(|endpoint| !names.insert(endpoint.scheme.clone())) {
        Some(twice) => Err(format!("the name {} occurs twice", twice.scheme)),
        None => Ok(endpoints),
    }
}

fn parse(part: &str) -> Result<Endpoint, String> {
    let form = || format!("{part} is not of the form name://host:port");
    let (scheme, address) = part.split_once("://").ok_or_else(form)?;
    let (host, port) = address.rsplit_once(':').ok_or_else(form)?;
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').ok_or_else(form)?,
        None => host,
    };
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':' | '_' | '%');
    if scheme.is_empty() || !host.chars().all(legal) {
        return Err(form());
    }
    let port = port
        .parse()
        .map_err(|_| format!("{part}: the port must be a number from 0 to 65535"))?;
    Ok(Endpoint {
        scheme: scheme.to_ascii_uppercase(),
        host: host.to_owned(),
        port,
    })
}

/// Two listeners cannot share a port, unless it is chosen by the system or one is IPv4 and the other IPv6.
fn check_ports(endpoints: &[Endpoint]) -> Result<(), String> {
    let is_v4 = |e: &Endpoint| e.host.parse::<Ipv4Addr>().is_ok();
    let is_v6 = |e: &Endpoint| e.host.parse::<Ipv6Addr>().is_ok();
    for (index, one) in endpoints.iter().enumerate() {
        for other in endpoints.iter().skip(index.saturating_add(1)) {
            let apart = (is_v4(one) && is_v6(other)) || (is_v6(one) && is_v4(other));
            if one.port == other.port && one.port != 0 && !apart {
                return Err(format!("{} and {} share port {}", one.scheme, other.scheme, one.port));
            }
        }
    }
    Ok(())
}

fn protocol_map(text: &str) -> Result<BTreeMap<String, SecurityProtocol>, SettingError> {
    let wrong = |reason: String| refused("listener.security.protocol.map", text, reason);
    let mut protocols = BTreeMap::new();
    for part in split_list(text) {
        let (name, protocol) = part
            .split_once(':')
            .ok_or_else(|| wrong(format!("{part} is not of the form name:protocol")))?;
        let protocol = SecurityProtocol::from_name(protocol.trim()).ok_or_else(|| {
            wrong(format!(
                "{part}: the protocol must be PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"
            ))
        })?;
        if protocols.insert(name.trim().to_ascii_uppercase(), protocol).is_some() {
            return Err(wrong(format!("{} occurs twice", name.trim())));
        }
    }
    Ok(protocols)
}

fn controller_names(texts: ListenerTexts<'_>) -> BTreeSet<String> {
    split_list(texts.controller_names)
        .iter()
        .map(|name| name.to_ascii_uppercase())
        .collect()
}

fn refused(name: &str, value: &str, reason: String) -> SettingError {
    SettingError::Invalid {
        name: name.to_owned(),
        value: value.to_owned(),
        reason,
    }
}
