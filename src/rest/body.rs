//! From an HTTP request to a JSON body of bounded length.

use axum::body::{Body, BodyDataStream};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, Request, StatusCode};
use bytes::Bytes;
use dmq_protocol::ErrorCode;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::gate::Admitted;
use super::json;
use super::refusal::Refused;
use crate::limits::REST_INLINE_BODY_BYTES_MAX;

/// Memory that a claimed length alone is worth; the rest comes with the bytes.
const RESERVED_BYTES_MAX: usize = 64 * 1024;

/// The request that the body holds; the body is at most `bytes_max` long.
pub async fn read<T>(request: Request<Body>, bytes_max: usize) -> Result<T, Refused>
where
    T: DeserializeOwned + Send + 'static,
{
    check_type(request.headers())?;
    let body = collect(request, bytes_max).await?;
    if body.len() <= REST_INLINE_BODY_BYTES_MAX {
        return json::decode(&body);
    }
    let decoding = tokio::task::spawn_blocking(move || json::decode(&body));
    decoding
        .await
        .unwrap_or_else(|error| Err(Refused::new(ErrorCode::UNKNOWN_SERVER_ERROR, error.to_string())))
}

/// Bodies are JSON in UTF-8. One that does not say what it is is taken at that.
fn check_type(headers: &HeaderMap) -> Result<(), Refused> {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return Ok(());
    };
    let text = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
    let mut parts = text.split(';').map(str::trim);
    let is_json = parts
        .next()
        .and_then(|media| media.strip_prefix("application/"))
        .is_some_and(|subtype| subtype == "json" || subtype.ends_with("+json"));
    let is_utf8 = parts
        .filter_map(|parameter| parameter.strip_prefix("charset="))
        .all(|charset| matches!(charset.trim_matches('"'), "utf-8" | "utf8" | "us-ascii"));
    if is_json && is_utf8 {
        return Ok(());
    }
    let message = format!("the body's content type is '{text}', it must be application/json in UTF-8");
    Err(Refused::invalid(message).with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE))
}

async fn collect(request: Request<Body>, bytes_max: usize) -> Result<Vec<u8>, Refused> {
    let too_large = |len: u64, least: &str| {
        let message =
            format!("the body has {least}{len} bytes, at most {bytes_max} are taken (socket.request.max.bytes)");
        Refused::new(ErrorCode::MESSAGE_TOO_LARGE, message)
    };
    let claimed = request.headers().get(CONTENT_LENGTH);
    let claimed = claimed.and_then(|len| len.to_str().ok()?.parse::<u64>().ok());
    if let Some(len) = claimed.filter(|len| *len > bytes_max as u64) {
        return Err(too_large(len, ""));
    }
    let reserved = usize::try_from(claimed.unwrap_or(0)).unwrap_or(0);
    let mut body = Vec::with_capacity(reserved.min(RESERVED_BYTES_MAX));
    let admitted = request.extensions().get::<Admitted>().cloned();
    let begun = Instant::now();
    let mut chunks = request.into_body().into_data_stream();
    loop {
        let Some(chunk) = next(&mut chunks, admitted.as_ref(), begun, body.len()).await? else {
            return Ok(body);
        };
        let chunk =
            chunk.map_err(|error| Refused::invalid(format!("the body could not be read to its end: {error}")))?;
        let len = body.len().saturating_add(chunk.len());
        if len > bytes_max {
            return Err(too_large(len as u64, "at least "));
        }
        if let Some(admitted) = &admitted {
            admitted.reserve(len)?;
        }
        body.extend_from_slice(&chunk);
    }
}

/// The next bytes of the body, unless they take too long.
async fn next(
    chunks: &mut BodyDataStream,
    admitted: Option<&Admitted>,
    begun: Instant,
    len: usize,
) -> Result<Option<Result<Bytes, axum::Error>>, Refused> {
    let Some(admitted) = admitted else {
        return Ok(chunks.next().await);
    };
    let patience = admitted.patience(begun.elapsed(), len);
    tokio::time::timeout(patience, chunks.next()).await.map_err(|_| {
        let seconds = begun.elapsed().as_secs();
        let message = format!(
            "{len} bytes of the body came within {seconds} s; it must come on (connection.request.stall.timeout.ms)"
        );
        Refused::new(ErrorCode::REQUEST_TIMED_OUT, message).with_status(StatusCode::REQUEST_TIMEOUT)
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn status_for(content_type: &'static str) -> u16 {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        check_type(&headers).map_or_else(|refused| refused.status.as_u16(), |()| 200)
    }

    #[test]
    fn a_body_is_json_in_utf_8_or_says_nothing() {
        assert_eq!(check_type(&HeaderMap::new()), Ok(()));
        for right in [
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/json;charset=\"utf-8\"",
            "application/vnd.dmq+json",
        ] {
            assert_eq!(status_for(right), 200, "{right}");
        }
        for wrong in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/json; charset=iso-8859-1",
            "application/xml",
            "json",
            "",
        ] {
            assert_eq!(status_for(wrong), 415, "{wrong}");
        }
    }

    fn chunked(chunks: &[&'static str]) -> Request<Body> {
        let chunks: Vec<Result<&str, std::io::Error>> = chunks.iter().copied().map(Ok).collect();
        Request::new(Body::from_stream(futures_util::stream::iter(chunks)))
    }

    #[tokio::test]
    async fn a_body_may_be_as_long_as_the_setting_says_and_not_a_byte_longer() {
        assert_eq!(collect(chunked(&["abc", "de"]), 5).await, Ok(b"abcde".to_vec()));
        let refused = collect(chunked(&["abc", "def"]), 5).await.unwrap_err();
        assert_eq!(
            (refused.status.as_u16(), refused.code),
            (413, ErrorCode::MESSAGE_TOO_LARGE)
        );
        assert_eq!(
            refused.message,
            "the body has at least 6 bytes, at most 5 are taken (socket.request.max.bytes)"
        );
    }

    #[tokio::test]
    async fn a_claimed_length_is_refused_before_a_byte_is_read() {
        let mut request = chunked(&[]);
        request
            .headers_mut()
            .insert(CONTENT_LENGTH, HeaderValue::from_static("6"));
        let refused = collect(request, 5).await.unwrap_err();
        assert_eq!(
            refused.message,
            "the body has 6 bytes, at most 5 are taken (socket.request.max.bytes)"
        );
    }
}
