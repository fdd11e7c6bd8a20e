//! A service whose requests say what is to become of them.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::api::service::{ConnectionInfo, Disconnect, Handled, Reply, ReplyChunk, Service};
use crate::disk::{Disk, FileRange, OpenMode, SimDisk};
use crate::quota::Throttle;

/// What a request asks for: its first byte. Seven bytes of a number and then any payload follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Ask {
    /// Answer with the request, at once.
    Echo,
    /// As `Echo`, when the test releases the request's number.
    Later,
    /// Answer with the chunks that the test has laid down.
    Chunks,
    /// As `Echo`, and five seconds' throttle.
    Throttled,
    /// No answer.
    Silence,
    /// No answer, and five seconds' throttle.
    ThrottledSilence,
    /// Close the connection.
    Disconnect,
    /// Close the connection when the test releases the request's number.
    DisconnectLater,
    /// An answer that the protocol has no length for.
    TooLong,
}

impl Ask {
    fn of(byte: u8) -> Ask {
        use Ask::{Chunks, Disconnect, DisconnectLater, Echo, Later, Silence, Throttled, ThrottledSilence, TooLong};
        let all = [
            Echo,
            Later,
            Chunks,
            Throttled,
            Silence,
            ThrottledSilence,
            Disconnect,
            DisconnectLater,
            TooLong,
        ];
        all.into_iter().find(|ask| *ask as u8 == byte).unwrap()
    }
}

pub fn request(ask: Ask, number: u32, payload: &[u8]) -> Bytes {
    let mut frame = BytesMut::new();
    frame.put_u8(ask as u8);
    frame.put_slice(&[0; 3]);
    frame.put_u32(number);
    frame.put_slice(payload);
    frame.freeze()
}

/// What the service was asked, and what it holds back.
#[derive(Default)]
pub struct ScriptedService {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    seen: Vec<u32>,
    held: HashMap<u32, oneshot::Sender<()>>,
    chunks: Vec<ReplyChunk>,
}

impl ScriptedService {
    /// The numbers of the requests that were handled, in order.
    pub fn seen(&self) -> Vec<u32> {
        self.state.lock().seen.clone()
    }

    pub fn release(&self, number: u32) {
        // Nobody waits for it if the connection has ended.
        let _ = self.state.lock().held.remove(&number).unwrap().send(());
    }

    /// Whether the connection has let go of a request that is held back.
    pub fn is_abandoned(&self, number: u32) -> bool {
        self.state.lock().held[&number].is_closed()
    }

    pub fn lay_down(&self, chunks: Vec<ReplyChunk>) {
        self.state.lock().chunks = chunks;
    }
}

impl Service for ScriptedService {
    fn call(&self, _: &Arc<ConnectionInfo>, frame: Bytes, _: Instant) -> Result<Handled, Disconnect> {
        let mut state = self.state.lock();
        let number = u32::from_be_bytes(frame[4..8].try_into().unwrap());
        state.seen.push(number);
        let mut hold = |result: Result<Reply, Disconnect>| {
            let (sender, receiver) = oneshot::channel();
            state.held.insert(number, sender);
            Handled::Later(Box::pin(async move {
                receiver.await.unwrap();
                result
            }))
        };
        Ok(match Ask::of(frame[0]) {
            Ask::Echo => Handled::Now(frame.into()),
            Ask::Later => hold(Ok(frame.into())),
            Ask::Chunks => Handled::Now(Reply::chunks(state.chunks.clone())),
            Ask::Throttled => Handled::Now(Reply::from(frame).holding(Throttle::from_ms(5_000))),
            Ask::Silence => Handled::NoReply(Throttle::NONE),
            Ask::ThrottledSilence => Handled::NoReply(Throttle::from_ms(5_000)),
            Ask::Disconnect => return Err(Disconnect::UnknownApi { key: 999, version: 0 }),
            Ask::DisconnectLater => hold(Err(Disconnect::ShuttingDown)),
            Ask::TooLong => {
                let file = SimDisk::new(1).open("/file".as_ref(), OpenMode::Create).unwrap();
                let (position, len) = (0, i32::MAX as u64 + 1);
                Handled::Now(Reply::chunks(vec![ReplyChunk::File(FileRange { file, position, len })]))
            }
        })
    }
}
