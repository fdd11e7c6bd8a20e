//! The names that requests give topics.

use dmq_protocol::ErrorCode;

use super::refusal::Refused;
use crate::api::validate_topic_name;

/// Refuses what cannot be a topic's name, so that a wrong name is told apart from a missing topic.
pub fn check(name: &str) -> Result<(), Refused> {
    validate_topic_name(name).map_err(|error| {
        let message = format!("the topic's name is not legal: {error}");
        Refused::new(ErrorCode::INVALID_TOPIC_EXCEPTION, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_illegal_name_is_a_fault_of_the_request() {
        assert_eq!(check("orders.v1_a-b"), Ok(()));
        for wrong in ["", ".", "..", "a/b", "a b", "ä", &"x".repeat(250)] {
            let refused = check(wrong).unwrap_err();
            assert_eq!(
                (refused.status.as_u16(), refused.code.name()),
                (400, "INVALID_TOPIC_EXCEPTION")
            );
        }
    }
}
