//! What the macro refuses, and with which words; that what it makes is right is tested with the messages themselves.

use quote::quote;

use crate::{expand, model};

/// The words with which a definition is refused.
fn refusal(definition: proc_macro2::TokenStream) -> String {
    let made = syn::parse2(definition)
        .and_then(|input| model::Struct::parse(&input))
        .and_then(|s| expand::expand(&s));
    match made {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// The words with which a field of a flexible message is refused.
fn field_refusal(field: proc_macro2::TokenStream) -> String {
    refusal(quote! {
        #[message(versions = "0-9", flexible = "5+")]
        struct Example { #field }
    })
}

#[test]
fn a_definition_as_kafka_has_them_is_accepted() {
    let accepted = refusal(quote! {
        #[message(versions = "3-13", flexible = "9+")]
        pub struct Example {
            #[field(versions = "3+", nullable = "3+", default = "null")]
            pub text: Option<StrBytes>,
            #[field(versions = "0-7", default = "0x7fffffff", ignorable)]
            pub number: i32,
            #[field(versions = "9+", tag = 1, tagged_versions = "9+")]
            pub inner: Inner,
            #[field(versions = "10+", tag = 0, tagged_versions = "10+", default = "-1")]
            pub other: i64,
            #[field(versions = "0+", flexible = "none")]
            pub rigid: Vec<StrBytes>,
        }
    });
    assert_eq!(accepted, "accepted");
}

#[test]
fn only_plain_structs_with_named_fields_are_messages() {
    assert_eq!(
        refusal(quote!(
            enum Example {
                A,
            }
        )),
        "only a struct is a message"
    );
    assert_eq!(
        refusal(quote!(
            struct Example(i32);
        )),
        "a message's fields have names"
    );
    assert_eq!(
        refusal(quote!(
            struct Example<T> {
                value: T,
            }
        )),
        "a message has no type parameters"
    );
}

#[test]
fn versions_are_written_as_kafka_writes_them() {
    let words = "versions are written \"3-13\", \"7\", \"9+\" or \"none\"";
    for versions in ["", "x", "3..5", "5-3", "-1", "+", "3-", "99999"] {
        assert_eq!(
            field_refusal(quote!(#[field(versions = #versions)] a: i32)),
            words,
            "{versions}"
        );
    }
    assert_eq!(
        refusal(quote!(
            #[message(versions = "1+")]
            struct Example {}
        )),
        "a message's versions have an end"
    );
    assert_eq!(
        refusal(quote!(
            #[message(flexible = "1+")]
            struct Example {}
        )),
        "a message needs `versions`"
    );
}

#[test]
fn every_field_states_its_versions_once() {
    assert_eq!(
        field_refusal(quote!(a: i32)),
        "a field needs `#[field(versions = \"…\")]`"
    );
    assert_eq!(
        field_refusal(quote!(#[field(ignorable)] a: i32)),
        "a field needs `versions`"
    );
    let twice = field_refusal(quote!(#[field(versions = "0+")] #[field(versions = "1+")] a: i32));
    assert_eq!(twice, "`field` is stated twice");
    let unknown = field_refusal(quote!(#[field(version = "0+")] a: i32));
    assert!(unknown.starts_with("a field has `versions`"), "{unknown}");
}

#[test]
fn null_goes_with_option_and_with_what_can_be_null() {
    let nullable = field_refusal(quote!(#[field(versions = "0+", nullable = "0+")] a: StrBytes));
    assert_eq!(nullable, "a nullable field is an `Option`");
    let optional = field_refusal(quote!(#[field(versions = "0+")] a: Option<StrBytes>));
    assert_eq!(optional, "an `Option` needs `nullable`");
    let number = field_refusal(quote!(#[field(versions = "0+", nullable = "0+")] a: Option<i32>));
    assert_eq!(number, "numbers and booleans cannot be null");
    let beyond = field_refusal(quote!(#[field(versions = "2+", nullable = "1+")] a: Option<StrBytes>));
    assert_eq!(beyond, "`nullable` reaches beyond the field's `versions`");
}

#[test]
fn defaults_are_of_the_fields_type() {
    let null = field_refusal(quote!(#[field(versions = "0+", default = "null")] a: StrBytes));
    assert_eq!(null, "only a nullable field has the default \"null\"");
    for (ty, default) in [
        (quote!(i32), "x"),
        (quote!(bool), "1"),
        (quote!(Vec<i32>), "3"),
        (quote!(Uuid), "0"),
    ] {
        let words = field_refusal(quote!(#[field(versions = "0+", default = #default)] a: #ty));
        assert!(words.starts_with("this default is none of the field's type"), "{words}");
    }
}

#[test]
fn tags_belong_to_flexible_versions_and_count_up() {
    let alone = field_refusal(quote!(#[field(versions = "5+", tag = 0)] a: i32));
    assert_eq!(alone, "`tag` and `tagged_versions` go together");
    let rigid = field_refusal(quote!(#[field(versions = "4+", tag = 0, tagged_versions = "4+")] a: i32));
    assert_eq!(rigid, "only flexible versions have tagged fields");
    let gap = field_refusal(quote!(#[field(versions = "5+", tag = 1, tagged_versions = "5+")] a: i32));
    assert_eq!(gap, "tags count up from 0 without gaps");
    let partly = field_refusal(quote!(#[field(versions = "4+", tag = 0, tagged_versions = "5+")] a: i32));
    assert_eq!(partly, "a tagged field is tagged in all its versions");
    let compact = field_refusal(quote!(#[field(versions = "0+", flexible = "5+")] a: StrBytes));
    assert_eq!(compact, "a field's `flexible` can only be \"none\"");
}
