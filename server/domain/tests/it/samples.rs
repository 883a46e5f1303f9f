//! What holds of every decision of the samples that ship, over tiers, waits, reasons, channels, hours and departures.

use crate::fixtures;
use signpost_domain::decision::Decision;
use signpost_domain::fact::FactValue;
use signpost_domain::playbook::situation::Situation;
use signpost_domain::playbook::{
    ChannelIndex, FactIndex, Playbook, ReasonIndex, TierIndex, Warning,
};
use signpost_domain::route::{Medium, Route};
use signpost_domain::time::{Millis, UnixMs};

/// The waits that every queue reports, in minutes.
const WAITS: [i64; 8] = [0, 1, 2, 4, 8, 15, 30, 60];
/// From this wait on a callback is better than to hold the line, in minutes.
const CALLBACK_FROM: i64 = 5;
/// A Tuesday by day and by night.
const TIMES: [&str; 2] = ["2026-11-24 10:00", "2026-11-24 03:00"];
/// From now to when a flight leaves, in minutes.
const DEPARTURES: [i64; 8] = [-20 * 60, -60, -1, 10, 35, 45, 3 * 60, 12 * 60];
/// Of these nobody is left to a flow or a letter while a person can be had.
const STRANDED: [&str; 3] = [
    "disruption/cancelled_flight",
    "disruption/missed_connection",
    "disruption/denied_boarding",
];

/// One question, and what was decided.
struct Played<'a> {
    playbook: &'a Playbook,
    reason: ReasonIndex,
    tier: TierIndex,
    channel: ChannelIndex,
    at: &'a str,
    minutes: i64,
    departs_in: Option<i64>,
    decision: Decision,
}

impl Played<'_> {
    fn route(&self) -> Route {
        self.decision.first().expect("an option").route
    }

    fn can_have(&self, routes: &[Route]) -> bool {
        let mut options = self.decision.options.iter();
        options.any(|option| routes.contains(&option.route))
    }

    fn reason(&self) -> String {
        self.playbook.reason(self.reason).id.to_string()
    }

    fn told(&self) -> String {
        let channel = &self.playbook.channels[usize::from(self.channel.0)].id;
        let tier = &self.playbook.tier(self.tier).id;
        let (reason, at, minutes) = (self.reason(), self.at, self.minutes);
        let departs = self.departs_in;
        let departs = departs.map_or_else(String::new, |it| format!(", departs in {it} min"));
        let route = self.route();
        format!("{tier}, {reason} on {channel} at {at}, {minutes} min wait{departs}: {route}")
    }
}

/// A sample, and which part of what can be asked of it.
struct Game<'a> {
    sample: &'a str,
    /// Reasons, all if there are none.
    reasons: &'a [&'a str],
    departures: &'a [Option<i64>],
}

