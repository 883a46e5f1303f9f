//! Writes answers: converts values of the domain to messages of the wire. Nothing is decided here, and nothing can
//! fail.

pub(crate) mod access;
pub(crate) mod additional;
pub(crate) mod case;
pub(crate) mod contact;
mod context;
pub(crate) mod corrected;
mod cost;
pub(crate) mod counts;
pub(crate) mod customer;
mod decision;
pub(crate) mod event;
mod fact;
pub(crate) mod masked;
pub(crate) mod matters;
pub(crate) mod menu;
pub(crate) mod note;
pub(crate) mod playbook;
pub(crate) mod receipt;
pub(crate) mod server;
pub(crate) mod tags;
mod target;
#[cfg(test)]
mod tests;
pub(in crate::grpc) mod time;
pub(crate) mod timeline;
pub(crate) mod vocabulary;
mod wire_enum;
pub(super) mod work_event;

use signpost_domain::actor::Actor;

/// The text `kind/id` of an actor; empty for `None`.
fn actor_or_none(actor: Option<&Actor>) -> String {
    actor.map_or_else(String::new, Actor::to_string)
}
