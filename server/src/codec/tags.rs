//! What callers keep of cases and contacts for themselves.

use super::number::{Numbered, known};
use super::{CodecError, wire};
use signpost_domain::tags::{ContactLink, ExternalReference, Labels, Tags, TagsUpdate};
use std::sync::Arc;

pub(super) fn references_to_wire(references: &[ExternalReference]) -> Vec<wire::ExternalReference> {
    let reference =
        |ExternalReference { system, id }: &ExternalReference| wire::ExternalReference {
            system: system[..].to_owned(),
            id: id[..].to_owned(),
        };
    references.iter().map(reference).collect()
}

pub(super) fn labels_to_wire(labels: &Labels) -> Vec<wire::Label> {
    let label = |(key, value): (&Arc<str>, &Arc<str>)| wire::Label {
        key: key[..].to_owned(),
        value: value[..].to_owned(),
    };
    labels.iter().map(label).collect()
}

pub(super) fn tags(references: Vec<wire::ExternalReference>, labels: Vec<wire::Label>) -> Tags {
    Tags {
        references: self::references(references),
        labels: self::labels(labels),
    }
}

fn references(messages: Vec<wire::ExternalReference>) -> Vec<ExternalReference> {
    let reference = |wire::ExternalReference { system, id }| ExternalReference {
        system: system.into(),
        id: id.into(),
    };
    messages.into_iter().map(reference).collect()
}

fn labels(messages: Vec<wire::Label>) -> Labels {
    let label = |wire::Label { key, value }| (key.into(), value.into());
    messages.into_iter().map(label).collect()
}

/// What was changed of references and of labels.
pub(super) fn tags_update_to_wire(
    update: &TagsUpdate,
) -> (Option<wire::ExternalReferences>, Option<wire::Labels>) {
    let TagsUpdate { references, labels } = update;
    let references = references
        .as_deref()
        .map(|references| wire::ExternalReferences {
            references: references_to_wire(references),
        });
    let labels = labels.as_ref().map(|labels| wire::Labels {
        labels: labels_to_wire(labels),
    });
    (references, labels)
}

pub(super) fn tags_update(
    references: Option<wire::ExternalReferences>,
    labels: Option<wire::Labels>,
) -> TagsUpdate {
    TagsUpdate {
        references: references.map(|message| self::references(message.references)),
        labels: labels.map(|message| self::labels(message.labels)),
    }
}

pub(super) fn contact_links_to_wire(links: &[ContactLink]) -> Vec<wire::ContactLink> {
    let link = |ContactLink { kind, uri, title }: &ContactLink| wire::ContactLink {
        kind: kind.number(),
        uri: uri[..].to_owned(),
        title: title[..].to_owned(),
    };
    links.iter().map(link).collect()
}

pub(super) fn contact_links(
    messages: Vec<wire::ContactLink>,
) -> Result<Vec<ContactLink>, CodecError> {
    let link = |wire::ContactLink { kind, uri, title }| {
        Ok(ContactLink {
            kind: known(kind, "contact_link.kind")?,
            uri: uri.into(),
            title: title.into(),
        })
    };
    messages.into_iter().map(link).collect()
}
