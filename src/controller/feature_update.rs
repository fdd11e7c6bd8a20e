//! Raises and lowers the levels of the cluster's features, all that a request names or none.
//!
//! Checks and texts are Kafka's. An embedded controller has no endpoint that other controllers could reach, so it cannot
//! become one of several voters: `kraft.version` stays where it is.

use std::collections::BTreeMap;

use dmq_protocol::StrBytes;
use dmq_protocol::metadata_records::{ConfigRecord, FeatureLevelRecord};

use super::features::{FEATURES, Feature};
use super::job::{Decision, Situation};
use crate::metadata::{
    ConfigResource, ConfigResourceType, ELIGIBLE_LEADER_REPLICAS_VERSION, KRAFT_VERSION, METADATA_VERSION, Record,
};

/// Levels of metadata.version that changed the records: below them, records would be lost.
const LEVELS_WITH_NEW_RECORDS: [i16; 11] = [7, 8, 11, 13, 14, 15, 17, 23, 30, 32, 33];
/// The level of metadata.version that eligible leader replicas need.
const ELR_NEEDS: i16 = 23;
const MIN_ISR: &str = "min.insync.replicas";

/// Features to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateFeatures {
    /// The changes; of one feature named twice the last counts.
    pub updates: Vec<FeatureUpdate>,
    /// Only say what would happen.
    pub validate_only: bool,
}

/// The level that a feature is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureUpdate {
    /// The feature's name.
    pub name: String,
    /// The level; 0 switches it off.
    pub level: i16,
    /// Which way it may go; none if the request's number has no meaning.
    pub direction: Option<UpdateDirection>,
}

/// Which way a feature's level may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateDirection {
    /// Up.
    Upgrade,
    /// Down, if nothing is lost.
    SafeDowngrade,
    /// Down, even if something is lost.
    UnsafeDowngrade,
}

/// Why no feature was changed. (INVALID_UPDATE_VERSION)
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeatureError {
    /// One feature may not have the level asked for.
    #[error("Invalid update version {level} for feature {name}. {reason}")]
    InvalidLevel {
        /// The feature.
        name: String,
        /// The level asked for.
        level: i16,
        /// What is in the way.
        reason: String,
    },
    /// The records that the cluster has could not be kept.
    #[error("Unsupported metadata.version downgrade from {from} to {to}. {reason}")]
    RecordsAtStake {
        /// The present level.
        from: i16,
        /// The level asked for.
        to: i16,
        /// Why not.
        reason: &'static str,
    },
}

/// Decides a request to change features.
pub(super) fn update(situation: &Situation<'_>, request: UpdateFeatures) -> Decision<Result<(), FeatureError>> {
    let wanted: BTreeMap<String, FeatureUpdate> = request
        .updates
        .into_iter()
        .map(|update| (update.name.clone(), update))
        .collect();
    let metadata = wanted.get(METADATA_VERSION).map(|update| update.level);
    let metadata = metadata.unwrap_or_else(|| situation.image.features.level(METADATA_VERSION));
    let mut records = Vec::new();
    for update in wanted.values() {
        match decide(situation, update, metadata) {
            Ok(new) => records.extend(new),
            Err(refused) => return Decision::answer(Err(refused)),
        }
    }
    if request.validate_only {
        records.clear();
    }
    Decision {
        records,
        response: Ok(()),
    }
}

fn decide(situation: &Situation<'_>, update: &FeatureUpdate, metadata: i16) -> Result<Vec<Record>, FeatureError> {
    let FeatureUpdate { name, level, direction } = update;
    let invalid = |reason: String| FeatureError::InvalidLevel {
        name: name.clone(),
        level: *level,
        reason,
    };
    let Some(direction) = direction else {
        let reason = "The controller does not support the given upgrade type.";
        return Err(invalid(reason.to_owned()));
    };
    if *level < 0 {
        return Err(invalid("A feature version cannot be less than 0.".to_owned()));
    }
    let present = situation.image.features.level(name);
    unsupported(situation, name, *level).map_err(invalid)?;
    if *level < present && *direction == UpdateDirection::Upgrade {
        let reason = "Can't downgrade the version of this feature without setting the upgrade type to either safe or \
                      unsafe downgrade.";
        return Err(invalid(reason.to_owned()));
    }
    if *level > present && *direction != UpdateDirection::Upgrade {
        return Err(invalid("Can't downgrade to a newer version.".to_owned()));
    }
    let mut records = Vec::new();
    match name.as_str() {
        METADATA_VERSION => check_records_are_kept(present, *level, *direction)?,
        KRAFT_VERSION if *level != present => {
            let reason = "The controller has no endpoint for other voters.";
            return Err(invalid(reason.to_owned()));
        }
        // It is no feature of the metadata records, and it is as it was.
        KRAFT_VERSION => return Ok(records),
        ELIGIBLE_LEADER_REPLICAS_VERSION if *level > 0 => {
            if metadata < ELR_NEEDS {
                return Err(invalid(format!(
                    "{name} could not be set to {level} because it depends on {METADATA_VERSION} level {ELR_NEEDS}"
                )));
            }
            if present == 0 {
                records.extend(share_min_isr(situation));
            }
        }
        _ => {}
    }
    let record = FeatureLevelRecord {
        name: StrBytes::from(name.clone()),
        feature_level: *level,
    };
    records.push(record.into());
    Ok(records)
}

