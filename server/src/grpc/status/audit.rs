//! The status for calls that cannot be recorded in the audit file.

use super::reason::ReasonDetails;
use signpost_proto::v1::ErrorReason;
use std::time::Duration;
use tonic::{Code, Status};
use tonic_types::ErrorDetails;

/// The time after which a caller should try again when the audit file could not be written.
pub(crate) const AUDIT_RETRY_DELAY: Duration = Duration::from_secs(5);

/// The status for an act that is not carried out, for nobody could prove who did it.
pub(crate) fn not_written() -> Status {
    let message = "the audit file cannot be written, so administrative acts are refused; nothing was changed: whoever runs \
                   the server sees by `signpost status` why";
    let details = ErrorDetails::with_retry_info(Some(AUDIT_RETRY_DELAY));
    ReasonDetails::of(ErrorReason::AuditNotWritten).status(Code::Unavailable, message, details)
}
