//! Scenarios as text, a file a theme.

mod additional;
mod additional_merged;
mod amending;
mod clearing;
mod counting;
mod customers;
mod handles;
mod ids;
mod joining;
mod keeping;
mod merging;
mod naming;
mod presuming;
mod publishing;
mod refusing;
mod remembering;
mod reopening;
mod repeating;
mod reporting;
mod routing;
mod several;
mod situations;
mod splitting;
mod timing;
mod undoing;
mod working;
