//! `docs/protocol.md` lists exactly what the broker serves. To write it anew: `UPDATE_DOCS=1 cargo test --test protocol_page`.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::fmt::Write as _;
use std::path::Path;

use dmq_protocol::{ApiKey, VersionRange};

fn page() -> String {
    let mut page = String::from(
        "# The Kafka protocol in DMQ\n\n\
         Generated from the code; ApiVersions answers the same. Every version listed behaves as in Apache Kafka 4.4.\n\n\
         | key | API | versions | note |\n|--:|---|---|---|\n",
    );
    let range = |versions: VersionRange| match versions.min == versions.max {
        true => versions.min.to_string(),
        false => format!("{}–{}", versions.min, versions.max),
    };
    let served: Vec<_> = dmq::api::served().collect();
    for api in &served {
        let note = match api.advertised == api.versions {
            true => String::new(),
            false => format!("advertised as {}, as Kafka does for old clients", range(api.advertised)),
        };
        writeln!(
            page,
            "| {} | {} | {} | {note} |",
            api.key.as_i16(),
            api.key.name(),
            range(api.versions)
        )
        .unwrap();
    }
    let missing = ApiKey::ALL
        .iter()
        .filter(|key| !served.iter().any(|api| api.key == **key));
    let missing: Vec<&str> = missing.map(|key| key.name()).collect();
    write!(page, "\nNot served yet, and not advertised: {}.\n", missing.join(", ")).unwrap();
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
