//! Opens the listening sockets.
//!
//! What a listening socket is told (no delay, keep-alive, buffer sizes) its connections inherit, which saves the calls
//! on each of them. Binding comes apart from serving, so that the ports are known before the broker is built; clients
//! that connect in between wait in the backlog.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, lookup_host};

use super::config::{ListenerConfig, NetConfig};

/// Why a listener could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The host has no address.
    #[error("listener {listener}: no address found for {host}: {source}")]
    Resolve {
        /// The listener's name.
        listener: String,
        /// The host that was given.
        host: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// The address cannot be listened on.
    #[error("listener {listener}: cannot listen on {address}: {source}")]
    Bind {
        /// The listener's name.
        listener: String,
        /// The address.
        address: SocketAddr,
        /// What the system said; mostly that the port is in use.
        source: io::Error,
    },
}

/// Opens one listener's socket.
pub(super) async fn bind(
    config: &NetConfig,
    listener: &ListenerConfig,
) -> Result<(TcpListener, SocketAddr), BindError> {
    let addresses = addresses(listener).await.map_err(|source| BindError::Resolve {
        listener: listener.name.clone(),
        host: listener.host.clone(),
        source,
    })?;
    let mut failure = None;
    for address in addresses {
        match listen(config, address) {
            Ok(bound) => return Ok(bound),
            // The first address says most: those after it are mostly another form of it.
            Err(source) => failure = failure.or(Some((address, source))),
        }
    }
    Err(match failure {
        Some((address, source)) => BindError::Bind {
            listener: listener.name.clone(),
            address,
            source,
        },
        None => BindError::Resolve {
            listener: listener.name.clone(),
            host: listener.host.clone(),
            source: io::ErrorKind::NotFound.into(),
        },
    })
}

/// Where to listen, in the order in which to try.
async fn addresses(listener: &ListenerConfig) -> io::Result<Vec<SocketAddr>> {
    let port = listener.port;
    if listener.host.is_empty() {
        // The first takes IPv4 connections as well; the second is for machines without IPv6.
        return Ok(vec![
            (Ipv6Addr::UNSPECIFIED, port).into(),
            (Ipv4Addr::UNSPECIFIED, port).into(),
        ]);
    }
    let host = listener.host.trim_start_matches('[').trim_end_matches(']');
    Ok(lookup_host((host, port)).await?.collect())
}

fn listen(config: &NetConfig, address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(!address.ip().is_unspecified())?;
    }
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    socket.set_keepalive(true)?;
    if let Some(bytes) = config.receive_buffer_bytes {
        socket.set_recv_buffer_size(bytes)?;
    }
    if let Some(bytes) = config.send_buffer_bytes {
        socket.set_send_buffer_size(bytes)?;
    }
    socket.bind(&address.into())?;
    socket.listen(i32::try_from(config.backlog).unwrap_or(i32::MAX))?;
    let listener = TcpListener::from_std(socket.into())?;
    let bound = listener.local_addr()?;
    Ok((listener, bound))
}
