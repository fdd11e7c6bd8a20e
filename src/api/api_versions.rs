//! ApiVersions: what this broker speaks. The first request of most connections.
//!
//! Its response header is always version 0, and a request in an unknown version is answered in version 0 with
//! `UNSUPPORTED_VERSION`, so that a client of any age learns how to go on (KIP-35, KIP-511).

use std::sync::Arc;

use bytes::Bytes;
use dmq_protocol::header::RequestHeader;
use dmq_protocol::messages::api_versions::{
    ApiVersion, ApiVersionsRequest, ApiVersionsResponse, FinalizedFeatureKey, SupportedFeatureKey,
};
use dmq_protocol::{ErrorCode, Request, StrBytes};

use super::{Answer, Api, ClientSoftware, Disconnect, Handles, Reply, RequestContext, TABLE, reply};

pub struct ApiVersions;

/// The node id of a client that expects no particular node.
const UNKNOWN_NODE: i32 = -1;

/// The features that this broker serves, with the lowest and highest level of each. Features of APIs that are not in
/// [`TABLE`] are left out even where the metadata log has them finalized: clients act on them.
const SUPPORTED_FEATURES: &[(&str, i16, i16)] = &[("metadata.version", 7, 33), ("kraft.version", 0, 1)];

impl Api for ApiVersions {
    type Request = ApiVersionsRequest;
    type Answer = ApiVersionsResponse;

    fn handle(
        handles: &Arc<Handles>,
        context: &RequestContext,
        request: ApiVersionsRequest,
    ) -> Answer<ApiVersionsResponse> {
        if context.version >= 3
            && !(is_valid(&request.client_software_name) && is_valid(&request.client_software_version))
        {
            return Answer::Now(refusal(ErrorCode::INVALID_REQUEST));
        }
        if context.version >= 5 {
            if request.cluster_id.is_some() != (request.node_id != UNKNOWN_NODE) {
                return Answer::Now(refusal(ErrorCode::INVALID_REQUEST));
            }
            if is_meant_for_another(handles, &request) {
                return Answer::Now(refusal(ErrorCode::REBOOTSTRAP_REQUIRED));
            }
        }
        if context.version >= 3 {
            let name = request.client_software_name.to_string();
            let version = request.client_software_version.to_string();
            context
                .connection
                .client_software
                .get_or_init(|| Box::new(ClientSoftware { name, version }));
        }
        Answer::Now(answer(handles, context.version))
    }
}

/// The answer to an ApiVersions request in a version that we do not know.
pub fn unsupported(frame: &Bytes) -> Result<Reply, Disconnect> {
    let correlation_id = RequestHeader::peek_correlation_id(frame).ok_or_else(|| Disconnect::MalformedHeader {
        detail: "it ends before the correlation id".to_owned(),
    })?;
    let own = TABLE.iter().filter(|entry| entry.key == ApiVersionsRequest::KEY);
    let response = ApiVersionsResponse {
        api_keys: own.map(line).collect(),
        ..refusal(ErrorCode::UNSUPPORTED_VERSION)
    };
    reply::encode::<ApiVersionsRequest, _>(response, correlation_id, 0)
}

fn refusal(error_code: ErrorCode) -> ApiVersionsResponse {
    ApiVersionsResponse {
        error_code,
        ..ApiVersionsResponse::default()
    }
}

/// Client names and versions become metric labels and log fields, so Kafka restricts them: letters and digits, with
/// `-` and `.` inside.
fn is_valid(text: &str) -> bool {
    let at_the_ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    at_the_ends(text.chars().next())
        && at_the_ends(text.chars().next_back())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
}

/// Whether the client took this broker for a node of another cluster or for another node (KIP-1242). It names both or
/// neither.
fn is_meant_for_another(handles: &Handles, request: &ApiVersionsRequest) -> bool {
    let image = handles.metadata.load();
    let other_cluster = request
        .cluster_id
        .as_ref()
        .is_some_and(|wanted| **wanted != *image.cluster_id);
    let other_node = request.node_id != UNKNOWN_NODE && request.node_id != handles.broker_id.0;
    other_cluster || other_node
}

fn line(entry: &super::Entry) -> ApiVersion {
    ApiVersion {
        api_key: entry.key as i16,
        min_version: entry.advertised.min,
        max_version: entry.advertised.max,
    }
}

fn answer(handles: &Handles, version: i16) -> ApiVersionsResponse {
    let image = handles.metadata.load();
    let is_supported = |name: &str| SUPPORTED_FEATURES.iter().any(|(supported, _, _)| *supported == name);
    // Before v4 a client could not read a feature whose lowest level is 0 (KIP-1022).
    let supported = SUPPORTED_FEATURES.iter().filter(|(_, min, _)| version >= 4 || *min > 0);
    let finalized = image.features.iter().filter(|(name, _)| is_supported(name));
    ApiVersionsResponse {
        api_keys: TABLE.iter().map(line).collect(),
        supported_features: supported
            .map(|(name, min, max)| SupportedFeatureKey {
                name: StrBytes::from(*name),
                min_version: *min,
                max_version: *max,
            })
            .collect(),
        finalized_features_epoch: image.provenance.last_offset.0,
        finalized_features: finalized
            .map(|(name, level)| FinalizedFeatureKey {
                name: StrBytes::from(name.to_string()),
                max_version_level: level,
                min_version_level: level,
            })
            .collect(),
        ..ApiVersionsResponse::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_names_are_letters_and_digits_with_dots_and_dashes_inside() {
        for good in ["apache-kafka-java", "4.4.0", "a", "librdkafka"] {
            assert!(is_valid(good), "{good}");
        }
        for bad in ["", "-a", "a-", "a b", "ä", "a_b"] {
            assert!(!is_valid(bad), "{bad}");
        }
    }

    #[test]
    fn the_table_is_in_key_order_and_produce_reaches_back_to_version_0() {
        assert!(TABLE.is_sorted_by_key(|entry| entry.key as i16));
        let produce = TABLE
            .iter()
            .find(|entry| entry.key == dmq_protocol::ApiKey::Produce)
            .unwrap();
        assert_eq!((produce.advertised.min, produce.versions.min), (0, 3));
    }
}
