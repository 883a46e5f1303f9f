//! The lines under a row of a map: where it tips and why, what the tier floor holds, what is not to be had.

use crate::cli::out::Paint;
use serde_json::{Value, json};
use signpost_domain::decision::TurnedDown;
use signpost_domain::playbook::Playbook;
use signpost_domain::playbook::map::{Cell, Floor, Held, Out, Row, Tip};
use signpost_domain::route::Route;
use signpost_domain::time::{Millis, UnixMs};

/// All lines under a row.
pub(super) fn under(playbook: &Playbook, row: &Row, paint: Paint) -> Vec<String> {
    let mut lines = not_to_be_had(playbook, &row.out);
    lines.extend(row.tips.iter().map(|tip| said(tip, paint)));
    let last = row.cells.last().zip(row.held.as_ref());
    lines.extend(last.map(|(cell, held)| {
        let why = paint.dim(&held.words());
        format!("{}: {why}", got(*cell, paint))
    }));
    lines
}

/// `human until 6m30s, then callback: human 14.50 = waiting 6.50 + handling 8.00; callback 14.49 = …`.
fn said(tip: &Tip, paint: Paint) -> String {
    let (from, to) = (got(tip.from, paint), got(tip.to, paint));
    let why = tip.words();
    format!("{from} until {}, then {to}: {}", tip.wait, paint.dim(&why))
}

/// A route in words.
fn got(cell: Cell, paint: Paint) -> String {
    let name = paint.route(cell.route, cell.route.as_str());
    match cell.last_resort {
        true => format!("{name} as the last resort"),
        false => name,
    }
}

/// `chat, callback, human: desk closed, opens Tue 2026-03-03 07:00`: a line for each cause.
fn not_to_be_had(playbook: &Playbook, out: &[Out]) -> Vec<String> {
    let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
    for out in out {
        let cause = cause(playbook, out);
        match lines.iter_mut().find(|(other, _)| *other == cause) {
            Some((_, routes)) => routes.push(out.route.as_str()),
            None => lines.push((cause, vec![out.route.as_str()])),
        }
    }
    let lines = lines.into_iter();
    lines
        .map(|(cause, routes)| format!("{}: {cause}", routes.join(", ")))
        .collect()
}

fn cause(playbook: &Playbook, out: &Out) -> String {
    let opens = |at: Option<UnixMs>| {
        at.map_or_else(String::new, |at| {
            format!(", opens {}", local(playbook, at, "%a %Y-%m-%d %H:%M"))
        })
    };
    let why = match &out.why {
        TurnedDown::Closed(_, at) => format!("desk closed{}", opens(*at)),
        TurnedDown::NotStaffed(_, at) => format!("desk not staffed{}", opens(*at)),
        TurnedDown::TooLate(fact) => format!("would miss the deadline {fact}"),
        TurnedDown::ForbiddenByRule(rule) => format!("forbidden by the rule {rule}"),
        TurnedDown::NotLeftByRule(rule) => format!("not left by the rule {rule}"),
        // A map tells no others.
        other => format!("{other:?}"),
    };
    match out.from {
        Millis(0) => why,
        from => format!("{why}, from a wait of {from}"),
    }
}

/// A time by the clock of the playbook.
pub(super) fn local(playbook: &Playbook, at: UnixMs, form: &str) -> String {
    let time = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    let local = time.to_zoned(playbook.time_zone.clone());
    local.strftime(form).to_string()
}

/// The letter of a cell, with a star if the tier floor holds it.
pub(super) fn letters(row: &Row, paint: Paint) -> Vec<String> {
    let cells = row.cells.iter().zip(&row.floors);
    cells
        .map(|(cell, floor)| letter(*cell, floor.as_ref(), paint))
        .collect()
}

