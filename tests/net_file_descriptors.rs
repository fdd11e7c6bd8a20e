//! A broker without file descriptors refuses new connections at once and serves those it has.
//!
//! Alone in its process, since it lowers the process's own limit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::Arc;

use bytes::Bytes;
use dmq::api::service::{ConnectionInfo, Disconnect, Handled, SecurityProtocol, Service};
use dmq::env::SystemClock;
use dmq::net::{BoundListeners, ListenerConfig, NetConfig, RefusalReason};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

const CLIENTS: usize = 10;
const TAKEN: usize = 3;

struct Echo;

impl Service for Echo {
    fn call(&self, _: &Arc<ConnectionInfo>, frame: Bytes, _: tokio::time::Instant) -> Result<Handled, Disconnect> {
        Ok(Handled::Now(frame.into()))
    }
}

fn config() -> NetConfig {
    NetConfig {
        listeners: vec![ListenerConfig {
            name: "PLAINTEXT".to_owned(),
            security_protocol: SecurityProtocol::Plaintext,
            host: "127.0.0.1".to_owned(),
            port: 0,
            advertised: None,
            connections_max: usize::MAX,
        }],
        ..NetConfig::default()
    }
}

/// Sends a request and tells whether it was answered, or else the connection closed.
fn is_served(client: &mut TcpStream) -> bool {
    let request = *b"\0\0\0\x08requests";
    let mut answer = [0; 12];
    client.write_all(&request).is_ok() && client.read_exact(&mut answer).is_ok() && answer == request
}

#[test]
fn without_file_descriptors_new_connections_are_refused_and_old_ones_served() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let bound = runtime.block_on(BoundListeners::bind(config())).unwrap();
    let address = bound.listeners().next().unwrap().address;
    let _context = runtime.enter();
    let server = bound.serve(Arc::new(Echo), Arc::default(), Arc::new(SystemClock::new()));
    let mut clients: Vec<TcpStream> = (0..CLIENTS).map(|_| TcpStream::connect(address).unwrap()).collect();

    let before = getrlimit(Resource::Nofile);
    let next = rustix::io::dup(clients[0].as_fd()).unwrap().as_raw_fd() as u64;
    let lowered = Rlimit {
        current: Some(next + TAKEN as u64),
        maximum: before.maximum,
    };
    setrlimit(Resource::Nofile, lowered).unwrap();
    let stats = Arc::clone(&server.stats()[0].1);
    let refused = || stats.refused(RefusalReason::FileDescriptors) as usize;
    runtime.block_on(async {
        while refused() < CLIENTS - TAKEN {
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(stats.open() as usize, TAKEN);

    let (done, is_done) = tokio::sync::oneshot::channel();
    let peers = std::thread::spawn(move || {
        let served = clients
            .iter_mut()
            .filter_map(|client| is_served(client).then_some(()))
            .count();
        assert_eq!(served, TAKEN);
        drop(clients);
        // What the broker had was given back, so the next is served again, on whichever attempt that is noticed.
        setrlimit(Resource::Nofile, before).unwrap();
        while !is_served(&mut TcpStream::connect(address).unwrap()) {}
        done.send(()).unwrap();
    });
    // An error means that the thread gave up, which its end then shows.
    let _ = runtime.block_on(is_done);
    peers.join().unwrap();
}
