//! The power goes: a broker writes to a file system that is cut off beneath it, and what it acknowledged must be there.
//!
//! The data directory is on an ext4 image, loop-mounted in a mount namespace of its own, where nothing else of the machine
//! can be touched. The cut is ext4's shutdown ioctl without a flush of its journal: exactly what was not synced is gone.
//! Before every other cut a part of the rest is written back, so that some of what was not synced survives. Needs root and loop devices; without
//! them it says loudly that it did not run. `DMQ_POWER_CUTS=1000` for as many; `--features planted-skipped-fsync` builds a
//! broker that lies about durability, which the test must notice, as it must notice `log.durability=os`.

use std::collections::BTreeMap;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::process::crash::{Acknowledged, IDEMPOTENT, produce_until};
use crate::support::BrokerProcess;
use crate::support::broker::DataDir;
use crate::support::kafka::{create_topic, read_topic};

const PARTITIONS: i32 = 3;
/// Set for the process that runs inside the namespace.
const INSIDE: &str = "DMQ_POWER_CUT_INSIDE";
const IMAGE_BYTES: u64 = 256 << 20;

fn cycles() -> usize {
    std::env::var("DMQ_POWER_CUTS")
        .ok()
        .map_or(6, |text| text.parse().unwrap())
}

fn tool(name: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("command -v {name}")]).output();
    found.is_ok_and(|output| output.status.success())
}

/// Why it cannot run here, if it cannot.
fn obstacle() -> Option<&'static str> {
    if !rustix::process::geteuid().is_root() {
        return Some("not root");
    }
    if !["unshare", "mount", "mkfs.ext4"].iter().all(|name| tool(name)) {
        return Some("unshare, mount or mkfs.ext4 is missing");
    }
    (!Path::new("/dev/loop-control").exists()).then_some("no loop devices")
}

#[test]
fn what_was_acknowledged_survives_a_power_cut() {
    if let Some(obstacle) = obstacle() {
        eprintln!("NOT RUN: the power cut test needs root, ext4 and loop devices ({obstacle})");
        return;
    }
    let own = std::env::current_exe().expect("the test's own program");
    let status = Command::new("unshare")
        .args(["--mount", "--propagation", "private"])
        .arg(own)
        .args(["--exact", "process::power_cut::inside", "--ignored", "--nocapture"])
        .env(INSIDE, "1")
        .status()
        .expect("unshare runs");
    assert!(status.success(), "{status}");
}

#[test]
#[ignore = "runs only in the namespace that the test above makes"]
fn inside() {
    assert!(std::env::var_os(INSIDE).is_some(), "not in a namespace of its own");
    let planted = cfg!(feature = "planted-skipped-fsync");
    let lost = attack("fsync", cycles());
    if planted {
        assert!(lost > 0, "a broker that skips fsync was not noticed");
    } else {
        assert_eq!(lost, 0, "acknowledged records are lost");
        // The same attack must see what `os` does not promise, or it sees nothing at all.
        assert!(attack("os", 3) > 0, "the power cut loses nothing that was not synced");
    }
}

/// Cuts the power so many times; how many acknowledged records were gone afterwards.
fn attack(durability: &str, cycles: usize) -> usize {
    let work = tempfile::tempdir().expect("a directory");
    let disk = CutDisk::new(work.path());
    let settings = [("log.durability", durability), ("log.cleaner.backoff.ms", "50")];
    let mut acknowledged = Acknowledged::new();
    let mut lost = 0;
    disk.mount();
    // Kept for all cycles: it is removed when it is dropped.
    let dir = DataDir::within(&disk.mount_point);
    let process = BrokerProcess::start(&dir, &settings);
    create_topic(
        &process.bootstrap(),
        "power",
        PARTITIONS,
        &[("segment.bytes", "1048576")],
    );
    process.terminate();
    for cycle in 0..cycles {
        let process = BrokerProcess::start(&dir, &settings);
        let more = produce_until(process, "power", IDEMPOTENT, cycle, 40 + cycle % 7 * 30, || {
            if cycle % 2 == 1 {
                write_some_back(dir.path());
            }
            disk.cut();
        });
        acknowledged.extend(more);
        disk.unmount();
        disk.mount();
        match BrokerProcess::try_start(&dir, &settings) {
            Ok(process) => {
                lost += missing(&process, &mut acknowledged);
                process.terminate();
            }
            Err(outcome) => {
                // It cannot even say who it was: everything is lost.
                println!(
                    "{durability}: the broker does not start again: {}",
                    outcome.errors.trim()
                );
                lost += acknowledged.len();
                break;
            }
        }
    }
    println!(
        "{durability}: {cycles} power cuts, {} records acknowledged, {lost} lost",
        acknowledged.len()
    );
    drop(dir);
    disk.unmount();
    lost
}