/// One of them.
pub(super) fn letter(cell: Cell, floor: Option<&Floor>, paint: Paint) -> String {
    let letter = cell.route.letter();
    let letter = match cell.last_resort {
        true => letter.to_ascii_lowercase(),
        false => letter,
    };
    let star = if floor.is_some() { "*" } else { "" };
    paint.route(cell.route, &format!("{star}{letter}"))
}

/// What the letters mean that these rows have.
pub(super) fn legend<'r>(rows: impl Iterator<Item = &'r Row> + Clone, paint: Paint) -> String {
    let mut parts: Vec<String> = Route::ALL
        .into_iter()
        .map(|route| {
            let letter = route.letter().to_string();
            let letter = paint.route(route, &letter);
            match route {
                Route::Human => format!("{letter} {route}: a person, live"),
                _ => format!("{letter} {route}"),
            }
        })
        .collect();
    if rows
        .clone()
        .any(|row| row.cells.iter().any(|cell| cell.last_resort))
    {
        parts.push("lower case: the last resort".to_owned());
    }
    if rows
        .clone()
        .any(|row| row.floors.iter().any(Option::is_some))
    {
        parts.push("*: held by the tier floor".to_owned());
    }
    parts.join("   ")
}

/// The routes, and of the last resort and the tier floor that it is.
pub(super) fn cells_json(row: &Row) -> Value {
    let cells = row.cells.iter().zip(&row.floors);
    let cell = |(cell, floor): (&Cell, &Option<Floor>)| match (cell.last_resort, floor) {
        (true, _) => json!({ "last_resort": cell.route.as_str() }),
        (false, Some(floor)) => json!({
            "tier_floor": cell.route.as_str(),
            "because_of": floor.tier.as_str(),
            "by_own_cost": floor.own.as_str(),
        }),
        (false, None) => json!(cell.route.as_str()),
    };
    cells.map(cell).collect()
}

/// The tips of a row.
pub(super) fn tips_json(row: &Row) -> Value {
    row.tips.iter().map(tip_json).collect()
}

fn tip_json(tip: &Tip) -> Value {
    let mut json = json!({
        "from": tip.from.route.as_str(),
        "to": tip.to.route.as_str(),
        "wait_seconds": seconds(tip.wait),
        "why": tip.words(),
    });
    if let Some(held) = &tip.kept {
        json["from_kept_by_tier_floor"] = held_json(held);
    }
    if let Some(floor) = &tip.raised {
        json["to_given_by_tier_floor"] = json!({
            "because_of": floor.tier.as_str(),
            "by_own_cost": floor.own.as_str(),
        });
    }
    json
}

/// What holds the last of the cells.
pub(super) fn held_json(held: &Held) -> Value {
    json!({
        "because_of": held.floor.tier.as_str(),
        "by_own_cost": held.floor.own.as_str(),
        "from_wait_seconds": seconds(held.from),
    })
}

/// What is not to be had.
pub(super) fn out_json(playbook: &Playbook, row: &Row) -> Value {
    let out = row.out.iter().map(|out| {
        let (why, about, opens) = match &out.why {
            TurnedDown::Closed(queue, at) => ("closed", queue.as_str(), *at),
            TurnedDown::NotStaffed(queue, at) => ("not_staffed", queue.as_str(), *at),
            TurnedDown::TooLate(fact) => ("too_late", fact.as_str(), None),
            TurnedDown::ForbiddenByRule(rule) => ("forbidden_by_rule", rule.as_str(), None),
            TurnedDown::NotLeftByRule(rule) => ("excluded_by_rule", rule.as_str(), None),
            // A map tells no others.
            _ => ("other", "", None),
        };
        let mut json = json!({
            "route": out.route.as_str(),
            "why": why,
            "subject": about,
            "from_wait_seconds": seconds(out.from),
        });
        if let Some(at) = opens {
            json["opens"] = json!(local(playbook, at, "%Y-%m-%dT%H:%M:%S%:z"));
        }
        json
    });
    out.collect()
}

const fn seconds(span: Millis) -> i64 {
    span.0 / Millis::SECOND.0
}
