//! The tests of the whole, one binary, a file a story.

mod bad_context;
mod bad_input;
mod bad_playbooks;
mod bench;
mod command_line;
mod contacts;
mod customers;
mod daemon;
mod data_folder;
mod disk;
mod event_catalogue;
mod feed_command;
mod feed_crash;
mod feed_events;
mod feed_rows;
mod health;
mod interop;
mod kill;
mod menus;
mod older_playbooks;
mod playbooks;
mod power_cut;
mod powercut_recorder;
mod real_data;
mod rebuild;
mod web;
