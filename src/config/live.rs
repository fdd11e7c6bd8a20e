//! Where the settings in force are found by those who read them again and again.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::broker::BrokerSettings;
use super::effective::EffectiveSettings;

/// The settings in force now; clones see the same ones. Readers take them anew for each piece of work.
#[derive(Debug, Clone)]
pub struct LiveSettings {
    current: Arc<ArcSwap<EffectiveSettings>>,
}

impl LiveSettings {
    /// With these in force.
    pub fn new(settings: EffectiveSettings) -> LiveSettings {
        LiveSettings {
            current: Arc::new(ArcSwap::from_pointee(settings)),
        }
    }

    /// With settings that nothing changes.
    pub fn fixed(settings: super::Settings) -> LiveSettings {
        LiveSettings::new(EffectiveSettings::at_start(Arc::new(settings)))
    }

    /// All of them.
    pub fn load(&self) -> Arc<EffectiveSettings> {
        self.current.load_full()
    }

    /// The typed view.
    pub fn broker(&self) -> Arc<BrokerSettings> {
        Arc::clone(self.current.load().broker())
    }

    /// Puts others in force.
    pub fn store(&self, settings: EffectiveSettings) {
        self.current.store(Arc::new(settings));
    }
}
