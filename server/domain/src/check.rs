//! The conservation check: nothing is lost and nothing is twice.

use crate::case::{CASE_CONTACTS_LISTED_MAX, Case};
use crate::contact::{Contact, Place};
use crate::ids::{CaseId, ReasonId, Slug};
use crate::route::Route;
use crate::state::{Counts, State, TimerTarget};
use crate::time::UnixMs;
use std::collections::{BTreeMap, BTreeSet};

/// What the check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Contacts taken in.
    pub contacts: u64,
    /// Contacts in each place: deciding, self-service, routed, ended. They add up to `contacts`.
    pub places: [u64; 4],
    /// Cases in each state, in the order of [`crate::case::CaseState::ALL`].
    pub cases: [u64; 4],
    /// What does not hold, each in a line; empty: all is well.
    pub broken: Vec<String>,
}

impl Verdict {
    /// Whether nothing is lost and nothing is twice.
    pub fn is_clean(&self) -> bool {
        self.broken.is_empty()
    }
}

/// Proves of a whole state that every contact is in exactly one place, that cases and customers know just their own
/// contacts and cases, that counts and timers are those of the rows.
pub fn check(state: &State) -> Verdict {
    let mut verdict = Verdict::default();
    let of_cases = contacts(state, &mut verdict);
    let of_counts = cases(state, &of_cases, &mut verdict);
    counts(state, &of_counts, &mut verdict);
    customers(state, &mut verdict);
    timers(state, &mut verdict);
    requests(state, &mut verdict);
    verdict
}

/// What the contacts of one case come to.
#[derive(Default)]
struct Tally {
    contacts: u32,
    live: u32,
    owed: u32,
}

fn contacts(state: &State, verdict: &mut Verdict) -> BTreeMap<CaseId, Tally> {
    let mut of_cases: BTreeMap<CaseId, Tally> = BTreeMap::new();
    for contact in state.contacts() {
        verdict.contacts += 1;
        let place = match contact.place {
            Place::Deciding => 0,
            Place::SelfService => 1,
            Place::Routed(_) => 2,
            Place::Ended(_) => 3,
        };
        verdict.places[place] += 1;
        placed(contact, verdict);
        if let Some(case) = contact.case {
            let tally = of_cases.entry(case).or_default();
            tally.contacts += 1;
            tally.live += u32::from(contact.place.is_live());
            let owed = matches!(contact.place, Place::Routed(route) if Route::is_owed(route));
            tally.owed += u32::from(owed);
        }
    }
    of_cases
}

fn placed(contact: &Contact, verdict: &mut Verdict) {
    let id = &contact.id;
    if contact.place.is_live() == contact.ended.is_some() {
        verdict
            .broken
            .push(format!("contact {id}: its place and its end time disagree"));
    }
    let fits = match (contact.place, contact.route) {
        (Place::Deciding, None) | (Place::Ended(_), _) => true,
        (place, Some(route)) => place == Place::of_route(route),
        (Place::SelfService | Place::Routed(_), None) => false,
    };
    if !fits {
        verdict
            .broken
            .push(format!("contact {id}: its place is not that of its route"));
    }
}

type CountKey = (ReasonId, Slug);

fn cases(
    state: &State,
    of_cases: &BTreeMap<CaseId, Tally>,
    verdict: &mut Verdict,
) -> BTreeMap<CountKey, (u64, u64)> {
    let mut of_counts: BTreeMap<CountKey, (u64, u64)> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for case in state.cases() {
        seen.insert(case.id);
        verdict.cases[case.state as usize] += 1;
        let none = Tally::default();
        case_fits(case, of_cases.get(&case.id).unwrap_or(&none), verdict);
        let count = of_counts
            .entry((case.reason.clone(), case.tier.clone()))
            .or_default();
        count.0 += u64::from(case.contact_count);
        count.1 += u64::from(case.state.is_open());
        let latest = case
            .matter
            .and_then(|matter| state.matter(&matter).ok().flatten().map(|id| **id));
        if case.state.is_open() && case.matter.is_some() && latest != Some(case.id) {
            verdict.broken.push(format!(
                "case {}: it is open but its matter leads elsewhere",
                case.id
            ));
        }
    }
    for id in of_cases.keys().filter(|id| !seen.contains(id)) {
        verdict.broken.push(format!(
            "case {id}: contacts belong to it, but it is not there"
        ));
    }
    of_counts
}

