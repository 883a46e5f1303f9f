//! Decides for every reason, in every tier, on every channel, at waits from zero to an hour, and warns about the
//! results.

use super::{Watcher, and_more};
use crate::decision::{Decision, Finding};
use crate::money::Money;
use crate::playbook::fault::At;
use crate::playbook::situation::Situation;
use crate::playbook::{
    BasisPoints, Channel, ChannelIndex, Need, Playbook, Reason, ReasonIndex, TierIndex,
};
use crate::route::{Medium, Route, RouteSet};
use crate::time::{Millis, UnixMs};

/// The waits for ordinary contacts, in minutes.
const WAITS: [i64; 11] = [0, 1, 2, 3, 5, 8, 12, 20, 30, 45, 60];
/// The waits for the other contacts, in minutes.
const FEW_WAITS: [i64; 3] = [0, 5, 30];
/// A wait up to this number of minutes is short.
const SHORT_WAIT: i64 = 2;
/// The largest number of decisions in one check, for a playbook with few rules. Reasons after that are not checked.
const DECISIONS_MAX: usize = 40_000;
/// Much is at stake if the amount is at least this many times the cost of a failure for the most valuable tier.
const MUCH_AT_STAKE: i64 = 2;
/// From this difference on, one route resolves less than another: nobody knows chances more exactly.
const LESS_MIN: BasisPoints = BasisPoints(500);
/// The routes on which a person talks with the customer.
const PEOPLE: [Route; 3] = [Route::Chat, Route::Callback, Route::Human];

/// What was seen for one reason.
struct Seen {
    reason: ReasonIndex,
    /// The routes that some contact takes.
    taken: RouteSet,
    /// Whether an ordinary contact is sent to a person.
    person: bool,
    /// Whether the most valuable tier is sent to a person at a short wait.
    person_soon: bool,
    /// Whether the most valuable tier is sent to a person at a longer wait.
    person_later: bool,
    /// The first place at which a more valuable tier gets a worse route; `None` if there is none.
    worse: Option<Worse>,
    /// For each of [`Guard::ALL`], the first place at which the guard leads to a worse route; `None` if there is none.
    guarded: [Option<Guarded>; 2],
}

/// A guard of the playbook.
#[derive(Clone, Copy)]
enum Guard {
    AskedForPerson,
    Vulnerable,
}

impl Guard {
    const ALL: [Guard; 2] = [Guard::AskedForPerson, Guard::Vulnerable];

    const fn name(self) -> &'static str {
        match self {
            Guard::AskedForPerson => "asked_for_person",
            Guard::Vulnerable => "vulnerable",
        }
    }

    /// The routes that the guard takes away.
    fn takes(self, playbook: &Playbook) -> RouteSet {
        match self {
            Guard::AskedForPerson => playbook.guards.asked_for_person,
            Guard::Vulnerable => playbook.guards.vulnerable,
        }
    }

    fn set(self, situation: &mut Situation, is_so: bool) {
        match self {
            Guard::AskedForPerson => situation.context.asked_for_person = is_so,
            Guard::Vulnerable => situation.context.vulnerable = is_so.then_some(true),
        }
    }
}

/// A place at which a guard takes away the route that would be taken, and a worse one without people is taken.
struct Guarded {
    channel: ChannelIndex,
    minutes: i64,
    tier: TierIndex,
    without: (Route, BasisPoints),
    with: (Route, BasisPoints),
}

/// A place at which a more valuable tier gets a worse route.
struct Worse {
    channel: ChannelIndex,
    minutes: i64,
    more: (TierIndex, Route),
    less: (TierIndex, Route),
}

