//! The log as its users see it.

mod append;
mod compaction;
mod compaction_model;
mod crash;
mod garbage;
mod model;
mod producers;
mod reading;
mod retention;
mod support;
