//! Brokers to test, and the means to speak to them.

pub mod batches;
pub mod broker;
pub mod child;
pub mod configs;
pub mod kafka;
pub mod topics;
pub mod wire;

pub use broker::TestBroker;
pub use child::{BrokerProcess, Outcome};
pub use topics::Topic;
pub use wire::Wire;

use std::time::Duration;

/// How long anything that must happen may take. Only failures take that long.
pub const PATIENCE: Duration = Duration::from_secs(60);
