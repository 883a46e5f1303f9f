//! The consistency check: nothing is lost, and nothing exists twice.

mod contacts;
mod customers;

use crate::case::{CASE_CONTACTS_LISTED_MAX, Case, CaseState, OfMerged};
use crate::ids::{CaseId, ReasonId, Slug};
use crate::state::{Beside, State, TimerTarget};
use crate::time::UnixMs;
use std::collections::{BTreeMap, BTreeSet};

/// The result of the check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// The number of contacts.
    pub contacts: u64,
    /// The number of contacts in each state: awaiting the customer, self-service, routed, ended. The sum is `contacts`.
    pub places: [u64; 4],
    /// The number of cases in each state, in the order of [`crate::case::CaseState::ALL`].
    pub cases: [u64; 5],
    /// One line for each condition that does not hold. Empty if everything is in order.
    pub broken: Vec<String>,
}

impl CheckReport {
    fn expect(&mut self, holds: bool, broken: impl FnOnce() -> String) {
        if !holds {
            self.broken.push(broken());
        }
    }

    /// Whether the check found nothing wrong.
    pub fn is_clean(&self) -> bool {
        self.broken.is_empty()
    }
}

/// Checks a whole state. Every contact is in exactly one state. Cases and customers list exactly their own contacts and
/// cases. Counts and timers match the rows.
pub fn check(state: &State) -> CheckReport {
    let mut verdict = CheckReport::default();
    let of_cases = contacts::check(state, &mut verdict);
    let of_counts = cases(state, &of_cases, &mut verdict);
    counts(state, &of_counts, &mut verdict);
    customers::check(state, &mut verdict);
    open_cases(state, &mut verdict);
    timers(state, &mut verdict);
    requests(state, &mut verdict);
    verdict
}

/// The numbers of the contacts of one case.
#[derive(Default)]
struct Tally {
    contacts: u32,
    live: u32,
    owed: u32,
}

type CountKey = (ReasonId, Slug);

/// The numbers of the cases of one reason and tier.
#[derive(Default)]
struct Sum {
    contacts: u64,
    repeats: u64,
    in_state: [i128; 5],
}

fn cases(
    state: &State,
    of_cases: &BTreeMap<CaseId, Tally>,
    verdict: &mut CheckReport,
) -> BTreeMap<CountKey, Sum> {
    let mut of_counts: BTreeMap<CountKey, Sum> = BTreeMap::new();
    let none = Tally::default();
    for case in state.cases() {
        verdict.cases[case.state as usize] += 1;
        let key = (case.reason.clone(), case.tier.clone());
        let ever_left = state.counts().get(&key).map_or(0, |c| c.contacts_left);
        case_fits(case, of_cases.get(&case.id).unwrap_or(&none), verdict);
        case_lists(case, ever_left, verdict);
        contacts::are_of(state, case, verdict);
        case_merges(state, case, verdict);
        let sum = of_counts.entry(key).or_default();
        sum.contacts += u64::from(case.contact_count);
        sum.repeats += u64::from(case.repeats);
        sum.in_state[case.state as usize] += 1;
        let latest = case.key.and_then(|matter| state.matter(&matter).ok()?);
        let leads_here = case.key.is_none() || latest.is_some_and(|it| it.case == case.id);
        verdict.expect(!case.state.is_open() || leads_here, || {
            format!(
                "case {}: it is open but its matter leads elsewhere",
                case.id
            )
        });
        verdict.expect(case.key.is_some() == case.customer.is_some(), || {
            format!(
                "case {}: it has a matter without a customer, or a customer without a matter",
                case.id
            )
        });
    }
    for id in of_cases.keys() {
        let is_there = state.case(id).is_ok_and(|case| case.is_some());
        verdict.expect(is_there, || {
            format!("case {id}: contacts belong to it, but it is not there")
        });
    }
    of_counts
}

fn case_fits(case: &Case, tally: &Tally, verdict: &mut CheckReport) {
    let id = case.id;
    let kept = (case.contact_count, case.live_contacts, case.awaiting_reply);
    let found = (tally.contacts, tally.live, tally.owed);
    verdict.expect(kept == found, || {
        format!("case {id}: it counts {kept:?} contacts, live and owed ones, there are {found:?}")
    });
    verdict.expect(case.state.is_open() == case.closed.is_none(), || {
        format!("case {id}: its state and its closing time disagree")
    });
    let goes_on = case.state.is_open() || case.state == CaseState::Merged;
    verdict.expect(goes_on || case.live_in_all() == 0, || {
        format!("case {id}: it is closed but has live contacts")
    });
}

