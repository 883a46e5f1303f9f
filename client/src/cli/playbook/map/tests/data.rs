//! The maps as JSON.

use super::{DEAR_FLOW, DEAR_MINUTES, NOBODY, PATIENT, SAMPLE, args, edited};
use crate::cli::playbook::map::{ChosenBy, channels, choose, choose_same, diff, json};
use expect_test::expect_file;
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

/// Every path in a value, without the places in lists.
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
    expect_file!["fields.txt"].assert_eq(&(all.join("\n") + "\n"));
}

#[test]
fn what_another_playbook_changes_has_both_maps_of_each_row() {
    let flags = format!("{SAMPLE} --reason complaint --channel phone --deadline-in 20m");
    let (before, after) = (edited(&[]), edited(&PATIENT));
    let chosen = choose(&args(&flags), &before).unwrap();
    let other = choose_same(&chosen, &after).unwrap();
    let changed = diff::compare(&chosen, &other);
    let told = diff::as_json(&chosen, &after, &changed);
    assert_eq!(told["playbook_version_after"], after.version.as_str());
    let rows = told["changed"].as_array().unwrap();
    assert_eq!(rows.len(), changed.len());
    for row in rows {
        let (reason, tier) = (row["reason"].as_str(), row["tier"].as_str().unwrap());
        assert_eq!(reason, Some("refund_and_claims/complaint"));
        let flags = format!("--reason complaint --channel phone --deadline-in 20m --tier {tier}");
        let (old, new) = (data(&[], &flags), data(&PATIENT, &flags));
        for field in ["routes", "tips", "ineligible_routes"] {
            assert_eq!(row[field], old["rows"][0][field], "{field}");
            let after = format!("{field}_after");
            assert_eq!(row[&after], new["rows"][0][field], "{after}");
        }
        assert_eq!(row.as_object().unwrap().len(), 8);
    }
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
            &DEAR_MINUTES,
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
        // It changes with every change of the playbook.
        told["playbook_version"] = Value::Null;
        // It is the same in all samples.
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
        // At three nobody is called who writes; on a Saturday evening somebody is.
        let at = match reason {
            "change_date" => "2026-11-28T21:00",
            _ => "2026-11-24T03:00",
        };
        let flags = format!("--reason {reason} --channel email --at {at}");
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
            "refund_request",
            "closed",
            "only_route_left",
        ),
        // A rule sends it to a desk that is open.
        ("callback", "change_date", "open", "only_route_of_reason"),
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
