//! Going through a segment's file whatever it holds: intact batches, and the stretches between them that are none.

use crate::disk::DiskFile;
use crate::ids::Offset;

use super::super::LogError;
use super::super::error::IoContext;
use super::super::file_names::LOG;
use super::super::scan::{Found, Scan, ScanFault};
use super::super::segment_files::SegmentFiles;
use super::Progress;
use dmq_protocol::records::BatchHeader;

/// What is looked through at a time for the next batch.
const WINDOW_BYTES: usize = 256 * 1024;

/// A part of a segment's file.
#[derive(Debug)]
pub(super) enum Stretch {
    Batch(Found),
    /// Bytes that are no batch.
    Damage {
        from: u64,
        to: u64,
        reason: String,
    },
}

/// Shows every stretch of a file in order.
pub(super) fn walk(
    files: &SegmentFiles,
    file: &dyn DiskFile,
    progress: &dyn Progress,
    mut visit: impl FnMut(Stretch) -> Result<(), LogError>,
) -> Result<(), LogError> {
    let path = files.path(LOG);
    let end = file.len().during("measure the file", &path)?;
    let (mut position, mut next) = (0, files.base);
    while position < end {
        let (mut fault, begun) = (None, position);
        for step in Scan::verified(file, position, end) {
            match step.and_then(|found| in_sequence(files, next, found)) {
                Ok(found) => {
                    (position, next) = (found.end(), Offset(found.header.next_offset()));
                    visit(Stretch::Batch(found))?;
                }
                Err(ScanFault::Io(error)) => return Err(LogError::io("read the records", &path, &error)),
                Err(ScanFault::Batch { reason, .. }) => {
                    fault = Some(reason);
                    break;
                }
            }
        }
        if let Some(reason) = fault {
            let from = position;
            position = next_batch(files, file, next, from..end)
                .during("read the records", &path)?
                .unwrap_or(end);
            visit(Stretch::Damage {
                from,
                to: position,
                reason,
            })?;
        }
        progress.read(position - begun);
    }
    Ok(())
}

fn in_sequence(files: &SegmentFiles, next: Offset, found: Found) -> Result<Found, ScanFault> {
    let (first, last) = (found.header.base_offset, found.header.last_offset());
    if first >= next.0 && last.saturating_sub(files.base.0) <= i64::from(i32::MAX) {
        return Ok(found);
    }
    let reason = format!("a batch of offsets {first} to {last} comes where {next} is next");
    Err(ScanFault::Batch {
        position: found.position,
        reason,
    })
}

/// Where the next intact batch begins behind the first byte of a range.
fn next_batch(
    files: &SegmentFiles,
    file: &dyn DiskFile,
    next: Offset,
    range: std::ops::Range<u64>,
) -> std::io::Result<Option<u64>> {
    let mut window = vec![0; WINDOW_BYTES];
    let mut at = range.start + 1;
    while at + (BatchHeader::LEN as u64) <= range.end {
        let wanted = usize::try_from(range.end - at)
            .unwrap_or(WINDOW_BYTES)
            .min(WINDOW_BYTES);
        let bytes = window.get_mut(..wanted).unwrap_or_default();
        file.read_exact_at(bytes, at)?;
        for (place, front) in bytes.windows(BatchHeader::LEN).enumerate() {
            let position = at + place as u64;
            let Ok(header) = BatchHeader::parse(front) else {
                continue;
            };
            let found = Found { position, header };
            let plausible = found.end() <= range.end && header.last_offset_delta >= 0;
            if plausible && in_sequence(files, next, found).is_ok() {
                let verified = Scan::verified(file, position, found.end()).next();
                if matches!(verified, Some(Ok(_))) {
                    return Ok(Some(position));
                }
            }
        }
        at += (wanted - (BatchHeader::LEN - 1)) as u64;
    }
    Ok(None)
}
