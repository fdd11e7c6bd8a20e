//! Keeps the settings in force in step with what the metadata says of brokers.

use std::sync::Arc;

use super::changes::MetadataChanges;
use super::configs::{ConfigResource, ConfigResourceType};
use super::handle::MetadataPublisher;
use super::image::MetadataImage;
use crate::config::{LiveSettings, Settings};

/// A publisher that is to be registered before those who read the settings when they are called.
#[derive(Debug)]
pub struct SettingsPublisher {
    start: Arc<Settings>,
    live: LiveSettings,
}

impl SettingsPublisher {
    /// For a process that was started with `start`, on an image.
    pub fn new(start: Arc<Settings>, image: &MetadataImage) -> SettingsPublisher {
        let (effective, left_out) = image.configs.effective(&start);
        for error in left_out {
            tracing::warn!(%error, "a setting that was made at run time is left out");
        }
        SettingsPublisher {
            start,
            live: LiveSettings::new(effective),
        }
    }

    /// Where the settings in force are found.
    pub fn live(&self) -> LiveSettings {
        self.live.clone()
    }

    fn concerns(&self, resource: &ConfigResource) -> bool {
        resource.kind == ConfigResourceType::BROKER
            && (resource.name.is_empty() || *resource == ConfigResource::broker(self.start.broker().node_id))
    }
}

impl MetadataPublisher for SettingsPublisher {
    fn name(&self) -> &'static str {
        "settings"
    }

    fn publish(&self, _: &Arc<MetadataImage>, new: &Arc<MetadataImage>, changes: &MetadataChanges) {
        if changes.configs_changed.iter().any(|resource| self.concerns(resource)) {
            // What was left out was told when it was set, or at the start.
            let (effective, _) = new.configs.effective(&self.start);
            self.live.store(effective);
        }
    }
}
