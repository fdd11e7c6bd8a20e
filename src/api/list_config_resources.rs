//! ListConfigResources: what has configs, by kind. Version 0 knows subscriptions to clients' metrics only.

use std::collections::BTreeSet;
use std::sync::Arc;

use dmq_protocol::messages::list_config_resources::{
    ConfigResource, ListConfigResourcesRequest, ListConfigResourcesResponse,
};
use dmq_protocol::{ErrorCode, StrBytes};

use super::{Answer, Api, Handles, RequestContext};
use crate::metadata::{ConfigResourceType, MetadataImage};

pub struct ListConfigResources;

/// Every kind, in the order of the answer.
const KINDS: [ConfigResourceType; 5] = [
    ConfigResourceType::GROUP,
    ConfigResourceType::CLIENT_METRICS,
    ConfigResourceType::BROKER_LOGGER,
    ConfigResourceType::BROKER,
    ConfigResourceType::TOPIC,
];

impl Api for ListConfigResources {
    type Request = ListConfigResourcesRequest;
    type Answer = ListConfigResourcesResponse;

    fn handle(
        handles: &Arc<Handles>,
        context: &RequestContext,
        request: ListConfigResourcesRequest,
    ) -> Answer<ListConfigResourcesResponse> {
        let wanted: BTreeSet<ConfigResourceType> = match (context.version, request.resource_types.as_slice()) {
            (0, _) => BTreeSet::from([ConfigResourceType::CLIENT_METRICS]),
            (_, []) => KINDS.into(),
            (_, some) => some.iter().copied().map(ConfigResourceType).collect(),
        };
        if wanted.iter().any(|kind| !KINDS.contains(kind)) {
            return Answer::Now(ListConfigResourcesResponse {
                error_code: ErrorCode::UNSUPPORTED_VERSION,
                ..ListConfigResourcesResponse::default()
            });
        }
        let image = handles.metadata.load();
        let kinds = KINDS.iter().filter(|kind| wanted.contains(kind));
        let resources = kinds.flat_map(|kind| {
            let named = names(&image, *kind).into_iter();
            named.map(|name| ConfigResource {
                resource_name: StrBytes::from(name),
                resource_type: kind.0,
            })
        });
        Answer::Now(ListConfigResourcesResponse {
            config_resources: resources.collect(),
            ..ListConfigResourcesResponse::default()
        })
    }
}

/// Brokers and topics have configs by being there, the others by having been given some.
fn names(image: &MetadataImage, kind: ConfigResourceType) -> Vec<String> {
    match kind {
        ConfigResourceType::TOPIC => image.topics.iter().map(|topic| topic.name.to_string()).collect(),
        ConfigResourceType::BROKER | ConfigResourceType::BROKER_LOGGER => {
            image.cluster.brokers.keys().map(ToString::to_string).collect()
        }
        _ => {
            let set = image.configs.iter().filter(|(resource, _)| resource.kind == kind);
            set.map(|(resource, _)| resource.name.to_string()).collect()
        }
    }
}
