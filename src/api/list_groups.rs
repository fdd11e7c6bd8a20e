//! ListGroups: the groups that this broker coordinates, all or those of some states and types.

use std::collections::BTreeSet;
use std::sync::Arc;

use dmq_protocol::messages::list_groups::{ListGroupsRequest, ListGroupsResponse, ListedGroup};
use dmq_protocol::{ErrorCode, StrBytes};

use super::errors::code_of_coordinator;
use super::{Answer, Api, Handles, RequestContext};
use crate::coordinator::CoordinatorError;
use crate::coordinator::group::GroupMachine;

/// The type of groups whose members assign among themselves.
const CLASSIC: &str = "classic";

pub struct ListGroups;

impl Api for ListGroups {
    type Request = ListGroupsRequest;
    type Answer = ListGroupsResponse;

    fn handle(handles: &Arc<Handles>, _: &RequestContext, request: ListGroupsRequest) -> Answer<ListGroupsResponse> {
        // In lower case, since upper and lower case are the same here.
        let lower = |names: &[StrBytes]| {
            names
                .iter()
                .map(|name| name.to_lowercase())
                .collect::<BTreeSet<String>>()
        };
        let (states, types) = (lower(&request.states_filter), lower(&request.types_filter));
        let found = handles.groups.look_at_all(|machine| list(machine, &states, &types));
        Answer::later(async move {
            let mut groups = Vec::new();
            for found in found {
                let settled = match found {
                    Ok((listed, committing)) => committing.done().await.map(|()| listed),
                    Err(error) => Err(error),
                };
                match settled {
                    Ok(listed) => groups.extend(listed),
                    // Another broker lists its groups.
                    Err(CoordinatorError::NotCoordinator) => {}
                    Err(error) => return refused(code_of_coordinator(&error)),
                }
            }
            ListGroupsResponse {
                groups,
                ..ListGroupsResponse::default()
            }
        })
    }
}

fn list(machine: &GroupMachine, states: &BTreeSet<String>, types: &BTreeSet<String>) -> Vec<ListedGroup> {
    let wanted = |set: &BTreeSet<String>, name: &str| set.is_empty() || set.contains(&name.to_lowercase());
    if !wanted(types, CLASSIC) {
        return Vec::new();
    }
    let groups = machine
        .groups()
        .filter(|(_, group)| wanted(states, group.state().name()));
    let listed = groups.map(|(id, group)| ListedGroup {
        group_id: StrBytes::from(id.to_string()),
        protocol_type: group
            .protocol_type()
            .map(|kind| StrBytes::from(kind.to_string()))
            .unwrap_or_default(),
        group_state: StrBytes::from_static(group.state().name()),
        group_type: StrBytes::from_static(CLASSIC),
    });
    listed.collect()
}

fn refused(error_code: ErrorCode) -> ListGroupsResponse {
    ListGroupsResponse {
        error_code,
        ..ListGroupsResponse::default()
    }
}
