//! A journal in words, to find out what happened around a cut that lost something.

use std::collections::HashMap;
use std::ffi::OsStr;

use super::journal::Journal;
use super::record::{OUTSIDE, Record, Scope, What};

impl Journal {
    /// One line for each record, with the byte at which the record ends: the operation and the path. A file is named by
    /// the last name that it had.
    pub fn story(&self) -> Vec<(u64, String)> {
        let mut paths = Paths(HashMap::from([(OUTSIDE, String::new())]));
        let mut syncs = HashMap::new();
        self.records()
            .map(|(end, record)| (end, paths.tell(&record, &mut syncs)))
            .collect()
    }
}

/// The last known path of each inode.
struct Paths(HashMap<u64, String>);

impl Paths {
    fn tell(&mut self, record: &Record<'_>, syncs: &mut HashMap<u64, String>) -> String {
        match *record {
            Record::Create {
                folder,
                inode,
                what,
                name,
            } => {
                let kind = match what {
                    What::File => "file".to_string(),
                    What::Folder => "folder".to_string(),
                    What::Symlink(target) => format!("link to {}", target.display()),
                };
                format!("create {} ({kind})", self.name(folder, inode, name))
            }
            Record::Link {
                folder,
                inode,
                name,
            } => {
                let old = self.path(inode);
                format!("link {old} as {}", self.name(folder, inode, name))
            }
            Record::Unlink { folder, name, .. } => format!("unlink {}", self.join(folder, name)),
            Record::Rename {
                from,
                to,
                inode,
                old,
                new,
            } => {
                let old = self.join(from, old);
                format!("rename {old} to {}", self.name(to, inode, new))
            }
            Record::Write {
                inode,
                offset,
                data,
            } => {
                format!(
                    "write {} at {offset}, {} bytes",
                    self.path(inode),
                    data.len()
                )
            }
            Record::Truncate { inode, len } => format!("truncate {} to {len}", self.path(inode)),
            Record::SyncBegin { id, scope } => {
                let about = match scope {
                    Scope::Inode(OUTSIDE) => "the outer folder".to_string(),
                    Scope::Inode(inode) => self.path(inode),
                    Scope::All => "everything".to_string(),
                };
                let words = format!("sync of {about} begins");
                syncs.insert(id, about);
                words
            }
            Record::SyncEnd { id } => {
                format!("sync of {} ends", syncs.remove(&id).unwrap_or_default())
            }
            Record::Unsupported { what, .. } => format!("unsupported: {}", what.display()),
            Record::Note { what, .. } => format!("note: {}", what.display()),
        }
    }

    fn name(&mut self, folder: u64, inode: u64, name: &OsStr) -> String {
        let path = self.join(folder, name);
        self.0.insert(inode, path.clone());
        path
    }

    fn join(&self, folder: u64, name: &OsStr) -> String {
        match &*self.path(folder) {
            "" => name.display().to_string(),
            folder => format!("{folder}/{}", name.display()),
        }
    }

    fn path(&self, inode: u64) -> String {
        self.0
            .get(&inode)
            .cloned()
            .unwrap_or_else(|| format!("inode {inode}"))
    }
}
