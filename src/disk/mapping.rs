//! A part of a file as memory, for the binary searches of index files.
//!
//! On a real disk it is a memory map, so that an index costs page cache instead of heap and is read where it lies; on
//! the simulated disk it is a copy.

use std::fs::File;
use std::io;
use std::ops::Deref;

/// Bytes of a file, readable as a slice. They are those at the time of the call: the mapped part must not be rewritten.
#[derive(Debug)]
pub struct Mapping(Inner);

#[derive(Debug)]
enum Inner {
    Mapped(memmap2::Mmap),
    Copied(Box<[u8]>),
}

impl Mapping {
    /// Maps the first `len` bytes of a file; fails if they are not there.
    pub(super) fn of_file(file: &File, len: usize) -> io::Result<Mapping> {
        if len == 0 {
            return Ok(Mapping::copied(Box::default()));
        }
        // A page past the end of the file would be a bus error on the first touch.
        if file.metadata()?.len() < len as u64 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        // SAFETY: the map must not be read past the file's end nor change while a slice of it is held.
        // - The length was checked above, and a file of a data directory is shortened or rewritten only by the process
        //   that holds the directory's lock file, that is by this one (`log::LogDir`).
        // - This process maps only written parts of index files. They are append-only; `log::index_file` is their sole
        //   writer, and it drops its mapping (under the same lock that readers hold shared) before it cuts the file.
        // - The map is private to this value, read-only, and lives as long as the slices that borrow it.
        let map = unsafe { memmap2::MmapOptions::new().len(len).map(file)? };
        Ok(Mapping(Inner::Mapped(map)))
    }

    /// Bytes that were read already.
    pub(super) fn copied(bytes: Box<[u8]>) -> Mapping {
        Mapping(Inner::Copied(bytes))
    }
}

impl Deref for Mapping {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Inner::Mapped(map) => map,
            Inner::Copied(bytes) => bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_mapping_shows_exactly_the_part_asked_for() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        assert_eq!(&*Mapping::of_file(&file, 4).unwrap(), b"0123");
        assert_eq!(&*Mapping::of_file(&file, 0).unwrap(), b"");
    }

    #[test]
    fn bytes_behind_the_end_of_the_file_are_refused_not_mapped() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123").unwrap();
        assert_eq!(
            Mapping::of_file(&file, 5).unwrap_err().kind(),
            io::ErrorKind::UnexpectedEof
        );
    }

    #[test]
    fn a_mapping_outlives_the_growth_and_the_name_of_its_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut handle = file.reopen().unwrap();
        handle.write_all(b"abc").unwrap();
        let mapping = Mapping::of_file(&handle, 3).unwrap();
        handle.write_all(&[7; 10_000]).unwrap();
        drop(handle);
        file.close().unwrap();
        assert_eq!(&*mapping, b"abc");
    }
}
