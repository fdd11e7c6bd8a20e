//! DescribeClientQuotas: the quotas whose entities pass a filter.

use std::sync::Arc;

use dmq_protocol::messages::describe_client_quotas::{
    ComponentData, DescribeClientQuotasRequest, DescribeClientQuotasResponse, EntityData, EntryData, ValueData,
};
use dmq_protocol::{ErrorCode, StrBytes};

use super::errors::code_of_filter;
use super::{Answer, Api, Handles, RequestContext};
use crate::metadata::{QuotaEntity, QuotaValues};
use crate::quota::{Filter, Match};

pub struct DescribeClientQuotas;

impl Api for DescribeClientQuotas {
    type Request = DescribeClientQuotasRequest;
    type Answer = DescribeClientQuotasResponse;

    fn handle(
        handles: &Arc<Handles>,
        _: &RequestContext,
        request: DescribeClientQuotasRequest,
    ) -> Answer<DescribeClientQuotasResponse> {
        Answer::Now(match entries(handles, &request) {
            Ok(entries) => DescribeClientQuotasResponse {
                entries: Some(entries),
                ..DescribeClientQuotasResponse::default()
            },
            Err((error_code, message)) => DescribeClientQuotasResponse {
                error_code,
                error_message: Some(StrBytes::from(message)),
                entries: None,
                ..DescribeClientQuotasResponse::default()
            },
        })
    }
}

type Refusal = (ErrorCode, String);

fn entries(handles: &Handles, request: &DescribeClientQuotasRequest) -> Result<Vec<EntryData>, Refusal> {
    let mut filter = Filter::new(request.strict);
    for component in &request.components {
        let refused = |error| (code_of_filter(&error), error.to_string());
        filter.check(&component.entity_type).map_err(refused)?;
        filter
            .add(&component.entity_type, demand(component)?)
            .map_err(refused)?;
    }
    let image = handles.metadata.load();
    let found = filter
        .apply(&image.client_quotas)
        .map_err(|error| (code_of_filter(&error), error.to_string()))?;
    Ok(found.map(|(entity, values)| entry(entity, values)).collect())
}

fn demand(component: &ComponentData) -> Result<Match, Refusal> {
    let refused = |text: String| Err((ErrorCode::INVALID_REQUEST, text));
    match (component.match_type, &component.r#match) {
        (0, Some(name)) => Ok(Match::Exact(Arc::from(&**name))),
        (0, None) => refused("Request specified MATCH_TYPE_EXACT, but set match string to null.".to_owned()),
        (1, None) => Ok(Match::Default),
        (1, Some(_)) => refused("Request specified MATCH_TYPE_DEFAULT, but also specified a match string.".to_owned()),
        (2, None) => Ok(Match::Any),
        (2, Some(_)) => {
            refused("Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.".to_owned())
        }
        (unknown, _) => refused(format!("Unknown match type {unknown}")),
    }
}

fn entry(entity: &QuotaEntity, values: &QuotaValues) -> EntryData {
    let text = |text: &Arc<str>| StrBytes::from(text.to_string());
    let entity = entity.iter().map(|(kind, name)| EntityData {
        entity_type: text(kind),
        entity_name: name.as_ref().map(text),
    });
    let values = values.iter().map(|(key, value)| ValueData {
        key: text(key),
        value: *value,
    });
    EntryData {
        entity: entity.collect(),
        values: values.collect(),
    }
}
