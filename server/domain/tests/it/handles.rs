//! Handles compare by their kind: phone numbers, e-mail addresses, names, and texts as written.

mod examples;
mod properties;
mod table;
