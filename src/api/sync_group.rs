//! SyncGroup: a member of a classic group asks for its part; the leader brings everybody's.

use std::sync::Arc;

use bytes::Bytes;
use dmq_protocol::messages::sync_group::{SyncGroupRequest, SyncGroupResponse};
use dmq_protocol::{ErrorCode, StrBytes};

use super::errors::{code_of_coordinator, code_of_group};
use super::{Answer, Api, Handles, RequestContext};
use crate::coordinator::group::{GroupError, GroupReply, SyncAnswer, SyncRequest};

pub struct SyncGroup;

impl Api for SyncGroup {
    type Request = SyncGroupRequest;
    type Answer = SyncGroupResponse;

    fn handle(
        handles: &Arc<Handles>,
        context: &RequestContext,
        request: SyncGroupRequest,
    ) -> Answer<SyncGroupResponse> {
        // From version 5 on a member says what it believes to be in.
        let is_complete = context.version < 5 || (request.protocol_type.is_some() && request.protocol_name.is_some());
        if !is_complete {
            return Answer::Now(refused(code_of_group(&GroupError::InconsistentProtocol)));
        }
        if request.group_id.is_empty() {
            return Answer::Now(refused(code_of_group(&GroupError::InvalidGroupId)));
        }
        let sync = sync_request(&request);
        let group = Arc::clone(&sync.group);
        let parked = handles.groups.park(&group, |step, ticket| {
            step.machine.sync(sync, ticket, step.now, step.effects);
        });
        match parked {
            Ok(parked) => Answer::later(async move {
                match parked.answer().await {
                    Ok(GroupReply::Sync(answer)) => response(answer),
                    Ok(GroupReply::Join(_)) => refused(ErrorCode::UNKNOWN_SERVER_ERROR),
                    Err(error) => refused(code_of_coordinator(&error)),
                }
            }),
            Err(error) => Answer::Now(refused(code_of_coordinator(&error))),
        }
    }
}

fn sync_request(request: &SyncGroupRequest) -> SyncRequest {
    let text = |text: &StrBytes| Arc::<str>::from(text.as_str());
    let assignments = request
        .assignments
        .iter()
        .map(|part| (text(&part.member_id), Bytes::copy_from_slice(&part.assignment)));
    SyncRequest {
        group: text(&request.group_id),
        member: text(&request.member_id),
        instance: request.group_instance_id.as_ref().map(text),
        generation: request.generation_id,
        protocol_type: request.protocol_type.as_ref().map(text),
        protocol: request.protocol_name.as_ref().map(text),
        assignments: assignments.collect(),
    }
}

fn response(answer: SyncAnswer) -> SyncGroupResponse {
    let text = |text: &Arc<str>| StrBytes::from(text.to_string());
    SyncGroupResponse {
        error_code: answer.error.as_ref().map_or(ErrorCode::NONE, code_of_group),
        protocol_type: answer.protocol_type.as_ref().map(text),
        protocol_name: answer.protocol.as_ref().map(text),
        assignment: answer.assignment,
        ..SyncGroupResponse::default()
    }
}

fn refused(error_code: ErrorCode) -> SyncGroupResponse {
    SyncGroupResponse {
        error_code,
        ..SyncGroupResponse::default()
    }
}
