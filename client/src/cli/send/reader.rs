//! Reads a row as the contact that is sent: what its cells mean in the live playbook, and which of them an error is
//! about.

use super::SendArgs;
use super::lookup::{Lookup, NO_REASON};
use super::map::{Map, Target};
use super::plan::Slot;
use super::times::{Order, Times, Told};
use super::values::{Meant, Values, reason_words};
use crate::cli::failure::Failure;
use crate::cli::next::NextLine;
use crate::cli::not_taken::Fault;
use crate::cli::table_file::{Row, Table};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use signpost_client::{ClientError, v1};

/// A row that can be sent.
#[derive(Debug)]
pub(super) struct Ready {
    /// The line on which the row begins, from 1.
    pub(super) line: u64,
    /// The place of the row in the table.
    pub(super) place: u64,
    /// The key of the row, from which its request keys are made.
    pub(super) key: String,
    /// The key of its contact.
    pub(super) contact: String,
    /// What is known of the contact.
    pub(super) context: v1::ContactContext,
    /// Whether the live playbook knows the reason.
    pub(super) known: bool,
    /// The cells of a reason that the playbook does not know, as they are written.
    pub(super) words: Option<String>,
    /// The cells for which the live playbook has no channel or tier; such a row is refused.
    pub(super) no_ids: Vec<NoId>,
    /// The column of each fact.
    fact_columns: Vec<usize>,
    /// When the contact arrived, if the times of the file are used.
    pub(super) told: Option<Told>,
}

impl Ready {
    /// Whether the row names no reason.
    pub(super) fn tells_no_reason(&self) -> bool {
        self.context.stated_reason == NO_REASON
    }

    /// The key of the customer, if there is one. Rows with the same key are sent one after the other, in their order.
    pub(super) fn customer(&self) -> Option<&str> {
        Some(self.context.customer.as_ref()?.customer_id.as_str()).filter(|id| !id.is_empty())
    }

    /// When the contact arrived, if the times of the file are used.
    pub(super) fn at(&self) -> Option<Timestamp> {
        self.told.map(|told| told.at)
    }
}

/// A cell for which the live playbook has no channel or tier.
#[derive(Debug)]
pub(super) struct NoId {
    /// What the cell should be.
    pub(super) meant: Meant,
    /// The cell.
    pub(super) cell: String,
    /// What to say of the row.
    pub(super) fault: Fault,
}

/// Reads rows as contacts.
#[derive(Debug)]
pub(super) struct Reader {
    /// The table.
    pub(super) table: Table,
    /// The command line.
    pub(super) args: SendArgs,
    /// Which column is what.
    pub(super) map: Map,
    lookup: Lookup,
    values: Values,
    times: Option<Times>,
    run: String,
}

impl Reader {
    /// Finds out how the rows are read.
    ///
    /// # Errors
    /// [`Failure::Fix`] if the times cannot be read because the order of day and month is not known.
    pub(super) fn new(
        table: Table,
        map: Map,
        lookup: Lookup,
        values: Values,
        args: SendArgs,
    ) -> Result<Reader, Failure> {
        let times = times(&table, &map, &lookup, &args)?;
        let name = args.run.as_deref().unwrap_or_default();
        let run = format!("{}{name}", &table.content()[..16]);
        Ok(Reader {
            table,
            args,
            map,
            lookup,
            values,
            times,
            run,
        })
    }

    /// The row of a slot.
    ///
    /// # Errors
    /// [`Failure::Other`] if the row cannot be read again.
    pub(super) fn ready(&self, slot: Slot) -> Result<Ready, Failure> {
        let row = self.table.row(slot.place)?;
        self.read(&row).map_err(|_| {
            Failure::Other(format!(
                "line {}: the row has changed since it was read",
                slot.line
            ))
        })
    }

