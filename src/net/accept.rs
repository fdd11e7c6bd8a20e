//! Takes new connections: admits each, now or when there is room for it, or refuses it, and starts its task.
//!
//! Over a limit of the whole broker or of the listener, the next connection waits here and all behind it in the backlog,
//! as in Kafka; over a limit of its address it is closed.
//!
//! Never gives up: a connection that died before it was taken is nothing, and without file descriptors the loop pauses,
//! and tries again. One descriptor is held in reserve, so that clients are refused at once then, instead of
//! hanging in the backlog.

use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::io::Errno;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, sleep_until};

use super::admission::{Admission, Denied, Permit};
use super::advertised::advertised;
use super::connection::{Connection, ConnectionContext};
use super::drain::Drain;
use super::limits::{ACCEPT_PAUSE, REPEATED_LOG_INTERVAL, TURNED_AWAY_MAX};
use super::log_gate::LogGate;
use super::stats::{ListenerStats, RefusalReason};
use crate::api::service::{ConnectionInfo, ListenerInfo};
use crate::env::Clock;
use crate::quota::{ConnectionRates, Throttle, monotonic_ms};

/// What all listeners share.
#[derive(Debug)]
pub(super) struct AcceptShared {
    pub admission: Arc<Admission>,
    pub rates: Arc<ConnectionRates>,
    pub drain: Arc<Drain>,
    pub clock: Arc<dyn Clock>,
    pub next_connection_id: AtomicU64,
}

/// One listener at work.
pub(super) struct Acceptor {
    pub socket: TcpListener,
    pub number: usize,
    pub info: Arc<ListenerInfo>,
    pub context: Arc<ConnectionContext>,
    pub shared: Arc<AcceptShared>,
    refusals: LogGate,
    full: LogGate,
    /// Connections over their addresses' rates that are kept open for a while.
    turned_away: Arc<Semaphore>,
    reserve: Option<OwnedFd>,
    starved: bool,
}

impl Acceptor {
    pub fn new(
        socket: TcpListener,
        number: usize,
        info: Arc<ListenerInfo>,
        context: Arc<ConnectionContext>,
        shared: Arc<AcceptShared>,
    ) -> Acceptor {
        Acceptor {
            reserve: rustix::io::dup(&socket).ok(),
            socket,
            number,
            info,
            context,
            shared,
            refusals: LogGate::new(REPEATED_LOG_INTERVAL),
            full: LogGate::new(REPEATED_LOG_INTERVAL),
            turned_away: Arc::new(Semaphore::new(TURNED_AWAY_MAX)),
            starved: false,
        }
    }

    /// Accepts until the drain begins; the listening socket is closed then.
    pub async fn run(mut self) {
        let mut drain = Box::pin(self.shared.drain.begun());
        loop {
            tokio::select! {
                biased;
                () = &mut drain => return,
                accepted = self.socket.accept() => match accepted {
                    Ok((socket, peer)) => {
                        self.recover();
                        let throttle = self.shared.rates.arrive(self.number, self.now_ms());
                        tokio::select! {
                            () = &mut drain => return,
                            () = self.take(socket, peer, throttle) => {}
                        }
                    }
                    Err(error) if is_shortage(&error) => {
                        self.starve(&error);
                        tokio::select! {
                            () = &mut drain => return,
                            () = sleep(ACCEPT_PAUSE) => {}
                        }
                    }
                    // The connection was gone before it was taken.
                    Err(error) => tracing::debug!(listener = %self.info.name, %error, "accept failed"),
                },
            }
        }
    }

    fn now_ms(&self) -> i64 {
        monotonic_ms(self.shared.clock.as_ref())
    }

    /// Descriptors are there again.
    fn recover(&mut self) {
        if self.starved {
            self.starved = false;
            tracing::info!(listener = %self.info.name, "file descriptors are available again");
        }
        if self.reserve.is_none() {
            self.reserve = rustix::io::dup(&self.socket).ok();
        }
    }

    /// Takes the connection up when its throttle is over and there is room for it.
    async fn take(&mut self, socket: TcpStream, peer: SocketAddr, throttle: Throttle) {
        if !throttle.is_none() {
            sleep_until(Instant::now() + throttle.duration()).await;
        }
        self.wait_for_room().await;
        let address = peer.ip().to_canonical();
        let throttle = self.shared.rates.arrive_from(self.number, address, self.now_ms());
        if !throttle.is_none() {
            self.refuse(peer, RefusalReason::AddressRate);
            return self.turn_away(socket, throttle);
        }
        loop {
            match self.shared.admission.admit(self.number, address) {
                Ok(permit) => return self.start(socket, peer, permit),
                Err(Denied::Address) => return self.refuse(peer, RefusalReason::Address),
                // Another listener has filled the last place.
                Err(Denied::Broker | Denied::Listener) => self.wait_for_room().await,
            }
        }
    }

