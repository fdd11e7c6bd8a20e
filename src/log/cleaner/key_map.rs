//! Which offset was the last of each key, in memory of a fixed size.
//!
//! Keys are not kept: half of their SHA-256 stands for them, so that no caller can find two keys that are taken for one.
//! An open hash table of 24-byte slots, made as large as the keys to come can need and no larger than allowed; pages of it
//! that nothing falls into are never touched. Pure.

use sha2::{Digest, Sha256};

use crate::ids::Offset;

/// A hash in two words, and the offset plus one; an offset field of 0 marks a free slot.
type Slot = [u64; 3];

const SLOT_BYTES: usize = size_of::<Slot>();

#[derive(Debug)]
pub(super) struct KeyMap {
    slots: Vec<Slot>,
    used: usize,
    used_max: usize,
}

/// The map has no room for another key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

impl KeyMap {
    /// A map for at most `keys_max` keys in at most `bytes_max` bytes, filled to the fraction `load_max`.
    pub(super) fn new(keys_max: u64, bytes_max: usize, load_max: f64) -> KeyMap {
        let load = load_max.clamp(0.01, 1.0);
        let slots_max = (bytes_max / SLOT_BYTES).max(2);
        // Casts from floating point numbers saturate.
        let wanted = ((keys_max as f64 / load) as usize).saturating_add(2);
        let slots = wanted.min(slots_max);
        KeyMap {
            slots: vec![[0; 3]; slots],
            used: 0,
            used_max: ((slots as f64 * load) as usize).clamp(1, slots - 1),
        }
    }

    /// Keys that fit.
    pub(super) fn keys_max(&self) -> usize {
        self.used_max
    }

    /// Keys noted.
    pub(super) fn len(&self) -> usize {
        self.used
    }

    /// Notes a key's offset in place of the one before.
    pub(super) fn put(&mut self, key: &[u8], offset: Offset) -> Result<(), Full> {
        let hash = hash(key);
        let place = self.place_of(hash);
        let full = self.used >= self.used_max;
        let Some(slot) = self.slots.get_mut(place) else {
            return Err(Full);
        };
        let is_free = slot[2] == 0;
        if is_free && full {
            return Err(Full);
        }
        // Offsets are not negative.
        *slot = [hash[0], hash[1], offset.0.unsigned_abs().saturating_add(1)];
        self.used += usize::from(is_free);
        Ok(())
    }

    /// The last offset of a key, if it was noted.
    pub(super) fn get(&self, key: &[u8]) -> Option<Offset> {
        let slot = self.slots.get(self.place_of(hash(key)))?;
        let offset = slot[2].checked_sub(1)?;
        i64::try_from(offset).ok().map(Offset)
    }

    /// The slot of a hash, or the free one that it would take. There is always a free one.
    fn place_of(&self, hash: [u64; 2]) -> usize {
        let count = self.slots.len();
        // The remainder is smaller than a `usize`.
        let mut place = (hash[0] % count as u64) as usize;
        while let Some(slot) = self.slots.get(place) {
            if slot[2] == 0 || (slot[0] == hash[0] && slot[1] == hash[1]) {
                break;
            }
            place = (place + 1) % count;
        }
        place
    }
}

fn hash(key: &[u8]) -> [u64; 2] {
    let digest: [u8; 32] = Sha256::digest(key).into();
    let (words, _) = digest.as_chunks::<8>();
    match words {
        [first, second, ..] => [u64::from_le_bytes(*first), u64::from_le_bytes(*second)],
        _ => [0; 2],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::env::{Random, SeededRandom};

    #[test]
    fn the_last_offset_of_each_key_is_known_and_of_others_none() {
        let mut map = KeyMap::new(5_000, 1 << 20, 0.9);
        let mut model = HashMap::new();
        let random = SeededRandom::new(7);
        for offset in 0..20_000 {
            let key = random.below(5_000).to_string();
            map.put(key.as_bytes(), Offset(offset)).unwrap();
            model.insert(key, offset);
        }
        assert_eq!(map.len(), model.len());
        for (key, offset) in &model {
            assert_eq!(map.get(key.as_bytes()), Some(Offset(*offset)));
        }
        assert_eq!(map.get(b"5001"), None);
    }

    #[test]
    fn it_takes_no_more_than_allowed_and_says_when_it_is_full() {
        let mut map = KeyMap::new(1_000_000, 100 * SLOT_BYTES, 0.9);
        assert_eq!((map.slots.len(), map.keys_max()), (100, 90));
        for n in 0..90 {
            map.put(&[n], Offset(i64::from(n))).unwrap();
        }
        assert_eq!(map.put(b"another", Offset(90)), Err(Full));
        map.put(&[0], Offset(91)).unwrap();
        assert_eq!((map.get(&[0]), map.get(b"another")), (Some(Offset(91)), None));
        let smallest = KeyMap::new(0, 0, 1.0);
        assert_eq!((smallest.slots.len(), smallest.keys_max()), (2, 1));
    }

    #[test]
    fn it_takes_no_more_than_the_keys_to_come_need() {
        let map = KeyMap::new(900, 1 << 30, 0.9);
        assert!(map.slots.len() < 1_010 && map.keys_max() >= 900, "{}", map.slots.len());
    }
}