impl Game<'_> {
    /// Everything that is asked, each answer handed to `see`, all tiers of one situation one after the other.
    fn play(&self, mut see: impl FnMut(&Played<'_>)) {
        let playbook = &*fixtures::playbook(self.sample);
        let reasons = playbook.reasons_indexed().filter(|(_, reason)| {
            let id = reason.id.to_string();
            self.reasons.is_empty() || self.reasons.contains(&id.as_str())
        });
        for (reason, _) in reasons {
            for (channel, _) in playbook.channels_indexed() {
                for at in TIMES {
                    for &departs_in in self.departures {
                        for minutes in WAITS {
                            for (tier, _) in playbook.tiers_indexed() {
                                see(&played(
                                    playbook,
                                    (reason, tier, channel),
                                    (at, departs_in, minutes),
                                ));
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A sample is what others begin with. It has none of the mistakes that come with time: a flight that has left, hours
/// that end too early, closed dates that end. And no guard leads to a letter that resolves less.
#[test]
fn time_and_guards_are_right_in_the_samples() {
    for (name, source) in [
        (
            "airline",
            include_str!("../../../../playbooks/airline.yaml"),
        ),
        ("retail", include_str!("../../../../playbooks/retail.yaml")),
    ] {
        for day in [
            "2026-11-23T09:00:00Z",
            "2026-12-30T09:00:00Z",
            "2027-06-01T09:00:00Z",
        ] {
            let now: jiff::Timestamp = day.parse().expect("a time");
            let read = Playbook::read_at(source, UnixMs(now.as_millisecond()));
            let (_, warnings) = read.expect("no faults");
            let is_of_them = |it: &&Warning| {
                let places = ["calendars.", "guards."];
                places.iter().any(|place| it.0.path.starts_with(place))
                    || it.0.what.contains("long ago")
            };
            let found = warnings.found.iter().filter(is_of_them);
            let found: Vec<String> = found.map(ToString::to_string).collect();
            assert_eq!(found, [""; 0], "{name} on {day}");
        }
    }
}

/// Everything that is asked of both samples, without a departure.
fn play_both(mut see: impl FnMut(&Played<'_>)) {
    for sample in ["airline", "retail"] {
        let game = Game {
            sample,
            reasons: &[],
            departures: &[None],
        };
        game.play(&mut see);
    }
}

fn played<'a>(
    playbook: &'a Playbook,
    place: (ReasonIndex, TierIndex, ChannelIndex),
    (at, departs_in, minutes): (&'a str, Option<i64>, i64),
) -> Played<'a> {
    let now = playbook.time_of_text(at).expect("a time");
    let mut asked = Situation::ordinary(playbook, place, now);
    asked.wait_everywhere(playbook, Millis(minutes * Millis::MINUTE.0));
    if let Some(span) = departs_in {
        let mut facts = playbook.facts.iter();
        let fact = facts.position(|fact| fact.id.as_str() == "departs_at");
        let fact = FactIndex(fact.expect("a fact") as u16);
        let departs_at = now + Millis(span * Millis::MINUTE.0);
        asked.know(playbook, fact, FactValue::Instant(departs_at));
    }
    let (reason, tier, channel) = place;
    Played {
        playbook,
        reason,
        tier,
        channel,
        at,
        minutes,
        departs_in,
        decision: asked.decide(playbook).decision,
    }
}

fn none(found: &[String]) {
    assert!(
        found.is_empty(),
        "{} found: {:#?}",
        found.len(),
        &found[..found.len().min(20)]
    );
}

#[test]
fn nobody_is_called_back_for_a_short_wait_where_a_person_is_there() {
    let mut found = Vec::new();
    play_both(|played| {
        let live = played.can_have(&[Route::Human, Route::Chat]);
        if live && played.route() == Route::Callback && played.minutes < CALLBACK_FROM {
            found.push(played.told());
        }
    });
    none(&found);
}

/// At a short wait a more valuable tier gets a person wherever a less valuable one does; at any wait never a route of
/// less chance.
#[test]
fn a_more_valuable_tier_is_never_helped_worse() {
    let mut found = Vec::new();
    let is_live = |route| matches!(route, Route::Human | Route::Chat);
    let mut before = None;
    play_both(|played| {
        let own = played.decision.first().expect("an option");
        let now = (own.route, own.chance);
        if let (Some((route, chance)), 1..) = (before, played.tier.0) {
            let is_short = played.minutes < CALLBACK_FROM;
            if now.1 > chance || (is_short && is_live(now.0) && !is_live(route)) {
                found.push(format!("{}, above it {route}", played.told()));
            }
        }
        before = Some(now);
    });
    none(&found);
}

#[test]
fn who_is_stranded_gets_a_person_whenever_one_can_be_had() {
    let departures: Vec<_> = DEPARTURES.map(Some).into_iter().chain([None]).collect();
    let mut found = Vec::new();
    let game = Game {
        sample: "airline",
        reasons: &STRANDED,
        departures: &departures,
    };
    let people = [Route::Human, Route::Chat, Route::Callback];
    game.play(|played| {
        let is_at_once = matches!(played.route(), Route::Human | Route::Chat);
        let is_short = played.minutes <= CALLBACK_FROM;
        let live = played.can_have(&[Route::Human, Route::Chat]);
        let left_alone = !people.contains(&played.route());
        if left_alone || (live && is_short && !is_at_once) {
            found.push(played.told());
        }
    });
    none(&found);
}

/// The need and the priority follow from the matter and its clock, not from the channel; and they do not fall when the
/// time passes at which the flight should have left.
#[test]
fn who_is_stranded_is_as_urgent_on_any_channel_and_after_the_departure() {
    let departures: Vec<_> = DEPARTURES.map(Some).into_iter().collect();
    let mut found = Vec::new();
    let game = Game {
        sample: "airline",
        reasons: &STRANDED,
        departures: &departures,
    };
    game.play(|played| {
        let is_soon = played.departs_in.is_some_and(|span| span <= 4 * 60);
        let (need, priority) = if is_soon { (5_000, 9) } else { (3_000, 8) };
        let decision = &played.decision;
        if (decision.need.0, decision.handover.priority) != (need, priority) {
            found.push(format!("{} by need {}", played.told(), decision.need.0));
        }
    });
    none(&found);
}

#[test]
fn at_night_the_desk_that_never_closes_rebooks() {
    let mut found = Vec::new();
    let game = Game {
        sample: "airline",
        reasons: &["existing_flight/change_date", "existing_flight/change_name"],
        departures: &[None],
    };
    game.play(|played| {
        let people = [Route::Human, Route::Chat, Route::Callback];
        // Who writes at night is not called before the morning.
        let channel = &played.playbook.channels[usize::from(played.channel.0)];
        let is_asleep = channel.medium == Medium::AsyncText && played.at.ends_with("03:00");
        if played.can_have(&people) == is_asleep {
            found.push(played.told());
        }
    });
    none(&found);
}
