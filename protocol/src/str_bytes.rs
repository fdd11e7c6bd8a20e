//! Text that is a slice of the frame it arrived in.
//!
//! Cloning is a reference count, and so is keeping: a value that outlives its request pins the whole receive buffer.
//! What is stored (a topic's name, a group's id) is therefore copied first with [`StrBytes::detached`].

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;

use bytes::Bytes;
use bytestring::ByteString;

/// An immutable UTF-8 string over shared bytes. Compares, orders and hashes as the `str` it holds.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StrBytes(ByteString);

/// The bytes are not UTF-8; `valid_up_to` bytes of them are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not UTF-8 after {valid_up_to} bytes")]
pub struct NotUtf8 {
    /// How many bytes at the front are well-formed.
    pub valid_up_to: usize,
}

impl StrBytes {
    /// The empty string.
    pub const EMPTY: StrBytes = StrBytes(ByteString::new());

    /// A string that lives in the binary.
    pub const fn from_static(text: &'static str) -> StrBytes {
        StrBytes(ByteString::from_static(text))
    }

    /// Takes the bytes as text, without copying them.
    pub fn from_utf8(bytes: Bytes) -> Result<StrBytes, NotUtf8> {
        match std::str::from_utf8(&bytes) {
            Ok(_) => ByteString::try_from(bytes)
                .map(StrBytes)
                .map_err(|_| NotUtf8 { valid_up_to: 0 }),
            Err(error) => Err(NotUtf8 {
                valid_up_to: error.valid_up_to(),
            }),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes under the text.
    pub fn into_bytes(self) -> Bytes {
        self.0.into_bytes()
    }

    /// A copy that shares nothing with the frame, to be kept.
    pub fn detached(&self) -> StrBytes {
        StrBytes(ByteString::from(self.as_str().to_owned()))
    }
}

impl Deref for StrBytes {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for StrBytes {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for StrBytes {
    fn borrow(&self) -> &str {
        self
    }
}

impl From<&'static str> for StrBytes {
    fn from(text: &'static str) -> StrBytes {
        StrBytes::from_static(text)
    }
}

impl From<String> for StrBytes {
    fn from(text: String) -> StrBytes {
        StrBytes(ByteString::from(text))
    }
}

impl TryFrom<Bytes> for StrBytes {
    type Error = NotUtf8;

    fn try_from(bytes: Bytes) -> Result<StrBytes, NotUtf8> {
        StrBytes::from_utf8(bytes)
    }
}

impl PartialEq<str> for StrBytes {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for StrBytes {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Display for StrBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for StrBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn text_is_a_slice_of_its_frame_until_detached() {
        let frame = Bytes::from_static(b"..topic..");
        let text = StrBytes::from_utf8(frame.slice(2..7)).unwrap();
        assert_eq!(text, "topic");
        assert_eq!(text.as_ptr(), frame[2..].as_ptr());
        assert_ne!(text.detached().as_ptr(), frame[2..].as_ptr());
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_with_their_place() {
        assert_eq!(
            StrBytes::from_utf8(Bytes::from_static(b"ab\xff")),
            Err(NotUtf8 { valid_up_to: 2 })
        );
    }

    #[test]
    fn a_map_is_searched_by_str() {
        let map = HashMap::from([(StrBytes::from("a".to_owned()), 1)]);
        assert_eq!(map.get("a"), Some(&1));
    }
}
