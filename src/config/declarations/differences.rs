//! Where a declaration differs from Kafka's, on purpose. Everything else is held equal by a test.

/// One default that is not Kafka's.
#[derive(Debug, Clone, Copy)]
pub struct Difference {
    /// The setting.
    pub name: &'static str,
    /// Kafka's default, or `required` where Kafka does not start without a value.
    pub kafka: &'static str,
    /// Why ours is another.
    pub why: &'static str,
}

/// Every setting whose default is not Kafka's.
pub static DIFFERENCES: &[Difference] = &[
    Difference {
        name: "node.id",
        kafka: "required",
        why: "a broker starts without any configuration, and a single one needs no number of its own",
    },
    Difference {
        name: "process.roles",
        kafka: "required",
        why: "a broker is its own controller unless told otherwise",
    },
    Difference {
        name: "controller.listener.names",
        kafka: "required",
        why: "a controller in the same process needs no listener",
    },
    Difference {
        name: "log.dir",
        kafka: "/tmp/kafka-logs",
        why: "what is kept must not lie where the system removes files; `./data/broker-1` is where the REST storage \
              service kept its data",
    },
];
