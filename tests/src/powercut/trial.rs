//! Tests of the model with journals written by hand. What must survive does for every seed; what may be lost is lost
//! for some seeds.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::ffi::OsStr;

use super::disk::{Disk, OUTER};
use super::remains::Remains;
use super::{Dice, Journal, JournalError, OUTSIDE, Record, Scope, What};

mod content;
mod names;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;
/// The files of a folder: names and contents. Folders are left out.
type Files = BTreeMap<String, Vec<u8>>;

/// How many power cuts are played for each journal.
const SEEDS: u64 = 150;
/// The inodes of the watched folder, and of what is in it.
const ROOT: u64 = 1;
const SUB: u64 = 2;
const A: u64 = 10;
const B: u64 = 11;

/// A journal that is being written.
struct Script {
    bytes: Vec<u8>,
    syncs: u64,
}

impl Script {
    /// A script whose watched folder existed before.
    fn new() -> Script {
        let mut script = Script::bare();
        script
            .create(OUTSIDE, ROOT, What::Folder, "data")
            .sync(Scope::All);
        script
    }

    fn bare() -> Script {
        Script {
            bytes: Vec::new(),
            syncs: 0,
        }
    }

    fn add(&mut self, record: Record<'_>) -> &mut Script {
        record.append_to(&mut self.bytes);
        self
    }

    fn create(&mut self, folder: u64, inode: u64, what: What<'_>, name: &str) -> &mut Script {
        self.add(Record::Create {
            folder,
            inode,
            what,
            name: OsStr::new(name),
        })
    }

    fn file(&mut self, inode: u64, name: &str) -> &mut Script {
        self.create(ROOT, inode, What::File, name)
    }

    fn write(&mut self, inode: u64, offset: u64, data: &[u8]) -> &mut Script {
        self.add(Record::Write {
            inode,
            offset,
            data,
        })
    }

    fn truncate(&mut self, inode: u64, len: u64) -> &mut Script {
        self.add(Record::Truncate { inode, len })
    }

    fn rename(&mut self, from: u64, old: &str, to: u64, new: &str, inode: u64) -> &mut Script {
        self.add(Record::Rename {
            from,
            to,
            inode,
            old: OsStr::new(old),
            new: OsStr::new(new),
        })
    }

    fn unlink(&mut self, inode: u64, name: &str) -> &mut Script {
        self.add(Record::Unlink {
            folder: ROOT,
            inode,
            name: OsStr::new(name),
        })
    }

    fn begin(&mut self, scope: Scope) -> u64 {
        self.syncs += 1;
        self.add(Record::SyncBegin {
            id: self.syncs,
            scope,
        });
        self.syncs
    }

    fn sync(&mut self, scope: Scope) -> &mut Script {
        let id = self.begin(scope);
        self.add(Record::SyncEnd { id })
    }

    fn fsync(&mut self, inode: u64) -> &mut Script {
        self.sync(Scope::Inode(inode))
    }

    /// What each seed leaves at the end of the journal; `None` if the name of the folder itself is lost.
    fn outcomes(&self) -> Outcome<Vec<Option<Files>>> {
        let journal = Journal::from_bytes(self.bytes.clone())?;
        (0..SEEDS)
            .map(|seed| rebuilt(&journal, journal.len_bytes(), seed))
            .collect()
    }

    /// The contents that a file has over all seeds; `None` if its name is lost.
    fn fates(&self, name: &str) -> Outcome<BTreeSet<Option<Vec<u8>>>> {
        let outcomes = self.outcomes()?;
        Ok(outcomes
            .iter()
            .map(|files| files.as_ref()?.get(name).cloned())
            .collect())
    }
}

/// The files that `Journal::rebuild` would write.
fn rebuilt(journal: &Journal, cut: u64, seed: u64) -> Outcome<Option<Files>> {
    let disk = Disk::at(journal, cut)?;
    let remains = Remains::new(&disk, seed);
    let (tree, _) = remains.names();
    let names = |folder| tree.get(&folder).into_iter().flatten();
    let Some((_, root)) = names(OUTER).next() else {
        return Ok(None);
    };
    let mut files = Files::new();
    let mut folders = vec![(String::new(), *root)];
    while let Some((path, folder)) = folders.pop() {
        for (name, node) in names(folder) {
            let name = format!("{path}{}", name.display());
            match disk.nodes[*node].what {
                What::Folder => folders.push((format!("{name}/"), *node)),
                _ => drop(files.insert(name, remains.content(*node))),
            }
        }
    }
    Ok(Some(files))
}

fn only<const N: usize>(fates: [Option<&[u8]>; N]) -> BTreeSet<Option<Vec<u8>>> {
    fates
        .into_iter()
        .map(|fate| fate.map(<[u8]>::to_vec))
        .collect()
}
