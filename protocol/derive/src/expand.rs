//! From a checked definition to code.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Error, LitStr, Result};

use crate::model::{Field, Shape, Struct};
use crate::versions::Range;

/// `Default`, `Wire` and, for a message, `Message`.
pub fn expand(definition: &Struct) -> Result<TokenStream> {
    let name = &definition.name;
    let defaults = definition
        .fields
        .iter()
        .map(default_value)
        .collect::<Result<Vec<_>>>()?;
    let idents = definition.fields.iter().map(|field| &field.name);
    let schema = schema(definition);
    let take = take(definition, &defaults);
    let put = put(definition, &defaults);
    let error_codes = error_codes(definition);
    let message = message(definition);
    Ok(quote! {
        #[automatically_derived]
        impl ::core::default::Default for #name {
            fn default() -> Self {
                Self { #(#idents: #defaults),* }
            }
        }

        #[automatically_derived]
        impl ::dmq_protocol::primitive::Wire for #name {
            const KIND: ::dmq_protocol::schema::Kind = #schema;

            #error_codes

            fn take(
                reader: &mut ::dmq_protocol::primitive::Reader,
                format: ::dmq_protocol::Format,
            ) -> ::core::result::Result<Self, ::dmq_protocol::primitive::DecodeError> {
                #take
            }

            fn put(
                &self,
                writer: &mut ::dmq_protocol::primitive::Writer<'_>,
                format: ::dmq_protocol::Format,
            ) -> ::core::result::Result<(), ::dmq_protocol::primitive::EncodeError> {
                #put
            }
        }

        #message
    })
}

