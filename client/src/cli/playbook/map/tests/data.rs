//! All of the data of a map.

use super::{DEAR_FLOW, NOBODY, PATIENT, SAMPLE, args, edited};
use crate::cli::playbook::map::{ChosenBy, channels, choose, json};
use expect_test::{expect, expect_file};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

fn data(edits: &[(&str, &str)], flags: &str) -> Value {
    let playbook = edited(edits);
    let args = args(&format!("{SAMPLE} {flags}"));
    let chosen = choose(&args, &playbook).unwrap();
    match chosen.by {
        ChosenBy::All => channels::as_json(&chosen, &channels::each(&chosen)),
        ChosenBy::Name | ChosenBy::Routes => json::map(&chosen, &chosen.rows()),
    }
}

#[test]
fn all_channels_are_all_data() {
    let all = data(&[], "--reason missed_connection --all-channels");
    let channels = all["channels"].as_array().unwrap();
    assert!(all.get("channel").is_none() && all.get("rows").is_none());
    for of_channel in channels {
        let id = of_channel["channel"].as_str().unwrap();
        let one = data(&[], &format!("--reason missed_connection --channel {id}"));
        assert_eq!(one["rows"], of_channel["rows"]);
        assert_eq!(one["reasons"], of_channel["reasons"]);
    }
    assert_eq!(channels.len(), edited(&[]).channels.len());
}

/// Every path of a value, without the places in lists.
fn paths(value: &Value, path: &str, all: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                paths(value, &format!("{path}.{name}"), all);
            }
        }
        Value::Array(items) => {
            for item in items {
                paths(item, &format!("{path}[]"), all);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            all.insert(path.to_owned());
        }
    }
}

