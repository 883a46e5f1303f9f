//! Samples of rows, one of each kind.

use super::customer::{merged as merged_customer, tier_found, with_cases};
use super::event::queue_stats;
use super::work::{link, merged, resolution};
use super::{
    NOW, actor, additional, contact_id, context, corrected, customer, customer_id, facts,
    identities, matter, matters, offered, person, reason, request, slug, tags, token, version,
};
use signpost_domain::case::{Case, CaseContact, CaseState};
use signpost_domain::contact::{CaseMatch, Contact, ContactOutcome, ContactState, ReportedQueue};
use signpost_domain::decision::PersonReport;
use signpost_domain::handle::HandleKinds;
use signpost_domain::ids::{CaseId, Seq};
use signpost_domain::route::Route;
use signpost_domain::state::{
    Counts, Holder, IdempotencyRecord, LatestCase, Publication, Row, RowKey,
};
use signpost_domain::tags::Tags;
use signpost_domain::time::Millis;
use std::sync::Arc;

/// One row of each kind, and one contact and one case for each prefix of the keys.
pub(in crate::codec::tests::frozen) fn rows() -> Vec<(&'static str, RowKey, Row)> {
    let case = |state| {
        let row = case(state);
        (RowKey::Case(row.id), Row::Case(Arc::new(row)))
    };
    let holder = HandleKinds::default().key_of(&identities().remove(0));
    let holder = RowKey::IdentityOwner(holder);
    let held = Holder {
        customer: customer_id(),
        others: Vec::new(),
    };
    let answered = IdempotencyRecord {
        seq: Seq(77),
        at: NOW,
        fingerprint: *b"content-hash-16b",
    };
    let count = counts();
    let publication = publication();
    let rows = [
        ("an open case", case(CaseState::Open)),
        ("a resolved case", case(CaseState::Resolved)),
        (
            "a customer",
            (
                RowKey::Customer(customer_id()),
                Row::Customer(Arc::new(customer())),
            ),
        ),
        ("a holder", (holder, Row::IdentityOwner(Arc::new(held)))),
        (
            "a matter",
            (
                RowKey::Matter(matter()),
                Row::Matter(Arc::new(LatestCase {
                    case: CaseId(Seq(77)),
                    seq: Seq(300_000),
                })),
            ),
        ),
        (
            "a request",
            (RowKey::Request(request()), Row::Request(Arc::new(answered))),
        ),
        (
            "counts",
            (
                RowKey::Counts(count.reason.clone(), count.tier.clone()),
                Row::Counts(count),
            ),
        ),
        (
            "a publication",
            (
                RowKey::Publication(publication.seq),
                Row::Publication(Arc::new(publication)),
            ),
        ),
    ];
    let rows = in_each_state().into_iter().chain(rows);
    let mut rows: Vec<_> = rows.map(|(title, (key, row))| (title, key, row)).collect();
    let of_others = Contact {
        tier_found: Some(tier_found()),
        case_owner: Some(customer_id()),
        ..contact(ContactState::SelfService)
    };
    let key = RowKey::Contact(of_others.id.clone());
    rows.push((
        "a contact on another's case",
        key,
        Row::Contact(Arc::new(of_others)),
    ));
    let of_many = Contact {
        additional: additional::additional(),
        ..contact(ContactState::SelfService)
    };
    let key = RowKey::Contact(of_many.id.clone());
    rows.push((
        "a contact with further cases",
        key,
        Row::Contact(Arc::new(of_many)),
    ));
    let of_several = matters::contact(contact(ContactState::SelfService));
    let key = RowKey::Contact(of_several.id.clone());
    rows.push((
        "a contact with several matters",
        key,
        Row::Contact(Arc::new(of_several)),
    ));
    let remembers = matters::case(self::case(CaseState::Open));
    let key = RowKey::Case(remembers.id);
    rows.push(("a case that remembers", key, Row::Case(Arc::new(remembers))));
    let key = RowKey::Customer(customer_id());
    let merged = Row::Customer(Arc::new(merged_customer()));
    rows.push(("a customer that is merged and goes on", key, merged));
    for (title, row) in with_cases() {
        let key = RowKey::Customer(row.id.clone());
        rows.push((title, key, Row::Customer(Arc::new(row))));
    }
    let more = [of_nobody_there()].into_iter().chain(of_callers());
    rows.into_iter().chain(more).chain(for_a_person()).collect()
}

