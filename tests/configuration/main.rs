//! Settings from the outside: the tables against Kafka's facts, sources and their precedence, and the `dmq config`
//! command as a user meets it.

// A test writes the file that the command then reads.
#![allow(clippy::disallowed_methods)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod command;
mod listeners;
mod log_tools;
mod sources;
mod tables;
mod topics;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use dmq::cli::{Process, run_in};
use dmq::config::declarations::{self, DIFFERENCES};
use dmq::config::{
    BrokerSettings, Durability, Dynamic, Effect, FileText, Inputs, Rule, Setting, SettingError, Settings, Source,
    TopicSettings, reference, validate_topic_setting,
};

fn load(file: Option<(&str, &str)>, environment: &[(&str, &str)], overrides: &[&str]) -> Result<Settings, String> {
    let environment: Vec<_> = environment
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
        .collect();
    let overrides: Vec<_> = overrides.iter().map(|text| (*text).to_owned()).collect();
    let file = file.map(|(path, text)| FileText {
        path,
        bytes: text.as_bytes(),
    });
    Settings::load(Inputs {
        file,
        environment: &environment,
        overrides: &overrides,
    })
    .map_err(|e| e.to_string())
}

/// Exit status, standard output, standard error and whether the broker was started.
fn dmq(arguments: &[&str], environment: &[(&str, &str)]) -> (u8, String, String, Option<Settings>) {
    let (mut output, mut errors, mut served) = (Vec::new(), Vec::new(), None);
    let process = Process {
        arguments: std::iter::once("dmq")
            .chain(arguments.iter().copied())
            .map(Into::into)
            .collect(),
        environment: environment
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect(),
        output: &mut output,
        errors: &mut errors,
    };
    let status = run_in(process, |settings| {
        served = Some(settings);
        Err::<(), _>("no server in this test")
    });
    (
        status,
        String::from_utf8(output).unwrap(),
        String::from_utf8(errors).unwrap(),
        served,
    )
}