/// Checks that a merged case and the case that it was merged into refer to each other.
fn case_merges(state: &State, case: &Case, verdict: &mut CheckReport) {
    let id = case.id;
    let is_merged = case.state == CaseState::Merged;
    verdict.expect(is_merged == case.merged_into.is_some(), || {
        format!("case {id}: its state and the case that it was merged into disagree")
    });
    let row = |id: &CaseId| state.case(id).ok().flatten();
    if let Some(survivor) = case.merged_into {
        let lists = row(&survivor).is_some_and(|survivor| {
            let mut merged = survivor.merged.iter();
            let one = survivor.customer.is_some() && survivor.customer == case.customer;
            let whose = [survivor.customer.as_ref(), case.customer.as_ref()];
            (one || customers::could_be_one(state, whose)) && merged.any(|listed| listed.case == id)
        });
        verdict.expect(lists, || {
            format!("case {id}: {survivor}, which it was merged into, does not list it or is of another customer")
        });
    }
    let rows = case.merged.iter().filter_map(|merged| row(&merged.case));
    let found = rows.fold((0, 0, 0), |(cases, live, owed), merged| {
        let here = u32::from(merged.merged_into == Some(id));
        (
            cases + here,
            live + merged.live_contacts,
            owed + merged.awaiting_reply,
        )
    });
    let kept = (
        case.merged.len() as u32,
        case.merged_live,
        case.merged_awaiting_reply,
    );
    verdict.expect(kept == found, || {
        format!("case {id}: of cases merged into it, live and owed contacts it counts {kept:?}, there are {found:?}")
    });
    // When the case is resolved, the attempts and reports of its merged cases are removed, so they are not compared.
    let contacts_of = |of: &OfMerged| (of.case, of.due, of.inbound.clone());
    let known = case.merged.iter().filter_map(|merged| row(&merged.case));
    let known = known.map(|row| contacts_of(&OfMerged::of(row)));
    verdict.expect(known.eq(case.of_merged.iter().map(contacts_of)), || {
        format!("case {id}: what it knows of cases merged into it is not what they know")
    });
    for link in &case.links {
        let back = row(&link.case).is_some_and(|other| {
            let mut links = other.links.iter();
            links.any(|back| back.case == id && back.kind == link.kind.reversed())
        });
        verdict.expect(back, || {
            format!("case {id}: {} is not linked back", link.case)
        });
    }
}

/// Checks that the counts of a case match its lists, if the case never had more contacts than it lists. `ever_left` is
/// the number of contacts that left cases of this reason and tier.
fn case_lists(case: &Case, ever_left: u64, verdict: &mut CheckReport) {
    let id = case.id;
    let listed = case.contacts.len() as u64;
    let count = u64::from(case.contact_count);
    let limit = CASE_CONTACTS_LISTED_MAX as u64;
    if count + ever_left > limit {
        verdict.expect(listed <= count.min(limit), || {
            format!(
                "case {id}: contacts listed {listed}, counted {count}; at most {limit} are listed"
            )
        });
        return;
    }
    verdict.expect(listed == count, || {
        format!("case {id}: contacts listed {listed}, counted {count}")
    });
    let repeats = case.contacts.iter().filter(|listed| listed.repeat).count();
    verdict.expect(case.repeats as usize == repeats, || {
        format!(
            "case {id}: it counts {} repeats, there are {repeats}",
            case.repeats
        )
    });
    let switches = case.switches_listed();
    verdict.expect(case.channel_switches == switches, || {
        let counted = case.channel_switches;
        format!("case {id}: it counts {counted} channel switches, there are {switches}")
    });
}

fn counts(state: &State, of_rows: &BTreeMap<CountKey, Sum>, verdict: &mut CheckReport) {
    let none = Sum::default();
    beside(state, verdict);
    for (key, counts) in state.counts() {
        if counts.beside().is_some() {
            continue;
        }
        let sum = of_rows.get(key).unwrap_or(&none);
        let fits = counts.contacts - counts.contacts_left == sum.contacts
            && counts.repeats == sum.repeats
            && counts.cases_in() == sum.in_state;
        verdict.expect(fits, || {
            let (reason, tier) = key;
            format!("counts of {reason} for {tier} are not those of the cases")
        });
    }
    for (reason, tier) in of_rows.keys() {
        let key = (reason.clone(), tier.clone());
        verdict.expect(state.counts().contains_key(&key), || {
            format!("counts of {reason} for {tier} are missing")
        });
    }
}

/// Checks that all contacts are counted, and those without a case by what they are.
fn beside(state: &State, verdict: &mut CheckReport) {
    for what in Beside::ALL {
        let found = state.contacts().filter(|contact| match what {
            Beside::Contact => true,
            Beside::UnknownReason | Beside::NoReason => contact.without_case() == Some(what),
        });
        let found = found.count() as u64;
        let counts = state.counts().get(&what.key());
        let kept = counts.map_or(0, |counts| counts.contacts - counts.contacts_left);
        verdict.expect(kept == found, || {
            format!("{}: counted {kept}, there are {found}", what.word())
        });
    }
}

fn open_cases(state: &State, verdict: &mut CheckReport) {
    let mut open = 0;
    for case in state.cases().filter(|case| case.state.is_open()) {
        let Some(id) = &case.customer else { continue };
        open += 1;
        let has = |record| state.open_cases().of(record).any(|id| id == case.id);
        verdict.expect(id.record().is_some_and(has), || {
            format!("case {}: its customer does not have it", case.id)
        });
    }
    let kept = state.open_cases().count();
    verdict.expect(kept == open, || {
        format!("customers have {kept} open cases, there are {open}")
    });
}

fn timers(state: &State, verdict: &mut CheckReport) {
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

fn requests(state: &State, verdict: &mut CheckReport) {
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
