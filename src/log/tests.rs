//! The log as its users see it.

mod append;
mod crash;
mod garbage;
mod model;
mod producers;
mod reading;
mod retention;
mod support;
