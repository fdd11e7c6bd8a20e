//! ApiVersions: what a broker speaks, asked first on each connection.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// Asks for the requests and versions that the broker answers.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-5", flexible = "3+")]
pub struct ApiVersionsRequest {
    /// The client library's name.
    #[field(versions = "3+", ignorable)]
    pub client_software_name: StrBytes,
    /// The client library's version.
    #[field(versions = "3+", ignorable)]
    pub client_software_version: StrBytes,
    /// The cluster that the client believes it speaks to; null if it does not know.
    #[field(versions = "5+", nullable = "5+", default = "null", ignorable)]
    pub cluster_id: Option<StrBytes>,
    /// The node that the client believes it speaks to; −1 if it does not know.
    #[field(versions = "5+", default = "-1", ignorable)]
    pub node_id: i32,
}

/// The requests and versions that the broker answers.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-5", flexible = "3+")]
pub struct ApiVersionsResponse {
    /// UNSUPPORTED_VERSION, with a body of version 0, where the request's own version is unknown.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The requests that the broker answers.
    #[field(versions = "0+")]
    pub api_keys: Vec<ApiVersion>,
}

/// One request and its versions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ApiVersion {
    /// The request's number.
    #[field(versions = "0+")]
    pub api_key: i16,
}
