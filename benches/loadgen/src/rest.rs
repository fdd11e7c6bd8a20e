//! REST producers in a closed loop: each connection has one request under way, as HTTP/1.1 clients do.

use crate::args::{Args, Failure, Target};
use crate::output::{Line, histogram};
use crate::socket::{connect, ensure_topic};
use crate::window::Shared;
use hdrhistogram::Histogram;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

/// Three bytes in base64.
const PIECE: &str = "YWJj";

struct Plan {
    records: u64,
    bytes: u64,
}

/// Runs the workload.
pub fn run(args: &Args) -> Result<Line, Failure> {
    let target = Target::of(args)?;
    ensure_topic(&target.addr, &target.topic, target.partitions)?;
    let addr = args.text("rest")?.to_owned();
    let count: usize = args.number("batch", 1)?;
    let record: usize = args.number("record", 102)?;
    let shared = Shared::new();
    let mut workers = Vec::new();
    for conn in 0..args.number("conns", 4)? {
        let request = request(&target.topic, conn % target.partitions, count, record);
        let plan = Plan {
            records: count as u64,
            bytes: (count * record) as u64,
        };
        let (addr, shared) = (addr.clone(), shared.clone());
        workers.push(std::thread::spawn(move || {
            let mut times = histogram();
            let result = work(&addr, &request, &plan, &shared, &mut times);
            shared.done(&times, result);
        }));
    }
    shared.measure(args, &target, workers)
}

fn request(topic: &str, partition: i32, count: usize, record: usize) -> Vec<u8> {
    let message = format!("{{\"key\":null,\"value\":\"{}\"}}", PIECE.repeat(record / 3));
    let messages = vec![message; count].join(",");
    let body =
        format!("{{\"topic\":\"{topic}\",\"partition\":{partition},\"messages\":[{messages}],\"requiredAcks\":-1}}");
    let head = format!(
        "POST /api/v1/storage/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    (head + &body).into_bytes()
}

fn work(addr: &str, request: &[u8], plan: &Plan, shared: &Shared, times: &mut Histogram<u64>) -> Result<(), Failure> {
    let mut stream = connect(addr)?;
    let mut answer = Vec::new();
    while !shared.stopping() {
        let sent_at = Instant::now();
        stream.write_all(request)?;
        read_answer(&mut stream, &mut answer)?;
        shared.count(plan.bytes, plan.records, times, sent_at.elapsed());
    }
    Ok(())
}

/// Reads one answer, which must be a 200.
fn read_answer(stream: &mut TcpStream, answer: &mut Vec<u8>) -> Result<(), Failure> {
    answer.clear();
    let mut chunk = [0; 65_536];
    loop {
        let count = stream.read(&mut chunk)?;
        if count == 0 {
            return Err("the broker closed the connection".into());
        }
        answer.extend_from_slice(&chunk[..count]);
        let Some(head_len) = answer.windows(4).position(|end| end == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&answer[..head_len]).to_ascii_lowercase();
        if !head.starts_with("http/1.1 200") {
            return Err(String::from_utf8_lossy(answer).into_owned().into());
        }
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok())
            .ok_or("an answer without a length")?;
        if answer.len() >= head_len + 4 + length {
            return Ok(());
        }
    }
}
