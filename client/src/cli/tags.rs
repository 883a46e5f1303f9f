//! What callers keep of cases and contacts for themselves, as flags.

use super::values;
use clap::Args;
use signpost_client::v1;
use std::collections::BTreeMap;

/// A label on the command line.
pub(crate) type Label = (String, String);

/// What lists and watches ask for of it.
#[derive(Args, Debug, Default)]
pub(crate) struct TagFilterArgs {
    /// With this label; of several all must be there.
    #[arg(long, value_name = "KEY=VALUE", value_parser = values::label)]
    pub(crate) label: Vec<Label>,
    /// Which another system calls so; of several one is enough.
    #[arg(long, value_name = "SYSTEM:ID", value_parser = values::external_reference)]
    pub(crate) external_reference: Vec<v1::ExternalReference>,
}

impl TagFilterArgs {
    /// The references and the labels.
    pub(crate) fn into_parts(self) -> (Vec<v1::ExternalReference>, BTreeMap<String, String>) {
        (self.external_reference, self.label.into_iter().collect())
    }
}

/// What is kept from now on. What is not told stays.
#[derive(Args, Debug, Default)]
pub(crate) struct TagArgs {
    /// A label; those that are told replace all that there are.
    #[arg(long, value_name = "KEY=VALUE", value_parser = values::label)]
    label: Vec<Label>,
    /// Takes all labels away.
    #[arg(long, conflicts_with = "label")]
    no_labels: bool,
    /// What another system calls it; those that are told replace all that there are.
    #[arg(long, value_name = "SYSTEM:ID", value_parser = values::external_reference)]
    external_reference: Vec<v1::ExternalReference>,
    /// Takes all external references away.
    #[arg(long, conflicts_with = "external_reference")]
    no_external_references: bool,
}

impl TagArgs {
    /// The references, the labels, and the paths of those that are told.
    pub(crate) fn into_parts(
        self,
    ) -> (
        Vec<v1::ExternalReference>,
        BTreeMap<String, String>,
        Vec<String>,
    ) {
        let references = self.no_external_references || !self.external_reference.is_empty();
        let labels = self.no_labels || !self.label.is_empty();
        let told = [(references, "external_references"), (labels, "labels")];
        let paths = told.into_iter().filter(|(is_told, _)| *is_told);
        let paths = paths.map(|(_, path)| path.to_owned()).collect();
        let labels = self.label.into_iter().collect();
        (self.external_reference, labels, paths)
    }
}
