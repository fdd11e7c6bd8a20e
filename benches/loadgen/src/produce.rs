//! Producers in a closed loop: each connection keeps `inflight` requests under way.

use crate::args::{Args, Failure, Target};
use crate::output::{Line, histogram};
use crate::socket::{Reader, connect, ensure_topic};
use crate::window::Shared;
use crate::wire;
use hdrhistogram::Histogram;
use std::io::Write;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The wall clock in milliseconds, for timestamps.
pub fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as i64)
}

struct Plan {
    acks: i16,
    inflight: usize,
    records: u64,
    bytes: u64,
}

/// Runs the workload.
pub fn run(args: &Args) -> Result<Line, Failure> {
    let target = Target::of(args)?;
    ensure_topic(&target.addr, &target.topic, target.partitions)?;
    let count: usize = args.number("batch", 62)?;
    let batch = wire::batch(count, args.number("record", 1024)?, now_ms());
    let acks = args.number("acks", -1)?;
    let conns: i32 = args.number("conns", 4)?;
    let shared = Shared::new();
    let mut workers = Vec::new();
    for conn in 0..conns {
        let frames: Vec<Vec<u8>> = (0..target.partitions)
            .filter(|partition| partition % conns == conn % target.partitions.max(1))
            .map(|partition| wire::produce(&target.topic, partition, acks, &batch))
            .collect();
        let plan = Plan {
            acks,
            inflight: args.number("inflight", 5)?,
            records: count as u64,
            bytes: batch.len() as u64,
        };
        let (addr, shared) = (target.addr.clone(), shared.clone());
        workers.push(std::thread::spawn(move || {
            let mut times = histogram();
            let result = work(&addr, frames, &plan, &shared, &mut times);
            shared.done(&times, result);
        }));
    }
    shared.measure(args, &target, workers)
}

fn work(
    addr: &str,
    mut frames: Vec<Vec<u8>>,
    plan: &Plan,
    shared: &Shared,
    times: &mut Histogram<u64>,
) -> Result<(), Failure> {
    let mut stream = connect(addr)?;
    let mut reader = Reader::new(stream.try_clone()?);
    let mut sent_at = vec![Instant::now(); plan.inflight];
    let (mut sent, mut done) = (0_usize, 0_usize);
    let kinds = frames.len();
    while !shared.stopping() || done < sent {
        while sent - done < plan.inflight && !shared.stopping() {
            let frame = &mut frames[sent % kinds];
            wire::set_correlation(frame, sent as i32);
            sent_at[sent % plan.inflight] = Instant::now();
            stream.write_all(frame)?;
            sent += 1;
            if plan.acks == 0 {
                done += 1;
                shared.count(
                    plan.bytes,
                    plan.records,
                    times,
                    sent_at[(sent - 1) % plan.inflight].elapsed(),
                );
            }
        }
        if plan.acks == 0 || done == sent {
            continue;
        }
        reader.produced(done as i32)?;
        shared.count(plan.bytes, plan.records, times, sent_at[done % plan.inflight].elapsed());
        done += 1;
    }
    Ok(())
}
