//! The map as JSON.

use super::words::local;
use super::{Chosen, ChosenBy};
use serde_json::{Map, Value, json};
use signpost_domain::decision::{CostKind, IneligibilityCause};
use signpost_domain::money::Money;
use signpost_domain::playbook::Playbook;
use signpost_domain::playbook::map::{
    Cell, Desks, Everywhere, Floor, HeldRoute, MapAsked, MapRow, Resort, Side, Tip, TipCause,
    WAIT_MINUTES,
};
use signpost_domain::time::{Millis, UnixMs};

/// The map of one channel.
pub(super) fn map(chosen: &Chosen<'_>, rows: &[MapRow]) -> Value {
    let mut map = head(chosen);
    map["reasons"] = reasons(chosen, rows);
    map["rows"] = rows.iter().map(|it| row(chosen, it)).collect();
    map
}

/// The head: what the map is about.
pub(super) fn head(chosen: &Chosen<'_>) -> Value {
    let MapAsked {
        channel: _,
        at,
        deadline_in,
    } = chosen.asked;
    let playbook = chosen.playbook;
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    let mut head = json!({
        "playbook": playbook.name.as_str(),
        "playbook_version": playbook.version.as_str(),
        "currency_code": &*playbook.currency,
        "at": at.to_string(),
        "deadline_in_seconds": deadline_in.map(seconds),
        "wait_minutes": WAIT_MINUTES,
    });
    if chosen.by != ChosenBy::All {
        head["channel"] = json!(chosen.channel());
    }
    head
}

/// For each reason, what holds for all tiers.
pub(super) fn reasons(chosen: &Chosen<'_>, rows: &[MapRow]) -> Value {
    let reasons = rows.chunk_by(|one, other| one.reason == other.reason);
    let reasons = reasons.filter_map(|rows| {
        let reason = rows.first()?.reason;
        let about = chosen.playbook.map_about(chosen.asked, reason, rows);
        let desks = match about.desks {
            Desks::None => "none",
            Desks::Open => "open",
            Desks::OpenButForMessages => "open_but_for_messages",
            Desks::Closed => "closed",
        };
        let not_offered = about.not_offered.iter().map(|route| route.as_str());
        Some(json!({
            "reason": chosen.playbook.reason(reason).id.to_string(),
            "deadline": about.deadline.as_ref().map(|fact| fact.as_str()),
            "desks": desks,
            "not_offered": not_offered.collect::<Vec<_>>(),
        }))
    });
    reasons.collect()
}

/// One row: a reason and a tier.
pub(super) fn row(chosen: &Chosen<'_>, row: &MapRow) -> Value {
    let playbook = chosen.playbook;
    let place = (row.reason, row.tier, chosen.asked.channel);
    let minute = playbook.minute_of_waiting(place).into_iter();
    let minute = minute.map(|(route, cost)| {
        let mut json = json!({ "route": route.as_str() });
        amount(&mut json, "cost", cost);
        json
    });
    let mut json = json!({
        "reason": playbook.reason(row.reason).id.to_string(),
        "tier": playbook.tier(row.tier).id.as_str(),
        "routes": cells(row),
        "tips": tips(row),
        "ineligible_routes": out(playbook, row),
        "minute_of_waiting": minute.collect::<Vec<_>>(),
    });
    if let Some(held) = &row.held {
        json["held_by_tier_floor"] = held_by(held);
    }
    if let Some(why) = &row.everywhere {
        json["at_every_wait"] = everywhere(row.cells.first(), why);
    }
    if !row.resorts.is_empty() {
        let resorts = row.resorts.iter();
        json["last_resorts"] = resorts
            .map(|resort| last_resort(playbook, resort))
            .collect();
    }
    if let Some(beyond) = &row.out_of_reach {
        json["deadline_out_of_reach"] = json!({
            "deadline": beyond.fact.as_str(),
            "from_wait_seconds": seconds(beyond.from),
        });
    }
    json
}

