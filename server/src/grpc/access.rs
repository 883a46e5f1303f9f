//! Who may call: reads the credential of a call, and looks up in one table whether the caller may make the call.
//!
//! A call is judged as it comes in ([`JudgeLayer`]), before anything of its body is read: whether there is too much to
//! do, who calls, and whether that is over a limit. Who is let in goes on with an [`Identity`] in the extensions of the
//! request; the handlers ask that for the actor and for what the caller reaches. Who is not is told so at once by gRPC.
//! Other protocols get the refusal from [`GateLayer`], which is as far inside as the services, so that it has their
//! form; the Connect protocol looks for it itself.

pub(crate) mod actor;
mod deadline;
mod gate;
mod identity;
mod refused_call;
pub(crate) mod secret;
mod table;
#[cfg(test)]
mod tests;

pub(super) use gate::{GateLayer, JudgeLayer, Refused};
pub(crate) use identity::Identity;
pub(super) use identity::WatchGuard;

pub(super) use table::{Audited, Call, call_at, is_for_everybody};

use std::fmt;

/// Whether the server asks for credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccessMode {
    /// Everybody who reaches the server may do everything, and is who they say.
    #[default]
    Open,
    /// Every call needs a credential, except those of health and reflection. Who calls is what the credential says.
    Credentials,
}

impl AccessMode {
    /// Reads `open` or `credentials`.
    ///
    /// # Errors
    /// When the text is neither. The error says in words what would be right.
    pub fn parse(text: &str) -> Result<AccessMode, &'static str> {
        match text {
            "open" => Ok(AccessMode::Open),
            "credentials" => Ok(AccessMode::Credentials),
            _ => Err("must be open or credentials"),
        }
    }
}

impl fmt::Display for AccessMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AccessMode::Open => "open",
            AccessMode::Credentials => "credentials",
        })
    }
}
