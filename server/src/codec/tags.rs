//! What callers keep of cases and contacts for themselves.

use super::number::known;
use super::text::name;
use super::write::MessageWriter;
use super::{CodecError, wire};
use signpost_domain::event::ContactUpdated;
use signpost_domain::tags::{
    ContactLink, ContactUpdate, ExternalReference, Labels, Tags, TagsUpdate,
};

/// Writes references into one field and labels into the next.
pub(super) fn write_tags(w: &mut MessageWriter, field: u32, tags: &Tags) {
    let Tags { references, labels } = tags;
    write_references(w, field, references);
    write_labels(w, field + 1, labels);
}

fn write_references(w: &mut MessageWriter, field: u32, references: &[ExternalReference]) {
    w.messages(field, references, |w, ExternalReference { system, id }| {
        w.text(1, system);
        w.text(2, id);
    });
}

fn write_labels(w: &mut MessageWriter, field: u32, labels: &Labels) {
    w.messages(field, labels, |w, (key, value)| {
        w.text(1, key);
        w.text(2, value);
    });
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

/// Writes what was changed of references into one field and of labels into the next.
pub(super) fn write_tags_update(w: &mut MessageWriter, field: u32, update: &TagsUpdate) {
    let TagsUpdate { references, labels } = update;
    w.messages(field, references, |w, references| {
        write_references(w, 1, references);
    });
    w.messages(field + 1, labels, |w, labels| write_labels(w, 1, labels));
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

pub(super) fn write_contact_links(w: &mut MessageWriter, field: u32, links: &[ContactLink]) {
    w.messages(field, links, |w, ContactLink { kind, uri, title }| {
        w.known(1, kind);
        w.text(2, uri);
        w.text(3, title);
    });
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

pub(super) fn write_contact_updated(w: &mut MessageWriter, updated: &ContactUpdated) {
    let ContactUpdated {
        contact,
        update: ContactUpdate { tags, links },
    } = updated;
    w.text(1, contact.as_str());
    write_tags_update(w, 2, tags);
    w.messages(4, links, |w, links| write_contact_links(w, 1, links));
}

pub(super) fn contact_updated(message: wire::ContactUpdated) -> Result<ContactUpdated, CodecError> {
    let wire::ContactUpdated {
        contact,
        references,
        labels,
        links,
    } = message;
    let links = links.map(|message| contact_links(message.links));
    Ok(ContactUpdated {
        contact: name(contact, "contact_updated.contact")?,
        update: ContactUpdate {
            tags: tags_update(references, labels),
            links: links.transpose()?,
        },
    })
}
