//! What a playbook means: versions, retired reasons, menus, and which rules match.

use super::{AIRLINE, airline, read};
use crate::ids::{ReasonId, Slug};
use crate::playbook::rule_sets::{RuleColumns, RuleSets};
use crate::playbook::{
    ChannelIndex, Playbook, PlaybookFaults, ReasonIndex, Rule, RuleIndex, TierIndex, json_schema,
};
use expect_test::expect;
use proptest::prelude::*;
use std::fmt::Write as _;

#[test]
fn the_version_is_the_hash_of_what_was_written() -> Result<(), PlaybookFaults> {
    let (playbook, _) = read(AIRLINE)?;
    expect!["2f5c09bbf5218e61fb1e4fb5992a6ab85b9357cf1d00dd4a7273e9239fbfbb52"]
        .assert_eq(playbook.version.as_str());
    Ok(())
}

#[test]
fn the_version_counts_what_means_something() -> Result<(), PlaybookFaults> {
    let version = |edits: &[(&str, &str)]| read(&airline(edits)).map(|(read, _)| read.version);
    let written = version(&[])?;
    for same in [
        ("# A small", "# Another small"),
        (
            "playbook: airline\ncurrency: EUR\n",
            "currency:    'EUR'\nplaybook: \"airline\"\n",
        ),
        (
            "{ route: message, queue: rebooking }",
            "\n  queue: rebooking\n  route: message",
        ),
        (
            "cost: 4.10, resolves: 0.90",
            "resolves: '0.90', cost: \"4.10\"",
        ),
        ("locales: [en, nl]", "locales:\n  - en\n  - nl"),
    ] {
        assert_eq!(version(&[same])?, written, "{same:?}");
    }
    for other in [
        ("cost: 4.10", "cost: 4.1"),
        ("cost: 4.10", "cost: 4.11"),
        ("locales: [en, nl]", "locales: [nl, en]"),
        ("personas: [planner, hurried]\n", ""),
        (
            "routes: [message, self_service, callback]",
            "routes: [self_service, message, callback]",
        ),
        (
            "          self_service: { flow: cancel, cost: 0.05, resolves: 0.80 }
          human: { queue: rebooking, cost: 6.00, resolves: 0.95 }\n",
            "          human: { queue: rebooking, cost: 6.00, resolves: 0.95 }
          self_service: { flow: cancel, cost: 0.05, resolves: 0.80 }\n",
        ),
    ] {
        assert_ne!(version(&[other])?, written, "{other:?}");
    }
    Ok(())
}

#[test]
fn json_is_read_too() -> Result<(), PlaybookFaults> {
    let json = r#"{"playbook": "small", "currency": "USD", "time_zone": "UTC", "locales": ["en"],
        "tiers": [{"id": "all", "label": {"en": "All"}, "waiting_target": "1m", "waiting_cost_per_minute": 0.5,
                   "cost_of_failure": "2.00", "default": true}],
        "channels": {"web": {"medium": "live_text", "routes": ["message"]}},
        "queues": {"desk": {"assumed_wait": "1h"}},
        "reasons": [{"id": "any", "label": {"en": "Any"}, "secondary": [{"id": "thing", "label": {"en": "Thing"},
                     "routes": {"message": {"queue": "desk", "cost": 1.50, "resolves": 0.5}}}]}],
        "last_resort": {"route": "message", "queue": "desk"}}"#;
    let (playbook, _) = read(json)?;
    assert_eq!(playbook.reasons[0].routes[0].cost.to_string(), "1.50");
    Ok(())
}

