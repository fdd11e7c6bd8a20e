//! DescribeCluster: the cluster's id, controller and brokers, for admin clients.

use std::sync::Arc;

use dmq_protocol::messages::describe_cluster::{
    DescribeClusterBroker, DescribeClusterRequest, DescribeClusterResponse,
};
use dmq_protocol::{ErrorCode, StrBytes};

use super::{Answer, Api, CLUSTER_OPERATIONS, Handles, RequestContext, UNASKED_OPERATIONS};

pub struct DescribeCluster;

/// The endpoints asked for are the brokers'.
const ENDPOINT_BROKERS: i8 = 1;
/// The endpoints asked for are the controllers'.
const ENDPOINT_CONTROLLERS: i8 = 2;

impl Api for DescribeCluster {
    type Request = DescribeClusterRequest;
    type Answer = DescribeClusterResponse;

    fn handle(
        handles: &Arc<Handles>,
        context: &RequestContext,
        request: DescribeClusterRequest,
    ) -> Answer<DescribeClusterResponse> {
        let image = handles.metadata.load();
        let refusal = match request.endpoint_type {
            ENDPOINT_BROKERS => None,
            ENDPOINT_CONTROLLERS => Some((
                ErrorCode::MISMATCHED_ENDPOINT_TYPE,
                StrBytes::from_static(
                    "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER",
                ),
            )),
            unknown => Some((
                ErrorCode::UNSUPPORTED_ENDPOINT_TYPE,
                StrBytes::from(format!("Unsupported endpoint type {unknown}")),
            )),
        };
        if let Some((error_code, message)) = refusal {
            return Answer::Now(DescribeClusterResponse {
                error_code,
                error_message: Some(message),
                ..DescribeClusterResponse::default()
            });
        }
        let brokers = image.cluster.brokers.values();
        let nodes = brokers.filter_map(|broker| handles.address_of(broker, &context.connection));
        let shown = nodes.filter(|node| !node.is_fenced || request.include_fenced_brokers);
        let brokers = shown.map(|node| DescribeClusterBroker {
            broker_id: node.id.0,
            host: node.host,
            port: node.port,
            rack: node.rack,
            is_fenced: node.is_fenced,
        });
        Answer::Now(DescribeClusterResponse {
            endpoint_type: ENDPOINT_BROKERS,
            cluster_id: StrBytes::from(image.cluster_id.to_string()),
            controller_id: handles.broker_id.0,
            brokers: brokers.collect(),
            cluster_authorized_operations: if request.include_cluster_authorized_operations {
                CLUSTER_OPERATIONS
            } else {
                UNASKED_OPERATIONS
            },
            ..DescribeClusterResponse::default()
        })
    }
}
