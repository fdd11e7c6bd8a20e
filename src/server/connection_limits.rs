//! Keeps the limits on connections in step with the settings in force.

use std::sync::Arc;

use super::net_config::{connection_limits, listener_maxima};
use crate::config::LiveSettings;
use crate::metadata::{ConfigResourceType, MetadataChanges, MetadataImage, MetadataPublisher};
use crate::net::Admission;

/// A publisher that is registered after the one that changes the settings.
#[derive(Debug)]
pub struct ConnectionLimitsPublisher {
    live: LiveSettings,
    admission: Arc<Admission>,
}

impl ConnectionLimitsPublisher {
    /// For the connections that `admission` counts; the limits hold from now on.
    pub fn new(live: LiveSettings, admission: Arc<Admission>) -> ConnectionLimitsPublisher {
        let publisher = ConnectionLimitsPublisher { live, admission };
        publisher.put_in_force();
        publisher
    }

    fn put_in_force(&self) {
        let settings = self.live.load();
        let limits = connection_limits(settings.broker());
        self.admission.set_limits(limits, listener_maxima(&settings));
    }
}

impl MetadataPublisher for ConnectionLimitsPublisher {
    fn name(&self) -> &'static str {
        "connection limits"
    }

    fn publish(&self, _: &Arc<MetadataImage>, _: &Arc<MetadataImage>, changes: &MetadataChanges) {
        let brokers = |kind| kind == ConfigResourceType::BROKER;
        if changes.configs_changed.iter().any(|resource| brokers(resource.kind)) {
            self.put_in_force();
        }
    }
}
