//! Refused and accepted batches.
