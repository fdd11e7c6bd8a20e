//! What a segment holds, batch by batch.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dmq_protocol::records::{Record, TimestampType};
use serde::Serialize;

use super::super::LogError;
use super::super::file_names::{LOG, parse_file_name};
use super::super::scan::{Found, read_batch};
use super::super::segment_files::SegmentFiles;
use super::Progress;
use super::salvage::{Stretch, walk};
use crate::disk::{Disk, OpenMode};

/// One batch, or a stretch of bytes that is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", untagged)]
#[allow(missing_docs)]
pub enum BatchLine {
    /// An intact batch; the fields are the header's.
    #[serde(rename_all = "camelCase")]
    Batch {
        position: u64,
        bytes: usize,
        base_offset: i64,
        last_offset: i64,
        record_count: i32,
        leader_epoch: i32,
        codec: String,
        timestamp_type: &'static str,
        max_timestamp: i64,
        is_transactional: bool,
        is_control: bool,
        delete_horizon_ms: Option<i64>,
        producer_id: i64,
        producer_epoch: i16,
        base_sequence: i32,
        last_sequence: i32,
        crc: u32,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        records: Vec<RecordLine>,
    },
    /// Bytes that are no intact batch.
    Damage { position: u64, bytes: u64, damage: String },
}

/// One record. Keys and values that are not UTF-8 are shown with replacement characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct RecordLine {
    pub offset: i64,
    pub timestamp: i64,
    pub key: Option<String>,
    pub value: Option<String>,
    pub headers: Vec<(String, Option<String>)>,
}

/// Shows every batch of a segment's file, with its records if asked for.
pub fn dump_segment(
    disk: &Arc<dyn Disk>,
    path: &Path,
    with_records: bool,
    inflated_bytes_max: usize,
    progress: &dyn Progress,
    mut show: impl FnMut(BatchLine) -> Result<(), LogError>,
) -> Result<(), LogError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Some((base, LOG)) = parse_file_name(&name) else {
        return Err(LogError::BadName {
            name,
            reason: "it is not 20 digits and .log",
        });
    };
    let files = SegmentFiles {
        disk: Arc::clone(disk),
        dir: Arc::from(path.parent().unwrap_or(Path::new("."))),
        base,
        suffix: "",
    };
    let file = files.open(LOG, OpenMode::Read)?;
    walk(&files, &*file, progress, |stretch| match stretch {
        Stretch::Damage { from, to, reason } => show(BatchLine::Damage {
            position: from,
            bytes: to - from,
            damage: reason,
        }),
        Stretch::Batch(found) => {
            let records = if with_records {
                records(&read_batch(&*file, path, &found)?, inflated_bytes_max).unwrap_or_default()
            } else {
                Vec::new()
            };
            show(line(&found, records))
        }
    })
}

fn line(found: &Found, records: Vec<RecordLine>) -> BatchLine {
    let (header, attributes) = (&found.header, found.header.attributes);
    BatchLine::Batch {
        position: found.position,
        bytes: header.size_in_bytes(),
        base_offset: header.base_offset,
        last_offset: header.last_offset(),
        record_count: header.record_count,
        leader_epoch: header.partition_leader_epoch,
        codec: attributes
            .compression()
            .map_or("unknown".to_owned(), |codec| format!("{codec:?}").to_lowercase()),
        timestamp_type: match attributes.timestamp_type() {
            TimestampType::CreateTime => "CreateTime",
            TimestampType::LogAppendTime => "LogAppendTime",
        },
        max_timestamp: header.max_timestamp,
        is_transactional: attributes.is_transactional(),
        is_control: attributes.is_control(),
        delete_horizon_ms: header.delete_horizon(),
        producer_id: header.producer_id,
        producer_epoch: header.producer_epoch,
        base_sequence: header.base_sequence,
        last_sequence: header.last_sequence(),
        crc: header.crc,
        records,
    }
}

fn records(
    batch: &dmq_protocol::records::RecordBatch,
    inflated_bytes_max: usize,
) -> Result<Vec<RecordLine>, dmq_protocol::records::BatchError> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let show = |record: Record| RecordLine {
        offset: record.offset,
        timestamp: record.timestamp,
        key: record.key.as_deref().map(text),
        value: record.value.as_deref().map(text),
        headers: record
            .headers
            .iter()
            .map(|header| (header.key.to_string(), header.value.as_deref().map(text)))
            .collect(),
    };
    batch
        .records(inflated_bytes_max)?
        .map(|record| record.map(show))
        .collect()
}

/// The segments' files of a partition's directory, or the one file that a path is.
pub fn segment_files(disk: &dyn Disk, path: &Path) -> Result<Vec<PathBuf>, LogError> {
    use super::super::error::IoContext;
    let Ok(entries) = disk.list(path) else {
        disk.open(path, OpenMode::Read).during("open the file", path)?;
        return Ok(vec![path.to_owned()]);
    };
    let segments = entries
        .iter()
        .filter(|entry| matches!(parse_file_name(&entry.name), Some((_, LOG))));
    Ok(segments.map(|entry| path.join(&entry.name)).collect())
}
