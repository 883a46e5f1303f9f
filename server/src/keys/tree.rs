//! The keys of a range of numbers, as a tree: a key is derived from the root step by step, and a key is destroyed by
//! keeping, in place of the nodes on the way to it, their other children. What is left derives every other key and
//! never again that one.
//!
//! This is the puncturable function of Goldreich, Goldwasser and Micali. It needs no counter, and no place for keys
//! that are still whole.

use std::collections::BTreeMap;

/// The bytes of a key, and of a node.
pub(super) const KEY_BYTES: usize = 32;
/// The levels below the root. Each node has [`CHILDREN`] children.
pub(super) const LEVELS: u8 = 11;
const CHILDREN: u32 = 1 << CHILDREN_BITS;
const CHILDREN_BITS: u32 = 2;
/// The number of keys of a tree.
pub(super) const LEAVES: u32 = 1 << (CHILDREN_BITS * LEVELS as u32);

/// The secret of a key or of a node.
pub(crate) type KeyBytes = [u8; KEY_BYTES];

/// The nodes that are left of a tree: each by its first leaf, with the number of levels below it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct KeyTree(BTreeMap<u32, Node>);

/// A node.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) level: u8,
    pub(super) secret: KeyBytes,
}

impl Node {
    const fn leaves(&self) -> u32 {
        1 << (CHILDREN_BITS * self.level as u32)
    }

    fn child(&self, number: u32) -> Node {
        Node {
            level: self.level - 1,
            secret: *blake3::keyed_hash(&self.secret, &[number as u8]).as_bytes(),
        }
    }

    /// Which child leads to a leaf.
    const fn towards(&self, leaf: u32) -> u32 {
        (leaf >> (CHILDREN_BITS * (self.level as u32 - 1))) % CHILDREN
    }
}

impl KeyTree {
    /// A tree of which no key is destroyed.
    pub(super) fn whole(root: KeyBytes) -> KeyTree {
        let root = Node {
            level: LEVELS,
            secret: root,
        };
        KeyTree([(0, root)].into())
    }

    /// A tree of these nodes. `None` if they are not of one tree.
    pub(super) fn of_nodes(nodes: impl Iterator<Item = (u32, Node)>) -> Option<KeyTree> {
        let mut tree = KeyTree(BTreeMap::new());
        let mut next = 0;
        for (first, node) in nodes {
            let fits = node.level <= LEVELS && first >= next && first % node.leaves() == 0;
            next = first.checked_add(node.leaves())?;
            if !fits || next > LEAVES {
                return None;
            }
            tree.0.insert(first, node);
        }
        Some(tree)
    }

    /// The nodes that are left, in order, each with its first leaf.
    pub(super) fn nodes(&self) -> impl ExactSizeIterator<Item = (u32, &Node)> {
        self.0.iter().map(|(first, node)| (*first, node))
    }

    /// The key of a leaf; `None` if it is destroyed.
    pub(super) fn key(&self, leaf: u32) -> Option<KeyBytes> {
        let (_, node) = self.above(leaf)?;
        let mut node = node.clone();
        while node.level > 0 {
            node = node.child(node.towards(leaf));
        }
        Some(node.secret)
    }

    /// Destroys the key of a leaf. Returns whether there was one.
    pub(super) fn destroy(&mut self, leaf: u32) -> bool {
        let Some((mut first, node)) = self.above(leaf) else {
            return false;
        };
        let mut node = node.clone();
        self.0.remove(&first);
        while node.level > 0 {
            let towards = node.towards(leaf);
            let each = node.leaves() / CHILDREN;
            for number in (0..CHILDREN).filter(|number| *number != towards) {
                self.0.insert(first + number * each, node.child(number));
            }
            first += towards * each;
            node = node.child(towards);
        }
        true
    }

    /// No key at all.
    pub(super) fn none() -> KeyTree {
        KeyTree(BTreeMap::new())
    }

    /// The same keys before `leaf`, and those of `other` from there on.
    pub(super) fn followed_by(self, other: KeyTree, leaf: u32) -> KeyTree {
        let (mut before, _) = self.split_at(leaf);
        let (_, mut after) = other.split_at(leaf);
        before.append(&mut after);
        KeyTree(before)
    }

