//! `#[derive(Message)]`: makes a message, or a struct within one, from its definition.
//!
//! ```text
//! #[derive(Debug, Clone, PartialEq, Message)]
//! #[message(versions = "3-13", flexible = "9+")]      // a message; a struct within one has no such line
//! pub struct ProduceRequest {
//!     #[field(versions = "3+", nullable = "3+", default = "null")]
//!     pub transactional_id: Option<StrBytes>,
//!     #[field(versions = "0+")]
//!     pub acks: i16,
//! }
//! ```
//!
//! A field's keys are `versions` (always), `nullable` (with `Option`), `default` (as Kafka writes it), `tag` and
//! `tagged_versions` (both or neither), `ignorable`, and `flexible = "none"` for a length that is never compact.
//! Made are `Wire`, `Default` and, for a message, `Message`. What is made only names fields and versions and calls the
//! generic functions of `dmq_protocol::primitive`: decisions about bytes are taken there.

mod expand;
mod model;
mod versions;

use proc_macro::TokenStream;

/// Makes a message, or a struct within one, from its definition; see the crate's documentation.
#[proc_macro_derive(Message, attributes(message, field))]
pub fn derive_message(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    let made = model::Struct::parse(&input).and_then(|definition| expand::expand(&definition));
    made.unwrap_or_else(|error| error.to_compile_error()).into()
}

#[cfg(test)]
mod tests;
