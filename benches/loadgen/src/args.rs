//! The `name=value` words of the command line.

use std::collections::HashMap;

/// What can go wrong in a run; it is printed, never handled.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Settings of one run.
pub struct Args(HashMap<String, String>);

impl Args {
    /// Takes every word; one without `=` is refused.
    pub fn parse(words: impl Iterator<Item = String>) -> Result<Args, Failure> {
        let mut map = HashMap::new();
        for word in words {
            let (name, value) = word.split_once('=').ok_or_else(|| format!("{word}: not name=value"))?;
            map.insert(name.to_owned(), value.to_owned());
        }
        Ok(Args(map))
    }

    /// A text that must be there.
    pub fn text(&self, name: &str) -> Result<&str, Failure> {
        self.0
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| format!("{name}= is missing").into())
    }

    /// A number, or the default.
    pub fn number<T: std::str::FromStr>(&self, name: &str, default: T) -> Result<T, Failure> {
        match self.0.get(name) {
            None => Ok(default),
            Some(text) => text.parse().map_err(|_| format!("{name}={text}: not a number").into()),
        }
    }
}

/// What every workload knows.
pub struct Target {
    /// The broker's address.
    pub addr: String,
    /// The broker's process, 0 if it is not to be watched.
    pub pid: u32,
    /// The topic that is written or read.
    pub topic: String,
    /// Its partitions.
    pub partitions: i32,
}

impl Target {
    /// From the words they have in common.
    pub fn of(args: &Args) -> Result<Target, Failure> {
        Ok(Target {
            addr: args.text("addr")?.to_owned(),
            pid: args.number("pid", 0)?,
            topic: args.text("topic")?.to_owned(),
            partitions: args.number("partitions", 1)?,
        })
    }
}
