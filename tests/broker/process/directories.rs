//! Data directories that cannot be used: each is refused with an error that names the file and what is wrong.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::process::lifecycle::create;
use crate::support::batches::batch;
use crate::support::broker::DataDir;
use crate::support::topics::values;
use crate::support::{BrokerProcess, Outcome};

/// A directory that a broker has worked on and left in order, with a topic `kept` in it.
fn used() -> DataDir {
    let dir = DataDir::new();
    let process = BrokerProcess::start(&dir, &[]);
    create(&process, "kept").append(&mut process.connect(), 0, batch(&["precious"]));
    assert_eq!(process.terminate().code, Some(0));
    dir
}

fn refused(dir: &DataDir, settings: &[(&str, &str)]) -> Outcome {
    let outcome = BrokerProcess::try_start(dir, settings)
        .err()
        .expect("the directory cannot be used");
    assert_eq!(outcome.code, Some(1), "{}", outcome.errors);
    assert!(!outcome.errors.contains("panicked"), "{}", outcome.errors);
    outcome
}

#[test]
fn a_garbage_meta_properties_is_named() {
    for garbage in [
        "no properties at all",
        "",
        "version=9\ncluster.id=x\nnode.id=1\n",
        "version=1\nnode.id=one\n",
    ] {
        let dir = used();
        let path = dir.path().join("meta.properties");
        fs::write(&path, garbage).unwrap();
        let outcome = refused(&dir, &[]);
        assert!(
            outcome.errors.contains("meta.properties"),
            "{garbage:?}: {}",
            outcome.errors
        );
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            garbage,
            "it is left for a person to look at"
        );
    }
}

#[test]
fn a_directory_of_another_node_or_cluster_is_refused() {
    let dir = used();
    let outcome = refused(&dir, &[("node.id", "2")]);
    assert!(outcome.errors.contains("node.id=1"), "{}", outcome.errors);
    let outcome = refused(&dir, &[("cluster.id", "AAAAAAAAAAAAAAAAAAAAAA")]);
    assert!(outcome.errors.contains("AAAAAAAAAAAAAAAAAAAAAA"), "{}", outcome.errors);
    BrokerProcess::start(&dir, &[]).terminate();
}

#[test]
fn a_garbage_checkpoint_is_named() {
    for name in [
        "recovery-point-offset-checkpoint",
        "replication-offset-checkpoint",
        "log-start-offset-checkpoint",
    ] {
        let dir = used();
        let path = dir.path().join(name);
        let mut permissions = fs::metadata(&path).map(|file| file.permissions()).unwrap_or_else(|_| {
            fs::write(&path, "").unwrap();
            fs::metadata(&path).unwrap().permissions()
        });
        permissions.set_mode(0o644);
        fs::set_permissions(&path, permissions).unwrap();
        fs::write(&path, "0\n1\nkept zero many\n").unwrap();
        let outcome = refused(&dir, &[]);
        assert!(outcome.errors.contains(name), "{}", outcome.errors);
    }
}

#[test]
fn a_garbage_quorum_state_is_named() {
    let dir = used();
    let path = dir.path().join("__cluster_metadata-0").join("quorum-state");
    fs::write(&path, "{\"leaderEpoch\": \"soon\"").unwrap();
    let outcome = refused(&dir, &[]);
    assert!(outcome.errors.contains("quorum-state"), "{}", outcome.errors);
}

#[test]
fn a_damaged_metadata_log_is_not_cut_but_named() {
    let dir = used();
    let path = dir.path().join("__cluster_metadata-0").join("00000000000000000000.log");
    let mut bytes = fs::read(&path).unwrap();
    // A bit in the first batch, with good batches behind it.
    bytes[70] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let outcome = BrokerProcess::try_start(&dir, &[]);
    match outcome {
        Err(outcome) => {
            assert_eq!(outcome.code, Some(1));
            assert!(outcome.errors.contains("metadata"), "{}", outcome.errors);
        }
        Ok(_) => panic!("the cluster's topics were given up for a flipped bit"),
    }
}

#[test]
fn a_partition_that_cannot_be_read_is_offline_and_the_others_serve() {
    let dir = DataDir::new();
    let process = BrokerProcess::start(&dir, &[]);
    let (bad, good) = (create(&process, "bad"), create(&process, "good"));
    for topic in [&bad, &good] {
        topic.append(&mut process.connect(), 0, batch(&["x"]));
    }
    process.terminate();
    fs::write(dir.path().join("bad-0").join("partition.metadata"), "garbage").unwrap();
    let process = BrokerProcess::start(&dir, &[]);
    let mut wire = process.connect();
    assert_eq!(values(&good.read_all(&mut wire, 0)), ["x"]);
    let refused = bad.fetch(&mut wire, 0, 0);
    assert_eq!(refused.error_code, dmq_protocol::ErrorCode::KAFKA_STORAGE_ERROR);
    let outcome = process.terminate();
    assert!(outcome.errors.contains("partition.metadata"), "{}", outcome.errors);
    assert!(
        !dir.path().join(".kafka_cleanshutdown").exists(),
        "what is offline was not closed in order"
    );
}

#[test]
fn a_read_only_directory_is_told() {
    if rustix::process::geteuid().is_root() {
        // Permissions do not bind root; a file in the directory's place does.
        let dir = DataDir::new();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        let text = file.to_str().unwrap();
        let outcome = refused(&dir, &[("log.dirs", text)]);
        assert!(outcome.errors.contains(text), "{}", outcome.errors);
        // procfs takes no directory from anybody.
        let outcome = refused(&dir, &[("log.dirs", "/proc/dmq")]);
        assert!(outcome.errors.contains("/proc/dmq"), "{}", outcome.errors);
        return;
    }
    let dir = used();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let outcome = BrokerProcess::try_start(&dir, &[]);
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let outcome = outcome.err().expect("nothing can be written");
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.errors.contains(dir.text()), "{}", outcome.errors);
}
