//! What comes after a rehearsal, and after a sending: commands to be copied.

use super::plan::Plan;
use super::reader::Reader;
use super::tally::Tally;
use crate::cli::next::{NextLine, beside_file};
use crate::cli::render::words;
use std::path::{Path, PathBuf};

/// The ending of the name of a file of cells that nobody knows, beside the table.
const WORDS_ENDING: &str = "-words.csv";

/// The flags of the connection, which go from one command line to the next.
const CONNECTION_FLAGS: [&str; 7] = [
    "--server",
    "--profile",
    "--ca",
    "--client-cert",
    "--client-key",
    "--token-file",
    "--timeout",
];

/// What comes after a rehearsal or a sending.
#[derive(Debug)]
pub(super) enum Next {
    /// Cells are not known: a rehearsal that makes a file of them.
    ListCells(NextLine),
    /// The ids of cells must be written into this file, and then the table can be sent.
    FillIn(PathBuf, NextLine),
    /// The table can be sent.
    Send(NextLine),
    /// The table was sent: these commands show what it came to.
    Look {
        commands: [NextLine; 2],
        /// Whether the contacts arrived by the times of the file.
        file_times: bool,
    },
}

/// The file of cells that nobody knows, for this table.
pub(super) fn words_file(table: &Path) -> String {
    beside_file(table, WORDS_ENDING)
}

impl Next {
    /// What comes after this sending, or this rehearsal, which made the file `made`. `None` if the rehearsed table is
    /// in no file.
    pub(super) fn of(reader: &Reader, plan: &Plan, made: Option<&Path>) -> Option<Next> {
        let args = &reader.args;
        let typed = NextLine::typed();
        if !args.dry_run {
            let commands = [["counts"].as_slice(), &["report", "volume"]];
            return Some(Next::Look {
                commands: commands.map(|command| {
                    let line = NextLine::beside("signpost").with(command);
                    line.with_flags_of(&typed, &CONNECTION_FLAGS)
                }),
                file_times: args.uses_file_times(),
            });
        }
        if args.table.file.as_os_str() == "-" {
            return None;
        }
        let typed = match reader.table.is_mended {
            false => typed,
            true => typed.with_flag("--mend-quotes"),
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

    /// The command that must come next, for programs; `None` after a sending.
    pub(super) fn command(&self) -> Option<String> {
        match self {
            Next::ListCells(line) | Next::FillIn(_, line) | Next::Send(line) => {
                Some(line.to_string())
            }
            Next::Look { .. } => None,
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
            Next::Look { .. } if tally.routed + tally.asked == 0 => return Vec::new(),
            Next::Look {
                commands,
                file_times,
            } => {
                let mut lines = vec!["to see what they came to:".to_owned()];
                lines.extend(commands.iter().map(|line| format!("  {line}")));
                if *file_times {
                    lines.push(
                        "contacts of now come in once the server is started again without --clock external"
                            .to_owned(),
                    );
                }
                return lines;
            }
        };
        let command = self.command().map(|command| format!("  {command}"));
        std::iter::once(head).chain(command).collect()
    }
}
