//! How new an answer must be at least: what a write, or a read before, said of itself.

use clap::Args;

/// How new an answer must be at least.
#[derive(Args, Debug, Default)]
pub(crate) struct AtLeast {
    /// Show at least what this revision has, which the JSON of a write or a read names; it is waited for 2 seconds.
    #[arg(
        long,
        value_name = "REVISION",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) min_revision: String,
}
