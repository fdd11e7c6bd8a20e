//! `dmq log`: what is in a log's files, whether it is intact, and mending it. For people as lines, for programs as JSON,
//! one object a line. Long runs say on standard error how far they are.

use std::cell::Cell;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::args::{DumpArgs, LogCommand, RepairArgs, VerifyArgs};
use super::{DONE, FAILED, Failure};
use crate::disk::{Disk, RealDisk};
use crate::env::{Clock, SystemClock};
use crate::log::inspect::{self, BatchLine, Found, Mended, PartitionReport, Progress, Severity};
use crate::log::{LogDir, LogError};

/// A run that takes longer says how far it is, and again after each such time.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);
/// What the records of one batch may inflate to when they are shown.
const INFLATED_BYTES_MAX: usize = 1 << 30;

/// Runs one of the tools; its exit status.
pub(super) fn run(command: LogCommand, output: &mut dyn Write, errors: &mut dyn Write) -> Result<u8, Failure> {
    let disk: Arc<dyn Disk> = Arc::new(RealDisk::new());
    match command {
        LogCommand::Dump(args) => dump(&disk, &args, output),
        LogCommand::Verify(args) => verify(&disk, &args, output, errors),
        LogCommand::Repair(args) => repair(&disk, &args, output, errors),
    }
}

impl From<LogError> for Failure {
    fn from(error: LogError) -> Failure {
        Failure {
            status: FAILED,
            message: error.to_string(),
        }
    }
}

/// Writes one line for whoever asked; nobody listening any more is an end like any other.
fn print(output: &mut dyn Write, line: std::fmt::Arguments<'_>) -> Result<(), Failure> {
    writeln!(output, "{line}").map_err(|error| Failure {
        status: if error.kind() == std::io::ErrorKind::BrokenPipe {
            DONE
        } else {
            FAILED
        },
        message: format!("cannot write to standard output: {error}"),
    })
}

fn print_json(output: &mut dyn Write, value: &impl Serialize) -> Result<(), Failure> {
    // Texts and numbers always have a JSON form.
    let text = serde_json::to_string(value).unwrap_or_default();
    print(output, format_args!("{text}"))
}

struct Meter<'a> {
    clock: SystemClock,
    total: u64,
    done: Cell<u64>,
    told: Cell<Duration>,
    errors: std::cell::RefCell<&'a mut dyn Write>,
}

impl<'a> Meter<'a> {
    fn new(total: u64, errors: &'a mut dyn Write) -> Meter<'a> {
        Meter {
            clock: SystemClock::new(),
            total,
            done: Cell::new(0),
            told: Cell::new(Duration::ZERO),
            errors: std::cell::RefCell::new(errors),
        }
    }
}

impl Progress for Meter<'_> {
    fn read(&self, bytes: u64) {
        self.done.set(self.done.get().saturating_add(bytes));
        let now = self.clock.monotonic();
        if now.saturating_sub(self.told.get()) >= PROGRESS_INTERVAL {
            self.told.set(now);
            let (done, total) = (self.done.get() / 1_000_000, self.total / 1_000_000);
            // Progress is a courtesy: whoever closed standard error does not want it.
            let _ = writeln!(self.errors.borrow_mut(), "{done} of {total} MB");
        }
    }
}

struct Silent;

impl Progress for Silent {
    fn read(&self, _bytes: u64) {}
}

fn verify(
    disk: &Arc<dyn Disk>,
    args: &VerifyArgs,
    output: &mut dyn Write,
    errors: &mut dyn Write,
) -> Result<u8, Failure> {
    let found = find(disk, &args.paths)?;
    let meter = Meter::new(found.iter().map(|found| found.bytes).sum(), errors);
    let mut damaged = false;
    for partition in &found {
        let report = inspect::verify(disk, partition, &meter)?;
        damaged |= report.is_damaged();
        if args.json {
            print_json(output, &report)?;
        } else {
            show_report(output, &report)?;
        }
    }
    Ok(if damaged { FAILED } else { DONE })
}

fn find(disk: &Arc<dyn Disk>, paths: &[PathBuf]) -> Result<Vec<Found>, Failure> {
    let mut all = Vec::new();
    for path in paths {
        let found = inspect::find(disk.as_ref(), path)?;
        if found.is_empty() {
            return Err(Failure::misused(format!(
                "{} holds no partition's directory",
                path.display()
            )));
        }
        all.extend(found);
    }
    Ok(all)
}

fn show_report(output: &mut dyn Write, report: &PartitionReport) -> Result<(), Failure> {
    let state = match (report.is_damaged(), report.findings.is_empty()) {
        (true, _) => "DAMAGED",
        (false, false) => "intact, with remarks",
        (false, true) => "intact",
    };
    let dir = report.directory.display();
    let (from, end) = (report.first_offset, report.end_offset);
    let (segments, batches, records, bytes) = (report.segments, report.batches, report.records, report.bytes);
    print(
        output,
        format_args!(
            "{dir}: {state}; offsets {from} to {end} (exclusive), {segments} segments, {batches} batches, {records} \
             records, {bytes} bytes"
        ),
    )?;
    for finding in &report.findings {
        let (path, position, bytes) = (finding.path.display(), finding.position, finding.bytes);
        let kind = match finding.severity {
            Severity::Damage => "damage",
            Severity::Torn => "torn write, cut off by the next start",
            Severity::Rebuilt => "made again from the records when needed",
        };
        let extent = if bytes > 0 {
            format!(" ({bytes} bytes)")
        } else {
            String::new()
        };
        print(
            output,
            format_args!("  {path}, byte {position}{extent}: {}; {kind}", finding.reason),
        )?;
    }
    Ok(())
}

