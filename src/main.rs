//! The `dmq` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    dmq::cli::run(|_settings| Err("this build has no server"))
}
