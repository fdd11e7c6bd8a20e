//! When a broker that is starting gives its first answer, and when it acknowledges its first produce.
//!
//! The caller starts this program before the broker and compares with its own reading of the wall clock; polling is
//! every millisecond.

use crate::args::{Args, Failure};
use crate::output::Line;
use crate::produce::now_ms;
use crate::socket::{Reader, connect, ensure_topic};
use crate::wire;
use std::io::Write;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Gives both moments in seconds since 1970.
pub fn run(args: &Args) -> Result<Line, Failure> {
    let (addr, topic) = (args.text("addr")?, args.text("topic")?);
    let start = Instant::now();
    let limit = Duration::from_secs_f64(args.number("timeout", 60.0)?);
    let answered = until(start, limit, || ask(addr))?;
    let produced = until(start, limit, || produce(addr, topic))?;
    Ok(Line::new()
        .number("answered_at", answered)
        .number("produced_at", produced))
}

fn until(start: Instant, limit: Duration, mut attempt: impl FnMut() -> Result<(), Failure>) -> Result<f64, Failure> {
    loop {
        match attempt() {
            Ok(()) => return Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64()),
            Err(error) if start.elapsed() > limit => return Err(error),
            Err(_) => sleep(Duration::from_millis(1)),
        }
    }
}

fn ask(addr: &str) -> Result<(), Failure> {
    let mut stream = connect(addr)?;
    stream.write_all(&wire::api_versions())?;
    let mut reader = Reader::new(stream);
    reader.begin(0)?;
    let error = reader.i16()?;
    if error == 0 {
        Ok(())
    } else {
        Err(format!("ApiVersions: error {error}").into())
    }
}

fn produce(addr: &str, topic: &str) -> Result<(), Failure> {
    ensure_topic(addr, topic, 1)?;
    let mut stream = connect(addr)?;
    stream.write_all(&wire::produce(topic, 0, -1, &wire::batch(1, 100, now_ms())))?;
    Reader::new(stream).produced(0).map(drop)
}
