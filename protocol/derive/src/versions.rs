//! Ranges of versions as Kafka writes them: `3-13`, `7`, `9+`, `none`.

use syn::LitStr;

/// A closed range; open ends are `i16::MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub min: i16,
    pub max: i16,
}

impl Range {
    /// `None` for `"none"`.
    pub fn parse(text: &LitStr) -> syn::Result<Option<Range>> {
        let value = text.value();
        if value == "none" {
            return Ok(None);
        }
        let number = |digits: &str| digits.parse::<i16>().ok().filter(|number| *number >= 0);
        let range = if let Some(min) = value.strip_suffix('+') {
            number(min).map(|min| Range { min, max: i16::MAX })
        } else if let Some((min, max)) = value.split_once('-') {
            number(min).zip(number(max)).map(|(min, max)| Range { min, max })
        } else {
            number(&value).map(|only| Range { min: only, max: only })
        };
        match range {
            Some(range) if range.min <= range.max => Ok(Some(range)),
            _ => Err(syn::Error::new(
                text.span(),
                "versions are written \"3-13\", \"7\", \"9+\" or \"none\"",
            )),
        }
    }

    /// Whether every version of `other` is one of these.
    pub fn covers(self, other: Range) -> bool {
        self.min <= other.min && other.max <= self.max
    }
}
