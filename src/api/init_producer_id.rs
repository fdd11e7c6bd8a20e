//! InitProducerId: a producer id for an idempotent producer.
//!
//! Ids come from the controller in blocks and are handed out here; none is ever given twice, also not after a crash,
//! since the controller records a block before it hands it over.

use std::sync::Arc;

use dmq_protocol::ErrorCode;
use dmq_protocol::messages::init_producer_id::{InitProducerIdRequest, InitProducerIdResponse};
use tokio::sync::Mutex;

use super::errors::code_of_controller;
use super::{Answer, Api, Handles, RequestContext};
use crate::controller::{ControllerError, ControllerHandle, ProducerIdBlock};
use crate::ids::ProducerId;

pub struct InitProducerId;

/// What is left of the block of producer ids in use.
#[derive(Debug, Default)]
pub struct ProducerIds {
    /// An async lock: whoever finds the block used up fetches the next one for all.
    block: Mutex<Option<ProducerIdBlock>>,
}

impl ProducerIds {
    /// An id that no producer has had.
    pub async fn next(&self, controller: &ControllerHandle) -> Result<ProducerId, ControllerError> {
        let mut block = self.block.lock().await;
        if let Some(id) = block.as_mut().and_then(take_first) {
            return Ok(id);
        }
        let mut fresh = controller.allocate_producer_ids().await?;
        let id = take_first(&mut fresh).ok_or(ControllerError::ProducerIdsExhausted)?;
        *block = Some(fresh);
        Ok(id)
    }
}

/// The first id of a block, which the block then no longer has.
fn take_first(block: &mut ProducerIdBlock) -> Option<ProducerId> {
    let id = block.first;
    block.len = block.len.checked_sub(1).filter(|left| *left >= 0)?;
    block.first = ProducerId(id.0.saturating_add(1));
    Some(id)
}

impl Api for InitProducerId {
    type Request = InitProducerIdRequest;
    type Answer = InitProducerIdResponse;

    /// Version 6 is Kafka's two-phase commit in the making (KIP-939).
    const SERVED_TO: Option<i16> = Some(5);

    fn handle(
        handles: &Arc<Handles>,
        _: &RequestContext,
        request: InitProducerIdRequest,
    ) -> Answer<InitProducerIdResponse> {
        if let Some(error_code) = refusal(&request) {
            return Answer::Now(refused(error_code));
        }
        let handles = Arc::clone(handles);
        Answer::later(async move {
            match handles.producer_ids.next(&handles.controller).await {
                Ok(ProducerId(producer_id)) => InitProducerIdResponse {
                    producer_id,
                    producer_epoch: 0,
                    ..InitProducerIdResponse::default()
                },
                Err(error) => refused(code_of_controller(&error)),
            }
        })
    }
}

fn refused(error_code: ErrorCode) -> InitProducerIdResponse {
    InitProducerIdResponse {
        error_code,
        producer_id: -1,
        producer_epoch: -1,
        ..InitProducerIdResponse::default()
    }
}

fn refusal(request: &InitProducerIdRequest) -> Option<ErrorCode> {
    let half_an_identity = (request.producer_id == -1) != (request.producer_epoch == -1);
    match &request.transactional_id {
        _ if half_an_identity => Some(ErrorCode::INVALID_REQUEST),
        None => None,
        Some(id) if id.is_empty() => Some(ErrorCode::INVALID_REQUEST),
        // No transaction coordinator runs on this broker; the client looks for another one.
        Some(_) => Some(ErrorCode::NOT_COORDINATOR),
    }
}
