//! librdkafka against the broker: what goes in comes out, byte for byte, whatever the settings of either.

mod lookup;
mod roundtrip;
