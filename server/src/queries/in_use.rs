//! Counts what is open and has names that go away with a publication.

use super::cases::active_cases;
use super::contacts::live_contacts;
use super::{ListPage, PageRequest};
use crate::codec::rows::contact::PartialContact;
use crate::store::{RowReader, StoreError};
use signpost_domain::case::{Case, CaseState};
use signpost_domain::contact::Contact;
use signpost_domain::ids::Seq;
use signpost_domain::list::{CaseFilter, Order, ReasonFilter};
use signpost_domain::playbook::leaving::{LeavingKind, LeavingNames, NameInUse};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The most open cases that are counted for each kind of name that goes away.
pub(crate) const IN_USE_CASES_MAX: usize = 10_000;
/// The most live contacts that are looked at, whatever names they have.
pub(crate) const IN_USE_CONTACTS_MAX: usize = 100_000;

/// How many pages are read at most for each kind of name. A page that looks at as many rows as it may can be empty.
const PAGES_MAX: usize = 100;
/// How many cases are on one page.
const CASES_PAGE: usize = 500;
/// How many contacts are on one page.
const CONTACTS_PAGE: usize = 1_000;

/// How many cases and contacts have each name.
#[derive(Default)]
struct Tally {
    names: BTreeMap<(LeavingKind, String), (u64, u64)>,
    /// The kinds of which not all cases were counted.
    partly: BTreeSet<LeavingKind>,
    /// Whether not all contacts were looked at.
    contacts_partly: bool,
}

/// The names of `leaving` that open cases or live contacts have, by kind and name.
///
/// # Errors
/// When a row cannot be read or decoded.
pub(crate) fn names_in_use(
    reader: &RowReader,
    leaving: &LeavingNames,
) -> Result<Vec<NameInUse>, StoreError> {
    let mut tally = Tally::default();
    for kind in LeavingKind::ALL {
        if let Some(filter) = filter(leaving, kind) {
            tally.cases(reader, leaving, kind, &filter)?;
        }
    }
    tally.contacts(reader, leaving)?;
    let Tally {
        names,
        partly,
        contacts_partly,
    } = tally;
    let names = names.into_iter();
    let names = names.map(|((kind, id), (cases, contacts))| NameInUse {
        kind,
        id,
        cases,
        contacts,
        at_least: contacts_partly || partly.contains(&kind),
    });
    Ok(names.collect())
}

/// The open cases that have a leaving name of this kind; `None` if none leaves.
fn filter(leaving: &LeavingNames, kind: LeavingKind) -> Option<CaseFilter> {
    let mut filter = CaseFilter {
        states: vec![CaseState::Open],
        ..CaseFilter::default()
    };
    let is_empty = match kind {
        LeavingKind::Reason => {
            // The reason of a case is always a secondary one.
            let secondary = leaving.reasons.iter();
            let secondary = secondary.filter(|reason| reason.secondary.is_some());
            let wanted = secondary.map(|reason| ReasonFilter::new(reason.clone(), None));
            filter.reasons = wanted.collect();
            filter.reasons.is_empty()
        }
        LeavingKind::Tier => {
            filter.tiers = leaving.tiers.iter().cloned().collect();
            filter.tiers.is_empty()
        }
        LeavingKind::Channel => {
            filter.channels = leaving.channels.iter().cloned().collect();
            filter.channels.is_empty()
        }
        LeavingKind::Queue => {
            filter.queues = leaving.queues.iter().cloned().collect();
            filter.queues.is_empty()
        }
    };
    (!is_empty).then_some(filter)
}

/// The names of this kind that go away and that a case has, each once.
fn of_case(case: &Case, leaving: &LeavingNames, kind: LeavingKind) -> BTreeSet<String> {
    let reasons = std::iter::once(&case.reason).chain(&case.confirmed);
    let channels = case.contacts.iter().map(|listed| &listed.channel);
    match kind {
        LeavingKind::Reason => names(&leaving.reasons, reasons),
        LeavingKind::Tier => names(&leaving.tiers, std::iter::once(&case.tier)),
        LeavingKind::Channel => names(&leaving.channels, channels),
        LeavingKind::Queue => names(&leaving.queues, case.queue.iter()),
    }
}

/// The names of this kind that go away and that a contact has, each once.
fn of_contact(contact: &Contact, leaving: &LeavingNames, kind: LeavingKind) -> BTreeSet<String> {
    let reasons = contact.context.reason.iter().chain(&contact.confirmed);
    let channel = std::iter::once(&contact.context.channel);
    match kind {
        LeavingKind::Reason => names(&leaving.reasons, reasons),
        LeavingKind::Tier => names(&leaving.tiers, contact.tier.iter()),
        LeavingKind::Channel => names(&leaving.channels, channel),
        LeavingKind::Queue => names(&leaving.queues, contact.queue().into_iter()),
    }
}

fn names<'a, T: Ord + ToString + 'a>(
    leaving: &BTreeSet<T>,
    there: impl Iterator<Item = &'a T>,
) -> BTreeSet<String> {
    let leaves = there.filter(|name| leaving.contains(*name));
    leaves.map(ToString::to_string).collect()
}

impl Tally {
    fn cases(
        &mut self,
        reader: &RowReader,
        leaving: &LeavingNames,
        kind: LeavingKind,
        filter: &CaseFilter,
    ) -> Result<(), StoreError> {
        let mut counted = 0;
        let mut after: Option<Seq> = None;
        for _ in 0..PAGES_MAX {
            let asked = PageRequest {
                order: Order::OldestFirst,
                size: CASES_PAGE.min(IN_USE_CASES_MAX - counted),
                after,
            };
            let page: ListPage<Arc<Case>> = active_cases(reader, filter, None, &asked)?;
            for case in &page.items {
                for id in of_case(case, leaving, kind) {
                    self.names.entry((kind, id)).or_default().0 += 1;
                }
            }
            counted += page.items.len();
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
            if counted == IN_USE_CASES_MAX {
                break;
            }
        }
        self.partly.insert(kind);
        Ok(())
    }

    fn contacts(&mut self, reader: &RowReader, leaving: &LeavingNames) -> Result<(), StoreError> {
        if leaving.is_empty() {
            return Ok(());
        }
        let may_hold = |seen: &PartialContact| {
            let mut reasons = seen.reason.iter().chain(&seen.confirmed);
            // The queue is not among what is read first.
            !leaving.queues.is_empty()
                || reasons.any(|reason| leaving.reasons.contains(reason))
                || seen.tier.iter().any(|tier| leaving.tiers.contains(tier))
                || leaving.channels.contains(&seen.channel)
        };
        let mut after: Option<Vec<u8>> = None;
        for _ in 0..IN_USE_CONTACTS_MAX / CONTACTS_PAGE {
            let page = live_contacts(reader, may_hold, |_| true, after.as_deref(), CONTACTS_PAGE)?;
            page.items.iter().for_each(|it| self.contact(it, leaving));
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
        self.contacts_partly = true;
        Ok(())
    }

    fn contact(&mut self, contact: &Contact, leaving: &LeavingNames) {
        for kind in LeavingKind::ALL {
            for id in of_contact(contact, leaving, kind) {
                self.names.entry((kind, id)).or_default().1 += 1;
            }
        }
    }
}
