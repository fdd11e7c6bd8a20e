//! DeleteGroups: groups without members go, with their offsets.

use std::collections::BTreeSet;
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
        // A group that is named twice is spoken of once.
        let names: BTreeSet<&StrBytes> = request.groups_names.iter().collect();
        let deleted: Vec<_> = names
            .into_iter()
            .map(|id| (id.detached(), delete(handles, id)))
            .collect();
        Answer::later(async move {
            let mut results = Vec::with_capacity(deleted.len());
            for (group_id, deleted) in deleted {
                results.push(DeletableGroupResult {
                    group_id,
                    error_code: settled(deleted).await,
                    ..DeletableGroupResult::default()
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
    handles.groups.step(&id, |step| step.machine.delete(&id, step.effects))
}

async fn settled(deleted: Deleted) -> ErrorCode {
    match deleted {
        Ok((Ok(()), committing)) => match committing.done().await {
            Ok(()) => ErrorCode::NONE,
            Err(error) => code_of_coordinator(&error),
        },
        Ok((Err(error), _)) => code_of_group(&error),
        Err(error) => code_of_coordinator(&error),
    }
}
