//! The value that a topic without its own gets for one setting, and where the broker has it from.
//!
//! A topic's setting has several broker settings that give its default, in different units; the first one set wins.

use super::broker::in_milliseconds;
use super::declarations;
use super::setting::Setting;
use super::settings::{Resolved, Settings};
use super::sources::Source;

impl Settings {
    /// What holds for the topic setting `setting` where a topic does not set it.
    pub fn topic_default(&self, setting: &Setting) -> Resolved {
        let set = setting.synonyms.iter().find_map(|synonym| {
            let found = self.get(declarations::broker(synonym)?);
            (found.source != Source::Default && found.text.is_some()).then_some((synonym, found))
        });
        match set {
            Some((synonym, found)) => Resolved {
                text: found.text.map(|text| in_milliseconds(synonym, text)),
                ..found
            },
            None => Resolved {
                text: setting.default.map(str::to_owned),
                source: Source::Default,
                alias: None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_become_milliseconds_and_the_source_is_kept() {
        let settings = Settings::from_pairs([("log.retention.hours", "2")]).unwrap();
        let of = |name: &str| settings.topic_default(declarations::topic(name).unwrap());
        assert_eq!(of("retention.ms").text.as_deref(), Some("7200000"));
        assert_eq!(of("retention.ms").source, Source::CommandLine);
        assert_eq!(
            (of("segment.ms").text.as_deref(), of("segment.ms").source),
            (Some("604800000"), Source::Default)
        );
    }
}
