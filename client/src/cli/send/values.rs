//! The ids that cells stand for, where they are neither a label nor an id: a table that a person fills in once for an
//! export with words of its own.

use super::SendArgs;
use super::lookup::Lookup;
use super::next;
use crate::cli::Session;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::next::NextLine;
use crate::cli::out::Out;
use crate::cli::render::words;
use crate::cli::table_file::{Table, TableArgs};
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The maximum number of different cells that are kept to be listed. All rows are counted.
const UNKNOWN_KEPT_MAX: usize = 10_000;
/// The maximum number of cells that the message of a stop lists for each kind.
const STOP_LISTED_MAX: usize = 5;
/// Between the words of a primary and of a secondary reason.
const BETWEEN: &str = " / ";

/// What a cell can stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Meant {
    /// A channel.
    Channel,
    /// A primary reason.
    Primary,
    /// A reason; the cell is the primary and the secondary words with ` / ` between them, or the one cell with both.
    Reason,
    /// A tier.
    Tier,
}

impl Meant {
    const ALL: [Meant; 4] = [Meant::Channel, Meant::Primary, Meant::Reason, Meant::Tier];

    /// The word for it in a file of values.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Meant::Channel => "channel",
            Meant::Primary => "primary",
            Meant::Reason => "reason",
            Meant::Tier => "tier",
        }
    }
}

/// The words of a reason as one text.
pub(super) fn reason_words(primary: Option<&str>, secondary: Option<&str>) -> String {
    let parts: Vec<&str> = [primary, secondary].into_iter().flatten().collect();
    parts.join(BETWEEN)
}

/// The ids that cells stand for.
#[derive(Debug, Default)]
pub(super) struct Values(HashMap<(Meant, String), String>);

impl Values {
    /// Reads a table with the columns `target`, `cell` and `id`. A row without an id says nothing.
    ///
    /// # Errors
    /// [`Failure::Fix`] with the line, if a row cannot be meant or names an id that the live playbook does not have.
    pub(super) fn read(file: &Path, lookup: &Lookup, out: Out) -> Result<Values, Failure> {
        let args = TableArgs::of(file.to_path_buf());
        let table = Table::read(&args, out)?;
        let [target, cell, id] = ["target", "cell", "id"].map(|name| table.column(name));
        let (target, cell, id) = (target?, cell?, id?);
        let mut values = Values::default();
        for row in table.rows() {
            let row = row?;
            let text = |column| table.cell(&row, column).map(str::trim);
            let taken = (|| values.take(lookup, text(target)?, text(cell)?, text(id)?))();
            taken.map_err(|what| {
                Failure::Fix(format!("{}: line {}: {what}", table.name, row.line))
            })?;
        }
        Ok(values)
    }

    fn take(&mut self, lookup: &Lookup, target: &str, cell: &str, id: &str) -> Result<(), String> {
        let found = Meant::ALL.into_iter().find(|it| it.word() == target);
        let target = found.ok_or_else(|| {
            format!("there is no target `{target}`; the targets are channel, primary, reason, tier")
        })?;
        if id.is_empty() {
            return Ok(());
        }
        lookup.has_id(target, id)?;
        let before = self.0.insert((target, names::key(cell)), id.to_owned());
        match before.filter(|before| before != id) {
            None => Ok(()),
            Some(before) => Err(format!("`{cell}` stands for {before} on a line before")),
        }
    }

    /// The id that a cell stands for.
    pub(super) fn id(&self, target: Meant, cell: &str) -> Option<&str> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&(target, names::key(cell))).map(String::as_str)
    }
}

/// The ids that cells stand for, and the file of values that is to be made.
pub(super) fn values_of(
    args: &SendArgs,
    lookup: &Lookup,
    session: &Session,
) -> Result<(Values, Option<PathBuf>), Failure> {
    match &args.values {
        None => Ok((Values::default(), None)),
        Some(file) if args.dry_run && !file.exists() => Ok((Values::default(), Some(file.clone()))),
        Some(file) => Ok((Values::read(file, lookup, session.out)?, None)),
    }
}

