//! Strategies for any row, with its key.

use super::customer::tier_found;
use super::decision::handover;
use super::memory::{person_report, tried};
use super::queue_stats;
use super::token::token;
use super::work::{link, merged, resolution};
use super::{
    actor, actor_id, case_id, contact_id, contact_links, context, customer, customer_id, facts,
    identity_key, joined, matter, matter_id, offered, outcome, reason, route, routes, seq, slug,
    span, tags, text, time, version,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any};
use proptest::prop_oneof;
use proptest::sample::select;
use signpost_domain::case::{Case, CaseContact, CaseState, OfMerged};
use signpost_domain::contact::{
    AdditionalCase, Contact, ContactState, CustomerCorrection, JoinBefore, ReportedQueue,
};
use signpost_domain::customer::IdentityKey;
use signpost_domain::event::RequestKey;
use signpost_domain::handle::HandleKey;
use signpost_domain::ids::PlaybookVersion;
use signpost_domain::state::{
    Counts, Holder, IdempotencyRecord, LatestCase, Publication, Row, RowKey,
};
use std::sync::Arc;

pub(in crate::codec) fn row() -> impl Strategy<Value = (RowKey, Row)> {
    let holder = (identity_key(), customer_id(), vec(customer_id(), 0..3));
    let matter_row = (matter(), case_id(), seq());
    let answered = (request(), seq(), time(), any::<[u8; 16]>());
    prop_oneof![
        contact().prop_map(|row| (RowKey::Contact(row.id.clone()), Row::Contact(Arc::new(row)))),
        case().prop_map(|row| (RowKey::Case(row.id), Row::Case(Arc::new(row)))),
        customer().prop_map(|row| (
            RowKey::Customer(row.id.clone()),
            Row::Customer(Arc::new(row))
        )),
        holder.prop_map(|(IdentityKey { kind, value }, customer, others)| (
            RowKey::IdentityOwner(HandleKey { kind, value }),
            Row::IdentityOwner(Arc::new(Holder { customer, others }))
        )),
        matter_row.prop_map(|(key, case, seq)| (
            RowKey::Matter(key),
            Row::Matter(Arc::new(LatestCase { case, seq }))
        )),
        answered.prop_map(|(key, seq, at, fingerprint)| (
            RowKey::Request(key),
            Row::Request(Arc::new(IdempotencyRecord {
                seq,
                at,
                fingerprint
            }))
        )),
        counts().prop_map(|row| (
            RowKey::Counts(row.reason.clone(), row.tier.clone()),
            Row::Counts(row)
        )),
        publication().prop_map(|row| (
            RowKey::Publication(row.seq),
            Row::Publication(Arc::new(row))
        )),
        (queue_stats(), time(), seq()).prop_map(|(stats, observed, seq)| (
            RowKey::ReportedQueue(stats.queue.clone()),
            Row::ReportedQueue(Arc::new(ReportedQueue {
                stats,
                observed,
                seq
            }))
        )),
        token().prop_map(|row| (RowKey::Token(row.slot), Row::Token(Arc::new(row)))),
    ]
}

pub(in crate::codec) fn request() -> impl Strategy<Value = RequestKey> {
    any::<[u8; 16]>().prop_map(RequestKey)
}

fn contact() -> BoxedStrategy<Contact> {
    let place = prop_oneof![
        Just(ContactState::AwaitingCustomer),
        Just(ContactState::SelfService),
        route().prop_map(ContactState::Routed),
        outcome().prop_map(ContactState::Ended),
    ];
    let cases = (of(case_id()), vec(additional(), 0..4));
    let who = (contact_id(), context(), of(customer_id()), cases);
    let routed = (
        place,
        of(route()),
        vec(offered(), 0..3),
        routes(),
        of(handover()),
    );
    let tier = (of(slug()), of(tier_found()), of(customer_id()));
    let rest = (of(reason()), tier, any::<[bool; 2]>(), any::<u32>());
    let times = (
        [time(), time(), time()],
        of(time()),
        of(time()),
        (
            of(matter_id()),
            contact_links(),
            of(correction()),
            of(actor_id()),
        ),
    );
    let seqs = [seq(), seq(), seq()];
    (who, routed, rest, times, seqs)
        .prop_map(|(who, routed, rest, times, seqs)| {
            let (id, context, customer, (case, additional)) = who;
            let (place, route, offered, declined, handover) = routed;
            let (confirmed, (tier, tier_found, case_owner), [needs_person, away], amendments) =
                rest;
            let ([arrived, recorded, heard], ended, due, (leading, links, correction, held_by)) =
                times;
            let [opened, decided, changed] = seqs;
            Contact {
                id,
                context: Arc::new(context),
                customer,
                case,
                additional,
                state: place,
                route,
                offered,
                handover: handover.map(Box::new),
                declined,
                confirmed,
                tier,
                tier_found,
                case_owner,
                needs_person,
                away,
                leading,
                due,
                links,
                correction: correction.map(Box::new),
                arrived,
                recorded,
                last_activity: heard,
                ended,
                amendments,
                held_by,
                opened,
                decided,
                changed,
            }
        })
        .boxed()
}

