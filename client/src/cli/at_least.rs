//! How new an answer must be at least, as the revision of an earlier write or read.

use clap::Args;

/// How new an answer must be at least.
#[derive(Args, Debug, Default)]
pub(crate) struct AtLeast {
    /// Show at least the state at this revision, which the JSON of a write or a read has. The server waits up to 2
    /// seconds for it.
    #[arg(
        long,
        value_name = "REVISION",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) min_revision: String,
}
