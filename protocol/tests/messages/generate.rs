//! Makes valid bytes of any message from its definition and a seed, without the code under test.
//!
//! The bytes are canonical, so that decoding and encoding must give them back: a tagged field that has its default is
//! left out, and a boolean is 0 or 1.

use dmq_protocol::schema::{FieldSchema, Kind, StructSchema};
use dmq_protocol::{Format, Message};

/// A small generator of numbers (xorshift64*): the same seed gives the same message.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        let mut random = Random(seed | 1);
        random.below(2);
        random
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 33) as usize % bound
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// Numbers at the edges of their type are as likely as those within.
    fn number(&mut self, bits: u32) -> u64 {
        match self.below(6) {
            0 => 0,
            1 => 1,
            2 => u64::MAX,
            3 => 1 << (bits - 1),
            4 => (1 << (bits - 1)) - 1,
            _ => self.next(),
        }
    }
}

/// The bytes of a message at `version`.
pub fn message<M: Message>(version: i16, seed: u64) -> Vec<u8> {
    let mut out = Vec::new();
    value(
        M::KIND,
        Format::new(version, M::FLEXIBLE),
        &mut Random::new(seed),
        &mut out,
    );
    out
}

/// The bytes of a message at `version` that says as little as it can, but for one of its arrays, the `chosen`-th: that has
/// `count` elements, each as small as it can be. `None` if there are not so many arrays.
pub fn dense<M: Message>(version: i16, chosen: usize, count: usize) -> Option<Vec<u8>> {
    let mut dense = Dense {
        until: chosen,
        count,
        found: false,
        out: Vec::new(),
    };
    dense.value(M::KIND, Format::new(version, M::FLEXIBLE));
    dense.found.then_some(dense.out)
}

struct Dense {
    /// How many arrays come before the chosen one.
    until: usize,
    count: usize,
    found: bool,
    out: Vec<u8>,
}

impl Dense {
    fn value(&mut self, kind: Kind, format: Format) {
        match kind {
            Kind::Array(element) => self.array(*element, kind, format),
            Kind::Struct(schema) => self.fields(schema, format),
            Kind::String | Kind::Bytes => length(Some(0), kind, format, &mut self.out),
            number => self.out.resize(self.out.len() + number.min_size(format), 0),
        }
    }

    /// The chosen array, or one element on the way to it, or nothing after it.
    fn array(&mut self, element: Kind, kind: Kind, format: Format) {
        if self.found {
            return length(Some(0), kind, format, &mut self.out);
        }
        if self.until == 0 {
            self.found = true;
            length(Some(self.count), kind, format, &mut self.out);
            return (0..self.count).for_each(|_| self.value(element, format));
        }
        self.until -= 1;
        length(Some(1), kind, format, &mut self.out);
        self.value(element, format);
    }

    fn fields(&mut self, schema: &StructSchema, format: Format) {
        let present = |field: &&FieldSchema| field.versions.contains(format.version);
        let (tagged, plain): (Vec<_>, Vec<_>) = schema
            .fields
            .iter()
            .filter(present)
            .partition(|field| field.tagged.is_some());
        plain.into_iter().for_each(|field| self.field(field, format));
        if !format.flexible {
            return;
        }
        let mut said = Vec::new();
        let mut tagged = Vec::from_iter(tagged.into_iter().map(|field| (field.tagged.unwrap().0, field)));
        tagged.sort_by_key(|(tag, _)| *tag);
        for (tag, field) in tagged {
            if self.found {
                break;
            }
            let before = std::mem::take(&mut self.out);
            self.field(field, format);
            said.push((tag, std::mem::replace(&mut self.out, before)));
        }
        uvarint(said.len() as u32, &mut self.out);
        for (tag, content) in said {
            uvarint(tag, &mut self.out);
            uvarint(content.len() as u32, &mut self.out);
            self.out.extend(content);
        }
    }

    fn field(&mut self, field: &FieldSchema, format: Format) {
        let format = if field.rigid { format.rigid() } else { format };
        if nullable(field, format) && matches!(field.kind, Kind::Struct(_)) {
            if self.found {
                return null(field, format, &mut self.out);
            }
            self.out.push(1);
        }
        self.value(field.kind, format);
    }
}

