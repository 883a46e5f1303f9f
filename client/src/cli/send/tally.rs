//! The results of the rows. Their sums add up to the number of rows.

use crate::cli::not_taken::{Alike, Bad};
use crate::cli::out::Paint;
use crate::cli::render::table::{Column, table};
use crate::cli::render::words;
use serde::Serialize;
use std::collections::BTreeMap;

/// The maximum number of unknown reasons that are listed. All of them are counted.
const UNKNOWN_LISTED_MAX: usize = 10;

/// The result of one row that was sent.
#[derive(Debug)]
pub(super) enum Became {
    /// It has a route.
    Routed {
        /// The route.
        route: &'static str,
        /// The reason under which it was decided; empty if the reason is unknown and the last resort was taken.
        reason: String,
    },
    /// The server asks something first. The text says what.
    Asked(&'static str),
    /// The server or `--strict` refused the row. The text says why.
    Refused(String),
}

/// The result of one row, and what else the answers showed.
#[derive(Debug)]
pub(super) struct Sent {
    /// What became of the row after it was sent.
    pub(super) became: Became,
    /// Whether the answer was stored: the row had been sent before.
    pub(super) replayed: bool,
    /// Why the contact could not be ended; `None` if it was ended or was not to be ended.
    pub(super) not_ended: Option<String>,
}

/// One line of the summary.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Cell {
    reason: String,
    channel: String,
    route: &'static str,
}

/// The sums of all results.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Rows in the file.
    pub(super) rows: u64,
    /// Rows that come before the row of `--from-line`.
    pub(super) skipped: u64,
    /// Rows with a route.
    pub(super) routed: u64,
    /// Rows for which the server asks something first.
    pub(super) asked: u64,
    /// Rows that were refused, with the cause.
    pub(super) refused: Vec<Bad>,
    /// Rows that could not be read, with the cause.
    pub(super) bad: Vec<Bad>,
    /// Rows that were routed but whose contact could not be ended, with the cause.
    pub(super) not_ended: Vec<Bad>,
    /// Rows whose reason the playbook does not know.
    pub(super) unknown: u64,
    /// Of these, the rows that name no reason.
    pub(super) no_reason: u64,
    /// Rows that had been sent before.
    pub(super) replayed: u64,
    unknown_reasons: BTreeMap<String, u64>,
    cells: BTreeMap<Cell, u64>,
}

/// The sums, in their form for programs.
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

    /// Counts a row that was sent. `stated` is the reason with which it was sent.
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

    /// Rows that were not sent because the sending stopped.
    pub(super) fn not_sent(&self) -> u64 {
        let seen = self.skipped + self.routed + self.asked;
        let seen = seen + self.refused.len() as u64 + self.bad.len() as u64;
        self.rows.saturating_sub(seen)
    }

    /// Whether no row was bad or refused, and every contact that was to be ended was ended.
    pub(super) fn is_clean(&self) -> bool {
        self.refused.is_empty() && self.bad.is_empty() && self.not_ended.is_empty()
    }

    /// The sums as JSON, with the rows that were not taken.
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

    /// The sums as a table, with the total below it.
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
