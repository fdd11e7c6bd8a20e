//! AlterClientQuotas, DescribeClientQuotas.

use dmq_protocol::messages::alter_client_quotas::{EntityData, OpData, RequestEntryData, ResponseEntryData};
use dmq_protocol::messages::describe_client_quotas::ComponentData;
use dmq_protocol::messages::{AlterClientQuotasRequest, DescribeClientQuotasRequest};
use dmq_protocol::{ErrorCode, StrBytes};

use crate::support::{TestBroker, Wire};

/// Components of a filter: kind, match type, name.
type Components<'a> = &'a [(&'a str, i8, Option<&'a str>)];

pub type Entity<'a> = &'a [(&'a str, Option<&'a str>)];

const ALICE: Entity<'_> = &[("user", Some("alice"))];
const ANY_APP: Entity<'_> = &[("client-id", None), ("user", Some("alice"))];
const ADDRESS: Entity<'_> = &[("ip", Some("10.0.0.1"))];

fn text(text: &str) -> StrBytes {
    StrBytes::from(text.to_owned())
}

/// A change of one entity's quotas.
pub fn change(entity: Entity<'_>, ops: &[(&str, Option<f64>)]) -> RequestEntryData {
    let entity = entity.iter().map(|(kind, name)| EntityData {
        entity_type: text(kind),
        entity_name: name.map(text),
    });
    let ops = ops.iter().map(|(key, value)| OpData {
        key: text(key),
        value: value.unwrap_or(0.0),
        remove: value.is_none(),
    });
    RequestEntryData {
        entity: entity.collect(),
        ops: ops.collect(),
    }
}

/// Makes changes, and fails where one is refused.
pub fn alter(wire: &mut Wire, changes: Vec<RequestEntryData>) {
    let request = AlterClientQuotasRequest {
        entries: changes,
        validate_only: false,
    };
    for entry in wire.call(1, &request).entries {
        assert_eq!(entry.error_code, ErrorCode::NONE, "{entry:?}");
    }
}

fn outcome(wire: &mut Wire, entry: RequestEntryData, validate_only: bool) -> ResponseEntryData {
    let request = AlterClientQuotasRequest {
        entries: vec![entry],
        validate_only,
    };
    let answer = wire.call(1, &request);
    assert_eq!(answer, wire.call(0, &request), "both versions say the same");
    answer.entries.into_iter().next().expect("an entry")
}

/// What the filter finds, as text; `version` 0 and 1 must agree.
fn described(wire: &mut Wire, components: Components<'_>, strict: bool) -> Result<Vec<String>, (ErrorCode, String)> {
    let components = components.iter().map(|(kind, match_type, name)| ComponentData {
        entity_type: text(kind),
        match_type: *match_type,
        r#match: name.map(text),
    });
    let request = DescribeClientQuotasRequest {
        components: components.collect(),
        strict,
    };
    let response = wire.call(1, &request);
    assert_eq!(response, wire.call(0, &request));
    let Some(entries) = response.entries else {
        return Err((response.error_code, response.error_message.unwrap().to_string()));
    };
    assert_eq!(response.error_code, ErrorCode::NONE);
    let line = |entry: &dmq_protocol::messages::describe_client_quotas::EntryData| {
        let name = |name: &Option<StrBytes>| name.as_ref().map_or("*".to_owned(), ToString::to_string);
        let entity = entry
            .entity
            .iter()
            .map(|part| format!("{}={}", part.entity_type, name(&part.entity_name)));
        let values = entry
            .values
            .iter()
            .map(|value| format!("{}={}", value.key, value.value));
        entity.chain(values).collect::<Vec<_>>().join(" ")
    };
    Ok(entries.iter().map(line).collect())
}

