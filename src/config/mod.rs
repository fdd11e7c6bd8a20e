//! Settings: every name Kafka 4.4 knows and a few of ours, from a file, the environment and the command line.
//!
//! Declared once in [`declarations`]; read from [`Assignment`]s into [`Settings`]; used as [`BrokerSettings`] and
//! [`TopicSettings`]. Everything here is pure: files and variables come in as texts, what is wrong comes out as
//! values. All problems are found before any is reported. Nothing here knows what a setting is used for.

pub mod aliases;
mod broker;
mod choice;
mod client_metrics;
pub mod declarations;
mod dynamic;
mod effective;
mod error;
mod group;
mod listener;
mod listener_limits;
mod live;
mod prefixed;
pub mod reference;
mod requirements;
mod rule;
mod setting;
mod settings;
mod sources;
mod topic;
mod topic_default;
mod typed;
mod unknown;
mod value;

pub use broker::BrokerSettings;
pub use choice::{CleanupPolicy, CompressionType, Durability, TimestampType};
pub use client_metrics::{ClientMetricsError, validate as validate_client_metrics};
pub use dynamic::{DynamicError, check_change, declared as broker_setting, is_dynamic, listener_setting};
pub use effective::{EffectiveSettings, Layer, Scope};
pub use error::{Located, SettingError, SettingsErrors};
pub use group::{resolve as group_value, validate as validate_group};
pub use listener::{AdvertisedListener, Listener, RestListener, SecurityProtocol};
pub use listener_limits::ListenerLimits;
pub use live::LiveSettings;
pub use rule::Rule;
pub use setting::{Dynamic, Effect, Importance, Setting, ValueType};
pub use settings::{Assignment, Resolved, Settings};
pub use sources::{FileText, Inputs, Source};
pub use topic::{TopicSettings, validate_topic_setting};
pub use value::{Value, canonical, parse};
