//! The plan: for each row the request that is ready to be sent, or what is wrong with the row.

use super::SendArgs;
use super::lookup::{Lookup, NO_REASON};
use super::map::{Map, Target};
use super::times::Times;
use crate::cli::failure::Failure;
use crate::cli::not_taken::Bad;
use crate::cli::table_file::{self, Row, Table};
use crate::cli::values;
use signpost_client::v1;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// A row that can be sent.
#[derive(Debug)]
pub(super) struct Ready {
    /// The line on which the row begins, from 1.
    pub(super) line: u64,
    /// The key of the row, from which its request keys are made.
    pub(super) key: String,
    /// The key of its contact.
    pub(super) contact: String,
    /// What is known of the contact.
    pub(super) context: v1::ContactContext,
    /// Whether the live playbook knows the reason.
    pub(super) known: bool,
    /// When the contact arrived, if the times of the file are used.
    pub(super) at: Option<jiff::Timestamp>,
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
}

/// All rows of the table.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The rows that can be sent, in the order of sending.
    pub(super) ready: Vec<Ready>,
    /// The rows that cannot be sent.
    pub(super) bad: Vec<Bad>,
    /// The number of rows in the file.
    pub(super) rows: u64,
}

/// Reads every row of the table.
///
/// # Errors
/// [`Failure::Fix`] if the times cannot be read because the order of day and month is not known.
pub(super) fn read(
    table: &Table,
    map: &Map,
    lookup: &Lookup,
    args: &SendArgs,
) -> Result<Plan, Failure> {
    let times = times(table, map, lookup, args)?;
    let name = args.run.as_deref().unwrap_or_default();
    let reader = Reader {
        table,
        map,
        lookup,
        args,
        times: times.as_ref(),
        run: format!("{}{name}", &table.content()[..16]),
    };
    let mut plan = Plan::default();
    let mut firsts: HashMap<String, u64> = HashMap::new();
    for row in table.rows() {
        plan.rows += 1;
        let line = row.line;
        let read = reader.row(row).and_then(|row| match map.id {
            // Keys that we make ourselves are different for each row.
            None => Ok(row),
            Some(_) => is_new(&mut firsts, row),
        });
        match read {
            Ok(ready) => plan.ready.push(ready),
            Err(what) => plan.bad.push(Bad { line, what }),
        }
    }
    // The sort is stable: rows with the same time stay in the order of the file.
    plan.ready.sort_by_key(|row| row.at);
    Ok(plan)
}

/// Refuses a row whose contact an earlier row has: it would amend that contact instead of making its own.
fn is_new(firsts: &mut HashMap<String, u64>, row: Ready) -> Result<Ready, String> {
    match firsts.entry(row.contact.clone()) {
        Entry::Occupied(first) => Err(format!("has the same contact id as line {}", first.get())),
        Entry::Vacant(free) => {
            free.insert(row.line);
            Ok(row)
        }
    }
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
    let column = map.of(Target::Time).ok_or_else(|| {
        Failure::Fix(
            "--clock file: name the column of times, such as --map time=opened_at".to_owned(),
        )
    })?;
    let zone = args.time_zone.clone().unwrap_or_else(|| lookup.time_zone());
    if let Some(format) = &args.time_format {
        return Ok(Some(Times::of_format(format.clone(), zone)));
    }
    let rows: Vec<csv::StringRecord> = table.rows().filter_map(|row| row.cells.ok()).collect();
    let cells = rows.iter().map(|row| row.get(column).unwrap_or_default());
    let found = Times::found(cells, zone);
    let named = |what| format!("{}: {}: {what}", table.name, table.header[column]);
    found.map(Some).map_err(|what| Failure::Fix(named(what)))
}

/// Reads the rows one by one.
struct Reader<'a> {
    table: &'a Table,
    map: &'a Map,
    lookup: &'a Lookup,
    args: &'a SendArgs,
    times: Option<&'a Times>,
    run: String,
}

impl Reader<'_> {
    fn row(&self, row: Row) -> Result<Ready, String> {
        let cells = row.cells?;
        let text = |target| match self.map.of(target) {
            Some(column) => self.filled(&cells, column),
            None => Ok(None),
        };
        let why = match text(Target::Reason)? {
            Some(reason) => self.lookup.written(reason),
            None => self
                .lookup
                .reason(text(Target::Primary)?, text(Target::Secondary)?),
        };
        let channel = match &self.args.channel {
            Some(channel) => channel.clone(),
            None => self.lookup.channel(text(Target::Channel)?),
        };
        let customer = v1::CustomerRef {
            customer_id: text(Target::Customer)?.unwrap_or_default().to_owned(),
            tier: text(Target::Tier)?
                .map(|tier| self.lookup.tier(tier))
                .unwrap_or_default(),
            ..Default::default()
        };
        let anonymous = customer == v1::CustomerRef::default();
        let mut facts = Vec::new();
        for (fact, column) in &self.map.facts {
            if let Some(value) = self.filled(&cells, *column)? {
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
            .map(|column| self.filled(&cells, column))
            .transpose()?;
        let contact = match id {
            None => key.clone(),
            Some(Some(id)) => id.to_owned(),
            Some(None) => return Err("has no contact id".to_owned()),
        };
        Ok(Ready {
            line: row.line,
            contact,
            key,
            known: why.known,
            at: self.at(&cells)?,
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

    /// The trimmed text of a cell of the row; `None` if the cell is empty or marked as missing.
    fn filled<'r>(
        &self,
        cells: &'r csv::StringRecord,
        column: usize,
    ) -> Result<Option<&'r str>, String> {
        let cell = table_file::cell(self.table, cells, column)?;
        Ok(self.args.table.filled(cell))
    }

    fn at(&self, cells: &csv::StringRecord) -> Result<Option<jiff::Timestamp>, String> {
        let column = self.map.of(Target::Time);
        let Some((times, column)) = self.times.zip(column) else {
            return Ok(None);
        };
        match self.filled(cells, column)? {
            Some(text) => times.read(text).map(Some),
            None => Err("has no time".to_owned()),
        }
    }
}

/// The request that routes a row.
pub(super) fn route(row: &Ready) -> v1::RouteContactRequest {
    v1::RouteContactRequest {
        request_id: format!("{}-route", row.key),
        contact_id: row.contact.clone(),
        context: Some(row.context.clone()),
        allow_unknown_reason: true,
        event_time: row.at.map(values::timestamp),
        ..Default::default()
    }
}

/// The request that ends the contact of a row.
pub(super) fn end(row: &Ready, outcome: v1::ContactOutcome) -> v1::EndContactRequest {
    v1::EndContactRequest {
        request_id: format!("{}-end", row.key),
        contact_id: row.contact.clone(),
        outcome: outcome.into(),
        event_time: row.at.map(values::timestamp),
        ..Default::default()
    }
}
