//! The HTTP client: one POST of JSON on a connection of its own, within a deadline.
//!
//! Plain HTTP/1.1, no redirects, answers of a bounded length: what the other side does wrong becomes an [`HttpError`]
//! and nothing else.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::limits::LINK_ANSWER_BYTES_MAX;

/// What of an answer is repeated in an error.
const SHOWN_CHARS: usize = 200;

/// Where a service is: a host, a port, and what the paths of its endpoints begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceUrl {
    host: String,
    port: u16,
    prefix: String,
}

impl ServiceUrl {
    /// Reads `http://host:port/prefix`.
    pub fn parse(text: &str) -> Result<ServiceUrl, String> {
        let wrong = |why: &str| format!("{text} is not a URL such as http://localhost:9091: {why}");
        let uri: Uri = text.trim().parse().map_err(|error| wrong(&format!("{error}")))?;
        if uri.scheme_str() != Some("http") {
            return Err(wrong("only http is served"));
        }
        let host = uri
            .host()
            .filter(|host| !host.is_empty())
            .ok_or_else(|| wrong("it names no host"))?;
        Ok(ServiceUrl {
            // Brackets are the URL's, not the address's.
            host: host.trim_matches(['[', ']']).to_owned(),
            port: uri.port_u16().unwrap_or(80),
            prefix: uri.path().trim_end_matches('/').to_owned(),
        })
    }

    /// A service at the root of a host and port.
    pub fn at(host: &str, port: u16) -> ServiceUrl {
        ServiceUrl {
            host: host.to_owned(),
            port,
            prefix: String::new(),
        }
    }
}

impl fmt::Display for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "http://[{}]:{}{}", self.host, self.port, self.prefix),
            false => write!(f, "http://{}:{}{}", self.host, self.port, self.prefix),
        }
    }
}

/// Why a POST came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// No connection.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// The connection was lost, or what came was no HTTP.
    #[error("no answer: {0}")]
    Exchange(String),
    /// The answer is longer than any that is meant.
    #[error("the answer is longer than {LINK_ANSWER_BYTES_MAX} bytes or was cut off: {0}")]
    Body(String),
    /// Not within the deadline.
    #[error("no answer within {} ms", .0.as_millis())]
    Late(Duration),
    /// The other side says no, or points elsewhere.
    #[error("answered {status}: {text}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// The beginning of the body.
        text: String,
    },
}

/// Posts `body` and gives back the body of a 2xx answer.
pub async fn post(url: &ServiceUrl, path: &str, body: Bytes, within: Duration) -> Result<Bytes, HttpError> {
    let exchange = exchange(url, path, body);
    tokio::time::timeout(within, exchange)
        .await
        .unwrap_or(Err(HttpError::Late(within)))
}

async fn exchange(url: &ServiceUrl, path: &str, body: Bytes) -> Result<Bytes, HttpError> {
    let stream = TcpStream::connect((url.host.as_str(), url.port)).await;
    let stream = stream.map_err(|error| HttpError::Connect(error.to_string()))?;
    let broken = |error: hyper::Error| HttpError::Exchange(error.to_string());
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // Ends with this function, whichever way it ends.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let host = match url.host.contains(':') {
        true => format!("[{}]:{}", url.host, url.port),
        false => format!("{}:{}", url.host, url.port),
    };
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("{}{path}", url.prefix))
        .header(HOST, host)
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(body))
        .map_err(|error| HttpError::Exchange(error.to_string()))?;
    let answer = sender.send_request(request).await.map_err(broken)?;
    let status = answer.status();
    let collected = Limited::new(answer.into_body(), LINK_ANSWER_BYTES_MAX).collect().await;
    if !status.is_success() {
        let bytes = collected.map(|body| body.to_bytes()).unwrap_or_default();
        let text: String = String::from_utf8_lossy(&bytes).chars().take(SHOWN_CHARS).collect();
        return Err(HttpError::Status {
            status: status.as_u16(),
            text: text.escape_debug().to_string(),
        });
    }
    let body = collected.map_err(|error| HttpError::Body(error.to_string()))?;
    Ok(body.to_bytes())
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn a_url_is_a_host_a_port_and_a_prefix() {
        let shown = |text: &str| ServiceUrl::parse(text).map(|url| url.to_string());
        assert_eq!(shown("http://localhost:9091"), Ok("http://localhost:9091".to_owned()));
        assert_eq!(shown("http://a/base/"), Ok("http://a:80/base".to_owned()));
        assert_eq!(shown("http://[::1]:9"), Ok("http://[::1]:9".to_owned()));
        for wrong in ["https://a", "a:9091", "http://", "http://:80", "", "http://a b"] {
            assert!(ServiceUrl::parse(wrong).is_err(), "{wrong}");
        }
    }

    /// A server that answers one connection with these bytes, and keeps it open if it shall hang.
    async fn answer_with(answer: Vec<u8>, hang: bool) -> ServiceUrl {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(&answer).await;
            if hang {
                std::future::pending::<()>().await;
            }
        });
        ServiceUrl::at("127.0.0.1", port)
    }

    async fn post_to(answer: &[u8], hang: bool) -> Result<Bytes, HttpError> {
        let url = answer_with(answer.to_vec(), hang).await;
        let within = if hang {
            Duration::from_millis(50)
        } else {
            Duration::from_secs(30)
        };
        post(&url, "/x", Bytes::from_static(b"{}"), within).await
    }

    #[tokio::test]
    async fn only_a_whole_2xx_answer_counts() {
        let fine = post_to(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", true).await;
        assert_eq!(fine, Ok(Bytes::from_static(b"{}")));
        let elsewhere = post_to(
            b"HTTP/1.1 302 Found\r\nLocation: http://x/\r\nContent-Length: 0\r\n\r\n",
            false,
        )
        .await;
        assert!(
            matches!(elsewhere, Err(HttpError::Status { status: 302, .. })),
            "{elsewhere:?}"
        );
        let refused = post_to(b"HTTP/1.1 503 No\r\nContent-Length: 3\r\n\r\nno\n", false).await;
        assert_eq!(refused.unwrap_err().to_string(), "answered 503: no\\n");
        for broken in [
            &b"\x00\x01garbage\r\n\r\n"[..],
            b"",
            b"SSH-2.0-OpenSSH\r\n",
            b"HTTP/1.1 2",
        ] {
            assert!(matches!(post_to(broken, false).await, Err(HttpError::Exchange(_))));
        }
        let cut = post_to(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{", false).await;
        assert!(matches!(cut, Err(HttpError::Body(_))), "{cut:?}");
        let mut endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
        endless.resize(LINK_ANSWER_BYTES_MAX + 1000, b' ');
        assert!(matches!(post_to(&endless, false).await, Err(HttpError::Body(_))));
    }

    #[tokio::test]
    async fn whoever_hangs_is_left_at_the_deadline() {
        for beginning in [&b""[..], b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"] {
            assert_eq!(
                post_to(beginning, true).await,
                Err(HttpError::Late(Duration::from_millis(50)))
            );
        }
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let url = ServiceUrl::at("127.0.0.1", closed.port());
        let refused = post(&url, "/", Bytes::new(), Duration::from_secs(30)).await;
        assert!(matches!(refused, Err(HttpError::Connect(_))), "{refused:?}");
    }
}
