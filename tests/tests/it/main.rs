//! The tests of the whole, one binary, a file a story.

mod kill;
mod power_cut;
mod powercut_recorder;
