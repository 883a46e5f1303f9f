//! Samples of the data that callers keep on cases and contacts.

use super::contact_id;
use signpost_domain::case::{CaseAction, CaseState, CaseUpdate};
use signpost_domain::contact::Contact;
use signpost_domain::event::{CaseActionTaken, ContactUpdated, Event};
use signpost_domain::ids::{CaseId, Seq};
use signpost_domain::tags::{
    ContactLink, ContactLinkKind, ContactUpdate, ExternalReference, Labels, Tags, TagsUpdate,
};
use std::sync::Arc;

pub(super) fn tags() -> Tags {
    Tags {
        references: vec![ExternalReference {
            system: "crm".into(),
            id: "T-1001".into(),
        }],
        labels: Labels::from([("team".into(), "north".into()), ("vip".into(), "".into())]),
    }
}

fn links() -> Vec<ContactLink> {
    vec![ContactLink {
        kind: ContactLinkKind::Transcript,
        uri: "https://calls.example/1".into(),
        title: "Transcript".into(),
    }]
}

/// Sets all these data on a contact.
pub(super) fn contact(contact: &mut Contact) {
    Arc::make_mut(&mut contact.context).tags = tags();
    contact.links = links();
}

pub(super) fn events() -> Vec<(&'static str, Event)> {
    let Tags { references, labels } = tags();
    let all = TagsUpdate {
        references: Some(references),
        labels: Some(labels),
    };
    let none = TagsUpdate {
        references: Some(Vec::new()),
        labels: Some(Labels::new()),
    };
    let contact = |tags, links| {
        Event::ContactUpdated(Box::new(ContactUpdated {
            contact: contact_id(),
            update: ContactUpdate { tags, links },
        }))
    };
    let case = |tags| {
        Event::CaseActionTaken(Box::new(CaseActionTaken {
            case: CaseId(Seq(77)),
            state: CaseState::Open,
            action: CaseAction::Updated(
                CaseUpdate {
                    tags,
                    ..CaseUpdate::default()
                },
                None,
            ),
        }))
    };
    vec![
        ("contact updated", contact(all.clone(), Some(links()))),
        ("contact cleared", contact(none.clone(), Some(Vec::new()))),
        ("labels of a case", case(all)),
        ("no labels of a case", case(none)),
    ]
}
