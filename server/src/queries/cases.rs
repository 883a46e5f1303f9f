//! Cases that match a filter.

use super::look::Look;
use super::rows::{case, whose};
use super::run::{Joined, Run, Step, Union};
use super::times::{Marks, sequences};
use super::{Asked, Found, undecoded};
use crate::codec::{index, key};
use crate::store::{RowReader, StoreError, Towards};
use signpost_domain::case::Case;
use signpost_domain::ids::{CaseId, CustomerId, ReasonId, Seq};
use signpost_domain::list::CaseFilter;
use std::sync::Arc;

/// A page of cases.
///
/// # Errors
/// When the rows do not read.
pub(crate) fn cases(
    reader: &RowReader,
    filter: &CaseFilter,
    asked: &Asked,
) -> Result<Found<Arc<Case>>, StoreError> {
    let mut look = Look::new(reader, asked.order);
    let customers = match &filter.customer {
        Some(of) => whose(reader, of)?,
        None => Vec::new(),
    };
    if filter.customer.is_some() && customers.is_empty() {
        return Ok(Found::nothing());
    }
    let (low, high) = sequences(reader, Marks::Contacts, filter.opened, reader.applied())?;
    let (low, high) = match filter.number {
        None => (low, high),
        Some(CaseId(Seq(number))) => (low.max(number), high.min(number)),
    };
    let Some(span) = look.span(low, high, asked) else {
        return Ok(Found::nothing());
    };
    let mut joined = joined(reader, filter, &customers)?;
    let mut items: Vec<Arc<Case>> = Vec::new();
    let mut from = span.first;
    loop {
        let seq = match joined.next(&mut look, from, span)? {
            Step::At(seq) => seq,
            Step::Spent(at) => {
                let next = Some(look.previous(at));
                return Ok(Found { items, next });
            }
            Step::End => return Ok(Found { items, next: None }),
        };
        look.looked_at(1);
        let found = case(reader, CaseId(seq))?;
        if let Some(found) = found.filter(|found| filter.holds(found, &customers)) {
            if items.len() == asked.size {
                let next = items.last().map(|last| last.id.0);
                return Ok(Found { items, next });
            }
            items.push(found);
        }
        match look.next(seq) {
            Some(next) if !look.is_before(span.last, next) => from = next,
            _ => return Ok(Found { items, next: None }),
        }
    }
}

/// The runs of entries that a filter asks for; all of them have what it is to find.
fn joined(
    reader: &RowReader,
    filter: &CaseFilter,
    customers: &[CustomerId],
) -> Result<Joined, StoreError> {
    let mut prefixes: Vec<Vec<u8>> = Vec::new();
    prefixes.extend(filter.queue.as_ref().map(index::cases_by_queue));
    prefixes.extend(filter.channel.as_ref().map(index::cases_by_channel));
    prefixes.extend(filter.tier.as_ref().map(index::cases_by_tier));
    prefixes.extend(filter.state.map(|state| {
        let closed = index::cases_by_closed_state(state);
        closed.unwrap_or_else(|| key::OPEN_CASES.to_vec())
    }));
    let one = |prefix| Union(vec![Run::new(prefix)]);
    let mut unions: Vec<Union> = prefixes.into_iter().map(one).collect();
    if !customers.is_empty() {
        let prefixes = customers.iter().map(index::cases_of_customer);
        unions.insert(0, Union(prefixes.map(Run::new).collect()));
    }
    if let Some(wanted) = &filter.reason {
        let holds = |name: &str| ReasonId::parse(name).is_ok_and(|reason| wanted.holds(&reason));
        let runs = named(reader, index::CASES_BY_REASON, holds)?;
        unions.insert(0, Union(runs));
    }
    if unions.is_empty() {
        // Every case has one tier.
        unions.push(Union(named(reader, index::CASES_BY_TIER, |_| true)?));
    }
    Ok(Joined(unions))
}

/// The runs under `prefix` of the names that hold.
fn named(
    reader: &RowReader,
    prefix: [u8; 1],
    holds: impl Fn(&str) -> bool,
) -> Result<Vec<Run>, StoreError> {
    let mut runs = Vec::new();
    let mut from = prefix.to_vec();
    loop {
        let found = reader.run_blocking(&prefix, &from, Towards::Greater, 1)?;
        let Some((key, _)) = found.first() else {
            return Ok(runs);
        };
        let (run, name) = index::prefix_and_name(key).map_err(undecoded)?;
        if holds(name) {
            runs.push(Run::new(run.to_vec()));
        }
        // Behind the last sequence of this name.
        from = index::at(run, Seq(u64::MAX));
        from.push(0);
    }
}
