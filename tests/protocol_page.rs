//! `docs/protocol.md` lists exactly what the broker serves. To write it anew: `UPDATE_DOCS=1 cargo test --test protocol_page`.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use dmq::api::ServedApi;
use dmq_protocol::messages::{self, MessageVisitor};
use dmq_protocol::{ApiKey, Message, VersionRange};

/// The versions of every message, and those in which it is flexible.
#[derive(Default)]
struct Versions(BTreeMap<&'static str, (VersionRange, Option<VersionRange>)>);

impl MessageVisitor for Versions {
    fn visit<M: Message>(&mut self) {
        self.0.insert(M::NAME, (M::VERSIONS, M::FLEXIBLE));
    }
}

fn range(versions: VersionRange) -> String {
    match versions.min == versions.max {
        true => versions.min.to_string(),
        false => format!("{}–{}", versions.min, versions.max),
    }
}

/// What there is to say about the versions that are served.
fn note(api: &ServedApi, defined: VersionRange) -> String {
    let mut notes = Vec::new();
    if api.advertised != api.versions {
        notes.push(format!(
            "advertised as {}, as Kafka does for old clients",
            range(api.advertised)
        ));
    }
    if api.versions.max < defined.max {
        notes.push("Kafka calls the newer ones unstable".to_owned());
    }
    notes.join("; ")
}

fn page() -> String {
    let mut page = String::from(
        "# The Kafka protocol in DMQ\n\n\
         Generated from the code: from the definitions in `protocol/`, which has every message of Apache Kafka 4.4, and from \
         the table of what the broker serves, from which ApiVersions is answered. Every version served behaves as in Apache \
         Kafka 4.4; what is not served is not advertised.\n\n\
         | key | API | versions | flexible from | served | note |\n|--:|---|---|---|---|---|\n",
    );
    let served = BTreeMap::from_iter(dmq::api::served().map(|api| (api.key, api)));
    let mut defined = Versions::default();
    messages::visit_all(&mut defined);
    for key in ApiKey::ALL {
        let name = key.name();
        let Some((versions, flexible)) = defined.0.get(&*format!("{name}Request")) else {
            continue;
        };
        let flexible = flexible.map_or("–".to_owned(), |flexible| flexible.min.max(versions.min).to_string());
        let (serves, note) = match served.get(key) {
            Some(api) => (range(api.versions), note(api, *versions)),
            None => ("–".to_owned(), String::new()),
        };
        let (number, versions) = (key.as_i16(), range(*versions));
        writeln!(
            page,
            "| {number} | {name} | {versions} | {flexible} | {serves} | {note} |"
        )
        .unwrap();
    }
    page.push_str("\nKeys 4 to 7 belong to requests that Kafka 4 no longer has.\n");
    page
}

#[test]
fn the_page_says_what_is_served() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/protocol.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        page(),
        "see the head of this file"
    );
}
