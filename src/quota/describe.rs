//! Which quotas a description asks for: a filter on the kinds and names of their entities.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::limits::{CLIENT_ID, IP, USER};
use crate::metadata::{ClientQuotasImage, QuotaEntity, QuotaValues};

/// What a filter demands of one kind of entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// This name.
    Exact(Arc<str>),
    /// The default of the kind.
    Default,
    /// Any name, or the default.
    Any,
}

/// Why a filter is none. The texts are Kafka's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// A component does not say what it is about.
    #[error("Invalid empty entity type.")]
    EmptyType,
    /// Two components are about the same.
    #[error("Entity type {0} cannot appear more than once in the filter.")]
    Twice(String),
    /// A component is about something that has no quotas.
    #[error("Unsupported entity type {0}")]
    UnknownType(String),
    /// Addresses have no users.
    #[error(
        "Invalid entity filter component combination. IP filter component should not be used with user or clientId \
         filter component."
    )]
    AddressCombined,
}

/// A filter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    components: BTreeMap<Arc<str>, Match>,
    strict: bool,
}

impl Filter {
    /// Without demands; a strict one takes only entities of exactly the kinds that it names.
    pub fn new(strict: bool) -> Filter {
        Filter {
            components: BTreeMap::new(),
            strict,
        }
    }

    /// Whether a demand on this kind could be added.
    pub fn check(&self, kind: &str) -> Result<(), FilterError> {
        match kind {
            "" => Err(FilterError::EmptyType),
            kind if self.components.contains_key(kind) => Err(FilterError::Twice(kind.to_owned())),
            USER | CLIENT_ID | IP => Ok(()),
            kind => Err(FilterError::UnknownType(kind.to_owned())),
        }
    }

    /// Adds a demand.
    pub fn add(&mut self, kind: &str, demand: Match) -> Result<(), FilterError> {
        self.check(kind)?;
        self.components.insert(Arc::from(kind), demand);
        Ok(())
    }

    /// The quotas that it lets through.
    pub fn apply<'a>(
        &'a self,
        image: &'a ClientQuotasImage,
    ) -> Result<impl Iterator<Item = (&'a QuotaEntity, &'a Arc<QuotaValues>)>, FilterError> {
        if self.components.contains_key(IP) && self.components.len() > 1 {
            return Err(FilterError::AddressCombined);
        }
        Ok(image.iter().filter(|(entity, _)| self.takes(entity)))
    }

    fn takes(&self, entity: &QuotaEntity) -> bool {
        let meets = |(kind, demand): (&Arc<str>, &Match)| match (entity.get(kind), demand) {
            (None, _) => false,
            (Some(_), Match::Any) => true,
            (Some(name), Match::Default) => name.is_none(),
            (Some(name), Match::Exact(wanted)) => name.as_ref() == Some(wanted),
        };
        (!self.strict || entity.len() == self.components.len()) && self.components.iter().all(meets)
    }
}