    /// The nodes before a leaf, and those from it on.
    fn split_at(self, leaf: u32) -> (BTreeMap<u32, Node>, BTreeMap<u32, Node>) {
        let mut before = self.0;
        let mut after = before.split_off(&leaf);
        let over = before.last_key_value();
        let over = over.filter(|(first, node)| **first + node.leaves() > leaf);
        let mut over = over.map(|(first, node)| (*first, node.clone()));
        if let Some((first, _)) = &over {
            before.remove(first);
        }
        while let Some((first, node)) = over.take() {
            let each = node.leaves() / CHILDREN;
            for number in 0..CHILDREN {
                let (first, child) = (first + number * each, node.child(number));
                if first >= leaf {
                    after.insert(first, child);
                } else if first + each <= leaf {
                    before.insert(first, child);
                } else {
                    over = Some((first, child));
                }
            }
        }
        (before, after)
    }

    fn above(&self, leaf: u32) -> Option<(u32, &Node)> {
        let (first, node) = self.0.range(..=leaf).next_back()?;
        (leaf - first < node.leaves()).then_some((*first, node))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::any;
    use proptest::{prop_assert, prop_assert_eq, proptest};

    proptest! {
        /// A destroyed key is gone and every other one stays what it was, in whatever order they are destroyed.
        #[test]
        fn what_is_destroyed_is_gone_and_nothing_else(
            root in any::<KeyBytes>(),
            gone in vec(0..LEAVES, 0..12),
            others in vec(0..LEAVES, 0..40),
        ) {
            let whole = KeyTree::whole(root);
            let mut tree = whole.clone();
            for (at, leaf) in gone.iter().enumerate() {
                prop_assert_eq!(tree.destroy(*leaf), !gone[..at].contains(leaf));
            }
            let neighbours = gone.iter().flat_map(|leaf| [leaf ^ 1, leaf ^ 2, leaf ^ 64]);
            for leaf in others.into_iter().chain(neighbours).chain(gone.iter().copied()) {
                let is_gone = gone.contains(&leaf);
                prop_assert_eq!(tree.key(leaf), whole.key(leaf).filter(|_| !is_gone));
            }
            // No node that is left is above a destroyed key.
            for (first, node) in tree.nodes() {
                prop_assert!(!gone.iter().any(|leaf| (first..first + node.leaves()).contains(leaf)));
            }
            let nodes = tree.nodes().map(|(first, node)| (first, node.clone()));
            prop_assert!(KeyTree::of_nodes(nodes) == Some(tree.clone()));
        }
    }

    proptest! {
        #[test]
        fn keys_go_on_as_others_after_a_leaf(
            gone in vec(0..LEAVES, 0..6),
            leaf in 0..LEAVES,
            others in vec(0..LEAVES, 0..40),
        ) {
            let (mut tree, fresh) = (KeyTree::whole([1; KEY_BYTES]), KeyTree::whole([2; KEY_BYTES]));
            gone.iter().for_each(|leaf| {
                tree.destroy(*leaf);
            });
            let joined = tree.clone().followed_by(fresh.clone(), leaf);
            let bounds = [0, leaf.saturating_sub(1), leaf, (leaf + 1).min(LEAVES - 1), LEAVES - 1];
            for at in others.into_iter().chain(bounds).chain(gone) {
                let wanted = if at < leaf { &tree } else { &fresh };
                prop_assert_eq!(joined.key(at), wanted.key(at));
            }
            let nodes = joined.nodes().map(|(first, node)| (first, node.clone()));
            prop_assert!(KeyTree::of_nodes(nodes) == Some(joined.clone()));
        }
    }

    #[test]
    fn keys_differ_and_all_can_go() {
        let mut tree = KeyTree::whole([7; KEY_BYTES]);
        let keys: std::collections::BTreeSet<_> = (0..256).filter_map(|it| tree.key(it)).collect();
        assert_eq!(keys.len(), 256);
        // A stretch of which all goes leaves nothing behind.
        for leaf in 0..256 {
            assert!(tree.destroy(leaf));
        }
        assert!((0..256).all(|leaf| tree.key(leaf).is_none()));
        assert_eq!(tree.nodes().len(), usize::from(LEVELS - 4) * 3);
        assert!(
            KeyTree::of_nodes(
                [(
                    1,
                    Node {
                        level: 1,
                        secret: [0; 32]
                    }
                )]
                .into_iter()
            )
            .is_none()
        );
    }
}