    /// Reads a row.
    ///
    /// # Errors
    /// Why the row cannot be sent.
    pub(super) fn read(&self, row: &Row) -> Result<Ready, Fault> {
        let text = |target| match self.map.of(target) {
            Some(column) => self.filled(row, column),
            None => Ok(None),
        };
        let (why, words) = match text(Target::Reason)? {
            Some(reason) => match self.values.id(Meant::Reason, reason) {
                Some(id) => (self.lookup.written(id), reason.to_owned()),
                None => (self.lookup.written(reason), reason.to_owned()),
            },
            None => {
                let (primary, secondary) = (text(Target::Primary)?, text(Target::Secondary)?);
                let words = reason_words(primary, secondary);
                let why = match self.values.id(Meant::Reason, &words) {
                    Some(id) => self.lookup.written(id),
                    None => {
                        let meant =
                            primary.map(|it| self.values.id(Meant::Primary, it).unwrap_or(it));
                        self.lookup.reason(meant, secondary)
                    }
                };
                (why, words)
            }
        };
        let mut no_ids = Vec::new();
        let channel = self.channel(text(Target::Channel)?);
        let channel = channel.unwrap_or_else(|none| {
            no_ids.push(none);
            String::new()
        });
        let tier = text(Target::Tier)?.map_or(Ok(String::new()), |tier| self.tier(tier));
        let tier = tier.unwrap_or_else(|none| {
            no_ids.push(none);
            String::new()
        });
        let customer = v1::CustomerRef {
            customer_id: text(Target::Customer)?.unwrap_or_default().to_owned(),
            tier,
            ..Default::default()
        };
        let anonymous = customer == v1::CustomerRef::default();
        let (mut facts, mut fact_columns) = (Vec::new(), Vec::new());
        for (fact, column) in &self.map.facts {
            if let Some(value) = self.filled(row, *column)? {
                fact_columns.push(*column);
                facts.push(v1::Fact {
                    fact_id: fact.clone(),
                    value: Some(v1::fact::Value::Text(value.to_owned())),
                    ..Default::default()
                });
            }
        }
        let key = format!("{}-{}", self.run, row.line);
        let id = self
            .map
            .id
            .map(|column| self.filled(row, column))
            .transpose()?;
        let contact = match id {
            None => key.clone(),
            Some(Some(id)) => id.to_owned(),
            Some(None) => return Err("has no contact id".to_owned().into()),
        };
        let is_unknown = !why.known && why.reason != NO_REASON;
        Ok(Ready {
            line: row.line,
            place: row.place,
            contact,
            key,
            known: why.known,
            words: is_unknown.then_some(words),
            no_ids,
            fact_columns,
            told: self.at(row)?,
            context: v1::ContactContext {
                channel,
                stated_reason: why.reason,
                customer: (!anonymous).then_some(customer),
                facts,
                language_code: text(Target::Language)?.unwrap_or_default().to_owned(),
                brand: text(Target::Brand)?.unwrap_or_default().to_owned(),
                ..Default::default()
            },
        })
    }

    fn channel(&self, cell: Option<&str>) -> Result<String, NoId> {
        if let Some(channel) = &self.args.channel {
            return Ok(channel.clone());
        }
        let words = cell.unwrap_or_default();
        if let Some(id) = self.values.id(Meant::Channel, words) {
            return Ok(id.to_owned());
        }
        self.lookup.channel(cell).map_err(|right| {
            let column = self.map.of(Target::Channel);
            let name = column.map_or("", |column| self.table.header[column].as_str());
            let fault = match cell {
                Some(cell) => Fault::of_cell(name, cell, &right),
                None => format!("{name}: is empty; {right}").into(),
            };
            NoId {
                meant: Meant::Channel,
                cell: words.to_owned(),
                fault,
            }
        })
    }

    fn tier(&self, cell: &str) -> Result<String, NoId> {
        if let Some(id) = self.values.id(Meant::Tier, cell) {
            return Ok(id.to_owned());
        }
        self.lookup.tier(cell).map_err(|right| {
            let column = self.map.of(Target::Tier);
            let name = column.map_or("", |column| self.table.header[column].as_str());
            NoId {
                meant: Meant::Tier,
                cell: cell.to_owned(),
                fault: Fault::of_cell(name, cell, &right),
            }
        })
    }

    /// The zone of times without one.
    pub(super) fn zone(&self) -> TimeZone {
        zone(&self.lookup, &self.args)
    }

