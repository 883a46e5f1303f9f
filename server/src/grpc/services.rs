//! The handlers of the services. Each is the whole way of one call: read the request, ask the engine, write the answer.

pub(super) mod answer;
pub(super) mod cases;
pub(super) mod contacts;
pub(super) mod customers;
pub(super) mod feed;
pub(super) mod insights;
pub(super) mod playbooks;
