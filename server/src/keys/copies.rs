//! Copies of the folder of keys. They are kept apart from backups of the log, and only for some days: an erased
//! customer can be read again from a copy of the log together with a copy of the keys from before, until that one is
//! gone.

use super::file::{KeyError, overwrite};
use super::{Keys, MasterKey};
use crate::store::sync_folder;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The days that a copy is kept unless another number is given.
pub const KEPT_DAYS_DEFAULT: u32 = 30;
/// The maximum number of days that a copy is kept.
pub const KEPT_DAYS_MAX: u32 = 3_650;

/// What the name of a copy begins with; the time follows.
const PREFIX: &str = "keys-";
const TIME: &str = "%Y%m%dT%H%M%SZ";
/// The end of the name of a copy that is not whole yet.
const PARTIAL: &str = ".partial";
const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// A copy to make.
#[derive(Clone, Debug)]
pub struct KeysCopy {
    /// The folder of the keys.
    pub from: PathBuf,
    /// The folder of the copies; it is made if it is not there.
    pub to: PathBuf,
    /// The master key; `None`: the folder of the keys has it.
    pub master: Option<MasterKey>,
    /// How many days copies are kept, this one too.
    pub kept_days: u32,
}

/// A copy that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedKeys {
    /// Its folder.
    pub folder: PathBuf,
    /// Whether it has the master key, too, so that whoever reads it can use the keys.
    pub has_master: bool,
    /// The number of copies that were removed for their age.
    pub removed: usize,
}

impl KeysCopy {
    /// Makes the copy, named by the time `now`, and removes copies that are older than they are kept. A server may use
    /// the keys meanwhile.
    ///
    /// # Errors
    /// When the keys do not open, or when the disk refuses. Then no copy is there that is not whole, and none was
    /// removed.
    pub fn make(&self, now: Timestamp) -> Result<CopiedKeys, KeyError> {
        // A copy that nobody can open is none.
        drop(Keys::read(&self.from, self.master.clone())?);
        let failed = |source| KeyError::io("could not copy the keys to", &self.to, source);
        let folder = self.to.join(name(now));
        let partial = folder.with_extension(&PARTIAL[1..]);
        private(&self.to).map_err(failed)?;
        // Those of a run that was killed, too: they may have keys that were destroyed since.
        remove_partial(&self.to).map_err(failed)?;
        let copied = self.copied(&partial).map_err(failed);
        let verified = copied.and_then(|has_master| {
            drop(Keys::read(&partial, self.master.clone())?);
            Ok(has_master)
        });
        let has_master = match verified {
            Ok(has_master) => has_master,
            Err(error) => {
                remove_partial(&self.to).map_err(failed)?;
                return Err(error);
            }
        };
        fs::rename(&partial, &folder).map_err(failed)?;
        sync_folder(&self.to).map_err(failed)?;
        Ok(CopiedKeys {
            folder,
            has_master,
            removed: self.remove_old(now).map_err(failed)?,
        })
    }

    /// Copies all files, and says whether the master key is one of them.
    fn copied(&self, partial: &Path) -> io::Result<bool> {
        private(partial)?;
        let mut has_master = false;
        for entry in fs::read_dir(&self.from)? {
            let entry = entry?.file_name();
            let file = entry.to_string_lossy();
            has_master |= file == super::file::MASTER;
            if !super::file::is_kept(&file) {
                continue;
            }
            let bytes = fs::read(self.from.join(&*file))?;
            let mut options = OpenOptions::new();
            let options = options.write(true).create_new(true).mode(0o600);
            let mut copy = options.open(partial.join(&*file))?;
            copy.write_all(&bytes)?;
            copy.sync_all()?;
        }
        sync_folder(partial)?;
        Ok(has_master)
    }

    fn remove_old(&self, now: Timestamp) -> io::Result<usize> {
        let oldest = now.as_second() - i64::from(self.kept_days) * SECONDS_A_DAY;
        let mut removed = 0;
        for copy in copies(&self.to)? {
            if copy.made.as_second() >= oldest {
                continue;
            }
            remove(&copy.path)?;
            removed += 1;
        }
        sync_folder(&self.to)?;
        Ok(removed)
    }
}

/// Makes a folder for its owner alone.
fn private(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Removes copies that did not become whole.
fn remove_partial(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(PREFIX) && name.ends_with(PARTIAL) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Overwrites the files of a copy, and removes it.
fn remove(copy: &Path) -> io::Result<()> {
    for file in fs::read_dir(copy)? {
        overwrite(&file?.path())?;
    }
    fs::remove_dir_all(copy)
}

/// The folder of keys that is meant by `path`: itself, or its newest copy if it holds copies.
///
/// # Errors
/// When the folder does not read.
pub(crate) fn newest(path: &Path) -> Result<PathBuf, KeyError> {
    let found = copies(path).map_err(|source| KeyError::io("could not read", path, source))?;
    let newest = found.into_iter().max_by_key(|copy| copy.made);
    Ok(newest.map_or_else(|| path.to_owned(), |copy| copy.path))
}

struct Copy {
    path: PathBuf,
    made: Timestamp,
}

fn copies(folder: &Path) -> io::Result<Vec<Copy>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let time = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        let time = time.and_then(|time| jiff::civil::DateTime::strptime(TIME, time).ok());
        let zoned = time.and_then(|time| time.to_zoned(TimeZone::UTC).ok());
        if let Some(zoned) = zoned {
            let path = folder.join(&name);
            let made = zoned.timestamp();
            all.push(Copy { path, made });
        }
    }
    Ok(all)
}

