//! Scenarios as text, a file a theme.

mod amending;
mod customers;
mod further;
mod further_merged;
mod handles;
mod joining;
mod merging;
mod publishing;
mod refusing;
mod repeating;
mod routing;
mod splitting;
mod timing;
mod working;
