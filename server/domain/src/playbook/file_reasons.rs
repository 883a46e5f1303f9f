//! What a playbook says about all of its reasons, as written.

use super::file_parts::{Columns, Entries, Id};
use schemars::JsonSchema;
use serde::Deserialize;

/// A reason that became several, so that its history compares with theirs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SplitFile {
    /// The reason that was split, as `primary/secondary`: a retired one, or one that stays as one of the parts.
    #[schemars(extend("examples" = ["existing_flight/change"]))]
    pub(super) reason: String,
    /// Older names of the retired reason, which count with it.
    #[serde(default)]
    pub(super) replaces: Vec<String>,
    /// Its parts: reasons of this playbook, or reasons that were split in turn; at least two. A reason is a part of
    /// one split only.
    #[schemars(length(min = 2), extend("examples" = [["existing_flight/change_date", "existing_flight/change_name"]]))]
    pub(super) into: Vec<String>,
    /// The part that a contact is for which names the retired reason, as an older menu does, where its facts tell
    /// none. It must be written where the reason is retired. Left out: the reason stays, and a contact that names it is
    /// for it.
    #[serde(default)]
    pub(super) default: Option<String>,
    /// A fact whose value tells the part: a text, an integer or a boolean. Left out: all go to `default`.
    #[serde(default)]
    pub(super) fact: Option<Id>,
    /// The part by the value of the fact.
    #[serde(default)]
    #[schemars(extend("examples" = [{"name": "existing_flight/change_name"}]))]
    pub(super) values: Entries<String, String>,
}

/// What can come of a case.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OutcomeFile {
    /// Its id: the code with which a case is resolved.
    #[schemars(extend("examples" = ["refunded"]))]
    pub(super) id: Id,
    /// Its name for people, by locale.
    pub(super) label: Entries<String, String>,
    /// Reasons whose cases it can come of: `primary` or `primary/secondary`. Left out: any.
    #[serde(default)]
    pub(super) reason: Columns,
}
