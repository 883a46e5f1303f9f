//! The results of the rows. Their sums add up to the number of rows.

use super::next::Next;
use super::remarks::Remarks;
use super::span::Figures;
use super::values::Unknown;
use crate::cli::not_taken::{Alike, Bad, Fault};
use crate::cli::out::Paint;
use crate::cli::render::table::{Column, table};
use crate::cli::render::words;
use serde::Serialize;
use std::collections::BTreeMap;

/// The maximum number of unknown reasons that are listed. All of them are counted.
const UNKNOWN_LISTED_MAX: usize = 10;
/// The maximum number of unknown cells that a rehearsal lists. All of them are counted.
const CELLS_LISTED_MAX: usize = 50;

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
    /// The server asks something first.
    Asked {
        /// What stands in place of the route.
        route: &'static str,
        /// The facts that are asked for; none: the reason is asked for.
        facts: Vec<String>,
    },
    /// The server has the contact from before: nothing changed.
    HadBefore,
    /// The server or `--strict` refused the row.
    Refused(Fault),
}

/// The result of one row, and what else the answers showed.
#[derive(Debug)]
pub(super) struct Sent {
    /// What became of the row after it was sent.
    pub(super) became: Became,
    /// Whether the answer was stored: the row had been sent before.
    pub(super) replayed: bool,
    /// Why the contact could not be ended; `None` if it was ended or was not to be ended.
    pub(super) not_ended: Option<Fault>,
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
    /// Rows whose contact the server has from before: nothing changed.
    pub(super) had_before: u64,
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
    /// Whether the rows were not sent, and only what they would come to was asked.
    pub(super) is_dry: bool,
    /// The cells for which the playbook has no id.
    pub(super) unknown_cells: Unknown,
    /// The times of the table; `None` if they are not used.
    pub(super) span: Option<Figures>,
    /// What is to be looked at; `None` if it is no rehearsal.
    pub(super) remarks: Option<Remarks>,
    /// What comes next; `None` if nothing does.
    pub(super) next: Option<Next>,
    asked_for: BTreeMap<String, u64>,
    unknown_reasons: BTreeMap<String, u64>,
    cells: BTreeMap<Cell, u64>,
}

/// The sums, in their form for programs.
#[derive(Serialize)]
struct Summary<'t> {
    file: &'t str,
    dry_run: bool,
    times: Option<&'t Figures>,
    rows: u64,
    skipped: u64,
    routed: u64,
    asked: u64,
    had_before: u64,
    refused: usize,
    bad: usize,
    not_sent: u64,
    unknown_reasons: u64,
    without_reason: u64,
    replayed: u64,
    not_ended: usize,
    asked_for: Vec<AskedFor<'t>>,
    unknown: Vec<UnknownCell<'t>>,
    by: Vec<SummaryRow<'t>>,
    not_taken: Vec<Alike<'t>>,
    /// What is to be looked at, after a rehearsal.
    #[serde(flatten)]
    remarks: Option<&'t Remarks>,
    /// The command that comes next, after a rehearsal.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// What rows are asked for: a fact, or the reason.
#[derive(Serialize)]
struct AskedFor<'t> {
    what: &'t str,
    rows: u64,
}

