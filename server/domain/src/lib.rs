//! The words and the rules of Signpost as pure values.
//!
//! This crate does no I/O, does not wait, reads no clock and uses no random numbers. It does not know the wire format
//! or the store. Read [`playbook`] for the configuration, [`decision`] for how routes are ranked, [`flow`] for what a
//! command leads to, and [`state`] for the state that results from the events.

pub mod ability;
pub mod access;
pub mod actor;
pub mod case;
pub mod check;
pub mod command;
pub mod contact;
pub mod customer;
pub mod decision;
pub mod environment_variable;
pub mod event;
pub mod fact;
pub mod flow;
pub mod guess;
pub mod handle;
mod hash;
pub mod ids;
pub mod list;
pub mod money;
pub mod playbook;
pub mod refusal;
pub mod route;
pub mod state;
pub mod tags;
pub mod text;
pub mod time;
