//! Routes, guards and the last resort as fields of things.

use super::thing::{Thing, asked, joined};
use super::values::{amount, scaled, span};
use crate::playbook::{
    BasisPoints, Guards, LastResort, Playbook, QueueColumn, QueueIndex, RouteSpec,
};
use crate::route::{Medium, Route, RouteSet};

/// Adds the routes that guards remove to a thing.
pub(super) fn guards(thing: Thing, guards: &Guards) -> Thing {
    let Guards {
        asked_for_person,
        vulnerable,
    } = guards;
    let taken = |set: &RouteSet| joined(set.iter().map(Route::as_str));
    thing
        .with("guards.asked_for_person", taken(asked_for_person))
        .with("guards.vulnerable", taken(vulnerable))
}

/// Adds the entries of the last resort to a thing.
pub(super) fn last_resort(thing: Thing, playbook: &Playbook, entries: &[LastResort]) -> Thing {
    match entries {
        [one] => resort(thing, playbook, one, "last_resort"),
        several => {
            let entries = several.iter().enumerate();
            entries.fold(thing, |thing, (number, entry)| {
                let name = format!("last_resort[{number}]");
                resort(thing, playbook, entry, &name)
            })
        }
    }
}

fn resort(thing: Thing, playbook: &Playbook, entry: &LastResort, name: &str) -> Thing {
    let LastResort {
        route,
        queue,
        media,
        cost,
        resolves,
        consent,
        takes,
    } = entry;
    let queue = queue.map(|queue| playbook.queue(queue).id.as_str());
    let consent = consent.map(|consent| playbook.consents[usize::from(consent)].as_str());
    let field = |key: &str| format!("{name}.{key}");
    thing
        .with(&field("route"), route.as_str())
        .with(&field("queue"), queue.unwrap_or_default())
        .with(&field("medium"), in_any_order(media))
        .with(&field("cost"), cost.map(amount).unwrap_or_default())
        .with(&field("resolves"), resolves.map(share).unwrap_or_default())
        .with(&field("consent"), consent.unwrap_or_default())
        .with(&field("takes"), takes.map(span).unwrap_or_default())
}

/// Media in a fixed order, because their order has no meaning.
pub(super) fn in_any_order(media: &[Medium]) -> String {
    let mut media = media.to_vec();
    media.sort_unstable();
    joined(media.into_iter().map(Medium::as_str))
}

/// A share from 0 to 1, as a decimal.
pub(super) fn share(share: BasisPoints) -> String {
    scaled(i64::from(share.0), 4)
}

/// A route of a reason.
pub(super) fn route(playbook: &Playbook, spec: &RouteSpec) -> Thing {
    let RouteSpec {
        route,
        flow,
        queue,
        queues,
        cost,
        resolves,
        takes,
        facts,
        consent,
        // The resulting value is compared, not the place where it is written.
        inherited: _,
    } = spec;
    let consent = consent.map(|consent| playbook.consents[usize::from(consent)].as_str());
    Thing::new(route.as_str())
        .with("flow", flow.as_ref().map_or("", |flow| flow.as_str()))
        .with("queue", lines(playbook, queues, *queue))
        .with("cost", amount(*cost))
        .with("resolves", share(*resolves))
        .with("takes", takes.map(span).unwrap_or_default())
        .with("facts", asked(playbook, facts))
        .with("consent", consent.unwrap_or_default())
}

/// The queues of a route, in the order in which they are tried: `desk`, or `phone: calls, nl: dutch_desk, default:
/// desk`.
fn lines(
    playbook: &Playbook,
    queues: &[(QueueColumn, QueueIndex)],
    default: Option<QueueIndex>,
) -> String {
    let id = |queue: QueueIndex| playbook.queue(queue).id.as_str();
    if queues.is_empty() {
        return default.map_or("", id).to_owned();
    }
    let choices = queues.iter().map(|(column, queue)| {
        let key = match column {
            QueueColumn::Channel(channel) => playbook.channels[usize::from(channel.0)].id.as_str(),
            QueueColumn::Brand(brand) => playbook.brands[usize::from(*brand)].as_str(),
            QueueColumn::Medium(medium) => medium.as_str(),
            QueueColumn::Language(language) => language,
        };
        format!("{key}: {}", id(*queue))
    });
    let default = default.map(|queue| format!("default: {}", id(queue)));
    choices.chain(default).collect::<Vec<_>>().join(", ")
}
