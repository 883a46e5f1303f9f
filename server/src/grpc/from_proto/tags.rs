//! The data that callers keep on cases and contacts: references, labels, links.

use super::field_path::FieldPath;
use super::{Validator, wire_enum};
use signpost_domain::tags::{
    CONTACT_LINKS_MAX, ContactLink, ExternalReference, LABELS_MAX, Labels, REFERENCES_MAX,
    TagsUpdate, label_key, label_value,
};
use signpost_proto::v1;
use std::collections::BTreeMap;

impl Validator {
    /// References to other systems, at most `max`, each at most once.
    pub(super) fn external_references(
        &mut self,
        at: FieldPath<'_>,
        messages: Vec<v1::ExternalReference>,
        max: usize,
    ) -> Vec<ExternalReference> {
        let parse = |validator: &mut Validator, at: FieldPath<'_>, message| {
            let v1::ExternalReference { system, id } = message;
            let system = validator.check(at.field("system"), ExternalReference::part(&system));
            let id = validator.check(at.field("id"), ExternalReference::part(&id));
            let (system, id) = system.zip(id)?;
            Some(ExternalReference { system, id })
        };
        self.each_once(at, (messages, max), parse, None, |one, other| one == other)
    }

    /// The labels. A fault of a label names the position of its key, because faults never repeat text of the caller.
    pub(super) fn labels(
        &mut self,
        at: FieldPath<'_>,
        entries: BTreeMap<String, String>,
    ) -> Labels {
        let mut labels = Labels::new();
        if !self.within(at, entries.len(), LABELS_MAX) {
            return labels;
        }
        for (place, (key, value)) in entries.into_iter().enumerate() {
            let place = place + 1;
            let of_key = label_key(&key).map_err(|why| {
                format!("has a wrong key: in the order of the alphabet, key {place} {why}")
            });
            let of_value = label_value(&value).map_err(|why| {
                format!(
                    "has a wrong value: in the order of their keys, the value of label {place} {why}"
                )
            });
            let key = self.check(at, of_key);
            let value = self.check(at, of_value);
            labels.extend(key.zip(value));
        }
        labels
    }

    /// Adds the references to an update of a case or a contact whose mask names them. `at` is the path of the case or
    /// contact.
    pub(super) fn update_references(
        &mut self,
        at: FieldPath<'_>,
        messages: &[v1::ExternalReference],
        update: &mut TagsUpdate,
    ) {
        let at = at.field("external_references");
        let references = self.external_references(at, messages.to_vec(), REFERENCES_MAX);
        update.references = Some(references);
    }

    /// Adds the labels to an update of a case or a contact whose mask names them. `at` is the path of the case or
    /// contact.
    pub(super) fn update_labels(
        &mut self,
        at: FieldPath<'_>,
        entries: &BTreeMap<String, String>,
        update: &mut TagsUpdate,
    ) {
        update.labels = Some(self.labels(at.field("labels"), entries.clone()));
    }

    /// The links of a contact.
    pub(super) fn contact_links(
        &mut self,
        at: FieldPath<'_>,
        messages: Vec<v1::ContactLink>,
    ) -> Vec<ContactLink> {
        if !self.within(at, messages.len(), CONTACT_LINKS_MAX) {
            return Vec::new();
        }
        let mut links = Vec::with_capacity(messages.len());
        for (place, message) in messages.into_iter().enumerate() {
            let at = at.item(place);
            let v1::ContactLink { kind, uri, title } = message;
            let kind = self.check(at.field("kind"), wire_enum::contact_link_kind(kind));
            let uri = self.check(at.field("uri"), ContactLink::address(&uri));
            let title = self.check(at.field("title"), ContactLink::name(&title));
            if let Some(((kind, uri), title)) = kind.zip(uri).zip(title) {
                links.push(ContactLink { kind, uri, title });
            }
        }
        links
    }
}
