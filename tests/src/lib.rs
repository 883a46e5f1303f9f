//! The base of the tests of the whole server. The tests themselves are in `tests/it`.

pub mod additional;
pub mod attempt;
pub mod brief;
pub mod child;
pub mod collector;
pub mod crash;
pub mod damage;
pub mod faults;
pub mod folding;
pub mod fuzz;
pub mod http;
pub mod http2;
pub mod listed;
pub mod long_form;
pub mod merging;
pub mod metrics;
pub mod objects;
pub mod oidc;
pub mod page;
pub mod powercut;
pub mod process;
pub mod raw;
pub mod real;
pub mod restoring;
pub mod server;
pub mod small_disk;
pub mod snapshots;
pub mod time;
pub mod tls;
pub mod watch;
pub mod web;

/// The result of a test. Its errors can be sent to another task.
pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
