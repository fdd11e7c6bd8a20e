//! Where a value came from, later ones winning over earlier ones.

use std::fmt;
use std::sync::Arc;

/// The place a value was read from. Ordered: a greater one wins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The declaration's default.
    Default,
    /// A line of the settings file.
    File {
        /// The file's path as it was given.
        path: Arc<str>,
        /// The line, counted from 1; 0 when it is not known.
        line: usize,
    },
    /// An environment variable.
    Environment {
        /// The variable's name.
        variable: String,
    },
    /// `--override` on the command line.
    CommandLine,
}

impl Source {
    /// How strong the source is: of two values of the same strength neither wins by its place.
    pub fn layer(&self) -> u8 {
        match self {
            Source::Default => 0,
            Source::File { .. } => 1,
            Source::Environment { .. } => 2,
            Source::CommandLine => 3,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Default => f.write_str("default"),
            Source::File { path, line: 0 } => write!(f, "{path}"),
            Source::File { path, line } => write!(f, "{path}:{line}"),
            Source::Environment { variable } => write!(f, "environment variable {variable}"),
            Source::CommandLine => f.write_str("--override"),
        }
    }
}