    /// The trimmed text of a cell of the row; `None` if the cell is empty or marked as missing.
    fn filled<'r>(&self, row: &'r Row, column: usize) -> Result<Option<&'r str>, String> {
        Ok(self.args.table.filled(self.table.cell(row, column)?))
    }

    fn at(&self, row: &Row) -> Result<Option<Told>, Fault> {
        let Some((times, column)) = self.times.as_ref().zip(self.map.of(Target::Time)) else {
            return Ok(None);
        };
        let Some(text) = self.filled(row, column)? else {
            return Err("has no time".to_owned().into());
        };
        let name = self.table.header[column].as_str();
        let Some(day) = self.map.of(Target::Date) else {
            let read = times.read(text).map(Some);
            return read.map_err(|what| Fault::of_cell(name, text, &what));
        };
        let Some(date) = self.filled(row, day)? else {
            return Err("has no date".to_owned().into());
        };
        times.read_apart(date, text).map(Some).map_err(|what| {
            let name = format!("{}, {name}", self.table.header[day]);
            Fault::of_cell(&name, &format!("{date}, {text}"), &what)
        })
    }

    /// What to do about a row that was sent before with other content.
    pub(super) fn sent_before(&self) -> String {
        let what = match (self.map.id, self.args.amend) {
            (None, _) => {
                "--run NAME sends the whole file again, as contacts of its own beside those of before"
            }
            (Some(_), false) => {
                "its contact stays as it was: --amend changes it to what the row says now; --run alone does not, because \
                 --id names the contact"
            }
            (Some(_), true) => "--run NAME together with --amend amends its contact once more",
        };
        let over = match self.args.uses_file_times() {
            true => {
                ". With --clock file time has gone on: to import all of it otherwise, begin with a server on an empty \
                 folder"
            }
            false => "",
        };
        format!("this row was sent before with other content; {what}{over}")
    }

    /// What the error of a row says, with the column and the value where it is about one.
    pub(super) fn blame(&self, ready: &Ready, error: &ClientError) -> Fault {
        let customer = ready.customer().unwrap_or_default();
        let plain = |what: String| Fault::without(what, &[&ready.contact, customer]);
        let ClientError::Invalid(faults, _) = error else {
            return plain(error.to_string().replace('\n', "; "));
        };
        let row = self.table.row(ready.place).ok();
        let told = faults.iter().map(|(field, what)| {
            let columns = self
                .map
                .of_field(field, |place| ready.fact_columns.get(place).copied());
            match (&row, columns.as_slice()) {
                (Some(row), [_, ..]) => {
                    let names = columns.iter().map(|it| self.table.header[*it].as_str());
                    let cells = columns.iter().filter_map(|it| row.cells.get(*it));
                    let names = names.collect::<Vec<_>>().join(", ");
                    let cells = cells.map(str::trim).collect::<Vec<_>>().join(", ");
                    Fault::of_cell(&names, &cells, what)
                }
                _ => plain(format!("{field}: {what}")),
            }
        });
        let told: Vec<Fault> = told.collect();
        let alike = told
            .iter()
            .map(|fault| fault.alike.as_deref().unwrap_or(&fault.what));
        let alike = alike.collect::<Vec<_>>().join("; ");
        let what = told.iter().map(|fault| fault.what.as_str());
        let what = what.collect::<Vec<_>>().join("; ");
        Fault {
            alike: (alike != what).then_some(alike),
            what,
        }
    }
}

/// The zone of times without one.
fn zone(lookup: &Lookup, args: &SendArgs) -> TimeZone {
    let given = args.time_zone.clone();
    given.unwrap_or_else(|| lookup.time_zone())
}

/// How the times are read; `None` if they are not used.
fn times(
    table: &Table,
    map: &Map,
    lookup: &Lookup,
    args: &SendArgs,
) -> Result<Option<Times>, Failure> {
    if !args.uses_file_times() {
        return Ok(None);
    }
    let column = map
        .of(Target::Date)
        .or(map.of(Target::Time))
        .ok_or_else(|| {
            Failure::Fix(
                "--clock file: name the column of times, such as --map time=opened_at".to_owned(),
            )
        })?;
    let zone = zone(lookup, args);
    if let Some(format) = &args.time_format {
        return Ok(Some(Times::of_format(format.clone(), zone)));
    }
    let mut order = Order::default();
    for row in table.rows() {
        order.see(row?.cells.get(column).unwrap_or_default());
    }
    let named = |what| format!("{}: {}: {what}", table.name, table.header[column]);
    let dmy = || NextLine::typed().with(["--time-format", "dmy"]);
    let format = order
        .format()
        .map_err(|what| Failure::Fix(format!("{}:\n  {}", named(what), dmy())))?;
    Ok(Some(Times::of_format(format, zone)))
}