impl Watcher<'_> {
    /// Checks who gets which route over all waits.
    pub(super) fn grid(&mut self) {
        let playbook = self.playbook;
        let channels = distinct_channels(playbook);
        let times = (playbook.ordinary_time(), playbook.quiet_time());
        let guarded = FEW_WAITS.len() * (1 + Guard::ALL.len());
        let situations = WAITS.len() + FEW_WAITS.len() + 2 + guarded;
        let each = channels.len() * playbook.tiers.len() * situations * weight(playbook);
        let reasons_max = DECISIONS_MAX / each.max(1);
        let looked_at = playbook.reasons_indexed().take(reasons_max);
        let seen: Vec<Seen> = looked_at
            .map(|(reason, _)| look_at(playbook, &channels, reason, times))
            .collect();
        self.people(&seen);
        self.guarded(&seen);
        self.worse(&seen);
        self.never(&seen);
    }

    /// Warns about reasons with much at stake for which nobody gets a person, or the most valuable tier only at a short
    /// wait.
    fn people(&mut self, seen: &[Seen]) {
        let playbook = self.playbook;
        let Some(top) = playbook.tiers.first() else {
            return;
        };
        let at_stake = |reason: &Reason| {
            let whole = top.cost_of_failure + reason.stake;
            whole.scaled(i64::from(reason.need.0), 1_000)
        };
        let much = |reason: &Reason| {
            let bar = top.cost_of_failure.scaled(MUCH_AT_STAKE, 1);
            bar > Money::ZERO && at_stake(reason) >= bar
        };
        let never = seen.iter().filter(|seen| {
            let reason = playbook.reason(seen.reason);
            !seen.person && much(reason) && has_people(playbook, reason)
        });
        let never: Vec<ReasonIndex> = never.map(|seen| seen.reason).collect();
        self.of_reasons(&never, |reasons| {
            format!("much is at stake, but at no wait is anybody sent to a person for {reasons}")
        }, "raise what a failure costs (cost_of_failure, stake, need), or lower what the flows resolve");
        let only_idle = seen.iter().filter(|seen| {
            let need = playbook.reason(seen.reason).need;
            seen.person_soon && !seen.person_later && need >= Need::ONE
        });
        let only_idle: Vec<ReasonIndex> = only_idle.map(|seen| seen.reason).collect();
        self.of_reasons(&only_idle, |reasons| {
            format!("with waits over {SHORT_WAIT} minutes {} is never sent to a person for {reasons}", top.id)
        }, "lower the waiting_cost_per_minute of the tier, or raise what a failure costs (cost_of_failure, stake, need)");
    }

    /// Warns about reasons for which a more valuable customer gets a worse route than a less valuable one.
    fn worse(&mut self, seen: &[Seen]) {
        let playbook = self.playbook;
        let mut pairs: Vec<((TierIndex, TierIndex), Vec<ReasonIndex>)> = Vec::new();
        for seen in seen {
            let Some(worse) = &seen.worse else { continue };
            let pair = (worse.more.0, worse.less.0);
            match pairs.iter_mut().find(|(known, _)| *known == pair) {
                Some((_, reasons)) => reasons.push(seen.reason),
                None => pairs.push((pair, vec![seen.reason])),
            }
        }
        for (_, reasons) in pairs {
            let mut seen = seen.iter();
            let first = seen.find(|seen| reasons.first() == Some(&seen.reason));
            let Some(worse) = first.and_then(|seen| seen.worse.as_ref()) else {
                continue;
            };
            let channel = &playbook.channels[usize::from(worse.channel.0)].id;
            let (more, less) = (playbook.tier(worse.more.0), playbook.tier(worse.less.0));
            let (route, better) = (worse.more.1, worse.less.1);
            let waiting = at_wait(worse.minutes);
            let first = &playbook.reason(reasons[0]).id;
            let others = reasons[1..].iter();
            let others = others.map(|&reason| playbook.reason(reason).id.to_string());
            let others = match and_more(others.collect()) {
                none if none.is_empty() => none,
                others => format!("; likewise for {others}, on some channel at some wait"),
            };
            let what = |_: &str| {
                format!(
                    "for {first} on {channel} {waiting} the costs of {} alone lead to {route}, which resolves less than \
                     {better}, the route of {}{others}",
                    more.id, less.id
                )
            };
            let fix = "raise the cost_of_failure of the tier, or lower its waiting_cost_per_minute";
            self.of_reasons(&reasons, what, fix);
        }
    }

    /// Warns about reasons for which a guard takes a route away and leads to one without people that resolves less. To
    /// people who resolve less it leads on purpose, and a letter by e-mail is from a person too.
    fn guarded(&mut self, seen: &[Seen]) {
        let playbook = self.playbook;
        for (place, guard) in Guard::ALL.into_iter().enumerate() {
            let lower = seen.iter();
            let mut lower =
                lower.filter_map(|seen| Some((seen.reason, seen.guarded[place].as_ref()?)));
            let Some((reason, first)) = lower.next() else {
                continue;
            };
            let others = lower.map(|(reason, _)| playbook.reason(reason).id.to_string());
            let others = match and_more(others.collect()) {
                none if none.is_empty() => none,
                others => format!("; likewise for {others}, on some channel at some wait"),
            };
            let (name, reason) = (guard.name(), &playbook.reason(reason).id);
            let channel = &playbook.channels[usize::from(first.channel.0)].id;
            let (waiting, tier) = (at_wait(first.minutes), &playbook.tier(first.tier).id);
            let ((taken, before), (left, after)) = (first.without, first.with);
            let what = || {
                format!(
                    "guards.{name} takes {taken} away, and for {reason} on {channel} {waiting} {tier} then gets {left}, \
                     which resolves {}, less than {}{others}",
                    share(after),
                    share(before)
                )
            };
            let fix = "give the reason a route there that resolves as much and comes first then, forbid the worse one \
                       to these customers by a rule, or leave the route out of the guard";
            let top = At::top("guards");
            self.note(top.key(name), what, fix);
        }
    }

    /// Warns about routes that no contact ever takes.
    fn never(&mut self, seen: &[Seen]) {
        let playbook = self.playbook;
        for route in Route::ALL {
            let idle = seen.iter().filter(|seen| {
                let reason = playbook.reason(seen.reason);
                !seen.taken.contains(route) && has_route(playbook, reason, route)
            });
            let idle: Vec<ReasonIndex> = idle.map(|seen| seen.reason).collect();
            self.of_reasons(
                &idle,
                |reasons| {
                    format!(
                        "nobody is ever sent to {route}, in any tier and at any wait, for {reasons}"
                    )
                },
                "lower its cost, raise what it resolves, or leave it out",
            );
        }
    }

    /// Adds one warning about all these reasons, at the place of the first.
    fn of_reasons(
        &mut self,
        reasons: &[ReasonIndex],
        what: impl FnOnce(&str) -> String,
        fix: &str,
    ) {
        let playbook = self.playbook;
        let Some(&first) = reasons.first() else {
            return;
        };
        let ids = reasons
            .iter()
            .map(|&reason| playbook.reason(reason).id.to_string());
        let named = and_more(ids.collect());
        let primary = usize::from(playbook.reason(first).primary);
        let start = playbook.primaries[primary].secondary.start;
        let top = At::top("reasons");
        let at = top.item(primary);
        let at = at.key("secondary");
        let at = at.item(usize::from(first.0 - start));
        self.note(at.key("routes"), || what(&named), fix);
    }
}

