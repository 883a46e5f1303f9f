//! Samples of each kind. Every field is set in at least one of them. Words, customers and contexts are here, events and
//! rows in the modules below.

mod additional;
mod corrected;
mod customer;
pub(in crate::codec::tests) mod event;
mod matters;
pub(super) mod memory;
pub(super) mod row;
mod tags;
mod token;
mod work;

use signpost_domain::ability::Abilities;
use signpost_domain::actor::{Actor, ActorKind};
use signpost_domain::case::CaseKey;
use signpost_domain::contact::{ContactContext, CustomerRef, Direction, Offered, QueueStats};
use signpost_domain::customer::{CaseReasons, Consent, Customer, Identity, IdentityKey, Profile};
use signpost_domain::event::RequestKey;
use signpost_domain::fact::{Fact, FactSource, FactValue, Facts, Knowledge};
use signpost_domain::ids::{ActorId, ContactId, CustomerId, PlaybookVersion, ReasonId, Seq, Slug};
use signpost_domain::money::{Amount, Money};
use signpost_domain::route::Route;
use signpost_domain::tags::Tags;
use signpost_domain::time::{Millis, UnixMs};

const NOW: UnixMs = UnixMs(1_790_000_000_000);

pub(super) fn version() -> PlaybookVersion {
    PlaybookVersion::stored("0123456789abcdef".repeat(4))
}

pub(super) fn request() -> RequestKey {
    RequestKey(*b"request-key-hash")
}

fn slug(text: &str) -> Slug {
    Slug::stored(text)
}

fn reason() -> ReasonId {
    ReasonId {
        primary: slug("existing_flight"),
        secondary: Some(slug("change_date")),
    }
}

fn contact_id() -> ContactId {
    ContactId::stored("call-7f3a")
}

fn customer_id() -> CustomerId {
    CustomerId::stored("cust_42")
}

fn matter() -> CaseKey {
    CaseKey(*b"matter-key--hash")
}

fn actor() -> Actor {
    Actor {
        kind: ActorKind::Platform,
        id: ActorId::stored("genesys"),
    }
}

fn person() -> Actor {
    Actor {
        kind: ActorKind::Supervisor,
        id: ActorId::stored("ann"),
    }
}

fn offered() -> Offered {
    Offered {
        route: Route::SelfService,
        flow: Some(slug("rebook")),
        queue: None,
        wait: None,
    }
}

fn facts() -> Facts {
    let values = [
        ("bag", Knowledge::Known(FactValue::Boolean(true))),
        ("bags", Knowledge::Known(FactValue::Integer(-2))),
        (
            "booking",
            Knowledge::Known(FactValue::Text("PNR123".into())),
        ),
        (
            "fare",
            Knowledge::Known(FactValue::Money(Money::from_micros(129_500_000))),
        ),
        (
            "flight_at",
            Knowledge::Known(FactValue::Instant(NOW + Millis::DAY)),
        ),
        ("seat", Knowledge::Declined),
    ];
    Facts::from_facts(values.map(|(id, knowledge)| Fact {
        id: slug(id),
        knowledge,
        source: FactSource::Customer,
        learnt_at: NOW - Millis::SECOND,
        currency: None,
    }))
}

fn identities() -> Vec<Identity> {
    let key = IdentityKey {
        kind: slug("phone"),
        value: "+31600000001".into(),
    };
    vec![Identity {
        key,
        verified: true,
        shared: false,
        region: None,
    }]
}

fn consents() -> Vec<Consent> {
    vec![Consent {
        id: slug("recording"),
        granted: true,
    }]
}

fn profile() -> Profile {
    Profile {
        identities: identities(),
        tier: Some(slug("gold")),
        persona: Some(slug("commuter")),
        value: Some(Amount {
            money: Money::from_micros(1_200_000_000),
            currency: None,
        }),
        loyalty_years: Some(7),
        language: Some("nl-NL".into()),
        time_zone: Some("Europe/Amsterdam".into()),
        preferred_routes: vec![Route::Chat, Route::Human],
        consents: consents(),
        vulnerable: Some(false),
        cannot_use: Abilities::EMPTY,
    }
}

fn customer() -> Customer {
    Customer {
        id: customer_id(),
        profile: profile(),
        created: NOW - Millis::DAY,
        contact_count: 3,
        recent: vec![NOW - Millis::HOUR, NOW - Millis::MINUTE, NOW],
        merged_into: None,
        merged: Vec::new(),
        merges: 0,
        case_reasons: CaseReasons::default(),
        last_case: None,
        handles: Vec::new(),
        in_conflict: false,
        opened: Seq(70),
        changed: Seq(76),
    }
}

fn context() -> ContactContext {
    ContactContext {
        case: None,
        previous_contact: None,
        channel: slug("phone"),
        direction: Direction::Inbound,
        device: Some(slug("mobile")),
        customer: CustomerRef {
            id: Some(customer_id()),
            identities: identities(),
            tier: Some(slug("gold")),
        },
        reason: Some(reason()),
        facts: facts(),
        stage: Some(slug("fulfilment")),
        persona: Some(slug("commuter")),
        sentiment_score: Some(-40),
        language: Some("nl".into()),
        preferred_routes: vec![Route::Human],
        consents: consents(),
        vulnerable: Some(true),
        asked_for_person: true,
        cannot_use: Abilities::EMPTY,
        another_matter: false,
        courtesy: false,
        brand: Some(slug("blue")),
        queue_stats: vec![QueueStats {
            queue: slug("changes"),
            staffed: Some(12),
            available: Some(0),
            waiting: Some(9),
            handle_time: Some(Millis(240_000)),
            expected_wait: Some(Millis(90_000)),
        }],
        matters: Vec::new(),
        tags: Tags::default(),
    }
}