fn correction() -> impl Strategy<Value = CustomerCorrection> {
    let join = (
        (case_id(), reason(), of(matter_id()), of(case_id())),
        joined(),
        any::<[bool; 3]>(),
    );
    let join = join.prop_map(|((case, reason, matter, instead), case_match, flags)| {
        let [is_own, repeat, presumed] = flags;
        JoinBefore {
            case,
            is_own,
            reason,
            matter,
            instead,
            case_match,
            repeat,
            presumed,
        }
    });
    let parts = (of(customer_id()), of(customer_id()), vec(join, 0..3));
    parts.prop_map(|(first, decided_for, left)| CustomerCorrection {
        first,
        decided_for,
        left,
    })
}

fn additional() -> impl Strategy<Value = AdditionalCase> {
    let parts = (
        case_id(),
        reason(),
        joined(),
        of(matter_id()),
        of(customer_id()),
    );
    parts.prop_map(|(case, reason, joined, matter, owner)| AdditionalCase {
        case,
        reason,
        case_match: joined,
        matter,
        owner,
    })
}

fn case() -> BoxedStrategy<Case> {
    let who = (case_id(), of(customer_id()), of(matter()), slug());
    let what = (select(&CaseState::ALL), reason(), of(reason()), facts());
    let contacts = (vec(case_contact(), 0..4), any::<[u32; 6]>());
    let times = ([time(), time()], of(time()), [span(), span()]);
    let playbook = prop_oneof![9 => version(), 1 => Just(PlaybookVersion::stored(""))];
    let rest = (of(case_id()), of(slug()), playbook, seq());
    let work = (of(resolution()), vec(link(), 0..3), any::<[u32; 4]>());
    let merges = (of(case_id()), vec(merged(), 0..3));
    let kept = (any::<bool>(), of(time()), vec(seq(), 0..4), tags());
    let remembered = (vec(tried(), 0..3), person_report(), vec(of_merged(), 0..3));
    (
        who,
        what,
        contacts,
        times,
        rest,
        (work, merges, kept, remembered),
    )
        .prop_map(|(who, what, contacts, times, rest, more)| {
            let ((resolution, links, counts), (merged_into, merged), kept, remembered) = more;
            let (tried, reported, of_merged) = remembered;
            let [notes, merged_live, merged_awaiting_reply, event_count] = counts;
            let (legal_hold, retain_until, events, tags) = kept;
            let (id, customer, matter, tier) = who;
            let (state, reason, confirmed, facts) = what;
            let (contacts, numbers) = contacts;
            let [contact_count, live_contacts, awaiting_reply, ..] = numbers;
            let [.., repeats, channel_switches, reopens] = numbers;
            let ([opened, heard], closed, [continues_for, reopens_within]) = times;
            let (previous, queue, playbook, changed) = rest;
            Case {
                id,
                state,
                customer,
                key: matter,
                reason,
                confirmed,
                tier,
                queue,
                facts,
                contacts,
                contact_count,
                live_contacts,
                awaiting_reply,
                repeats,
                channel_switches,
                reopens,
                tried,
                reported,
                of_merged,
                resolution,
                notes,
                links,
                merged_into,
                merged,
                merged_live,
                merged_awaiting_reply,
                legal_hold,
                retain_until,
                tags,
                events,
                event_count,
                previous,
                opened,
                last_activity: heard,
                closed,
                continues_for,
                reopens_within,
                playbook,
                changed,
            }
        })
        .boxed()
}

fn of_merged() -> impl Strategy<Value = OfMerged> {
    let inbound = vec((contact_id(), time()), 0..3);
    let parts = (
        case_id(),
        vec(tried(), 0..3),
        person_report(),
        of(time()),
        inbound,
    );
    parts.prop_map(|(case, tried, reported, due, inbound)| OfMerged {
        case,
        tried,
        reported,
        due,
        inbound,
    })
}

fn case_contact() -> impl Strategy<Value = CaseContact> {
    let parts = (
        contact_id(),
        slug(),
        joined(),
        time(),
        any::<[bool; 4]>(),
        of(time()),
    );
    parts.prop_map(
        |(contact, channel, joined, arrived, [repeat, live, outbound, presumed], due)| {
            CaseContact {
                contact,
                channel,
                case_match: joined,
                arrived,
                repeat,
                live,
                outbound,
                due,
                presumed,
            }
        },
    )
}

fn counts() -> BoxedStrategy<Counts> {
    let parts = (
        reason(),
        slug(),
        any::<[u64; 4]>(),
        any::<[u64; 5]>(),
        any::<[u64; 5]>(),
    );
    parts
        .prop_map(|(reason, tier, contacts, cases, routes_taken)| {
            let [contacts, contacts_left, repeats, cases_opened] = contacts;
            let [
                cases_resolved,
                cases_reopened,
                cases_lapsed,
                cases_withdrawn,
                cases_merged,
            ] = cases;
            Counts {
                reason,
                tier,
                contacts,
                contacts_left,
                repeats,
                cases_opened,
                cases_resolved,
                cases_reopened,
                cases_lapsed,
                cases_withdrawn,
                cases_merged,
                routes_taken,
            }
        })
        .boxed()
}

fn publication() -> BoxedStrategy<Publication> {
    let parts = (
        seq(),
        version(),
        slug(),
        time(),
        (actor(), of(actor())),
        text(),
        any::<bool>(),
    );
    parts
        .prop_map(
            |(seq, version, name, at, (actor, on_behalf_of), note, rolled_back)| Publication {
                seq,
                version,
                name,
                at,
                actor,
                on_behalf_of,
                note,
                rolled_back,
            },
        )
        .boxed()
}
