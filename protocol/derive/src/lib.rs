//! Derive macro for Kafka message definitions.
