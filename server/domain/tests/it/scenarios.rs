//! Scenarios as text, a file a theme.

mod amending;
mod customers;
mod joining;
mod publishing;
mod refusing;
mod repeating;
mod routing;
mod splitting;
mod timing;
mod working;
