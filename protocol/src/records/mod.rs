//! Record batches of format 2: what producers send, logs hold and consumers fetch.
//!
//! [`RecordBatch`] is a view that reads the header in place and leaves the records alone; [`BatchHeader`] is the header
//! as a value, for who scans files. [`RecordIter`] and [`RecordViews`] go through the records ([`RecordOutline`]s: in bounded memory), [`BatchBuilder`] writes
//! what Kafka would write. Knows nothing of topics, of how offsets are assigned, or who may write what.

mod attributes;
mod batch;
mod builder;
mod error;
mod header;
mod iter;
mod outline;
mod record;
mod validate;
mod varint;

pub use attributes::{Attributes, TimestampType};
pub use batch::RecordBatch;
pub use builder::{BatchBuilder, BuildError};
pub use error::{BatchError, RecordFault};
pub use header::BatchHeader;
pub use iter::{RecordIter, RecordViews};
pub use outline::RecordOutline;
pub use record::{HeaderView, Record, RecordHeader, RecordView};
pub use validate::RecordSummary;
