//! What became of the rows: sums that add up to the rows read.

use crate::cli::not_taken::{Alike, Bad};
use crate::cli::out::Paint;
use crate::cli::render::table::{Column, table};
use crate::cli::render::words;
use serde::Serialize;
use std::collections::BTreeMap;

/// Reasons that the playbook does not know that are listed; all are counted.
const UNKNOWN_LISTED_MAX: usize = 10;

/// What became of one row that was sent.
#[derive(Debug)]
pub(super) enum Became {
    /// It has a route.
    Routed {
        /// Which.
        route: &'static str,
        /// The reason it was decided under; empty for the last resort of one that is not known.
        reason: String,
    },
    /// The server asks something first; what it asks for.
    Asked(&'static str),
    /// The server refuses it, or `--strict` does.
    Refused(String),
}

/// What became of a row, and what else was seen of it.
#[derive(Debug)]
pub(super) struct Sent {
    /// What became of it.
    pub(super) became: Became,
    /// Whether the server had it before.
    pub(super) replayed: bool,
    /// Why it could not be ended, if it was to be and could not.
    pub(super) not_ended: Option<String>,
}

/// One line of the summary.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Cell {
    reason: String,
    channel: String,
    route: &'static str,
}

/// Sums.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Rows of the file.
    pub(super) rows: u64,
    /// Rows that were left out because they come before the first one asked for.
    pub(super) skipped: u64,
    /// Rows with a route.
    pub(super) routed: u64,
    /// Rows of which the server asks something first.
    pub(super) asked: u64,
    /// Rows refused, with what is wrong.
    pub(super) refused: Vec<Bad>,
    /// Rows that could not be read, with what is wrong.
    pub(super) bad: Vec<Bad>,
    /// Routed rows that could not be ended, with what is wrong.
    pub(super) not_ended: Vec<Bad>,
    /// Rows whose reason the playbook does not know.
    pub(super) unknown: u64,
    /// Of those, rows that name no reason.
    pub(super) no_reason: u64,
    /// Rows that the server had before.
    pub(super) replayed: u64,
    unknown_reasons: BTreeMap<String, u64>,
    cells: BTreeMap<Cell, u64>,
}

/// The sums for programs.
#[derive(Serialize)]
struct Summary<'t> {
    file: &'t str,
    rows: u64,
    skipped: u64,
    routed: u64,
    asked: u64,
    refused: usize,
    bad: usize,
    not_sent: u64,
    unknown_reasons: u64,
    without_reason: u64,
    replayed: u64,
    not_ended: usize,
    by: Vec<SummaryRow<'t>>,
    not_taken: Vec<Alike<'t>>,
}

#[derive(Serialize)]
struct SummaryRow<'t> {
    #[serde(flatten)]
    cell: &'t Cell,
    rows: u64,
}

impl Tally {
    /// Counts a row whose reason the playbook does not know.
    pub(super) fn unknown(&mut self, reason: &str, tells_none: bool) {
        self.unknown += 1;
        match tells_none {
            true => self.no_reason += 1,
            false => *self.unknown_reasons.entry(reason.to_owned()).or_default() += 1,
        }
    }

    /// Counts a row that was sent; `stated` is its reason as it was sent.
    pub(super) fn add(&mut self, line: u64, stated: &str, channel: &str, sent: Sent) {
        self.replayed += u64::from(sent.replayed);
        let not_ended = sent.not_ended.map(|what| Bad { line, what });
        self.not_ended.extend(not_ended);
        let (reason, route) = match sent.became {
            Became::Routed { route, reason } => {
                self.routed += 1;
                match reason.is_empty() {
                    true => ("(unknown)".to_owned(), route),
                    false => (reason, route),
                }
            }
            Became::Asked(what) => {
                self.asked += 1;
                (stated.to_owned(), what)
            }
            Became::Refused(what) => return self.refused.push(Bad { line, what }),
        };
        let cell = Cell {
            reason,
            channel: channel.to_owned(),
            route,
        };
        *self.cells.entry(cell).or_default() += 1;
    }

