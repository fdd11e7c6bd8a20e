//! A broker process of its own, to be signalled and killed.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, kill_process};

use super::broker::DataDir;
use super::{PATIENCE, Wire};

/// A `dmq` that said it is ready. Killed when dropped.
pub struct BrokerProcess {
    child: Child,
    /// What it printed up to `ready`.
    pub banner: String,
    errors: Option<JoinHandle<String>>,
}

/// How a `dmq` ended.
#[derive(Debug)]
pub struct Outcome {
    /// Its exit status, if it ended by itself.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Everything on standard error.
    pub errors: String,
}

/// The command line for a broker on a directory and on free ports.
fn command(dir: &DataDir, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dmq"));
    command.env_clear();
    let own = [
        ("log.dirs", dir.text()),
        ("listeners", "PLAINTEXT://127.0.0.1:0"),
        ("rest.listeners", "http://127.0.0.1:0"),
    ];
    for (name, value) in own.iter().chain(settings) {
        command.arg("--override").arg(format!("{name}={value}"));
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

impl BrokerProcess {
    pub fn start(dir: &DataDir, settings: &[(&str, &str)]) -> BrokerProcess {
        BrokerProcess::try_start(dir, settings).unwrap_or_else(|outcome| panic!("dmq did not start: {outcome:?}"))
    }

    /// Starts a broker and waits until it is ready or has ended.
    pub fn try_start(dir: &DataDir, settings: &[(&str, &str)]) -> Result<BrokerProcess, Outcome> {
        let mut child = command(dir, settings).spawn().expect("dmq can be run");
        let lines = lines_of(child.stdout.take().expect("piped"));
        let mut errors = child.stderr.take().expect("piped");
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = errors.read_to_string(&mut text);
            text
        });
        let mut process = BrokerProcess {
            child,
            banner: String::new(),
            errors: Some(errors),
        };
        loop {
            match lines.recv_timeout(PATIENCE) {
                Ok(line) if line == "ready" => return Ok(process),
                Ok(line) => {
                    process.banner.push_str(&line);
                    process.banner.push('\n');
                }
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return Err(process.wait()),
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
                    panic!("neither ready nor ended: {}", process.banner)
                }
            }
        }
    }

    /// The address after a prefix of one of the banner's lines.
    fn listening(&self, prefix: &str) -> SocketAddr {
        let line = self.banner.lines().find_map(|line| line.strip_prefix(prefix));
        let line = line.unwrap_or_else(|| panic!("no line '{prefix}…' in:\n{}", self.banner));
        line.trim().parse().expect("an address")
    }

    pub fn kafka_address(&self) -> SocketAddr {
        self.listening("listening kafka PLAINTEXT ")
    }

    pub fn rest_address(&self) -> SocketAddr {
        self.listening("listening rest ")
    }

    pub fn bootstrap(&self) -> String {
        self.kafka_address().to_string()
    }

    pub fn connect(&self) -> Wire {
        Wire::connect(self.kafka_address())
    }

    /// The most memory that the process has held so far, in bytes.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("its status");
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .expect("its peak");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }

    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("the process is there");
    }

    /// Ends the process as a power switch does, as far as a process can tell.
    pub fn kill(self) -> Outcome {
        self.signal(Signal::KILL);
        self.wait()
    }

    /// Asks it to stop, and waits until it has.
    pub fn terminate(self) -> Outcome {
        self.signal(Signal::TERM);
        self.wait()
    }

    /// Waits for the end of the process.
    pub fn wait(mut self) -> Outcome {
        let status = self.child.wait().expect("the process can be waited for");
        let errors = self.errors.take().map(|errors| errors.join().unwrap_or_default());
        Outcome {
            code: status.code(),
            signal: status.signal(),
            errors: errors.unwrap_or_default(),
        }
    }
}

impl Drop for BrokerProcess {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// The lines of a pipe, read by a thread until its end, so that the writer never waits.
fn lines_of(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            let _ = send.send(line);
        }
    });
    receive
}
