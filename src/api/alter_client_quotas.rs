//! AlterClientQuotas: sets and removes limits, each entity accepted or refused alone.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use dmq_protocol::messages::alter_client_quotas::{
    AlterClientQuotasRequest, AlterClientQuotasResponse, EntityData, RequestEntryData, ResponseEntryData,
};
use dmq_protocol::{ErrorCode, StrBytes};

use super::errors::{code_of_controller, code_of_quota};
use super::{Answer, Api, Handles, RequestContext};
use crate::controller::{self, QuotaAlteration};
use crate::metadata::QuotaEntity;
use crate::quota::IP;

pub struct AlterClientQuotas;

impl Api for AlterClientQuotas {
    type Request = AlterClientQuotasRequest;
    type Answer = AlterClientQuotasResponse;

    fn handle(
        handles: &Arc<Handles>,
        _: &RequestContext,
        request: AlterClientQuotasRequest,
    ) -> Answer<AlterClientQuotasResponse> {
        let controller = handles.controller.clone();
        Answer::later(async move {
            let alterations: Vec<QuotaAlteration> = request.entries.iter().map(alteration).collect();
            let entities: Vec<QuotaEntity> = alterations.iter().map(|alteration| alteration.entity.clone()).collect();
            let wanted = controller::AlterClientQuotas {
                unknown_hosts: unknown_hosts(&entities).await,
                alterations,
                validate_only: request.validate_only,
            };
            let entries = match controller.alter_client_quotas(wanted).await {
                Ok(outcomes) => outcomes
                    .into_iter()
                    .map(|(entity, result)| match result {
                        Ok(()) => entry(&entity, ErrorCode::NONE, None),
                        Err(error) => entry(&entity, code_of_quota(&error), Some(error.to_string())),
                    })
                    .collect(),
                Err(error) => {
                    let code = code_of_controller(&error);
                    let message = |entity| entry(entity, code, Some(code.message().to_owned()));
                    entities.iter().map(message).collect()
                }
            };
            AlterClientQuotasResponse {
                entries,
                ..AlterClientQuotasResponse::default()
            }
        })
    }
}

/// Of a kind that an entity names twice the last name counts, as in Kafka.
fn alteration(entry: &RequestEntryData) -> QuotaAlteration {
    let shared = |text: &StrBytes| Arc::from(&**text);
    let entity = entry
        .entity
        .iter()
        .map(|part| (shared(&part.entity_type), part.entity_name.as_ref().map(shared)));
    let ops = entry
        .ops
        .iter()
        .map(|op| (op.key.to_string(), (!op.remove).then_some(op.value)));
    QuotaAlteration {
        entity: entity.collect(),
        ops: ops.collect(),
    }
}

/// The hosts that have no address; a quota may name a host as well as an address.
async fn unknown_hosts(entities: &[QuotaEntity]) -> BTreeSet<Arc<str>> {
    let hosts = entities.iter().filter_map(|entity| entity.get(IP)?.clone());
    let hosts: BTreeSet<Arc<str>> = hosts.filter(|host| host.parse::<IpAddr>().is_err()).collect();
    let mut unknown = BTreeSet::new();
    for host in hosts {
        let found = tokio::net::lookup_host((&*host, 0)).await;
        if !found.is_ok_and(|mut addresses| addresses.next().is_some()) {
            unknown.insert(host);
        }
    }
    unknown
}

fn entry(entity: &QuotaEntity, error_code: ErrorCode, message: Option<String>) -> ResponseEntryData {
    let text = |text: &Arc<str>| StrBytes::from(text.to_string());
    let entity = entity.iter().map(|(kind, name)| EntityData {
        entity_type: text(kind),
        entity_name: name.as_ref().map(text),
    });
    ResponseEntryData {
        error_code,
        error_message: message.map(StrBytes::from),
        entity: entity.collect(),
    }
}
