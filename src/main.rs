//! The `dmq` command.

fn main() {}