/// The value of a field in a version that lacks it.
fn default_value(field: &Field) -> Result<TokenStream> {
    let ty = &field.ty;
    let Some(stated) = &field.default else {
        return Ok(match field.shape {
            // Kafka's own default for record batches is null, where for bytes it is empty.
            Shape::Records if field.optional => quote!(::core::option::Option::None),
            _ if field.optional => quote!(::core::option::Option::Some(<#ty as ::core::default::Default>::default())),
            _ => quote!(<#ty as ::core::default::Default>::default()),
        });
    };
    let text = stated.value();
    if text == "null" {
        return match field.optional {
            true => Ok(quote!(::core::option::Option::None)),
            false => Err(Error::new(
                stated.span(),
                "only a nullable field has the default \"null\"",
            )),
        };
    }
    let value = literal(field.shape, &text).ok_or_else(|| {
        Error::new(
            stated.span(),
            "this default is none of the field's type (numbers, true, false, text, null)",
        )
    })?;
    Ok(if field.optional {
        quote!(::core::option::Option::Some(#value))
    } else {
        value
    })
}

fn literal(shape: Shape, text: &str) -> Option<TokenStream> {
    match shape {
        Shape::Bool => text.parse::<bool>().ok().map(|value| quote!(#value)),
        Shape::Integer => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let value = match digits.strip_prefix("0x") {
                Some(hex) => u64::from_str_radix(hex, 16).ok()?,
                None => digits.parse::<u64>().ok()?,
            };
            let value = proc_macro2::Literal::u64_unsuffixed(value);
            Some(if text.starts_with('-') {
                quote!(-#value)
            } else {
                quote!(#value)
            })
        }
        Shape::Float => text.parse::<f64>().ok().map(|value| quote!(#value)),
        Shape::Text => Some(quote!(::dmq_protocol::StrBytes::from_static(#text))),
        Shape::Bytes | Shape::Records | Shape::Array | Shape::Other => None,
    }
}

fn schema(definition: &Struct) -> TokenStream {
    let name = definition.name.to_string();
    let fields = definition.fields.iter().map(|field| {
        let ty = &field.ty;
        let name = field.name.unraw().to_string();
        let versions = range(field.versions);
        let nullable = option(field.nullable.map(range));
        let default = option(field.default.as_ref().map(|text| quote!(#text)));
        let tagged = option(field.tagged.map(|(tag, versions)| {
            let versions = range(versions);
            quote!((#tag, #versions))
        }));
        let Field { ignorable, rigid, .. } = field;
        quote! {
            ::dmq_protocol::schema::FieldSchema {
                name: #name,
                kind: <#ty as ::dmq_protocol::primitive::Wire>::KIND,
                versions: #versions,
                nullable: #nullable,
                default: #default,
                tagged: #tagged,
                ignorable: #ignorable,
                rigid: #rigid,
            }
        }
    });
    quote! {
        ::dmq_protocol::schema::Kind::Struct(&::dmq_protocol::schema::StructSchema {
            name: #name,
            fields: &[#(#fields),*],
        })
    }
}

fn take(definition: &Struct, defaults: &[TokenStream]) -> TokenStream {
    let fields = definition.fields.iter().zip(defaults).map(|(field, default)| {
        let name = &field.name;
        if field.tagged.is_some() {
            return quote!(#name: #default);
        }
        let value = take_value(definition, field, &format_ident!("reader"));
        match condition(field.versions) {
            Some(present) => quote!(#name: if #present { #value } else { #default }),
            None => quote!(#name: #value),
        }
    });
    let label = definition.name.to_string();
    let arms: Vec<TokenStream> = definition
        .fields
        .iter()
        .filter_map(|field| {
            let (tag, versions) = field.tagged?;
            let name = &field.name;
            let present = condition(versions).map(|present| quote!(if #present));
            let value = take_value(definition, field, &format_ident!("tagged"));
            Some(quote!(#tag #present => value.#name = #value,))
        })
        .collect();
    if arms.is_empty() {
        return quote! {
            let value = Self { #(#fields),* };
            reader.skip_tags(#label, format)?;
            ::core::result::Result::Ok(value)
        };
    }
    quote! {
        let mut value = Self { #(#fields),* };
        reader.take_tags(#label, format, &mut |tagged, tag| {
            match tag {
                #(#arms)*
                _ => return ::core::result::Result::Ok(false),
            }
            ::core::result::Result::Ok(true)
        })?;
        ::core::result::Result::Ok(value)
    }
}

fn take_value(definition: &Struct, field: &Field, reader: &Ident) -> TokenStream {
    let label = label(definition, field);
    let format = format(field);
    if field.optional {
        let nullable = nullable(field);
        let take = format_ident!(
            "{}",
            if field.tagged.is_some() {
                "take_tagged_nullable"
            } else {
                "take_nullable"
            }
        );
        quote!(#reader.#take(#label, #format, #nullable)?)
    } else {
        quote!(#reader.take(#label, #format)?)
    }
}

fn put(definition: &Struct, defaults: &[TokenStream]) -> TokenStream {
    let plain = definition
        .fields
        .iter()
        .zip(defaults)
        .filter(|(field, _)| field.tagged.is_none());
    let plain = plain.map(|(field, default)| {
        let put = put_value(definition, field, &quote!(writer), None);
        present_or_absent(definition, field, default, put)
    });
    let mut tagged: Vec<_> = definition
        .fields
        .iter()
        .zip(defaults)
        .filter(|(field, _)| field.tagged.is_some())
        .collect();
    tagged.sort_by_key(|(field, _)| field.tagged.map(|(tag, _)| tag));
    let end = if tagged.is_empty() {
        quote!(writer.put_no_tags(format);)
    } else {
        let tagged = tagged.into_iter().map(|(field, default)| {
            let name = &field.name;
            let put = put_value(definition, field, &quote!(tags), field.tagged.map(|(tag, _)| tag));
            present_or_absent(definition, field, default, quote!(if self.#name != #default { #put }))
        });
        quote! {
            let mut tags = ::dmq_protocol::primitive::TagSection::default();
            #(#tagged)*
            writer.put_tags(tags, format);
        }
    };
    quote! {
        #(#plain)*
        #end
        ::core::result::Result::Ok(())
    }
}

/// A walk through the fields that hold error codes.
fn error_codes(definition: &Struct) -> TokenStream {
    let may = |field: &&Field| matches!(field.shape, Shape::Array | Shape::Other);
    let types: Vec<_> = definition.fields.iter().filter(may).map(|field| &field.ty).collect();
    let walks = definition.fields.iter().filter(may).map(|field| {
        let (name, ty) = (&field.name, &field.ty);
        let walk = match field.optional {
            true => quote! {
                if let ::core::option::Option::Some(value) = &self.#name {
                    ::dmq_protocol::primitive::Wire::error_codes(value, see);
                }
            },
            false => quote!(::dmq_protocol::primitive::Wire::error_codes(&self.#name, see);),
        };
        quote!(if <#ty as ::dmq_protocol::primitive::Wire>::HAS_ERROR_CODES { #walk })
    });
    quote! {
        const HAS_ERROR_CODES: bool = false #(|| <#types as ::dmq_protocol::primitive::Wire>::HAS_ERROR_CODES)*;

        fn error_codes(&self, see: &mut dyn ::core::ops::FnMut(::dmq_protocol::ErrorCode)) {
            let _ = &see;
            #(#walks)*
        }
    }
}

fn put_value(definition: &Struct, field: &Field, writer: &TokenStream, tag: Option<u32>) -> TokenStream {
    let name = &field.name;
    let label = label(definition, field);
    let format = format(field);
    let tag = tag.map(|tag| quote!(#tag,));
    if field.optional {
        let nullable = nullable(field);
        quote!(#writer.put_nullable(#tag #label, &self.#name, #format, #nullable)?;)
    } else {
        quote!(#writer.put(#tag #label, &self.#name, #format)?;)
    }
}

/// Writes the field where the version has it; elsewhere refuses a value that would be lost.
fn present_or_absent(definition: &Struct, field: &Field, default: &TokenStream, put: TokenStream) -> TokenStream {
    let Some(present) = condition(field.versions) else {
        return put;
    };
    if field.ignorable {
        return quote!(if #present { #put });
    }
    let name = &field.name;
    let label = label(definition, field);
    quote! {
        if #present {
            #put
        } else {
            writer.absent(#label, self.#name == #default, format)?;
        }
    }
}

fn message(definition: &Struct) -> Option<TokenStream> {
    let message = definition.message.as_ref()?;
    let name = &definition.name;
    let label = name.to_string();
    let versions = range(message.versions);
    let flexible = option(message.flexible.map(range));
    let throttle = throttle(definition);
    Some(quote! {
        #[automatically_derived]
        impl ::dmq_protocol::Message for #name {
            const NAME: &'static str = #label;
            const VERSIONS: ::dmq_protocol::VersionRange = #versions;
            const FLEXIBLE: ::core::option::Option<::dmq_protocol::VersionRange> = #flexible;
            #throttle
        }
    })
}

/// How long the client is held back, where the message has Kafka's field for it.
fn throttle(definition: &Struct) -> Option<TokenStream> {
    let field = definition
        .fields
        .iter()
        .find(|field| field.name == "throttle_time_ms")?;
    let name = &field.name;
    Some(quote! {
        fn throttle_time_ms(&self) -> i32 {
            self.#name
        }

        fn set_throttle_time_ms(&mut self, ms: i32) {
            self.#name = ms;
        }
    })
}

fn label(definition: &Struct, field: &Field) -> LitStr {
    LitStr::new(
        &format!("{}.{}", definition.name, field.name.unraw()),
        field.name.span(),
    )
}

fn format(field: &Field) -> TokenStream {
    if field.rigid {
        quote!(format.rigid())
    } else {
        quote!(format)
    }
}

fn nullable(field: &Field) -> TokenStream {
    match field.nullable.and_then(condition) {
        Some(condition) if !field.always_nullable() => condition,
        _ => quote!(true),
    }
}

/// Whether the version lies in the range; `None` where every version does.
fn condition(Range { min, max }: Range) -> Option<TokenStream> {
    (min > 0 || max < i16::MAX).then(|| quote!(format.within(#min, #max)))
}

fn range(Range { min, max }: Range) -> TokenStream {
    quote!(::dmq_protocol::VersionRange::new(#min, #max))
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}
