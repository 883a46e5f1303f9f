//! Access: the roles of callers, the tokens that prove them, and what a caller may reach.
//!
//! The shell checks a token and which calls its role may make. What follows from rows is checked here, where a command
//! is decided: whether a contact is one that the caller holds, and whether it is within the limits of the token.

mod reach;
mod role;
mod token;

pub use reach::{OutsideReach, Reach, ScopePart};
pub use role::Role;
pub use token::{
    LIFETIME_DEFAULT, LIFETIME_MAX, SCOPE_NAMES_MAX, TOKEN_LABEL_BYTES_MAX, TOKENS_MAX, Token,
    TokenHash, TokenScope, TokenState, Tokens,
};
