//! Scenarios as text, a file a theme.

mod joining;
