//! A client that sends whatever frames a test makes and reads the answers, one connection, one thread.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use dmq_protocol::header::{RequestHeader, ResponseHeader, request_header_version, response_header_version};
use dmq_protocol::{Message, Reader, Request};

use super::PATIENCE;

pub struct Wire {
    pub stream: TcpStream,
    correlation_id: i32,
}

impl Wire {
    pub fn connect(address: SocketAddr) -> Wire {
        let stream = TcpStream::connect_timeout(&address, PATIENCE).expect("the broker accepts");
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Wire {
            stream,
            correlation_id: 0,
        }
    }

    /// The same connection for another thread.
    pub fn another_end(&self) -> Wire {
        Wire {
            stream: self.stream.try_clone().unwrap(),
            correlation_id: self.correlation_id,
        }
    }

    /// Sends a request and reads its answer.
    pub fn call<R: Request>(&mut self, version: i16, request: &R) -> R::Response {
        self.send(version, request);
        self.receive::<R>(version)
    }

    /// Sends a request and leaves its answer for later.
    pub fn send<R: Request>(&mut self, version: i16, request: &R) {
        self.correlation_id += 1;
        let frame = request_frame(version, self.correlation_id, request);
        self.send_frame(&frame);
    }

    /// The answer to the request sent last, or to an earlier one: ids are not checked against each other here.
    pub fn receive<R: Request>(&mut self, version: i16) -> R::Response {
        let frame = self.receive_frame().expect("an answer, not the end of the connection");
        decode_answer::<R>(frame, version).1
    }

    /// As [`Wire::receive`], with the correlation id.
    pub fn receive_with_id<R: Request>(&mut self, version: i16) -> (i32, R::Response) {
        let frame = self.receive_frame().expect("an answer, not the end of the connection");
        decode_answer::<R>(frame, version)
    }

    /// The correlation id of the request sent last.
    pub fn last_id(&self) -> i32 {
        self.correlation_id
    }

    /// Sends a frame behind its length.
    pub fn send_frame(&mut self, frame: &[u8]) {
        let mut bytes = BytesMut::with_capacity(frame.len() + 4);
        bytes.put_i32(i32::try_from(frame.len()).unwrap());
        bytes.put_slice(frame);
        self.send_bytes(&bytes);
    }

    /// Sends bytes as they are. A peer that has closed already is noticed when reading.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        match self.stream.write_all(bytes) {
            Err(error) if matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset) => {}
            result => result.expect("the broker takes bytes"),
        }
    }

    /// The next answer's frame; none at the end of the connection.
    pub fn receive_frame(&mut self) -> Option<Bytes> {
        let mut len = [0; 4];
        match self.stream.read_exact(&mut len) {
            Ok(()) => {}
            Err(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) => return None,
            Err(error) => panic!("no answer and no end: {error}"),
        }
        let mut frame = vec![0; usize::try_from(i32::from_be_bytes(len)).unwrap()];
        self.stream.read_exact(&mut frame).expect("the whole frame");
        Some(Bytes::from(frame))
    }

    /// Whether nothing comes within this time. To show that something does not happen; use short times.
    pub fn is_silent_for(&mut self, time: Duration) -> bool {
        self.stream.set_read_timeout(Some(time)).unwrap();
        let peeked = self.stream.peek(&mut [0]);
        self.stream.set_read_timeout(Some(PATIENCE)).unwrap();
        matches!(peeked, Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut))
    }

    /// Waits for the broker to close the connection without a further answer.
    pub fn assert_closed(&mut self, why: &str) {
        if let Some(frame) = self.receive_frame() {
            panic!("{why}: answered with {} bytes instead of closing", frame.len());
        }
    }
}

/// Header and body of a request.
pub fn request_frame<R: Request>(version: i16, correlation_id: i32, request: &R) -> Bytes {
    let mut frame = BytesMut::new();
    let header = RequestHeader {
        request_api_key: R::KEY as i16,
        request_api_version: version,
        correlation_id,
        client_id: Some("test".into()),
    };
    let header_version = request_header_version(R::KEY, version).unwrap();
    header.encode_into(&mut frame, header_version).unwrap();
    request.encode_into(&mut frame, version).unwrap();
    frame.freeze()
}

/// The correlation id and the body of an answer; nothing may be left over.
pub fn decode_answer<R: Request>(frame: Bytes, version: i16) -> (i32, R::Response) {
    let mut reader = Reader::new(frame);
    let header_version = response_header_version(R::KEY, version).unwrap();
    let header = ResponseHeader::read(&mut reader, header_version).expect("a response header");
    let body = R::Response::decode(reader.rest(), version);
    let body = body.unwrap_or_else(|error| panic!("{} v{version}: {error}", R::Response::NAME));
    (header.correlation_id, body)
}
