//! What a case remembers, and what a customer cannot use.

use super::event::bare;
use super::{NOW, actor, contact_id, context, profile, slug};
use signpost_domain::ability::{Abilities, Ability};
use signpost_domain::contact::ContactContext;
use signpost_domain::customer::Profile;
use signpost_domain::decision::{AttemptOutcome, Memory, PersonTold, Told, Tried};
use signpost_domain::event::{ContactRouted, Event, Next};
use signpost_domain::route::Route;
use signpost_domain::time::Millis;
use std::sync::Arc;

/// Routed contacts that tell and know all of it.
pub(super) fn events() -> Vec<(&'static str, Event)> {
    let remembered = ContactRouted {
        memory: memory(),
        ..bare(Next::ChooseRoute)
    };
    let cannot_use = Abilities::from_list(&[Ability::Voice, Ability::SelfService]);
    let told = ContactRouted {
        context: Arc::new(ContactContext {
            cannot_use,
            another_matter: true,
            ..context()
        }),
        profile: Some(Box::new(Profile {
            cannot_use,
            ..profile()
        })),
        ..bare(Next::ChooseRoute)
    };
    let event = |routed| Event::ContactRouted(Box::new(routed));
    vec![
        ("with what its case remembers", event(remembered)),
        ("with what the customer cannot use", event(told)),
    ]
}

/// One attempt of each outcome, and all that can be told of a person.
pub(in crate::codec::frozen) fn memory() -> Memory {
    let outcomes = AttemptOutcome::ALL.into_iter().map(Some);
    let tried = outcomes.chain([None]).map(|outcome| Tried {
        contact: contact_id(),
        route: Route::SelfService,
        flow: Some(slug("rebook")),
        queue: outcome.is_none().then(|| slug("changes")),
        at: NOW - Millis::HOUR,
        outcome,
    });
    Memory {
        tried: tried.collect(),
        told: PersonTold {
            vulnerable: Some(told(())),
            cannot_use: Some(told(Abilities::from_list(&[Ability::Text]))),
            asked_for_person: Some(told(())),
            language: Some(told("nl-NL".into())),
            persona: Some(told(slug("commuter"))),
        },
        owed_overdue: true,
        all_contacts_7d: 5,
    }
}

fn told<T>(value: T) -> Told<T> {
    Told {
        value,
        contact: contact_id(),
        actor: actor(),
        at: NOW - Millis::DAY,
    }
}
