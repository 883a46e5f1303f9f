//! Strategies for any value that can be stored: words and contexts here, events and rows in the modules below.

mod customer;
pub(in crate::codec) mod decision;
pub(in crate::codec) mod event;
pub(in crate::codec) mod memory;
pub(in crate::codec) mod row;
mod token;
mod work;

use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any};
use proptest::sample::select;
use signpost_domain::ability::Abilities;
use signpost_domain::actor::{Actor, ActorKind};
use signpost_domain::case::CaseKey;
use signpost_domain::contact::{
    CaseMatch, ContactContext, ContactOutcome, CustomerRef, Direction, Matter, Offered, QueueStats,
};
use signpost_domain::customer::{CaseReasons, Consent, Customer, Identity, IdentityKey, Profile};
use signpost_domain::fact::{Fact, FactSource, FactValue, Facts, Knowledge};
use signpost_domain::handle::{HandleKinds, Region};
use signpost_domain::ids::{
    ActorId, CaseId, ContactId, CustomerId, MatterId, PlaybookVersion, ReasonId, Seq, Slug,
};
use signpost_domain::money::{Amount, Currency, Money};
use signpost_domain::route::Route;
use signpost_domain::tags::{
    ContactLink, ContactLinkKind, ExternalReference, Labels, Tags, TagsUpdate,
};
use signpost_domain::time::{Millis, UnixMs};
use std::sync::Arc;

pub(in crate::codec) fn slug() -> impl Strategy<Value = Slug> {
    "[a-z][a-z0-9_]{0,9}".prop_map(Slug::stored)
}

pub(in crate::codec) fn contact_id() -> impl Strategy<Value = ContactId> {
    "\\PC{1,12}".prop_map(ContactId::stored)
}

pub(in crate::codec) fn customer_id() -> impl Strategy<Value = CustomerId> {
    ("\\PC{1,12}", 1_u64..1_000)
        .prop_map(|(text, record)| CustomerId::stored(text).of_record(Seq(record)))
}

pub(in crate::codec) fn text() -> impl Strategy<Value = Arc<str>> {
    "\\PC{0,12}".prop_map(Arc::from)
}

pub(in crate::codec) fn version() -> impl Strategy<Value = PlaybookVersion> {
    "[0-9a-f]{64}".prop_map(PlaybookVersion::stored)
}

pub(in crate::codec) fn reason() -> impl Strategy<Value = ReasonId> {
    (slug(), of(slug())).prop_map(|(primary, secondary)| ReasonId { primary, secondary })
}

pub(in crate::codec) fn seq() -> impl Strategy<Value = Seq> {
    any::<u64>().prop_map(Seq)
}

pub(in crate::codec) fn case_id() -> impl Strategy<Value = CaseId> {
    seq().prop_map(CaseId)
}

pub(in crate::codec) fn matter() -> impl Strategy<Value = CaseKey> {
    any::<[u8; 16]>().prop_map(CaseKey)
}

pub(in crate::codec) fn time() -> impl Strategy<Value = UnixMs> {
    any::<i64>().prop_map(UnixMs)
}

pub(in crate::codec) fn span() -> impl Strategy<Value = Millis> {
    any::<i64>().prop_map(Millis)
}

pub(in crate::codec) fn money() -> impl Strategy<Value = Money> {
    any::<i64>().prop_map(Money::from_micros)
}

pub(in crate::codec) fn currency() -> impl Strategy<Value = Option<Currency>> {
    select(vec![None, Currency::new("EUR"), Currency::new("USD")])
}

pub(in crate::codec) fn amount() -> impl Strategy<Value = Amount> {
    (money(), currency()).prop_map(|(money, currency)| Amount { money, currency })
}

pub(in crate::codec) fn route() -> impl Strategy<Value = Route> {
    select(&Route::ALL)
}

pub(in crate::codec) fn routes() -> impl Strategy<Value = Vec<Route>> {
    vec(route(), 0..4)
}

pub(in crate::codec) fn abilities() -> impl Strategy<Value = Abilities> {
    (0..=Abilities::ALL.bits()).prop_map(Abilities::from_bits)
}

pub(in crate::codec) fn joined() -> impl Strategy<Value = CaseMatch> {
    select(&[CaseMatch::New, CaseMatch::Continued, CaseMatch::Reopened])
}