fn case_fits(case: &Case, tally: &Tally, verdict: &mut Verdict) {
    let id = case.id;
    let kept = (case.contact_count, case.live_contacts, case.owed_contacts);
    let found = (tally.contacts, tally.live, tally.owed);
    if kept != found {
        verdict.broken.push(format!(
            "case {id}: it counts {kept:?} contacts, live and owed ones, there are {found:?}"
        ));
    }
    let listed = case.contacts.len();
    let expected = (case.contact_count as usize).min(CASE_CONTACTS_LISTED_MAX);
    if listed != expected && (case.contact_count as usize) <= CASE_CONTACTS_LISTED_MAX {
        verdict.broken.push(format!(
            "case {id}: it lists {listed} contacts of {expected}"
        ));
    }
    if case.state.is_open() == case.closed.is_some() {
        verdict.broken.push(format!(
            "case {id}: its state and its closing time disagree"
        ));
    }
    if !case.state.is_open() && case.live_contacts > 0 {
        verdict
            .broken
            .push(format!("case {id}: it is closed but has live contacts"));
    }
}

fn counts(state: &State, of_rows: &BTreeMap<CountKey, (u64, u64)>, verdict: &mut Verdict) {
    let none = (0, 0);
    for (key, counts) in state.counts() {
        let (contacts, open) = of_rows.get(key).unwrap_or(&none);
        if counts_differ(counts, *contacts, *open) {
            let (reason, tier) = key;
            verdict.broken.push(format!(
                "counts of {reason} for {tier} are not those of the cases"
            ));
        }
    }
    for (reason, tier) in of_rows
        .keys()
        .filter(|key| !state.counts().contains_key(key))
    {
        verdict
            .broken
            .push(format!("counts of {reason} for {tier} are missing"));
    }
}

fn counts_differ(counts: &Counts, contacts: u64, open: u64) -> bool {
    let joined = counts.contacts - counts.contacts_left;
    joined != contacts || counts.cases_open() != i128::from(open)
}

fn customers(state: &State, verdict: &mut Verdict) {
    for customer in state.customers() {
        for identity in customer
            .profile
            .identities
            .iter()
            .filter(|identity| identity.verified)
        {
            let holder = state.holder(&identity.key).ok().flatten();
            if holder.is_none_or(|holder| **holder != customer.id) {
                let kind = &identity.key.kind;
                verdict.broken.push(format!(
                    "customer {}: does not hold its verified {kind}",
                    customer.id
                ));
            }
        }
    }
    let mut open = 0;
    for case in state.cases().filter(|case| case.state.is_open()) {
        let Some(id) = &case.customer else { continue };
        open += 1;
        if state
            .open_cases()
            .of(id)
            .iter()
            .filter(|listed| **listed == case.id)
            .count()
            != 1
        {
            verdict.broken.push(format!(
                "case {}: its customer does not have it once",
                case.id
            ));
        }
    }
    if open != state.open_cases().len() {
        verdict.broken.push(format!(
            "customers have {} open cases, there are {open}",
            state.open_cases().len()
        ));
    }
}

fn timers(state: &State, verdict: &mut Verdict) {
    let contacts = state.contacts().filter_map(|contact| {
        contact
            .times_out()
            .map(|due| (due, TimerTarget::Contact(contact.id.clone())))
    });
    let cases = state
        .cases()
        .filter_map(|case| case.lapses().map(|due| (due, TimerTarget::Case(case.id))));
    let expected: BTreeSet<(UnixMs, TimerTarget)> = contacts.chain(cases).collect();
    let standing: Vec<(UnixMs, TimerTarget)> = state
        .timers()
        .iter()
        .map(|(due, target)| (due, target.clone()))
        .collect();
    let unique: BTreeSet<(UnixMs, TimerTarget)> = standing.iter().cloned().collect();
    if standing.len() != unique.len() {
        verdict.broken.push("a timer stands twice".into());
    }
    for (due, target) in expected.symmetric_difference(&unique) {
        verdict.broken.push(format!(
            "timer of {target:?} at {} is missing or too many",
            due.0
        ));
    }
}

fn requests(state: &State, verdict: &mut Verdict) {
    let mut seen = BTreeSet::new();
    for (_, answered) in state.requests() {
        if answered.seq > state.seq() || !seen.insert(answered.seq) {
            verdict.broken.push(format!(
                "two requests, or none, have their answer at {}",
                answered.seq.0
            ));
        }
    }
}