#[test]
fn retired_reasons_lead_to_what_stands_for_them() -> Result<(), PlaybookFaults> {
    let (playbook, _) = read(AIRLINE)?;
    let mut shown = String::new();
    let mut old: Vec<_> = playbook.index.reasons.iter().collect();
    old.sort();
    for (id, index) in old {
        let now = &playbook.reasons[usize::from(index.0)].id;
        let _ = writeln!(shown, "{id} => {now}");
    }
    let mut primaries: Vec<_> = playbook.index.primaries.iter().collect();
    primaries.sort();
    for (id, index) in primaries {
        let _ = writeln!(
            shown,
            "{id} => {}",
            playbook.primaries[usize::from(*index)].id
        );
    }
    expect![[r#"
        baggage/lost => baggage/lost
        existing_flight/cancel => existing_flight/cancel
        existing_flight/change_date => existing_flight/change_date
        existing_flight/move_date => existing_flight/change_date
        my_flight/cancel => existing_flight/cancel
        my_flight/change_date => existing_flight/change_date
        my_flight/move_date => existing_flight/change_date
        rebook/date => existing_flight/change_date
        baggage => baggage
        existing_flight => existing_flight
        my_flight => existing_flight
    "#]]
    .assert_eq(&shown);
    Ok(())
}

#[test]
fn menus() -> Result<(), PlaybookFaults> {
    let (playbook, _) = read(AIRLINE)?;
    let mut shown = String::new();
    for (channel, locale, primary) in [
        (ChannelIndex(0), Some("nl-BE"), None),
        (ChannelIndex(1), None, None),
        (ChannelIndex(0), Some("fr"), Some(0)),
    ] {
        let menu = playbook.menu(channel, locale, primary);
        let _ = writeln!(shown, "{} ({} left out)", menu.locale, menu.left_out);
        for item in menu.items {
            let _ = writeln!(shown, "  {:?} {} {:?}", item.digit, item.label, item.choice);
        }
    }
    expect![[r#"
        nl (0 left out)
          Some(1) Over uw lopende zaak OpenCase
          Some(2) Bestaande vlucht Reason(ReasonId { primary: Slug(existing_flight), secondary: None })
          Some(3) Bagage Reason(ReasonId { primary: Slug(baggage), secondary: None })
          Some(4) Iets anders SomethingElse
        en (0 left out)
          None About your open case OpenCase
          None Existing flight Reason(ReasonId { primary: Slug(existing_flight), secondary: None })
          None Baggage Reason(ReasonId { primary: Slug(baggage), secondary: None })
          None Something else SomethingElse
        en (0 left out)
          Some(1) Change date Reason(ReasonId { primary: Slug(existing_flight), secondary: Some(Slug(change_date)) })
          Some(2) Cancel Reason(ReasonId { primary: Slug(existing_flight), secondary: Some(Slug(cancel)) })
          Some(3) Something else SomethingElse
    "#]].assert_eq(&shown);
    Ok(())
}

#[test]
fn a_keypad_keeps_its_exit() -> Result<(), PlaybookFaults> {
    let more: String = (0..9)
        .map(|n| format!("      - {{ id: more_{n}, label: {{en: More {n}}}, routes: {{ message: {{ queue: baggage, cost: 1, resolves: 0.5 }} }} }}\n"))
        .collect();
    let (playbook, _) = read(&airline(&[("rules:\n", &format!("{more}rules:\n"))]))?;
    let digits = |menu: crate::playbook::menu::Menu<'_>| {
        let digits = menu.items.iter().map(|item| item.digit);
        (digits.collect::<Vec<_>>(), menu.left_out)
    };
    let (on_phone, left_out) = digits(playbook.menu(ChannelIndex(0), None, Some(1)));
    assert_eq!(on_phone, (1..=9).map(Some).collect::<Vec<_>>());
    assert_eq!(left_out, 2);
    let (in_chat, left_out) = digits(playbook.menu(ChannelIndex(1), None, Some(1)));
    assert_eq!((in_chat.len(), in_chat[0], left_out), (11, None, 0));
    Ok(())
}

#[test]
fn labels_fall_back() -> Result<(), PlaybookFaults> {
    let (playbook, _) = read(&airline(&[(
        "label: {en: Cancel, nl: Annuleren}",
        "label: {en: Cancel}",
    )]))?;
    assert_eq!(playbook.text(&playbook.reasons[1].label, "nl"), "Cancel");
    assert_eq!(playbook.text(&playbook.queues[0].label, "nl"), "rebooking");
    assert_eq!(playbook.text(&playbook.facts[1].label, "en"), "bag tag");
    assert_eq!(playbook.locale(Some("NL")), "nl");
    assert_eq!(playbook.locale(Some("pt-BR")), "en");
    Ok(())
}

#[test]
fn every_key_of_the_schema_is_described() {
    let schema = json_schema();
    let mut missing = Vec::new();
    let definitions = schema["$defs"].as_object().into_iter().flatten();
    let definitions = definitions.map(|(name, definition)| (name.as_str(), definition));
    for (name, definition) in definitions.chain([("File", &schema)]) {
        let properties = definition["properties"].as_object().into_iter().flatten();
        for (key, property) in properties {
            if property["description"].as_str().is_none() {
                missing.push(format!("{name}.{key}"));
            }
        }
        if definition["properties"].is_object() {
            assert_eq!(definition["additionalProperties"], false, "{name}");
        }
    }
    assert_eq!(missing, Vec::<String>::new());
    assert_eq!(schema["title"], "Signpost playbook");
}

/// A value that can be written in two forms has both forms in the schema, at the right place.
#[test]
fn the_schema_takes_one_or_several_where_the_playbook_does() {
    let schema = json_schema();
    let kinds = |property: &serde_json::Value| -> Vec<String> {
        let any = property["anyOf"].as_array().into_iter().flatten();
        let kinds = any.map(|one| match (one["$ref"].as_str(), one["type"].as_str()) {
            (Some(reference), _) => reference.rsplit('/').next().unwrap_or_default().to_owned(),
            (_, Some(kind)) => {
                let of = if kind == "object" {
                    &one["additionalProperties"]
                } else {
                    &one["items"]
                };
                let of = of["$ref"].as_str().unwrap_or_default();
                format!("{kind} of {}", of.rsplit('/').next().unwrap_or_default())
            }
            _ => one.to_string(),
        });
        kinds.collect()
    };
    let resort = &schema["properties"]["last_resort"];
    assert_eq!(
        kinds(resort),
        ["LastResortFile", "array of LastResortFile"],
        "{resort:#}"
    );
    let medium = &schema["$defs"]["LastResortFile"]["properties"]["medium"];
    assert_eq!(kinds(medium), ["Medium", "array of Medium"], "{medium:#}");
    let queue = &schema["$defs"]["RouteFile"]["properties"]["queue"];
    assert_eq!(
        kinds(&queue["anyOf"][0]),
        ["Id", "object of Id"],
        "{queue:#}"
    );
    let written = &schema["$defs"]["WrittenValue"];
    assert_eq!(
        written["type"],
        serde_json::json!(["string", "number", "boolean"])
    );
}

/// The airline playbook with only these rules, each with some columns.
fn with_rules(columns: &[(u8, u8, u8)]) -> String {
    let one_of = |number: u8, names: &[&str]| match number {
        0 => String::new(),
        1 => format!("[{}]", names.join(", ")),
        n => names[usize::from(n) % names.len()].to_owned(),
    };
    let column = |key: &str, value: String| match value.as_str() {
        "" => String::new(),
        _ => format!(", {key}: {value}"),
    };
    let rules: String = columns
        .iter()
        .enumerate()
        .map(|(number, &(reason, tier, channel))| {
            let reason = one_of(
                reason,
                &["existing_flight", "baggage/lost", "existing_flight/cancel"],
            );
            let tier = one_of(tier, &["gold", "standard"]);
            let channel = one_of(channel, &["phone", "email"]);
            format!(
                "  - {{ id: r{number}, need: 2{}{}{} }}\n",
                column("reason", reason),
                column("tier", tier),
                column("channel", channel)
            )
        })
        .collect();
    let (before, rest) = AIRLINE.split_once("rules:\n").unwrap_or_default();
    let (_, after) = rest.split_once("costs:\n").unwrap_or_default();
    format!("{before}rules:\n{rules}costs:\n{after}")
}

fn fits(rule: &Rule, columns: RuleColumns) -> bool {
    let any_or = |is_any: bool, is_named: bool| is_any || is_named;
    any_or(
        rule.reasons.is_empty(),
        columns.reason.is_some_and(|r| rule.reasons.contains(&r)),
    ) && any_or(rule.tiers.is_empty(), rule.tiers.contains(&columns.tier))
        && any_or(
            rule.channels.is_empty(),
            columns.channel.is_some_and(|c| rule.channels.contains(&c)),
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rules_fit_as_if_each_was_looked_at(
        written in proptest::collection::vec((0_u8..5, 0_u8..4, 0_u8..4), 0..200),
        reason in proptest::option::of(0_u16..4), tier in 0_u16..3, channel in proptest::option::of(0_u16..3),
    ) {
        let playbook = Playbook::read(&with_rules(&written)).map_err(|faults| TestCaseError::fail(faults.to_string()))?.0;
        let columns = RuleColumns {
            // One more than the playbook has: a reason that does not exist.
            reason: reason.map(ReasonIndex), tier: TierIndex(tier), channel: channel.map(ChannelIndex), stage: None, brand: None,
        };
        let found: Vec<RuleIndex> = playbook.index.rule_sets.fitting(columns).collect();
        let looked: Vec<RuleIndex> = (0..).zip(&playbook.rules).filter(|(_, rule)| fits(rule, columns)).map(|(n, _)| RuleIndex(n)).collect();
        prop_assert_eq!(found, looked);
    }
}

#[test]
fn no_rules_fit_where_there_are_none() {
    let columns = RuleColumns {
        reason: Some(ReasonIndex(3)),
        tier: TierIndex(1),
        channel: None,
        stage: Some(2),
        brand: None,
    };
    assert_eq!(RuleSets::default().fitting(columns).count(), 0);
}

#[test]
fn ids_are_found() -> Result<(), PlaybookFaults> {
    let (playbook, _) = read(AIRLINE)?;
    assert_eq!(playbook.index.tiers.get("gold"), Some(&TierIndex(1)));
    let old = ReasonId {
        primary: Slug::stored("my_flight"),
        secondary: Some(Slug::stored("move_date")),
    };
    assert_eq!(playbook.index.reasons.get(&old), Some(&ReasonIndex(0)));
    Ok(())
}
