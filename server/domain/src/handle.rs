//! Handles: how what a customer is known by compares, however it was written.
//!
//! What was told is kept and shown. A [`HandleKey`] is what it compares as, and what customers are looked up by. It
//! follows from the kinds of the playbook, the kind and the told value alone. The tables behind it come from the
//! crates `phonenumber`, `idna` and `unicode-normalization`. A change of any of them changes keys that are stored: it
//! is a change of the layout of the rows.

mod email;
mod national;
mod phone;

pub use phone::PHONE_CHARS_MAX;

use crate::customer::{Identity, IdentityKey};
use crate::ids::Slug;
use crate::text::{as_written, without_case};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// The largest number of kinds of handles that a playbook declares.
pub const HANDLE_KINDS_MAX: usize = 32;

/// How the handles of a kind compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandleCompare {
    /// As phone numbers: spaces, brackets, the prefix for calls abroad and the like do not matter; an extension does.
    Phone,
    /// As e-mail addresses: case and the form of an international domain do not matter; dots and `+` do.
    Email,
    /// As names in a social network: case and an `@` at the beginning do not matter.
    Handle,
    /// As written, apart from the Unicode form.
    Exact,
}

/// A region of the world that phone numbers belong to, such as `BR`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Region(phonenumber::country::Id);

impl Region {
    /// The region with these two capital letters of ISO 3166. `None` if there is none, or it has no phone numbers.
    pub fn new(code: &str) -> Option<Region> {
        let region = code.parse().ok().map(Region)?;
        let known = phonenumber::metadata::DATABASE.by_id(region.as_str());
        known.map(|_| region)
    }

    /// The two capital letters.
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a handle compares as, and what it is looked up by: its kind and the compared form of its value. `Debug` shows
/// only the kind.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HandleKey {
    /// The kind.
    pub kind: Slug,
    /// The value in the form in which it compares.
    pub value: Arc<str>,
}

impl fmt::Debug for HandleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:***", self.kind)
    }
}

/// What a handle compares as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// What it is looked up by.
    pub key: HandleKey,
    /// Whether it cannot be read as its kind says, so that it compares as it is written.
    pub is_as_written: bool,
}

/// One kind of handle.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HandleKind {
    /// The kind, such as `phone`.
    pub kind: Slug,
    /// How its handles compare.
    pub compare: HandleCompare,
    /// Where phone numbers without a country code belong; `None` if nobody said so, and for other handles.
    pub region: Option<Region>,
}

/// The kinds of handles that are known, in the order of their names. `phone` and `email` compare as what they are
/// called unless they are declared otherwise; every other kind that is not declared compares exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct HandleKinds(Vec<HandleKind>);

impl HandleKinds {
    /// The kinds, in any order.
    pub fn new(mut kinds: Vec<HandleKind>) -> HandleKinds {
        kinds.sort_by(|one, other| one.kind.cmp(&other.kind));
        HandleKinds(kinds)
    }

    /// The declared kinds, in the order of their names.
    pub fn declared(&self) -> &[HandleKind] {
        &self.0
    }

    /// How handles of this kind compare, and the region of phone numbers without a country code.
    pub fn of(&self, kind: &Slug) -> (HandleCompare, Option<Region>) {
        let declared = self.0.binary_search_by(|one| one.kind.cmp(kind));
        match declared {
            Ok(at) => (self.0[at].compare, self.0[at].region),
            Err(_) if kind.as_str() == "phone" => (HandleCompare::Phone, None),
            Err(_) if kind.as_str() == "email" => (HandleCompare::Email, None),
            Err(_) => (HandleCompare::Exact, None),
        }
    }

    /// What a handle compares as. `region` goes before the region of the kind.
    pub fn key(&self, kind: &Slug, told: &Arc<str>, region: Option<Region>) -> HandleKey {
        self.compared(kind, told, region).key
    }

