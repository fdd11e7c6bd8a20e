//! What every message can do, whatever it says: be read and written at each of its versions.
//!
//! The derive macro writes a struct's [`Wire`](crate::primitive::Wire) and its constants here; everything else about a
//! message is in these provided functions, once for all.

use std::fmt;

use bytes::{Bytes, BytesMut};

use crate::api_key::ApiKey;
use crate::primitive::{DecodeError, DecodeReason, EncodeError, EncodeReason, Gap, Reader, Wire, Writer};
use crate::version::{Format, VersionRange};

/// A message with versions of its own: a request, a response, a header, or the content of a record.
pub trait Message: Wire + Default + Clone + PartialEq + fmt::Debug + Send + Sync + 'static {
    /// Kafka's name for it.
    const NAME: &'static str;
    /// The versions that can be read and written.
    const VERSIONS: VersionRange;
    /// The versions with compact lengths and tagged fields. May reach beyond [`Message::VERSIONS`].
    const FLEXIBLE: Option<VersionRange>;

    /// How long the client is told to be held back, in ms; 0 where the message has no word for it.
    fn throttle_time_ms(&self) -> i32 {
        0
    }

    /// Tells the client how long it is held back, if the message has a word for it.
    fn set_throttle_time_ms(&mut self, _ms: i32) {}

    /// Reads one message and leaves what follows it. Strings and bytes in it are slices of the reader's frame.
    fn read(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !Self::VERSIONS.contains(version) {
            let reason = DecodeReason::UnsupportedVersion {
                version,
                supported: Self::VERSIONS,
            };
            return Err(reader.error(reason).of(Self::NAME));
        }
        Self::take(reader, Format::new(version, Self::FLEXIBLE)).map_err(|error| error.of(Self::NAME))
    }

    /// Writes the message. Fails where it holds what the version cannot say.
    fn write(&self, writer: &mut Writer<'_>, version: i16) -> Result<(), EncodeError> {
        if !Self::VERSIONS.contains(version) {
            let reason = EncodeReason::UnsupportedVersion {
                version,
                supported: Self::VERSIONS,
            };
            return Err(writer.error(reason).of(Self::NAME));
        }
        self.put(writer, Format::new(version, Self::FLEXIBLE))
            .map_err(|error| error.of(Self::NAME))
    }

    /// Reads a message that takes up all of `bytes`.
    fn decode(bytes: Bytes, version: i16) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let message = Self::read(&mut reader, version)?;
        reader.finish().map_err(|error| error.of(Self::NAME))?;
        Ok(message)
    }

    /// Appends the message to `out`; after an error, `out` is as it was.
    fn encode_into(&self, out: &mut BytesMut, version: i16) -> Result<(), EncodeError> {
        let before = out.len();
        self.write(&mut Writer::new(out), version)
            .inspect_err(|_| out.truncate(before))
    }

    /// As [`Message::encode_into`], for a message whose record data is elsewhere: gives the places where it belongs.
    fn encode_around(&self, out: &mut BytesMut, version: i16) -> Result<Vec<Gap>, EncodeError> {
        let before = out.len();
        let mut writer = Writer::with_gaps(out);
        match self.write(&mut writer, version) {
            Ok(()) => Ok(writer.into_gaps()),
            Err(error) => {
                out.truncate(before);
                Err(error)
            }
        }
    }

    /// The message in bytes.
    fn encode(&self, version: i16) -> Result<Bytes, EncodeError> {
        let mut out = BytesMut::new();
        self.encode_into(&mut out, version)?;
        Ok(out.freeze())
    }
}

/// A request, tied to its key and its answer.
pub trait Request: Message {
    /// The number that the request's header names it by.
    const KEY: ApiKey;
    /// What it is answered with, at the same version.
    type Response: Message;
}
