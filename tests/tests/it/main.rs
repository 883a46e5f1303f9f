//! The tests of the whole, one binary, a file a story.

mod powercut_recorder;
