//! AlterConfigs: each resource's configs become exactly those of the request.

use std::sync::Arc;

use dmq_protocol::StrBytes;
use dmq_protocol::messages::alter_configs::{
    AlterConfigsRequest, AlterConfigsResource, AlterConfigsResourceResponse, AlterConfigsResponse,
};

use super::errors::{code_of_config, code_of_controller};
use super::{Answer, Api, Handles, RequestContext};
use crate::controller::{self, AlterResource, ConfigChange};
use crate::metadata::ConfigResourceType;

pub struct AlterConfigs;

impl Api for AlterConfigs {
    type Request = AlterConfigsRequest;
    type Answer = AlterConfigsResponse;

    fn handle(handles: &Arc<Handles>, _: &RequestContext, request: AlterConfigsRequest) -> Answer<Self::Answer> {
        let controller = handles.controller.clone();
        Answer::later(async move {
            let wanted = controller::AlterConfigs {
                resources: request.resources.iter().map(wanted).collect(),
                validate_only: request.validate_only,
            };
            let outcomes = controller.alter_configs(wanted).await;
            let responses = request.resources.into_iter().enumerate().map(|(place, resource)| {
                let refusal = match &outcomes {
                    Ok(outcomes) => match outcomes.get(place) {
                        Some(Err(error)) => Some((code_of_config(error), error.to_string())),
                        _ => None,
                    },
                    Err(error) => Some((code_of_controller(error), error.to_string())),
                };
                let (error_code, message) = refusal.unzip();
                AlterConfigsResourceResponse {
                    error_code: error_code.unwrap_or_default(),
                    error_message: message.map(StrBytes::from),
                    resource_type: resource.resource_type,
                    resource_name: resource.resource_name,
                }
            });
            AlterConfigsResponse {
                responses: responses.collect(),
                ..AlterConfigsResponse::default()
            }
        })
    }
}

fn wanted(resource: &AlterConfigsResource) -> AlterResource {
    let value = |value: &Option<StrBytes>| value.as_ref().map(ToString::to_string);
    let all = resource
        .configs
        .iter()
        .map(|config| (config.name.to_string(), value(&config.value)));
    AlterResource {
        kind: ConfigResourceType(resource.resource_type),
        name: resource.resource_name.to_string(),
        change: ConfigChange::Replace(all.collect()),
    }
}
