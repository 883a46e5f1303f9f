//! A playbook as things with fields. Each value is written in one way: `1h` for `60m`, `4.1` for `4.10`, and a value
//! that is left out as its default. Each struct is destructured by name, so that a new field does not compile until
//! somebody decides what it means here.

use super::routes::{in_any_order, share};
use super::thing::{Thing, Things, asked, column, joined};
use super::values::{amount, condition, decimal, scaled, snake, span};
use super::{ChangePart, outcomes, playbook_test, routes, splits};
use crate::playbook::format::parts::{Decimal, Entries, Id};
use crate::playbook::format::{CalendarFile, File, QueueFile, RuleFile};
use crate::playbook::{Channel, FactSpec, Playbook, Primary, Queue, Reason, Tier};
use crate::route::Route;
use std::collections::BTreeSet;

/// The parts of a playbook, in the order of the format. `reported` holds retired reasons, as `primary` or
/// `primary/secondary`. Which reasons replace them is reported elsewhere, so it is left out here. The splits in `split`
/// are left out too.
pub(super) fn of(
    playbook: &Playbook,
    file: &File,
    reported: &BTreeSet<String>,
    split: &BTreeSet<String>,
) -> Vec<Things> {
    let things = |part, ordered, list: Vec<Thing>| Things {
        part,
        ordered,
        list,
    };
    let names = |names: &[crate::ids::Slug]| {
        let things = names.iter().map(|name| Thing::new(name.as_str()));
        things.collect::<Vec<_>>()
    };
    let locales = playbook.locales.iter().map(|locale| Thing::new(locale));
    let tiers = playbook.tiers.iter().map(tier);
    let queues = playbook.queues.iter().map(|it| queue(it, file));
    let facts = playbook.facts.iter().map(fact);
    let primaries = playbook.primaries.iter().map(|it| primary(it, reported));
    let reasons = playbook
        .reasons
        .iter()
        .map(|it| reason(playbook, it, reported));
    let calendars = file.calendars.0.iter().map(|it| calendar(it, file));
    let rules = file.rules.iter().map(rule);
    let outcomes = playbook.outcomes.iter().zip(&file.outcomes);
    let outcomes = outcomes.map(|(it, written)| outcomes::thing(it, written));
    let tests = file.tests.iter().map(playbook_test::thing);
    let others = playbook.splits.iter();
    let others = others.filter(|it| !split.contains(&it.reason.to_string()));
    let splits = others.map(|it| splits::thing(playbook, it));
    let channels = playbook.channels.iter().map(channel);
    vec![
        things(ChangePart::Playbook, false, vec![head(playbook)]),
        things(ChangePart::Locale, true, locales.collect()),
        things(ChangePart::Tier, true, tiers.collect()),
        things(ChangePart::Stage, true, names(&playbook.stages)),
        things(ChangePart::Persona, true, names(&playbook.personas)),
        things(ChangePart::Brand, true, names(&playbook.brands)),
        things(ChangePart::Consent, true, names(&playbook.consents)),
        things(ChangePart::Channel, true, channels.collect()),
        things(ChangePart::Calendar, false, calendars.collect()),
        things(ChangePart::Queue, true, queues.collect()),
        things(ChangePart::Fact, true, facts.collect()),
        things(ChangePart::PrimaryReason, true, primaries.collect()),
        things(ChangePart::Reason, true, reasons.collect()),
        things(ChangePart::Rule, true, rules.collect()),
        things(ChangePart::Split, false, splits.collect()),
        things(ChangePart::Outcome, true, outcomes.collect()),
        things(ChangePart::Test, false, tests.collect()),
    ]
}

