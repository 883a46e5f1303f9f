//! Warns about rules without any effect, and about usual guards that are missing.

use super::Watcher;
use crate::playbook::condition::Field;
use crate::playbook::fault::At;
use crate::playbook::{FactIndex, Need, Playbook, Rule};
use crate::route::Route;
use std::collections::{BTreeMap, BTreeSet};

/// For each usual guard: the inputs that a rule may use for it (one is enough), and the texts of the warning. The first
/// two need no rule if the `guards` of the playbook remove self_service.
const GUARDS: [(&[Field], &str, &str); 4] = [
    (
        &[Field::ContactAskedForPerson],
        "no guard and no rule looks at contact.asked_for_person: a customer who asked for a person may get self_service",
        "let guards.asked_for_person be [self_service], or leave it out",
    ),
    (
        &[Field::CustomerVulnerable],
        "no guard and no rule looks at customer.vulnerable: a vulnerable customer is treated like any other",
        "let guards.vulnerable be [self_service], or leave it out",
    ),
    (
        &[
            Field::CustomerContacts7d,
            Field::CustomerAllContacts7d,
            Field::CaseRepeats,
            Field::CaseTried,
            Field::CaseLastOutcome,
        ],
        "no rule looks at customer.contacts_7d or case.repeats: a third contact is treated like the first",
        "add a rule, such as {id: third_contact, when: customer.contacts_7d >= 2, forbid: [self_service]}",
    ),
    (
        &[Field::CaseOwedOverdue],
        "no rule looks at case.owed_overdue: a customer who asks about an overdue answer is treated like any other",
        "add a rule, such as {id: answer_overdue, when: case.owed_overdue, prefer: {human: 5.00}}",
    ),
];

/// Where a rule applies. Rules with the same scope apply to the same contacts.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Scope<'r> {
    columns: [Vec<u16>; 5],
    when: Option<&'r str>,
}

/// What the rules of one scope have done so far.
#[derive(Default)]
struct Done {
    forbid: BTreeSet<Route>,
    only: Option<BTreeSet<Route>>,
    need: Option<Need>,
    facts: BTreeSet<FactIndex>,
}

impl Watcher<'_> {
    pub(super) fn guards(&mut self) {
        let guards = [
            self.playbook.guards.asked_for_person,
            self.playbook.guards.vulnerable,
        ];
        let guards = guards.map(|taken| taken.contains(Route::SelfService));
        let guarded = guards.into_iter().chain(std::iter::repeat(false));
        for ((fields, what, fix), is_guarded) in GUARDS.into_iter().zip(guarded) {
            let mut conditions = self
                .playbook
                .rules
                .iter()
                .filter_map(|rule| rule.when.as_ref());
            let is_there = conditions.any(|when| {
                let mut named = when.fields().iter();
                named.any(|field| fields.contains(field))
            });
            if !is_there && !is_guarded {
                self.note(At::top("rules"), || what.to_owned(), fix);
            }
        }
    }

    pub(super) fn rules(&mut self) {
        let playbook = self.playbook;
        let top = At::top("rules");
        let possible = Possible::of(playbook);
        let mut done: BTreeMap<Scope<'_>, Done> = BTreeMap::new();
        for (place, rule) in playbook.rules.iter().enumerate() {
            let at = top.item(place);
            self.constant(at, rule);
            self.idle(at, rule, &possible);
            let when = rule.when.as_ref().map(|when| when.source());
            let always = done.get(&Scope::of(rule, None));
            let same = done.get(&Scope::of(rule, when));
            let repeats = [always, same]
                .into_iter()
                .flatten()
                .any(|done| done.covers(rule));
            if repeats {
                let what = || format!("rules above {} already do all that it does", rule.id);
                self.note(at, what, "remove it");
            }
            done.entry(Scope::of(rule, when)).or_default().add(rule);
        }
    }

    fn constant(&mut self, at: At<'_>, rule: &Rule) {
        match rule.when.as_ref().and_then(|when| when.constant()) {
            None => {}
            Some(true) => self.note(
                at.key("when"),
                || "the condition is always true".to_owned(),
                "leave it out if the rule is for every contact",
            ),
            Some(false) => self.note(
                at.key("when"),
                || "the condition is never true".to_owned(),
                "remove the rule or change the condition",
            ),
        }
    }

    /// Warns about a rule that changes nothing: none of the routes that it forbids or prefers is possible where it
    /// applies, its `only` removes no route, and it has no other effect.
    fn idle(&mut self, at: At<'_>, rule: &Rule, possible: &Possible) {
        let there = possible.of_rule(rule);
        let is_there = |route: &Route| there.iter().any(|routes| routes & bit(*route) > 0);
        let only = set(&rule.only);
        let narrows = only > 0 && there.iter().any(|routes| routes & !only > 0);
        let named = rule
            .forbid
            .iter()
            .chain(rule.prefer.iter().map(|(route, _)| route));
        let acts = narrows
            || rule.need.is_some()
            || !rule.facts.is_empty()
            || hands_over(rule)
            || named.into_iter().any(is_there);
        if !acts {
            let what = || {
                format!(
                    "{} changes nothing: none of its routes is possible where it applies",
                    rule.id
                )
            };
            self.note(
                at,
                what,
                "remove it, or name other routes, reasons or channels",
            );
        }
    }
}

