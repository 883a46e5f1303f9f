//! Strategies for any memory of a case.

use super::{abilities, actor, contact_id, route, slug, text, time};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any};
use proptest::sample::select;
use signpost_domain::decision::{AttemptOutcome, Memory, PersonTold, Reported, Tried};

pub(in crate::codec) fn memory() -> BoxedStrategy<Memory> {
    let parts = (
        vec(tried(), 0..3),
        person_told(),
        any::<bool>(),
        any::<u32>(),
    );
    parts
        .prop_map(|(tried, told, owed_overdue, all_contacts_7d)| Memory {
            tried,
            told,
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

pub(in crate::codec) fn person_told() -> BoxedStrategy<PersonTold> {
    let parts = (
        of(told(Just(()))),
        of(told(abilities())),
        of(told(Just(()))),
        of(told(text())),
        of(told(slug())),
    );
    parts
        .prop_map(
            |(vulnerable, cannot_use, asked_for_person, language, persona)| PersonTold {
                vulnerable,
                cannot_use,
                asked_for_person,
                language,
                persona,
            },
        )
        .boxed()
}

fn told<T: std::fmt::Debug>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Reported<T>> {
    let parts = (value, contact_id(), actor(), of(actor()), time());
    parts.prop_map(|(value, contact, actor, on_behalf_of, at)| Reported {
        value,
        contact,
        actor,
        on_behalf_of,
        at,
    })
}
