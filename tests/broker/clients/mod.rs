//! librdkafka against the broker: what goes in comes out, byte for byte, whatever the settings of either.

mod groups;
mod lookup;
mod roundtrip;
