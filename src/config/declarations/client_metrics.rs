//! What a subscription to clients' metrics consists of (KIP-714).

use super::super::setting::settings;
use super::reasons::CLIENT_TELEMETRY;

settings! {
    /// How often clients send the metrics, in milliseconds.
    Int "interval.ms" = "300000", Medium.accepted(CLIENT_TELEMETRY);

    /// Which clients are meant, as `selector=pattern`, separated by commas; empty means all.
    List "match" = "", Medium.accepted(CLIENT_TELEMETRY);

    /// Which metrics are wanted, as beginnings of their names, separated by commas; `*` means all.
    List "metrics" = "", Medium.accepted(CLIENT_TELEMETRY);
}
