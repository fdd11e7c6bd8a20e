//! One connection: read → frames → api → answers in order → write, in one task.
//!
//! All requests that one wake-up brought are handled before their answers are sent with one write. While an answer is
//! still to come, later requests are read and handled, up to a number; while the peer does not take its answers, none
//! are. Request handling happens here, on the network thread, which therefore never waits for a disk.
//! Knows nothing of what requests mean. Invariants: answers leave in request order; after an ending began no request is
//! handled; a connection that waits holds no shared buffer, unless a large request is arriving in it.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::answers::Answers;
use super::buffer::BufferPool;
use super::config::NetConfig;
use super::deadline::DeadlineTimer;
use super::drain::{DrainWatch, Phase};
use super::ending::{Ending, Slowness};
use super::input::{Input, Progress};
use super::limits::{REQUEST_BYTES_PER_SECOND_MIN, SLICE_BYTES_MIN};
use super::linger::linger;
use super::output::Output;
use super::stats::{ListenerStats, Traffic};
use crate::api::service::{ConnectionInfo, Handled, Service};
use crate::quota::Throttle;

/// What the connections of one listener share.
pub(super) struct ConnectionContext {
    pub service: Arc<dyn Service>,
    pub config: Arc<NetConfig>,
    pub pool: Arc<BufferPool>,
    pub stats: Arc<ListenerStats>,
}

/// One connection.
pub(super) struct Connection {
    socket: TcpStream,
    info: Arc<ConnectionInfo>,
    context: Arc<ConnectionContext>,
    input: Input,
    answers: Answers,
    output: Output,
    timer: DeadlineTimer,
    drain: DrainWatch,
    /// The socket did not take all of the output, or a disk has to be read for it.
    blocked: bool,
    /// The client is over a quota: until then nothing more is read, and what was read is not handled.
    held_until: Option<Instant>,
    ending: Option<Ending>,
    traffic: Traffic,
    times: Times,
}

/// When things last happened, as far as deadlines depend on them.
struct Times {
    now: Instant,
    opened: Instant,
    /// A request was handled, or answered.
    activity: Instant,
    /// The first bytes of the request that is arriving came, or could have come.
    request_began: Instant,
    /// Bytes of a request came, or could have come.
    arrival: Instant,
    /// Bytes were last read.
    read: Instant,
    /// The socket took bytes.
    sent: Instant,
    ending: Instant,
}

impl Times {
    fn starting(now: Instant) -> Times {
        Times {
            now,
            opened: now,
            activity: now,
            request_began: now,
            arrival: now,
            read: now,
            sent: now,
            ending: now,
        }
    }
}

impl Connection {
    pub fn new(
        socket: TcpStream,
        info: Arc<ConnectionInfo>,
        context: Arc<ConnectionContext>,
        drain: DrainWatch,
    ) -> Connection {
        Connection {
            socket,
            info,
            input: Input::new(Arc::clone(&context.pool), context.config.request_bytes_max),
            answers: Answers::default(),
            output: Output::new(Arc::clone(&context.pool)),
            context,
            timer: DeadlineTimer::new(),
            drain,
            blocked: false,
            held_until: None,
            ending: None,
            traffic: Traffic::default(),
            times: Times::starting(Instant::now()),
        }
    }

