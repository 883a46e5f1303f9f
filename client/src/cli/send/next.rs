//! The command that comes after a rehearsal, to be copied.

use super::plan::Plan;
use super::reader::Reader;
use super::tally::Tally;
use crate::cli::next::{NextLine, beside_file};
use crate::cli::render::words;
use std::path::{Path, PathBuf};

/// The ending of the name of a file of cells that nobody knows, beside the table.
const WORDS_ENDING: &str = "-words.csv";

/// What comes after a rehearsal.
#[derive(Debug)]
pub(super) enum Next {
    /// Cells are not known: a rehearsal that makes a file of them.
    ListCells(NextLine),
    /// The ids of cells must be written into this file, and then the table can be sent.
    FillIn(PathBuf, NextLine),
    /// The table can be sent.
    Send(NextLine),
}

/// The file of cells that nobody knows, for this table.
pub(super) fn words_file(table: &Path) -> String {
    beside_file(table, WORDS_ENDING)
}

impl Next {
    /// What comes after this rehearsal, which made the file `made`. `None` if it is no rehearsal, or the table is in no
    /// file.
    pub(super) fn of(reader: &Reader, plan: &Plan, made: Option<&Path>) -> Option<Next> {
        let args = &reader.args;
        if !args.dry_run || args.table.file.as_os_str() == "-" {
            return None;
        }
        let typed = NextLine::typed();
        let typed = match reader.table.mended.is_empty() {
            true => typed,
            false => typed.with_flag("--mend-quotes"),
        };
        let send = || typed.clone().without_flag("--dry-run");
        Some(match (plan.unknown.is_empty(), made, &args.values) {
            (true, ..) => Next::Send(send()),
            (false, Some(made), _) => Next::FillIn(made.to_path_buf(), send()),
            (false, None, Some(values)) => Next::FillIn(values.clone(), typed),
            (false, None, None) => {
                let file = words_file(&args.table.file);
                Next::ListCells(typed.with(["--values", &file]))
            }
        })
    }

    /// The command.
    pub(super) fn command(&self) -> String {
        match self {
            Next::ListCells(line) | Next::FillIn(_, line) | Next::Send(line) => line.to_string(),
        }
    }

    /// What is said to people.
    pub(super) fn words(&self, tally: &Tally) -> Vec<String> {
        let head = match self {
            Next::ListCells(_) => {
                "next, make a file of the cells that are not known, to write their ids into it:"
                    .to_owned()
            }
            Next::FillIn(file, _) => {
                format!(
                    "next, write the id of each cell above into {}, then:",
                    file.display()
                )
            }
            Next::Send(_) if tally.is_clean() => "next, send them:".to_owned(),
            Next::Send(_) => {
                let left = (tally.bad.len() + tally.refused.len()) as u64;
                format!(
                    "next, send them without the {} above:",
                    words::counted(left, "row")
                )
            }
        };
        vec![head, format!("  {}", self.command())]
    }
}