fn name(now: Timestamp) -> String {
    format!("{PREFIX}{}", now.strftime(TIME))
}

#[cfg(test)]
mod tests {
    use super::super::{KeyNumber, KeyOf};
    use super::*;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    const ANNA: KeyNumber = KeyNumber::new(KeyOf::Customer, 7);
    const BEN: KeyNumber = KeyNumber::new(KeyOf::Customer, 8);

    fn copying(folder: &Path, master: Option<MasterKey>, kept_days: u32) -> KeysCopy {
        KeysCopy {
            from: folder.join("keys"),
            to: folder.join("copies"),
            master,
            kept_days,
        }
    }

    #[test]
    fn a_copy_opens_alone_and_goes_after_its_days() -> Outcome {
        let folder = tempfile::tempdir()?;
        let copy = copying(folder.path(), None, 2);
        assert!(matches!(
            copy.make("2026-11-01T00:00:00Z".parse()?),
            Err(KeyError::NotThere { .. })
        ));
        let keys = Keys::open(&copy.from, None)?;
        let anna = keys.key_to_write(ANNA)?;
        let first = copy.make("2026-11-01T00:00:00Z".parse()?)?;
        assert!(first.has_master && first.removed == 0);
        keys.destroy(&[ANNA])?;
        let second = copy.make("2026-11-02T23:59:59Z".parse()?)?;
        assert_eq!(newest(&copy.to)?, second.folder);
        assert_eq!(newest(&second.folder)?, second.folder);
        assert_eq!(Keys::read(&first.folder, None)?.key(ANNA)?, anna);
        assert_eq!(Keys::read(&second.folder, None)?.key(ANNA)?, None);
        let third = copy.make("2026-11-03T00:00:01Z".parse()?)?;
        assert_eq!(third.removed, 1);
        assert!(!first.folder.exists() && second.folder.exists());
        Ok(())
    }

    #[test]
    fn a_copy_that_did_not_become_whole_goes_with_the_next_run() -> Outcome {
        let folder = tempfile::tempdir()?;
        let copy = copying(folder.path(), None, 2);
        let keys = Keys::open(&copy.from, None)?;
        keys.key_to_write(ANNA)?;
        let killed = copy.to.join("keys-20261031T000000Z.partial");
        private(&killed)?;
        let kept = folder.path().join("second name");
        fs::write(killed.join("0000.keys"), "what was erased since")?;
        fs::hard_link(killed.join("0000.keys"), &kept)?;
        let made = copy.make("2026-11-01T00:00:00Z".parse()?)?;
        assert!(made.folder.is_dir() && !killed.exists());
        assert!(fs::read(&kept)?.iter().all(|byte| *byte == 0));
        // One that does not open is none, and leaves nothing.
        let file = copy.from.join("0000.keys");
        fs::write(&file, "damaged")?;
        assert!(copy.make("2026-11-01T00:00:01Z".parse()?).is_err());
        assert_eq!(fs::read_dir(&copy.to)?.count(), 1);
        Ok(())
    }

    #[test]
    fn a_copy_under_a_named_master_key_does_not_have_it() -> Outcome {
        let folder = tempfile::tempdir()?;
        let master = MasterKey::parse(&"a".repeat(64))?;
        let mut copy = copying(folder.path(), Some(master.clone()), 1);
        drop(Keys::open(&copy.from, Some(master))?);
        let made = copy.make("2026-11-01T00:00:00Z".parse()?)?;
        assert!(!made.has_master);
        assert!(Keys::read(&made.folder, None).is_err());
        copy.master = None;
        assert!(copy.make("2026-11-02T00:00:00Z".parse()?).is_err());
        Ok(())
    }

    #[test]
    fn a_restored_store_has_the_keys_up_to_its_point_and_others_after_it() -> Outcome {
        let folder = tempfile::tempdir()?;
        let keys = Keys::open(&folder.path().join("keys"), None)?;
        let [anna, ben] = [ANNA, BEN].map(|number| keys.key_to_write(number));
        let (anna, ben) = (anna?, ben?);
        keys.write_for_restored(&folder.path().join("restored"), None, 7)?;
        let restored = Keys::open(&folder.path().join("restored"), None)?;
        assert_eq!(restored.key(ANNA)?, anna);
        let bens = restored.key_to_write(BEN)?;
        assert!(bens.is_some() && bens != ben);
        assert_eq!(restored.hashed(b"anna"), keys.hashed(b"anna"));

        let without = Keys::without_those_until(7, 3)?;
        without.write_for_restored(&folder.path().join("without"), None, 7)?;
        let without = Keys::open(&folder.path().join("without"), None)?;
        assert_eq!(without.key_to_write(ANNA)?, None);
        assert!(without.key_to_write(BEN)?.is_some());
        assert_eq!(without.sealed_from_now(9, true)?, 3);
        Ok(())
    }
}
