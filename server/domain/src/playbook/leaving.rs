//! Names that go away when another playbook becomes live, and how much of what is open has them.

use super::Playbook;
use crate::ids::{ReasonId, Slug};
use std::collections::BTreeSet;
use std::fmt;

/// The kinds of names that cases and contacts keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeavingKind {
    /// A contact reason, primary or secondary.
    Reason,
    /// A tier.
    Tier,
    /// A channel.
    Channel,
    /// A queue.
    Queue,
}

impl LeavingKind {
    /// Every variant, in the order of declaration.
    pub const ALL: [LeavingKind; 4] = [
        LeavingKind::Reason,
        LeavingKind::Tier,
        LeavingKind::Channel,
        LeavingKind::Queue,
    ];

    /// The word for this kind.
    pub const fn as_str(self) -> &'static str {
        match self {
            LeavingKind::Reason => "reason",
            LeavingKind::Tier => "tier",
            LeavingKind::Channel => "channel",
            LeavingKind::Queue => "queue",
        }
    }
}

/// The names that one playbook has and the next one neither has nor replaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeavingNames {
    /// The reasons, primary and secondary, also retired ones that were replaced until now.
    pub reasons: BTreeSet<ReasonId>,
    /// The tiers.
    pub tiers: BTreeSet<Slug>,
    /// The channels.
    pub channels: BTreeSet<Slug>,
    /// The queues.
    pub queues: BTreeSet<Slug>,
}

impl LeavingNames {
    /// What goes away if `after` becomes live instead of `before`.
    pub fn between(before: &Playbook, after: &Playbook) -> LeavingNames {
        let (old, new) = (&before.index, &after.index);
        let secondary = old.reasons.keys().chain(old.splits.keys());
        let secondary = secondary.filter(|id| !after.knows(id)).cloned();
        let primary = old.primaries.keys();
        let primary = primary.filter(|id| !new.primaries.contains_key(*id));
        let primary = primary.map(|id| ReasonId {
            primary: id.clone(),
            secondary: None,
        });
        let tiers = old.tiers.keys();
        let channels = old.channels.keys();
        let queues = old.queues.keys();
        LeavingNames {
            reasons: secondary.chain(primary).collect(),
            tiers: tiers
                .filter(|id| !new.tiers.contains_key(*id))
                .cloned()
                .collect(),
            channels: channels
                .filter(|id| !new.channels.contains_key(*id))
                .cloned()
                .collect(),
            queues: queues
                .filter(|id| !new.queues.contains_key(*id))
                .cloned()
                .collect(),
        }
    }

    /// Whether nothing goes away.
    pub fn is_empty(&self) -> bool {
        self.reasons.is_empty()
            && self.tiers.is_empty()
            && self.channels.is_empty()
            && self.queues.is_empty()
    }
}

/// A name that goes away, and how much of what is open has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameInUse {
    /// The kind of the name.
    pub kind: LeavingKind,
    /// The name.
    pub id: String,
    /// How many open cases have it.
    pub cases: u64,
    /// How many live contacts have it.
    pub contacts: u64,
    /// Whether there may be more than were counted.
    pub at_least: bool,
}

impl NameInUse {
    /// The counts in words: `12 open cases and 1 live contact`.
    pub fn counts(&self) -> String {
        let counted = |count: u64, what: &str| match count {
            0 => None,
            1 => Some(format!("1 {what}")),
            _ => Some(format!("{count} {what}s")),
        };
        let both = [
            counted(self.cases, "open case"),
            counted(self.contacts, "live contact"),
        ];
        let both: Vec<String> = both.into_iter().flatten().collect();
        let at_least = if self.at_least { "at least " } else { "" };
        format!("{at_least}{}", both.join(" and "))
    }
}

impl fmt::Display for NameInUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.kind.as_str(), self.id, self.counts())
    }
}
