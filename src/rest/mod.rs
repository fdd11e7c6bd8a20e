//! REST.
use crate::api::Handles;
use std::sync::Arc;
#[derive(Debug)]
pub struct RestState;
impl RestState {
    pub fn new(_: Arc<Handles>, _: tokio::sync::watch::Receiver<bool>) -> RestState {
        RestState
    }
}
pub async fn serve(_s: tokio::net::TcpListener, _: RestState, stop: impl Future<Output = ()>) -> std::io::Result<()> {
    stop.await;
    Ok(())
}