/// How much more a decision costs than one for a playbook with few rules and queues, as a factor.
fn weight(playbook: &Playbook) -> usize {
    let rules = playbook.rules.iter();
    let everywhere = rules.filter(|rule| {
        let columns = [rule.reasons.len(), rule.tiers.len(), rule.channels.len()];
        columns.iter().all(|named| *named == 0)
    });
    1 + everywhere.count() / 40 + playbook.rules.len() / 2_000 + playbook.queues.len() / 100
}

/// The channels that differ for a decision. Of channels that are alike, only the first is kept.
fn distinct_channels(playbook: &Playbook) -> Vec<ChannelIndex> {
    let mut kinds: Vec<(&Channel, Vec<bool>)> = Vec::new();
    let mut first = Vec::new();
    for (index, channel) in playbook.channels_indexed() {
        let rules = playbook.rules.iter();
        let named: Vec<bool> = rules.map(|rule| rule.channels.contains(&index)).collect();
        let alike = kinds.iter().any(|(other, theirs)| {
            other.medium == channel.medium && other.routes == channel.routes && *theirs == named
        });
        if !alike {
            kinds.push((channel, named));
            first.push(index);
        }
    }
    first
}

fn look_at(
    playbook: &Playbook,
    channels: &[ChannelIndex],
    reason: ReasonIndex,
    (open, quiet): (UnixMs, UnixMs),
) -> Seen {
    let mut seen = Seen {
        reason,
        taken: RouteSet::EMPTY,
        person: false,
        person_soon: false,
        person_later: false,
        worse: None,
        guarded: [None, None],
    };
    for &channel in channels {
        let place = (reason, TierIndex(0), channel);
        let mut ordinary = Situation::ordinary(playbook, place, open);
        for minutes in WAITS {
            ordinary.wait_everywhere(playbook, minutes_of(minutes));
            seen.tiers_at(playbook, &mut ordinary, channel, minutes);
        }
        for minutes in FEW_WAITS {
            ordinary.wait_everywhere(playbook, minutes_of(minutes));
            seen.guarded_at(playbook, &mut ordinary, channel, minutes);
        }
    }
    let had = had(playbook, playbook.reason(reason));
    // Customers who get the other routes: those who asked for a person, who come while queues are closed, or who prefer
    // a route.
    for &channel in channels {
        if left(had, seen.taken).is_empty() {
            break;
        }
        for (now, waits) in [(open, &FEW_WAITS[..]), (quiet, &FEW_WAITS[..1])] {
            let place = (reason, TierIndex(0), channel);
            let mut situation = Situation::ordinary(playbook, place, now);
            for &minutes in waits {
                situation.wait_everywhere(playbook, minutes_of(minutes));
                seen.wishes(playbook, &mut situation, left(had, seen.taken));
            }
        }
    }
    seen
}

