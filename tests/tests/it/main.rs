//! The tests of the whole, one binary, a file a story.

mod bad_input;
mod bad_playbooks;
mod contacts;
mod customers;
mod menus;
mod playbooks;
mod powercut_recorder;
