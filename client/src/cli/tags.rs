//! The labels and external references that callers keep of cases and contacts, as flags.

use super::values;
use clap::Args;
use signpost_client::v1;
use std::collections::BTreeMap;

/// A label on the command line: its key and its value.
pub(crate) type Label = (String, String);

/// The labels and references that lists and watches filter by.
#[derive(Args, Debug, Default)]
pub(crate) struct TagFilterArgs {
    /// With this label; with several, all must match.
    #[arg(long, value_name = "KEY=VALUE", value_parser = values::label)]
    pub(crate) label: Vec<Label>,
    /// With this name in another system; with several, one match is enough.
    #[arg(long, value_name = "SYSTEM:ID", value_parser = values::external_reference)]
    pub(crate) external_reference: Vec<v1::ExternalReference>,
}

impl TagFilterArgs {
    /// The references and the labels.
    pub(crate) fn into_parts(self) -> (Vec<v1::ExternalReference>, BTreeMap<String, String>) {
        (self.external_reference, self.label.into_iter().collect())
    }
}

/// New labels and references. What is not given stays.
#[derive(Args, Debug, Default)]
pub(crate) struct TagArgs {
    /// A label. The given labels replace all that there are.
    #[arg(long, value_name = "KEY=VALUE", value_parser = values::label)]
    label: Vec<Label>,
    /// Removes all labels.
    #[arg(long, conflicts_with = "label")]
    no_labels: bool,
    /// The name in another system. The given references replace all that there are.
    #[arg(long, value_name = "SYSTEM:ID", value_parser = values::external_reference)]
    external_reference: Vec<v1::ExternalReference>,
    /// Removes all external references.
    #[arg(long, conflicts_with = "external_reference")]
    no_external_references: bool,
}

impl TagArgs {
    /// The references, the labels, and the update paths of the fields that are given.
    pub(crate) fn into_parts(
        self,
    ) -> (
        Vec<v1::ExternalReference>,
        BTreeMap<String, String>,
        Vec<String>,
    ) {
        let references = self.no_external_references || !self.external_reference.is_empty();
        let labels = self.no_labels || !self.label.is_empty();
        let fields = [(references, "external_references"), (labels, "labels")];
        let paths = fields.into_iter().filter(|(is_given, _)| *is_given);
        let paths = paths.map(|(_, path)| path.to_owned()).collect();
        let labels = self.label.into_iter().collect();
        (self.external_reference, labels, paths)
    }
}
