//! The `dmq` command: reads its arguments and settings, then serves or answers.
//!
//! What it needs of the process — arguments, environment, standard output and error — comes in through [`Process`],
//! so that tests run the whole command without one. How serving is done is handed in too; this module builds nothing
//! of the broker. Errors are sentences on standard error, with 2 for what the caller got wrong and 1 for the rest.

mod args;
mod log;
mod show;

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, ValueEnum};

use self::args::{Cli, Command, ConfigArgs, ConfigCommand, FormatArg, LoggingArgs, SettingsArgs};
use crate::config::{FileText, Inputs, Settings, SettingsErrors, reference};
use crate::telemetry::logging::{self, LogFormat};

/// The largest settings file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// The command did what it was asked.
const DONE: u8 = 0;
/// The broker could not start or had to stop.
const FAILED: u8 = 1;
/// The arguments or the settings are wrong.
const MISUSED: u8 = 2;

/// What the command uses of its process.
#[allow(missing_debug_implementations)]
pub struct Process<'a> {
    /// The arguments, the command's own name first.
    pub arguments: Vec<OsString>,
    /// The environment's variables.
    pub environment: Vec<(String, String)>,
    /// Standard output.
    pub output: &'a mut dyn Write,
    /// Standard error.
    pub errors: &'a mut dyn Write,
}

/// The whole command, in this process. `serve` runs the broker until it is told to stop.
pub fn run<E: Display>(serve: impl FnOnce(Settings) -> Result<(), E>) -> ExitCode {
    let text = |os: OsString| os.to_string_lossy().into_owned();
    let process = Process {
        arguments: std::env::args_os().collect(),
        environment: std::env::vars_os()
            .map(|(name, value)| (text(name), text(value)))
            .collect(),
        output: &mut io::stdout(),
        errors: &mut io::stderr(),
    };
    ExitCode::from(run_in(process, serve))
}

/// The whole command, in the process given; its exit status.
pub fn run_in<E: Display>(process: Process<'_>, serve: impl FnOnce(Settings) -> Result<(), E>) -> u8 {
    let Process {
        arguments,
        environment,
        output,
        errors,
    } = process;
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return answer_clap(&error, output, errors),
    };
    let outcome = match cli.command {
        Some(Command::Config(args)) => config(args, &environment, output).map(|()| DONE),
        Some(Command::Log(args)) => log::run(args.command, output, errors),
        None => settings(&cli.settings, &environment).and_then(|settings| {
            start_logging(&cli.logging, &environment)?;
            serve(settings).map_err(|error| Failure {
                status: FAILED,
                message: error.to_string(),
            })?;
            Ok(DONE)
        }),
    };
    match outcome {
        Ok(status) => status,
        Err(Failure { status, message }) => {
            // Nobody is left to be told when standard error is gone.
            let _ = writeln!(errors, "dmq: {message}");
            status
        }
    }
}

/// Why the command ends without having done what it was asked.
struct Failure {
    status: u8,
    message: String,
}

impl Failure {
    fn misused(message: impl Display) -> Failure {
        Failure {
            status: MISUSED,
            message: message.to_string(),
        }
    }
}

/// Help and version are answers; the rest are errors.
fn answer_clap(error: &clap::Error, output: &mut dyn Write, errors: &mut dyn Write) -> u8 {
    let text = error.render();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = write!(output, "{text}");
            DONE
        }
        _ => {
            let _ = write!(errors, "{text}");
            MISUSED
        }
    }
}

fn config(args: ConfigArgs, environment: &[(String, String)], output: &mut dyn Write) -> Result<(), Failure> {
    let text = match args.command {
        Some(ConfigCommand::Reference) => reference::markdown(),
        None => {
            let settings = settings(&args.settings, environment)?;
            let rows = show::rows(&settings, show::Choice::of(args.all, args.changed));
            if args.json {
                show::json(&rows)
            } else {
                show::text(&rows)
            }
        }
    };
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        // `dmq config | head` has read what it wanted.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure {
            status: FAILED,
            message: format!("cannot write to standard output: {error}"),
        }),
        Ok(()) => Ok(()),
    }
}

fn settings(args: &SettingsArgs, environment: &[(String, String)]) -> Result<Settings, Failure> {
    let file = match &args.file {
        Some(path) => Some((path.to_string_lossy().into_owned(), read(path)?)),
        None => None,
    };
    let file = file.as_ref().map(|(path, bytes)| FileText { path, bytes });
    Settings::load(Inputs {
        file,
        environment,
        overrides: &args.overrides,
    })
    .map_err(wrong_settings)
}

fn wrong_settings(errors: SettingsErrors) -> Failure {
    let mut message = match errors.0.len() {
        1 => "a setting is wrong".to_owned(),
        count => format!("{count} settings are wrong"),
    };
    for error in &errors.0 {
        message.push_str(&format!("\n  {error}"));
    }
    Failure::misused(message)
}

/// The settings file, which is opened before there is a disk to open it through.
#[allow(clippy::disallowed_methods)]
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |error: io::Error| Failure::misused(format!("cannot read {}: {error}", path.display()));
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > FILE_BYTES_MAX {
        return Err(Failure::misused(format!(
            "{} is larger than {FILE_BYTES_MAX} bytes",
            path.display()
        )));
    }
    Ok(bytes)
}

fn start_logging(args: &LoggingArgs, environment: &[(String, String)]) -> Result<(), Failure> {
    let variable = |name: &str| {
        environment
            .iter()
            .find(|(n, v)| n == name && !v.is_empty())
            .map(|(_, value)| value.as_str())
    };
    let format = match (args.log_format, variable("DMQ_LOG_FORMAT")) {
        (Some(format), _) => LogFormat::from(format),
        (None, Some(text)) => FormatArg::from_str(text, true)
            .map(LogFormat::from)
            .map_err(|_| Failure::misused(format!("DMQ_LOG_FORMAT must be text or json, not {text}")))?,
        (None, None) => LogFormat::Text,
    };
    let level = args
        .log_level
        .as_deref()
        .or_else(|| variable("DMQ_LOG"))
        .unwrap_or("info");
    logging::init(level, format).map_err(Failure::misused)
}