    /// What a handle compares as, and whether it could be read as its kind says. `region` goes before the region of the
    /// kind.
    pub fn compared(&self, kind: &Slug, told: &Arc<str>, region: Option<Region>) -> Compared {
        let read = self.read(kind, told, region);
        let is_as_written = read.is_none();
        let value = read.unwrap_or_else(|| as_written(told).into_owned());
        // Most handles are told as they compare: then the text is shared.
        let value = match *value == **told {
            true => told.clone(),
            false => value.into(),
        };
        let kind = kind.clone();
        let key = HandleKey { kind, value };
        Compared { key, is_as_written }
    }

    /// What an identity of a customer compares as.
    pub fn key_of(&self, identity: &Identity) -> HandleKey {
        let IdentityKey { kind, value } = &identity.key;
        self.key(kind, value, identity.region)
    }

    /// What each of these identities compares as, in their order.
    pub fn keys_of(&self, identities: &[Identity]) -> Vec<HandleKey> {
        let keys = identities.iter().map(|identity| self.key_of(identity));
        keys.collect()
    }

    /// What a handle compares as that was told without a brand.
    pub fn key_of_told(&self, IdentityKey { kind, value }: &IdentityKey) -> HandleKey {
        self.key(kind, value, None)
    }

    /// The kinds of these identities that are kept as they were written, because they could not be read as their kind
    /// says. Of kinds that are not declared nothing is expected.
    pub fn kept_as_written<'a>(&self, identities: &'a [Identity]) -> Vec<&'a Slug> {
        let mut kinds = Vec::new();
        for Identity { key, region, .. } in identities {
            let is_read = || !self.compared(&key.kind, &key.value, *region).is_as_written;
            if self.declares(&key.kind) && !kinds.contains(&&key.kind) && !is_read() {
                kinds.push(&key.kind);
            }
        }
        kinds
    }

    /// Whether this kind is declared.
    pub fn declares(&self, kind: &Slug) -> bool {
        self.0.binary_search_by(|one| one.kind.cmp(kind)).is_ok()
    }

    /// The kinds that compare otherwise under `other`, in the order of their names.
    pub fn changed<'a>(&'a self, other: &'a HandleKinds) -> Vec<&'a Slug> {
        let all = self.0.iter().chain(&other.0).map(|kind| &kind.kind);
        let mut changed: Vec<&Slug> = all.filter(|kind| self.of(kind) != other.of(kind)).collect();
        changed.sort_unstable();
        changed.dedup();
        changed
    }

    fn read(&self, kind: &Slug, told: &str, region: Option<Region>) -> Option<String> {
        let (compare, own) = self.of(kind);
        match compare {
            HandleCompare::Phone => phone::compared(told, region.or(own)),
            HandleCompare::Email => email::compared(told),
            HandleCompare::Handle => {
                let name = told.trim();
                let name = name.strip_prefix('@').unwrap_or(name);
                let name = without_case(name.trim());
                (!name.is_empty() && !name.starts_with('@')).then_some(name)
            }
            HandleCompare::Exact => Some(as_written(told).into_owned()),
        }
    }
}

/// The regions of brands: for which brand phone numbers of a kind without a country code belong elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrandRegions(pub Vec<(Slug, Slug, Region)>);

impl BrandRegions {
    /// What an identity compares as that a contact of this brand gave, and the region of the brand that it was read in.
    /// This is the one place that says how the brand counts.
    pub fn compared(
        &self,
        kinds: &HandleKinds,
        IdentityKey { kind, value }: &IdentityKey,
        brand: Option<&Slug>,
    ) -> (Compared, Option<Region>) {
        let region = self.of(kind, brand);
        (kinds.compared(kind, value, region), region)
    }

    /// The region of numbers of this kind that a contact of this brand gave. `None` if it is that of the kind.
    fn of(&self, kind: &Slug, brand: Option<&Slug>) -> Option<Region> {
        let brand = brand?;
        let found = self
            .0
            .iter()
            .find(|(of_kind, of_brand, _)| of_kind == kind && of_brand == brand);
        found.map(|(.., region)| *region)
    }
}
