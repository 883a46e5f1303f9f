//! Warns if rules and guards together remove every route, so that contacts go to the last resort.

use super::{Watcher, and_more};
use crate::playbook::condition::{Condition, Field};
use crate::playbook::fault::At;
use crate::playbook::{Playbook, Reason, RouteSpec, Rule};
use crate::route::RouteSet;
use std::collections::{BTreeMap, BTreeSet};

/// The largest number of looks in one check. One look is one rule for one reason on one channel. If there are more,
/// nothing is checked.
const LOOKS_MAX: usize = 4_000_000;
/// How many of the rules that allow the same routes are checked.
const ALIKE_MAX: usize = 4;

/// A guard or a rule that removes routes.
struct Taker<'p> {
    /// The place in the order: the guards first, then the rules.
    who: Who,
    /// The condition. An empty condition always applies.
    when: When<'p>,
    /// The rule; `None` for a guard.
    rule: Option<&'p Rule>,
    /// The routes that the guard or the rule allows.
    leaves: RouteSet,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    AskedForPerson,
    Vulnerable,
    Rule(usize),
}

enum When<'p> {
    Guard(Field),
    Rule(Option<&'p Condition>),
}

/// The places at which no route is allowed: the numbers of reasons and channels.
type Places = BTreeSet<(u16, usize)>;

/// The guards and rules that allow no route, alone or together with another one, and where.
type Found = BTreeMap<(Who, Option<Who>), Places>;

