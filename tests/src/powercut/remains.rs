//! The random choice of what a power cut leaves of a disk. Content is torn by sectors, names by folders, all within
//! what a file system may do. What was synced stays.
//!
//! - A file's **size and truncations** happen in order, up to a random one (file systems keep such
//!   metadata in order). Its **sectors** are each as old as the dice say, at least as new as the
//!   last sync; where the size grew and a sector did not arrive there are zeros.
//! - A folder's **name changes** happen in order, up to a random one not before its last sync. A
//!   move between folders happens in both or in none.

use super::Dice;
use super::disk::{Change, Disk, NameChange, NodeId, Step, Tree};
use super::record::What;

/// The sizes of the pieces that a disk writes as a whole, in bytes.
const SECTORS: [usize; 2] = [512, 4096];

/// The kind of luck for the whole disk. The extremes are rare in a mix, but show much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    /// All that was not synced is gone.
    Nothing,
    /// All that was not synced is there.
    Everything,
    /// Each file and folder has its own luck.
    Mixed,
}

/// What is left of a disk.
pub(super) struct Remains<'d, 'a> {
    disk: &'d Disk<'a>,
    mood: Mood,
    dice: Dice,
}

impl<'d, 'a> Remains<'d, 'a> {
    /// What this seed leaves: for one seed in eight nothing that was not synced, for another one in eight everything.
    pub(super) fn new(disk: &'d Disk<'a>, seed: u64) -> Remains<'d, 'a> {
        let mut dice = Dice::new(seed);
        let mood = match dice.below(8) {
            0 => Mood::Nothing,
            1 => Mood::Everything,
            _ => Mood::Mixed,
        };
        Remains { disk, mood, dice }
    }

    /// The names that are left, and how many name changes are lost.
    pub(super) fn names(&self) -> (Tree<'a>, usize) {
        let names = &self.disk.names;
        let mut cutoffs: Vec<usize> = (0..self.disk.nodes.len())
            .map(|folder| self.cutoff(folder))
            .collect();
        let kept = |cutoffs: &[usize], at: usize, change: &NameChange<'_>| {
            let (one, other) = folders(change);
            at < cutoffs[one] || at < cutoffs[other]
        };
        loop {
            let before = cutoffs.clone();
            for (at, change) in names.iter().enumerate() {
                let (one, other) = folders(change);
                if one != other && kept(&cutoffs, at, change) {
                    cutoffs[one] = cutoffs[one].max(at + 1);
                    cutoffs[other] = cutoffs[other].max(at + 1);
                }
            }
            if cutoffs == before {
                break;
            }
        }
        let lost = names
            .iter()
            .enumerate()
            .filter(|(at, change)| !kept(&cutoffs, *at, change))
            .count();
        (
            self.disk.tree(|at, change| kept(&cutoffs, at, change)),
            lost,
        )
    }

    /// What is left of a file's content.
    pub(super) fn content(&self, node: NodeId) -> Vec<u8> {
        let file = &self.disk.nodes[node];
        let mut dice = self.dice.fork(node as u64);
        let luck = match self.mood {
            Mood::Nothing => Luck::Upto(0),
            Mood::Everything => Luck::Upto(file.pending.len()),
            Mood::Mixed => Luck::throw(&mut dice, file.pending.len()),
        };
        let sector = SECTORS[dice.below(SECTORS.len())];
        torn(&file.durable, &file.pending, luck, sector, &mut dice)
    }

    /// The first name change of this folder that did not happen, as its place in the order.
    fn cutoff(&self, folder: NodeId) -> usize {
        if self.disk.nodes[folder].what != What::Folder {
            return 0;
        }
        let durable = self.disk.nodes[folder].durable_names;
        let mine = |(at, change): (usize, &NameChange<'_>)| {
            let (one, other) = folders(change);
            (one == folder || other == folder).then_some(durable + at)
        };
        let pending: Vec<usize> = self.disk.names[durable..]
            .iter()
            .enumerate()
            .filter_map(mine)
            .collect();
        let happened = match self.mood {
            Mood::Nothing => 0,
            Mood::Everything => pending.len(),
            Mood::Mixed => {
                let mut dice = self.dice.fork(!(folder as u64));
                match dice.below(4) {
                    0 => 0,
                    1 => pending.len(),
                    _ => dice.below(pending.len() + 1),
                }
            }
        };
        pending
            .get(happened)
            .copied()
            .unwrap_or(self.disk.names.len())
    }
}

/// The folders that a name change concerns. Twice the same folder if there is only one.
fn folders(change: &NameChange<'_>) -> (NodeId, NodeId) {
    match *change {
        NameChange::Put { folder, .. } | NameChange::Take { folder, .. } => (folder, folder),
        NameChange::Move { from, to, .. } => (from, to),
    }
}

/// What happens to the changes of a file that were not synced.
#[derive(Debug, Clone, Copy)]
enum Luck {
    /// The first changes happened, this many.
    Upto(usize),
    /// The first changes happened, this many; of the next one, any sectors.
    Torn(usize),
    /// Each sector has any age.
    Scattered,
}

impl Luck {
    fn throw(dice: &mut Dice, changes: usize) -> Luck {
        match dice.below(8) {
            0 => Luck::Upto(0),
            1 => Luck::Upto(changes),
            2 | 3 => Luck::Torn(dice.below(changes + 1)),
            _ => Luck::Scattered,
        }
    }

    /// How many changes the size includes.
    fn of_size(self, dice: &mut Dice, changes: usize) -> usize {
        match self {
            Luck::Upto(happened) => happened,
            Luck::Torn(happened) => (happened + dice.below(2)).min(changes),
            Luck::Scattered => match dice.below(4) {
                0 => changes,
                _ => dice.below(changes + 1),
            },
        }
    }

    /// How many changes this sector includes.
    fn of_sector(self, dice: &Dice, sector: usize, changes: usize) -> usize {
        let mut dice = dice.fork(sector as u64);
        match self {
            Luck::Upto(happened) => happened,
            Luck::Torn(happened) => (happened + dice.below(2)).min(changes),
            Luck::Scattered => match dice.below(4) {
                0 => 0,
                1 => changes,
                _ => dice.below(changes + 1),
            },
        }
    }
}

/// The content after some of the changes. A truncation that did not happen also hides bytes that were written after it
/// behind the new end: on a disk those bytes have no place yet.
fn torn(
    durable: &[u8],
    changes: &[Change<'_>],
    luck: Luck,
    sector: usize,
    dice: &mut Dice,
) -> Vec<u8> {
    let sized = luck.of_size(dice, changes.len());
    let (mut content, mut size, mut no_place_from) = (durable.to_vec(), durable.len(), usize::MAX);
    for (at, change) in changes.iter().enumerate() {
        match change.step {
            Step::Truncate { len } if at < sized => {
                size = len;
                let known = content.len().min(len);
                content[known..].fill(0);
            }
            Step::Truncate { len } => no_place_from = no_place_from.min(len / sector),
            Step::Write { offset, data } => {
                let end = offset + data.len();
                content.resize(content.len().max(end), 0);
                if at < sized {
                    size = size.max(end);
                }
                let mut from = offset;
                while from < end {
                    let number = from / sector;
                    let to = end.min((number + 1) * sector);
                    if number < no_place_from && at < luck.of_sector(dice, number, changes.len()) {
                        content[from..to].copy_from_slice(&data[from - offset..to - offset]);
                    }
                    from = to;
                }
            }
        }
    }
    content.resize(size, 0);
    content
}