#[test]
fn every_field_of_the_data_is_known() {
    let mut all = BTreeSet::new();
    for (edits, flags) in [
        (&[][..], "--deadline-in 40m"),
        (
            &[],
            "--channel phone --at 2026-11-24T03:00 --deadline-in 4m",
        ),
        (
            &DEAR_FLOW,
            "--reason change_date --channel phone --deadline-in 13m",
        ),
        (
            &PATIENT,
            "--reason complaint --channel phone --deadline-in 20m",
        ),
        (
            &NOBODY,
            "--reason disruption --channel phone --at 2026-11-24T03:00",
        ),
    ] {
        paths(&data(edits, flags), "", &mut all);
    }
    let all: Vec<String> = all.into_iter().collect();
    expect![[r#"
        .at
        .channel
        .currency_code
        .deadline_in_seconds
        .playbook
        .playbook_version
        .reasons[].deadline
        .reasons[].desks
        .reasons[].not_offered[]
        .reasons[].reason
        .rows[].at_every_wait.dearer
        .rows[].at_every_wait.dearer_micros
        .rows[].at_every_wait.next_best
        .rows[].at_every_wait.route
        .rows[].at_every_wait.why
        .rows[].deadline_out_of_reach.deadline
        .rows[].deadline_out_of_reach.from_wait_seconds
        .rows[].held_by_tier_floor.because_of
        .rows[].held_by_tier_floor.by_own_cost
        .rows[].held_by_tier_floor.from_wait_seconds
        .rows[].held_by_tier_floor.kept_cost.cost
        .rows[].held_by_tier_floor.kept_cost.cost_micros
        .rows[].held_by_tier_floor.kept_cost.parts[].amount
        .rows[].held_by_tier_floor.kept_cost.parts[].amount_micros
        .rows[].held_by_tier_floor.kept_cost.parts[].kind
        .rows[].held_by_tier_floor.kept_cost.route
        .rows[].held_by_tier_floor.own_cost.cost
        .rows[].held_by_tier_floor.own_cost.cost_micros
        .rows[].held_by_tier_floor.own_cost.parts[].amount
        .rows[].held_by_tier_floor.own_cost.parts[].amount_micros
        .rows[].held_by_tier_floor.own_cost.parts[].kind
        .rows[].held_by_tier_floor.own_cost.route
        .rows[].ineligible_routes[].from_wait_seconds
        .rows[].ineligible_routes[].opens
        .rows[].ineligible_routes[].route
        .rows[].ineligible_routes[].subject
        .rows[].ineligible_routes[].why
        .rows[].last_resorts[].against.opens
        .rows[].last_resorts[].against.subject
        .rows[].last_resorts[].against.why
        .rows[].last_resorts[].queue
        .rows[].last_resorts[].route
        .rows[].minute_of_waiting[].cost
        .rows[].minute_of_waiting[].cost_micros
        .rows[].minute_of_waiting[].route
        .rows[].reason
        .rows[].routes[]
        .rows[].routes[].because_of
        .rows[].routes[].by_own_cost
        .rows[].routes[].last_resort
        .rows[].routes[].tier_floor
        .rows[].tier
        .rows[].tips[].from
        .rows[].tips[].from_cost.cost
        .rows[].tips[].from_cost.cost_micros
        .rows[].tips[].from_cost.parts[].amount
        .rows[].tips[].from_cost.parts[].amount_micros
        .rows[].tips[].from_cost.parts[].kind
        .rows[].tips[].from_cost.route
        .rows[].tips[].from_kept_by_tier_floor.because_of
        .rows[].tips[].from_kept_by_tier_floor.by_own_cost
        .rows[].tips[].from_kept_by_tier_floor.from_wait_seconds
        .rows[].tips[].from_kept_by_tier_floor.kept_cost.cost
        .rows[].tips[].from_kept_by_tier_floor.kept_cost.cost_micros
        .rows[].tips[].from_kept_by_tier_floor.kept_cost.parts[].amount
        .rows[].tips[].from_kept_by_tier_floor.kept_cost.parts[].amount_micros
        .rows[].tips[].from_kept_by_tier_floor.kept_cost.parts[].kind
        .rows[].tips[].from_kept_by_tier_floor.kept_cost.route
        .rows[].tips[].from_kept_by_tier_floor.own_cost.cost
        .rows[].tips[].from_kept_by_tier_floor.own_cost.cost_micros
        .rows[].tips[].from_kept_by_tier_floor.own_cost.parts[].amount
        .rows[].tips[].from_kept_by_tier_floor.own_cost.parts[].amount_micros
        .rows[].tips[].from_kept_by_tier_floor.own_cost.parts[].kind
        .rows[].tips[].from_kept_by_tier_floor.own_cost.route
        .rows[].tips[].missed_deadline
        .rows[].tips[].to
        .rows[].tips[].to_cost.cost
        .rows[].tips[].to_cost.cost_micros
        .rows[].tips[].to_cost.parts[].amount
        .rows[].tips[].to_cost.parts[].amount_micros
        .rows[].tips[].to_cost.parts[].kind
        .rows[].tips[].to_cost.route
        .rows[].tips[].to_given_by_tier_floor.because_of
        .rows[].tips[].to_given_by_tier_floor.by_own_cost
        .rows[].tips[].wait_seconds
        .rows[].tips[].words
        .wait_minutes[]
    "#]]
    .assert_eq(&(all.join("\n") + "\n"));
}

#[test]
fn the_data_says_what_the_words_say() {
    let mut samples = Map::new();
    let phone = "--channel phone --tier gold";
    for (name, edits, flags) in [
        (
            "of one letter",
            &[][..],
            "--reason missed_connection --channel email --tier gold".to_owned(),
        ),
        (
            "a tip by costs",
            &[],
            format!("--reason missed_connection {phone} --deadline-in 20m"),
        ),
        (
            "the tier floor",
            &[],
            "--reason wheelchair --tier gold".to_owned(),
        ),
        (
            "a missed deadline",
            &DEAR_FLOW,
            "--reason change_date --channel phone --deadline-in 13m --tier standard".to_owned(),
        ),
        (
            "given by the tier floor",
            &PATIENT,
            format!("--reason complaint {phone} --deadline-in 20m"),
        ),
        (
            "a last resort",
            &NOBODY,
            format!("--reason denied_boarding {phone} --at 2026-11-24T03:00"),
        ),
    ] {
        let mut told = data(edits, &flags);
        // It changes with all that stands in the playbook.
        told["playbook_version"] = Value::Null;
        // It is the same in all.
        told["wait_minutes"] = Value::Null;
        samples.insert(name.to_owned(), told);
    }
    let told = format!("{:#}\n", Value::Object(samples));
    expect_file!["data.json"].assert_eq(&told);
}

#[test]
fn the_data_has_a_word_for_each_kind_of_desks_and_of_one_letter() {
    const ROUTES: &str = "nl: E-mail }, routes: [message, self_service, callback] }";
    let email = |routes: &str, reason: &str| {
        let routes = format!("nl: E-mail }}, routes: [{routes}] }}");
        let flags = format!("--reason {reason} --channel email --at 2026-11-24T03:00");
        data(&[(ROUTES, &routes)], &flags)
    };
    for (routes, reason, desks, why) in [
        ("self_service", "allowance", "none", "only_route_of_reason"),
        (
            "callback",
            "cancelled_flight",
            "open",
            "only_route_of_reason",
        ),
        (
            "self_service, callback",
            "change_date",
            "closed",
            "only_route_left",
        ),
        (
            "self_service, callback, message",
            "flight_status",
            "open",
            "cheapest",
        ),
    ] {
        let told = email(routes, reason);
        assert_eq!(told["reasons"][0]["desks"], desks, "{told}");
        assert_eq!(told["rows"][0]["at_every_wait"]["why"], why, "{told}");
    }
    let told = email("self_service, message", "group_booking");
    assert_eq!(told["reasons"][0]["desks"], "open_but_for_messages");
}
