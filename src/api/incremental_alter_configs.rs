//! IncrementalAlterConfigs: single configs change. A broker's log levels are changed here, where they are; everything
//! else by the controller.

use std::sync::Arc;

use dmq_protocol::messages::incremental_alter_configs::{
    AlterConfigsResource, AlterConfigsResourceResponse, IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse,
};
use dmq_protocol::{ErrorCode, StrBytes};

use super::errors::{code_of_config, code_of_controller};
use super::{Answer, Api, Handles, RequestContext};
use crate::controller::{
    AlterConfigs, AlterResource, ConfigAdjustment, ConfigChange, ConfigError, ConfigOperation, ControllerError,
};
use crate::ids::BrokerId;
use crate::metadata::ConfigResourceType;
use crate::telemetry::levels::{LevelChange, LevelError, levels};

pub struct IncrementalAlterConfigs;

type Outcome = Result<(), ConfigError>;

impl Api for IncrementalAlterConfigs {
    type Request = IncrementalAlterConfigsRequest;
    type Answer = IncrementalAlterConfigsResponse;

    fn handle(
        handles: &Arc<Handles>,
        _: &RequestContext,
        request: IncrementalAlterConfigsRequest,
    ) -> Answer<Self::Answer> {
        let wanted = AlterConfigs {
            resources: request.resources.iter().map(wanted).collect(),
            validate_only: request.validate_only,
        };
        let logging = change_levels(handles.broker_id, &wanted);
        let rest = AlterConfigs {
            resources: wanted
                .resources
                .into_iter()
                .filter(|one| !is_logger(one.kind))
                .collect(),
            validate_only: request.validate_only,
        };
        let controller = handles.controller.clone();
        Answer::later(async move {
            let outcomes = match rest.resources.is_empty() {
                true => Ok(Vec::new()),
                false => controller.alter_configs(rest).await,
            };
            let (mut logging, mut outcomes) = (logging.into_iter(), outcomes.map(Vec::into_iter));
            let responses = request.resources.into_iter().map(|resource| {
                let refusal = if is_logger(ConfigResourceType(resource.resource_type)) {
                    refusal_of(logging.next())
                } else {
                    match &mut outcomes {
                        Ok(outcomes) => refusal_of(outcomes.next()),
                        Err(error) => Some(controller_refusal(error)),
                    }
                };
                response(resource, refusal)
            });
            IncrementalAlterConfigsResponse {
                responses: responses.collect(),
                ..IncrementalAlterConfigsResponse::default()
            }
        })
    }
}

fn refusal_of(outcome: Option<Outcome>) -> Option<(ErrorCode, String)> {
    let error = outcome?.err()?;
    Some((code_of_config(&error), error.to_string()))
}

fn controller_refusal(error: &ControllerError) -> (ErrorCode, String) {
    (code_of_controller(error), error.to_string())
}

fn response(resource: AlterConfigsResource, refusal: Option<(ErrorCode, String)>) -> AlterConfigsResourceResponse {
    let (error_code, message) = refusal.unzip();
    AlterConfigsResourceResponse {
        error_code: error_code.unwrap_or_default(),
        error_message: message.map(StrBytes::from),
        resource_type: resource.resource_type,
        resource_name: resource.resource_name,
    }
}

fn wanted(resource: &AlterConfigsResource) -> AlterResource {
    let steps = resource.configs.iter().map(|config| ConfigAdjustment {
        name: config.name.to_string(),
        operation: config.config_operation,
        value: config.value.as_ref().map(ToString::to_string),
    });
    AlterResource {
        kind: ConfigResourceType(resource.resource_type),
        name: resource.resource_name.to_string(),
        change: ConfigChange::Adjust(steps.collect()),
    }
}

fn is_logger(kind: ConfigResourceType) -> bool {
    kind == ConfigResourceType::BROKER_LOGGER
}

/// One outcome for each resource that is a broker's log levels.
fn change_levels(broker: BrokerId, request: &AlterConfigs) -> Vec<Outcome> {
    let twice = request.named_twice();
    let loggers = request.resources.iter().filter(|resource| is_logger(resource.kind));
    let changed = loggers.map(|resource| {
        if twice.contains(&(resource.kind, resource.name.clone())) {
            return Err(ConfigError::named_twice());
        }
        resource.change.check_form()?;
        check_node(broker, &resource.name)?;
        let changes = level_changes(&resource.change)?;
        let done = match request.validate_only {
            true => levels().check(&changes),
            false => levels().change(&changes),
        };
        done.map_err(|error| match error {
            LevelError::RootNeedsOne => ConfigError::InvalidRequest(error.to_string()),
            _ => ConfigError::InvalidConfig(error.to_string()),
        })
    });
    changed.collect()
}

fn check_node(broker: BrokerId, name: &str) -> Outcome {
    let text = match name.parse::<i32>() {
        Ok(id) if id == broker.0 => return Ok(()),
        Ok(_) => format!("Unexpected node id. Expected {broker}, but received {name}"),
        Err(_) => format!("Node id must be an integer, but it is: {name}"),
    };
    Err(ConfigError::InvalidRequest(text))
}

fn level_changes(change: &ConfigChange) -> Result<Vec<LevelChange>, ConfigError> {
    let ConfigChange::Adjust(steps) = change else {
        return Ok(Vec::new());
    };
    let changes = steps.iter().map(|step| {
        let refused = |what: String| {
            let text = format!("{what} is not allowed for the BROKER_LOGGER resource");
            Err(ConfigError::InvalidRequest(text))
        };
        let level = match ConfigOperation::from_number(step.operation) {
            Some(ConfigOperation::Set) => step.value.clone(),
            Some(ConfigOperation::Delete) => None,
            Some(other) => return refused(format!("{} operation", other.name())),
            None => return refused(format!("Unknown operation type {}", step.operation)),
        };
        Ok(LevelChange {
            logger: step.name.clone(),
            level,
        })
    });
    changes.collect()
}