/// Whether the controller and every broker can serve the level; else, who cannot.
fn unsupported(situation: &Situation<'_>, name: &str, level: i16) -> Result<(), String> {
    let node = situation.settings.broker().node_id;
    let local = FEATURES.iter().find(|feature| feature.name == name);
    let range = local.map(
        |Feature {
             min_level, max_level, ..
         }| (*min_level, *max_level),
    );
    // Level 0 of what is not known is what everybody has, but it is no feature.
    if range.is_none() && level == 0 {
        return Err(format!("Feature {name} not found."));
    }
    check_range(&format!("Local controller {node}"), range, level)?;
    for broker in situation.image.cluster.brokers.values() {
        let feature = broker.features.iter().find(|feature| &*feature.name == name);
        let range = feature.map(|feature| (feature.min_level, feature.max_level));
        check_range(&format!("Broker {}", broker.id), range, level)?;
    }
    Ok(())
}

fn check_range(who: &str, range: Option<(i16, i16)>, level: i16) -> Result<(), String> {
    match range {
        Some((min, max)) if (min..=max).contains(&level) => Ok(()),
        None if level == 0 => Ok(()),
        None | Some((_, ..=0)) => Err(format!("{who} does not support this feature.")),
        Some((min, max)) => Err(format!("{who} only supports versions {min}-{max}")),
    }
}

fn check_records_are_kept(from: i16, to: i16, direction: UpdateDirection) -> Result<(), FeatureError> {
    let lost = LEVELS_WITH_NEW_RECORDS
        .iter()
        .any(|level| to < *level && *level <= from);
    if !lost {
        return Ok(());
    }
    let reason = match direction {
        UpdateDirection::UnsafeDowngrade => "Unsafe metadata downgrade is not supported in this version.",
        UpdateDirection::SafeDowngrade | UpdateDirection::Upgrade => {
            "Refusing to perform the requested downgrade because it might delete metadata information."
        }
    };
    Err(FeatureError::RecordsAtStake { from, to, reason })
}

