//! The client quotas of an image: limits by entity.
//!
//! Holds them as the records say; which quota applies to a connection is `quota`'s to decide.

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::OrdMap;

/// Whom a quota limits: entity type (`user`, `client-id`, `ip`) to name, `None` for the type's default.
pub type QuotaEntity = BTreeMap<Arc<str>, Option<Arc<str>>>;

/// The limits of one entity by quota name (`producer_byte_rate`, …).
pub type QuotaValues = BTreeMap<Arc<str>, f64>;

/// All quotas.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClientQuotasImage {
    by_entity: OrdMap<QuotaEntity, Arc<QuotaValues>>,
}

impl ClientQuotasImage {
    /// The limits of exactly this entity.
    pub fn of(&self, entity: &QuotaEntity) -> Option<&Arc<QuotaValues>> {
        self.by_entity.get(entity)
    }

    /// Every entity with its limits.
    pub fn iter(&self) -> impl Iterator<Item = (&QuotaEntity, &Arc<QuotaValues>)> {
        self.by_entity.iter()
    }

    /// Sets (or with `None` removes) one limit of an entity.
    pub(super) fn set(&mut self, entity: QuotaEntity, key: &str, value: Option<f64>) {
        let mut values = self
            .by_entity
            .get(&entity)
            .map(|set| QuotaValues::clone(set))
            .unwrap_or_default();
        match value {
            Some(value) => values.insert(Arc::from(key), value),
            None => values.remove(key),
        };
        if values.is_empty() {
            self.by_entity.remove(&entity);
        } else {
            self.by_entity.insert(entity, Arc::new(values));
        }
    }
}
