//! The names of gRPC codes, for figures and log lines.

use tonic::Code;

/// The number of the code for a call whose caller went away.
pub(crate) const CANCELLED: i32 = Code::Cancelled as i32;

/// The name of the code with this number, as gRPC writes it.
pub(crate) fn of(number: i32) -> &'static str {
    match Code::from_i32(number) {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// Whether the code says that this server failed, and somebody should look.
pub(crate) fn is_our_fault(number: i32) -> bool {
    matches!(
        Code::from_i32(number),
        Code::Unknown | Code::Internal | Code::DataLoss
    )
}
