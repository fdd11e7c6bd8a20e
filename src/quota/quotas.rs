//! All quotas of clients, kept as the metadata says.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use super::client::ClientQuota;
use super::limits::Limits;
use super::mutations::MutationQuota;
use super::rate::Window;
use crate::metadata::ClientQuotasImage;

/// Kafka's names of the quotas of users and client ids.
pub const PRODUCER_BYTE_RATE: &str = "producer_byte_rate";
/// As [`PRODUCER_BYTE_RATE`].
pub const CONSUMER_BYTE_RATE: &str = "consumer_byte_rate";
/// As [`PRODUCER_BYTE_RATE`]: per cent of one thread's time.
pub const REQUEST_PERCENTAGE: &str = "request_percentage";
/// As [`PRODUCER_BYTE_RATE`]: partitions created and deleted in a second.
pub const CONTROLLER_MUTATION_RATE: &str = "controller_mutation_rate";

/// The kinds of quotas for which there is at least one limit: one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActiveQuotas(u8);

impl ActiveQuotas {
    const PRODUCE: u8 = 1;
    const FETCH: u8 = 1 << 1;
    const REQUEST: u8 = 1 << 2;
    const MUTATIONS: u8 = 1 << 3;

    /// Nobody is limited in anything.
    pub fn none(self) -> bool {
        self.0 == 0
    }

    /// Some client's bytes produced are limited.
    pub fn produce(self) -> bool {
        self.0 & Self::PRODUCE != 0
    }

    /// Some client's bytes fetched are limited.
    pub fn fetch(self) -> bool {
        self.0 & Self::FETCH != 0
    }

    /// Some client's time is limited.
    pub fn request(self) -> bool {
        self.0 & Self::REQUEST != 0
    }

    /// Some client's changes to topics are limited.
    pub fn mutations(self) -> bool {
        self.0 & Self::MUTATIONS != 0
    }
}

/// The quotas of users and client ids.
#[derive(Debug)]
pub struct Quotas {
    active: AtomicU8,
    /// Bytes of produce requests.
    pub produce: ClientQuota,
    /// Bytes of fetch responses.
    pub fetch: ClientQuota,
    /// Per cent of a thread's time.
    pub request: ClientQuota,
    /// Partitions created and deleted.
    pub mutations: Arc<MutationQuota>,
}

impl Default for Quotas {
    fn default() -> Quotas {
        Quotas::new(Window::default(), Window::default())
    }
}

impl Quotas {
    /// Without limits yet. `clients` is `quota.window.*`, `controller` is `controller.quota.window.*`.
    pub fn new(clients: Window, controller: Window) -> Quotas {
        Quotas {
            active: AtomicU8::new(0),
            produce: ClientQuota::new(clients),
            fetch: ClientQuota::new(clients),
            request: ClientQuota::with_short_throttles(clients),
            mutations: Arc::new(MutationQuota::new(controller)),
        }
    }

    /// What there are limits for. With no limits at all, this one load is all that quotas cost a request.
    pub fn active(&self) -> ActiveQuotas {
        ActiveQuotas(self.active.load(Ordering::Relaxed))
    }

    /// Takes over the limits of an image.
    pub fn set_limits(&self, image: &ClientQuotasImage) {
        let mut active = 0;
        let mut of = |key: &str, bit: u8| {
            let limits = Limits::of_image(image, key);
            if !limits.is_empty() {
                active |= bit;
            }
            limits
        };
        self.produce.set_limits(of(PRODUCER_BYTE_RATE, ActiveQuotas::PRODUCE));
        self.fetch.set_limits(of(CONSUMER_BYTE_RATE, ActiveQuotas::FETCH));
        self.request.set_limits(of(REQUEST_PERCENTAGE, ActiveQuotas::REQUEST));
        self.mutations
            .set_limits(of(CONTROLLER_MUTATION_RATE, ActiveQuotas::MUTATIONS));
        self.active.store(active, Ordering::Relaxed);
    }
}
