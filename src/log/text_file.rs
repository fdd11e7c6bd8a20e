//! Kafka's small text files: a version, a count, and so many lines of fields.
//!
//! Used by the checkpoint files of a data directory and by `leader-epoch-checkpoint`. They are replaced as a whole and
//! atomically, so that a wrong one was not torn but damaged or edited: the error names the line.

use std::fmt::Write;
use std::path::Path;

use super::LogError;
use crate::disk::Disk;
use crate::limits::CHECKPOINT_FILE_BYTES_MAX;

use super::error::IoContext;

const VERSION: &str = "0";

/// The text of a file with these lines.
pub(super) fn render<L: std::fmt::Display>(lines: impl ExactSizeIterator<Item = L>) -> String {
    let mut text = format!("{VERSION}\n{}\n", lines.len());
    for line in lines {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{line}");
    }
    text
}

/// The lines of a file, each parsed by `parse`, which says what a line must be. Empty if there is no file.
pub(super) fn read<T>(
    disk: &dyn Disk,
    path: &Path,
    advice: &'static str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, LogError> {
    if !disk.exists(path).during("look for the file", path)? {
        return Ok(Vec::new());
    }
    let bytes = disk
        .read(path, CHECKPOINT_FILE_BYTES_MAX)
        .during("read the file", path)?;
    let bad = |line: usize, reason: String| LogError::BadFile {
        path: path.to_owned(),
        line,
        reason,
        advice,
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| bad(1, "it is not text".to_owned()))?;
    parse_text(text, parse).map_err(|(line, reason)| bad(line, reason))
}

fn parse_text<T>(text: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, (usize, String)> {
    let mut lines = text.lines();
    match lines.next() {
        Some(VERSION) => {}
        Some(other) => return Err((1, format!("the version '{other}' is not {VERSION}"))),
        None => return Err((1, "the file is empty".to_owned())),
    }
    let count = lines.next().and_then(|line| line.trim().parse::<usize>().ok());
    let count = count.ok_or_else(|| (2, "the number of lines that follow is missing".to_owned()))?;
    let mut parsed = Vec::new();
    for (place, line) in lines.by_ref().take(count).enumerate() {
        parsed.push(parse(line).map_err(|reason| (place + 3, reason))?);
    }
    if parsed.len() < count {
        return Err((
            parsed.len() + 3,
            format!("{count} lines are announced, {} are there", parsed.len()),
        ));
    }
    match lines.find(|line| !line.trim().is_empty()) {
        None => Ok(parsed),
        Some(_) => Err((count + 3, format!("more than the announced {count} lines are there"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(line: &str) -> Result<i64, String> {
        line.parse().map_err(|_| format!("'{line}' is not a number"))
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(render([1, 2].iter()), "0\n2\n1\n2\n");
        assert_eq!(parse_text("0\n2\n1\n2\n", number), Ok(vec![1, 2]));
        assert_eq!(parse_text("0\n0\n", number), Ok(vec![]));
    }

    #[test]
    fn a_wrong_file_names_its_line() {
        let line = |text| parse_text(text, number).map_err(|(line, _)| line);
        assert_eq!(line(""), Err(1));
        assert_eq!(line("1\n0\n"), Err(1));
        assert_eq!(line("0\nx\n"), Err(2));
        assert_eq!(line("0\n99999999999999999999999\n"), Err(2));
        assert_eq!(line("0\n2\n1\nx\n"), Err(4));
        assert_eq!(line("0\n3\n1\n2\n"), Err(5));
        assert_eq!(line("0\n1\n1\n2\n"), Err(4));
    }
}
