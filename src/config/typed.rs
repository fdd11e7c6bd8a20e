//! From texts to fields: how a struct whose fields are settings is read and changed by name.
//!
//! `typed_settings!` ties each field to one setting's name, so that a struct and the tables cannot drift apart
//! without a test noticing. Reading goes on after a problem, so that all of them are reported at once.

use std::path::PathBuf;

use super::error::SettingError;
use super::value::Value;
use crate::ids::BrokerId;

/// A field's type: how it comes from a parsed value.
pub trait FromValue: Sized {
    /// For `Option` of this type: whether a negative number means "none", as Kafka writes "unlimited" or "unset".
    const NEGATIVE_IS_NONE: bool = false;

    /// The field's value, or why there is none; `None` is an unset value without default.
    fn from_value(value: Option<Value>) -> Result<Self, String>;
}

const UNSET: &str = "a value is needed";
const OTHER_TYPE: &str = "the value is of another type";

macro_rules! from_number {
    ($($number:ty),+) => {$(
        impl FromValue for $number {
            const NEGATIVE_IS_NONE: bool = true;

            fn from_value(value: Option<Value>) -> Result<Self, String> {
                match value {
                    Some(Value::Number(number)) => <$number>::try_from(number)
                        .map_err(|_| format!("Value must be from {} to {}", <$number>::MIN, <$number>::MAX)),
                    Some(_) => Err(OTHER_TYPE.to_owned()),
                    None => Err(UNSET.to_owned()),
                }
            }
        }
    )+};
}

from_number!(i16, i32, i64, u32, u64, usize);

macro_rules! from_variant {
    ($($variant:ident => $type:ty),+ $(,)?) => {$(
        impl FromValue for $type {
            fn from_value(value: Option<Value>) -> Result<Self, String> {
                match value {
                    Some(Value::$variant(inner)) => Ok(inner),
                    Some(_) => Err(OTHER_TYPE.to_owned()),
                    None => Err(UNSET.to_owned()),
                }
            }
        }
    )+};
}

from_variant!(Boolean => bool, Fraction => f64, Text => String, List => Vec<String>);

impl FromValue for BrokerId {
    fn from_value(value: Option<Value>) -> Result<Self, String> {
        i32::from_value(value).map(BrokerId)
    }
}

impl FromValue for PathBuf {
    fn from_value(value: Option<Value>) -> Result<Self, String> {
        String::from_value(value).map(PathBuf::from)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Option<Value>) -> Result<Self, String> {
        match value {
            None => Ok(None),
            Some(Value::Number(number)) if number < 0 && T::NEGATIVE_IS_NONE => Ok(None),
            Some(Value::Text(text)) if text.is_empty() => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

/// Where fields are read from; it keeps the problems met on the way.
pub(super) struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Result<Option<Value>, SettingError>,
    errors: Vec<SettingError>,
}

impl<'a> Reader<'a> {
    /// A reader of what `lookup` finds for a name.
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Result<Option<Value>, SettingError>) -> Self {
        Reader {
            lookup,
            errors: Vec::new(),
        }
    }

    /// The setting's value; a stand-in when there is a problem, which is kept.
    pub(super) fn read<T: FromValue + Default>(&mut self, name: &str) -> T {
        let field = (self.lookup)(name).and_then(|value| field(name, value));
        self.keep(field)
    }

    /// What a computation gave; a stand-in when there is a problem, which is kept.
    pub(super) fn keep<T: Default>(&mut self, result: Result<T, SettingError>) -> T {
        result.unwrap_or_else(|error| {
            self.errors.push(error);
            T::default()
        })
    }

    /// What a computation gave; nothing when there were problems, which are kept.
    pub(super) fn keep_all<T>(&mut self, result: Result<T, Vec<SettingError>>) -> Option<T> {
        result.map_err(|errors| self.errors.extend(errors)).ok()
    }

    /// The problems, when nothing can be made of what was read.
    pub(super) fn finish_without<T>(self) -> Result<T, Vec<SettingError>> {
        Err(self.errors)
    }

    /// `typed`, unless there were problems.
    pub(super) fn finish<T>(self, typed: T) -> Result<T, Vec<SettingError>> {
        if self.errors.is_empty() {
            Ok(typed)
        } else {
            Err(self.errors)
        }
    }
}

/// The field that this value of this setting gives.
pub(super) fn field<T: FromValue>(name: &str, value: Option<Value>) -> Result<T, SettingError> {
    let text = value.as_ref().map_or_else(|| "null".to_owned(), Value::to_string);
    T::from_value(value).map_err(|reason| SettingError::Invalid {
        name: name.to_owned(),
        value: text,
        reason,
    })
}

/// A struct whose fields are settings, each tied to its name.
macro_rules! typed_settings {
    (
        $(#[$meta:meta])*
        pub struct $type:ident {
            $( $(#[$computed_doc:meta])* $computed:ident: $computed_type:ty, )*
            --
            $( $(#[$doc:meta])* $field:ident: $field_type:ty = $name:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $type {
            $( $(#[$computed_doc])* pub $computed: $computed_type, )*
            $( #[doc = concat!("`", $name, "`.")] $(#[$doc])* pub $field: $field_type, )+
        }

        impl $type {
            /// The names of the settings that stand behind fields.
            pub const NAMES: &[&str] = &[$($name),+];

            #[allow(clippy::too_many_lines)]
            fn read_fields(reader: &mut $crate::config::typed::Reader<'_>, $($computed: $computed_type,)*) -> Self {
                $type { $($computed,)* $($field: reader.read($name),)+ }
            }
        }

        $crate::config::typed::typed_settings!(@assign $type [$($computed)*] $($field = $name,)+);
    };
    (@assign $type:ident [] $($field:ident = $name:literal,)+) => {
        impl $type {
            /// Sets the field of this setting; without a field nothing happens.
            fn assign(
                &mut self,
                name: &str,
                value: Option<$crate::config::value::Value>,
            ) -> Result<(), $crate::config::error::SettingError> {
                match name {
                    $($name => self.$field = $crate::config::typed::field(name, value)?,)+
                    _ => {}
                }
                Ok(())
            }
        }
    };
    (@assign $type:ident [$($computed:ident)+] $($rest:tt)*) => {};
}
pub(super) use typed_settings;
