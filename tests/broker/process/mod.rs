//! The `dmq` process: how it starts, stops, refuses, and what a kill leaves behind.

mod crash;
mod directories;
mod hostile;
mod lifecycle;
mod pair;
mod power_cut;
