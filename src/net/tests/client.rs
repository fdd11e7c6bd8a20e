//! The other end of a connection: sends frames, or whatever bytes, and reads answers.

use std::io;
use std::net::SocketAddr;

use bytes::{BufMut, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::service::{Ask, request};

pub struct Client {
    pub socket: TcpStream,
}

/// Frames with their lengths in front.
pub fn framed(frames: impl IntoIterator<Item = Bytes>) -> Bytes {
    let mut bytes = BytesMut::new();
    for frame in frames {
        bytes.put_u32(frame.len() as u32);
        bytes.put_slice(&frame);
    }
    bytes.freeze()
}

impl Client {
    pub async fn connect(address: SocketAddr) -> Client {
        Client {
            socket: TcpStream::connect(address).await.unwrap(),
        }
    }

    pub async fn send(&mut self, ask: Ask, number: u32) {
        self.send_bytes(&framed([request(ask, number, b"")])).await;
    }

    pub async fn send_bytes(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).await.unwrap();
    }

    /// One answer without its length.
    pub async fn answer(&mut self) -> io::Result<Vec<u8>> {
        let len = self.socket.read_u32().await?;
        let mut answer = vec![0; len as usize];
        self.socket.read_exact(&mut answer).await?;
        Ok(answer)
    }

    /// One answer to an echoed request: the request's number.
    pub async fn number(&mut self) -> u32 {
        let answer = self.answer().await.unwrap();
        u32::from_be_bytes(answer[4..8].try_into().unwrap())
    }

    /// Whether a request is answered.
    pub async fn works(&mut self) -> bool {
        self.send(Ask::Echo, 4711).await;
        self.number().await == 4711
    }

    /// Waits for the broker to close the connection; what came before that.
    pub async fn closed(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        match self.socket.read_to_end(&mut rest).await {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset),
        }
        rest
    }
}
