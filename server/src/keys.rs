//! The keys under which personal values are stored: one for each customer record, each contact and each case. They are
//! in a folder of their own, beside the log and the rows, and in no backup of those. Whoever destroys a key makes what
//! was stored under it unreadable, wherever there is a copy.
//!
//! ```text
//! DATA/keys/master     the key that wraps the others, unless the configuration says where it is
//! DATA/keys/hashes     the key of the hashes under which handles and customers are found; wrapped
//! DATA/keys/since      the first event of which all is sealed; wrapped
//! DATA/keys/NNNN.keys  the keys of 1,048,576 events, as a tree; wrapped
//! ```
//! The number of a key is the event that opened the record, and the kind of the record. So it follows from the log, and
//! no write waits for a key: a file is made while the events of the one before come.

mod copies;
mod file;
mod master;
mod tree;

pub(crate) use copies::newest;
pub use copies::{CopiedKeys, KEPT_DAYS_DEFAULT, KEPT_DAYS_MAX, KeysCopy};
pub use file::KeyError;
pub use master::MasterKey;
pub(crate) use tree::KeyBytes;

use file::KeyFolder;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use tree::{KeyTree, LEAVES};

/// The context from which the check value of keys is derived.
const CHECK: &str = "signpost 2026-11-30 check value of keys";
/// The keys that are remembered after they were derived. Those of an event seal its rows, too, some thousand events
/// later.
const REMEMBERED: usize = 16_384;

/// What a key is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum KeyOf {
    /// The record of a customer.
    Customer,
    /// A contact.
    Contact,
    /// A case.
    Case,
}

/// The number of a key: the event that opened the record, and what the record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyNumber(pub u64);

impl KeyNumber {
    /// The key of the record that the event `opened`.
    pub(crate) const fn new(of: KeyOf, opened: u64) -> KeyNumber {
        KeyNumber(opened << 2 | of as u64)
    }

    /// The file and the leaf of the first key of an event.
    const fn place_of(event: u64) -> (u64, u32) {
        KeyNumber::new(KeyOf::Customer, event).place()
    }

    const fn place(self) -> (u64, u32) {
        (self.0 / LEAVES as u64, (self.0 % LEAVES as u64) as u32)
    }
}

/// The keys of a store.
pub struct Keys {
    /// `None`: the keys are in memory alone.
    folder: Option<KeyFolder>,
    hashing: KeyBytes,
    trees: RwLock<BTreeMap<u64, KeyTree>>,
    /// Keys that are being destroyed: nothing is read or written under them any more.
    condemned: RwLock<BTreeSet<KeyNumber>>,
    remembered: Vec<Mutex<Option<(KeyNumber, KeyBytes)>>>,
    /// The first event that is sealed; `None` until it is known.
    since: Mutex<Option<u64>>,
    /// The number of the file after the last that an event reached.
    reached: AtomicU64,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// Opens the keys in the folder, and creates them if there are none. With `master`, they are wrapped by it; else by
    /// a key that is made in the folder.
    ///
    /// # Errors
    /// When the folder does not read, or the master key is another one.
    pub fn open(path: &Path, master: Option<MasterKey>) -> Result<Keys, KeyError> {
        let folder = KeyFolder::open(path, master)?;
        folder.tidy()?;
        let hashing = folder.hashing()?;
        let (trees, since) = (folder.trees()?, folder.since()?);
        Ok(Keys::with(Some(folder), hashing, trees, since))
    }

    /// Whether keys are in the folder together with the key that wraps them.
    ///
    /// # Errors
    /// [`KeyError::Gone`] if there are none.
    pub(crate) fn are_in(path: &Path) -> Result<bool, KeyError> {
        file::refuse_gone(path)?;
        Ok(path.join(file::MASTER).is_file())
    }

    /// Opens the keys of a store. With `check`, the check value of its keys, they must be there and be those.
    ///
    /// # Errors
    /// The same as [`Keys::open`]; and [`KeyError::Gone`] and [`KeyError::OfAnother`]. Then nothing was made.
    pub(crate) fn open_bound(
        path: &Path,
        master: Option<MasterKey>,
        check: Option<&str>,
    ) -> Result<Keys, KeyError> {
        Keys::bound(path, check, || Keys::open(path, master))
    }

    /// The same as [`Keys::open_bound`], of keys that are read as by [`Keys::read`].
    ///
    /// # Errors
    /// The same as [`Keys::open_bound`].
    pub(crate) fn read_bound(
        path: &Path,
        master: Option<MasterKey>,
        check: Option<&str>,
    ) -> Result<Keys, KeyError> {
        Keys::bound(path, check, || Keys::read(path, master))
    }

