//! The model: the state of a disk at one moment of the journal. For each file it has the durable content and the
//! changes since; for each folder, which name changes are durable. What a power cut leaves of the changes that are not
//! durable is in `remains.rs`.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;

use super::journal::{Journal, JournalError};
use super::record::{OUTSIDE, Record, Scope, What};

/// A file or folder of the model. An inode that is used again is a new node.
pub(super) type NodeId = usize;

/// The folder that holds the watched folder. It has at most one name.
pub(super) const OUTER: NodeId = 0;

/// A disk after a part of the journal.
pub(super) struct Disk<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    /// All name changes of all folders, in order.
    pub(super) names: Vec<NameChange<'a>>,
    inodes: HashMap<u64, NodeId>,
    syncs: HashMap<u64, Sync>,
    /// The number of records applied so far.
    clock: usize,
}

/// One file, folder or link.
pub(super) struct Node<'a> {
    pub(super) inode: u64,
    pub(super) what: What<'a>,
    /// A file's content up to its last sync.
    pub(super) durable: Vec<u8>,
    /// The changes of the content since its last sync.
    pub(super) pending: Vec<Change<'a>>,
    /// How many of `Disk::names` are durable, as far as they concern this folder.
    pub(super) durable_names: usize,
}

/// A change of a file's content.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change<'a> {
    /// The number of records before this change.
    clock: usize,
    pub(super) step: Step<'a>,
}

/// A change of the content of a file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    Write { offset: usize, data: &'a [u8] },
    Truncate { len: usize },
}

/// A change of the names in one folder, or two.
#[derive(Debug, Clone, Copy)]
pub(super) enum NameChange<'a> {
    Put {
        folder: NodeId,
        name: &'a OsStr,
        node: NodeId,
    },
    Take {
        folder: NodeId,
        name: &'a OsStr,
    },
    Move {
        from: NodeId,
        old: &'a OsStr,
        to: NodeId,
        new: &'a OsStr,
        node: NodeId,
    },
}

/// A sync that has begun: what becomes durable if it succeeds.
#[derive(Clone, Copy)]
struct Sync {
    node: Option<NodeId>,
    clock: usize,
    names: usize,
}

/// The names of each folder.
pub(super) type Tree<'a> = HashMap<NodeId, BTreeMap<&'a OsStr, NodeId>>;