/// Cells for which the live playbook has no id, with their rows.
#[derive(Debug, Default)]
pub(super) struct Unknown {
    cells: BTreeMap<(Meant, String), u64>,
    rows: u64,
}

impl Unknown {
    /// Counts a row with this cell.
    pub(super) fn add(&mut self, target: Meant, cell: &str) {
        self.rows += 1;
        let key = (target, names::label(cell));
        let is_kept = self.cells.len() < UNKNOWN_KEPT_MAX || self.cells.contains_key(&key);
        if is_kept {
            *self.cells.entry(key).or_default() += 1;
        }
    }

    /// Checks that the live playbook knows every reason, channel and tier. What is sent with the times of the
    /// file cannot be sent again corrected, for time has gone on.
    ///
    /// # Errors
    /// [`Failure::Fix`] with the cells that are not known.
    pub(super) fn is_none(&self, args: &SendArgs) -> Result<(), Failure> {
        if self.rows == 0 {
            return Ok(());
        }
        let cells = self.by_rows();
        let kinds = [Meant::Channel, Meant::Reason, Meant::Tier]
            .into_iter()
            .filter_map(|kind| {
                let of_kind: Vec<_> = cells.iter().filter(|(it, ..)| *it == kind).collect();
                let listed = of_kind.iter().take(STOP_LISTED_MAX);
                let listed: Vec<String> = listed
                    .map(|(_, cell, rows)| format!("`{cell}` {}", words::counted(*rows, "row")))
                    .collect();
                let more = of_kind.len().saturating_sub(STOP_LISTED_MAX);
                let more = match more {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                (!listed.is_empty())
                    .then(|| format!("{}: {}{more}", kind.word(), listed.join(", ")))
            });
        let kinds = kinds.collect::<Vec<_>>().join("\n");
        let to_fill = match &args.values {
            Some(file) => format!("write the ids of these cells into {}", file.display()),
            None => {
                let file = next::words_file(&args.table.file);
                let line = NextLine::typed().with(["--values", &file]);
                format!(
                    "make a file of these cells, to write their ids into it:\n  {}",
                    line.with_flag("--dry-run")
                )
            }
        };
        Err(Failure::Fix(format!(
            "nothing was sent: the live playbook does not know all that the table says\n{kinds}\n{to_fill}\n\
             or add them to the playbook, or send all the same with --allow-unknown"
        )))
    }

    /// Whether there are no such cells.
    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// What each cell is and says, with its rows: the most frequent first.
    pub(super) fn by_rows(&self) -> Vec<(Meant, &str, u64)> {
        let cells = self.cells.iter();
        let mut cells: Vec<_> = cells
            .map(|((kind, cell), rows)| (*kind, cell.as_str(), *rows))
            .collect();
        cells.sort_by_key(|(kind, _, rows)| (*kind, std::cmp::Reverse(*rows)));
        cells
    }

    /// What is left to do with the table that [`Unknown::write`] makes.
    pub(super) fn to_do(&self) -> &'static str {
        match self.rows {
            0 => "nothing is to be filled in, every cell is known",
            _ => "write the id of each cell in the column id",
        }
    }

    /// Writes a table of values to fill in. The file must not exist.
    ///
    /// # Errors
    /// [`Failure::Fix`] if the file cannot be written.
    pub(super) fn write(&self, file: &Path) -> Result<(), Failure> {
        let failed = |error: csv::Error| Failure::Fix(format!("{}: {error}", file.display()));
        let mut text = std::fs::File::create_new(file).map_err(|error| failed(error.into()))?;
        let marked = text.write_all("\u{feff}".as_bytes());
        marked.map_err(|error| failed(error.into()))?;
        let mut out = csv::Writer::from_writer(text);
        out.write_record(["target", "cell", "id", "rows"])
            .map_err(failed)?;
        for (kind, cell, rows) in self.by_rows() {
            let rows = rows.to_string();
            out.write_record([kind.word(), cell, "", &rows])
                .map_err(failed)?;
        }
        out.flush().map_err(|error| failed(error.into()))
    }
}
