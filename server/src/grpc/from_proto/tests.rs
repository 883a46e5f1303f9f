//! Tests of wrong requests, with one fault and with all faults at once, and of right requests.

mod facts;
mod other;

use super::{Caller, EventTime, NamedPlaybooks, contact};
use expect_test::{Expect, expect};
use signpost_domain::actor::Actor;
use signpost_domain::case::CaseNumbers;
use signpost_domain::command::{Command, CommandBody, RouteContact, UnknownReason};
use signpost_domain::playbook::Playbook;
use signpost_domain::refusal::Faults;
use signpost_proto::v1;

#[expect(
    clippy::unwrap_used,
    reason = "the playbook of these tests has no faults"
)]
fn playbook() -> Playbook {
    Playbook::read(include_str!("tests/playbook.yaml"))
        .unwrap()
        .0
}

fn numbers() -> CaseNumbers {
    CaseNumbers::new([7; 32])
}

fn caller() -> Caller {
    Caller {
        actor: Actor::system(),
        on_behalf_of: None,
        event_time: EventTime::Optional,
        reach: signpost_domain::access::Reach::default(),
        may_step_clock: false,
    }
}

/// A request without faults.
fn right() -> v1::RouteContactRequest {
    v1::RouteContactRequest {
        request_id: "r1".into(),
        contact_id: "c1".into(),
        context: Some(v1::ContactContext {
            channel: "phone".into(),
            stated_reason: "existing_flight/change_date".into(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn with(change: impl FnOnce(&mut v1::ContactContext)) -> v1::RouteContactRequest {
    let mut request = right();
    change(request.context.get_or_insert_default());
    request
}

fn route(request: v1::RouteContactRequest) -> Result<Command, Faults> {
    let live = playbook();
    let playbooks = NamedPlaybooks {
        live: &live,
        menu: None,
        retired: &[],
        numbers: &numbers(),
    };
    sound(contact::route(request, caller(), playbooks))
}

fn words(faults: &Faults) -> String {
    let mut words = String::new();
    for fault in faults.found() {
        words.push_str(&format!("{}: {}\n", fault.field, fault.what));
    }
    match faults.more() {
        0 => words,
        more => words + &format!("and {more} more\n"),
    }
}

/// The command. A command that carries faults counts as refused.
fn sound(parsed: Result<Command, Faults>) -> Result<Command, Faults> {
    match parsed {
        Ok(Command {
            body: CommandBody::Faulty(_, faults),
            ..
        }) => Err(faults),
        parsed => parsed,
    }
}

fn told<T>(parsed: Result<T, Faults>) -> String {
    match parsed {
        Ok(_) => "nothing is wrong\n".into(),
        Err(faults) => words(&faults),
    }
}

fn check(request: v1::RouteContactRequest, expected: Expect) {
    expected.assert_eq(&told(route(request)));
}

fn routed(command: Command) -> Option<Box<RouteContact>> {
    match command.body {
        CommandBody::Route(routed) => Some(routed),
        _ => None,
    }
}

#[test]
fn nothing_at_all() {
    check(
        v1::RouteContactRequest::default(),
        expect![[r#"
            request_id: must not be empty
            contact_id: must not be empty
            context: must be set
        "#]],
    );
    check(
        with(|context| *context = v1::ContactContext::default()),
        expect![[r#"
            context.channel: must be set
        "#]],
    );
    check(
        right(),
        expect![[r#"
        nothing is wrong
    "#]],
    );
}

#[test]
fn all_faults_at_once() {
    let mut request = with(|context| {
        context.channel = "web_chad".into();
        context.direction = 7;
        context.device = "iPhone 12".into();
        context.customer = Some(v1::CustomerRef {
            customer_id: " c".into(),
            identities: vec![v1::Identity {
                kind: "Phone".into(),
                ..Default::default()
            }],
            tier: "platinum".into(),
        });
        context.stated_reason = "existing_flight/change_dat".into();
        context.stage = "suport".into();
        context.persona = "dreamer".into();
        context.sentiment_score = Some(-101);
        context.language_code = "dutch!".into();
        context.brand = "mainlime".into();
    });
    request.request_id = "r".repeat(129);
    request.route_selection = 3;
    check(
        request,
        expect![[r#"
            request_id: must be at most 128 bytes, is 129
            context.channel: is not a channel of the live playbook; did you mean web_chat?
            context.direction: is not known to this server
            context.device: must be lower-case letters, digits and _, starting with a letter
            context.customer.customer_id: must be printable, without spaces at its ends
            context.customer.identities[0].kind: must be lower-case letters, digits and _, starting with a letter
            context.customer.identities[0].value: must not be empty
            context.customer.tier: is not a tier of the live playbook; must be one of gold, standard
            context.stated_reason: is not a reason of the live playbook; did you mean existing_flight/change_date?
            context.stage: is not a stage of the live playbook; did you mean support?
            context.persona: is not a persona of the live playbook; must be one of planner
            context.sentiment_score: must be from -100 to 100, is -101
            context.language_code: must be a language such as nl or nl-NL
            context.brand: is not a brand of the live playbook; did you mean mainline?
            route_selection: is not known to this server
        "#]],
    );
}

#[test]
fn lists_have_limits_and_no_doubles() {
    let identity = |value: &str| v1::Identity {
        kind: "phone".into(),
        value: value.into(),
        verified: false,
        shared: false,
        ..Default::default()
    };
    let consent = |id: &str| v1::Consent {
        consent_id: id.into(),
        granted: true,
    };
    check(
        with(|context| {
            context.customer = Some(v1::CustomerRef {
                identities: vec![identity("1"), identity("2"), identity("1")],
                ..Default::default()
            });
            context.preferred_routes = vec![4, 0, 99, 4];
            context.consents = vec![consent("call_back"), consent("call_back"), consent("")];
            context.queue_stats = vec![v1::QueueStats::default(); 65];
        }),
        expect![[r#"
            context.customer.identities[2]: is there twice
            context.preferred_routes[1]: must be set
            context.preferred_routes[2]: is not known to this server
            context.preferred_routes[3]: is there twice
            context.consents[1].consent_id: is there twice
            context.consents[2].consent_id: must be set
            context.queue_stats: must be at most 64, are 65
        "#]],
    );
    check(
        with(|context| {
            context.customer = Some(v1::CustomerRef {
                identities: vec![identity("1"); 17],
                ..Default::default()
            });
            context.consents = vec![consent("call_back"); 1_000];
        }),
        expect![[r#"
            context.customer.identities: must be at most 16, are 17
            context.consents: must be at most 16, are 1000
        "#]],
    );
}

#[test]
fn queues_of_the_platform() {
    let seconds = |seconds| Some(prost_types::Duration { seconds, nanos: 0 });
    let stats = v1::QueueStats {
        queue_id: "rebooking".into(),
        ..Default::default()
    };
    check(
        with(|context| {
            context.queue_stats = vec![
                v1::QueueStats {
                    staffed_agents: Some(2),
                    available_agents: Some(3),
                    average_handle_time: seconds(-1),
                    expected_wait: seconds(i64::MAX),
                    ..stats.clone()
                },
                stats.clone(),
                v1::QueueStats {
                    queue_id: "rebookin".into(),
                    ..stats.clone()
                },
                stats,
            ];
        }),
        expect![[r#"
            context.queue_stats[0].available_agents: must be at most staffed_agents: an available agent is also a staffed one
            context.queue_stats[0].average_handle_time: must be from 0s to 7d
            context.queue_stats[0].expected_wait: must be from 0s to 7d
            context.queue_stats[2].queue_id: is not a queue of the live playbook; did you mean rebooking?
            context.queue_stats[3].queue_id: is there twice
        "#]],
    );
}

#[test]
fn reasons() {
    let stated = |reason: &str| with(|context| context.stated_reason = reason.into());
    check(
        stated("existing_flight/lost"),
        expect![[r#"
            context.stated_reason: is not a reason of the live playbook; did you mean baggage/lost?
        "#]],
    );
    check(
        stated("tax"),
        expect![[r#"
            context.stated_reason: is not a primary reason of the live playbook; must be one of existing_flight, baggage
        "#]],
    );
    check(
        stated("baggage/"),
        expect![[r#"
            context.stated_reason: must be primary or primary/secondary; each part must not be empty
        "#]],
    );
    for known in ["", "baggage", "baggage/lost", "existing_flight/move_date"] {
        check(
            stated(known),
            expect![[r#"
            nothing is wrong
        "#]],
        );
    }
}

#[test]
fn an_unknown_reason_may_be_allowed() {
    let stated = |reason: &str| with(|context| context.stated_reason = reason.into());
    let unknown = |request| {
        route(request)
            .ok()
            .and_then(routed)
            .map(|it| it.unknown_reason)
    };
    assert_eq!(unknown(stated("baggage/lost")), Some(UnknownReason::Refuse));
    let mut allowed = stated("tax/refund");
    allowed.allow_unknown_reason = true;
    assert_eq!(unknown(allowed), Some(UnknownReason::LastResort));
}

#[test]
#[expect(
    clippy::unwrap_used,
    reason = "the playbooks of this test have no faults"
)]
fn a_reason_of_the_callers_menu() {
    let menu = playbook();
    let changed = include_str!("tests/playbook.yaml").replace("id: lost", "id: gone");
    let live = Playbook::read(&changed).unwrap().0;
    let mut request = with(|context| context.stated_reason = "baggage/lost".into());
    request.menu_playbook_version = menu.version.to_string();
    let parse = |menu| {
        let playbooks = NamedPlaybooks {
            live: &live,
            menu,
            retired: &[],
            numbers: &numbers(),
        };
        sound(contact::route(request.clone(), caller(), playbooks))
    };
    let with_menu = parse(Some(&menu)).ok().and_then(routed);
    let unknown = with_menu.map(|it| it.unknown_reason);
    assert_eq!(unknown, Some(UnknownReason::LastResort));
    expect![[r#"
        menu_playbook_version: is not a version that was ever live here; ListPlaybookPublications lists them
        context.stated_reason: is not a reason of the live playbook; did you mean baggage/gone?
    "#]]
    .assert_eq(&told(parse(None)));
}