fn head(playbook: &Playbook) -> Thing {
    let Playbook {
        version: _,
        source: _,
        name,
        currency,
        time_zone,
        // These are parts of their own.
        locales: _,
        tiers: _,
        tier_default,
        stages: _,
        personas: _,
        brands: _,
        consents: _,
        handles,
        brand_regions,
        channels: _,
        queues: _,
        facts: _,
        primaries: _,
        reasons: _,
        splits: _,
        outcomes: _,
        rules: _,
        guards,
        waiting_weight_percent,
        leaving_channel,
        preferred_route,
        preferred_share,
        repeat_need,
        last_resort,
        feedback_question,
        tests: _,
        index: _,
    } = playbook;
    let mut thing = Thing::new("")
        .with("playbook", name.as_str())
        .with("currency", currency.as_ref())
        .with("time_zone", time_zone.iana_name().unwrap_or_default())
        .with("default_tier", playbook.tier(*tier_default).id.as_str())
        .with("costs.leaving_channel", amount(*leaving_channel))
        .with("costs.preferred_route", amount(*preferred_route))
        .with("costs.preferred_share", share(*preferred_share))
        .with("costs.repeat_need", scaled(i64::from(repeat_need.0), 3));
    for (route, weight) in Route::ALL.into_iter().zip(waiting_weight_percent) {
        let field = format!("costs.waiting_weight.{route}");
        thing = thing.with(&field, scaled(i64::from(*weight), 2));
    }
    for kind in handles.declared() {
        let field = format!("handles.{}", kind.kind);
        let compare = snake(&format!("{:?}", kind.compare));
        let region = kind.region.map(|region| region.to_string());
        thing = thing
            .with(&format!("{field}.compare"), compare)
            .with(&format!("{field}.region"), region.unwrap_or_default());
    }
    for (kind, brand, region) in &brand_regions.0 {
        let field = format!("handles.{kind}.brand_regions.{brand}");
        thing = thing.with(&field, region.as_str());
    }
    let asked = feedback_question.iter().flat_map(|question| &question.0);
    for (locale, text) in asked {
        thing = thing.with(&format!("feedback_question.{locale}"), text.as_ref());
    }
    let thing = routes::guards(thing, guards);
    routes::last_resort(thing, playbook, last_resort)
}

fn tier(tier: &Tier) -> Thing {
    let Tier {
        id,
        label,
        waiting_target,
        waiting_cost_per_minute,
        cost_of_failure,
        agreed_wait_cost_per_hour,
    } = tier;
    Thing::new(id.as_str())
        .label(label)
        .with("waiting_target", span(*waiting_target))
        .with("waiting_cost_per_minute", amount(*waiting_cost_per_minute))
        .with("cost_of_failure", amount(*cost_of_failure))
        .with(
            "agreed_wait_cost_per_hour",
            amount(*agreed_wait_cost_per_hour),
        )
}

fn channel(channel: &Channel) -> Thing {
    let Channel {
        id,
        label,
        medium,
        routes,
        keypad,
    } = channel;
    let routes = routes.iter().map(|route| route.as_str());
    Thing::new(id.as_str())
        .label(label)
        .with("medium", snake(&format!("{medium:?}")))
        .with("routes", joined(routes))
        .with("keypad", keypad.to_string())
}

fn queue(queue: &Queue, file: &File) -> Thing {
    let Queue {
        id,
        label,
        calendar: _,
        skills,
        assumed_wait,
        assumed_handle_time,
        languages,
        media,
    } = queue;
    let mut written = file.queues.0.iter();
    let written = written.find(|(name, _)| name.0 == id.as_str());
    let calendar = written.and_then(|(_, QueueFile { calendar, .. })| calendar.as_ref());
    let mut thing = Thing::new(id.as_str())
        .label(label)
        .with("calendar", calendar.map_or("", |id| id.0.as_str()))
        .with("assumed_wait", span(*assumed_wait))
        .with("assumed_handle_time", span(*assumed_handle_time))
        .with("languages", {
            let mut languages: Vec<&str> = languages.iter().map(AsRef::as_ref).collect();
            languages.sort_unstable();
            languages.join(", ")
        })
        .with("media", in_any_order(media));
    let mut skills: Vec<_> = skills.iter().collect();
    skills.sort_unstable();
    for (skill, level) in skills {
        thing = thing.with(&format!("skills.{skill}"), level.to_string());
    }
    thing
}

fn calendar((id, calendar): &(Id, CalendarFile), file: &File) -> Thing {
    let CalendarFile {
        time_zone,
        open,
        closed,
        open_on,
    } = calendar;
    // Lines mean the same in any order.
    let sorted = |lines: &[String]| {
        let mut lines: Vec<String> = lines.iter().map(|line| line.trim().to_owned()).collect();
        lines.sort_unstable();
        lines.join(", ")
    };
    Thing::new(&id.0)
        .with("time_zone", time_zone.as_ref().unwrap_or(&file.time_zone))
        .with("open", sorted(open))
        .with("closed", sorted(closed))
        .with("open_on", sorted(open_on))
}

