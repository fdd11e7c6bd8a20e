//! JoinGroup: a member comes to a classic group. Answered when the group's members are complete.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use dmq_protocol::messages::join_group::{
    JoinGroupRequest, JoinGroupRequestProtocol, JoinGroupResponse, JoinGroupResponseMember,
};
use dmq_protocol::{ErrorCode, StrBytes, Uuid};

use super::errors::{code_of_coordinator, code_of_group};
use super::{Answer, Api, Handles, RequestContext};
use crate::coordinator::group::{GroupError, GroupReply, JoinAnswer, JoinRequest, Protocol};

pub struct JoinGroup;

impl Api for JoinGroup {
    type Request = JoinGroupRequest;
    type Answer = JoinGroupResponse;

    fn handle(
        handles: &Arc<Handles>,
        context: &RequestContext,
        request: JoinGroupRequest,
    ) -> Answer<JoinGroupResponse> {
        let version = context.version;
        if let Some(error) = refusal(handles, &request) {
            let code = code_of_group(&error);
            return Answer::Now(refused(request.member_id, code, version));
        }
        let join = join_request(handles, context, &request);
        let parked = handles.groups.park(&join.group, |step, ticket| {
            step.machine.join(&join, ticket, step.now, step.effects);
        });
        match parked {
            Ok(parked) => Answer::later(async move {
                match parked.answer().await {
                    Ok(GroupReply::Join(answer)) => response(answer, version),
                    Ok(GroupReply::Sync(_)) => refused(StrBytes::default(), ErrorCode::UNKNOWN_SERVER_ERROR, version),
                    Err(error) => refused(StrBytes::default(), code_of_coordinator(&error), version),
                }
            }),
            Err(error) => Answer::Now(refused(StrBytes::default(), code_of_coordinator(&error), version)),
        }
    }
}

fn refusal(handles: &Handles, request: &JoinGroupRequest) -> Option<GroupError> {
    let settings = handles.groups.settings();
    let allowed = settings.session_timeout_min_ms..=settings.session_timeout_max_ms;
    if request.group_id.is_empty() {
        Some(GroupError::InvalidGroupId)
    } else if !allowed.contains(&request.session_timeout_ms) {
        Some(GroupError::InvalidSessionTimeout)
    } else {
        None
    }
}

fn join_request(handles: &Handles, context: &RequestContext, request: &JoinGroupRequest) -> JoinRequest {
    let millis = |ms: i32| Duration::from_millis(u64::try_from(ms).unwrap_or(0));
    let instance = request.group_instance_id.as_deref().map(Arc::<str>::from);
    let name = instance.as_deref().unwrap_or(&context.client_id);
    let protocol = |own: &JoinGroupRequestProtocol| Protocol {
        name: Arc::from(own.name.as_str()),
        metadata: Bytes::copy_from_slice(&own.metadata),
    };
    let rebalance_timeout = match request.rebalance_timeout_ms {
        ..=-1 => request.session_timeout_ms,
        own => own,
    };
    JoinRequest {
        group: Arc::from(request.group_id.as_str()),
        member: Arc::from(request.member_id.as_str()),
        new_member: Arc::from(format!("{name}-{}", java_uuid(handles.random.uuid()))),
        instance,
        client_id: Arc::from(&*context.client_id),
        client_host: Arc::from(format!("/{}", context.connection.peer.ip())),
        protocol_type: Arc::from(request.protocol_type.as_str()),
        protocols: request.protocols.iter().map(protocol).collect(),
        session_timeout: millis(request.session_timeout_ms),
        rebalance_timeout: millis(rebalance_timeout),
        can_return: context.version >= 4,
        can_skip_assignment: context.version >= 9,
    }
}

/// An id as Java writes them, which is what members' ids end with: `8-4-4-4-12` hexadecimal digits.
pub(super) fn java_uuid(id: Uuid) -> String {
    let digits = format!("{:032x}", id.as_u128());
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

fn response(answer: JoinAnswer, version: i16) -> JoinGroupResponse {
    let text = |text: &Arc<str>| StrBytes::from(text.to_string());
    let member = |member: crate::coordinator::group::JoinedMember| JoinGroupResponseMember {
        member_id: text(&member.id),
        group_instance_id: member.instance.as_ref().map(text),
        metadata: member.metadata,
    };
    JoinGroupResponse {
        error_code: answer.error.as_ref().map_or(ErrorCode::NONE, code_of_group),
        generation_id: answer.generation,
        protocol_type: answer.protocol_type.as_ref().map(text),
        protocol_name: protocol_name(answer.protocol.as_ref().map(text), version),
        leader: answer.leader.as_ref().map(text).unwrap_or_default(),
        skip_assignment: answer.skip_assignment,
        member_id: text(&answer.member),
        members: answer.members.into_iter().map(member).collect(),
        ..JoinGroupResponse::default()
    }
}

/// Versions below 7 have no null here.
fn protocol_name(name: Option<StrBytes>, version: i16) -> Option<StrBytes> {
    match name {
        None if version < 7 => Some(StrBytes::default()),
        name => name,
    }
}

fn refused(member_id: StrBytes, error_code: ErrorCode, version: i16) -> JoinGroupResponse {
    JoinGroupResponse {
        error_code,
        member_id,
        protocol_name: protocol_name(None, version),
        ..JoinGroupResponse::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_written_as_java_does() {
        let id = Uuid::from_u128(0x0123_4567_89ab_4cde_8f01_2345_6789_abcd);
        assert_eq!(java_uuid(id), "01234567-89ab-4cde-8f01-23456789abcd");
    }
}