    /// Serves the connection to its end.
    pub async fn run(mut self) {
        let ending = poll_fn(|cx| self.poll(cx)).await;
        self.context.stats.count_traffic(&mut self.traffic);
        self.context.stats.count_ended(ending.kind());
        ending.log(&self.info, self.context.config.rest_address.as_deref());
        if ending.answers_earlier_requests() {
            // Rare, so not a part of every task's size.
            Box::pin(linger(self.socket, Arc::clone(&self.context.pool))).await;
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Ending> {
        self.times.now = Instant::now();
        if self.held_until.is_some_and(|until| until <= self.times.now) {
            self.held_until = None;
            self.times.activity = self.times.now;
        }
        match self.drain.phase(cx) {
            Phase::Serving => {}
            Phase::Draining => self.end(Ending::Shutdown),
            Phase::Cut => {
                let left = !self.answers.is_empty() || !self.output.is_empty();
                return Poll::Ready(if left { Ending::Unfinished } else { Ending::Shutdown });
            }
        }
        if self.waits_for_us() {
            self.times.arrival = self.times.now;
            self.times.request_began = self.times.now;
        }
        loop {
            match self.step(cx) {
                Ok(true) => {}
                Ok(false) => break,
                Err(broken) => return Poll::Ready(self.ending.take().unwrap_or(broken)),
            }
        }
        self.input.settle();
        self.output.seal();
        self.context.stats.count_traffic(&mut self.traffic);
        if self.answers.is_empty()
            && self.output.is_empty()
            && let Some(ending) = self.ending.take()
        {
            return Poll::Ready(ending);
        }
        self.poll_deadline(cx)
    }

    /// Moves everything on once. True: there may be more to do at once. An error ends the connection here and now.
    fn step(&mut self, cx: &mut Context<'_>) -> Result<bool, Ending> {
        let mut progress = self.handle_frames()?;
        match self.answers.poll_into(cx, &mut self.output) {
            Ok(moved) => progress |= moved,
            Err(error) => {
                // The oldest request failed, so all others came after it.
                self.answers.clear();
                self.end(error.into());
            }
        }
        self.hold();
        progress |= self.write(cx)?;
        progress |= self.read(cx)?;
        Ok(progress)
    }

    fn may_handle(&self) -> bool {
        let full = self.output.is_full() || self.answers.is_full(self.context.config.requests_in_flight_max);
        self.ending.is_none() && !self.blocked && !full && self.held_until.is_none()
    }

    /// From an answer with a throttle on, the client is held back for that time.
    fn hold(&mut self) {
        let throttle = self.output.take_throttle();
        self.hold_for(throttle);
    }

    fn hold_for(&mut self, throttle: Throttle) {
        if !throttle.is_none() {
            let until = Instant::now() + throttle.duration();
            self.held_until = self.held_until.max(Some(until));
        }
    }

    /// Whether no request is read because of something that is not the peer's fault, or not this deadline's matter.
    fn waits_for_us(&self) -> bool {
        !self.may_handle() || self.input.awaits_memory()
    }

    fn handle_frames(&mut self) -> Result<bool, Ending> {
        let mut any = false;
        while self.may_handle() {
            match self.input.next_frame() {
                Ok(Some(frame)) => self.handle(frame)?,
                Ok(None) => break,
                Err(error) => self.end(Ending::Frame(error)),
            }
            any = true;
        }
        Ok(any)
    }

    fn handle(&mut self, frame: Bytes) -> Result<(), Ending> {
        self.traffic.requests += 1;
        self.times.activity = self.times.now;
        self.times.request_began = self.times.now;
        let len = frame.len();
        match self.context.service.call(&self.info, frame, self.times.read) {
            Ok(Handled::Now(reply)) if self.answers.is_empty() => {
                self.output.push(reply).map_err(Ending::Answer)?;
                self.hold();
            }
            Ok(Handled::Now(reply)) => self.answers.push_ready(reply),
            Ok(Handled::Later(reply)) => {
                let memory = (len < SLICE_BYTES_MIN).then(|| self.context.pool.budget().charge(len));
                self.answers.push_pending(reply, memory);
            }
            Ok(Handled::NoReply(throttle)) => self.hold_for(throttle),
            Err(disconnect) => self.end(Ending::Request(disconnect)),
        }
        Ok(())
    }

    fn write(&mut self, cx: &mut Context<'_>) -> Result<bool, Ending> {
        let before = self.output.sent_bytes();
        let (was_blocked, was_full) = (self.blocked, self.output.is_full());
        let result = self.output.poll_write(cx, &self.socket);
        self.blocked = result.is_pending();
        let sent = self.output.sent_bytes() - before;
        if sent > 0 || !was_blocked {
            self.times.sent = self.times.now;
        }
        if sent > 0 {
            self.traffic.bytes_out += sent;
            self.times.activity = self.times.now;
        }
        if let Poll::Ready(Err(error)) = result {
            return Err(Ending::Answer(error));
        }
        Ok((was_blocked && !self.blocked) || (was_full && !self.output.is_full()))
    }

    fn read(&mut self, cx: &mut Context<'_>) -> Result<bool, Ending> {
        if !self.may_handle() {
            return Ok(false);
        }
        let before = self.input.progress().map_err(Ending::Frame)?;
        if before == Progress::Complete {
            return Ok(true);
        }
        match self.input.poll_read(cx, &mut self.socket) {
            Poll::Pending => return Ok(false),
            Poll::Ready(Err(error)) => return Err(Ending::Broken(error)),
            Poll::Ready(Ok(0)) => self.end(Ending::Closed {
                unfinished_bytes: self.input.unread_len(),
            }),
            Poll::Ready(Ok(count)) => {
                self.traffic.bytes_in += count as u64;
                self.times.read = Instant::now();
                self.times.arrival = self.times.now;
                if before == Progress::None {
                    self.times.request_began = self.times.now;
                }
            }
        }
        Ok(true)
    }

    /// Begins the end: what still has to be answered is kept, everything else is dropped.
    fn end(&mut self, ending: Ending) {
        if self.ending.is_some() {
            return;
        }
        if !ending.sends_finished_answers() {
            self.answers.clear();
        } else if !ending.answers_earlier_requests() {
            self.answers.abandon_pending();
        }
        self.times.ending = self.times.now;
        self.ending = Some(ending);
    }

    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<Ending> {
        if self.held_until.is_some() && self.ending.is_none() && !self.blocked {
            if self.timer.poll(cx, self.held_until).is_ready() {
                cx.waker().wake_by_ref();
            }
            return Poll::Pending;
        }
        let deadline = self.deadline();
        if self.timer.poll(cx, deadline).is_pending() {
            return Poll::Pending;
        }
        Poll::Ready(self.expired())
    }

    /// When the peer, or a closing connection, has had its time. None while only this broker is waited for.
    fn deadline(&self) -> Option<Instant> {
        let deadlines = &self.context.config.deadlines;
        if self.ending.is_some() {
            return Some(self.times.ending + deadlines.closing);
        }
        if self.blocked {
            return (!self.output.awaits_disk()).then(|| self.times.sent + deadlines.answer_stalled);
        }
        if self.waits_for_us() {
            return None;
        }
        let first = (!self.input.has_begun()).then(|| self.times.opened + deadlines.first_request);
        let request = match self.input.progress() {
            Ok(Progress::Partial(need)) => Some(self.request_deadline(need.unwrap_or(0))),
            _ => None,
        };
        let idle = (first.is_none() && request.is_none() && self.answers.is_empty())
            .then(|| self.times.activity + deadlines.idle);
        [first, request, idle].into_iter().flatten().min()
    }

    /// A request must make progress, and must not make it for ever.
    fn request_deadline(&self, need: usize) -> Instant {
        let stalled = self.context.config.deadlines.request_stalled;
        let transfer = std::time::Duration::from_secs(need as u64 / REQUEST_BYTES_PER_SECOND_MIN);
        (self.times.arrival + stalled).min(self.times.request_began + stalled + transfer)
    }

    fn expired(&mut self) -> Ending {
        match self.ending.take() {
            Some(Ending::Shutdown) => Ending::Unfinished,
            Some(ending) => ending,
            None if self.blocked => Ending::Slow(Slowness::Answer),
            None => match self.input.unread_len() {
                0 if self.input.has_begun() => Ending::Idle,
                0 => Ending::Slow(Slowness::NoRequest),
                arrived_bytes => Ending::Slow(Slowness::Request { arrived_bytes }),
            },
        }
    }
}
