//! Load for a Kafka broker, one workload a run, one line of JSON as the result.
//!
//! Requests are encoded once and sent again with only the correlation id changed, so the client costs little more than
//! the kernel's socket copies. Only what the broker acknowledges or returns counts. CPU and memory are the broker's,
//! read from `/proc` at both ends of the measured window. A wrong answer ends the run: this is a measuring tool.

mod account;
mod args;
mod fetch;
mod latency;
mod output;
mod produce;
mod ready;
mod rest;
mod socket;
mod window;
mod wire;

use args::Args;
use output::Line;
use std::process::ExitCode;

const USAGE: &str = "loadgen COMMAND name=value…   (addr=HOST:PORT pid=BROKER in all)
  ready    timeout=S topic=T             until ApiVersions is answered and a produce acknowledged
  produce  topic= partitions= conns= inflight= acks= record= batch= secs= warmup=
  fetch    topic= partitions= conns= secs= warmup=     from offset 0, again from there at the end
  latency  topic= partitions= rate= record= batch= acks= secs= warmup=     open loop at a fixed rate
  rest     rest=HOST:PORT topic= partitions= conns= record= batch= secs= warmup=     over HTTP";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_default();
    let result = Args::parse(words).and_then(|args| match command.as_str() {
        "ready" => ready::run(&args),
        "produce" => produce::run(&args),
        "fetch" => fetch::run(&args),
        "latency" => latency::run(&args),
        "rest" => rest::run(&args),
        _ => Err(USAGE.into()),
    });
    match result {
        Ok(line) => {
            println!("{}", line.finish());
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{}", Line::new().text("error", &error.to_string()).finish());
            ExitCode::FAILURE
        }
    }
}