impl<'a> Disk<'a> {
    /// The disk after all records that end at byte `cut` or before.
    pub(super) fn at(journal: &'a Journal, cut: u64) -> Result<Disk<'a>, JournalError> {
        let mut disk = Disk {
            nodes: Vec::new(),
            names: Vec::new(),
            inodes: HashMap::new(),
            syncs: HashMap::new(),
            clock: 0,
        };
        disk.create(OUTSIDE, What::Folder);
        for (end, record) in journal.records().take_while(|(end, _)| *end <= cut) {
            disk.apply(record).map_err(|fault| fault.at(end))?;
            disk.clock += 1;
        }
        Ok(disk)
    }

    /// The node that has this inode now.
    pub(super) fn node_of(&self, inode: u64) -> Option<NodeId> {
        self.inodes.get(&inode).copied()
    }

    /// The names of each folder after some of the name changes. `kept` selects these by their place in the order.
    pub(super) fn tree(&self, kept: impl Fn(usize, &NameChange<'a>) -> bool) -> Tree<'a> {
        let mut tree = Tree::new();
        for (_, change) in self
            .names
            .iter()
            .enumerate()
            .filter(|(at, change)| kept(*at, change))
        {
            match *change {
                NameChange::Put { folder, name, node } => {
                    tree.entry(folder).or_default().insert(name, node);
                }
                NameChange::Take { folder, name } => {
                    tree.entry(folder).or_default().remove(name);
                }
                NameChange::Move {
                    from,
                    old,
                    to,
                    new,
                    node,
                } => {
                    tree.entry(from).or_default().remove(old);
                    tree.entry(to).or_default().insert(new, node);
                }
            }
        }
        tree
    }

    fn apply(&mut self, record: Record<'a>) -> Result<(), Fault> {
        match record {
            Record::Create {
                folder,
                inode,
                what,
                name,
            } => {
                let folder = self.known(folder)?;
                let node = self.create(inode, what);
                self.names.push(NameChange::Put { folder, name, node });
            }
            Record::Link {
                folder,
                inode,
                name,
            } => {
                let (folder, node) = (self.known(folder)?, self.known(inode)?);
                self.names.push(NameChange::Put { folder, name, node });
            }
            Record::Unlink { folder, name, .. } => {
                let folder = self.known(folder)?;
                self.names.push(NameChange::Take { folder, name });
            }
            Record::Rename {
                from,
                to,
                inode,
                old,
                new,
            } => {
                let (from, to, node) = (self.known(from)?, self.known(to)?, self.known(inode)?);
                self.names.push(NameChange::Move {
                    from,
                    old,
                    to,
                    new,
                    node,
                });
            }
            Record::Write {
                inode,
                offset,
                data,
            } => {
                let offset = usize::try_from(offset)
                    .map_err(|_| Fault::Corrupt("an offset is too large"))?;
                self.change(inode, Step::Write { offset, data })?;
            }
            Record::Truncate { inode, len } => {
                let len =
                    usize::try_from(len).map_err(|_| Fault::Corrupt("a size is too large"))?;
                self.change(inode, Step::Truncate { len })?;
            }
            Record::SyncBegin { id, scope } => {
                let node = match scope {
                    Scope::All => None,
                    Scope::Inode(inode) => Some(self.known(inode)?),
                };
                self.syncs.insert(
                    id,
                    Sync {
                        node,
                        clock: self.clock,
                        names: self.names.len(),
                    },
                );
            }
            Record::SyncEnd { id } => self.sync(id)?,
            Record::Unsupported { what, path } => {
                return Err(Fault::Unsupported(
                    what.to_string_lossy().into(),
                    path.into(),
                ));
            }
            Record::Note { .. } => {}
        }
        Ok(())
    }

    fn create(&mut self, inode: u64, what: What<'a>) -> NodeId {
        self.nodes.push(Node {
            inode,
            what,
            durable: Vec::new(),
            pending: Vec::new(),
            durable_names: 0,
        });
        self.inodes.insert(inode, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    fn known(&self, inode: u64) -> Result<NodeId, Fault> {
        self.node_of(inode)
            .ok_or(Fault::Corrupt("it is about a file that was never created"))
    }

    fn change(&mut self, inode: u64, step: Step<'a>) -> Result<(), Fault> {
        let (node, clock) = (self.known(inode)?, self.clock);
        self.nodes[node].pending.push(Change { clock, step });
        Ok(())
    }

    fn sync(&mut self, id: u64) -> Result<(), Fault> {
        let sync = self
            .syncs
            .remove(&id)
            .ok_or(Fault::Corrupt("a sync ends that did not begin"))?;
        match sync.node {
            Some(node) => self.nodes[node].sync(sync),
            None => self.nodes.iter_mut().for_each(|node| node.sync(sync)),
        }
        Ok(())
    }
}

impl<'a> Node<'a> {
    fn sync(&mut self, sync: Sync) {
        let done = self
            .pending
            .partition_point(|change| change.clock < sync.clock);
        for change in self.pending.drain(..done) {
            change.step.apply(&mut self.durable);
        }
        self.durable_names = self.durable_names.max(sync.names);
    }

    /// The content as the running system sees it.
    pub(super) fn content(&self) -> Vec<u8> {
        let mut content = self.durable.clone();
        self.pending
            .iter()
            .for_each(|change| change.step.apply(&mut content));
        content
    }
}

impl Step<'_> {
    fn apply(self, content: &mut Vec<u8>) {
        match self {
            Step::Truncate { len } => content.resize(len, 0),
            Step::Write { offset, data } => {
                let end = offset + data.len();
                if content.len() < end {
                    content.resize(end, 0);
                }
                content[offset..end].copy_from_slice(data);
            }
        }
    }
}

/// What is wrong with a record. Its place in the journal is added later.
enum Fault {
    Corrupt(&'static str),
    Unsupported(String, std::path::PathBuf),
}

impl Fault {
    fn at(self, end: u64) -> JournalError {
        match self {
            Fault::Corrupt(what) => JournalError::Corrupt { at: end, what },
            Fault::Unsupported(what, path) => JournalError::Unsupported { what, path },
        }
    }
}
