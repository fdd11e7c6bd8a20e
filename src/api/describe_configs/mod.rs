//! DescribeConfigs: every config of a resource with its value, where that comes from, and what else could give it.
//!
//! What there is to tell comes from the declarations of settings and from the settings in force. Values are shown as
//! Kafka shows them, once parsed; those of passwords, and of names that are not declared and may hide one, are not.

mod entry;
mod resources;

use std::sync::Arc;

use dmq_protocol::messages::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource, DescribeConfigsResourceResult, DescribeConfigsResponse,
    DescribeConfigsResult,
};
use dmq_protocol::{ErrorCode, StrBytes};

use super::errors::code_of_config;
use super::{Answer, Api, Handles, RequestContext};
use crate::controller::ConfigError;
use crate::metadata::ConfigResourceType;
use resources::Described;

/// Kafka's text for a request that makes no sense.
const MALFORMED: &str = "This most likely occurs because of a request being malformed by the client library or the \
    message was sent to an incompatible broker. See the broker logs for more details.";

pub struct DescribeConfigs;

impl Api for DescribeConfigs {
    type Request = DescribeConfigsRequest;
    type Answer = DescribeConfigsResponse;

    fn handle(handles: &Arc<Handles>, _: &RequestContext, request: DescribeConfigsRequest) -> Answer<Self::Answer> {
        // As in Kafka, one kind that is none spoils the whole request.
        let unknown = request
            .resources
            .iter()
            .any(|resource| !is_known(resource.resource_type));
        let unknown = unknown.then(|| ConfigError::InvalidRequest(MALFORMED.to_owned()));
        let results = request.resources.iter().map(|resource| match &unknown {
            Some(error) => result(resource, Err(error.clone()), &request),
            None => result(resource, resources::describe(handles, resource), &request),
        });
        Answer::Now(DescribeConfigsResponse {
            results: results.collect(),
            ..DescribeConfigsResponse::default()
        })
    }
}

fn is_known(kind: i8) -> bool {
    matches!(
        ConfigResourceType(kind),
        ConfigResourceType::TOPIC
            | ConfigResourceType::BROKER
            | ConfigResourceType::BROKER_LOGGER
            | ConfigResourceType::CLIENT_METRICS
            | ConfigResourceType::GROUP
    )
}

fn result(
    resource: &DescribeConfigsResource,
    described: Result<Described, ConfigError>,
    request: &DescribeConfigsRequest,
) -> DescribeConfigsResult {
    let (error_code, message, all) = match described {
        Ok(Described::Configs(all)) => (ErrorCode::NONE, String::new(), all),
        Ok(Described::NoSuchTopic) => (ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, String::new(), Vec::new()),
        Err(error) => (code_of_config(&error), error.to_string(), Vec::new()),
    };
    let keys = resource.configuration_keys.as_deref().unwrap_or_default();
    let wanted = |config: &DescribeConfigsResourceResult| keys.is_empty() || keys.contains(&config.name);
    let mut configs: Vec<_> = all.into_iter().filter(wanted).collect();
    for config in &mut configs {
        if !request.include_synonyms {
            config.synonyms.clear();
        }
        if !request.include_documentation {
            config.documentation = None;
        }
    }
    DescribeConfigsResult {
        error_code,
        error_message: Some(StrBytes::from(message)),
        resource_type: resource.resource_type,
        resource_name: resource.resource_name.clone(),
        configs,
    }
}
