//! Closes a connection so that the peer gets the last answers.
//!
//! A socket that is closed with bytes unread sends a reset, and a reset makes the peer's system throw away what it has
//! received but not delivered. So our side is closed first, and what still comes is read and dropped for a short while.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::buffer::BufferPool;
use super::limits::{BUFFER_BYTES, LINGER, LINGER_BYTES_MAX};

/// Ends our side, then waits for the peer's end, within bounds.
pub(super) async fn linger(mut socket: TcpStream, pool: Arc<BufferPool>) {
    if socket.shutdown().await.is_err() {
        return;
    }
    // Whether the peer closed in time makes no difference to what is done next.
    let _ = timeout(LINGER, discard(&mut socket, &pool)).await;
}

async fn discard(socket: &mut TcpStream, pool: &Arc<BufferPool>) {
    let mut left = LINGER_BYTES_MAX;
    while left > 0 {
        if socket.readable().await.is_err() {
            return;
        }
        // Taken for each read, so that a peer that sends nothing holds no buffer.
        let mut buffer = pool.take();
        match socket.read(buffer.room(left.min(BUFFER_BYTES))).await {
            Ok(0) | Err(_) => return,
            Ok(count) => left = left.saturating_sub(count),
        }
    }
}
