//! DeleteGroups: groups without members go, with their offsets.

use std::sync::Arc;

use dmq_protocol::messages::delete_groups::{DeletableGroupResult, DeleteGroupsRequest, DeleteGroupsResponse};
use dmq_protocol::{ErrorCode, StrBytes};

use super::errors::{code_of_coordinator, code_of_group};
use super::{Answer, Api, Handles, RequestContext};
use crate::coordinator::group::GroupError;
use crate::coordinator::{Committing, CoordinatorError};

pub struct DeleteGroups;

impl Api for DeleteGroups {
    type Request = DeleteGroupsRequest;
    type Answer = DeleteGroupsResponse;

    fn handle(
        handles: &Arc<Handles>,
        _: &RequestContext,
        request: DeleteGroupsRequest,
    ) -> Answer<DeleteGroupsResponse> {
        let deleted: Vec<_> = request
            .groups_names
            .iter()
            .map(|id| (id.detached(), delete(handles, id)))
            .collect();
        Answer::later(async move {
            let mut results = Vec::with_capacity(deleted.len());
            for (group_id, deleted) in deleted {
                let (error_code, error_message) = settled(deleted).await;
                results.push(DeletableGroupResult {
                    group_id,
                    error_code,
                    error_message: error_message.map(StrBytes::from),
                });
            }
            DeleteGroupsResponse {
                results,
                ..DeleteGroupsResponse::default()
            }
        })
    }
}

type Deleted = Result<(Result<(), GroupError>, Committing), CoordinatorError>;

fn delete(handles: &Handles, id: &StrBytes) -> Deleted {
    let id = Arc::<str>::from(id.as_str());
    handles.groups.step(&id, |step| match id.is_empty() {
        true => Err(GroupError::InvalidGroupId),
        false => step.machine.delete(&id, step.effects),
    })
}

async fn settled(deleted: Deleted) -> (ErrorCode, Option<String>) {
    let coordinator = |error: CoordinatorError| (code_of_coordinator(&error), Some(error.to_string()));
    match deleted {
        Ok((Ok(()), committing)) => match committing.done().await {
            Ok(()) => (ErrorCode::NONE, None),
            Err(error) => coordinator(error),
        },
        Ok((Err(error), _)) => (code_of_group(&error), Some(error.to_string())),
        Err(error) => coordinator(error),
    }
}