pub(in crate::codec) fn outcome() -> impl Strategy<Value = ContactOutcome> {
    select(&[
        ContactOutcome::Resolved,
        ContactOutcome::Abandoned,
        ContactOutcome::GaveUp,
        ContactOutcome::NoAnswer,
        ContactOutcome::Transferred,
        ContactOutcome::Switched,
        ContactOutcome::TimedOut,
    ])
}

pub(in crate::codec) fn actor_id() -> impl Strategy<Value = ActorId> {
    "\\PC{1,12}".prop_map(ActorId::stored)
}

pub(in crate::codec) fn actor() -> impl Strategy<Value = Actor> {
    let kind = select(&ActorKind::ALL);
    (kind, actor_id()).prop_map(|(kind, id)| Actor { kind, id })
}

fn knowledge() -> impl Strategy<Value = Knowledge> {
    let value = proptest::prop_oneof![
        text().prop_map(FactValue::Text),
        any::<i64>().prop_map(FactValue::Integer),
        any::<bool>().prop_map(FactValue::Boolean),
        money().prop_map(FactValue::Money),
        time().prop_map(FactValue::Instant),
    ];
    proptest::prop_oneof![
        5 => value.prop_map(Knowledge::Known),
        1 => Just(Knowledge::Declined),
    ]
}

pub(in crate::codec) fn facts() -> BoxedStrategy<Facts> {
    let source = select(&[
        FactSource::Customer,
        FactSource::Bot,
        FactSource::Agent,
        FactSource::System,
    ]);
    let fact = (slug(), knowledge(), source, time(), currency());
    let fact = fact.prop_map(|(id, knowledge, source, learnt_at, currency)| Fact {
        id,
        knowledge,
        source,
        learnt_at,
        currency,
    });
    vec(fact, 0..4).prop_map(Facts::from_facts).boxed()
}

pub(in crate::codec) fn identity_key() -> impl Strategy<Value = IdentityKey> {
    let long = "[0-9a-z.@+]{256}".prop_map(Arc::from);
    let value = proptest::prop_oneof![9 => text(), 1 => long];
    (slug(), value).prop_map(|(kind, value)| IdentityKey { kind, value })
}

fn identity() -> impl Strategy<Value = Identity> {
    let region = select(&["", "BR", "NL"][..]).prop_map(Region::new);
    let parts = (identity_key(), any::<bool>(), any::<bool>(), region);
    parts.prop_map(|(key, verified, shared, region)| Identity {
        key,
        verified,
        shared,
        region,
    })
}

fn identities() -> impl Strategy<Value = Vec<Identity>> {
    vec(identity(), 0..3)
}

fn consents() -> impl Strategy<Value = Vec<Consent>> {
    let consent = (slug(), any::<bool>());
    vec(
        consent.prop_map(|(id, granted)| Consent { id, granted }),
        0..3,
    )
}

pub(in crate::codec) fn profile() -> BoxedStrategy<Profile> {
    let who = (identities(), of(slug()), of(slug()), consents());
    let what = (of(amount()), of(any::<u32>()), of(text()), of(text()));
    let how = (routes(), of(any::<bool>()), abilities());
    (who, what, how)
        .prop_map(|(who, what, how)| {
            let (identities, tier, persona, consents) = who;
            let (value, loyalty_years, language, time_zone) = what;
            let (preferred_routes, vulnerable, cannot_use) = how;
            Profile {
                identities,
                tier,
                persona,
                value,
                loyalty_years,
                language,
                time_zone,
                preferred_routes,
                consents,
                vulnerable,
                cannot_use,
            }
        })
        .boxed()
}

pub(in crate::codec) fn customer() -> impl Strategy<Value = Customer> {
    let parts = (
        customer_id(),
        profile(),
        time(),
        any::<u64>(),
        vec(time(), 0..4),
        (
            of(customer_id()),
            vec(customer::merged(), 0..3),
            any::<u32>(),
        ),
        (vec(reason(), 0..3), any::<bool>()),
        [seq(), seq()],
    );
    parts.prop_map(
        |(id, profile, created, contact_count, recent, merges, cases, [opened, changed])| {
            let mut customer = Customer {
                id,
                profile,
                created,
                contact_count,
                recent,
                merged_into: merges.0,
                merged: merges.1,
                merges: merges.2,
                case_reasons: match cases {
                    (_, true) => CaseReasons::stored(Vec::new(), true),
                    (listed, false) => CaseReasons::stored(listed, false),
                },
                handles: Vec::new(),
                in_conflict: merges.2 % 2 == 1,
                last_case: (merges.2 % 3 == 1).then_some(CaseId(changed)),
                opened,
                changed,
            };
            customer.compare_by(&HandleKinds::default());
            customer
        },
    )
}

