//! Events that nobody decides: the conservation check must notice what they break.

use crate::stage::Stage;
use expect_test::{Expect, expect};
use signpost_domain::actor::Actor;
use signpost_domain::case::{CaseAction, CaseLink, CaseState, LinkKind, MergedCase};
use signpost_domain::check::check;
use signpost_domain::contact::{CaseMatch, ContactOutcome, Offered};
use signpost_domain::customer::{Customer, CustomerAction, CustomerMerge, Identity, IdentityKey};
use signpost_domain::decision::{ContactStats, Decision, Memory};
use signpost_domain::event::{
    CaseActionTaken, CaseAddedToContact, CaseJoin, Cause, ContactEnded, ContactRouted,
    CustomerActionTaken, CustomerJoin, CustomerUpserted, Envelope, Event, Next, Recorded,
    RouteSelected, RoutingTrigger,
};
use signpost_domain::fact::Facts;
use signpost_domain::ids::{CaseId, ContactId, CustomerId, ReasonId, Seq, Slug};
use signpost_domain::route::Route;
use signpost_domain::state::State;

const DAY: &str = "
    playbook trips
    at 09:00
    customer c1 verified:phone=0611
    route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
    route chat-2 web_chat customer=c1 reason=flight/change booking=ABC123
    route chat-3 web_chat customer=c2 reason=bags/allowance
";

#[track_caller]
fn breaks(event: impl FnOnce(&State) -> Event, broken: Expect) {
    breaks_after(DAY, event, broken);
}

#[track_caller]
fn breaks_after(day: &str, event: impl FnOnce(&State) -> Event, broken: Expect) {
    let stage = Stage::play(day.lines());
    let mut state = stage.world.state().clone();
    assert!(check(&state).is_clean());
    let envelope = Envelope {
        seq: Seq(state.seq().0 + 1),
        record_time: state.now(),
        event_time: state.now(),
        actor: Actor::system(),
        on_behalf_of: None,
        cause: Cause::Timer,
        playbook: None,
    };
    let event = event(&state);
    state.apply(&Recorded { envelope, event }, None);
    let mut found = check(&state).broken;
    found.sort();
    broken.assert_eq(&(found.join("\n") + "\n"));
}

fn case_of(state: &State, contact: &str) -> CaseId {
    let contact = state.contact(&ContactId::stored(contact));
    let contact = contact.expect("a whole state has all").expect("a contact");
    contact.case.expect("a case")
}

fn ended(contact: &str, case: Option<CaseId>, resolves_case: bool) -> Event {
    Event::ContactEnded(Box::new(ContactEnded {
        contact: ContactId::stored(contact),
        case,
        additional: Vec::new(),
        outcome: ContactOutcome::Resolved,
        confirmed: None,
        resolves: case.filter(|_| resolves_case),
        resolution: None,
        note: "".into(),
        matters: Vec::new(),
    }))
}