fn in_each_state() -> [(&'static str, (RowKey, Row)); 4] {
    [
        ("a contact that is deciding", ContactState::AwaitingCustomer),
        ("a contact in self-service", ContactState::SelfService),
        (
            "a contact routed to people",
            ContactState::Routed(Route::Human),
        ),
        (
            "a contact that ended",
            ContactState::Ended(ContactOutcome::GaveUp),
        ),
    ]
    .map(|(title, state)| {
        let row = contact(state);
        let key = RowKey::Contact(row.id.clone());
        (title, (key, Row::Contact(Arc::new(row))))
    })
}

/// Rows with the data that callers keep, and with their reports of queues.
fn of_callers() -> Vec<(&'static str, RowKey, Row)> {
    let mut rows = Vec::new();
    let reported = ReportedQueue {
        stats: queue_stats(),
        observed: NOW,
        seq: Seq(77),
    };
    rows.push((
        "a queue that was reported",
        RowKey::ReportedQueue(reported.stats.queue.clone()),
        Row::ReportedQueue(Arc::new(reported)),
    ));
    let mut tagged = contact(ContactState::SelfService);
    tags::contact(&mut tagged);
    let key = RowKey::Contact(tagged.id.clone());
    rows.push(("a contact with links", key, Row::Contact(Arc::new(tagged))));
    let corrected = corrected::contact(contact(ContactState::SelfService));
    let key = RowKey::Contact(corrected.id.clone());
    let title = "a contact that was put under another customer";
    rows.push((title, key, Row::Contact(Arc::new(corrected))));
    let held = token::held(contact(ContactState::SelfService));
    let key = RowKey::Contact(held.id.clone());
    rows.push((
        "a contact that a chatbot holds",
        key,
        Row::Contact(Arc::new(held)),
    ));
    rows.extend(
        token::rows()
            .map(|(title, row)| (title, RowKey::Token(row.slot), Row::Token(Arc::new(row)))),
    );
    let mut tagged = case(CaseState::Open);
    tagged.tags = tags::tags();
    let key = RowKey::Case(tagged.id);
    rows.push(("a case with labels", key, Row::Case(Arc::new(tagged))));
    rows
}

/// Rows of what an actor did on behalf of a person.
fn for_a_person() -> [(&'static str, RowKey, Row); 2] {
    let publication = Publication {
        on_behalf_of: Some(person()),
        ..publication()
    };
    let mut customer = merged_customer();
    for merged in &mut customer.merged {
        merged.on_behalf_of = Some(person());
    }
    [
        (
            "a publication on behalf of a person",
            RowKey::Publication(publication.seq),
            Row::Publication(Arc::new(publication)),
        ),
        (
            "a customer that goes on, on behalf of a person",
            RowKey::Customer(customer_id()),
            Row::Customer(Arc::new(customer)),
        ),
    ]
}

/// A contact of a customer that did not answer.
fn of_nobody_there() -> (&'static str, RowKey, Row) {
    let contact = Contact {
        away: true,
        ..contact(ContactState::Routed(Route::Callback))
    };
    let key = RowKey::Contact(contact.id.clone());
    let row = Row::Contact(Arc::new(contact));
    ("a contact of a customer who is away", key, row)
}

fn contact(place: ContactState) -> Contact {
    Contact {
        id: contact_id(),
        context: Arc::new(context()),
        customer: Some(customer_id()),
        case: Some(CaseId(Seq(77))),
        additional: Vec::new(),
        state: place,
        route: Some(Route::Human),
        offered: vec![offered()],
        handover: None,
        declined: vec![Route::Chat],
        confirmed: Some(reason()),
        tier: Some(slug("gold")),
        tier_found: None,
        case_owner: None,
        needs_person: true,
        away: false,
        leading: None,
        due: None,
        links: Vec::new(),
        correction: None,
        arrived: NOW - Millis::SECOND,
        recorded: NOW,
        last_activity: NOW + Millis::MINUTE,
        ended: (!place.is_live()).then_some(NOW + Millis::HOUR),
        amendments: 2,
        held_by: None,
        opened: Seq(77),
        decided: Seq(79),
        changed: Seq(80),
    }
}

fn case(state: CaseState) -> Case {
    let contact = CaseContact {
        contact: contact_id(),
        channel: slug("phone"),
        case_match: CaseMatch::Reopened,
        arrived: NOW - Millis::SECOND,
        repeat: true,
        live: true,
        outbound: false,
        due: None,
        presumed: false,
    };
    Case {
        id: CaseId(Seq(77)),
        state,
        customer: Some(customer_id()),
        key: Some(matter()),
        reason: reason(),
        confirmed: Some(reason()),
        tier: slug("gold"),
        queue: Some(slug("rebooking")),
        facts: facts(),
        contacts: vec![contact],
        contact_count: 6,
        live_contacts: 5,
        awaiting_reply: 4,
        repeats: 3,
        channel_switches: 2,
        reopens: 1,
        tried: Vec::new(),
        reported: PersonReport::default(),
        of_merged: Vec::new(),
        resolution: Some(resolution()),
        notes: 7,
        links: vec![link()],
        merged_into: Some(CaseId(Seq(76))),
        merged: vec![merged()],
        merged_live: 8,
        merged_awaiting_reply: 9,
        legal_hold: true,
        retain_until: Some(NOW + Millis::DAY),
        tags: Tags::default(),
        events: vec![Seq(77), Seq(80)],
        event_count: 2,
        previous: Some(CaseId(Seq(12))),
        opened: NOW,
        last_activity: NOW + Millis::MINUTE,
        closed: (!state.is_open()).then_some(NOW + Millis::HOUR),
        continues_for: Millis(7 * Millis::DAY.0),
        reopens_within: Millis(3 * Millis::DAY.0),
        playbook: version(),
        changed: Seq(80),
    }
}

fn counts() -> Counts {
    Counts {
        reason: reason(),
        tier: slug("gold"),
        contacts: 9,
        contacts_left: 1,
        repeats: 2,
        cases_opened: 8,
        cases_resolved: 3,
        cases_reopened: 4,
        cases_lapsed: 5,
        cases_withdrawn: 6,
        cases_merged: 7,
        routes_taken: [11, 12, 13, 14, 15],
    }
}

fn publication() -> Publication {
    Publication {
        seq: Seq(77),
        version: version(),
        name: slug("air"),
        at: NOW,
        actor: actor(),
        on_behalf_of: None,
        note: "first".into(),
        rolled_back: true,
    }
}
