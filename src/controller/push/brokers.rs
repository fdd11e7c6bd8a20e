//! Pushed brokers as registrations.
//!
//! A controller knows one Kafka address of a broker. It is registered under the name of every listener that this broker
//! has, so that a client finds the others whichever way it came. This broker's own listeners are what its settings say.

use std::sync::Arc;

use super::PushedBroker;
use crate::controller::job::Situation;
use crate::ids::BrokerId;
use crate::metadata::{BrokerImage, Endpoint, METADATA_VERSION, Record};

/// The name under which a registration holds the address of a broker's REST interface.
pub const REST_LISTENER: &str = "REST";
/// The lowest metadata.version with cordoned log directories.
const CORDONED_LOG_DIRS: i16 = 30;

/// The registrations that differ from what is known.
pub(super) fn records(situation: &Situation<'_>, pushed: &[PushedBroker]) -> Vec<Record> {
    let own = situation.settings.broker().node_id;
    let changed = pushed.iter().filter_map(|broker| {
        let before = situation.image.cluster.broker(broker.id).map(|known| &**known);
        match before {
            Some(known) if broker.id == own => renewed(known, with_rest(known.clone(), broker)),
            Some(known) => renewed(known, with_addresses(situation, known.clone(), broker, own)).map(next_epoch),
            None if broker.id == own => None,
            None => Some(with_addresses(situation, unknown(situation, broker.id), broker, own)),
        }
    });
    changed.map(|broker| broker.to_record()).collect()
}

fn renewed(before: &BrokerImage, after: BrokerImage) -> Option<BrokerImage> {
    (*before != after).then_some(after)
}

/// Others can tell the two registrations apart. This broker's own keeps its epoch, which is in the mark of a clean stop.
fn next_epoch(broker: BrokerImage) -> BrokerImage {
    BrokerImage {
        epoch: broker.epoch.saturating_add(1),
        ..broker
    }
}

fn unknown(situation: &Situation<'_>, id: BrokerId) -> BrokerImage {
    let version = situation.image.features.level(METADATA_VERSION);
    BrokerImage {
        id,
        epoch: 0,
        incarnation_id: situation.random.uuid(),
        endpoints: Vec::new(),
        features: Vec::new(),
        rack: None,
        fenced: false,
        in_controlled_shutdown: false,
        is_migrating_zk_broker: false,
        log_dirs: Vec::new(),
        cordoned_log_dirs: (version >= CORDONED_LOG_DIRS).then(Vec::new),
    }
}

fn with_addresses(situation: &Situation<'_>, broker: BrokerImage, pushed: &PushedBroker, own: BrokerId) -> BrokerImage {
    let own = situation.image.cluster.broker(own);
    let listeners = own.map_or(&[][..], |own| own.endpoints.as_slice()).iter();
    let kafka = listeners.filter(|listener| &*listener.listener != REST_LISTENER);
    let mut endpoints: Vec<Endpoint> = kafka
        .map(|listener| Endpoint {
            host: Arc::from(pushed.kafka_host.as_str()),
            port: pushed.kafka_port,
            ..listener.clone()
        })
        .collect();
    endpoints.push(rest(pushed));
    BrokerImage {
        endpoints,
        fenced: !pushed.alive,
        ..broker
    }
}

fn with_rest(mut broker: BrokerImage, pushed: &PushedBroker) -> BrokerImage {
    broker.endpoints.retain(|endpoint| &*endpoint.listener != REST_LISTENER);
    broker.endpoints.push(rest(pushed));
    broker
}

fn rest(pushed: &PushedBroker) -> Endpoint {
    Endpoint {
        listener: Arc::from(REST_LISTENER),
        host: Arc::from(pushed.host.as_str()),
        port: pushed.port,
        security_protocol: 0,
    }
}