/// The routes of a row. A cell that is the last resort or is held by the tier floor also says that.
pub(super) fn cells(row: &MapRow) -> Value {
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

/// The tips of a row: where its route changes.
pub(super) fn tips(row: &MapRow) -> Value {
    row.tips.iter().map(tip).collect()
}

fn tip(tip: &Tip) -> Value {
    let mut json = json!({
        "from": tip.from.route.as_str(),
        "to": tip.to.route.as_str(),
        "wait_seconds": seconds(tip.wait),
        "words": tip.words(),
    });
    match &tip.why {
        TipCause::Costs(old, new) => {
            json["from_cost"] = side(old);
            json["to_cost"] = side(new);
        }
        TipCause::IneligibilityCause(IneligibilityCause::TooLate(fact)) => {
            json["missed_deadline"] = json!(fact.as_str());
        }
        TipCause::IneligibilityCause(_) | TipCause::Otherwise => {}
    }
    if let Some(held) = &tip.kept {
        json["from_kept_by_tier_floor"] = held_by(held);
    }
    if let Some(floor) = &tip.raised {
        json["to_given_by_tier_floor"] = json!({
            "because_of": floor.tier.as_str(),
            "by_own_cost": floor.own.as_str(),
        });
    }
    json
}

/// The route that the tier floor holds, from which wait on, and the costs of this route and of the cheapest one at that
/// wait.
fn held_by(held: &HeldRoute) -> Value {
    let mut json = json!({
        "because_of": held.floor.tier.as_str(),
        "by_own_cost": held.floor.own.as_str(),
        "from_wait_seconds": seconds(held.from),
    });
    if let Some((kept, own)) = &held.costs {
        json["kept_cost"] = side(kept);
        json["own_cost"] = side(own);
    }
    json
}

/// The cost of a route, with the parts that are not 0.
fn side(side: &Side) -> Value {
    let kinds = CostKind::ALL.into_iter();
    let parts = kinds.filter(|kind| side.cost.part(*kind) != Money::ZERO);
    let parts = parts.map(|kind| {
        let mut json = json!({ "kind": kind_name(kind) });
        amount(&mut json, "amount", side.cost.part(kind));
        json
    });
    let mut json = json!({ "route": side.route.as_str(), "parts": parts.collect::<Vec<_>>() });
    amount(&mut json, "cost", side.cost.total());
    json
}

const fn kind_name(kind: CostKind) -> &'static str {
    match kind {
        CostKind::Handling => "handling",
        CostKind::Waiting => "waiting",
        CostKind::Failure => "failure",
        CostKind::LeavingChannel => "leaving_channel",
        CostKind::CustomerPreference => "customer_preference",
        CostKind::RulePreference => "rule_preference",
        CostKind::TierFloor => "tier_floor",
    }
}

/// Adds an amount twice: as a decimal text, and in millionths.
fn amount(json: &mut Value, name: &str, amount: Money) {
    json[name] = json!(amount.to_string());
    json[format!("{name}_micros")] = json!(amount.micros());
}

/// Why the route is the same at every wait.
fn everywhere(cell: Option<&Cell>, why: &Everywhere) -> Value {
    let mut json = json!({ "route": cell.map(|cell| cell.route.as_str()) });
    match why {
        Everywhere::OnlyOfReason => json["why"] = json!("only_route_of_reason"),
        Everywhere::OnlyLeft => json["why"] = json!("only_route_left"),
        Everywhere::Next { route, dearer } => {
            json["why"] = json!("cheapest");
            json["next_best"] = json!(route.as_str());
            amount(&mut json, "dearer", *dearer);
        }
    }
    json
}

fn last_resort(playbook: &Playbook, resort: &Resort) -> Value {
    let mut json = json!({
        "route": resort.route.as_str(),
        "queue": resort.queue.as_ref().map(|queue| queue.as_str()),
    });
    if let Some(why) = &resort.against {
        json["against"] = Value::Object(ineligible(playbook, why));
    }
    json
}

/// The routes that are not available.
pub(super) fn out(playbook: &Playbook, row: &MapRow) -> Value {
    let out = row.out.iter().map(|out| {
        let mut json = ineligible(playbook, &out.why);
        json.insert("route".to_owned(), json!(out.route.as_str()));
        json.insert("from_wait_seconds".to_owned(), json!(seconds(out.from)));
        Value::Object(json)
    });
    out.collect()
}

fn ineligible(playbook: &Playbook, why: &IneligibilityCause) -> Map<String, Value> {
    let (why, about, opens): (_, _, Option<UnixMs>) = match why {
        IneligibilityCause::Closed(queue, at) => ("closed", queue.as_str(), *at),
        IneligibilityCause::NotStaffed(queue, at) => ("not_staffed", queue.as_str(), *at),
        IneligibilityCause::TooLate(fact) => ("too_late", fact.as_str(), None),
        IneligibilityCause::ForbiddenByRule(rule) => ("forbidden_by_rule", rule.as_str(), None),
        IneligibilityCause::ExcludedByRule(rule) => ("excluded_by_rule", rule.as_str(), None),
        // A map has no other causes.
        _ => ("other", "", None),
    };
    let mut json = Map::new();
    json.insert("why".to_owned(), json!(why));
    json.insert("subject".to_owned(), json!(about));
    if let Some(at) = opens {
        let opens = local(playbook, at, "%Y-%m-%dT%H:%M:%S%:z");
        json.insert("opens".to_owned(), json!(opens));
    }
    json
}

const fn seconds(span: Millis) -> i64 {
    span.0 / Millis::SECOND.0
}
