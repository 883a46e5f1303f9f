//! Handles contacts: a contact is routed, amended and routed again, takes a route, gets an additional case, and ends.

pub(super) mod add_case;
pub(super) mod correct;
pub(super) mod end;
pub(super) mod matters;
pub(super) mod reroute;
pub(super) mod route;
pub(super) mod routed;
pub(super) mod select;
pub(super) mod start;
pub(super) mod update;

mod cases;
mod decided_again;
mod find;
mod join;
pub(super) mod reason;
mod reported_queues;
mod stats;
mod weigh;
