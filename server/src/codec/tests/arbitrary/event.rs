//! Strategies for any event.

mod corrected;

use super::decision::{decision, findings, handover};
use super::memory::memory;
use super::queue_stats;
use super::token;
use super::work::{resolution, worked};
use super::{
    actor, case_id, contact_id, contact_links, context, customer, customer_id, facts, joined,
    matter, matter_id, offered, outcome, profile, reason, routes, seq, slug, span, tags_update,
    text, time, version,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any};
use proptest::prop_oneof;
use proptest::sample::select;
use signpost_domain::decision::ContactStats;
use signpost_domain::event::{
    CaseAddedToContact, CaseJoin, Cause, Claim, ContactEnded, ContactRouted, ContactUpdated,
    CustomerJoin, Envelope, Event, FormerCase, IdempotencyKey, MatterDecided, MatterEnded, Method,
    Next, OpenCase, OpenedCase, PlaybookPublished, Recorded, RouteSelected, RoutingTrigger,
};
use signpost_domain::ids::{CaseId, RequestId};
use signpost_domain::tags::ContactUpdate;
use std::sync::Arc;

pub(in crate::codec) fn recorded() -> impl Strategy<Value = Recorded> {
    (envelope(), event()).prop_map(|(envelope, event)| Recorded { envelope, event })
}

fn envelope() -> BoxedStrategy<Envelope> {
    let who = (actor(), of(actor()));
    let parts = (seq(), time(), time(), who, cause(), of(version()));
    parts
        .prop_map(
            |(seq, record_time, event_time, (actor, on_behalf_of), cause, playbook)| Envelope {
                seq,
                record_time,
                event_time,
                actor,
                on_behalf_of,
                cause,
                playbook,
            },
        )
        .boxed()
}

