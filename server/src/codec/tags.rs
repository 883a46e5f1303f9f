//! The stored form of the data that callers keep on cases and contacts.

use super::number::{Numbered, known};
use super::text::borrowed;
use super::{CodecError, wire, written};
use signpost_domain::tags::{ContactLink, ExternalReference, Labels, Tags, TagsUpdate};

pub(super) fn references_to_wire(
    references: &[ExternalReference],
) -> Vec<written::ExternalReference<'_>> {
    let references = references.iter();
    let references =
        references.map(
            |ExternalReference { system, id }| written::ExternalReference {
                system: borrowed(system),
                id: borrowed(id),
            },
        );
    references.collect()
}

pub(super) fn labels_to_wire(labels: &Labels) -> Vec<written::Label<'_>> {
    let labels = labels.iter().map(|(key, value)| written::Label {
        key: borrowed(key),
        value: borrowed(value),
    });
    labels.collect()
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

/// The changes of references and of labels.
pub(super) fn tags_update_to_wire(
    update: &TagsUpdate,
) -> (
    Option<written::ExternalReferences<'_>>,
    Option<written::Labels<'_>>,
) {
    let TagsUpdate { references, labels } = update;
    let references = references
        .as_deref()
        .map(|references| written::ExternalReferences {
            references: references_to_wire(references),
        });
    let labels = labels.as_ref().map(|labels| written::Labels {
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

pub(super) fn contact_links_to_wire(links: &[ContactLink]) -> Vec<written::ContactLink<'_>> {
    let links = links
        .iter()
        .map(|ContactLink { kind, uri, title }| written::ContactLink {
            kind: kind.number(),
            uri: borrowed(uri),
            title: borrowed(title),
        });
    links.collect()
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