impl Watcher<'_> {
    pub(super) fn nothing_left(&mut self) {
        let playbook = self.playbook;
        let cells = playbook.reasons.len() * playbook.channels.len();
        if cells.saturating_mul(playbook.rules.len()) > LOOKS_MAX {
            return;
        }
        let mut found = Found::new();
        for (index, reason) in playbook.reasons_indexed() {
            for (channel, it) in playbook.channels.iter().enumerate() {
                let routes = reason.routes.iter().map(|spec| spec.route);
                let there = routes.filter(|route| it.routes.contains(route));
                let there = RouteSet::from_routes(&there.collect::<Vec<_>>());
                if there.is_empty() {
                    continue;
                }
                let takers = takers(playbook, (index.0, reason), channel, there);
                for who in without(&takers) {
                    let places = found.entry(who).or_default();
                    places.insert((index.0, channel));
                }
            }
        }
        self.alone(&found);
        self.together(found);
    }

    /// Warns about guards and rules that alone allow no route. Those with the same places share one warning.
    fn alone(&mut self, found: &Found) {
        let mut same: BTreeMap<&Places, Vec<Who>> = BTreeMap::new();
        for ((who, other), places) in found {
            if other.is_none() {
                same.entry(places).or_default().push(*who);
            }
        }
        let mut by_places: Vec<(&Places, Vec<Who>)> = same.into_iter().collect();
        by_places.sort_by(|(_, one), (_, other)| one.cmp(other));
        for (places, all) in by_places {
            let each = if all.len() == 1 { "" } else { "each of " };
            let names = self.names(&all);
            self.tell(&all, places, &format!("{each}{names} allows no route"));
        }
    }

    /// Warns about pairs that together allow no route. The guard or rule with the most partners is reported once for
    /// all its partners, together with those that have the same partners.
    fn together(&mut self, found: Found) {
        let pairs = found.into_iter();
        let mut pairs: BTreeMap<(Who, Who), Places> = pairs
            .filter_map(|((one, other), places)| Some(((one, other?), places)))
            .collect();
        while !pairs.is_empty() {
            let mut partners: BTreeMap<Who, BTreeSet<Who>> = BTreeMap::new();
            for (one, other) in pairs.keys() {
                partners.entry(*one).or_default().insert(*other);
                partners.entry(*other).or_default().insert(*one);
            }
            // `max_by_key` returns the last of equal ones, so the list is read backwards.
            let most = partners.iter().rev().max_by_key(|(_, with)| with.len());
            let Some((_, with)) = most else { break };
            let all = partners.iter().filter(|(_, theirs)| *theirs == with);
            let all: Vec<Who> = all.map(|(who, _)| *who).collect();
            let others: Vec<Who> = with.iter().copied().collect();
            let mut places = Places::default();
            pairs.retain(|(one, other), theirs| {
                let is_reported = (all.contains(one) && with.contains(other))
                    || (all.contains(other) && with.contains(one));
                if is_reported {
                    places.append(theirs);
                }
                !is_reported
            });
            let (names, with) = (self.names(&all), self.names(&others));
            let each = if all.len() == 1 { "" } else { "each of " };
            let any = if others.len() == 1 { "" } else { "any of " };
            let what = format!("{each}{names}, together with {any}{with}, allows no route");
            self.tell(&all, &places, &what);
        }
    }

    /// Warns about rules whose `only` is set aside for customers who gave no consent.
    pub(super) fn set_aside(&mut self) {
        let playbook = self.playbook;
        let cells = playbook.reasons.len() * playbook.channels.len();
        if cells.saturating_mul(playbook.rules.len()) > LOOKS_MAX {
            return;
        }
        let top = At::top("rules");
        for (place, rule) in playbook.rules.iter().enumerate() {
            if rule.only.is_empty() {
                continue;
            }
            let places = needs_consents(playbook, place);
            if places.is_empty() {
                continue;
            }
            let (id, places) = (&rule.id, self.at_places(&places));
            let what = format!(
                "the `only` of {id} is set aside for customers who have not given the consents that its routes need, \
                 {places}"
            );
            self.note(
                top.item(place).key("only"),
                || what,
                "allow one that needs no consent, too; until then these customers can get every route that guards allow",
            );
        }
    }

    fn names(&self, all: &[Who]) -> String {
        let names = all.iter().map(|who| match who {
            Who::AskedForPerson => "guards.asked_for_person".to_owned(),
            Who::Vulnerable => "guards.vulnerable".to_owned(),
            Who::Rule(place) => self.playbook.rules[*place].id.to_string(),
        });
        and_more(names.collect())
    }

    /// The places in words: `on sms, email for a/b, a/c, on phone for a/d`.
    fn at_places(&self, places: &Places) -> String {
        let playbook = self.playbook;
        let mut of_reasons: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
        for (reason, channel) in places {
            of_reasons.entry(*reason).or_default().push(*channel);
        }
        // Reasons on the same channels are listed together. The reasons on the most channels come first.
        let mut same: Vec<(Vec<usize>, Vec<String>)> = Vec::new();
        for (reason, channels) in of_reasons {
            let id = playbook.reasons[usize::from(reason)].id.to_string();
            match same.iter_mut().find(|(known, _)| *known == channels) {
                Some((_, reasons)) => reasons.push(id),
                None => same.push((channels, vec![id])),
            }
        }
        same.sort_by_key(|(channels, reasons)| std::cmp::Reverse(channels.len() * reasons.len()));
        let groups = same.into_iter().map(|(channels, reasons)| {
            let channels = channels.iter();
            let channels = channels.map(|&channel| playbook.channels[channel].id.to_string());
            let (channels, reasons) = (and_more(channels.collect()), and_more(reasons));
            format!("on {channels} for {reasons}")
        });
        and_more(groups.collect())
    }

    fn tell(&mut self, all: &[Who], places: &Places, what: &str) {
        let playbook = self.playbook;
        let what = format!("{what} {}", self.at_places(places));
        let what = || what;
        let fix =
            "allow one that is possible there; until then these contacts go to the last resort";
        let rule = all.iter().find_map(|who| match who {
            Who::Rule(place) => Some(*place),
            Who::AskedForPerson | Who::Vulnerable => None,
        });
        match rule {
            Some(place) => {
                let top = At::top("rules");
                let at = top.item(place);
                let only = !playbook.rules[place].only.is_empty();
                self.note(at.key(if only { "only" } else { "forbid" }), what, fix);
            }
            None => self.note(At::top("guards"), what, fix),
        }
    }
}

/// The guards and rules that remove routes of a reason on a channel.
fn takers<'p>(
    playbook: &'p Playbook,
    (number, reason): (u16, &Reason),
    channel: usize,
    there: RouteSet,
) -> Vec<Taker<'p>> {
    let minus = |taken: RouteSet| RouteSet::from_bits(there.bits() & !taken.bits());
    let mut takers = Vec::new();
    let guards = [
        (
            Who::AskedForPerson,
            Field::ContactAskedForPerson,
            playbook.guards.asked_for_person,
        ),
        (
            Who::Vulnerable,
            Field::CustomerVulnerable,
            playbook.guards.vulnerable,
        ),
    ];
    for (who, field, taken) in guards {
        takers.push(Taker {
            who,
            when: When::Guard(field),
            rule: None,
            leaves: minus(taken),
        });
    }
    for (place, rule) in playbook.rules.iter().enumerate() {
        if rule.forbid.is_empty() && rule.only.is_empty() {
            continue;
        }
        if !can_apply(rule, (number, reason), channel) {
            continue;
        }
        let mut leaves = minus(RouteSet::from_routes(&rule.forbid));
        if !rule.only.is_empty() {
            let only = RouteSet::from_routes(&rule.only);
            leaves = RouteSet::from_bits(leaves.bits() & only.bits());
        }
        takers.push(Taker {
            who: Who::Rule(place),
            when: When::Rule(rule.when.as_ref()),
            rule: Some(rule),
            leaves,
        });
    }
    takers.retain(|taker| taker.leaves != there);
    takers
}

