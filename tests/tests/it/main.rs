//! The tests of the whole, one binary, a file a story.

mod kill;
mod powercut_recorder;