/// How many acknowledged records are not at their place; those are forgotten, to be counted once.
fn missing(process: &BrokerProcess, acknowledged: &mut Acknowledged) -> usize {
    let read = read_topic(&process.bootstrap(), "power", PARTITIONS);
    let there: Vec<BTreeMap<i64, Option<Vec<u8>>>> = read
        .into_iter()
        .map(|partition| {
            let records = partition.into_iter();
            records
                .map(|(offset, record)| (offset, record.value.map(|value| value.to_vec())))
                .collect()
        })
        .collect();
    let before = acknowledged.len();
    acknowledged.retain(|(partition, offset, value)| {
        let found = there
            .get(usize::try_from(*partition).unwrap())
            .and_then(|records| records.get(offset));
        found.is_some_and(|found| found.as_deref() == Some(value.as_bytes()))
    });
    before - acknowledged.len()
}

/// An ext4 image and where it is mounted. Everything it does concerns its own mount point.
struct CutDisk {
    image: PathBuf,
    mount_point: PathBuf,
    mounted: AtomicBool,
}

impl CutDisk {
    fn new(work: &Path) -> CutDisk {
        let (image, mount_point) = (work.join("image"), work.join("mount"));
        std::fs::File::create(&image).unwrap().set_len(IMAGE_BYTES).unwrap();
        std::fs::create_dir(&mount_point).unwrap();
        run(Command::new("mkfs.ext4").arg("-q").arg(&image));
        CutDisk {
            image,
            mount_point,
            mounted: AtomicBool::new(false),
        }
    }

    fn mount(&self) {
        run(Command::new("mount")
            .args(["-o", "loop"])
            .arg(&self.image)
            .arg(&self.mount_point));
        self.mounted.store(true, Ordering::Relaxed);
    }

    fn unmount(&self) {
        run(Command::new("umount").arg(&self.mount_point));
        self.mounted.store(false, Ordering::Relaxed);
    }

    /// Cuts the file system off, now, without letting its journal out.
    fn cut(&self) {
        assert!(
            self.mounted.load(Ordering::Relaxed),
            "only its own mount is ever cut off"
        );
        let root = std::fs::File::open(&self.mount_point).unwrap();
        let own = rustix::fs::stat(&self.mount_point).unwrap().st_dev;
        let parent = rustix::fs::stat(self.mount_point.parent().unwrap()).unwrap().st_dev;
        assert_ne!(own, parent, "the mount point is not a mount");
        shut_down(root.as_fd());
    }
}

impl Drop for CutDisk {
    fn drop(&mut self) {
        if self.mounted.load(Ordering::Relaxed) {
            let _ = Command::new("umount").arg("-l").arg(&self.mount_point).status();
        }
    }
}

/// Has the kernel write back the data of one partition, not its metadata: part of what was not synced survives then.
fn write_some_back(data_dir: &Path) {
    let log = std::fs::File::open(data_dir.join("power-0/00000000000000000000.log"));
    if let Ok(log) = log {
        rustix::fs::fdatasync(&log).unwrap();
    }
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}

/// `EXT4_IOC_SHUTDOWN` with `EXT4_GOING_FLAGS_NOLOGFLUSH`.
fn shut_down(root: std::os::fd::BorrowedFd<'_>) {
    const SHUTDOWN: rustix::ioctl::Opcode = rustix::ioctl::opcode::read::<u32>(b'X', 125);
    const NOLOGFLUSH: u32 = 2;
    // SAFETY: the kernel reads one u32 through the pointer, which `Setter` points at the value that it owns.
    let outcome = unsafe { rustix::ioctl::ioctl(root, rustix::ioctl::Setter::<SHUTDOWN, u32>::new(NOLOGFLUSH)) };
    outcome.expect("the file system can be shut down");
}