impl Seen {
    fn tiers_at(
        &mut self,
        playbook: &Playbook,
        situation: &mut Situation,
        channel: ChannelIndex,
        minutes: i64,
    ) {
        let mut got: Vec<(TierIndex, Route, BasisPoints)> = Vec::new();
        for (tier, _) in playbook.tiers_indexed() {
            situation.tier = tier;
            let decision = situation.decide(playbook).decision;
            let Some(first) = taken(&decision) else {
                continue;
            };
            let (route, chance) = (first.0, first.1);
            self.taken = self.taken.with(route);
            if PEOPLE.contains(&route) {
                self.person = true;
                let is_top = tier == TierIndex(0);
                self.person_soon |= is_top && minutes <= SHORT_WAIT;
                self.person_later |= is_top && minutes > SHORT_WAIT;
            }
            got.push((tier, route, chance));
            if let (None, Some(less)) = (&self.worse, floor(playbook, &decision)) {
                // The route by price alone comes directly after the route of the tier floor.
                let own = decision.options.get(1).map_or(route, |second| second.route);
                self.worse = Some(Worse {
                    channel,
                    minutes,
                    more: (tier, own),
                    less: (less, route),
                });
            }
        }
        let chances: Vec<BasisPoints> = got.iter().map(|(.., chance)| *chance).collect();
        if let (None, Some((above, below))) = (&self.worse, helped_worse(&chances)) {
            let (more, less) = (got[above], got[below]);
            self.worse = Some(Worse {
                channel,
                minutes,
                more: (more.0, more.1),
                less: (less.0, less.1),
            });
        }
    }

    /// Compares what customers get with what they get where a guard applies.
    fn guarded_at(
        &mut self,
        playbook: &Playbook,
        situation: &mut Situation,
        channel: ChannelIndex,
        minutes: i64,
    ) {
        // Where people write, a letter is how a person answers.
        if playbook.channels[usize::from(channel.0)].medium == Medium::AsyncText {
            return;
        }
        for (place, guard) in Guard::ALL.into_iter().enumerate() {
            for (tier, _) in playbook.tiers_indexed() {
                if self.guarded[place].is_some() {
                    break;
                }
                situation.tier = tier;
                let Some(without) = taken(&situation.decide(playbook).decision) else {
                    continue;
                };
                if !guard.takes(playbook).contains(without.0) {
                    continue;
                }
                guard.set(situation, true);
                let with = taken(&situation.decide(playbook).decision);
                guard.set(situation, false);
                let is_worse = |with: &(Route, BasisPoints)| {
                    with.1.0 + LESS_MIN.0 <= without.1.0 && !PEOPLE.contains(&with.0)
                };
                if let Some(with) = with.filter(is_worse) {
                    self.guarded[place] = Some(Guarded {
                        channel,
                        minutes,
                        tier,
                        without,
                        with,
                    });
                }
            }
        }
    }

