//! Benches: the pure core, the load generator, and what they are compared with. No bench asserts a time.

mod appended;
mod decided;
pub mod disk;
pub mod echo;
pub mod filled;
pub mod flood;
pub mod load;
pub mod playbooks;
mod pool;
pub mod postgres;
pub mod process;
pub mod requests;
pub mod rows;
mod rows_keeper;
pub mod sample;
pub mod served;
mod shedding;
mod tables;
pub mod tls;
pub mod watchers;

/// The allocator of `signpostd`, for both sides of every comparison.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
