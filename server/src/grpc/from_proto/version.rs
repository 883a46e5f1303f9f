//! Versions of playbooks as people write them: the first digits are enough.

use signpost_domain::command::VersionPrefix;
use signpost_domain::refusal::{Faults, Kind, Refusal};
use signpost_domain::state::Publication;
use std::sync::Arc;

use super::Validator;
use super::field_path::FieldPath;

const FIELD: &str = "playbook_version";

/// The latest publication of the version that `text` names. `publications` are all publications, the oldest first.
///
/// # Errors
/// When the text is not the start of a version, when it is the start of more than one, or when no such version was
/// published.
pub(crate) fn published<'p>(
    text: &str,
    publications: &'p [Arc<Publication>],
) -> Result<&'p Arc<Publication>, Refusal> {
    let mut validator = Validator::default();
    let prefix = validator.check(FieldPath::top(FIELD), VersionPrefix::new(text));
    let prefix = validator.done(prefix).map_err(Refusal::Faulty)?;
    let newest_first = publications.iter().rev();
    let mut found = newest_first.filter(|published| prefix.matches(&published.version));
    let Some(newest) = found.next() else {
        return Err(Refusal::NotFound {
            kind: Kind::Playbook,
            id: text.to_owned(),
        });
    };
    match found.find(|other| other.version != newest.version) {
        None => Ok(newest),
        Some(_) => {
            let what = "is the start of more than one version; give more digits";
            Err(Refusal::Faulty(Faults::one(FIELD, what)))
        }
    }
}
