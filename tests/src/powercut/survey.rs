//! Journals what is in the watched folder when a recording starts. In a new journal all of it is durable. A journal
//! that is continued (the process was killed and starts again) gets the operations that the kill kept from being
//! journaled: at most the one that each thread was in.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::disk::{Disk, NodeId, OUTER, Tree};
use super::journal::{Journal, JournalError};
use super::record::{OUTSIDE, Record, STARTS, Scope, What};

/// The id of the sync that makes the first content of a new journal durable.
const SURVEY_SYNC: u64 = 0;

/// Adds to the journal at `path` what is missing for the folder `root` as it is now. Makes the journal if it does not
/// exist.
pub(super) fn survey(root: &Path, path: &Path) -> Result<(), JournalError> {
    let is_new = !path.exists();
    let journal = if is_new {
        Journal::from_bytes(Vec::new())?
    } else {
        Journal::read(path)?
    };
    let disk = Disk::at(&journal, journal.len_bytes())?;
    let tree = disk.tree(|_, _| true);
    let mut survey = Survey {
        disk: &disk,
        tree: &tree,
        found: Vec::new(),
    };
    let name = root.file_name().unwrap_or_default();
    let is_there = root.try_exists().map_err(JournalError::io(root))?;
    let entries = if is_there {
        vec![name.to_os_string()]
    } else {
        Vec::new()
    };
    let outer = root.parent().unwrap_or(root);
    survey.folder(outer, OUTSIDE, Some(OUTER), entries)?;
    if is_new {
        survey.note(Record::SyncBegin {
            id: SURVEY_SYNC,
            scope: Scope::All,
        });
        survey.note(Record::SyncEnd { id: SURVEY_SYNC });
    }
    let none = OsStr::new("");
    survey.note(Record::Note {
        inode: OUTSIDE,
        what: OsStr::new(STARTS),
        path: none,
    });
    write(path, journal.len_bytes(), &survey.found).map_err(JournalError::io(path))
}

/// Writes the bytes after the last whole record of the journal.
fn write(path: &Path, at: u64, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)?;
    file.set_len(at)?;
    file.write_all(bytes)
}

struct Survey<'r, 'a> {
    disk: &'r Disk<'a>,
    tree: &'r Tree<'a>,
    /// Records for what the journal does not have.
    found: Vec<u8>,
}

impl Survey<'_, '_> {
    /// Compares one folder: its entries on the disk with its names in the journal, if the journal has the folder.
    fn folder(
        &mut self,
        path: &Path,
        inode: u64,
        node: Option<NodeId>,
        entries: Vec<OsString>,
    ) -> Result<(), JournalError> {
        let nothing = BTreeMap::new();
        let known = node
            .and_then(|node| self.tree.get(&node))
            .unwrap_or(&nothing);
        for name in &entries {
            self.entry(
                &path.join(name),
                name,
                inode,
                known.get(name.as_os_str()).copied(),
            )?;
        }
        for (name, node) in known
            .iter()
            .filter(|(name, _)| !entries.iter().any(|entry| entry == *name))
        {
            let gone = self.disk.nodes[*node].inode;
            self.note(Record::Unlink {
                folder: inode,
                inode: gone,
                name,
            });
        }
        Ok(())
    }

    fn entry(
        &mut self,
        path: &Path,
        name: &OsStr,
        folder: u64,
        known: Option<NodeId>,
    ) -> Result<(), JournalError> {
        let io = || JournalError::io(path);
        let meta = path.symlink_metadata().map_err(io())?;
        let inode = meta.ino();
        let target = if meta.is_symlink() {
            fs::read_link(path).map_err(io())?
        } else {
            path.into()
        };
        let what = match meta.file_type() {
            kind if kind.is_dir() => What::Folder,
            kind if kind.is_symlink() => What::Symlink(target.as_os_str()),
            _ => What::File,
        };
        let same = |node: &NodeId| {
            self.disk.nodes[*node].what == what && self.disk.node_of(inode) == Some(*node)
        };
        let node = known.filter(same);
        let linked = self
            .disk
            .node_of(inode)
            .filter(same)
            .filter(|_| what == What::File);
        match (node, linked) {
            (Some(_), _) => {}
            (None, Some(_)) => self.note(Record::Link {
                folder,
                inode,
                name,
            }),
            (None, None) => self.note(Record::Create {
                folder,
                inode,
                what,
                name,
            }),
        }
        match what {
            What::Folder => {
                let entries = entries(path).map_err(io())?;
                self.folder(path, inode, node, entries)?;
            }
            What::File => {
                let content = fs::read(path).map_err(io())?;
                let journaled = node.or(linked).map(|node| self.disk.nodes[node].content());
                self.content(inode, &content, &journaled.unwrap_or_default());
            }
            What::Symlink(_) => {}
        }
        Ok(())
    }

    fn content(&mut self, inode: u64, content: &[u8], journaled: &[u8]) {
        if content.len() != journaled.len() {
            self.note(Record::Truncate {
                inode,
                len: content.len() as u64,
            });
        }
        let differs = |at: &usize| journaled.get(*at).copied().unwrap_or(0) != content[*at];
        if let Some(first) = (0..content.len()).find(differs) {
            let last = (first..content.len()).rev().find(differs).unwrap_or(first);
            self.note(Record::Write {
                inode,
                offset: first as u64,
                data: &content[first..=last],
            });
        }
    }

    fn note(&mut self, record: Record<'_>) {
        record.append_to(&mut self.found);
    }
}

/// The names in a folder. They are sorted, so that the same folder is always surveyed in the same order.
fn entries(path: &Path) -> io::Result<Vec<OsString>> {
    let mut names = fs::read_dir(path)?
        .map(|entry| Ok(entry?.file_name()))
        .collect::<io::Result<Vec<_>>>()?;
    names.sort_unstable();
    Ok(names)
}
