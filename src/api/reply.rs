//! Encoding of answers: header and body in one buffer, record data left in the files where it lies.

use bytes::BytesMut;
use dmq_protocol::header::{self, ResponseHeader};
use dmq_protocol::{EncodeError, ErrorCode, Gap, Message, Request};

use super::meter::Metered;
use super::{Disconnect, Reply, ReplyChunk};
use crate::disk::FileRange;
use crate::quota::Throttle;

/// Room for most answers, so that encoding one rarely grows its buffer.
const USUAL_LEN: usize = 256;

/// What can be put on the wire as an answer.
pub trait Encode {
    /// Appends the body to `out`; gives the places where data from files belongs, and the files.
    fn encode_body(self, out: &mut BytesMut, version: i16) -> Result<(Vec<Gap>, Vec<FileRange>), EncodeError>;

    /// Charges the client, and says in the answer for how long it is held back: at least for what was charged before.
    fn charge(&mut self, metered: &Metered, before: Throttle) -> Throttle;

    /// Shows every error code in the answer.
    fn error_codes(&self, see: &mut dyn FnMut(ErrorCode));
}

impl<M: Message> Encode for M {
    fn encode_body(self, out: &mut BytesMut, version: i16) -> Result<(Vec<Gap>, Vec<FileRange>), EncodeError> {
        self.encode_into(out, version)?;
        Ok((Vec::new(), Vec::new()))
    }

    fn charge(&mut self, metered: &Metered, before: Throttle) -> Throttle {
        // The handler may have told of a throttle of its own already.
        let told = Throttle::from_ms(self.throttle_time_ms().into());
        let throttle = metered.charge_time().max(before).max(told);
        self.set_throttle_time_ms(throttle.ms());
        throttle
    }

    fn error_codes(&self, see: &mut dyn FnMut(ErrorCode)) {
        dmq_protocol::Wire::error_codes(self, see);
    }
}

/// Header and body of the answer to a request of type `R`.
pub fn encode<R: Request, A: Encode>(answer: A, correlation_id: i32, version: i16) -> Result<Reply, Disconnect> {
    let unencodable = |error: EncodeError| Disconnect::UnencodableResponse {
        api: R::NAME,
        version,
        detail: error.to_string(),
    };
    let mut out = BytesMut::with_capacity(USUAL_LEN);
    let header_version = header::response_header_version(R::KEY, version).unwrap_or(0);
    ResponseHeader { correlation_id }
        .encode_into(&mut out, header_version)
        .map_err(unencodable)?;
    let (gaps, files) = answer.encode_body(&mut out, version).map_err(unencodable)?;
    if gaps.is_empty() {
        return Ok(Reply::from(out.freeze()));
    }
    let whole = out.freeze();
    let mut chunks = Vec::with_capacity(gaps.len() * 2 + 1);
    let mut from = 0;
    for (gap, file) in gaps.into_iter().zip(files) {
        chunks.push(ReplyChunk::Bytes(whole.slice(from..gap.position)));
        chunks.push(ReplyChunk::File(file));
        from = gap.position;
    }
    chunks.push(ReplyChunk::Bytes(whole.slice(from..)));
    Ok(Reply::chunks(chunks))
}
