//! The tests of the whole, one binary, a file a story.

mod contacts;
mod powercut_recorder;