fn value(kind: Kind, format: Format, random: &mut Random, out: &mut Vec<u8>) {
    match kind {
        Kind::Bool => out.push(random.below(2) as u8),
        Kind::Int8 => number(8, random, out),
        Kind::Int16 | Kind::Uint16 => number(16, random, out),
        Kind::Int32 | Kind::Uint32 => number(32, random, out),
        Kind::Int64 => number(64, random, out),
        Kind::Float64 => out.extend((random.next() as f64 / 1e9).to_be_bytes()),
        Kind::Uuid => out.extend([random.next().to_be_bytes(), random.next().to_be_bytes()].concat()),
        Kind::String => {
            let text = text(random);
            length(Some(text.len()), kind, format, out);
            out.extend(text.bytes());
        }
        Kind::Bytes => {
            let len = [0, 1, 5, 300][random.below(4)];
            length(Some(len), kind, format, out);
            out.extend((0..len).map(|_| random.next() as u8));
        }
        Kind::Array(element) => {
            let many = matches!(element, Kind::Int32 | Kind::Uuid) && random.one_in(8);
            let len = if many { 150 } else { random.below(4) };
            length(Some(len), kind, format, out);
            (0..len).for_each(|_| value(*element, format, random, out));
        }
        Kind::Struct(schema) => fields(schema, format, random, out),
    }
}

fn number(bits: u32, random: &mut Random, out: &mut Vec<u8>) {
    let number = random.number(bits).to_be_bytes();
    out.extend(&number[8 - bits as usize / 8..]);
}

fn text(random: &mut Random) -> String {
    match random.below(5) {
        0 => String::new(),
        1 => "größer ☃ 𝄞".to_owned(),
        2 => "x".repeat(120 + random.below(20)),
        _ => format!("name-{}", random.below(1000)),
    }
}

fn fields(schema: &StructSchema, format: Format, random: &mut Random, out: &mut Vec<u8>) {
    let present = |field: &&FieldSchema| field.versions.contains(format.version);
    let (tagged, plain): (Vec<_>, Vec<_>) = schema
        .fields
        .iter()
        .filter(present)
        .partition(|field| field.tagged.is_some());
    for field in plain {
        field_value(field, format, random, out);
    }
    if !format.flexible {
        assert!(tagged.is_empty());
        return;
    }
    let mut said = Vec::new();
    for field in tagged {
        let mut content = Vec::new();
        field_value(field, format, random, &mut content);
        if random.one_in(3) || content == default(field, format) {
            continue;
        }
        said.push((field.tagged.unwrap().0, content));
    }
    said.sort();
    uvarint(said.len() as u32, out);
    for (tag, content) in said {
        uvarint(tag, out);
        uvarint(content.len() as u32, out);
        out.extend(content);
    }
}

fn nullable(field: &FieldSchema, format: Format) -> bool {
    field.nullable.is_some_and(|versions| versions.contains(format.version))
}

fn field_value(field: &FieldSchema, format: Format, random: &mut Random, out: &mut Vec<u8>) {
    let format = if field.rigid { format.rigid() } else { format };
    if nullable(field, format) {
        if random.one_in(4) {
            return null(field, format, out);
        }
        if matches!(field.kind, Kind::Struct(_)) {
            out.push(1);
        }
    }
    value(field.kind, format, random, out);
}

fn null(field: &FieldSchema, format: Format, out: &mut Vec<u8>) {
    match field.kind {
        Kind::Struct(_) => out.push(if field.tagged.is_some() { 0 } else { 0xff }),
        kind => length(None, kind, format, out),
    }
}

/// The bytes of a tagged field's default, which is not sent.
fn default(field: &FieldSchema, format: Format) -> Vec<u8> {
    let mut out = Vec::new();
    let number = || {
        field
            .default
            .map_or(0, |text| text.parse::<i64>().unwrap())
            .to_be_bytes()
    };
    match (field.default, field.kind) {
        (Some("null"), _) => null(field, format, &mut out),
        (_, Kind::Bool) => out.push(u8::from(field.default == Some("true"))),
        (_, Kind::Int8) => out.extend(&number()[7..]),
        (_, Kind::Int16 | Kind::Uint16) => out.extend(&number()[6..]),
        (_, Kind::Int32 | Kind::Uint32) => out.extend(&number()[4..]),
        (_, Kind::Int64) => out.extend(number()),
        (_, Kind::Uuid) => out.extend([0; 16]),
        (_, Kind::Struct(schema)) => {
            assert!(schema.fields.iter().all(|field| field.tagged.is_none()));
            if nullable(field, format) {
                out.push(1);
            }
            schema
                .fields
                .iter()
                .for_each(|field| out.extend(default(field, format)));
            uvarint(0, &mut out);
        }
        (_, kind) => length(Some(0), kind, format, &mut out),
    }
    out
}

/// A length as the kind and the version want it; `None` is null.
fn length(len: Option<usize>, kind: Kind, format: Format, out: &mut Vec<u8>) {
    match (format.flexible, kind) {
        (true, _) => uvarint(len.map_or(0, |len| len as u32 + 1), out),
        (false, Kind::String) => out.extend(len.map_or(-1, |len| len as i16).to_be_bytes()),
        (false, _) => out.extend(len.map_or(-1, |len| len as i32).to_be_bytes()),
    }
}

fn uvarint(mut value: u32, out: &mut Vec<u8>) {
    while value > 127 {
        out.push((value & 127) as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}
