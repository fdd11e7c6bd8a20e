//! LeaveGroup: members of a classic group go. From version 3 on a request may name several, also by their instance ids.

use std::sync::Arc;

use dmq_protocol::messages::leave_group::{LeaveGroupRequest, LeaveGroupResponse, MemberIdentity, MemberResponse};
use dmq_protocol::{ErrorCode, StrBytes};

use super::errors::{code_of_coordinator, code_of_group};
use super::{Answer, Api, Handles, RequestContext};
use crate::coordinator::group::{GroupError, Leaver};

pub struct LeaveGroup;

impl Api for LeaveGroup {
    type Request = LeaveGroupRequest;
    type Answer = LeaveGroupResponse;

    fn handle(
        handles: &Arc<Handles>,
        context: &RequestContext,
        request: LeaveGroupRequest,
    ) -> Answer<LeaveGroupResponse> {
        if request.group_id.is_empty() {
            return Answer::Now(refused(code_of_group(&GroupError::InvalidGroupId)));
        }
        let version = context.version;
        let members = match version {
            0..=2 => vec![MemberIdentity {
                member_id: request.member_id,
                ..MemberIdentity::default()
            }],
            _ => request.members,
        };
        let leavers: Vec<Leaver> = members.iter().map(leaver).collect();
        let left = handles.groups.step(&request.group_id, |step| {
            step.machine.leave(&request.group_id, &leavers, step.now, step.effects)
        });
        match left {
            Ok((results, committing)) => Answer::later(async move {
                match committing.done().await {
                    Ok(()) => response(members, results, version),
                    Err(error) => refused(code_of_coordinator(&error)),
                }
            }),
            Err(error) => Answer::Now(refused(code_of_coordinator(&error))),
        }
    }
}

fn leaver(member: &MemberIdentity) -> Leaver {
    Leaver {
        member: Arc::from(member.member_id.as_str()),
        instance: member.group_instance_id.as_deref().map(Arc::from),
    }
}

fn response(members: Vec<MemberIdentity>, results: Vec<Result<(), GroupError>>, version: i16) -> LeaveGroupResponse {
    let code = |result: &Result<(), GroupError>| result.as_ref().err().map_or(ErrorCode::NONE, code_of_group);
    if version < 3 {
        return refused(results.first().map_or(ErrorCode::NONE, code));
    }
    let members = members
        .into_iter()
        .zip(&results)
        .map(|(member, result)| MemberResponse {
            member_id: member.member_id.detached(),
            group_instance_id: member.group_instance_id.as_ref().map(StrBytes::detached),
            error_code: code(result),
        });
    LeaveGroupResponse {
        members: members.collect(),
        ..LeaveGroupResponse::default()
    }
}

fn refused(error_code: ErrorCode) -> LeaveGroupResponse {
    LeaveGroupResponse {
        error_code,
        ..LeaveGroupResponse::default()
    }
}
