//! Why rows could not be written.

use crate::codec::CodecError;
use crate::store::{ApplyError, StoreError};

/// Why rows could not be kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum RowWriteError {
    /// They could not be written.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// They could not be read.
    #[error(transparent)]
    Read(#[from] StoreError),
    /// They do not decode.
    #[error(transparent)]
    Decode(#[from] CodecError),
}
