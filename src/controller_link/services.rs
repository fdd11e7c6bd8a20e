//! Service discovery: `config/services.json`, which names the services of a deployment and who is paired with whom.
//!
//! Pure: texts in, what concerns this broker out. Field names of both spellings are accepted, unknown ones skipped.

use serde::Deserialize;

use crate::ids::BrokerId;

/// Where the file is when `metadata.services-file` does not say.
pub const DEFAULT_PATH: &str = "config/services.json";
/// The longest file that is read.
pub const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// What the file says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
struct File {
    services: Lists,
    #[serde(flatten)]
    top: Lists,
    metadata: Metadata,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
struct Lists {
    #[serde(rename = "metadata-services", alias = "metadataServices")]
    metadata_services: Vec<MetadataService>,
    #[serde(rename = "storage-services", alias = "storageServices")]
    storage_services: Vec<StorageService>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MetadataService {
    id: i64,
    host: Option<String>,
    port: Option<u16>,
    url: Option<String>,
    paired_storage_service_id: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StorageService {
    id: i64,
    host: Option<String>,
    port: Option<u16>,
    paired_metadata_service_id: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
struct Metadata {
    sync: Sync,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Sync {
    heartbeat_interval_ms: Option<u32>,
}

/// What concerns one storage service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairing {
    /// The base URL of its metadata service.
    pub metadata_service_url: String,
    /// How often it reports there, if the file says so.
    pub heartbeat_interval_ms: Option<u32>,
}

/// Finds this broker in the text of a services file: by its id, else by the port of its REST interface. None: it is not
/// one of the storage services, or there is no metadata service to pair it with.
pub fn pairing_of(text: &[u8], id: BrokerId, rest_port: Option<u16>) -> Result<Option<Pairing>, String> {
    let file: File = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let storages = || file.services.storage_services.iter().chain(&file.top.storage_services);
    let metadata = || {
        file.services
            .metadata_services
            .iter()
            .chain(&file.top.metadata_services)
    };
    let by_id = storages().find(|service| service.id == i64::from(id.0));
    let by_port = || storages().find(|service| service.port.is_some() && service.port == rest_port);
    let Some(own) = by_id.or_else(by_port) else {
        return Ok(None);
    };
    let paired = match own.paired_metadata_service_id {
        Some(wanted) => {
            let found = metadata().find(|service| service.id == wanted);
            let missing = || {
                format!(
                    "storage service {} is paired with metadata service {wanted}, which is missing",
                    own.id
                )
            };
            Some(found.ok_or_else(missing)?)
        }
        None => {
            let pairs = metadata().find(|service| service.paired_storage_service_id == Some(own.id));
            pairs.or_else(|| metadata().next())
        }
    };
    let Some(service) = paired else {
        return Ok(None);
    };
    Ok(Some(Pairing {
        metadata_service_url: service.base_url()?,
        heartbeat_interval_ms: file.metadata.sync.heartbeat_interval_ms.filter(|ms| *ms > 0),
    }))
}

impl MetadataService {
    fn base_url(&self) -> Result<String, String> {
        match (&self.url, self.port) {
            (Some(url), _) => Ok(url.clone()),
            (None, Some(port)) => Ok(format!("http://{}:{port}", self.host.as_deref().unwrap_or("localhost"))),
            (None, None) => Err(format!("metadata service {} has neither a url nor a port", self.id)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTRACT: &str = r#"{"services":{"metadata-services":[
            {"id":1,"host":"localhost","port":9091,"url":"http://localhost:9091"},
            {"id":2,"host":"other","port":9092}],
        "storage-services":[
            {"id":101,"host":"localhost","port":8082,"url":"http://localhost:8082","pairedMetadataServiceId":1},
            {"id":102,"host":"localhost","port":8083,"pairedMetadataServiceId":2}]},
        "controller":{"electionTimeoutMs":5000,"heartbeatIntervalMs":1000},
        "metadata":{"sync":{"heartbeatIntervalMs":7000,"syncTimeoutMs":30000}}}"#;

    fn url(text: &str, id: i32, port: u16) -> Result<Option<String>, String> {
        pairing_of(text.as_bytes(), BrokerId(id), Some(port)).map(|found| found.map(|found| found.metadata_service_url))
    }

    #[test]
    fn a_broker_finds_its_metadata_service_by_id_and_else_by_its_rest_port() {
        assert_eq!(url(CONTRACT, 101, 1), Ok(Some("http://localhost:9091".to_owned())));
        assert_eq!(
            url(CONTRACT, 102, 8082),
            Ok(Some("http://other:9092".to_owned())),
            "the id goes first"
        );
        assert_eq!(url(CONTRACT, 1, 8083), Ok(Some("http://other:9092".to_owned())));
        assert_eq!(url(CONTRACT, 1, 9091), Ok(None));
        let found = pairing_of(CONTRACT.as_bytes(), BrokerId(101), None).unwrap().unwrap();
        assert_eq!(found.heartbeat_interval_ms, Some(7000));
    }

    #[test]
    fn both_spellings_of_the_keys_count_wherever_they_stand() {
        let lists = r#""metadataServices":[{"id":1,"port":9091}],"storageServices":[{"id":7}]"#;
        for text in [format!("{{{lists}}}"), format!(r#"{{"services":{{{lists}}}}}"#)] {
            assert_eq!(url(&text, 7, 1), Ok(Some("http://localhost:9091".to_owned())));
        }
        let dashes =
            r#"{"metadata-services":[{"id":1,"url":"http://x"}],"storage-services":[{"id":7,"new":[]}],"y":1}"#;
        assert_eq!(url(dashes, 7, 1), Ok(Some("http://x".to_owned())));
    }

    #[test]
    fn without_a_pair_named_by_the_storage_service_the_metadata_service_says_it_or_the_first_counts() {
        let file = |pairs: &str| {
            format!(
                r#"{{"metadata-services":[{{"id":1,"url":"http://a"}},{{"id":2,"url":"http://b"{pairs}}}],
                "storage-services":[{{"id":7}}]}}"#
            )
        };
        let paired = file(r#","pairedStorageServiceId":7"#);
        assert_eq!(url(&paired, 7, 1), Ok(Some("http://b".to_owned())));
        assert_eq!(url(&file(""), 7, 1), Ok(Some("http://a".to_owned())));
        assert_eq!(url(r#"{"storage-services":[{"id":7}]}"#, 7, 1), Ok(None));
    }

    #[test]
    fn what_is_wrong_with_a_file_is_told() {
        let missing = r#"{"storage-services":[{"id":7,"pairedMetadataServiceId":4}]}"#;
        assert!(
            url(missing, 7, 1)
                .unwrap_err()
                .contains("metadata service 4, which is missing")
        );
        let nowhere = r#"{"metadata-services":[{"id":1}],"storage-services":[{"id":7}]}"#;
        assert!(url(nowhere, 7, 1).unwrap_err().contains("neither a url nor a port"));
        assert!(url("{", 7, 1).unwrap_err().contains("EOF"));
        assert!(
            url(r#"{"storage-services":[{"id":"x"}]}"#, 7, 1)
                .unwrap_err()
                .contains("invalid type")
        );
    }
}
