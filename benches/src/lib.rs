//! Benches: the pure core, the load generator, and what to compare with. No bench asserts a time.

pub mod playbooks;
