//! The names of gRPC codes, for figures and log lines.

use tonic::Code;

/// The number of the code for a call whose caller went away.
pub(crate) const CANCELLED: i32 = Code::Cancelled as i32;

/// Whether the code says that access control keeps the caller out.
pub(crate) fn is_kept_out(number: i32) -> bool {
    matches!(
        Code::from_i32(number),
        Code::PermissionDenied | Code::Unauthenticated
    )
}

/// Whether the code says that nobody knows who calls.
pub(crate) fn is_of_nobody(number: i32) -> bool {
    Code::from_i32(number) == Code::Unauthenticated
}

/// The name of the code with this number, as gRPC writes it.
pub(crate) fn of(number: i32) -> &'static str {
    signpost_proto::code_name(Code::from_i32(number))
}

/// Whether the code says that this server failed, and somebody should look.
pub(crate) fn is_our_fault(number: i32) -> bool {
    matches!(
        Code::from_i32(number),
        Code::Unknown | Code::Internal | Code::DataLoss
    )
}
