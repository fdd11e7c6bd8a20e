//! Decisions about topics: which may be created or deleted, and the records that do it.
//!
//! Validation, its order and its texts are Kafka's. Each topic of a request is accepted or refused alone; the accepted
//! ones are written as one group. It must not know where records go.

mod add;
mod create;
mod delete;
mod effective;
mod name;
mod placement;

pub use name::{CLUSTER_METADATA, validate as validate_name};
pub(in crate::controller) use placement::{default_directory, is_active};

pub(super) use add::add;
pub(super) use create::{check_replicas, create};
pub(super) use delete::delete;
pub(super) use effective::{effective_value, validate as validate_configs};

#[cfg(test)]
pub(super) mod tests;
