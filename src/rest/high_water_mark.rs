//! High watermark: the first offset of a partition that no consumer may read yet, as a JSON number.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::refusal::{Refused, Told, answer};
use super::{RestState, topic};
use crate::ids::PartitionId;

pub async fn high_water_mark(
    State(state): State<RestState>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Response {
    match look_up(&state, path) {
        Ok(offset) => Json(offset).into_response(),
        Err(refused) => answer::<Told>(Err(refused)),
    }
}

fn look_up(state: &RestState, path: Result<Path<(String, String)>, PathRejection>) -> Result<i64, Refused> {
    let handles = state.handles()?;
    let Path((name, partition)) = path.map_err(|error| Refused::invalid(error.body_text()))?;
    topic::check(&name)?;
    let partition = PartitionId(number(&partition)?);
    let replica = handles.partition_by_name(&name, partition);
    let offset = replica.map_err(Refused::from).and_then(|replica| {
        replica.check_epoch(None)?;
        Ok(replica.high_watermark().0)
    });
    offset.map_err(|refused| refused.about(&handles, &name, partition))
}

fn number(text: &str) -> Result<i32, Refused> {
    // Without the sign and spaces that `parse` may take.
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().ok_or_else(|| {
        let max = i32::MAX;
        Refused::invalid(format!(
            "the partition is '{text}', it must be a number from 0 to {max}"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_is_digits_within_31_bits() {
        assert_eq!(number("0"), Ok(0));
        assert_eq!(number("2147483647"), Ok(i32::MAX));
        for wrong in ["", "-1", "+1", " 1", "1.0", "x", "2147483648", "٣"] {
            let refused = number(wrong).unwrap_err();
            assert_eq!(refused.status.as_u16(), 400, "{wrong}");
            assert!(refused.message.contains(&format!("'{wrong}'")), "{}", refused.message);
        }
    }
}