fn repair(
    disk: &Arc<dyn Disk>,
    args: &RepairArgs,
    output: &mut dyn Write,
    errors: &mut dyn Write,
) -> Result<u8, Failure> {
    let found = find(disk, std::slice::from_ref(&args.path))?;
    let meter = Meter::new(found.iter().map(|found| found.bytes).sum(), errors);
    let mut reports = Vec::new();
    for partition in found {
        let report = inspect::verify(disk, &partition, &meter)?;
        if report.findings.iter().any(|finding| finding.severity != Severity::Torn) {
            reports.push((partition, report));
        }
    }
    let Some((first, _)) = reports.first() else {
        if !args.json {
            print(output, format_args!("nothing to repair"))?;
        }
        return Ok(DONE);
    };
    let data_dir = data_dir_of(&first.dir)?;
    // Keeps brokers out, and takes away the mark of a clean stop: the next start must look at what changed.
    let data_dir = LogDir::open(Arc::clone(disk), &data_dir)?;
    for (partition, report) in &reports {
        for mended in inspect::repair(disk, &data_dir, partition, report, &Silent)? {
            if args.json {
                print_json(output, &mended)?;
            } else {
                show_mended(output, &mended)?;
            }
        }
    }
    Ok(DONE)
}

fn data_dir_of(partition: &Path) -> Result<PathBuf, Failure> {
    let absolute = std::path::absolute(partition).map_err(|error| Failure::misused(error.to_string()))?;
    let parent = absolute.parent().map(Path::to_owned);
    parent.ok_or_else(|| Failure::misused(format!("{} is in no data directory", partition.display())))
}

fn show_mended(output: &mut dyn Write, mended: &Mended) -> Result<(), Failure> {
    let (path, action) = (mended.path.display(), &mended.action);
    let Some(kept) = &mended.kept else {
        return print(output, format_args!("{path}: {action}"));
    };
    let (lost, kept) = (mended.bytes_lost, kept.display());
    print(
        output,
        format_args!("{path}: {action}; {lost} damaged bytes left out, the original is {kept}"),
    )
}

fn dump(disk: &Arc<dyn Disk>, args: &DumpArgs, output: &mut dyn Write) -> Result<u8, Failure> {
    let mut damaged = false;
    for path in inspect::segment_files(disk.as_ref(), &args.path)? {
        if !args.json {
            print(output, format_args!("{}", path.display()))?;
        }
        let mut failure = None;
        let shown = inspect::dump_segment(disk, &path, args.records, INFLATED_BYTES_MAX, &Silent, |line| {
            damaged |= matches!(line, BatchLine::Damage { .. });
            let printed = if args.json {
                print_json(output, &line)
            } else {
                show_line(output, &line)
            };
            printed.map_err(|error| {
                failure = Some(error);
                LogError::Closed
            })
        });
        if let Some(failure) = failure {
            return if failure.status == DONE { Ok(DONE) } else { Err(failure) };
        }
        shown?;
    }
    Ok(if damaged { FAILED } else { DONE })
}

fn show_line(output: &mut dyn Write, line: &BatchLine) -> Result<(), Failure> {
    match line {
        BatchLine::Damage {
            position,
            bytes,
            damage,
        } => print(
            output,
            format_args!("  byte {position}: DAMAGE of {bytes} bytes: {damage}"),
        ),
        BatchLine::Batch {
            position,
            bytes,
            base_offset,
            last_offset,
            record_count,
            leader_epoch,
            codec,
            max_timestamp,
            is_transactional,
            is_control,
            delete_horizon_ms,
            producer_id,
            producer_epoch,
            base_sequence,
            records,
            ..
        } => {
            let mut more = String::new();
            if *producer_id >= 0 {
                more.push_str(&format!(
                    " producer {producer_id}/{producer_epoch} sequence {base_sequence}"
                ));
            }
            for (flag, name) in [(is_transactional, " transactional"), (is_control, " control")] {
                more.push_str(if *flag { name } else { "" });
            }
            if let Some(horizon) = delete_horizon_ms {
                more.push_str(&format!(" delete horizon {horizon}"));
            }
            print(
                output,
                format_args!(
                    "  byte {position}: offsets {base_offset} to {last_offset}, {record_count} records, {bytes} bytes, \
                     {codec}, epoch {leader_epoch}, timestamp {max_timestamp}{more}"
                ),
            )?;
            for record in records {
                let text =
                    |field: &Option<String>| field.as_ref().map_or("null".to_owned(), |text| format!("{text:?}"));
                let (offset, key, value) = (record.offset, text(&record.key), text(&record.value));
                print(output, format_args!("    {offset}: key {key} value {value}"))?;
            }
            Ok(())
        }
    }
}
