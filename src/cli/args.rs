//! What can be written on the command line, and the text of `--help`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::telemetry::logging::LogFormat;

const ABOUT: &str = "A broker for the Kafka protocol.

Without arguments it serves Kafka clients on port 9092 and REST on port 8082, and keeps its data under \
./data/broker-1. FILE holds settings under Kafka's names, as .properties or as YAML. Settings also come from \
environment variables, named as Kafka's container image names them (KAFKA_LOG_DIRS is log.dirs), and from --override; \
of several values for one setting the command line wins over the environment, and the environment over the file.";

const EXAMPLES: &str = "\
Examples:
  dmq
      Start with the defaults; stop with Ctrl-C.
  echo 'hello' | kcat -P -b localhost:9092 -t greetings
  kcat -C -b localhost:9092 -t greetings -e
      Write a first message, and read it back.
  kafka-console-producer.sh --bootstrap-server localhost:9092 --topic greetings
      The same with Kafka's own tools.
  dmq config/dmq.properties --override log.dirs=/var/lib/dmq --override listeners=PLAINTEXT://:19092
      Start with a file, and with two settings in place of what the file says.
  KAFKA_NUM_PARTITIONS=3 dmq config --changed
      Show which settings are not at their defaults, and where each comes from.

Exit status: 0 after a clean stop, 1 after a failure, 2 when arguments or settings are wrong.";

const CONFIG_EXAMPLES: &str = "\
Examples:
  dmq config config/dmq.properties
      Every setting that has an effect: its value, where that comes from, what it means.
  dmq config --all --json | jq '.[] | select(.name == \"log.dirs\")'
      The same of all settings, for a program.
  dmq config reference > configuration.md
      The page that describes every setting.";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "dmq", version, about = "A broker for the Kafka protocol", long_about = ABOUT)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true, max_term_width = 120)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) settings: SettingsArgs,
    #[command(flatten)]
    pub(super) logging: LoggingArgs,
}

/// Everything but serving.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show the settings that would be in effect, where each comes from and what it means
    #[command(after_help = CONFIG_EXAMPLES, args_conflicts_with_subcommands = true)]
    Config(ConfigArgs),
    /// Look into the files of partitions, check them, mend them
    Log(LogArgs),
}

/// `dmq log`.
#[derive(Debug, Args)]
pub(super) struct LogArgs {
    #[command(subcommand)]
    pub(super) command: LogCommand,
}

/// `dmq log …`.
#[derive(Debug, Subcommand)]
pub(super) enum LogCommand {
    /// Print what segments hold, batch by batch
    Dump(DumpArgs),
    /// Read everything and tell what is not intact; changes nothing. Status 1: records are damaged
    Verify(VerifyArgs),
    /// Mend what verify finds, on a directory that no broker uses: damaged bytes are left out, intact batches on both sides
    /// and the original file are kept
    Repair(RepairArgs),
}

/// `dmq log dump`.
#[derive(Debug, Args)]
pub(super) struct DumpArgs {
    /// A segment (.log), or a partition's directory
    pub(super) path: PathBuf,
    /// Also print the records
    #[arg(long)]
    pub(super) records: bool,
    /// Print JSON, one object a line
    #[arg(long)]
    pub(super) json: bool,
}

/// `dmq log verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// Data directories (log.dirs), or partitions' directories in them
    #[arg(required = true)]
    pub(super) paths: Vec<PathBuf>,
    /// Print JSON, one object a line
    #[arg(long)]
    pub(super) json: bool,
}

/// `dmq log repair`.
#[derive(Debug, Args)]
pub(super) struct RepairArgs {
    /// A data directory (log.dirs), or a partition's directory in it
    pub(super) path: PathBuf,
    /// Print JSON, one object a line
    #[arg(long)]
    pub(super) json: bool,
}

/// Where settings come from.
#[derive(Debug, Args)]
pub(super) struct SettingsArgs {
    /// Settings: a .properties file with Kafka's names, or YAML (.yaml, .yml)
    #[arg(value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// Set one setting, in place of what the file and the environment say; may be repeated
    #[arg(long = "override", value_name = "NAME=VALUE")]
    pub(super) overrides: Vec<String>,
}

/// How the broker logs.
#[derive(Debug, Args)]
pub(super) struct LoggingArgs {
    /// The form of log lines on standard error [default: text, or what DMQ_LOG_FORMAT says]
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(super) log_format: Option<FormatArg>,
    /// error, warn, info, debug, trace, or by module, as in info,dmq::net=debug [default: info, or what DMQ_LOG says]
    #[arg(long, value_name = "LEVEL")]
    pub(super) log_level: Option<String>,
}

/// `--log-format`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum FormatArg {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

impl From<FormatArg> for LogFormat {
    fn from(format: FormatArg) -> LogFormat {
        match format {
            FormatArg::Text => LogFormat::Text,
            FormatArg::Json => LogFormat::Json,
        }
    }
}

/// `dmq config`.
#[derive(Debug, Args)]
pub(super) struct ConfigArgs {
    #[command(subcommand)]
    pub(super) command: Option<ConfigCommand>,
    #[command(flatten)]
    pub(super) settings: SettingsArgs,
    /// Also show the settings that are accepted without effect
    #[arg(long, conflicts_with = "changed")]
    pub(super) all: bool,
    /// Show only what is set, not what is left at its default
    #[arg(long)]
    pub(super) changed: bool,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// `dmq config …`.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print the page that describes every setting, in Markdown
    Reference,
}