    /// Until neither the broker nor the listener is full.
    async fn wait_for_room(&mut self) {
        let admission = Arc::clone(&self.shared.admission);
        loop {
            let mut freed = std::pin::pin!(admission.freed().notified());
            // From here on no end of a connection is missed.
            freed.as_mut().enable();
            match admission.full(self.number) {
                None => return,
                Some(full) => self.tell_full(full),
            }
            freed.await;
        }
    }

    /// Closes the connection after a while, so that its peer does not try again at once.
    fn turn_away(&self, socket: TcpStream, throttle: Throttle) {
        let Ok(place) = Arc::clone(&self.turned_away).try_acquire_owned() else {
            return;
        };
        let drain = self.shared.drain.begun();
        tokio::spawn(async move {
            tokio::select! {
                () = drain => {}
                () = sleep(throttle.duration()) => {}
            }
            drop((socket, place));
        });
    }

    fn tell_full(&mut self, full: Denied) {
        let Some(left_out) = self.full.pass() else {
            return;
        };
        let limit = match full {
            Denied::Listener => "the listener's max.connections",
            _ => "max.connections",
        };
        let (open, listener) = (self.context.stats.open(), self.info.name.as_str());
        tracing::warn!(listener, open, limit, left_out, "new connections wait until others end");
    }

    fn start(&self, socket: TcpStream, peer: SocketAddr, permit: Permit) {
        // Without a local address it is closed already.
        let Ok(local) = socket.local_addr() else {
            return;
        };
        let gateway = self.context.config.forwarding_gateway;
        let info = Arc::new(ConnectionInfo {
            id: self.shared.next_connection_id.fetch_add(1, Ordering::Relaxed),
            peer: canonical(peer),
            local: canonical(local),
            listener: Arc::clone(&self.info),
            advertised: advertised(self.info.advertised.as_ref(), local, peer, gateway),
            opened_at_ms: self.shared.clock.now_ms(),
            client_software: std::sync::OnceLock::new(),
        });
        let open = OpenCount::new(Arc::clone(&self.context.stats), permit);
        let drain = self.shared.drain.watch();
        let connection = Connection::new(socket, info, Arc::clone(&self.context), drain);
        tokio::spawn(async move {
            connection.run().await;
            drop(open);
        });
    }

    fn refuse(&self, peer: SocketAddr, reason: RefusalReason) {
        self.context.stats.count_refused(reason);
        let Some(left_out) = self.refusals.pass() else {
            return;
        };
        let reason = match reason {
            RefusalReason::Address => "max.connections.per.ip is reached for its address",
            RefusalReason::AddressRate => "its address is over its quota connection_creation_rate",
            RefusalReason::FileDescriptors => "no file descriptor is left",
        };
        let (peer, listener) = (canonical(peer), self.info.name.as_str());
        tracing::warn!(%peer, listener, reason, left_out, "connection refused");
    }

    /// Says once that descriptors ran out, and refuses those who wait, with the one in reserve.
    fn starve(&mut self, error: &io::Error) {
        if !self.starved {
            self.starved = true;
            let open = self.context.stats.open();
            tracing::error!(listener = %self.info.name, %error, open, "no new connections can be taken");
        }
        if self.reserve.take().is_some() {
            for _ in 0..self.context.config.backlog.max(1) {
                let Ok(refused) = rustix::net::accept(&self.socket) else {
                    break;
                };
                drop(refused);
                self.context.stats.count_refused(RefusalReason::FileDescriptors);
            }
            self.reserve = rustix::io::dup(&self.socket).ok();
        }
    }
}

/// Counts an open connection, whichever way its task ends.
struct OpenCount {
    stats: Arc<ListenerStats>,
    _permit: Permit,
}

impl OpenCount {
    fn new(stats: Arc<ListenerStats>, permit: Permit) -> OpenCount {
        stats.count_accepted();
        OpenCount { stats, _permit: permit }
    }
}

impl Drop for OpenCount {
    fn drop(&mut self) {
        self.stats.count_closed();
    }
}

fn is_shortage(error: &io::Error) -> bool {
    let shortages = [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM];
    Errno::from_io_error(error).is_some_and(|errno| shortages.contains(&errno))
}

fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