#[test]
fn quotas_are_set_described_by_every_kind_of_filter_and_survive_a_restart() {
    let broker = TestBroker::start();
    alter(
        &mut broker.connect(),
        vec![
            change(
                ALICE,
                &[("producer_byte_rate", Some(1e6)), ("request_percentage", Some(12.5))],
            ),
            change(ANY_APP, &[("consumer_byte_rate", Some(2e6))]),
            change(ADDRESS, &[("connection_creation_rate", Some(50.0))]),
        ],
    );
    let broker = broker.restart(&[]);
    let wire = &mut broker.connect();
    let alice = "user=alice producer_byte_rate=1000000 request_percentage=12.5".to_owned();
    let any_app = "client-id=* user=alice consumer_byte_rate=2000000".to_owned();
    let address = "ip=10.0.0.1 connection_creation_rate=50".to_owned();
    let all = vec![any_app.clone(), address.clone(), alice.clone()];
    assert_eq!(described(wire, &[], false), Ok(all));
    assert_eq!(described(wire, &[], true), Ok(vec![]));
    assert_eq!(
        described(wire, &[("user", 0, Some("alice"))], false),
        Ok(vec![any_app.clone(), alice.clone()])
    );
    assert_eq!(described(wire, &[("user", 0, Some("alice"))], true), Ok(vec![alice]));
    assert_eq!(
        described(wire, &[("client-id", 1, None)], false),
        Ok(vec![any_app.clone()])
    );
    assert_eq!(described(wire, &[("client-id", 0, Some("*"))], false), Ok(vec![]));
    assert_eq!(
        described(wire, &[("user", 2, None), ("client-id", 2, None)], true),
        Ok(vec![any_app])
    );
    assert_eq!(described(wire, &[("ip", 2, None)], true), Ok(vec![address]));
    alter(wire, vec![change(ADDRESS, &[("connection_creation_rate", None)])]);
    assert_eq!(described(wire, &[("ip", 2, None)], false), Ok(vec![]));
}

#[test]
fn a_wrong_filter_is_refused_in_kafkas_words() {
    let broker = TestBroker::start();
    let wire = &mut broker.connect();
    let invalid = ErrorCode::INVALID_REQUEST;
    let cases: &[(Components<'_>, ErrorCode, &str)] = &[
        (&[("", 2, None)], invalid, "Invalid empty entity type."),
        (
            &[("user", 2, None), ("user", 1, None)],
            invalid,
            "Entity type user cannot appear more than once in the filter.",
        ),
        (
            &[("group", 2, None)],
            ErrorCode::UNSUPPORTED_VERSION,
            "Unsupported entity type group",
        ),
        (
            &[("user", 0, None)],
            invalid,
            "Request specified MATCH_TYPE_EXACT, but set match string to null.",
        ),
        (
            &[("user", 1, Some("a"))],
            invalid,
            "Request specified MATCH_TYPE_DEFAULT, but also specified a match string.",
        ),
        (
            &[("user", 2, Some("a"))],
            invalid,
            "Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.",
        ),
        (&[("user", 3, None)], invalid, "Unknown match type 3"),
        (
            &[("user", 2, None), ("ip", 2, None)],
            invalid,
            "Invalid entity filter component combination. IP filter component should not be used with user or clientId \
             filter component.",
        ),
    ];
    for (components, code, words) in cases {
        assert_eq!(described(wire, components, false), Err((*code, (*words).to_owned())));
    }
}

#[test]
fn a_refused_change_names_its_entity_and_the_reason_and_validation_changes_nothing() {
    let broker = TestBroker::start();
    let wire = &mut broker.connect();
    let refused = outcome(wire, change(ALICE, &[("connection_creation_rate", Some(1.0))]), false);
    assert_eq!(refused.error_code, ErrorCode::INVALID_REQUEST);
    assert_eq!(
        refused.error_message.as_deref(),
        Some("Invalid configuration key connection_creation_rate")
    );
    assert_eq!(refused.entity, change(ALICE, &[]).entity);
    let host = outcome(
        wire,
        change(
            &[("ip", Some("no such host"))],
            &[("connection_creation_rate", Some(1.0))],
        ),
        false,
    );
    assert_eq!(
        host.error_message.as_deref(),
        Some("no such host is not a valid IP or resolvable host.")
    );
    let named = outcome(
        wire,
        change(&[("ip", Some("localhost"))], &[("connection_creation_rate", Some(1.0))]),
        true,
    );
    assert_eq!((named.error_code, named.error_message), (ErrorCode::NONE, None));
    assert_eq!(described(wire, &[], false), Ok(vec![]));
}
