//! UnregisterBroker: takes a broker out of the cluster for good.

use std::sync::Arc;

use dmq_protocol::messages::unregister_broker::{UnregisterBrokerRequest, UnregisterBrokerResponse};
use dmq_protocol::{ErrorCode, StrBytes};

use super::errors::code_of_controller;
use super::{Answer, Api, Handles, RequestContext};
use crate::ids::BrokerId;

pub struct UnregisterBroker;

impl Api for UnregisterBroker {
    type Request = UnregisterBrokerRequest;
    type Answer = UnregisterBrokerResponse;

    fn handle(
        handles: &Arc<Handles>,
        _: &RequestContext,
        request: UnregisterBrokerRequest,
    ) -> Answer<UnregisterBrokerResponse> {
        let controller = handles.controller.clone();
        Answer::later(async move {
            let unregistered = controller.unregister_broker(BrokerId(request.broker_id)).await;
            let (error_code, error_message) = match unregistered {
                Ok(()) => (ErrorCode::NONE, None),
                Err(error) => (code_of_controller(&error), Some(StrBytes::from(error.to_string()))),
            };
            UnregisterBrokerResponse {
                error_code,
                error_message,
                ..UnregisterBrokerResponse::default()
            }
        })
    }
}
