//! How much of a decision is explained.

use clap::{Args, ValueEnum};

/// How much of a decision is explained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Explain {
    /// What decided. Rules that were not looked at, because a value is not known, are counted.
    #[default]
    Brief,
    /// Each rule that was not looked at, too.
    All,
}

/// The flag of the commands that print a decision.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct ExplainArgs {
    /// How much of the decision is explained; JSON has all of it always.
    #[arg(long, value_name = "HOW", value_enum, default_value_t = Explain::Brief)]
    pub(crate) explain: Explain,
}
