//! The `.properties` form of Kafka's own settings files.
//!
//! As `java.util.Properties` reads it: a name ends at the first `=`, `:` or blank that is not escaped; a line whose
//! last backslash is not itself escaped goes on in the next one; `#` and `!` begin a comment; `\t \n \r \f \uXXXX`
//! are escapes and any other escaped character stands for itself.

use std::iter::Peekable;
use std::str::Chars;

use super::Parsed;

/// The pairs in `text`, each with the line on which it begins.
pub(super) fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let mut lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index.saturating_add(1), line))
        .peekable();
    while let Some((number, line)) = lines.next() {
        let start = line.trim_start_matches(is_blank);
        if start.is_empty() || start.starts_with(['#', '!']) {
            continue;
        }
        let mut logical = start.to_owned();
        while continues(&logical) {
            logical.pop();
            match lines.next() {
                Some((_, next)) => logical.push_str(next.trim_start_matches(is_blank)),
                None => break,
            }
        }
        match pair(&logical) {
            Ok((name, value)) => parsed.pairs.push((name, value, number)),
            Err(message) => parsed.errors.push((number, message)),
        }
    }
    parsed
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{c}')
}

/// Whether an odd number of backslashes ends the line.
fn continues(line: &str) -> bool {
    line.chars().rev().take_while(|c| *c == '\\').count() % 2 == 1
}

fn pair(logical: &str) -> Result<(String, String), String> {
    let mut rest = logical.chars().peekable();
    let mut name = String::new();
    while let Some(c) = rest.next_if(|c| !is_blank(*c) && !matches!(c, '=' | ':')) {
        name.push(if c == '\\' { escaped(&mut rest)? } else { c });
    }
    skip_blanks(&mut rest);
    if rest.next_if(|c| matches!(c, '=' | ':')).is_some() {
        skip_blanks(&mut rest);
    }
    let mut value = String::new();
    while let Some(c) = rest.next() {
        value.push(if c == '\\' { escaped(&mut rest)? } else { c });
    }
    Ok((name, value))
}

fn skip_blanks(rest: &mut Peekable<Chars<'_>>) {
    while rest.next_if(|c| is_blank(*c)).is_some() {}
}

fn escaped(rest: &mut Peekable<Chars<'_>>) -> Result<char, String> {
    match rest.next() {
        Some('t') => Ok('\t'),
        Some('n') => Ok('\n'),
        Some('r') => Ok('\r'),
        Some('f') => Ok('\u{c}'),
        Some('u') => match code_unit(rest)? {
            // Characters beyond 16 bits are written as two escapes.
            high @ 0xD800..=0xDBFF => match (rest.next(), rest.next(), code_unit(rest)) {
                (Some('\\'), Some('u'), Ok(low @ 0xDC00..=0xDFFF)) => char::decode_utf16([high, low])
                    .next()
                    .and_then(Result::ok)
                    .ok_or_else(malformed),
                _ => Err(malformed()),
            },
            unit => char::from_u32(u32::from(unit)).ok_or_else(malformed),
        },
        Some(other) => Ok(other),
        // A lone backslash at the end of the file.
        None => Ok('\\'),
    }
}

fn code_unit(rest: &mut Peekable<Chars<'_>>) -> Result<u16, String> {
    let digits: String = rest.by_ref().take(4).collect();
    let whole = digits.len() == 4 && digits.chars().all(|c| c.is_ascii_hexdigit());
    u16::from_str_radix(&digits, 16)
        .ok()
        .filter(|_| whole)
        .ok_or_else(malformed)
}

fn malformed() -> String {
    "\\u must be followed by four hexadecimal digits of a character".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let parsed = parse(text);
        assert_eq!(parsed.errors, []);
        parsed.pairs.into_iter().map(|(name, value, _)| (name, value)).collect()
    }

    fn one(name: &str, value: &str) -> Vec<(String, String)> {
        vec![(name.to_owned(), value.to_owned())]
    }

    #[test]
    fn a_name_ends_at_an_equals_sign_a_colon_or_a_blank() {
        for text in ["node.id=7", "node.id:7", "node.id 7", "  node.id = 7", "node.id\t:\t7"] {
            assert_eq!(pairs(text), one("node.id", "7"), "{text:?}");
        }
    }

    #[test]
    fn comments_and_empty_lines_are_left_out() {
        assert_eq!(pairs("# a=1\n\n ! b=2\n\t\na#b=c#d"), one("a#b", "c#d"));
    }

    #[test]
    fn a_backslash_at_the_end_joins_the_next_line_without_its_indent() {
        let parsed = parse("a=1,\\\n    2,\\\n    3\r\nb=4\\\\\nc=5");
        let expected = [("a", "1,2,3", 1), ("b", "4\\", 4), ("c", "5", 5)];
        assert_eq!(
            parsed.pairs,
            expected.map(|(n, v, line)| (n.to_owned(), v.to_owned(), line))
        );
    }

    #[test]
    fn escapes_stand_for_their_characters() {
        assert_eq!(pairs(r"a\=b=\t\u00e4\ud83d\ude00\x\:"), one("a=b", "\tä😀x:"));
    }

    #[test]
    fn a_broken_escape_is_an_error_with_its_line() {
        for text in [r"x=\u12", r"x=\u12g4", r"x=\ud83d", r"x=\u+123", r"x=\udc00"] {
            let parsed = parse(&format!("a=1\n{text}\nb=2"));
            assert_eq!(
                parsed.errors.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
                [2],
                "{text}"
            );
            assert_eq!(parsed.pairs.len(), 2);
        }
    }
}
