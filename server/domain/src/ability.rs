//! Abilities: the ways of being helped that a customer can use.

/// A way of being helped that some customers cannot use. The numbers are stored: do not change them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ability {
    /// Speaking and hearing.
    Voice = 1,
    /// Reading and writing.
    Text = 2,
    /// Being helped by a flow, without people.
    SelfService = 3,
}

impl Ability {
    /// Every ability, in the order of the numbers.
    pub const ALL: [Ability; 3] = [Ability::Voice, Ability::Text, Ability::SelfService];

    /// The text for this ability in requests and playbooks.
    pub const fn as_str(self) -> &'static str {
        match self {
            Ability::Voice => "voice",
            Ability::Text => "text",
            Ability::SelfService => "self_service",
        }
    }
}

/// A set of abilities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Abilities(u8);

impl Abilities {
    /// The empty set.
    pub const EMPTY: Abilities = Abilities(0);
    /// The set of all abilities.
    pub const ALL: Abilities = Abilities(0b111);

    /// A set from a list.
    pub fn from_list(abilities: &[Ability]) -> Abilities {
        let set = abilities.iter();
        set.fold(Abilities::EMPTY, |set, &ability| set.with(ability))
    }

    /// A set from the bits that [`Abilities::bits`] returns. Unknown bits are dropped.
    pub const fn from_bits(bits: u8) -> Abilities {
        Abilities(bits & Abilities::ALL.0)
    }

    /// The set as bits: one bit for each ability, in the order of [`Ability::ALL`].
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// This set with `ability` added.
    #[must_use]
    pub const fn with(self, ability: Ability) -> Abilities {
        Abilities(self.0 | 1 << (ability as u8 - 1))
    }

    /// This set with all of `other` added.
    #[must_use]
    pub const fn and(self, other: Abilities) -> Abilities {
        Abilities(self.0 | other.0)
    }

    /// Whether the set contains `ability`.
    pub const fn contains(self, ability: Ability) -> bool {
        self.0 & 1 << (ability as u8 - 1) != 0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The abilities of the set, in the order of [`Ability::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Ability> {
        let all = Ability::ALL.into_iter();
        all.filter(move |&ability| self.contains(ability))
    }
}
