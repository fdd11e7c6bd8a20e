//! The HTTP status of each of Kafka's error codes; what is not named is 500.

use axum::http::StatusCode;
use dmq_protocol::ErrorCode;

const STATUSES: &[(StatusCode, &[ErrorCode])] = &[
    (StatusCode::OK, &[ErrorCode::NONE]),
    (
        StatusCode::BAD_REQUEST,
        &[
            ErrorCode::INVALID_REQUEST,
            ErrorCode::INVALID_TOPIC_EXCEPTION,
            ErrorCode::INVALID_REQUIRED_ACKS,
            ErrorCode::INVALID_RECORD,
            ErrorCode::INVALID_TIMESTAMP,
            ErrorCode::UNSUPPORTED_COMPRESSION_TYPE,
            ErrorCode::OFFSET_OUT_OF_RANGE,
        ],
    ),
    (
        StatusCode::UNAUTHORIZED,
        &[ErrorCode::SASL_AUTHENTICATION_FAILED, ErrorCode::ILLEGAL_SASL_STATE],
    ),
    (
        StatusCode::FORBIDDEN,
        &[
            ErrorCode::TOPIC_AUTHORIZATION_FAILED,
            ErrorCode::GROUP_AUTHORIZATION_FAILED,
            ErrorCode::CLUSTER_AUTHORIZATION_FAILED,
            ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        ],
    ),
    (
        StatusCode::NOT_FOUND,
        &[ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, ErrorCode::UNKNOWN_TOPIC_ID],
    ),
    (
        StatusCode::CONFLICT,
        &[
            ErrorCode::INVALID_PRODUCER_EPOCH,
            ErrorCode::PRODUCER_FENCED,
            ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER,
            ErrorCode::DUPLICATE_SEQUENCE_NUMBER,
            ErrorCode::INVALID_TXN_STATE,
        ],
    ),
    (
        StatusCode::PAYLOAD_TOO_LARGE,
        &[ErrorCode::MESSAGE_TOO_LARGE, ErrorCode::RECORD_LIST_TOO_LARGE],
    ),
    (StatusCode::MISDIRECTED_REQUEST, &[ErrorCode::NOT_LEADER_OR_FOLLOWER]),
    (StatusCode::TOO_MANY_REQUESTS, &[ErrorCode::THROTTLING_QUOTA_EXCEEDED]),
    (
        StatusCode::SERVICE_UNAVAILABLE,
        &[
            ErrorCode::NOT_ENOUGH_REPLICAS,
            ErrorCode::NOT_ENOUGH_REPLICAS_AFTER_APPEND,
            ErrorCode::BROKER_NOT_AVAILABLE,
        ],
    ),
    (StatusCode::GATEWAY_TIMEOUT, &[ErrorCode::REQUEST_TIMED_OUT]),
];

/// The status that says the same as `code`.
pub fn of(code: ErrorCode) -> StatusCode {
    STATUSES
        .iter()
        .find(|(_, codes)| codes.contains(&code))
        .map_or(StatusCode::INTERNAL_SERVER_ERROR, |(status, _)| *status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_of_the_contract_has_its_codes() {
        for (code, status) in [
            (ErrorCode::NONE, 200),
            (ErrorCode::INVALID_REQUEST, 400),
            (ErrorCode::OFFSET_OUT_OF_RANGE, 400),
            (ErrorCode::SASL_AUTHENTICATION_FAILED, 401),
            (ErrorCode::TOPIC_AUTHORIZATION_FAILED, 403),
            (ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, 404),
            (ErrorCode::INVALID_PRODUCER_EPOCH, 409),
            (ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER, 409),
            (ErrorCode::DUPLICATE_SEQUENCE_NUMBER, 409),
            (ErrorCode::MESSAGE_TOO_LARGE, 413),
            (ErrorCode::NOT_LEADER_OR_FOLLOWER, 421),
            (ErrorCode::THROTTLING_QUOTA_EXCEEDED, 429),
            (ErrorCode::NOT_ENOUGH_REPLICAS, 503),
            (ErrorCode::REQUEST_TIMED_OUT, 504),
            (ErrorCode::KAFKA_STORAGE_ERROR, 500),
            (ErrorCode::UNKNOWN_SERVER_ERROR, 500),
        ] {
            assert_eq!(of(code).as_u16(), status, "{code}");
        }
    }

    #[test]
    fn no_code_stands_twice() {
        let all: Vec<ErrorCode> = STATUSES.iter().flat_map(|(_, codes)| codes.iter().copied()).collect();
        let mut unique = all.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), all.len());
    }
}