/// A cell for which the playbook has no id.
#[derive(Serialize)]
struct UnknownCell<'t> {
    target: &'static str,
    cell: &'t str,
    rows: u64,
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
        let not_ended = sent.not_ended.map(|fault| Bad::of(line, fault));
        self.not_ended.extend(not_ended);
        let (reason, route) = match sent.became {
            Became::Routed { route, reason } => {
                self.routed += 1;
                match reason.is_empty() {
                    true => ("(unknown)".to_owned(), route),
                    false => (reason, route),
                }
            }
            Became::Asked { route, facts } => {
                self.asked += 1;
                let reason = facts.is_empty().then(|| "the reason".to_owned());
                for what in facts.into_iter().chain(reason) {
                    *self.asked_for.entry(what).or_default() += 1;
                }
                (stated.to_owned(), route)
            }
            Became::HadBefore => {
                self.had_before += 1;
                return;
            }
            Became::Refused(fault) => return self.refused.push(Bad::of(line, fault)),
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
        let seen = self.skipped + self.routed + self.asked + self.had_before;
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
        let asked = self.asked_for.iter();
        let unknown = self.unknown_cells.by_rows().into_iter();
        let unknown = unknown.map(|(target, cell, rows)| UnknownCell {
            target: target.word(),
            cell,
            rows,
        });
        serde_json::to_string_pretty(&Summary {
            file,
            dry_run: self.is_dry,
            times: self.span.as_ref(),
            rows: self.rows,
            skipped: self.skipped,
            routed: self.routed,
            asked: self.asked,
            had_before: self.had_before,
            refused: self.refused.len(),
            bad: self.bad.len(),
            not_sent: self.not_sent(),
            unknown_reasons: self.unknown,
            without_reason: self.no_reason,
            replayed: self.replayed,
            not_ended: self.not_ended.len(),
            asked_for: asked.map(|(what, &rows)| AskedFor { what, rows }).collect(),
            unknown: unknown.collect(),
            by: rows
                .map(|(cell, &rows)| SummaryRow { cell, rows })
                .collect(),
            not_taken,
            remarks: self.remarks.as_ref(),
            next: self.next.as_ref().and_then(Next::command),
        })
    }

    /// The sums as a table, with the total below it.
    pub(super) fn text(&self, paint: Paint) -> String {
        const OF_THE_SERVER: [&str; 3] = ["routed", "asked for more", "refused"];
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
            (self.had_before, "had before"),
            (self.refused.len() as u64, "refused"),
            (self.bad.len() as u64, "bad"),
            (self.not_sent(), "not sent"),
        ];
        let would = |what: &str| match self.is_dry && OF_THE_SERVER.contains(&what) {
            true => format!("would be {what}"),
            false => what.to_owned(),
        };
        let parts = parts.into_iter().enumerate();
        let parts: Vec<String> = parts
            .filter(|(place, (rows, _))| *rows > 0 || *place == 1)
            .map(|(_, (rows, what))| format!("{rows} {}", would(what)))
            .collect();
        let sum = format!(
            "{} = {}",
            words::counted(self.rows, "row"),
            parts.join(" + ")
        );
        text += &format!("{}\n", paint.bold(&sum));
        if self.replayed > 0 {
            text += &format!(
                "{} of them had been sent before, and were answered as then\n",
                self.replayed
            );
        }
        if !self.asked_for.is_empty() {
            let mut asked: Vec<(&String, &u64)> = self.asked_for.iter().collect();
            asked.sort_by_key(|(_, rows)| std::cmp::Reverse(**rows));
            let listed = asked.iter().take(UNKNOWN_LISTED_MAX);
            let listed: Vec<String> = listed
                .map(|(what, rows)| format!(" {what} {rows}"))
                .collect();
            text += &format!("asked for:{}\n", listed.join(","));
        }
        if self.had_before > 0 {
            text += "had before: the server has these contacts, and nothing of them changed; --amend amends them\n";
        }
        text += &match self.is_dry {
            true => self.cells_text(paint),
            false => self.unknown_text(),
        };
        text
    }

    /// What a rehearsal says of cells that are not known, each with its rows.
    fn cells_text(&self, paint: Paint) -> String {
        const COLUMNS: [Column; 3] = [
            Column::Left("not known"),
            Column::Left("cell"),
            Column::Right("rows"),
        ];
        let cells = self.unknown_cells.by_rows();
        let listed = cells.iter().take(CELLS_LISTED_MAX);
        let rows = listed.map(|(target, cell, rows)| {
            let cell = match cell.is_empty() {
                true => "(empty)",
                false => cell,
            };
            vec![target.word().to_owned(), cell.to_owned(), rows.to_string()]
        });
        let mut text = String::new();
        if !cells.is_empty() {
            text += &format!("\n{}", table(&COLUMNS, rows.collect(), paint));
            if let Some(more) = cells
                .len()
                .checked_sub(CELLS_LISTED_MAX)
                .filter(|it| *it > 0)
            {
                text += &format!("and {more} more\n");
            }
        }
        if self.no_reason > 0 {
            let rows = words::counted(self.no_reason, "row");
            text += &format!("{rows} without a reason\n");
        }
        text + "dry run: nothing was sent\n"
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
