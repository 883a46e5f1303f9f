//! What the tests of the whole server stand on. The tests themselves are in `tests/it`.

pub mod powercut;