    /// Rows that were to be sent and were not, because the sending stopped.
    pub(super) fn not_sent(&self) -> u64 {
        let seen = self.skipped + self.routed + self.asked;
        let seen = seen + self.refused.len() as u64 + self.bad.len() as u64;
        self.rows.saturating_sub(seen)
    }

    /// Whether every row was sent and taken.
    pub(super) fn is_clean(&self) -> bool {
        self.refused.is_empty() && self.bad.is_empty() && self.not_ended.is_empty()
    }

    /// As JSON, with all rows that were not taken.
    pub(super) fn json(&self, file: &str, not_taken: Vec<Alike<'_>>) -> serde_json::Result<String> {
        let rows = self.cells.iter();
        serde_json::to_string_pretty(&Summary {
            file,
            rows: self.rows,
            skipped: self.skipped,
            routed: self.routed,
            asked: self.asked,
            refused: self.refused.len(),
            bad: self.bad.len(),
            not_sent: self.not_sent(),
            unknown_reasons: self.unknown,
            without_reason: self.no_reason,
            replayed: self.replayed,
            not_ended: self.not_ended.len(),
            by: rows
                .map(|(cell, &rows)| SummaryRow { cell, rows })
                .collect(),
            not_taken,
        })
    }

    /// As a table, with the sum below it.
    pub(super) fn text(&self, paint: Paint) -> String {
        const COLUMNS: [Column; 4] = [
            Column::Left("reason"),
            Column::Left("channel"),
            Column::Left("route"),
            Column::Right("rows"),
        ];
        let rows = self.cells.iter().map(|(cell, rows)| {
            let Cell {
                reason,
                channel,
                route,
            } = cell;
            vec![
                reason.clone(),
                channel.clone(),
                (*route).to_owned(),
                rows.to_string(),
            ]
        });
        let mut text = table(&COLUMNS, rows.collect(), paint);
        let parts = [
            (self.skipped, "skipped"),
            (self.routed, "routed"),
            (self.asked, "asked for more"),
            (self.refused.len() as u64, "refused"),
            (self.bad.len() as u64, "bad"),
            (self.not_sent(), "not sent"),
        ];
        let parts = parts.into_iter().enumerate();
        let parts: Vec<String> = parts
            .filter(|(place, (rows, _))| *rows > 0 || *place == 1)
            .map(|(_, (rows, what))| format!("{rows} {what}"))
            .collect();
        let sum = format!(
            "{} = {}",
            words::counted(self.rows, "row"),
            parts.join(" + ")
        );
        text += &format!("{}\n", paint.bold(&sum));
        if self.replayed > 0 {
            text += &format!("{} of them the server had before\n", self.replayed);
        }
        text += &self.unknown_text();
        text
    }

    fn unknown_text(&self) -> String {
        let mut text = String::new();
        if self.no_reason > 0 {
            text += &format!(
                "{} without a reason\n",
                words::counted(self.no_reason, "row")
            );
        }
        if self.unknown_reasons.is_empty() {
            return text;
        }
        let mut reasons: Vec<(&String, &u64)> = self.unknown_reasons.iter().collect();
        reasons.sort_by_key(|(_, rows)| std::cmp::Reverse(**rows));
        text += &format!(
            "{} of {} that the playbook does not know:",
            words::counted(self.unknown - self.no_reason, "row"),
            words::counted(reasons.len() as u64, "reason")
        );
        let listed = reasons.iter().take(UNKNOWN_LISTED_MAX);
        let listed: Vec<String> = listed
            .map(|(reason, rows)| format!(" {reason} {rows}"))
            .collect();
        text += &listed.join(",");
        if reasons.len() > UNKNOWN_LISTED_MAX {
            text += ", …";
        }
        text + "\n"
    }
}
