//! A definition as the attributes state it, checked: what is contradictory is refused here, at the place it stands.

use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DeriveInput, Error, Fields, GenericArgument, Ident, LitInt, LitStr, PathArguments, Result, Type,
};

use crate::versions::Range;

/// A message, or a struct within one.
pub struct Struct {
    pub name: Ident,
    /// Present for a message.
    pub message: Option<MessageVersions>,
    pub fields: Vec<Field>,
}

/// The versions of a message.
pub struct MessageVersions {
    pub versions: Range,
    pub flexible: Option<Range>,
}

/// One field.
pub struct Field {
    pub name: Ident,
    /// The type without `Option`.
    pub ty: Type,
    pub shape: Shape,
    pub optional: bool,
    pub versions: Range,
    pub nullable: Option<Range>,
    pub default: Option<LitStr>,
    pub tagged: Option<(u32, Range)>,
    pub ignorable: bool,
    pub rigid: bool,
}

/// What a field's type is, as far as defaults differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Bool,
    Integer,
    Float,
    Text,
    Bytes,
    Records,
    Array,
    /// A struct, an id or an error code.
    Other,
}

impl Struct {
    pub fn parse(input: &DeriveInput) -> Result<Struct> {
        let Data::Struct(data) = &input.data else {
            return Err(Error::new(input.ident.span(), "only a struct is a message"));
        };
        if !input.generics.params.is_empty() {
            return Err(Error::new(input.generics.span(), "a message has no type parameters"));
        }
        let named = match &data.fields {
            Fields::Named(named) => Vec::from_iter(&named.named),
            Fields::Unit => Vec::new(),
            Fields::Unnamed(_) => return Err(Error::new(input.ident.span(), "a message's fields have names")),
        };
        let message = find(&input.attrs, "message")?.map(MessageVersions::parse).transpose()?;
        let fields = named.into_iter().map(Field::parse).collect::<Result<Vec<_>>>()?;
        let definition = Struct {
            name: input.ident.clone(),
            message,
            fields,
        };
        definition.check()?;
        Ok(definition)
    }

    fn check(&self) -> Result<()> {
        let mut tags = Vec::from_iter(self.fields.iter().filter_map(|field| field.tagged.map(|(tag, _)| tag)));
        tags.sort_unstable();
        if !tags.iter().copied().eq(0..tags.len() as u32) {
            return Err(Error::new(self.name.span(), "tags count up from 0 without gaps"));
        }
        let Some(message) = &self.message else { return Ok(()) };
        for field in &self.fields {
            if let Some((_, tagged)) = field.tagged
                && !message.flexible.is_some_and(|flexible| flexible.covers(tagged))
            {
                return Err(Error::new(
                    field.name.span(),
                    "only flexible versions have tagged fields",
                ));
            }
        }
        Ok(())
    }
}

impl MessageVersions {
    fn parse(attribute: &Attribute) -> Result<MessageVersions> {
        let mut versions = None;
        let mut flexible = None;
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("versions") {
                versions = Range::parse(&meta.value()?.parse()?)?;
            } else if meta.path.is_ident("flexible") {
                flexible = Range::parse(&meta.value()?.parse()?)?;
            } else {
                return Err(meta.error("a message has `versions` and `flexible`"));
            }
            Ok(())
        })?;
        let Some(versions) = versions else {
            return Err(Error::new(attribute.span(), "a message needs `versions`"));
        };
        if versions.max == i16::MAX {
            return Err(Error::new(attribute.span(), "a message's versions have an end"));
        }
        Ok(MessageVersions { versions, flexible })
    }
}

impl Field {
    fn parse(field: &syn::Field) -> Result<Field> {
        let Some(name) = field.ident.clone() else {
            return Err(Error::new(field.span(), "a message's fields have names"));
        };
        let Some(attribute) = find(&field.attrs, "field")? else {
            return Err(Error::new(name.span(), "a field needs `#[field(versions = \"…\")]`"));
        };
        let inner = generic(&field.ty, "Option");
        let optional = inner.is_some();
        let ty = inner.unwrap_or(&field.ty).clone();
        let shape = Shape::of(&ty);
        let stated = Stated::parse(attribute)?;
        let Some(versions) = stated.versions else {
            return Err(Error::new(attribute.span(), "a field needs `versions`"));
        };
        let tagged = match (stated.tag, stated.tagged_versions) {
            (Some(tag), Some(range)) => Some((tag, range)),
            (None, None) => None,
            _ => return Err(Error::new(attribute.span(), "`tag` and `tagged_versions` go together")),
        };
        let field = Field {
            name,
            ty,
            shape,
            optional,
            versions,
            nullable: stated.nullable,
            default: stated.default,
            tagged,
            ignorable: stated.ignorable,
            rigid: stated.rigid,
        };
        field.check()?;
        Ok(field)
    }