/// Whether a rule sets the queue, the priority or the skills. Of several such rules the last one wins, so none is
/// without effect.
fn hands_over(rule: &Rule) -> bool {
    rule.queue.is_some() || rule.priority.is_some() || !rule.skills.is_empty()
}

/// The routes of every reason and of every channel, as bits.
struct Possible {
    reasons: Vec<u8>,
    channels: Vec<u8>,
}

impl Possible {
    fn of(playbook: &Playbook) -> Possible {
        let reasons = playbook.reasons.iter().map(|reason| {
            let routes = reason.routes.iter();
            routes.fold(0, |all, spec| all | bit(spec.route))
        });
        let channels = playbook.channels.iter();
        let channels = channels.map(|channel| set(&channel.routes));
        Possible {
            reasons: reasons.collect(),
            channels: channels.collect(),
        }
    }

    /// The different sets of routes that contacts of a rule can have.
    fn of_rule(&self, rule: &Rule) -> BTreeSet<u8> {
        let reasons = rule.reasons.iter().map(|index| index.0);
        let reasons = distinct(&self.reasons, reasons);
        let channels = rule.channels.iter().map(|index| index.0);
        let channels = distinct(&self.channels, channels);
        let pairs = reasons.iter().flat_map(|reason| {
            let channels = channels.iter();
            channels.map(move |channel| reason & channel)
        });
        pairs.collect()
    }
}

/// The different sets of the named items; of all items if none is named.
fn distinct(all: &[u8], named: impl ExactSizeIterator<Item = u16>) -> Vec<u8> {
    /// The number of possible sets of routes.
    const SETS: u8 = 1 << Route::ALL.len();
    let mut found = [false; SETS as usize];
    if named.len() == 0 {
        all.iter().for_each(|set| found[usize::from(*set)] = true);
    }
    for number in named {
        found[usize::from(all[usize::from(number)])] = true;
    }
    (0..SETS).filter(|set| found[usize::from(*set)]).collect()
}

fn set(routes: &[Route]) -> u8 {
    routes.iter().fold(0, |all, route| all | bit(*route))
}

impl<'r> Scope<'r> {
    fn of(rule: &Rule, when: Option<&'r str>) -> Scope<'r> {
        Scope {
            columns: [
                rule.reasons.iter().map(|index| index.0).collect(),
                rule.tiers.iter().map(|index| index.0).collect(),
                rule.channels.iter().map(|index| index.0).collect(),
                rule.stages.clone(),
                rule.brands.clone(),
            ],
            when,
        }
    }
}

impl Done {
    /// Whether the rule adds nothing to the rules before. Preferences always add something.
    fn covers(&self, rule: &Rule) -> bool {
        let leaves_as_few = rule.only.is_empty()
            || self
                .only
                .as_ref()
                .is_some_and(|only| only.iter().all(|route| rule.only.contains(route)));
        rule.prefer.is_empty()
            && !hands_over(rule)
            && leaves_as_few
            && rule.forbid.iter().all(|route| self.forbid.contains(route))
            && rule.need <= self.need
            && rule.facts.iter().all(|fact| self.facts.contains(fact))
    }

    fn add(&mut self, rule: &Rule) {
        self.forbid.extend(&rule.forbid);
        if !rule.only.is_empty() {
            let only: BTreeSet<Route> = rule.only.iter().copied().collect();
            self.only = Some(match self.only.take() {
                None => only,
                Some(before) => before.intersection(&only).copied().collect(),
            });
        }
        self.need = self.need.max(rule.need);
        self.facts.extend(&rule.facts);
    }
}

const fn bit(route: Route) -> u8 {
    1 << route as u8
}
