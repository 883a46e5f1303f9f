//! The data that callers keep on cases and contacts.

use super::wire_enum;
use prost_types::FieldMask;
use signpost_domain::event::ContactUpdated;
use signpost_domain::tags::{
    ContactLink, ContactUpdate, ExternalReference, Labels, Tags, TagsUpdate,
};
use signpost_proto::v1;
use std::collections::BTreeMap;

/// The references and the labels.
pub(super) fn tags(tags: &Tags) -> (Vec<v1::ExternalReference>, BTreeMap<String, String>) {
    let Tags {
        references,
        labels: all,
    } = tags;
    (self::references(references), labels(all))
}

fn references(references: &[ExternalReference]) -> Vec<v1::ExternalReference> {
    let reference = |ExternalReference { system, id }: &ExternalReference| v1::ExternalReference {
        system: system.to_string(),
        id: id.to_string(),
    };
    references.iter().map(reference).collect()
}

fn labels(labels: &Labels) -> BTreeMap<String, String> {
    let labels = labels.iter();
    labels
        .map(|(key, value)| (key.to_string(), value.to_string()))
        .collect()
}

pub(super) fn links(links: &[ContactLink]) -> Vec<v1::ContactLink> {
    let link = |ContactLink { kind, uri, title }: &ContactLink| v1::ContactLink {
        kind: wire_enum::contact_link_kind(*kind),
        uri: uri.to_string(),
        title: title.to_string(),
    };
    links.iter().map(link).collect()
}

/// The answer to UpdateContact.
pub(crate) fn updated(
    updated: &ContactUpdated,
    receipt: v1::WriteReceipt,
) -> v1::UpdateContactResponse {
    v1::UpdateContactResponse {
        contact_id: updated.contact.to_string(),
        receipt: Some(receipt),
    }
}

/// The references and the labels of an update; empty where the update does not change them.
pub(super) fn updated_tags(
    update: &TagsUpdate,
) -> (Vec<v1::ExternalReference>, BTreeMap<String, String>) {
    let TagsUpdate {
        references,
        labels: all,
    } = update;
    (
        self::references(references.as_deref().unwrap_or_default()),
        all.as_ref().map(labels).unwrap_or_default(),
    )
}

/// The event of an update of a contact.
pub(super) fn event(updated: &ContactUpdated) -> v1::ContactUpdatedEvent {
    let ContactUpdated {
        contact,
        update: ContactUpdate { tags, links },
    } = updated;
    let (external_references, labels) = updated_tags(tags);
    let paths = [
        ("external_references", tags.references.is_some()),
        ("labels", tags.labels.is_some()),
        ("links", links.is_some()),
    ];
    let paths = paths.into_iter().filter(|(_, is_set)| *is_set);
    v1::ContactUpdatedEvent {
        contact_id: contact.to_string(),
        update_mask: Some(FieldMask {
            paths: paths.map(|(path, _)| path.to_owned()).collect(),
        }),
        external_references,
        labels,
        links: self::links(links.as_deref().unwrap_or_default()),
    }
}

/// The changes, as text for people.
pub(super) fn text(update: &TagsUpdate) -> Vec<String> {
    let TagsUpdate { references, labels } = update;
    let references = references.as_ref().map(|references| {
        let all = references.iter();
        let all = all.map(|ExternalReference { system, id }| format!("{system}:{id}"));
        listed("external references", "no external references", all)
    });
    let labels = labels.as_ref().map(|labels| {
        let all = labels.iter().map(|(key, value)| format!("{key}={value}"));
        listed("labels", "no labels", all)
    });
    references.into_iter().chain(labels).collect()
}

fn listed(what: &str, none: &str, items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    match items.is_empty() {
        true => none.to_owned(),
        false => format!("{what} {}", items.join(" ")),
    }
}