/// With eligible leader replicas `min.insync.replicas` must be the same for all brokers: the cluster gets a value where
/// it has none, and brokers lose theirs.
fn share_min_isr(situation: &Situation<'_>) -> Vec<Record> {
    let configs = &situation.image.configs;
    let set = |resource: &ConfigResource| configs.of(resource).is_some_and(|set| set.contains_key(MIN_ISR));
    let record = |resource: &ConfigResource, value: Option<String>| -> Record {
        ConfigRecord {
            resource_type: resource.kind.0,
            resource_name: StrBytes::from(resource.name.to_string()),
            name: StrBytes::from_static(MIN_ISR),
            value: value.map(StrBytes::from),
        }
        .into()
    };
    let mut records = Vec::new();
    let all = ConfigResource::all_brokers();
    if !set(&all) {
        records.push(record(&all, situation.settings.text(MIN_ISR).map(ToOwned::to_owned)));
    }
    let brokers = configs.iter().map(|(resource, _)| resource);
    let single = brokers.filter(|resource| resource.kind == ConfigResourceType::BROKER && !resource.name.is_empty());
    records.extend(
        single
            .filter(|resource| set(resource))
            .map(|resource| record(resource, None)),
    );
    records
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controller::topics::tests::Cluster;

    fn ask(cluster: &mut Cluster, updates: &[(&str, i16, Option<UpdateDirection>)]) -> Result<(), String> {
        let update = |(name, level, direction): &(&str, i16, Option<UpdateDirection>)| FeatureUpdate {
            name: (*name).to_owned(),
            level: *level,
            direction: *direction,
        };
        let request = UpdateFeatures {
            updates: updates.iter().map(update).collect(),
            validate_only: false,
        };
        let decision = super::update(&cluster.situation(), request);
        cluster.apply(&decision.records);
        decision.response.map_err(|error| error.to_string())
    }

    const UP: Option<UpdateDirection> = Some(UpdateDirection::Upgrade);
    const SAFE: Option<UpdateDirection> = Some(UpdateDirection::SafeDowngrade);
    const UNSAFE: Option<UpdateDirection> = Some(UpdateDirection::UnsafeDowngrade);

    #[test]
    fn levels_go_up_and_down_within_what_everybody_serves() {
        let mut cluster = Cluster::new(&[(1, None)], &[]);
        let level = |cluster: &Cluster, name: &str| cluster.image.features.level(name);
        assert_eq!(
            ask(
                &mut cluster,
                &[("share.version", 1, SAFE), ("streams.version", 0, UNSAFE)]
            ),
            Ok(())
        );
        assert_eq!(
            (level(&cluster, "share.version"), level(&cluster, "streams.version")),
            (1, 0)
        );
        assert_eq!(
            ask(&mut cluster, &[("share.version", 2, UP), (METADATA_VERSION, 33, UP)]),
            Ok(())
        );
        assert_eq!(
            (level(&cluster, "share.version"), level(&cluster, METADATA_VERSION)),
            (2, 33)
        );
    }

    #[test]
    fn refusals_have_kafkas_words_and_change_nothing() {
        let mut cluster = Cluster::new(&[(1, None)], &[]);
        let before = cluster.image.clone();
        let down = "Can't downgrade the version of this feature without setting the upgrade type to either safe or \
                    unsafe downgrade.";
        let at_stake = "Refusing to perform the requested downgrade because it might delete metadata information.";
        for (name, to, direction, text) in [
            ("group.version", 0, UP, format!("Invalid update version 0 for feature group.version. {down}")),
            (
                "group.version",
                2,
                UP,
                "Invalid update version 2 for feature group.version. Local controller 1 only supports versions 0-1"
                    .to_owned(),
            ),
            (
                "group.version",
                -1,
                SAFE,
                "Invalid update version -1 for feature group.version. A feature version cannot be less than 0.".to_owned(),
            ),
            (
                "group.version",
                1,
                None,
                "Invalid update version 1 for feature group.version. The controller does not support the given upgrade \
                 type."
                    .to_owned(),
            ),
            (
                "nope",
                1,
                UP,
                "Invalid update version 1 for feature nope. Local controller 1 does not support this feature.".to_owned(),
            ),
            ("nope", 0, UP, "Invalid update version 0 for feature nope. Feature nope not found.".to_owned()),
            (
                METADATA_VERSION,
                32,
                SAFE,
                format!("Unsupported metadata.version downgrade from 33 to 32. {at_stake}"),
            ),
            (
                METADATA_VERSION,
                7,
                UNSAFE,
                "Unsupported metadata.version downgrade from 33 to 7. Unsafe metadata downgrade is not supported in this \
                 version."
                    .to_owned(),
            ),
        ] {
            assert_eq!(ask(&mut cluster, &[("share.version", 2, UP), (name, to, direction)]), Err(text));
        }
        assert_eq!(cluster.image, before);
    }

    #[test]
    fn eligible_leader_replicas_bring_one_min_isr_for_all_brokers() {
        let mut cluster = Cluster::new(&[(1, None)], &[]);
        let elr = ELIGIBLE_LEADER_REPLICAS_VERSION;
        assert_eq!(ask(&mut cluster, &[(elr, 0, SAFE)]), Ok(()));
        let value = |resource: ConfigResource, value: Option<&'static str>| -> Record {
            ConfigRecord {
                resource_type: resource.kind.0,
                resource_name: StrBytes::from(resource.name.to_string()),
                name: StrBytes::from_static(MIN_ISR),
                value: value.map(StrBytes::from_static),
            }
            .into()
        };
        let own = ConfigResource::broker(crate::ids::BrokerId(1));
        let all = ConfigResource::all_brokers();
        cluster.apply(&[value(all.clone(), None), value(own.clone(), Some("2"))]);
        assert_eq!(ask(&mut cluster, &[(elr, 1, UP)]), Ok(()));
        let configs = &cluster.image.configs;
        assert_eq!(
            configs.of(&all).and_then(|set| set.get(MIN_ISR)).map(|value| &**value),
            Some("1")
        );
        assert!(configs.of(&own).is_none());
    }
}
