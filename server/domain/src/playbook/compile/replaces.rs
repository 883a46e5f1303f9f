//! Compiles which reasons replace retired reasons.
//!
//! A primary reason that replaces another also replaces the secondary reasons of the other. If `trip` replaces
//! `flight`, then `trip/change` replaces `flight/change`. If `trip/change` replaces `trip/move`, it replaces
//! `flight/move` too.

use super::{Compiler, Replaced};
use crate::ids::{ReasonId, Slug};
use crate::playbook::fault::At;
use crate::playbook::limits::REPLACED_MAX;
use crate::playbook::tree::echo;
use crate::playbook::{Primary, Reason, ReasonIndex};
use std::collections::{HashMap, HashSet};

/// The live ids and the retired ids, all as `primary` or `primary/secondary`.
#[derive(Default)]
struct Claims {
    /// The ids that each live reason replaces, as written.
    live: HashMap<String, Vec<String>>,
    /// The live reason that replaces each retired id.
    claimed: HashMap<String, String>,
}

/// The ids that are written as replaced, with the number of the primary or secondary reason that replaces them.
#[derive(Default)]
struct Written {
    primaries: Vec<(usize, Slug)>,
    reasons: Vec<(usize, ReasonId)>,
}

impl Compiler<'_> {
    /// Computes what each reason replaces, and stores it in the reasons.
    pub(super) fn replaces(
        &mut self,
        primaries: Option<&mut Vec<Primary>>,
        reasons: Option<&mut Vec<Reason>>,
    ) -> Replaced {
        let old = self.written();
        let at = At::top("reasons");
        let written = old.primaries.len() + old.reasons.len();
        self.limit(at, written, REPLACED_MAX, "retired reasons");
        let mut replaced = Replaced::default();
        let (Some(primaries), Some(reasons)) = (primaries, reasons) else {
            return replaced;
        };
        for (number, old) in old.primaries {
            primaries[number].replaces.push(old.clone());
            replaced.primaries.entry(old).or_insert(number as u16);
        }
        for (number, old) in old.reasons {
            reasons[number].replaces.push(old.clone());
            let index = ReasonIndex(number as u16);
            replaced.reasons.entry(old).or_insert(index);
        }
        through_primaries(primaries, reasons, &mut replaced);
        if replaced.reasons.len() > REPLACED_MAX {
            self.limit(at, replaced.reasons.len(), REPLACED_MAX, "retired reasons");
        }
        replaced
    }

    fn written(&mut self) -> Written {
        let file = self.file;
        let mut claims = Claims::default();
        for primary in &file.reasons {
            let replaces = super::texts(&primary.replaces).map(str::to_owned).collect();
            claims.live.insert(primary.id.0.clone(), replaces);
            for reason in &primary.secondary {
                let id = format!("{}/{}", primary.id.0, reason.id.0);
                claims.live.insert(id, reason.replaces.clone());
            }
        }
        let mut written = Written::default();
        let mut reason_number = 0;
        for (number, primary) in file.reasons.iter().enumerate() {
            let top = At::top("reasons");
            let at = top.item(number);
            for (place, old) in primary.replaces.iter().enumerate() {
                let at = at.key("replaces");
                self.claim(at.item(place), &old.0, &primary.id.0, &mut claims);
                written
                    .primaries
                    .extend(self.slug(at.item(place), &old.0).map(|old| (number, old)));
            }
            for (place, reason) in primary.secondary.iter().enumerate() {
                let at = at.key("secondary");
                let at = at.item(place);
                let at = at.key("replaces");
                let id = format!("{}/{}", primary.id.0, reason.id.0);
                for (place, old) in reason.replaces.iter().enumerate() {
                    self.claim(at.item(place), old, &id, &mut claims);
                    let old = self.old_reason(at.item(place), old);
                    written.reasons.extend(old.map(|old| (reason_number, old)));
                }
                reason_number += 1;
            }
        }
        written
    }

    pub(super) fn old_reason(&mut self, at: At<'_>, text: &str) -> Option<ReasonId> {
        let read = ReasonId::parse(text).ok();
        let secondary = read.filter(|id| id.secondary.is_some());
        if secondary.is_none() {
            self.is_wrong(at, text, "must be a retired reason, as primary/secondary");
        }
        secondary
    }

    /// Adds a fault if the id to be replaced is live or is already replaced.
    fn claim(&mut self, at: At<'_>, old: &str, new: &str, claims: &mut Claims) {
        if claims.live.contains_key(old) {
            let is_cycle = claims.leads_to(old, new);
            self.faults.add(at, || {
                let what = match is_cycle {
                    true => format!("{} replaces {} in a circle", echo(old), echo(new)),
                    false => format!("{} is a reason of this playbook", echo(old)),
                };
                (what, "must be a retired reason".to_owned())
            });
            return;
        }
        let before = claims.claimed.insert(old.to_owned(), new.to_owned());
        if let Some(other) = before {
            self.faults.add(at, || match other == new {
                true => (
                    format!("{} is there twice", echo(old)),
                    format!("must be once in what {} replaces", echo(new)),
                ),
                false => (
                    format!("{} is already replaced by {}", echo(old), echo(&other)),
                    "must be replaced by only one reason".to_owned(),
                ),
            });
        }
    }
}

impl Claims {
    /// Whether `from` is `to`, or replaces `to`, directly or through other live reasons.
    fn leads_to(&self, from: &str, to: &str) -> bool {
        let mut seen = HashSet::new();
        let mut open = vec![from];
        while let Some(id) = open.pop() {
            if id == to {
                return true;
            }
            if seen.insert(id) {
                let next = self.live.get(id).into_iter().flatten();
                open.extend(next.map(String::as_str));
            }
        }
        false
    }
}

/// Adds what secondary reasons replace because their primary reasons replace others. What is written comes first.
fn through_primaries(primaries: &[Primary], reasons: &mut [Reason], replaced: &mut Replaced) {
    for primary in primaries {
        for number in primary.secondary.clone() {
            let reason = &mut reasons[usize::from(number)];
            let own = std::iter::once(&reason.id).chain(&reason.replaces);
            let names: Vec<Slug> = own
                .filter(|id| id.primary == primary.id)
                .filter_map(|id| id.secondary.clone())
                .collect();
            for old_primary in &primary.replaces {
                for name in &names {
                    if replaced.reasons.len() > REPLACED_MAX {
                        return;
                    }
                    let old = ReasonId {
                        primary: old_primary.clone(),
                        secondary: Some(name.clone()),
                    };
                    let entry = replaced.reasons.entry(old.clone());
                    if let std::collections::hash_map::Entry::Vacant(vacant) = entry {
                        vacant.insert(ReasonIndex(number));
                        reason.replaces.push(old);
                    }
                }
            }
        }
    }
}
