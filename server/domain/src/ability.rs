//! What a customer can use, of the ways in which we help.

/// A way of being helped that somebody may not be able to use. Numbers are stored: keep them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ability {
    /// Speaking and hearing.
    Voice = 1,
    /// Reading and writing.
    Text = 2,
    /// A flow without people.
    SelfService = 3,
}

impl Ability {
    /// Every ability, in the order of the numbers.
    pub const ALL: [Ability; 3] = [Ability::Voice, Ability::Text, Ability::SelfService];

    /// As requests and playbooks write it.
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
    /// None.
    pub const EMPTY: Abilities = Abilities(0);
    /// Every one.
    pub const ALL: Abilities = Abilities(0b111);

    /// From a list.
    pub fn from_list(abilities: &[Ability]) -> Abilities {
        let set = abilities.iter();
        set.fold(Abilities::EMPTY, |set, &ability| set.with(ability))
    }

    /// From the bits that [`Abilities::bits`] gives; others are dropped.
    pub const fn from_bits(bits: u8) -> Abilities {
        Abilities(bits & Abilities::ALL.0)
    }

    /// One bit an ability, in the order of [`Ability::ALL`].
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// This set and `ability`.
    #[must_use]
    pub const fn with(self, ability: Ability) -> Abilities {
        Abilities(self.0 | 1 << (ability as u8 - 1))
    }

    /// This set and all of `other`.
    #[must_use]
    pub const fn and(self, other: Abilities) -> Abilities {
        Abilities(self.0 | other.0)
    }

    /// Whether `ability` is in it.
    pub const fn contains(self, ability: Ability) -> bool {
        self.0 & 1 << (ability as u8 - 1) != 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// In the order of [`Ability::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Ability> {
        let all = Ability::ALL.into_iter();
        all.filter(move |&ability| self.contains(ability))
    }
}
