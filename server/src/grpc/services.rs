//! The handlers of the services. Each handler contains the whole path of one call: it reads the request, asks the
//! engine, and writes the answer.

pub(super) mod access;
pub(super) mod answer;
pub(super) mod backup;
pub(super) mod cases;
pub(super) mod contacts;
pub(super) mod customers;
mod erasure;
pub(super) mod feed;
pub(super) mod insights;
pub(super) mod playbooks;
pub(super) mod server;