fn cause() -> impl Strategy<Value = Cause> {
    let id = "\\PC{1,12}".prop_map(RequestId::stored);
    let stamp = (id, select(&Method::ALL), any::<[u8; 16]>());
    prop_oneof![
        stamp.prop_map(|(id, method, fingerprint)| Cause::Request(IdempotencyKey {
            id,
            method,
            fingerprint
        })),
        Just(Cause::Timer),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let published = (version(), slug(), text(), text(), any::<bool>());
    let with = (of(slug()), of(handover()));
    let taken = (
        contact_id(),
        of(case_id()),
        cases(),
        offered(),
        routes(),
        with,
    );
    let ended = (
        contact_id(),
        of(case_id()),
        cases(),
        outcome(),
        of(reason()),
        (
            resolves(),
            of(resolution()),
            text(),
            vec(matter_ended(), 0..3),
        ),
    );
    prop_oneof![
        1 => published.prop_map(|(version, name, source, note, rolled_back)| {
            Event::PlaybookPublished(PlaybookPublished {
                version,
                name,
                source,
                note,
                rolled_back,
            })
        }),
        2 => customer::saved().prop_map(|saved| Event::CustomerUpserted(Box::new(saved))),
        5 => routed().prop_map(|routed| Event::ContactRouted(Box::new(routed))),
        1 => taken.prop_map(|(contact, case, additional, taken, declined, with)| Event::RouteSelected(RouteSelected {
            contact,
            case,
            additional,
            taken,
            declined,
            tier: with.0,
            handover: with.1.map(Box::new),
        })),
        1 => ended.prop_map(|(contact, case, additional, outcome, confirmed, what)| {
            let (resolves, resolution, note, matters) = what;
            Event::ContactEnded(Box::new(ContactEnded {
                contact,
                case,
                additional,
                outcome,
                confirmed,
                resolves: resolves.of(case),
                resolution,
                note,
                matters,
            }))
        }),
        1 => case_id().prop_map(Event::CaseLapsed),
        3 => worked().prop_map(|worked| Event::CaseActionTaken(Box::new(worked))),
        2 => customer::worked().prop_map(|worked| Event::CustomerActionTaken(Box::new(worked))),
        2 => added().prop_map(|added| Event::CaseAddedToContact(Box::new(added))),
        1 => vec(queue_stats(), 0..3).prop_map(Event::QueueStatsReported),
        1 => (contact_id(), tags_update(), of(contact_links())).prop_map(|(contact, tags, links)| {
            let update = ContactUpdate { tags, links };
            Event::ContactUpdated(Box::new(ContactUpdated { contact, update }))
        }),
        1 => token::event(),
        1 => corrected::corrected().prop_map(|event| Event::ContactCustomerCorrected(Box::new(event))),
    ]
}

fn added() -> BoxedStrategy<CaseAddedToContact> {
    let whose = (contact_id(), slug(), customer_id(), of(case_id()), cases());
    let what = (reason(), facts(), case_join(), text());
    let what = (what, of(matter_id()), of(decided()));
    (whose, what)
        .prop_map(|(whose, what)| {
            let (contact, channel, customer, own, additional) = whose;
            let ((reason, facts, join, note), matter, decided) = what;
            CaseAddedToContact {
                contact,
                channel,
                customer,
                own,
                additional,
                reason,
                facts,
                join,
                note,
                matter,
                decided: decided.map(Box::new),
            }
        })
        .boxed()
}

fn decided() -> BoxedStrategy<MatterDecided> {
    let reported = vec(queue_stats(), 0..3);
    let from = (
        context(),
        standing(),
        memory(),
        of(profile()),
        facts(),
        reported,
    );
    (from, findings(), decision())
        .prop_map(|(from, noticed, decision)| {
            let (context, standing, memory, profile, carried, reported) = from;
            MatterDecided {
                context: Arc::new(context),
                standing,
                memory,
                profile: profile.map(Box::new),
                carried,
                reported,
                noticed,
                decision,
            }
        })
        .boxed()
}

fn matter_ended() -> impl Strategy<Value = MatterEnded> {
    let parts = (matter_id(), case_id(), of(case_id()), of(resolution()));
    let parts = (parts, of(reason()));
    parts.prop_map(
        |((matter, case, resolves, resolution), confirmed)| MatterEnded {
            matter,
            case,
            resolves,
            resolution,
            confirmed,
        },
    )
}

fn open_case() -> impl Strategy<Value = OpenCase> {
    let parts = (case_id(), reason(), facts(), time());
    parts.prop_map(|(case, reason, key, arrived)| OpenCase {
        case,
        reason,
        key,
        arrived,
    })
}

fn cases() -> impl Strategy<Value = Vec<CaseId>> {
    vec(case_id(), 0..4)
}

/// The case that the end of a contact resolves.
#[derive(Clone, Debug)]
enum Resolves {
    Nothing,
    Its,
    Another(CaseId),
}

impl Resolves {
    fn of(self, case: Option<CaseId>) -> Option<CaseId> {
        match self {
            Resolves::Nothing => None,
            Resolves::Its => case,
            Resolves::Another(other) => Some(other),
        }
    }
}

fn resolves() -> impl Strategy<Value = Resolves> {
    prop_oneof![
        Just(Resolves::Nothing),
        Just(Resolves::Its),
        case_id().prop_map(Resolves::Another),
    ]
}

fn routed() -> BoxedStrategy<ContactRouted> {
    let step = select(&[
        RoutingTrigger::Opened,
        RoutingTrigger::Amended,
        RoutingTrigger::AskedForPerson,
        RoutingTrigger::GaveUp,
        RoutingTrigger::NoAnswer,
        RoutingTrigger::Failed,
        RoutingTrigger::CustomerCorrected,
    ]);
    let left =
        (case_id(), any::<bool>()).prop_map(|(case, withdrawn)| FormerCase { case, withdrawn });
    let what = (contact_id(), step, context());
    let whose = (
        of(customer_join()),
        of(case_join()),
        (
            of(left),
            cases(),
            of(matter_id()),
            any::<u32>(),
            vec(open_case(), 0..3),
            of(case_id()),
        ),
        of(profile()),
        of(customer::tier_found()),
    );
    let standing = (standing(), memory());
    let known = (facts(), vec(queue_stats(), 0..3));
    let why = (standing, known, findings(), decision(), (next(), text()));
    (what, whose, why)
        .prop_map(|(what, whose, why)| {
            let (contact, step, context) = what;
            let (
                customer,
                case,
                (left, additional, leading, followed_by, open_cases, thanks_for),
                profile,
                tier_found,
            ) = whose;
            let ((standing, memory), known, noticed, decision, (next, note)) = why;
            let (carried, reported) = known;
            ContactRouted {
                contact,
                trigger: step,
                context: Arc::new(context),
                customer,
                tier_found,
                case,
                former: left,
                thanks_for,
                additional,
                leading,
                followed_by,
                open_cases,
                standing,
                memory,
                profile: profile.map(Box::new),
                carried,
                reported,
                findings: noticed,
                decision,
                next,
                note,
            }
        })
        .boxed()
}

fn customer_join() -> impl Strategy<Value = CustomerJoin> {
    (customer_id(), of(profile())).prop_map(|(id, learnt)| CustomerJoin {
        id,
        learnt: learnt.map(Box::new),
    })
}

fn case_join() -> BoxedStrategy<CaseJoin> {
    let opened = (reason(), of(matter()), slug(), span(), span());
    let opened =
        opened.prop_map(
            |(reason, matter, tier, continues_for, reopens_within)| OpenedCase {
                reason,
                key: matter,
                tier,
                continues_for,
                reopens_within,
            },
        );
    let parts = (
        case_id(),
        joined(),
        any::<[bool; 4]>(),
        of(case_id()),
        of(opened),
        of((matter(), of(reason()))),
    );
    parts
        .prop_map(
            |(case, joined, [first, repeat, switched, presumed], previous, opened, claimed)| {
                CaseJoin {
                    case,
                    case_match: joined,
                    first,
                    repeat,
                    switched,
                    previous,
                    opened,
                    claimed: claimed.map(|(matter, reason)| Claim { matter, reason }),
                    presumed,
                }
            },
        )
        .boxed()
}

fn standing() -> BoxedStrategy<ContactStats> {
    let counts = any::<[u32; 5]>();
    let parts = (time(), counts, of(span()), any::<[bool; 2]>());
    parts
        .prop_map(|(now, counts, case_age, [needs_person, away])| {
            let [
                contacts_7d,
                case_contacts,
                repeats,
                channel_switches,
                broken_promises,
            ] = counts;
            ContactStats {
                now,
                contacts_7d,
                case_contacts,
                repeats,
                channel_switches,
                broken_promises,
                case_age,
                needs_person,
                away,
            }
        })
        .boxed()
}

fn next() -> impl Strategy<Value = Next> {
    prop_oneof![
        (of(slug()), any::<bool>())
            .prop_map(|(primary, open_case)| Next::ChooseReason { primary, open_case }),
        vec(slug(), 0..4).prop_map(Next::AskFacts),
        Just(Next::ChooseRoute),
        offered().prop_map(Next::Target),
    ]
}
