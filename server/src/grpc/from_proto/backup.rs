//! Backups.

use super::Validator;
use super::field_path::FieldPath;
use super::wire_enum;
use crate::backup::WantedBackup;
use crate::store::StoreId;
use signpost_domain::ids::Seq;
use signpost_domain::refusal::Faults;
use signpost_proto::v1;

/// The backup that is asked for.
pub(crate) fn stream(request: v1::StreamBackupRequest) -> Result<WantedBackup, Faults> {
    let v1::StreamBackupRequest {
        store_id,
        after_sequence,
        after_digest,
        form,
    } = request;
    let mut validator = Validator::default();
    let named = validator.optional(FieldPath::top("store_id"), &store_id, |text| {
        text.parse::<StoreId>()
            .map_err(|_| "must be 32 hexadecimal digits in lower case")
    });
    let after_digest = match after_digest.is_empty() {
        true => None,
        false => validator.check(
            FieldPath::top("after_digest"),
            after_digest
                .as_slice()
                .try_into()
                .map_err(|_| "must have 32 bytes"),
        ),
    };
    let form = validator.check(FieldPath::top("form"), wire_enum::backup_form(form));
    validator.done(form.map(|form| WantedBackup {
        store_id: named.map(|it| it.to_string()).unwrap_or_default(),
        after: Seq(after_sequence),
        after_digest,
        form,
    }))
}
