//! The definitions in this crate are those of Kafka 4.4, field by field.

use std::collections::BTreeMap;
use std::fmt::Write;

use dmq_protocol::Message;
use dmq_protocol::messages::MessageVisitor;
use dmq_protocol::schema::{FieldSchema, Kind};

use crate::visit_everything;

/// A definition in the form of the facts file.
fn describe<M: Message>() -> String {
    let mut text = format!("{} {}", M::NAME, M::VERSIONS);
    if let Some(flexible) = M::FLEXIBLE {
        write!(text, " flexible {flexible}").unwrap();
    }
    text.push('\n');
    describe_fields(M::KIND, 1, &mut text);
    text
}

fn describe_fields(kind: Kind, depth: usize, text: &mut String) {
    match kind {
        Kind::Array(element) => describe_fields(*element, depth, text),
        Kind::Struct(schema) => {
            for field in schema.fields {
                describe_field(field, depth, text);
                describe_fields(field.kind, depth + 1, text);
            }
        }
        _ => {}
    }
}

fn describe_field(field: &FieldSchema, depth: usize, text: &mut String) {
    write!(
        text,
        "{:1$}{2} {3} {4}",
        "",
        2 * depth,
        field.name,
        kind_name(field.kind),
        field.versions
    )
    .unwrap();
    if let Some(nullable) = field.nullable {
        write!(text, " nullable {nullable}").unwrap();
    }
    if let Some(default) = field.default {
        write!(text, " default {default}").unwrap();
    }
    if let Some((tag, versions)) = field.tagged {
        assert_eq!(versions, field.versions, "{}", field.name);
        write!(text, " tag {tag}").unwrap();
    }
    text.push_str(if field.ignorable { " ignorable" } else { "" });
    text.push_str(if field.rigid { " flexible none\n" } else { "\n" });
}

fn kind_name(kind: Kind) -> String {
    match kind {
        Kind::Array(element) => format!("[]{}", kind_name(*element)),
        Kind::Struct(schema) => schema.name.to_owned(),
        simple => format!("{simple:?}").to_lowercase(),
    }
}

/// The facts file, by message.
fn facts() -> BTreeMap<String, String> {
    let file = include_str!("../facts/messages.txt");
    let facts = file.split_once("\n\n").expect("a comment, then messages").1;
    facts
        .split("\n\n")
        .map(|message| {
            let name = message.split(' ').next().unwrap().to_owned();
            (name, message.trim_end().to_owned() + "\n")
        })
        .collect()
}

#[derive(Default)]
struct Definitions(BTreeMap<String, String>);

impl MessageVisitor for Definitions {
    fn visit<M: Message>(&mut self) {
        let before = self.0.insert(M::NAME.to_owned(), describe::<M>());
        assert_eq!(before, None, "{} is defined twice", M::NAME);
    }
}

#[test]
fn every_definition_is_kafkas() {
    let mut ours = Definitions::default();
    visit_everything(&mut ours);
    let facts = facts();
    assert_eq!(Vec::from_iter(ours.0.keys()), Vec::from_iter(facts.keys()));
    for (name, definition) in &ours.0 {
        assert_eq!(definition, &facts[name], "{name}");
    }
}
