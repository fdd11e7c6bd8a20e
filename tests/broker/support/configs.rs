//! Configs asked for and changed over the wire.

use dmq_protocol::messages::describe_configs::{DescribeConfigsResource, DescribeConfigsResourceResult};
use dmq_protocol::messages::incremental_alter_configs::{AlterConfigsResource, AlterableConfig};
use dmq_protocol::messages::{DescribeConfigsRequest, IncrementalAlterConfigsRequest};
use dmq_protocol::{ErrorCode, StrBytes};

use super::Wire;

pub const TOPIC: i8 = 2;
pub const BROKER: i8 = 4;
pub const LOGGER: i8 = 8;
pub const CLIENT_METRICS: i8 = 16;
pub const GROUP: i8 = 32;

pub const SET: i8 = 0;
pub const DELETE: i8 = 1;
pub const APPEND: i8 = 2;

/// A request to change one resource step by step.
pub fn steps(kind: i8, name: &str, steps: &[(&str, i8, Option<&str>)]) -> AlterConfigsResource {
    let text = |text: &str| StrBytes::from(text.to_owned());
    AlterConfigsResource {
        resource_type: kind,
        resource_name: text(name),
        configs: steps
            .iter()
            .map(|(name, operation, value)| AlterableConfig {
                name: text(name),
                config_operation: *operation,
                value: value.map(text),
            })
            .collect(),
    }
}

/// What becomes of changes to one resource.
pub fn alter(wire: &mut Wire, resource: AlterConfigsResource, validate_only: bool) -> (ErrorCode, Option<String>) {
    let request = IncrementalAlterConfigsRequest {
        resources: vec![resource],
        validate_only,
    };
    let outcome = wire.call(1, &request).responses.remove(0);
    (
        outcome.error_code,
        outcome.error_message.map(|message| message.to_string()),
    )
}

/// Sets one config, which must be possible.
pub fn set(wire: &mut Wire, kind: i8, name: &str, config: &str, value: &str) {
    let outcome = alter(wire, steps(kind, name, &[(config, SET, Some(value))]), false);
    assert_eq!(outcome, (ErrorCode::NONE, None), "{config}={value}");
}

/// Leaves one config to its default.
pub fn unset(wire: &mut Wire, kind: i8, name: &str, config: &str) {
    let outcome = alter(wire, steps(kind, name, &[(config, DELETE, None)]), false);
    assert_eq!(outcome, (ErrorCode::NONE, None), "{config}");
}

/// A request for everything about one resource.
pub fn everything_of(kind: i8, name: &str) -> DescribeConfigsRequest {
    DescribeConfigsRequest {
        resources: vec![DescribeConfigsResource {
            resource_type: kind,
            resource_name: StrBytes::from(name.to_owned()),
            configuration_keys: None,
        }],
        include_synonyms: true,
        include_documentation: true,
    }
}

/// All configs of a resource.
pub fn describe(wire: &mut Wire, kind: i8, name: &str) -> Vec<DescribeConfigsResourceResult> {
    let result = wire.call(4, &everything_of(kind, name)).results.remove(0);
    assert_eq!(result.error_code, ErrorCode::NONE, "{:?}", result.error_message);
    result.configs
}

/// One config of a resource, which must be there.
pub fn config(wire: &mut Wire, kind: i8, name: &str, config: &str) -> DescribeConfigsResourceResult {
    let mut all = describe(wire, kind, name).into_iter();
    all.find(|found| *found.name == *config)
        .unwrap_or_else(|| panic!("{config} is not described"))
}

/// The value of one config of a resource and the number of its source.
pub fn value(wire: &mut Wire, kind: i8, name: &str, which: &str) -> (Option<String>, i8) {
    let found = config(wire, kind, name, which);
    (found.value.map(|value| value.to_string()), found.config_source)
}
