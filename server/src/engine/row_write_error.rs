//! The error of writing rows.

use crate::codec::CodecError;
use crate::keys::KeyError;
use crate::store::{ApplyError, StoreError};

/// Why rows could not be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum RowWriteError {
    /// The changes could not be applied.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// Existing rows could not be read.
    #[error(transparent)]
    Read(#[from] StoreError),
    /// Existing rows could not be decoded.
    #[error(transparent)]
    Decode(#[from] CodecError),
    /// A key to seal what is personal could not be had.
    #[error(transparent)]
    Keys(#[from] KeyError),
}
