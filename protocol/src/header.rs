//! What stands before every request and response.
//!
//! A request's header names its own layout: the key and the version of the request decide the header's version. Header
//! versions follow from whether the message is flexible, so there is no table of them to keep.

use dmq_protocol_derive::Message;

use crate::api_key::ApiKey;
use crate::message::Message;
use crate::messages;
use crate::primitive::{DecodeError, DecodeReason, Reader};
use crate::str_bytes::StrBytes;
use crate::version::VersionRange;

/// The header of a request.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-2", flexible = "2+")]
pub struct RequestHeader {
    /// The number of the request's kind; see [`ApiKey`].
    #[field(versions = "0+")]
    pub request_api_key: i16,
    /// The version of the request that follows.
    #[field(versions = "0+")]
    pub request_api_version: i16,
    /// Chosen by the client; its answer carries the same.
    #[field(versions = "0+")]
    pub correlation_id: i32,
    /// The client's name for itself (`client.id`), for logs and quotas. Its length was never made compact, so that a
    /// broker can read it before it knows whether it knows the version.
    #[field(versions = "1+", nullable = "1+", flexible = "none")]
    pub client_id: Option<StrBytes>,
}

/// The header of a response.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "1+")]
pub struct ResponseHeader {
    /// That of the request.
    #[field(versions = "0+")]
    pub correlation_id: i32,
}

impl RequestHeader {
    /// The key and the version at the front of a request, without reading on.
    pub fn peek(frame: &[u8]) -> Option<(i16, i16)> {
        let (key, rest) = frame.split_first_chunk()?;
        let (version, _) = rest.split_first_chunk()?;
        Some((i16::from_be_bytes(*key), i16::from_be_bytes(*version)))
    }

    /// The correlation id at the front of a request, where every header version has it.
    pub fn peek_correlation_id(frame: &[u8]) -> Option<i32> {
        let (_, rest) = frame.split_first_chunk::<4>()?;
        let (correlation_id, _) = rest.split_first_chunk()?;
        Some(i32::from_be_bytes(*correlation_id))
    }

    /// Reads the header at the front of a request, in the version that its key and version call for. The request
    /// follows. A key unknown here is refused; a version unknown here is not, as ApiVersions must be answered.
    pub fn read_first(reader: &mut Reader) -> Result<(ApiKey, RequestHeader), DecodeError> {
        let Some((key, version)) = RequestHeader::peek(reader.peek()) else {
            return Err(reader
                .error(DecodeReason::Truncated {
                    left: reader.remaining(),
                })
                .of(Self::NAME));
        };
        let known = ApiKey::from_i16(key).and_then(|key| Some((key, request_header_version(key, version)?)));
        let Some((key, header_version)) = known else {
            return Err(reader.error(DecodeReason::UnknownApiKey(key)).of(Self::NAME));
        };
        Ok((key, RequestHeader::read(reader, header_version)?))
    }
}

/// The version of the header that a request has; `None` for a kind of request that this crate does not define.
pub fn request_header_version(key: ApiKey, version: i16) -> Option<i16> {
    let (request, _) = messages::flexible_versions(key)?;
    Some(if is_flexible(request, version) { 2 } else { 1 })
}

/// The version of the header that a response has; `None` for a kind of request that this crate does not define.
///
/// An ApiVersions response never has a flexible header: its reader does not know yet what the broker speaks.
pub fn response_header_version(key: ApiKey, version: i16) -> Option<i16> {
    let (_, response) = messages::flexible_versions(key)?;
    Some(if is_flexible(response, version) && key != ApiKey::ApiVersions {
        1
    } else {
        0
    })
}

fn is_flexible(versions: Option<VersionRange>, version: i16) -> bool {
    versions.is_some_and(|versions| versions.contains(version))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn header_versions_follow_from_flexibility() {
        let cases = [
            (ApiKey::Produce, 8, 1, 0),
            (ApiKey::Produce, 9, 2, 1),
            (ApiKey::Fetch, 11, 1, 0),
            (ApiKey::Fetch, 12, 2, 1),
            (ApiKey::DescribeCluster, 0, 2, 1),
            (ApiKey::ApiVersions, 2, 1, 0),
            (ApiKey::ApiVersions, 3, 2, 0),
            (ApiKey::ApiVersions, 99, 2, 0),
        ];
        for (key, version, request, response) in cases {
            assert_eq!(request_header_version(key, version), Some(request), "{key} v{version}");
            assert_eq!(
                response_header_version(key, version),
                Some(response),
                "{key} v{version}"
            );
        }
        assert_eq!(request_header_version(ApiKey::LeaderAndIsr, 0), None);
    }

    #[test]
    fn a_request_says_how_its_own_header_is_to_be_read() {
        // ApiVersions in a version of the far future, from client "c": header version 2, and then a body.
        let frame = Bytes::from_static(&[0, 18, 0, 99, 0, 0, 0, 5, 0, 1, b'c', 0, 42]);
        let mut reader = Reader::new(frame);
        let (key, header) = RequestHeader::read_first(&mut reader).unwrap();
        assert_eq!(
            (key, header.request_api_version, header.correlation_id),
            (ApiKey::ApiVersions, 99, 5)
        );
        assert_eq!(header.client_id.as_deref(), Some("c"));
        assert_eq!(reader.rest(), [42][..]);
    }

    #[test]
    fn a_key_that_does_not_exist_is_refused() {
        let frame = Bytes::from_static(&[0, 95, 0, 0, 0, 0, 0, 5, 0xff, 0xff]);
        let error = RequestHeader::read_first(&mut Reader::new(frame)).unwrap_err();
        assert_eq!(error.reason(), &DecodeReason::UnknownApiKey(95));
    }
}
