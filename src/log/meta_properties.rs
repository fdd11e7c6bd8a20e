//! `meta.properties`: which cluster and broker a data directory belongs to.
//!
//! Version 1, in Java's properties format. Keys of others are kept when the file is written again.

use std::collections::BTreeMap;
use std::path::Path;

use dmq_protocol::Uuid;

use super::LogError;
use super::error::IoContext;
use crate::disk::Disk;
use crate::ids::BrokerId;
use crate::limits::CHECKPOINT_FILE_BYTES_MAX;

/// The file's name.
pub(super) const FILE_NAME: &str = "meta.properties";

const ADVICE: &str = "restore the file from a copy, or move the directory away and start with an empty one";

/// The identity of a data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetaProperties {
    /// The cluster that the directory belongs to, as text.
    pub cluster_id: String,
    /// The broker that it belongs to.
    pub node_id: BrokerId,
    /// The directory's own id.
    pub directory_id: Option<Uuid>,
    /// Other keys, kept as they are.
    pub other: BTreeMap<String, String>,
}

impl MetaProperties {
    pub(super) fn read(disk: &dyn Disk, dir: &Path) -> Result<Option<MetaProperties>, LogError> {
        let path = dir.join(FILE_NAME);
        if !disk.exists(&path).during("look for the file", &path)? {
            return Ok(None);
        }
        let bytes = disk
            .read(&path, CHECKPOINT_FILE_BYTES_MAX)
            .during("read the file", &path)?;
        let bad = |(line, reason)| LogError::BadFile {
            path: path.clone(),
            line,
            reason,
            advice: ADVICE,
        };
        let text = std::str::from_utf8(&bytes).map_err(|_| bad((1, "it is not text".to_owned())))?;
        MetaProperties::parse(text).map(Some).map_err(bad)
    }

    pub(super) fn write(&self, disk: &dyn Disk, dir: &Path) -> Result<(), LogError> {
        let path = dir.join(FILE_NAME);
        disk.write_atomically(&path, self.render().as_bytes())
            .during("write the file", &path)
    }

    fn parse(text: &str) -> Result<MetaProperties, (usize, String)> {
        let mut found: BTreeMap<String, (usize, String)> = BTreeMap::new();
        for (place, line) in text.lines().enumerate() {
            let line = line.trim_start();
            if line.is_empty() || line.starts_with(['#', '!']) {
                continue;
            }
            let (key, value) =
                split(line).ok_or_else(|| (place + 1, format!("'{line}' is not of the form key=value")))?;
            found.insert(unescape(trim(key)), (place + 1, unescape(trim(value))));
        }
        let mut take = |key: &str| found.remove(key).ok_or_else(|| (1, format!("'{key}' is missing")));
        let (line, version) = take("version")?;
        if version != "1" {
            return Err((line, format!("the version {version} is not 1")));
        }
        let (_, cluster_id) = take("cluster.id")?;
        let (line, node_id) = take("node.id")?;
        let node_id = node_id
            .parse()
            .map_err(|_| (line, format!("node.id '{node_id}' is not a number")))?;
        let directory_id = match take("directory.id") {
            Err(_) => None,
            Ok((line, id)) => Some(id.parse().map_err(|error| (line, format!("directory.id: {error}")))?),
        };
        let other = found.into_iter().map(|(key, (_, value))| (key, value)).collect();
        Ok(MetaProperties {
            cluster_id,
            node_id: BrokerId(node_id),
            directory_id,
            other,
        })
    }

    fn render(&self) -> String {
        let mut lines = BTreeMap::new();
        for (key, value) in &self.other {
            lines.insert(key.as_str(), value.clone());
        }
        lines.insert("version", "1".to_owned());
        lines.insert("cluster.id", self.cluster_id.clone());
        lines.insert("node.id", self.node_id.to_string());
        if let Some(id) = self.directory_id {
            lines.insert("directory.id", id.to_string());
        }
        lines
            .into_iter()
            .map(|(key, value)| format!("{}={}\n", escape(key), escape(&value)))
            .collect()
    }
}

/// The key and the value of a line: what is on either side of the first separator that is not escaped.
fn split(line: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    let at = line.find(|char| {
        let separates = !escaped && matches!(char, '=' | ':');
        escaped = char == '\\' && !escaped;
        separates
    })?;
    Some((line.get(..at)?, line.get(at + 1..)?))
}

