//! `docs/protocol.md` lists exactly what the broker serves. To write it anew: `UPDATE_DOCS=1 cargo test --test protocol_page`.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use dmq::api::ServedApi;
use dmq_protocol::messages::{self, MessageVisitor};
use dmq_protocol::{
    ApiKey, Message, VersionRange, control_records, coordinator_records, embedded, metadata_records, storage_records,
};

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
    records(&mut page);
    page
}

/// What is kept in topics and files, or travels inside of messages.
fn records(page: &mut String) {
    page.push_str(
        "\n## Record schemas\n\nDefined in `protocol/` as well, by the place where Kafka keeps them.\n\n\
         | place | record | versions | flexible from |\n|---|---|---|---|\n",
    );
    let mut list = |place: &str, visit: fn(&mut Versions)| {
        let mut versions = Versions::default();
        visit(&mut versions);
        for (name, (versions, flexible)) in &versions.0 {
            let flexible = flexible.map_or("–".to_owned(), |flexible| flexible.min.max(versions.min).to_string());
            writeln!(page, "| {place} | {name} | {} | {flexible} |", range(*versions)).unwrap();
        }
    };
    list("`__cluster_metadata`", metadata_records::visit_all);
    list("control records", control_records::visit_all);
    list("topics of coordinators", coordinator_records::visit_all);
    list("files, tiered storage", storage_records::visit_all);
    list("inside of other messages", embedded::visit_all);
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
