//! Heartbeat: a member of a classic group says that it is there, and learns whether it is to join again.

use std::sync::Arc;

use dmq_protocol::ErrorCode;
use dmq_protocol::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};

use super::errors::{code_of_coordinator, code_of_group};
use super::{Answer, Api, Handles, RequestContext};
use crate::coordinator::CoordinatorError;
use crate::coordinator::group::GroupError;

pub struct Heartbeat;

impl Api for Heartbeat {
    type Request = HeartbeatRequest;
    type Answer = HeartbeatResponse;

    fn handle(handles: &Arc<Handles>, _: &RequestContext, request: HeartbeatRequest) -> Answer<HeartbeatResponse> {
        if request.group_id.is_empty() {
            return answer(code_of_group(&GroupError::InvalidGroupId));
        }
        let member = (
            request.group_id.as_str(),
            request.member_id.as_str(),
            request.group_instance_id.as_deref(),
        );
        let generation = request.generation_id;
        let beat = handles.groups.step(&request.group_id, |step| {
            step.machine.heartbeat(member, generation, step.now, step.effects)
        });
        answer(match beat {
            // Nothing is told that would have to be committed first.
            Ok((Ok(()), _)) => ErrorCode::NONE,
            Ok((Err(error), _)) => code_of_group(&error),
            // The member's session does not begin before its group is loaded.
            Err(CoordinatorError::Loading) => ErrorCode::NONE,
            Err(error) => code_of_coordinator(&error),
        })
    }
}

fn answer(error_code: ErrorCode) -> Answer<HeartbeatResponse> {
    Answer::Now(HeartbeatResponse {
        error_code,
        ..HeartbeatResponse::default()
    })
}
