//! Strategies for any memory of a case.

use super::{abilities, actor, contact_id, route, slug, text, time};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any};
use proptest::sample::select;
use signpost_domain::decision::{AttemptOutcome, Memory, PersonReport, Reported, Tried};

pub(in crate::codec) fn memory() -> BoxedStrategy<Memory> {
    let parts = (
        vec(tried(), 0..3),
        person_report(),
        any::<bool>(),
        any::<u32>(),
    );
    parts
        .prop_map(|(tried, reported, owed_overdue, all_contacts_7d)| Memory {
            tried,
            reported,
            owed_overdue,
            all_contacts_7d,
        })
        .boxed()
}

pub(in crate::codec) fn tried() -> BoxedStrategy<Tried> {
    let what = (route(), of(slug()), of(slug()));
    let parts = (contact_id(), what, time(), of(select(&AttemptOutcome::ALL)));
    parts
        .prop_map(|(contact, (route, flow, queue), at, outcome)| Tried {
            contact,
            route,
            flow,
            queue,
            at,
            outcome,
        })
        .boxed()
}

pub(in crate::codec) fn person_report() -> BoxedStrategy<PersonReport> {
    let parts = (
        of(reported(Just(()))),
        of(reported(abilities())),
        of(reported(Just(()))),
        of(reported(text())),
        of(reported(slug())),
    );
    parts
        .prop_map(
            |(vulnerable, cannot_use, asked_for_person, language, persona)| PersonReport {
                vulnerable,
                cannot_use,
                asked_for_person,
                language,
                persona,
            },
        )
        .boxed()
}

fn reported<T: std::fmt::Debug>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Reported<T>> {
    let parts = (value, contact_id(), actor(), of(actor()), time());
    parts.prop_map(|(value, contact, actor, on_behalf_of, at)| Reported {
        value,
        contact,
        actor,
        on_behalf_of,
        at,
    })
}
