//! Finds the metadata service of this broker before anything is built: the setting, else the services file.

use std::path::Path;

use super::ServerError;
use crate::config::Settings;
use crate::controller::SHARING_BROKER_ID_MAX;
use crate::controller_link::services;
use crate::disk::Disk;

/// The settings with the metadata service that belongs to this broker, if there is one. A file that was named must be
/// there; the one at the default place need not.
pub fn discovered(settings: Settings, disk: &dyn Disk) -> Result<Settings, ServerError> {
    let settings = searched(settings, disk)?;
    let broker = settings.broker();
    if broker.metadata_service_url.is_some() && broker.node_id.0 > SHARING_BROKER_ID_MAX {
        let (id, max) = (broker.node_id, SHARING_BROKER_ID_MAX);
        let text = format!("a broker that has one must have a node.id of at most {max}, not {id}");
        return Err(ServerError::Services(text));
    }
    Ok(settings)
}

fn searched(settings: Settings, disk: &dyn Disk) -> Result<Settings, ServerError> {
    let broker = settings.broker();
    if broker.metadata_service_url.is_some() {
        return Ok(settings);
    }
    let default = Path::new(services::DEFAULT_PATH);
    let path = match &broker.metadata_services_file {
        Some(path) => path.as_path(),
        None => default,
    };
    let wrong = |reason: String| ServerError::Services(format!("{}: {reason}", path.display()));
    let is_there = disk.exists(path).map_err(|error| wrong(error.to_string()))?;
    if !is_there && broker.metadata_services_file.is_none() {
        return Ok(settings);
    }
    let text = disk
        .read(path, services::FILE_BYTES_MAX)
        .map_err(|error| wrong(error.to_string()))?;
    let rest_port = broker.rest_listeners.first().map(|listener| listener.port);
    match services::pairing_of(&text, broker.node_id, rest_port).map_err(wrong)? {
        Some(pairing) => {
            let (file, url) = (path.display().to_string(), pairing.metadata_service_url);
            tracing::info!(file = %file, url = %url, "the metadata service of this broker");
            Ok(settings.with_metadata_service(&file, url, pairing.heartbeat_interval_ms.map(i64::from)))
        }
        None => {
            tracing::info!(file = %path.display(), "not a storage service with a metadata service: its own controller");
            Ok(settings)
        }
    }
}
