//! The simulated disk forgets exactly what a real one may forget.

use super::*;

fn disk() -> SimDisk {
    let disk = SimDisk::new(7);
    disk.create_dir_all(Path::new("/d")).unwrap();
    disk
}

fn write(disk: &SimDisk, path: &str, bytes: &[u8]) -> Arc<dyn DiskFile> {
    let file = disk.open(Path::new(path), OpenMode::Create).unwrap();
    file.write_all_at(&[IoSlice::new(bytes)], 0).unwrap();
    file
}

#[test]
fn unsynced_bytes_are_lost_and_synced_ones_are_kept() {
    let disk = disk();
    let file = write(&disk, "/d/f", b"kept");
    file.sync_data().unwrap();
    disk.sync_dir(Path::new("/d")).unwrap();
    file.write_all_at(&[IoSlice::new(b"lost")], 4).unwrap();
    disk.crash(Crash::LoseUnsynced);
    assert_eq!(disk.read(Path::new("/d/f"), 100).unwrap(), b"kept");
    assert!(file.len().is_err(), "a handle from before the crash must be dead");
}

#[test]
fn a_synced_file_without_a_synced_name_is_lost() {
    let disk = disk();
    write(&disk, "/d/f", b"abc").sync_data().unwrap();
    disk.crash(Crash::LoseUnsynced);
    assert!(!disk.exists(Path::new("/d/f")).unwrap());
}

#[test]
fn a_killed_process_loses_nothing() {
    let disk = disk();
    write(&disk, "/d/f", b"abc");
    disk.crash(Crash::Process);
    assert_eq!(disk.read(Path::new("/d/f"), 100).unwrap(), b"abc");
}

#[test]
fn a_rename_is_durable_and_replaces() {
    let disk = disk();
    disk.write_atomically(Path::new("/d/f"), b"old").unwrap();
    disk.write_atomically(Path::new("/d/f"), b"new").unwrap();
    disk.crash(Crash::LoseUnsynced);
    assert_eq!(disk.read(Path::new("/d/f"), 100).unwrap(), b"new");
    assert_eq!(disk.list(Path::new("/d")).unwrap().len(), 1);
}

#[test]
fn replacing_a_file_is_all_or_nothing_at_every_crash_point() {
    for n in 1..10 {
        for crash in [Crash::LoseUnsynced, Crash::KeepSome, Crash::Process] {
            let disk = disk();
            disk.write_atomically(Path::new("/d/f"), b"old").unwrap();
            disk.fail_at(n, Fault::PowerOff);
            let result = disk.write_atomically(Path::new("/d/f"), b"new");
            disk.crash(crash);
            let content = disk.read(Path::new("/d/f"), 100).unwrap();
            assert!(
                content == b"new" || (content == b"old" && result.is_err()),
                "{n} {crash:?} {content:?}"
            );
        }
    }
}

#[test]
fn the_nth_operation_fails_and_only_that_one() {
    let disk = disk();
    let file = write(&disk, "/d/f", b"");
    disk.fail_at(2, Fault::ShortWrite);
    file.write_all_at(&[IoSlice::new(b"aa")], 0).unwrap();
    assert!(file.write_all_at(&[IoSlice::new(b"bbbb")], 2).is_err());
    assert_eq!(disk.read(Path::new("/d/f"), 100).unwrap(), b"aabb");
    file.write_all_at(&[IoSlice::new(b"cc")], 4).unwrap();
    assert_eq!(disk.operations(), 3);
}

#[test]
fn a_full_disk_refuses_what_does_not_fit() {
    let disk = disk();
    disk.set_capacity(4);
    let file = write(&disk, "/d/f", b"abc");
    let error = file.write_all_at(&[IoSlice::new(b"def")], 3).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert_eq!(disk.read(Path::new("/d/f"), 100).unwrap(), b"abcd");
    assert_eq!(disk.free_space(Path::new("/d")).unwrap(), 0);
}

#[test]
fn the_same_seed_spares_the_same_bytes() {
    let after = |seed| {
        let disk = SimDisk::new(seed);
        disk.create_dir_all(Path::new("/d")).unwrap();
        let file = write(&disk, "/d/f", &[1; 4096]);
        disk.sync_dir(Path::new("/d")).unwrap();
        for n in 1..10 {
            file.write_all_at(&[IoSlice::new(&[n; 2048])], u64::from(n) * 1024)
                .unwrap();
        }
        disk.crash(Crash::KeepSome);
        disk.read(Path::new("/d/f"), 1 << 20).unwrap()
    };
    assert_eq!(after(3), after(3));
    assert!((0..20).any(|seed| after(seed) != after(3)));
}