/// The text without the white space around it; white space that is escaped belongs to it.
fn trim(text: &str) -> &str {
    let text = text.trim_start();
    let cut = text.trim_end();
    let backslashes = cut.chars().rev().take_while(|char| *char == '\\').count();
    match text.get(cut.len()..).and_then(|rest| rest.chars().next()) {
        Some(space) if backslashes % 2 == 1 => text.get(..cut.len() + space.len_utf8()).unwrap_or(cut),
        _ => cut,
    }
}

/// Java's escapes: a letter for a control character, else the character itself.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        plain.push(if char == '\\' {
            match chars.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('f') => '\u{c}',
                Some('u') => unicode(&mut chars).unwrap_or('u'),
                other => other.unwrap_or('\\'),
            }
        } else {
            char
        });
    }
    plain
}

/// The character of four hexadecimal digits; nothing is taken where there are none.
fn unicode(chars: &mut std::str::Chars<'_>) -> Option<char> {
    let digits = chars.as_str().get(..4)?;
    let char = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
    *chars = chars.as_str().get(4..)?.chars();
    Some(char)
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            '\u{c}' => escaped.push_str("\\f"),
            ':' | '=' | '#' | '!' | '\\' => {
                escaped.push('\\');
                escaped.push(char);
            }
            _ if char.is_whitespace() => {
                escaped.push('\\');
                escaped.push(char);
            }
            _ => escaped.push(char),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN_BY_KAFKA: &str = "#\n#Thu Nov 20 10:00:00 UTC 2025\ncluster.id=4L6g3nShT-eMCtK--X86sw\n\
        directory.id=q1Sh-9_ISia_zwGINzRvyQ\nnode.id=1\nversion=1\n";

    #[test]
    fn kafkas_file_is_read_and_other_keys_survive() {
        let text = format!("{WRITTEN_BY_KAFKA}site=a\\=b\n");
        let meta = MetaProperties::parse(&text).unwrap();
        assert_eq!(
            (meta.cluster_id.as_str(), meta.node_id),
            ("4L6g3nShT-eMCtK--X86sw", BrokerId(1))
        );
        assert_eq!(
            meta.directory_id.map(|id| id.to_string()).as_deref(),
            Some("q1Sh-9_ISia_zwGINzRvyQ")
        );
        assert_eq!(meta.other.get("site").map(String::as_str), Some("a=b"));
        assert_eq!(MetaProperties::parse(&meta.render()), Ok(meta));
    }

    /// Found by fuzzing: a key with a space in front lost it when the file was written again.
    #[test]
    fn keys_and_values_of_any_characters_come_back() {
        let mut meta = MetaProperties::parse(WRITTEN_BY_KAFKA).unwrap();
        for odd in [
            " key",
            "key ",
            "a b",
            "a=b:c",
            "#!",
            "\\",
            "ends\\",
            "\n\r\t\u{c}",
            "é\u{3000}",
            "u0041",
        ] {
            meta.other.insert(odd.to_owned(), odd.to_owned());
        }
        assert_eq!(MetaProperties::parse(&meta.render()), Ok(meta));
        let escaped = format!("{WRITTEN_BY_KAFKA}a\\u0041\\ :b\\tc \n");
        let meta = MetaProperties::parse(&escaped).unwrap();
        assert_eq!(meta.other.get("aA ").map(String::as_str), Some("b\tc"));
    }

    #[test]
    fn a_wrong_file_says_what_is_wrong_and_where() {
        for (text, line, word) in [
            ("", 1, "version"),
            ("version=0\nbroker.id=1\n", 1, "version"),
            ("version=1\n", 1, "cluster.id"),
            ("version=1\ncluster.id=x\nnode.id=one\n", 3, "node.id"),
            (
                "version=1\ncluster.id=x\nnode.id=1\ndirectory.id=?\n",
                4,
                "directory.id",
            ),
            ("version=1\ngarbage\n", 2, "garbage"),
        ] {
            let (found, reason) = MetaProperties::parse(text).unwrap_err();
            assert_eq!(found, line, "{reason}");
            assert!(reason.contains(word), "{reason}");
        }
    }
}
