//! Traces of single clients' requests: a span around the handling of each, and one log line when it is answered.
//!
//! Whose requests are traced is `request.trace`: addresses, client ids, or `*`. Everything that is logged while a traced
//! request is handled, or waits, carries the span's fields. Off, it costs one look at an empty list.

use dmq_protocol::header::RequestHeader;
use tracing::Span;

use super::ConnectionInfo;
use super::request_metrics::Timing;

/// A span for the request, if it is to be traced; else none.
pub(super) fn span(
    wanted: &[String],
    connection: &ConnectionInfo,
    api: &str,
    version: i16,
    header: &RequestHeader,
) -> Span {
    if wanted.is_empty() {
        return Span::none();
    }
    let client_id = header.client_id.as_ref().map_or("", |id| id.as_str());
    let address = connection.peer.ip().to_canonical();
    let is_meant = |wanted: &String| wanted == "*" || wanted == client_id || wanted.parse() == Ok(address);
    if !wanted.iter().any(is_meant) {
        return Span::none();
    }
    tracing::info_span!(
        target: "dmq::trace",
        "request",
        api,
        version,
        correlation_id = header.correlation_id,
        client_id,
        connection = connection.id,
        peer = %connection.peer,
    )
}

/// Notes in the span that the request was answered, or wants no answer.
pub(super) fn note_answer(span: &Span, timing: Timing) {
    if span.is_none() {
        return;
    }
    let micros = |time: std::time::Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    let (queue_us, total_us) = (micros(timing.queued()), micros(timing.elapsed()));
    span.in_scope(|| tracing::info!(target: "dmq::trace", queue_us, total_us, "request answered"));
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, OnceLock};

    use super::*;
    use crate::api::{Endpoint, ListenerInfo, SecurityProtocol};
    use dmq_protocol::StrBytes;

    fn connection(peer: &str) -> ConnectionInfo {
        let listener = ListenerInfo {
            name: "PLAINTEXT".to_owned(),
            security_protocol: SecurityProtocol::Plaintext,
            advertised: None,
        };
        ConnectionInfo {
            id: 7,
            peer: peer.parse().unwrap(),
            local: "127.0.0.1:9092".parse().unwrap(),
            listener: Arc::new(listener),
            advertised: Endpoint {
                host: "localhost".into(),
                port: 9092,
            },
            opened_at_ms: 0,
            client_software: OnceLock::new(),
        }
    }

    fn is_traced(wanted: &[&str]) -> bool {
        let wanted: Vec<String> = wanted.iter().map(|one| (*one).to_owned()).collect();
        let header = RequestHeader {
            client_id: Some(StrBytes::from_static("payments")),
            ..RequestHeader::default()
        };
        let subscriber = tracing_subscriber::fmt().with_writer(std::io::sink).finish();
        tracing::subscriber::with_default(subscriber, || {
            !span(&wanted, &connection("[::ffff:10.0.0.9]:5"), "Produce", 9, &header).is_none()
        })
    }

    #[test]
    fn requests_are_traced_by_address_or_client_id_or_all_of_them() {
        assert!(!is_traced(&[]));
        for wanted in ["*", "payments", "10.0.0.9"] {
            assert!(is_traced(&["other", wanted]), "{wanted}");
        }
        assert!(!is_traced(&["pay", "10.0.0.1", ""]));
    }
}
