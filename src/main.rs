//! The `dmq` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    dmq::cli::run(|settings| dmq::server::run(settings).map_err(|error| error.to_string()))
}