    fn check(&self) -> Result<()> {
        let fail = |message| Err(Error::new(self.name.span(), message));
        match self.nullable {
            Some(_) if !self.optional => return fail("a nullable field is an `Option`"),
            None if self.optional => return fail("an `Option` needs `nullable`"),
            Some(nullable) if !self.versions.covers(nullable) => {
                return fail("`nullable` reaches beyond the field's `versions`");
            }
            Some(_) if matches!(self.shape, Shape::Bool | Shape::Integer | Shape::Float) => {
                return fail("numbers and booleans cannot be null");
            }
            _ => {}
        }
        match &self.tagged {
            Some((_, tagged)) if *tagged != self.versions => fail("a tagged field is tagged in all its versions"),
            _ => Ok(()),
        }
    }

    /// Whether every version in which the field exists can say null.
    pub fn always_nullable(&self) -> bool {
        self.nullable.is_some_and(|nullable| nullable.covers(self.versions))
    }
}

impl Shape {
    fn of(ty: &Type) -> Shape {
        match last_segment(ty).map(|segment| segment.ident.to_string()).as_deref() {
            Some("bool") => Shape::Bool,
            Some("i8" | "i16" | "i32" | "i64" | "u16" | "u32") => Shape::Integer,
            Some("f64") => Shape::Float,
            Some("StrBytes") => Shape::Text,
            Some("Bytes") => Shape::Bytes,
            Some("Records" | "FetchRecords") => Shape::Records,
            Some("Vec") => Shape::Array,
            _ => Shape::Other,
        }
    }
}

/// The keys of a `#[field]`, as they stand.
#[derive(Default)]
struct Stated {
    versions: Option<Range>,
    nullable: Option<Range>,
    default: Option<LitStr>,
    tag: Option<u32>,
    tagged_versions: Option<Range>,
    ignorable: bool,
    rigid: bool,
}

impl Stated {
    fn parse(attribute: &Attribute) -> Result<Stated> {
        let mut stated = Stated::default();
        attribute.parse_nested_meta(|meta| {
            let Some(key) = meta.path.get_ident().map(Ident::to_string) else {
                return Err(meta.error("a field's keys are single words"));
            };
            match key.as_str() {
                "versions" => stated.versions = Range::parse(&meta.value()?.parse()?)?,
                "nullable" => stated.nullable = Range::parse(&meta.value()?.parse()?)?,
                "default" => stated.default = Some(meta.value()?.parse()?),
                "tag" => stated.tag = Some(meta.value()?.parse::<LitInt>()?.base10_parse()?),
                "tagged_versions" => stated.tagged_versions = Range::parse(&meta.value()?.parse()?)?,
                "ignorable" => stated.ignorable = true,
                "flexible" => {
                    let versions: LitStr = meta.value()?.parse()?;
                    if Range::parse(&versions)?.is_some() {
                        return Err(Error::new(versions.span(), "a field's `flexible` can only be \"none\""));
                    }
                    stated.rigid = true;
                }
                _ => {
                    return Err(meta.error(
                        "a field has `versions`, `nullable`, `default`, `tag`, `tagged_versions`, `ignorable`, \
                         `flexible`",
                    ));
                }
            }
            Ok(())
        })?;
        Ok(stated)
    }
}

/// The attribute of that name; two are one too many.
fn find<'a>(attributes: &'a [Attribute], name: &str) -> Result<Option<&'a Attribute>> {
    let mut found = attributes.iter().filter(|attribute| attribute.path().is_ident(name));
    let first = found.next();
    match found.next() {
        Some(second) => Err(Error::new(second.span(), format!("`{name}` is stated twice"))),
        None => Ok(first),
    }
}

fn last_segment(ty: &Type) -> Option<&syn::PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// `T` of a `wrapper<T>`.
fn generic<'a>(ty: &'a Type, wrapper: &str) -> Option<&'a Type> {
    let segment = last_segment(ty).filter(|segment| segment.ident == wrapper)?;
    match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter().find_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        }),
        _ => None,
    }
}
