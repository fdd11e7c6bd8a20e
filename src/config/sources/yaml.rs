//! Settings as YAML: names as nested mappings or with dots, or mixed.
//!
//! A list is written as a list or as Kafka's text with commas; an empty value leaves the setting at its default.
//! Depth, size and aliases are bounded.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Spanned, budget, options};

use super::Parsed;

/// No name has as many parts; and each level of nesting takes stack.
const DEPTH_MAX: usize = 16;

/// Far beyond all settings together, and little enough memory.
const EVENTS_MAX: usize = 100_000;

/// The pairs in `text`, each with the line of its value.
pub(super) fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let options = options! {
        budget: budget! { max_depth: DEPTH_MAX, flow_nesting_limit: DEPTH_MAX, max_events: EVENTS_MAX },
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        with_snippet: false,
    };
    match serde_saphyr::from_str_with_options::<Spanned<Node>>(text, options) {
        Ok(Spanned {
            value: Node::Nothing, ..
        }) => {}
        Ok(
            root @ Spanned {
                value: Node::Mapping(_),
                ..
            },
        ) => flatten("", &root, &mut parsed),
        Ok(root) => parsed.errors.push((
            line_of(&root),
            "the file must be a mapping of names to values".to_owned(),
        )),
        Err(error) => {
            let line = error.location().map_or(0, |location| line_number(location.line()));
            parsed.errors.push((line, format!("not valid YAML: {error}")));
        }
    }
    parsed
}

enum Node {
    Nothing,
    Scalar(String),
    List(Vec<Spanned<Node>>),
    Mapping(Vec<(String, Spanned<Node>)>),
}

fn line_of(node: &Spanned<Node>) -> usize {
    line_number(node.referenced.line())
}

fn line_number(line: u64) -> usize {
    usize::try_from(line).unwrap_or_default()
}

fn flatten(name: &str, node: &Spanned<Node>, parsed: &mut Parsed) {
    let line = line_of(node);
    match &node.value {
        Node::Nothing => {}
        Node::Scalar(text) => parsed.pairs.push((name.to_owned(), text.clone(), line)),
        Node::List(items) => {
            let mut texts = Vec::with_capacity(items.len());
            for item in items {
                match &item.value {
                    Node::Scalar(text) => texts.push(text.as_str()),
                    _ => {
                        let message = format!("{name}: the elements of a list must be simple values");
                        parsed.errors.push((line_of(item), message));
                        return;
                    }
                }
            }
            parsed.pairs.push((name.to_owned(), texts.join(","), line));
        }
        Node::Mapping(entries) => {
            for (key, value) in entries {
                let name = if name.is_empty() {
                    key.clone()
                } else {
                    format!("{name}.{key}")
                };
                flatten(&name, value, parsed);
            }
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a setting's value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Nothing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut mapping = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            mapping.push(entry);
        }
        Ok(Node::Mapping(mapping))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_and_dotted_names_are_the_same() {
        let parsed = parse("log:\n  retention.ms: 1000\n  cleaner:\n    enable: false\nnode.id: 7\n");
        let expected = [
            ("log.retention.ms", "1000", 2),
            ("log.cleaner.enable", "false", 4),
            ("node.id", "7", 5),
        ];
        assert_eq!(
            parsed.pairs,
            expected.map(|(n, v, line)| (n.to_owned(), v.to_owned(), line))
        );
        assert_eq!(parsed.errors, []);
    }

    #[test]
    fn a_list_becomes_a_text_with_commas() {
        let parsed = parse("log.dirs:\n  - a\n  - b\nlisteners: [PLAINTEXT://:9092, 'X://:1']\nrest.listeners: []\n");
        let values: Vec<_> = parsed.pairs.iter().map(|(_, value, _)| value.as_str()).collect();
        assert_eq!(values, ["a,b", "PLAINTEXT://:9092,X://:1", ""]);
    }

    #[test]
    fn an_empty_value_and_an_empty_file_say_nothing() {
        assert_eq!(parse("node.id:\nlog: ~\n"), Parsed::default());
        assert_eq!(parse(""), Parsed::default());
        assert_eq!(parse("# only a comment\n"), Parsed::default());
    }

    #[test]
    fn words_and_digits_keep_their_spelling() {
        let parsed = parse("a: yes\nb: 0123\nc: '9'\nd: TRUE\n");
        let values: Vec<_> = parsed.pairs.iter().map(|(_, value, _)| value.as_str()).collect();
        assert_eq!(values, ["yes", "0123", "9", "true"]);
    }

    #[test]
    fn what_is_no_mapping_of_settings_is_an_error_with_its_line() {
        for (text, line) in [
            ("- a\n- b\n", 1),
            ("a: 1\nb: [\n", 2),
            ("a: 1\nb:\n  - [1]\n", 3),
            ("a: 1\na: 2\n", 2),
        ] {
            let parsed = parse(text);
            let lines: Vec<_> = parsed.errors.iter().map(|(line, _)| *line).collect();
            assert_eq!(lines.len(), 1, "{text:?}");
            assert!(lines[0].abs_diff(line) <= 1, "{text:?}: line {lines:?}");
        }
    }

    #[test]
    fn deep_nesting_ends_in_an_error() {
        let parsed = parse(&"[".repeat(100_000));
        assert_eq!(parsed.errors.len(), 1);
        let parsed = parse(
            &(0..5_000)
                .map(|depth| format!("{}a:\n", " ".repeat(depth)))
                .collect::<String>(),
        );
        assert_eq!(parsed.errors.len(), 1);
    }
}