    fn bound(
        path: &Path,
        check: Option<&str>,
        open: impl FnOnce() -> Result<Keys, KeyError>,
    ) -> Result<Keys, KeyError> {
        if check.is_some() {
            file::refuse_gone(path)?;
        }
        let keys = open()?;
        match check {
            Some(check) if check != keys.check() => Err(KeyError::OfAnother {
                path: path.to_owned(),
            }),
            _ => Ok(keys),
        }
    }

    /// The check value: it tells whether keys are those of a store, and nothing of them.
    pub(crate) fn check(&self) -> String {
        let check = blake3::derive_key(CHECK, &self.hashing);
        blake3::Hash::from(check).to_hex().to_string()
    }

    /// Refuses keys that lack those of an event up to `last`.
    ///
    /// # Errors
    /// [`KeyError::NoKeys`].
    pub(crate) fn refuse_gaps(&self, last: u64) -> Result<(), KeyError> {
        let (until, _) = KeyNumber::place_of(last);
        let trees = read(&self.trees);
        match (0..=until).find(|number| !trees.contains_key(number)) {
            Some(number) => Err(KeyError::NoKeys { number }),
            None => Ok(()),
        }
    }

    /// Makes the keys of the events around `seq` that are not there yet, and those of a whole file of events after
    /// them, so that a copy of the keys is good for what comes next, too.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub(crate) fn reach(&self, seq: u64) -> Result<(), KeyError> {
        let (until, _) = KeyNumber::place_of(seq);
        if until < self.reached.load(Ordering::Acquire) {
            return Ok(());
        }
        self.make(until)?;
        self.make(until + 1)?;
        self.reached.fetch_max(until + 1, Ordering::AcqRel);
        Ok(())
    }

    /// Makes the keys that are not there yet of all events before `next`, and then those that [`Keys::reach`] makes.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub(crate) fn reach_from_first(&self, next: u64) -> Result<(), KeyError> {
        let (until, _) = KeyNumber::place_of(next);
        (0..until).try_for_each(|number| self.make(number))?;
        self.reach(next)
    }

    /// Makes a file of keys if it is not there.
    fn make(&self, number: u64) -> Result<(), KeyError> {
        let mut trees = write(&self.trees);
        if let Entry::Vacant(place) = trees.entry(number) {
            let tree = KeyTree::whole(file::random()?);
            if let Some(folder) = &self.folder {
                folder.write(number, &tree)?;
            }
            place.insert(tree);
        }
        Ok(())
    }

    /// Reads the keys in the folder, in which nothing is changed: keys that are destroyed or made later are so in
    /// memory alone.
    ///
    /// # Errors
    /// When the folder does not read, or the master key is another one.
    pub fn read(path: &Path, master: Option<MasterKey>) -> Result<Keys, KeyError> {
        let folder = KeyFolder::to_read(path, master)?;
        let (trees, since) = (folder.trees()?, folder.since()?);
        Ok(Keys::with(None, folder.stored_hashing()?, trees, since))
    }

    /// Keys of which every one for what was opened up to the event `last` is destroyed. The first event that was sealed
    /// is `since`.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub(crate) fn without_those_until(last: u64, since: u64) -> Result<Keys, KeyError> {
        let (until, _) = KeyNumber::place_of(last + 1);
        let none = (0..=until).map(|number| (number, KeyTree::none()));
        Ok(Keys::with(
            None,
            file::random()?,
            none.collect(),
            Some(since),
        ))
    }

    /// Writes these keys to a new folder, for a store that has the events up to `last` and goes on otherwise than the
    /// store that they are of: what is opened after `last` has other keys.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub(crate) fn write_for_restored(
        &self,
        path: &Path,
        master: Option<MasterKey>,
        last: u64,
    ) -> Result<(), KeyError> {
        let folder = KeyFolder::open(path, master)?;
        folder.set_hashing(&self.hashing)?;
        if let Some(since) = *lock(&self.since) {
            folder.set_since(since.min(last + 1))?;
        }
        let (until, leaf) = KeyNumber::place_of(last + 1);
        let trees = read(&self.trees);
        for number in 0..=until {
            let fresh = KeyTree::whole(file::random()?);
            let tree = match trees.get(&number) {
                Some(tree) if number == until => tree.clone().followed_by(fresh, leaf),
                Some(tree) => tree.clone(),
                // Nothing was sealed under them.
                None => fresh,
            };
            folder.write(number, &tree)?;
        }
        Ok(())
    }

    /// Keys that are kept in memory alone.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn in_memory() -> Result<Keys, KeyError> {
        Ok(Keys::with(None, file::random()?, BTreeMap::new(), None))
    }

    fn with(
        folder: Option<KeyFolder>,
        hashing: KeyBytes,
        trees: BTreeMap<u64, KeyTree>,
        since: Option<u64>,
    ) -> Keys {
        Keys {
            folder,
            hashing,
            trees: RwLock::new(trees),
            condemned: RwLock::default(),
            remembered: (0..REMEMBERED).map(|_| Mutex::default()).collect(),
            since: Mutex::new(since),
            reached: AtomicU64::new(0),
        }
    }

    /// The first event that is sealed: `next` if it was not known until now. With `is_written` that is kept.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub(crate) fn sealed_from_now(&self, next: u64, is_written: bool) -> Result<u64, KeyError> {
        let mut since = lock(&self.since);
        if let Some(since) = *since {
            return Ok(since);
        }
        if let Some(folder) = self.folder.as_ref().filter(|_| is_written) {
            folder.set_since(next)?;
        }
        *since = Some(next);
        Ok(next)
    }

    /// A hash that tells nothing of the bytes to whoever lacks the key of hashes.
    pub(crate) fn hashed(&self, bytes: &[u8]) -> [u8; 16] {
        let hash = blake3::keyed_hash(&self.hashing, bytes);
        hash.as_bytes().first_chunk().copied().unwrap_or_default()
    }

    /// The key to read what was stored under a number; `None` if it is destroyed.
    ///
    /// # Errors
    /// [`KeyError::NoKeys`] if the folder never had it.
    pub(crate) fn key(&self, number: KeyNumber) -> Result<Option<KeyBytes>, KeyError> {
        if read(&self.condemned).contains(&number) {
            return Ok(None);
        }
        let place = self.remembered(number);
        let remembered = *lock(place);
        if let Some((_, secret)) = remembered.filter(|(known, _)| *known == number) {
            return Ok(Some(secret));
        }
        let (of, leaf) = number.place();
        // The lock is held until the key is remembered: a key that is destroyed meanwhile is forgotten after that.
        let trees = read(&self.trees);
        let key = match trees.get(&of) {
            Some(tree) => tree.key(leaf),
            None => return Err(KeyError::NoKeys { number: of }),
        };
        *lock(place) = key.map(|key| (number, key));
        Ok(key)
    }

    /// Where the key of this number is remembered, if it is.
    fn remembered(&self, number: KeyNumber) -> &Mutex<Option<(KeyNumber, KeyBytes)>> {
        &self.remembered[(number.0 % REMEMBERED as u64) as usize]
    }

    /// The key to store something under a number; `None` if it is destroyed. Makes a file of keys if it is the first of
    /// its events.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub(crate) fn key_to_write(&self, number: KeyNumber) -> Result<Option<KeyBytes>, KeyError> {
        match self.key(number) {
            Err(KeyError::NoKeys { number: of }) => {
                self.make(of)?;
                self.key(number)
            }
            key => key,
        }
    }

    /// From now on nothing is read or written under these keys. [`Keys::destroy`] makes it last.
    pub(crate) fn condemn(&self, numbers: &[KeyNumber]) {
        let mut condemned = write(&self.condemned);
        condemned.extend(numbers);
    }

    /// Whether one of these keys can still be used.
    pub(crate) fn has_any(&self, numbers: &[KeyNumber]) -> bool {
        let mut numbers = numbers.iter();
        numbers.any(|number| matches!(self.key(*number), Ok(Some(_))))
    }

    /// Destroys these keys, on disk and in memory. Keys that are destroyed already stay so.
    ///
    /// # Errors
    /// When the folder cannot be written. Then some of them may be left: call it again.
    pub(crate) fn destroy(&self, numbers: &[KeyNumber]) -> Result<(), KeyError> {
        self.condemn(numbers);
        let mut by_tree = BTreeMap::<u64, Vec<u32>>::new();
        for number in numbers {
            let (of, leaf) = number.place();
            by_tree.entry(of).or_default().push(leaf);
        }
        for (of, leaves) in by_tree {
            let mut trees = write(&self.trees);
            let Some(tree) = trees.get_mut(&of) else {
                continue;
            };
            let mut left = tree.clone();
            let gone = leaves.iter().filter(|leaf| left.destroy(**leaf)).count();
            if gone > 0 {
                if let Some(folder) = &self.folder {
                    folder.write(of, &left)?;
                }
                *tree = left;
            }
        }
        for number in numbers {
            *lock(self.remembered(*number)) = None;
        }
        let mut condemned = write(&self.condemned);
        numbers.iter().for_each(|number| {
            condemned.remove(number);
        });
        Ok(())
    }
}

fn read<T>(of: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    of.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(of: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    of.write().unwrap_or_else(PoisonError::into_inner)
}

fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