pub(in crate::codec) fn queue_stats() -> BoxedStrategy<QueueStats> {
    let count = || of(any::<u32>());
    let parts = (slug(), count(), count(), count(), of(span()), of(span()));
    parts
        .prop_map(
            |(queue, staffed, available, waiting, handle_time, expected_wait)| QueueStats {
                queue,
                staffed,
                available,
                waiting,
                handle_time,
                expected_wait,
            },
        )
        .boxed()
}

fn customer_ref() -> impl Strategy<Value = CustomerRef> {
    let parts = (of(customer_id()), identities(), of(slug()));
    parts.prop_map(|(id, identities, tier)| CustomerRef {
        id,
        identities,
        tier,
    })
}

pub(in crate::codec) fn references() -> impl Strategy<Value = Vec<ExternalReference>> {
    let reference = (text(), text()).prop_map(|(system, id)| ExternalReference { system, id });
    vec(reference, 0..3)
}

pub(in crate::codec) fn labels() -> impl Strategy<Value = Labels> {
    btree_map(text(), text(), 0..3)
}

pub(in crate::codec) fn tags() -> impl Strategy<Value = Tags> {
    (references(), labels()).prop_map(|(references, labels)| Tags { references, labels })
}

pub(in crate::codec) fn tags_update() -> impl Strategy<Value = TagsUpdate> {
    (of(references()), of(labels()))
        .prop_map(|(references, labels)| TagsUpdate { references, labels })
}

pub(in crate::codec) fn contact_links() -> impl Strategy<Value = Vec<ContactLink>> {
    let kind = select(&[
        ContactLinkKind::Transcript,
        ContactLinkKind::Recording,
        ContactLinkKind::Other,
    ]);
    let parts = (kind, text(), text());
    vec(
        parts.prop_map(|(kind, uri, title)| ContactLink { kind, uri, title }),
        0..3,
    )
}

pub(in crate::codec) fn context() -> BoxedStrategy<ContactContext> {
    let direction = select(&[Direction::Inbound, Direction::Outbound]);
    let place = (slug(), direction, of(slug()), of(slug()), of(slug()));
    let who = (
        customer_ref(),
        of(slug()),
        of(any::<i8>()),
        of(text()),
        of(any::<bool>()),
    );
    let named = (of(case_id()), of(contact_id()));
    let what = (
        of(reason()),
        facts(),
        any::<[bool; 3]>(),
        abilities(),
        named,
    );
    let how = (
        routes(),
        consents(),
        vec(queue_stats(), 0..3),
        vec(told_matter(), 0..3),
        tags(),
    );
    (place, who, what, how)
        .prop_map(|(place, who, what, how)| {
            let (channel, direction, device, stage, brand) = place;
            let (customer, persona, sentiment_score, language, vulnerable) = who;
            let (reason, facts, flags, cannot_use, named) = what;
            let [asked_for_person, another_matter, courtesy] = flags;
            let (case, previous_contact) = named;
            let (preferred_routes, consents, queue_stats, matters, tags) = how;
            ContactContext {
                channel,
                direction,
                device,
                customer,
                case,
                previous_contact,
                reason,
                facts,
                stage,
                persona,
                sentiment_score,
                language,
                preferred_routes,
                consents,
                vulnerable,
                asked_for_person,
                cannot_use,
                another_matter,
                courtesy,
                brand,
                queue_stats,
                matters,
                tags,
            }
        })
        .boxed()
}

pub(in crate::codec) fn offered() -> impl Strategy<Value = Offered> {
    let parts = (route(), of(slug()), of(slug()), of(span()));
    parts.prop_map(|(route, flow, queue, wait)| Offered {
        route,
        flow,
        queue,
        wait,
    })
}

pub(in crate::codec) fn matter_id() -> impl Strategy<Value = MatterId> {
    "\\PC{1,12}".prop_map(MatterId::stored)
}

fn told_matter() -> BoxedStrategy<Matter> {
    let parts = (matter_id(), of(reason()), facts(), of(slug()), text());
    parts
        .prop_map(|(id, reason, facts, stage, note)| Matter {
            id,
            reason,
            facts,
            stage,
            note,
        })
        .boxed()
}
