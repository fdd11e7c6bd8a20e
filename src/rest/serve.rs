//! The HTTP connections of one listener: accepted up to a number, with a deadline for each request's head, finished
//! in order at the end.
//!
//! A client that takes no byte of its answer is cut off by the system (`TCP_USER_TIMEOUT`). HTTP/1.1 alone.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::{RestState, router};

/// How long nothing is accepted after the system refused a connection.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves a listener until `shutdown` resolves and the requests then under way are answered.
pub async fn serve(
    listener: TcpListener,
    state: RestState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let limits = state.limits();
    let connections = Arc::new(Semaphore::new(limits.connections_max.min(Semaphore::MAX_PERMITS)));
    let metrics = Arc::clone(state.metrics());
    let service = TowerToHyperService::new(router(state));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head_timeout);
    let graceful = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a REST connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&connections).try_acquire_owned() else {
            metrics.count_refused_connection();
            continue;
        };
        set_options(&stream, limits.stall_timeout);
        let open = metrics.open_connection();
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service.clone()));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a REST connection ended early");
            }
            drop((open, place));
        });
    }
    drop(listener);
    graceful.shutdown().await;
    Ok(())
}

fn set_options(stream: &TcpStream, stall_timeout: Duration) {
    let set = stream
        .set_nodelay(true)
        .and_then(|()| SockRef::from(stream).set_tcp_user_timeout(Some(stall_timeout)));
    if let Err(error) = set {
        tracing::debug!(%error, "options of a REST connection cannot be set");
    }
}
