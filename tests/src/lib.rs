//! What the tests of the whole server stand on. The tests themselves are in `tests/it`.

pub mod additional;
pub mod attempt;
pub mod brief;
pub mod child;
pub mod crash;
pub mod folding;
pub mod http;
pub mod listed;
pub mod merging;
pub mod powercut;
pub mod process;
pub mod raw;
pub mod real;
pub mod server;
pub mod snapshots;
pub mod time;
pub mod watch;
pub mod web;

/// What a test comes to; its errors can leave a task.
pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
