//! Consumers in a closed loop: each reads its partitions from the start, again and again.

use crate::args::{Args, Failure, Target};
use crate::output::{Line, histogram};
use crate::socket::{Reader, connect};
use crate::window::Shared;
use crate::wire;
use hdrhistogram::Histogram;
use std::io::Write;
use std::time::Instant;

/// Runs the workload.
pub fn run(args: &Args) -> Result<Line, Failure> {
    let target = Target::of(args)?;
    let conns: i32 = args.number("conns", 4)?;
    let shared = Shared::new();
    let mut workers = Vec::new();
    for conn in 0..conns {
        let mine: Vec<(i32, i64)> = (0..target.partitions)
            .filter(|partition| partition % conns == conn)
            .map(|partition| (partition, 0))
            .collect();
        let (addr, topic, shared) = (target.addr.clone(), target.topic.clone(), shared.clone());
        workers.push(std::thread::spawn(move || {
            let mut times = histogram();
            let result = work(&addr, &topic, mine, &shared, &mut times);
            shared.done(&times, result);
        }));
    }
    shared.measure(args, &target, workers)
}

fn work(
    addr: &str,
    topic: &str,
    mut positions: Vec<(i32, i64)>,
    shared: &Shared,
    times: &mut Histogram<u64>,
) -> Result<(), Failure> {
    let mut stream = connect(addr)?;
    let mut reader = Reader::new(stream.try_clone()?);
    while !shared.stopping() {
        let sent = Instant::now();
        stream.write_all(&wire::fetch(topic, &positions, 500))?;
        let before = positions.clone();
        let got = answer(&mut reader, &mut positions, |_, _| {})?;
        shared.count(got.bytes, got.records, times, sent.elapsed());
        for (position, was) in positions.iter_mut().zip(before) {
            if *position == was {
                position.1 = 0;
            }
        }
        // As consumers do, so that the answer's limit reaches every partition.
        positions.rotate_left(1);
    }
    Ok(())
}

/// What one answer held.
pub struct Got {
    /// Bytes of record batches.
    pub bytes: u64,
    /// Records, by the batches' own counts.
    pub records: u64,
}

/// Reads a Fetch v11 answer and moves `positions` on. `each` sees the base and the end offset of every whole batch.
pub fn answer(
    reader: &mut Reader,
    positions: &mut [(i32, i64)],
    mut each: impl FnMut(i64, i64),
) -> Result<Got, Failure> {
    reader.begin(0)?;
    reader.skip(4)?;
    let error = reader.i16()?;
    if error != 0 {
        return Err(format!("Fetch: error {error}").into());
    }
    reader.skip(4)?;
    let mut got = Got { bytes: 0, records: 0 };
    for _ in 0..reader.i32()? {
        reader.skip_string()?;
        for _ in 0..reader.i32()? {
            let partition = reader.i32()?;
            let error = reader.i16()?;
            if error != 0 {
                return Err(format!("Fetch: partition {partition}: error {error}").into());
            }
            reader.skip(24)?;
            let aborted = reader.i32()?.max(0) as usize;
            reader.skip(aborted * 16 + 4)?;
            let length = reader.i32()?.max(0) as usize;
            let slot = positions
                .iter_mut()
                .find(|slot| slot.0 == partition)
                .ok_or("Fetch: a partition not asked for")?;
            batches(reader, length, &mut slot.1, &mut got, &mut each)?;
        }
    }
    Ok(got)
}

fn batches(
    reader: &mut Reader,
    length: usize,
    position: &mut i64,
    got: &mut Got,
    each: &mut impl FnMut(i64, i64),
) -> Result<(), Failure> {
    const HEADER: usize = 61;
    let mut left = length;
    while left >= HEADER {
        let base = reader.i64()?;
        let size = reader.i32()? as usize + 12;
        reader.skip(4 + 1 + 4 + 2)?;
        let last_delta = reader.i32()?;
        let rest = size.min(left) - 27;
        reader.skip(rest)?;
        if size > left {
            return Ok(()); // the last batch is cut
        }
        left -= size;
        got.bytes += size as u64;
        got.records += u64::try_from(last_delta).unwrap_or(0) + 1;
        let end = base + i64::from(last_delta) + 1;
        if end > *position {
            *position = end;
        }
        each(base, end);
    }
    reader.skip(left)?;
    Ok(())
}
