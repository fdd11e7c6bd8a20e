//! Record batches of format 2: what producers send, logs hold and consumers fetch.
//!
//! [`RecordBatch`] is a view that reads the header in place and leaves the records alone; [`BatchHeader`] is the header
//! as a value. Knows nothing of topics, offsets' assignment or who may write what.

mod attributes;
mod batch;
mod error;
mod header;

pub use attributes::{Attributes, TimestampType};
pub use batch::RecordBatch;
pub use error::BatchError;
pub use header::BatchHeader;
