//! Decisions about the replicas of partitions that exist: who leads, which brokers hold them, in which directory.
//!
//! Validation, its order and its texts are Kafka's. It must not know where records go.

mod change;
mod directories;
mod elect;
mod reassign;
mod reassignment;
mod unregister;

pub(super) use directories::assign;
pub(super) use elect::elect;
pub(super) use reassign::alter;
pub(super) use unregister::unregister;

#[cfg(test)]
mod tests;
