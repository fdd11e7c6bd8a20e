//! The log as its users see it.

mod append;
mod compaction;
mod compaction_model;
mod crash;
mod crash_states;
mod garbage;
mod idle;
mod inspect;
mod model;
mod producers;
mod reading;
mod retention;
mod support;
