//! Tests of the other requests: selecting a route, ends, customers, playbooks, callers, times.

use super::{caller, playbook, right, route, sound, told, words};
use crate::grpc::from_proto::{
    Caller, EventTime, Fresh, NamedRevision, case, contact, customer, playbook as playbooks,
    version,
};
use expect_test::expect;
use prost_types::Timestamp;
use signpost_domain::actor::Actor;
use signpost_domain::command::Query;
use signpost_domain::ids::{CaseId, PlaybookVersion, Seq, Slug};
use signpost_domain::state::Publication;
use signpost_domain::time::UnixMs;
use signpost_proto::v1;
use std::sync::Arc;
use tonic::metadata::{MetadataMap, MetadataValue};

#[test]
fn take_and_end() {
    let take = v1::SelectRouteRequest {
        request_id: "r".into(),
        contact_id: "c".into(),
        route: 4,
        declined_routes: vec![1, 4, 6],
        ..Default::default()
    };
    expect![[r#"
        declined_routes[2]: is not known to this server
        declined_routes: must not hold the route that was selected
    "#]]
    .assert_eq(&told(sound(contact::select_route(take, caller()))));
    let live = playbook();
    let end = |outcome, reason: &str| v1::EndContactRequest {
        request_id: "r".into(),
        contact_id: "c".into(),
        outcome,
        confirmed_reason: reason.into(),
        ..Default::default()
    };
    expect![[r#"
        outcome: must be set
        confirmed_reason: must be a secondary reason, as primary/secondary
    "#]]
    .assert_eq(&told(sound(contact::end(
        end(0, "baggage"),
        caller(),
        Some(&live),
    ))));
    expect![[r#"
        outcome: is set only by the server
        confirmed_reason: is not a reason of the live playbook; did you mean baggage/lost?
    "#]]
    .assert_eq(&told(sound(contact::end(
        end(8, "baggage/lots"),
        caller(),
        Some(&live),
    ))));
    assert!(contact::end(end(4, ""), caller(), Some(&live)).is_ok());
}

#[test]
fn a_additional_case() {
    let live = playbook();
    let add = |reason: &str, note: &str, facts| {
        let request = v1::AddCaseToContactRequest {
            request_id: "r".into(),
            contact_id: "c".into(),
            stated_reason: reason.into(),
            facts,
            note: note.into(),
            event_time: None,
        };
        contact::add_case(request, caller(), &live, &[])
    };
    let unknown = v1::Fact {
        fact_id: "booking".into(),
        ..Default::default()
    };
    expect![[r#"
        stated_reason: must be set
        facts[0].fact_id: is not a fact of the live playbook; must be one of booking_reference, passport, bags, insured, damage, departs_at
        facts[0].value: must be set
        note: must not be only spaces
    "#]].assert_eq(&told(sound(add("", " ", vec![unknown]))));
    expect![[r#"
        stated_reason: must be a secondary reason, as primary/secondary
        note: must be at most 4096 bytes, is 4097
    "#]]
    .assert_eq(&told(sound(add("baggage", &"x".repeat(4097), Vec::new()))));
    expect![[r#"
        stated_reason: is not a reason of the live playbook; did you mean baggage/lost?
    "#]]
    .assert_eq(&told(sound(add("baggage/lots", "", Vec::new()))));
    assert!(sound(add("baggage/lost", "", Vec::new())).is_ok());
}

#[test]
fn customers() {
    let live = playbook();
    let upsert = |customer| {
        let request = v1::UpsertCustomerRequest {
            request_id: "r".into(),
            customer,
            ..Default::default()
        };
        told(sound(customer::upsert(request, caller(), &live)))
    };
    expect![[r#"
        customer: must be set
    "#]]
    .assert_eq(&upsert(None));
    expect![[r#"
        customer.customer_id: must not be empty
        customer.identities[0].value: must be at most 256 bytes, is 257
        customer.tier: is not a tier of the live playbook; did you mean gold?
        customer.value_micros: must be between 0 and 1000000000000 (millionths of the currency), is 9223372036854775807
        customer.loyalty_years: must be at most 150, is 151
        customer.language_code: must be a language such as nl or nl-NL
        customer.time_zone: must be a time zone such as Europe/Amsterdam
        customer.consents[0].consent_id: is not a consent of the live playbook; must be one of call_back
    "#]]
    .assert_eq(&upsert(Some(v1::Customer {
        identities: vec![v1::Identity {
            kind: "email".into(),
            value: "x".repeat(257),
            verified: true,
            shared: false,
            ..Default::default()
        }],
        tier: "golf".into(),
        value_micros: Some(i64::MAX),
        loyalty_years: Some(151),
        language_code: "n".into(),
        time_zone: "Europe/Atlantis".into(),
        consents: vec![v1::Consent {
            consent_id: "spam".into(),
            granted: true,
        }],
        ..Default::default()
    })));
    expect![[r#"
        by: must be set: customer_id or identity
    "#]]
    .assert_eq(&told(customer::get(
        v1::GetCustomerRequest::default(),
        &signpost_domain::handle::HandleKinds::default(),
    )));
}

#[test]
fn documents() {
    let publish = |source: String, note: String| {
        let read = playbooks::read(&source, None);
        let request = v1::PublishPlaybookRequest {
            request_id: "r".into(),
            document: source,
            note,
            event_time: None,
            force: false,
        };
        told(
            playbooks::publish(request, caller(), read, Vec::new())
                .and_then(|(command, _)| sound(Ok(command))),
        )
    };
    let written = include_str!("playbook.yaml");
    let faulty = written
        .replace("EUR", "euro")
        .replace("default: true", "default: false");
    expect![[r#"
        note: must be at most 512 bytes, is 513
        document.currency: line 2, column 11: is "euro"; must be three capitals such as EUR
        document.tiers: line 5, column 1: no tier is the default; must have default: true on exactly one tier
    "#]]
    .assert_eq(&publish(faulty, "n".repeat(513)));
    expect![[r#"
        document: must be at most 1000000 bytes, is 1000001
    "#]]
    .assert_eq(&publish("#".repeat(1_000_001), String::new()));
    expect![[r#"
        document: must not be empty
    "#]]
    .assert_eq(&publish(String::new(), String::new()));
}

#[test]
fn menus_and_pages() {
    let live = playbook();
    let menu = v1::GetReasonMenuRequest {
        channel: "fone".into(),
        language_code: "?".into(),
        primary_reason: "bagage".into(),
        whole_tree: true,
        ..Default::default()
    };
    expect![[r#"
        channel: is not a channel of the live playbook; must be one of phone, web_chat
        language_code: must be a language such as nl or nl-NL
        primary_reason: is not a primary reason of the live playbook; did you mean baggage?
    "#]]
    .assert_eq(&told(playbooks::menu(menu, NamedRevision::of(""), &live)));
    let list = v1::ListPlaybookPublicationsRequest {
        page_size: 201,
        page_token: "7".into(),
        ..Default::default()
    };
    expect![[r#"
        page_token: must be the next_page_token of an answer to the same list
    "#]]
    .assert_eq(&told(playbooks::list(list, [7; 16])));
}

#[test]
fn versions_by_their_first_digits() {
    let published = |seq, version: &str| {
        Arc::new(Publication {
            seq: Seq(seq),
            version: PlaybookVersion::stored(version),
            name: Slug::stored("small"),
            at: UnixMs(0),
            actor: Actor::system(),
            on_behalf_of: None,
            note: "".into(),
            rolled_back: false,
        })
    };
    let all = [
        published(1, "aaaaaaaa11"),
        published(2, "aaaaaaaa22"),
        published(3, "aaaaaaaa11"),
    ];
    let found = |text: &str| match version::published(text, &all) {
        Ok(found) => format!("publication {}", found.seq.0),
        Err(signpost_domain::refusal::Refusal::Faulty(faults)) => words(&faults),
        Err(refusal) => refusal.to_string(),
    };
    assert_eq!(found("aaaaaaaa1"), "publication 3");
    expect!["there is no playbook bbbbbbbb"].assert_eq(&found("bbbbbbbb"));
    expect![[r#"
        playbook_version: is the start of more than one version; give more digits
    "#]]
    .assert_eq(&found("aaaaaaaa"));
    for bad in ["", "aaaaaaa", "AAAAAAAA", "aaaaaaa*"] {
        assert_eq!(
            found(bad),
            "playbook_version: must be 8 to 64 lower-case hexadecimal digits\n"
        );
    }
}

#[test]
fn who_calls() {
    let who = |text: &[(&'static str, &'static str)]| {
        let mut metadata = MetadataMap::new();
        for (key, text) in text {
            metadata.append(*key, MetadataValue::from_static(text));
        }
        crate::grpc::from_proto::caller::who(&metadata)
    };
    let shown = |text: &[_]| {
        let (actor, person) = who(text).map_err(|faults| words(&faults))?;
        let named = |actor: Option<Actor>| {
            actor.map_or_else(|| "nobody".to_owned(), |actor| actor.to_string())
        };
        let (actor, person) = (named(actor), named(person));
        Ok::<_, String>(format!("{actor} for {person}"))
    };
    let (actor, person) = ("signpost-actor", "signpost-on-behalf-of");
    let right = [
        shown(&[]),
        shown(&[(actor, "chatbot/web")]),
        shown(&[(person, "supervisor/ann")]),
        shown(&[(actor, "platform/crm"), (person, "supervisor/ann")]),
    ];
    expect![[r#"
        [
            Ok(
                "nobody for nobody",
            ),
            Ok(
                "chatbot/web for nobody",
            ),
            Ok(
                "nobody for supervisor/ann",
            ),
            Ok(
                "platform/crm for supervisor/ann",
            ),
        ]
    "#]]
    .assert_debug_eq(&right);
    for key in [actor, person] {
        for bad in ["", "chatbot", "robot/1", "chatbot/", "system/signpost"] {
            let shape = "must be kind/id: platform, chatbot, agent, supervisor, admin, auditor or client, and 1 to 64 printable bytes";
            assert_eq!(told(who(&[(key, bad)])), format!("{key}: {shape}\n"));
        }
    }
    let twice = (person, "supervisor/ann");
    expect![[r#"
        signpost-actor: must be kind/id: platform, chatbot, agent, supervisor, admin, auditor or client, and 1 to 64 printable bytes
        signpost-on-behalf-of: must be sent once, is sent 2 times
    "#]]
    .assert_eq(&told(who(&[(actor, "robot/1"), twice, twice])));
}

#[test]
fn times() {
    let live = playbook();
    let parse = |event_time, need| {
        let caller = Caller {
            event_time: need,
            ..caller()
        };
        let mut request = right();
        request.event_time = event_time;
        let playbooks = crate::grpc::from_proto::NamedPlaybooks {
            live: &live,
            menu: None,
            retired: &[],
            numbers: &super::numbers(),
        };
        told(sound(contact::route(request, caller, playbooks)))
    };
    let at = |seconds, nanos| Some(Timestamp { seconds, nanos });
    expect![[r#"
        event_time: must be set: this server takes its time from the requests
    "#]]
    .assert_eq(&parse(None, EventTime::Required));
    expect![[r#"
        event_time: must be a timestamp of the years 1 to 9999, its nanos from 0 to 999999999
    "#]]
    .assert_eq(&parse(at(0, -1), EventTime::Required));
    expect![[r#"
        nothing is wrong
    "#]]
    .assert_eq(&parse(at(1_795_000_000, 0), EventTime::Required));
}

#[test]
fn the_content_is_all_but_the_request_id() {
    let content = |request| {
        route(request)
            .map(|command| command.request.fingerprint)
            .ok()
    };
    let mut other_id = right();
    other_id.request_id = "r2".into();
    assert_eq!(content(right()), content(other_id));
    let mut other_contact = right();
    other_contact.contact_id = "c2".into();
    assert_ne!(content(right()), content(other_contact));
}

#[test]
fn a_case_is_named_by_its_number_or_its_id_in_short() {
    let numbers = super::numbers();
    let number = numbers.of(CaseId(Seq(2)));
    let named = |text: &str| {
        let request = v1::GetCaseRequest {
            case_id: text.to_owned(),
            ..Default::default()
        };
        match case::get(request, &numbers) {
            Ok(Fresh {
                asked: Query::Case(id),
                ..
            }) => id.to_string(),
            Ok(_) => "another question".into(),
            Err(faults) => words(&faults),
        }
    };
    let plain = number.replace(' ', "");
    for text in [
        "case_0000000000002",
        "case_2",
        "2",
        " CASE_02 ",
        &number,
        &plain,
    ] {
        assert_eq!(named(text), "case_0000000000002", "{text}");
    }
    let wrong = [
        "",
        "case_",
        "0",
        "case_0",
        "cust_2",
        "two cases",
        "7012 3456 789",
        "1 2",
    ];
    let said = wrong.map(|text| format!("{text:?} {}", named(text)));
    expect![[r#"
        "" case_id: must not be empty
        "case_" case_id: must be a case number of 11 digits, in groups or not, or the id of a case, with or without case_ and the zeros in front
        "0" case_id: must be a case number of 11 digits, in groups or not, or the id of a case, with or without case_ and the zeros in front
        "case_0" case_id: must be a case number of 11 digits, in groups or not, or the id of a case, with or without case_ and the zeros in front
        "cust_2" case_id: must be a case number of 11 digits, in groups or not, or the id of a case, with or without case_ and the zeros in front
        "two cases" case_id: must be a case number of 11 digits, in groups or not, or the id of a case, with or without case_ and the zeros in front
        "7012 3456 789" case_id: is not a valid case number: its check digit does not fit; a digit is wrong, or two digits are swapped
        "1 2" case_id: must be case_ and 13 letters or digits, or a case number of 11 digits, as an answer gave it
    "#]].assert_eq(&said.concat());
}

#[test]
fn what_a_resolution_cost_is_never_a_gain() {
    let resolution = |cost| {
        Some(v1::CaseResolution {
            outcome: "refunded".into(),
            cost_micros: Some(cost),
            ..Default::default()
        })
    };
    let numbers = super::numbers();
    let resolve = |cost| v1::ResolveCaseRequest {
        request_id: "r".into(),
        case_id: "case_2".into(),
        resolution: resolution(cost),
        ..Default::default()
    };
    let end = |cost| v1::EndContactRequest {
        request_id: "r".into(),
        contact_id: "c".into(),
        outcome: 1,
        resolution: resolution(cost),
        matters: vec![v1::MatterEnd {
            matter_id: "m1".into(),
            resolved: true,
            resolution: resolution(cost),
            ..Default::default()
        }],
        ..Default::default()
    };
    let mut said = String::new();
    for cost in [-1, 0, 1_000_000_000_000, 1_000_000_000_001] {
        said += &format!("{cost}\n");
        said += &told(sound(case::resolve(
            resolve(cost),
            caller(),
            &numbers,
            None,
        )));
        said += &told(sound(contact::end(end(cost), caller(), None)));
    }
    expect![[r#"
        -1
        resolution.cost_micros: must be between 0 and 1000000000000 (millionths of the currency), is -1
        resolution.cost_micros: must be between 0 and 1000000000000 (millionths of the currency), is -1
        matters[0].resolution.cost_micros: must be between 0 and 1000000000000 (millionths of the currency), is -1
        0
        nothing is wrong
        nothing is wrong
        1000000000000
        nothing is wrong
        nothing is wrong
        1000000000001
        resolution.cost_micros: must be between 0 and 1000000000000 (millionths of the currency), is 1000000000001
        resolution.cost_micros: must be between 0 and 1000000000000 (millionths of the currency), is 1000000000001
        matters[0].resolution.cost_micros: must be between 0 and 1000000000000 (millionths of the currency), is 1000000000001
    "#]].assert_eq(&said);
}

#[test]
fn a_customer_is_worth_nothing_or_more() {
    let live = playbook();
    let upsert = |value_micros| v1::UpsertCustomerRequest {
        request_id: "r".into(),
        customer: Some(v1::Customer {
            customer_id: "c1".into(),
            value_micros: Some(value_micros),
            ..Default::default()
        }),
        ..Default::default()
    };
    expect![[r#"
        customer.value_micros: must be between 0 and 1000000000000 (millionths of the currency), is -5000000
    "#]].assert_eq(&told(sound(customer::upsert(
        upsert(-5_000_000),
        caller(),
        &live,
    ))));
    assert!(sound(customer::upsert(upsert(0), caller(), &live)).is_ok());
}
