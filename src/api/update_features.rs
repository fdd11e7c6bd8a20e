//! UpdateFeatures: changes the levels of features, all of those named or none.

use std::sync::Arc;

use dmq_protocol::messages::update_features::{
    FeatureUpdateKey, UpdatableFeatureResult, UpdateFeaturesRequest, UpdateFeaturesResponse,
};
use dmq_protocol::{ErrorCode, StrBytes};

use super::errors::code_of_controller;
use super::{Answer, Api, Handles, RequestContext};
use crate::controller::{self, FeatureUpdate, UpdateDirection};

pub struct UpdateFeatures;

/// From this version on the answer has one result for the whole request.
const ONE_RESULT: i16 = 2;

impl Api for UpdateFeatures {
    type Request = UpdateFeaturesRequest;
    type Answer = UpdateFeaturesResponse;

    fn handle(
        handles: &Arc<Handles>,
        context: &RequestContext,
        request: UpdateFeaturesRequest,
    ) -> Answer<UpdateFeaturesResponse> {
        let controller = handles.controller.clone();
        let version = context.version;
        let wanted = controller::UpdateFeatures {
            updates: request.feature_updates.iter().map(update_of).collect(),
            validate_only: request.validate_only,
        };
        drop(request);
        Answer::later(async move {
            let names = wanted.updates.iter().map(|update| update.name.clone());
            let names: Vec<String> = names.filter(|_| version < ONE_RESULT).collect();
            match controller.update_features(wanted).await {
                Ok(Ok(())) => answer(ErrorCode::NONE, None, names.into_iter().map(done).collect()),
                Ok(Err(refused)) => {
                    let text = format!(
                        "The update failed for all features since the following feature had an error: {refused}"
                    );
                    answer(ErrorCode::INVALID_UPDATE_VERSION, Some(text), Vec::new())
                }
                Err(error) => answer(code_of_controller(&error), Some(error.to_string()), Vec::new()),
            }
        })
    }
}

/// Version 0 knows of upgrades only: Kafka's controller does not look at its `AllowDowngrade`.
fn update_of(update: &FeatureUpdateKey) -> FeatureUpdate {
    FeatureUpdate {
        name: update.feature.to_string(),
        level: update.max_version_level,
        direction: match update.upgrade_type {
            1 => Some(UpdateDirection::Upgrade),
            2 => Some(UpdateDirection::SafeDowngrade),
            3 => Some(UpdateDirection::UnsafeDowngrade),
            _ => None,
        },
    }
}

fn done(name: String) -> UpdatableFeatureResult {
    UpdatableFeatureResult {
        feature: StrBytes::from(name),
        error_code: ErrorCode::NONE,
        // Kafka's text for "no error" goes out here.
        error_message: Some(StrBytes::from_static("NONE")),
    }
}

fn answer(error_code: ErrorCode, text: Option<String>, results: Vec<UpdatableFeatureResult>) -> UpdateFeaturesResponse {
    UpdateFeaturesResponse {
        error_code,
        error_message: text.map(StrBytes::from),
        results,
        ..UpdateFeaturesResponse::default()
    }
}
