//! DescribeGroups: classic groups with their members, what each says of itself and what it was given.

use std::sync::Arc;

use dmq_protocol::StrBytes;
use dmq_protocol::messages::describe_groups::{
    DescribeGroupsRequest, DescribeGroupsResponse, DescribedGroup, DescribedGroupMember,
};

use super::errors::{code_of_coordinator, code_of_group};
use super::{Answer, Api, GROUP_OPERATIONS, Handles, RequestContext, UNASKED_OPERATIONS};
use crate::coordinator::group::{ClassicGroup, DescribedMember, GroupError, State};

/// What a group that does not exist is in.
const DEAD: &str = "Dead";

pub struct DescribeGroups;

impl Api for DescribeGroups {
    type Request = DescribeGroupsRequest;
    type Answer = DescribeGroupsResponse;

    fn handle(
        handles: &Arc<Handles>,
        context: &RequestContext,
        request: DescribeGroupsRequest,
    ) -> Answer<DescribeGroupsResponse> {
        let version = context.version;
        let operations = match request.include_authorized_operations {
            true => GROUP_OPERATIONS,
            false => UNASKED_OPERATIONS,
        };
        let found: Vec<_> = request
            .groups
            .iter()
            .map(|id| {
                let described = handles.groups.step(id, |step| match step.machine.group(id) {
                    Some(group) => describe(id, group, operations),
                    None => missing(id, operations, version),
                });
                (id.detached(), described)
            })
            .collect();
        Answer::later(async move {
            let mut groups = Vec::with_capacity(found.len());
            for (id, found) in found {
                let settled = match found {
                    Ok((described, committing)) => committing.done().await.map(|()| described),
                    Err(error) => Err(error),
                };
                groups.push(settled.unwrap_or_else(|error| DescribedGroup {
                    group_id: id,
                    error_code: code_of_coordinator(&error),
                    ..DescribedGroup::default()
                }));
            }
            DescribeGroupsResponse {
                groups,
                ..DescribeGroupsResponse::default()
            }
        })
    }
}

fn describe(id: &StrBytes, group: &ClassicGroup, authorized_operations: i32) -> DescribedGroup {
    let text = |text: Option<&Arc<str>>| text.map(|text| StrBytes::from(text.to_string())).unwrap_or_default();
    DescribedGroup {
        group_id: id.detached(),
        group_state: StrBytes::from_static(group.state().name()),
        protocol_type: text(group.protocol_type()),
        protocol_data: match group.state() {
            State::Stable => text(group.protocol()),
            _ => StrBytes::default(),
        },
        members: group.describe().into_iter().map(member).collect(),
        authorized_operations,
        ..DescribedGroup::default()
    }
}

fn member(member: DescribedMember) -> DescribedGroupMember {
    let text = |text: &Arc<str>| StrBytes::from(text.to_string());
    DescribedGroupMember {
        member_id: text(&member.identity.id),
        group_instance_id: member.identity.instance.as_ref().map(text),
        client_id: text(&member.identity.client_id),
        client_host: text(&member.identity.client_host),
        member_metadata: member.metadata,
        member_assignment: member.assignment,
    }
}

/// Before version 6 a group that does not exist is simply dead.
fn missing(id: &StrBytes, authorized_operations: i32, version: i16) -> DescribedGroup {
    let error = GroupError::GroupNotFound(id.to_string());
    let described = DescribedGroup {
        group_id: id.detached(),
        group_state: StrBytes::from_static(DEAD),
        ..DescribedGroup::default()
    };
    match version {
        6.. => DescribedGroup {
            error_code: code_of_group(&error),
            error_message: Some(StrBytes::from(error.to_string())),
            ..described
        },
        _ => DescribedGroup {
            authorized_operations,
            ..described
        },
    }
}
