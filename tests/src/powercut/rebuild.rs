//! Writes the folder that a power cut leaves. The random choices are in `remains.rs`.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::disk::{Disk, NodeId, OUTER, Tree};
use super::journal::{Journal, JournalError};
use super::record::What;
use super::remains::Remains;

/// What a rebuild wrote, and what was lost. A test whose cuts never lose anything proves nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Files written.
    pub files: usize,
    /// Files of these whose content differs from what the running system saw.
    pub files_torn: usize,
    /// Name changes (creations, renames, removals) that the power cut undid.
    pub names_lost: usize,
}

impl Journal {
    /// Makes `into` the watched folder as a disk might hold it when the power goes at byte `cut_at_bytes` of the
    /// journal: all that was synced, and a part of the rest that depends on the seed. The same journal, cut and seed
    /// make the same folder. `into` must not exist or must be empty. It is not made if the name of the watched folder
    /// did not survive.
    ///
    /// # Errors
    /// `Unsupported` if the process did something before the cut that the model cannot follow; `Corrupt` if the journal
    /// contradicts itself; `Io` about `into`.
    pub fn rebuild(
        &self,
        cut_at_bytes: u64,
        seed: u64,
        into: &Path,
    ) -> Result<Rebuilt, JournalError> {
        let disk = Disk::at(self, cut_at_bytes)?;
        let remains = Remains::new(&disk, seed);
        let (tree, names_lost) = remains.names();
        let mut writer = Writer {
            disk: &disk,
            remains: &remains,
            tree: &tree,
            written: HashMap::new(),
            rebuilt: Rebuilt {
                names_lost,
                ..Rebuilt::default()
            },
        };
        let root = tree.get(&OUTER).and_then(|names| names.values().next());
        if let Some(root) = root {
            match fs::create_dir(into) {
                Err(err) if err.kind() == io::ErrorKind::AlreadyExists => {}
                made => made.map_err(JournalError::io(into))?,
            }
            writer.fill(*root, into)?;
        }
        Ok(writer.rebuilt)
    }
}

struct Writer<'r, 'a> {
    disk: &'r Disk<'a>,
    remains: &'r Remains<'r, 'a>,
    tree: &'r Tree<'a>,
    /// The path at which each file was written, used for its other names.
    written: HashMap<NodeId, PathBuf>,
    rebuilt: Rebuilt,
}

impl Writer<'_, '_> {
    fn fill(&mut self, folder: NodeId, path: &Path) -> Result<(), JournalError> {
        for (name, node) in self.tree.get(&folder).into_iter().flatten() {
            let path = path.join(name);
            match self.disk.nodes[*node].what {
                What::Folder => {
                    fs::create_dir(&path).map_err(JournalError::io(&path))?;
                    self.fill(*node, &path)?;
                }
                What::File => self.file(*node, &path).map_err(JournalError::io(&path))?,
                What::Symlink(target) => {
                    std::os::unix::fs::symlink(target, &path).map_err(JournalError::io(&path))?;
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, node: NodeId, path: &Path) -> io::Result<()> {
        if let Some(first) = self.written.get(&node) {
            return fs::hard_link(first, path);
        }
        let content = self.remains.content(node);
        self.rebuilt.files += 1;
        self.rebuilt.files_torn += usize::from(content != self.disk.nodes[node].content());
        self.written.insert(node, path.to_path_buf());
        // The rights are not recorded: a file of a secret is refused if others may read it.
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        io::Write::write_all(&mut file, &content)
    }
}