fn fact(fact: &FactSpec) -> Thing {
    let FactSpec {
        id,
        label,
        fact_type,
        pattern,
        personal,
        compare,
        case,
        is_key: _,
    } = fact;
    let pattern = pattern.as_ref().map(ToString::to_string);
    Thing::new(id.as_str())
        .label(label)
        .with("type", snake(&format!("{fact_type:?}")))
        .with("pattern", pattern.unwrap_or_default())
        .with("personal", personal.to_string())
        .with("compare", snake(&format!("{compare:?}")))
        .with("case", snake(&format!("{case:?}")))
}

fn primary(primary: &Primary, reported: &BTreeSet<String>) -> Thing {
    let Primary {
        id,
        label,
        secondary: _,
        replaces,
    } = primary;
    let replaces = replaces.iter().map(|old| old.as_str());
    let mut replaces: Vec<&str> = replaces.filter(|old| !reported.contains(*old)).collect();
    replaces.sort_unstable();
    Thing::new(id.as_str())
        .label(label)
        .with("replaces", replaces.join(", "))
}

fn reason(playbook: &Playbook, reason: &Reason, reported: &BTreeSet<String>) -> Thing {
    let Reason {
        id,
        primary: _,
        label,
        stage,
        facts,
        case_key,
        continues_for,
        reopens_within,
        need,
        stake,
        deadline,
        routes,
        replaces,
    } = reason;
    let deadline = deadline.map(|fact| playbook.fact(fact).id.as_str());
    let stage = stage.map(|stage| playbook.stages[usize::from(stage)].as_str());
    let replaces = replaces.iter().map(ToString::to_string);
    let mut replaces: Vec<String> = replaces.filter(|old| !reported.contains(old)).collect();
    replaces.sort_unstable();
    let routes = routes.iter().map(|it| routes::route(playbook, it));
    Thing {
        group: id.primary.to_string(),
        below: Some(Things {
            part: ChangePart::Route,
            ordered: true,
            list: routes.collect(),
        }),
        ..Thing::new(&id.to_string())
            .label(label)
            .with("stage", stage.unwrap_or_default())
            .with("facts", asked(playbook, facts))
            .with("case_key", asked(playbook, case_key))
            .with("continues_for", span(*continues_for))
            .with("reopens_within", span(*reopens_within))
            .with("need", scaled(i64::from(need.0), 3))
            .with("stake", amount(*stake))
            .with("deadline", deadline.unwrap_or_default())
            .with("replaces", replaces.join(", "))
    }
}

fn rule(rule: &RuleFile) -> Thing {
    let RuleFile {
        id,
        reason,
        tier,
        channel,
        stage,
        brand,
        when,
        forbid,
        only,
        prefer: Entries(prefer),
        need,
        facts,
        queue,
        priority,
        skills: Entries(skills),
    } = rule;
    let routes = |routes: &[Route]| {
        let mut routes: Vec<&str> = routes.iter().map(|route| route.as_str()).collect();
        routes.sort_unstable();
        routes.join(", ")
    };
    let mut thing = Thing::new(&id.0)
        .with("reason", column(reason))
        .with("tier", column(tier))
        .with("channel", column(channel))
        .with("stage", column(stage))
        .with("brand", column(brand))
        .with("when", when.as_deref().map(condition).unwrap_or_default())
        .with("forbid", routes(forbid))
        .with("only", routes(only));
    let mut prefer: Vec<(&str, &Decimal)> = prefer
        .iter()
        .map(|(route, gain)| (route.as_str(), gain))
        .collect();
    prefer.sort_unstable_by_key(|(route, _)| *route);
    for (route, gain) in prefer {
        thing = thing.with(&format!("prefer.{route}"), decimal(gain));
    }
    let mut skills: Vec<(&str, i64)> = skills.iter().map(|(id, n)| (id.0.as_str(), *n)).collect();
    skills.sort_unstable();
    let priority = priority.map(|priority| priority.to_string());
    thing = thing
        .with("need", need.as_ref().map(decimal).unwrap_or_default())
        .with("facts", joined(facts.iter().map(|fact| fact.0.as_str())))
        .with("queue", queue.as_ref().map_or("", |id| id.0.as_str()))
        .with("priority", priority.unwrap_or_default());
    for (skill, level) in skills {
        thing = thing.with(&format!("skills.{skill}"), level.to_string());
    }
    thing
}
