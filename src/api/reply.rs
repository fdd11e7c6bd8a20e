//! Encoding of answers: header and body in one buffer, record data left where it is.

use bytes::{Bytes, BytesMut};
use dmq_protocol::header::ResponseHeader;
use dmq_protocol::{Message, Request, header};

use super::{Disconnect, Reply};

/// Room for most answers, so that encoding one rarely grows its buffer.
const USUAL_LEN: usize = 256;

/// Header and body of the answer to a request of type `R`.
pub fn encode<R: Request>(response: &R::Response, correlation_id: i32, version: i16) -> Result<Reply, Disconnect> {
    encode_bytes::<R>(response, correlation_id, version).map(Reply::from)
}

fn encode_bytes<R: Request>(response: &R::Response, correlation_id: i32, version: i16) -> Result<Bytes, Disconnect> {
    let unencodable = |error: dmq_protocol::EncodeError| Disconnect::UnencodableResponse {
        api: R::NAME,
        version,
        detail: error.to_string(),
    };
    let mut out = BytesMut::with_capacity(USUAL_LEN);
    let header_version = header::response_header_version(R::KEY, version);
    ResponseHeader { correlation_id }.encode_into(&mut out, header_version).map_err(unencodable)?;
    response.encode_into(&mut out, version).map_err(unencodable)?;
    Ok(out.freeze())
}