    /// Tries customers with wishes, while a route is left that no contact takes.
    fn wishes(&mut self, playbook: &Playbook, situation: &mut Situation, left: RouteSet) {
        for (tier, _) in playbook.tiers_indexed() {
            situation.tier = tier;
            self.take(playbook, situation);
            situation.context.asked_for_person = true;
            self.take(playbook, situation);
            for route in left.iter() {
                situation.context.preferred_routes = vec![route];
                self.take(playbook, situation);
                situation.context.asked_for_person = false;
                self.take(playbook, situation);
                situation.context.asked_for_person = true;
            }
            situation.context.preferred_routes = Vec::new();
            situation.context.asked_for_person = false;
        }
    }

    fn take(&mut self, playbook: &Playbook, situation: &Situation) {
        if let Some((route, _)) = taken(&situation.decide(playbook).decision) {
            self.taken = self.taken.with(route);
        }
    }
}

const fn minutes_of(minutes: i64) -> Millis {
    Millis(minutes * Millis::MINUTE.0)
}

fn at_wait(minutes: i64) -> String {
    match minutes {
        0 => "without a wait".to_owned(),
        1 => "at a wait of 1 minute".to_owned(),
        minutes => format!("at a wait of {minutes} minutes"),
    }
}

/// A chance as playbooks write it: `0.65`.
fn share(chance: BasisPoints) -> String {
    let digits = format!("{:04}", chance.0 % 10_000);
    let digits = digits.trim_end_matches('0');
    format!("{}.{digits:0<2}", chance.0 / 10_000)
}

/// The route that is taken and its chance; `None` if it is the last resort.
fn taken(decision: &Decision) -> Option<(Route, BasisPoints)> {
    let first = decision.first()?;
    let last_resort = decision.findings.contains(&Finding::LastResort);
    (!last_resort).then_some((first.route, first.chance))
}

/// The less valuable tier whose better route this decision takes too; `None` if there is none.
fn floor(playbook: &Playbook, decision: &Decision) -> Option<TierIndex> {
    let mut findings = decision.findings.iter();
    findings.find_map(|finding| match finding {
        Finding::TierFloor(id) => playbook.index.tiers.get(id).copied(),
        _ => None,
    })
}

/// The routes of a reason that at least one channel has.
fn had(playbook: &Playbook, reason: &Reason) -> RouteSet {
    let routes = reason.routes.iter().map(|spec| spec.route);
    let on_some = routes.filter(|route| {
        let mut channels = playbook.channels.iter();
        channels.any(|channel| channel.routes.contains(route))
    });
    RouteSet::from_routes(&on_some.collect::<Vec<_>>())
}

fn left(had: RouteSet, taken: RouteSet) -> RouteSet {
    RouteSet::from_bits(had.bits() & !taken.bits())
}

fn has_route(playbook: &Playbook, reason: &Reason, route: Route) -> bool {
    had(playbook, reason).contains(route)
}

fn has_people(playbook: &Playbook, reason: &Reason) -> bool {
    let had = had(playbook, reason);
    PEOPLE.into_iter().any(|route| had.contains(route))
}

/// The first tier whose route has a lower chance than the route of a tier below it, and that lower tier. `resolves` has
/// the chance for each tier, the most valuable tier first. `None` if there is no such tier.
fn helped_worse(resolves: &[BasisPoints]) -> Option<(usize, usize)> {
    let pairs = resolves.iter().enumerate();
    let mut worse = pairs.filter_map(|(above, resolved)| {
        let below = &resolves[above + 1..];
        let better = below.iter().position(|other| other > resolved)?;
        Some((above, above + 1 + better))
    });
    worse.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_tier_is_never_helped_worse() {
        let worse = |resolves: &[u16]| {
            let resolves: Vec<BasisPoints> = resolves.iter().map(|&r| BasisPoints(r)).collect();
            helped_worse(&resolves)
        };
        assert_eq!(worse(&[9_500, 9_000, 6_500]), None);
        assert_eq!(worse(&[9_000, 9_000]), None);
        assert_eq!(worse(&[6_500, 9_500, 9_000]), Some((0, 1)));
        assert_eq!(worse(&[9_500, 6_500, 6_500, 9_000]), Some((1, 3)));
        assert_eq!(worse(&[]), None);
    }
}
