//! Kafka's conditions on several broker settings together, or on one in a way that its declared rule cannot say.
//!
//! Checked whenever broker settings become typed: at the start and for each change at run time.

use super::error::SettingError;
use super::value::split_list;

/// Bytes that each cleaner thread's map of keys needs.
const DEDUPE_BYTES_PER_THREAD: i64 = 1024 * 1024;

/// Everything that is wrong when `text_of` gives each setting's value, by name; values that are none are not looked at.
pub(super) fn check(text_of: &dyn Fn(&str) -> Option<String>) -> Vec<SettingError> {
    let number = |name: &str| text_of(name).and_then(|text| text.trim().parse::<i64>().ok());
    let mut wrong = Vec::new();
    for name in ["log.retention.ms", "log.retention.minutes", "log.retention.hours"] {
        if number(name) == Some(0) {
            wrong.push(format!("{name} must be unlimited (-1) or, greater than or equal to 1"));
        }
    }
    if number("log.roll.ms").is_some_and(|ms| ms < 1) {
        wrong.push("log.roll.ms must be greater than or equal to 1".to_owned());
    }
    if number("log.roll.jitter.ms").is_some_and(|ms| ms < 0) {
        wrong.push("log.roll.jitter.ms must be greater than or equal to 0".to_owned());
    }
    let overrides = text_of("max.connections.per.ip.overrides").unwrap_or_default();
    if number("max.connections.per.ip") == Some(0) && overrides.trim().is_empty() {
        let text =
            "max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.";
        wrong.push(text.to_owned());
    }
    let (threads, buffer) = (number("log.cleaner.threads"), number("log.cleaner.dedupe.buffer.size"));
    if let (Some(threads @ 1..), Some(buffer)) = (threads, buffer)
        && buffer / threads <= DEDUPE_BYTES_PER_THREAD
    {
        wrong.push("log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.".to_owned());
    }
    wrong.extend(cordoned(text_of));
    wrong.into_iter().map(SettingError::Conflict).collect()
}

fn cordoned(text_of: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let list = |name: &str| split_list(&text_of(name).unwrap_or_default());
    let set = list("log.dirs");
    let dirs = if set.is_empty() { list("log.dir") } else { set };
    let cordoned = list("cordoned.log.dirs");
    if matches!(cordoned.as_slice(), [only] if only == "*") {
        return None;
    }
    let missing: Vec<String> = cordoned.into_iter().filter(|dir| !dirs.contains(dir)).collect();
    (!missing.is_empty()).then(|| {
        format!(
            "All entries in cordoned.log.dirs must be present in log.dirs or log.dir. Missing entries : {}",
            missing.join(", ")
        )
    })
}