#[test]
fn a_case_closed_under_a_live_contact() {
    breaks(
        |state| ended("chat-1", Some(case_of(state, "chat-1")), true),
        expect![[r#"
            case case_0000000000003: it is closed but has live contacts
        "#]],
    );
    breaks(
        |state| Event::CaseLapsed(case_of(state, "chat-3")),
        expect![[r#"
            case case_0000000000005: it is closed but has live contacts
        "#]],
    );
}

#[test]
fn a_contact_that_ends_without_its_case() {
    breaks(
        |_| ended("chat-1", None, false),
        expect![[r#"
        case case_0000000000003: it counts (2, 2, 0) contacts, live and owed ones, there are (2, 1, 0)
        contact chat-1: its case lists it otherwise
    "#]],
    );
}

#[test]
fn a_contact_that_ends_another_case() {
    breaks(
        |state| ended("chat-1", Some(case_of(state, "chat-3")), false),
        expect![[r#"
            case case_0000000000003: it counts (2, 2, 0) contacts, live and owed ones, there are (2, 1, 0)
            case case_0000000000005: it counts (1, 0, 0) contacts, live and owed ones, there are (1, 1, 0)
            contact chat-1: its case lists it otherwise
        "#]],
    );
}

fn merged(customer: &str, other: &str) -> Event {
    Event::CustomerActionTaken(Box::new(CustomerActionTaken {
        customer: CustomerId::stored(customer),
        action: CustomerAction::Merged(CustomerMerge {
            customer: CustomerId::stored(other),
            proof: None,
            note: "".into(),
        }),
    }))
}

#[test]
fn customers_merged_as_they_cannot_be() {
    breaks(
        |_| merged("c1", "c1"),
        expect![[r#"
            customer c1: others were merged into it, but it was merged into c1
        "#]],
    );
    // A chain.
    let one = format!("{DAY}customer c3\nmerge_customers c1 c2");
    breaks_after(
        &one,
        |_| merged("c3", "c1"),
        expect![[r#"
        customer c1: others were merged into it, but it was merged into c3
    "#]],
    );
}

#[test]
fn a_contact_on_a_case_of_somebody_else() {
    breaks(
        |state| {
            let contact = ContactId::stored("chat-1");
            let row = state
                .contact(&contact)
                .expect("a whole state")
                .expect("a contact");
            let case = case_of(state, "chat-3");
            Event::ContactRouted(Box::new(ContactRouted {
                contact,
                trigger: RoutingTrigger::Amended,
                context: row.context.clone(),
                customer: row
                    .customer
                    .clone()
                    .map(|id| CustomerJoin { id, learnt: None }),
                tier_found: None,
                case: Some(join(case)),
                former: None,
                thanks_for: None,
                additional: Vec::new(),
                leading: None,
                followed_by: 0,
                open_cases: Vec::new(),
                standing: ContactStats::default(),
                memory: Memory::default(),
                profile: None,
                carried: Facts::none(),
                reported: Vec::new(),
                findings: Vec::new(),
                decision: Decision::open(Slug::stored("standard")),
                next: Next::ChooseRoute,
                note: "".into(),
            }))
        },
        expect![[r#"
            case case_0000000000003: it counts (2, 2, 0) contacts, live and owed ones, there are (1, 1, 0)
            case case_0000000000003: it lists contact chat-1, which does not have it
            contact chat-1: its customer was never merged with that of its case
        "#]],
    );
}

#[test]
fn an_identity_of_two_customers() {
    breaks(
        |state| {
            let mut other = Customer::new(CustomerId::stored("c2"), state.now());
            other.profile.identities.push(Identity {
                key: IdentityKey {
                    kind: Slug::stored("phone"),
                    value: "0611".into(),
                },
                verified: true,
                shared: false,
                region: None,
            });
            Event::CustomerUpserted(Box::new(CustomerUpserted {
                customer: other,
                unverified_identities: Vec::new(),
            }))
        },
        expect![[r#"
            customer c1: another holds its verified phone, told alike
            customer c2: another holds its verified phone, told alike
        "#]],
    );
}

#[test]
fn a_additional_case_that_is_lost_or_there_twice() {
    let day = format!("{DAY}add_case chat-1 bags/allowance\n");
    // The contact ends, but not in its additional case.
    breaks_after(
        &day,
        |state| ended("chat-1", Some(case_of(state, "chat-1")), false),
        expect![[r#"
            case case_0000000000006: it counts (1, 1, 0) contacts, live and owed ones, there are (1, 0, 0)
            contact chat-1: its case lists it otherwise
        "#]],
    );
    // It is added again.
    breaks_after(
        &day,
        |state| added("chat-1", case_of(state, "chat-1")),
        expect![[r#"
            contact chat-1: it has a case twice
            contact chat-1: its case lists it otherwise
            contact chat-1: its case lists it otherwise
        "#]],
    );
    // The case of somebody else.
    breaks_after(
        &day,
        |state| added("chat-1", case_of(state, "chat-3")),
        expect![[r#"
            contact chat-1: its customer was never merged with that of its case
        "#]],
    );
    // Of a contact of nobody.
    let day = format!("{DAY}route chat-4 web_chat reason=bags/allowance\n");
    breaks_after(
        &day,
        |state| added("chat-4", case_of(state, "chat-1")),
        expect![[r#"
            contact chat-4: it has 1 additional cases, 0 are the most
            contact chat-4: its case is of another customer
        "#]],
    );
}

fn join(case: CaseId) -> CaseJoin {
    CaseJoin {
        case,
        case_match: CaseMatch::Continued,
        first: true,
        repeat: false,
        switched: false,
        previous: None,
        opened: None,
        claimed: None,
        presumed: false,
    }
}

fn added(contact: &str, case: CaseId) -> Event {
    Event::CaseAddedToContact(Box::new(CaseAddedToContact {
        contact: ContactId::stored(contact),
        channel: Slug::stored("web_chat"),
        customer: CustomerId::stored("c1"),
        own: None,
        additional: Vec::new(),
        reason: ReasonId::parse("bags/allowance").expect("a reason"),
        facts: Facts::none(),
        join: join(case),
        note: "".into(),
        matter: None,
        decided: None,
    }))
}

fn worked(case: CaseId, work: CaseAction) -> Event {
    Event::CaseActionTaken(Box::new(CaseActionTaken {
        case,
        state: CaseState::Open,
        action: work,
    }))
}

#[test]
fn cases_merged_or_linked_as_they_cannot_be() {
    let merged = |case: CaseId| {
        let merged = MergedCase {
            case,
            facts: Vec::new(),
        };
        CaseAction::Merged(merged, "".into())
    };
    // Two customers.
    breaks(
        |state| worked(case_of(state, "chat-1"), merged(case_of(state, "chat-3"))),
        expect![[r#"
            case case_0000000000005: case_0000000000003, which it was merged into, does not list it or is of another customer
        "#]],
    );
    // A link to one that is nowhere.
    let nowhere = CaseId(Seq(1_000));
    breaks(
        |state| {
            let link = CaseLink {
                kind: LinkKind::CausedBy,
                case: nowhere,
            };
            worked(case_of(state, "chat-1"), CaseAction::Linked(link))
        },
        expect![[r#"
            case case_0000000000003: case_00000000000z8 is not linked back
        "#]],
    );
}

/// A route is taken on a contact that is over.
#[test]
fn a_contact_that_is_over_and_goes_on() {
    breaks_after(
        &format!("{DAY}end chat-3 abandoned"),
        |state| {
            Event::RouteSelected(RouteSelected {
                contact: ContactId::stored("chat-3"),
                case: Some(case_of(state, "chat-3")),
                additional: Vec::new(),
                taken: Offered {
                    route: Route::Chat,
                    flow: None,
                    queue: Some(Slug::stored("desk")),
                    wait: None,
                },
                declined: Vec::new(),
                tier: None,
                handover: None,
            })
        },
        expect![[r#"
            case case_0000000000005: it counts (1, 0, 0) contacts, live and owed ones, there are (1, 1, 0)
            contact chat-3: its case lists it otherwise
            contact chat-3: its place and its end time disagree
        "#]],
    );
}
