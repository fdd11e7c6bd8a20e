//! A broker in the test's own process, on free ports, with a directory that goes when it does.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use dmq::config::Settings;
use dmq::env::{Clock, SystemClock};
use dmq::server::{Broker, ServerError, StartOptions};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::Wire;

/// A data directory that outlives the brokers that use it one after the other.
#[derive(Clone)]
pub struct DataDir(Arc<TempDir>);

impl DataDir {
    pub fn new() -> DataDir {
        let dir = tempfile::Builder::new().prefix("dmq-test-").tempdir();
        DataDir(Arc::new(dir.expect("a temporary directory")))
    }

    /// In a directory that is there already.
    pub fn within(parent: &Path) -> DataDir {
        let dir = tempfile::Builder::new().prefix("dmq-test-").tempdir_in(parent);
        DataDir(Arc::new(dir.expect("a temporary directory")))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn text(&self) -> &str {
        self.path().to_str().expect("a path of plain text")
    }
}

/// A running broker. [`TestBroker::stop`] stops it in order; dropping it, as failing tests do, just ends it.
pub struct TestBroker {
    pub dir: DataDir,
    address: SocketAddr,
    broker: Option<Broker>,
    runtime: Runtime,
}

impl TestBroker {
    pub fn start() -> TestBroker {
        TestBroker::with(&[])
    }

    pub fn with(settings: &[(&str, &str)]) -> TestBroker {
        TestBroker::on(&DataDir::new(), settings)
    }

    pub fn on(dir: &DataDir, settings: &[(&str, &str)]) -> TestBroker {
        TestBroker::try_on(dir, settings).expect("the broker starts")
    }

    pub fn try_on(dir: &DataDir, settings: &[(&str, &str)]) -> Result<TestBroker, ServerError> {
        let own = [
            ("log.dirs", dir.text()),
            ("listeners", "PLAINTEXT://127.0.0.1:0"),
            ("rest.listeners", "http://127.0.0.1:0"),
        ];
        let settings = Settings::from_pairs(own.iter().chain(settings).copied()).expect("valid settings");
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let broker = runtime.block_on(Broker::start(settings, StartOptions::default()))?;
        Ok(TestBroker {
            dir: dir.clone(),
            address: broker.kafka_addresses()[0].1,
            broker: Some(broker),
            runtime,
        })
    }

    /// Where the Kafka listener is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same for clients' `bootstrap.servers`.
    pub fn bootstrap(&self) -> String {
        self.address.to_string()
    }

    pub fn cluster_id(&self) -> String {
        self.broker.as_ref().expect("it runs").cluster_id()
    }

    /// A connection for frames made by hand.
    pub fn connect(&self) -> Wire {
        Wire::connect(self.address)
    }

    /// Stops the broker in order and gives its directory back.
    pub fn stop(mut self) -> DataDir {
        let broker = self.broker.take().expect("it runs");
        self.runtime.block_on(broker.stop()).expect("the broker stops");
        self.dir.clone()
    }

    /// The time by this machine's clock.
    pub fn clock_ms(&self) -> i64 {
        SystemClock::new().now_ms()
    }

    /// Starts another broker on a copy of the directory as it is now: what a kill of the process leaves behind.
    pub fn crash_and_restart(self, settings: &[(&str, &str)]) -> TestBroker {
        let copy = DataDir::new();
        copy_tree(self.dir.path(), copy.path());
        self.stop();
        TestBroker::on(&copy, settings)
    }

    /// Stops it and starts another one on its directory.
    pub fn restart(self, settings: &[(&str, &str)]) -> TestBroker {
        TestBroker::on(&self.stop(), settings)
    }
}

fn copy_tree(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            std::fs::create_dir(&target).expect("a new directory");
            copy_tree(&entry.path(), &target);
        } else {
            // Files come and go while the broker runs; those that go are not part of the state.
            match std::fs::copy(entry.path(), &target) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => panic!("{target:?}: {error}"),
                _ => {}
            }
        }
    }
}
