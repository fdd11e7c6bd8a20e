//! An open loop at a fixed rate: times count from the moment a request was due, so that a stall is seen by every request
//! that it delays. One producer, one reader of its answers and one consumer for each partition.

use crate::account::Snapshot;
use crate::args::{Args, Failure, Target};
use crate::fetch::answer;
use crate::output::{Line, histogram};
use crate::produce::now_ms;
use crate::socket::{Reader, connect, ensure_topic};
use crate::wire;
use hdrhistogram::Histogram;
use std::io::Write;
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

type Times = Result<Histogram<u64>, Failure>;

/// When each request of one partition is due.
#[derive(Clone, Copy)]
struct Schedule {
    start: Instant,
    per_second: f64,
    warm: u64,
    total: u64,
    batch: u64,
}

impl Schedule {
    fn due(&self, request: u64) -> Instant {
        self.start + Duration::from_secs_f64(request as f64 / self.per_second)
    }

    fn record(&self, times: &mut Histogram<u64>, request: u64) {
        if request >= self.warm {
            times.saturating_record(self.due(request).elapsed().as_nanos() as u64);
        }
    }
}

/// Runs the workload.
pub fn run(args: &Args) -> Result<Line, Failure> {
    let target = Target::of(args)?;
    ensure_topic(&target.addr, &target.topic, target.partitions)?;
    let per_second = args.number("rate", 1000.0)? / f64::from(target.partitions);
    let warm = (args.number("warmup", 2.0)? * per_second) as u64;
    let total = warm + (args.number("secs", 5.0)? * per_second) as u64;
    let count: usize = args.number("batch", 1)?;
    let batch = wire::batch(count, args.number("record", 1024)?, now_ms());
    let acks = args.number("acks", -1)?;
    let begin = Instant::now() + Duration::from_millis(200);
    let mut threads: [Vec<JoinHandle<Times>>; 3] = Default::default();
    for partition in 0..target.partitions {
        // Partitions are spread over the period, so that requests do not come in bursts.
        let phase = f64::from(partition) / f64::from(target.partitions) / per_second;
        let start = begin + Duration::from_secs_f64(phase);
        let plan = Schedule {
            start,
            per_second,
            warm,
            total,
            batch: count as u64,
        };
        let stream = connect(&target.addr)?;
        let reader = Reader::new(stream.try_clone()?);
        let frame = wire::produce(&target.topic, partition, acks, &batch);
        let (addr, topic) = (target.addr.clone(), target.topic.clone());
        threads[0].push(spawn(move || send(stream, frame, plan)));
        threads[1].push(spawn(move || acknowledged(reader, plan)));
        threads[2].push(spawn(move || consumed(&addr, &topic, partition, plan)));
    }
    let edge = |request: u64| begin + Duration::from_secs_f64(request as f64 / per_second);
    sleep(edge(warm).saturating_duration_since(Instant::now()));
    let first = Snapshot::take(target.pid);
    sleep(edge(total).saturating_duration_since(Instant::now()));
    let last = Snapshot::take(target.pid);
    let mut merged = [histogram(), histogram(), histogram()];
    for (sum, group) in merged.iter_mut().zip(threads) {
        for thread in group {
            sum.add(thread.join().map_err(|_| "a thread panicked")??)?;
        }
    }
    let requests = (total - warm) as f64 * f64::from(target.partitions);
    let cpu = last.broker - first.broker;
    let line = last.since(&first, target.pid, Line::new());
    let line = line.number("cpu_s_per_million_requests", cpu / (requests / 1e6));
    let [lag, acks, consumed] = &merged;
    Ok(line
        .quantiles("send_lag", lag)
        .quantiles("ack", acks)
        .quantiles("end_to_end", consumed))
}

fn send(mut stream: std::net::TcpStream, mut frame: Vec<u8>, plan: Schedule) -> Times {
    let mut times = histogram();
    for request in 0..plan.total {
        sleep(plan.due(request).saturating_duration_since(Instant::now()));
        plan.record(&mut times, request);
        wire::set_correlation(&mut frame, request as i32);
        stream.write_all(&frame)?;
    }
    Ok(times)
}

fn acknowledged(mut reader: Reader, plan: Schedule) -> Times {
    let mut times = histogram();
    for request in 0..plan.total {
        reader.produced(request as i32)?;
        plan.record(&mut times, request);
    }
    Ok(times)
}

fn consumed(addr: &str, topic: &str, partition: i32, plan: Schedule) -> Times {
    let mut times = histogram();
    let mut stream = connect(addr)?;
    let mut reader = Reader::new(stream.try_clone()?);
    let mut positions = [(partition, 0)];
    let deadline = plan.due(plan.total) + Duration::from_secs(20);
    while positions[0].1 < (plan.total * plan.batch) as i64 {
        if Instant::now() > deadline {
            return Err("not everything came back".into());
        }
        stream.write_all(&wire::fetch(topic, &positions, 500))?;
        answer(&mut reader, &mut positions, |base, _| {
            plan.record(&mut times, base as u64 / plan.batch)
        })?;
    }
    Ok(times)
}
