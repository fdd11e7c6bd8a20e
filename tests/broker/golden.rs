//! The conversation that Apache Kafka 4.4 was recorded in, held with our broker.
//!
//! `tests/golden/frames` has the requests and Kafka's answers. Each request is sent as it was, with our topic and session
//! ids in the place of Kafka's, and our answer is compared with Kafka's, field by field. What differs by nature (ids,
//! ports, the time) is made equal first; what differs on purpose is listed in `DIFFERENT`, with the reason.

mod compare;
mod replay;