/// Whether a rule can apply to contacts about a reason on a channel, judged by its columns and by a condition that is
/// never true.
fn can_apply(rule: &Rule, (number, reason): (u16, &Reason), channel: usize) -> bool {
    let fits = |named: &[u16], number: u16| named.is_empty() || named.contains(&number);
    let of_reason = rule.reasons.is_empty()
        || rule
            .reasons
            .binary_search_by_key(&number, |reason| reason.0)
            .is_ok();
    let on_channel = rule.channels.is_empty()
        || rule
            .channels
            .iter()
            .any(|index| usize::from(index.0) == channel);
    // A contact can have a stage of its own, but most contacts are at the stage of their reason.
    let in_stage = reason
        .stage
        .map_or(rule.stages.is_empty(), |stage| fits(&rule.stages, stage));
    let never = rule.when.as_ref().and_then(Condition::constant) == Some(false);
    of_reason && on_channel && in_stage && !never
}

/// The places where every route that a rule's `only` allows needs a consent. Routes that the reason does not have on
/// the channel do not count.
fn needs_consents(playbook: &Playbook, place: usize) -> Places {
    let rule = &playbook.rules[place];
    let mut places = Places::new();
    for (index, reason) in playbook.reasons_indexed() {
        for (channel, it) in playbook.channels.iter().enumerate() {
            let is_left = |spec: &&RouteSpec| {
                it.routes.contains(&spec.route) && rule.only.contains(&spec.route)
            };
            let mut left = reason.routes.iter().filter(is_left).peekable();
            if left.peek().is_some()
                && left.all(|spec| spec.consent.is_some())
                && can_apply(rule, (index.0, reason), channel)
            {
                places.insert((index.0, channel));
            }
        }
    }
    places
}

/// Guards and rules that allow no route: one alone, or a pair of which each alone allows some route.
fn without(takers: &[Taker<'_>]) -> Vec<(Who, Option<Who>)> {
    let mut found = Vec::new();
    let mut alike: Vec<(RouteSet, usize)> = Vec::new();
    let mut others: Vec<&Taker<'_>> = Vec::new();
    for taker in takers {
        if taker.leaves.is_empty() {
            found.push((taker.who, None));
            continue;
        }
        let place = alike.iter().position(|(leaves, _)| *leaves == taker.leaves);
        let place = place.unwrap_or_else(|| {
            alike.push((taker.leaves, 0));
            alike.len() - 1
        });
        alike[place].1 += 1;
        if alike[place].1 <= ALIKE_MAX {
            others.push(taker);
        }
    }
    for (place, one) in others.iter().enumerate() {
        for other in &others[place + 1..] {
            let common = one.leaves.bits() & other.leaves.bits();
            if common == 0 && !is_set_aside(one, other) && can_meet(one, other) {
                found.push((one.who, Some(other.who)));
            }
        }
    }
    found
}

/// Whether a rule is ignored because of a guard. Guards come first: an `only` that would leave nothing after the guards
/// is ignored.
fn is_set_aside(one: &Taker<'_>, other: &Taker<'_>) -> bool {
    match (one.rule, other.rule) {
        (None, Some(rule)) | (Some(rule), None) => !rule.only.is_empty() && rule.forbid.is_empty(),
        _ => false,
    }
}

/// Whether both can apply to one contact, as far as this can be seen. They must not name different tiers, stages or
/// brands. Their conditions must use different inputs or be equal.
fn can_meet(one: &Taker<'_>, other: &Taker<'_>) -> bool {
    fn share<T: PartialEq>(one: &[T], other: &[T]) -> bool {
        one.is_empty() || other.is_empty() || one.iter().any(|it| other.contains(it))
    }
    if let (Some(one), Some(other)) = (one.rule, other.rule)
        && !(share(&one.tiers, &other.tiers)
            && share(&one.stages, &other.stages)
            && share(&one.brands, &other.brands))
    {
        return false;
    }
    let (fields, same) = match (&one.when, &other.when) {
        (When::Rule(Some(one)), When::Rule(Some(other))) => (
            [one.fields(), other.fields()],
            one.source() == other.source(),
        ),
        (When::Guard(field), When::Rule(Some(rule)))
        | (When::Rule(Some(rule)), When::Guard(field)) => (
            [std::slice::from_ref(field), rule.fields()],
            // A rule that uses only the input of the guard mostly has the same condition.
            rule.fields() == [*field],
        ),
        _ => return true,
    };
    let [one, other] = fields;
    same || !one
        .iter()
        .any(|field| *field != Field::Now && other.contains(field))
}
