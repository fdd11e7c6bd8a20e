//! What one declared setting is: its name, type, default, bounds, when it may change, whether it has an effect.
//!
//! Plain constant data, built by `const fn` so that a table of hundreds costs nothing at start and no code per
//! setting. The tables themselves are in [`declarations`](super::declarations); what a text value means is decided
//! in [`value`](super::value). Nothing here knows where a value came from.

use super::rule::Rule;

/// The type of a setting's value, with Kafka's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// `true` or `false`, in any case.
    Boolean,
    /// A 16-bit number.
    Short,
    /// A 32-bit number.
    Int,
    /// A 64-bit number.
    Long,
    /// A floating-point number.
    Double,
    /// Text.
    String,
    /// Texts separated by commas.
    List,
    /// Text that is never shown.
    Password,
    /// The name of a class, which Kafka would load.
    Class,
}

impl ValueType {
    /// The name in Kafka's documentation, in capitals.
    pub const fn name(self) -> &'static str {
        match self {
            ValueType::Boolean => "BOOLEAN",
            ValueType::Short => "SHORT",
            ValueType::Int => "INT",
            ValueType::Long => "LONG",
            ValueType::Double => "DOUBLE",
            ValueType::String => "STRING",
            ValueType::List => "LIST",
            ValueType::Password => "PASSWORD",
            ValueType::Class => "CLASS",
        }
    }
}

/// How much it matters to know of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Importance {
    /// Most installations set it.
    High,
    /// Some installations set it.
    Medium,
    /// Rarely set.
    Low,
}

impl Importance {
    /// The name in Kafka's documentation, in capitals.
    pub const fn name(self) -> &'static str {
        match self {
            Importance::High => "HIGH",
            Importance::Medium => "MEDIUM",
            Importance::Low => "LOW",
        }
    }
}

/// Whether Kafka lets a setting change while the broker runs, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dynamic {
    /// Only with a restart.
    ReadOnly,
    /// For one broker at a time.
    PerBroker,
    /// For one broker, or for all as a default.
    ClusterWide,
}

impl Dynamic {
    /// The name in Kafka's documentation.
    pub const fn name(self) -> &'static str {
        match self {
            Dynamic::ReadOnly => "read-only",
            Dynamic::PerBroker => "per-broker",
            Dynamic::ClusterWide => "cluster-wide",
        }
    }
}

/// Whether this broker does something with a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The value decides what the broker does.
    Effective,
    /// Kafka knows the setting and so it is accepted and checked, but the value changes nothing here.
    Accepted {
        /// Why it changes nothing, as the end of the sentence "no effect: …".
        why: &'static str,
    },
}

/// One setting as it is declared.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its name, Kafka's where Kafka has one.
    pub name: &'static str,
    /// The type of its value.
    pub value_type: ValueType,
    /// The value when nothing else is said, as it would be written in a file; `None` is Kafka's `null`.
    pub default: Option<&'static str>,
    /// How much it matters.
    pub importance: Importance,
    /// Which values are valid beyond what the type says.
    pub rule: Rule,
    /// Kafka leaves it out of its documentation and of DescribeConfigs.
    pub internal: bool,
    /// When it may change.
    pub dynamic: Dynamic,
    /// Whether it has an effect here.
    pub effect: Effect,
    /// For a topic's setting: the broker settings that give its default, the first one that is set winning.
    pub synonyms: &'static [&'static str],
    /// One or two sentences for its reader.
    raw_doc: &'static str,
}

impl Setting {
    /// A public, effective, read-only setting of this type; the other methods refine it.
    pub const fn new(
        value_type: ValueType,
        name: &'static str,
        default: Option<&'static str>,
        importance: Importance,
        raw_doc: &'static str,
    ) -> Setting {
        Setting {
            name,
            value_type,
            default,
            importance,
            rule: Rule::Any,
            internal: false,
            dynamic: Dynamic::ReadOnly,
            effect: Effect::Effective,
            synonyms: &[],
            raw_doc,
        }
    }

    /// With a rule for its values.
    pub const fn rule(mut self, rule: Rule) -> Setting {
        self.rule = rule;
        self
    }

    /// With values not below `min`.
    pub const fn at_least(self, min: i64) -> Setting {
        self.rule(Rule::AtLeast(min))
    }

    /// With values from `min` to `max`, both valid.
    pub const fn between(self, min: i64, max: i64) -> Setting {
        self.rule(Rule::Between(min, max))
    }

    /// With these values only.
    pub const fn one_of(self, values: &'static [&'static str]) -> Setting {
        self.rule(Rule::OneOf(values))
    }

    /// Left out of Kafka's documentation.
    pub const fn internal(mut self) -> Setting {
        self.internal = true;
        self
    }

    /// Changeable while the broker runs, for one broker.
    pub const fn per_broker(mut self) -> Setting {
        self.dynamic = Dynamic::PerBroker;
        self
    }

    /// Changeable while the broker runs, for one broker or all.
    pub const fn cluster_wide(mut self) -> Setting {
        self.dynamic = Dynamic::ClusterWide;
        self
    }

    /// Known to Kafka, without effect here.
    pub const fn accepted(mut self, why: &'static str) -> Setting {
        self.effect = Effect::Accepted { why };
        self
    }

    /// A topic's setting whose default these broker settings give.
    pub const fn synonyms(mut self, names: &'static [&'static str]) -> Setting {
        self.synonyms = names;
        self
    }

    /// One or two sentences for its reader.
    pub fn doc(&self) -> &'static str {
        self.raw_doc.trim()
    }

    /// Whether its value must not be shown.
    pub const fn is_secret(&self) -> bool {
        matches!(self.value_type, ValueType::Password)
    }
}

/// A table of settings: each is its documentation, then `TYPE "name" = default, IMPORTANCE` and what refines it.
macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $kind:ident $name:literal = $default:tt, $importance:ident
       $(. $refine:ident ( $($arg:expr),* ))* ;)+) => {
        pub(super) static SETTINGS: &[$crate::config::setting::Setting] = &[
            $($crate::config::setting::Setting::new(
                $crate::config::setting::ValueType::$kind,
                $name,
                $crate::config::setting::default_value!($default),
                $crate::config::setting::Importance::$importance,
                concat!($($doc),+),
            )$(.$refine($($arg),*))*,)+
        ];
    };
}
pub(super) use settings;

/// `null` or a literal, as the tables write a default.
macro_rules! default_value {
    (null) => {
        None
    };
    ($literal:literal) => {
        Some($literal)
    };
}
pub(super) use default_value;
