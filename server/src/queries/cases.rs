//! Cases that match a filter.

use super::blocks::Blocks;
use super::look::Look;
use super::rows::{case, open_case, whose};
use super::run::{Joined, Run, Sequences, Step, Union};
use super::times::{Marks, sequences};
use super::{Asked, Found, undecoded};
use crate::codec::{index, key};
use crate::store::{RowReader, StoreError, Towards};
use signpost_domain::case::{Case, CaseState};
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
    let read = match filter.state {
        Some(CaseState::Open) => open_case,
        _ => case,
    };
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
        let found = read(reader, CaseId(seq))?;
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

/// The sequences that a filter asks for, by each thing that it asks; all of them have what it is to find.
fn joined(
    reader: &RowReader,
    filter: &CaseFilter,
    customers: &[CustomerId],
) -> Result<Joined, StoreError> {
    let mut all: Vec<Sequences> = Vec::new();
    let run = |prefix| Sequences::Run(Run::new(prefix));
    let blocks = |prefix| Sequences::Blocks(Blocks::new(prefix));
    let queue = filter.queue.as_ref().map(index::cases_by_queue);
    let channel = filter.channel.as_ref().map(index::cases_by_channel);
    let tier = filter.tier.as_ref().map(index::cases_by_tier);
    all.extend([queue, channel, tier].into_iter().flatten().map(blocks));
    all.extend(filter.state.map(|state| {
        let closed = index::cases_by_closed_state(state);
        closed.map_or_else(|| run(key::OPEN_CASES.to_vec()), blocks)
    }));
    let mut unions: Vec<Union> = all.into_iter().map(|one| Union(vec![one])).collect();
    if !customers.is_empty() {
        let prefixes = customers.iter().map(index::cases_of_customer);
        unions.insert(0, Union(prefixes.map(run).collect()));
    }
    if let Some(wanted) = &filter.reason {
        let holds = |name: &str| ReasonId::parse(name).is_ok_and(|reason| wanted.holds(&reason));
        unions.insert(0, named(reader, index::CASES_BY_REASON, holds)?);
    }
    if unions.is_empty() {
        // Every case has one tier.
        unions.push(named(reader, index::CASES_BY_TIER, |_| true)?);
    }
    Ok(Joined(unions))
}

/// All that is in the blocks under `prefix` of the names that hold.
fn named(
    reader: &RowReader,
    prefix: [u8; 1],
    holds: impl Fn(&str) -> bool,
) -> Result<Union, StoreError> {
    let mut all = Vec::new();
    let mut from = prefix.to_vec();
    loop {
        let found = reader.run_blocking(&prefix, &from, Towards::Greater, 1)?;
        let Some((key, _)) = found.first() else {
            return Ok(Union(all));
        };
        let (blocks, name) = index::prefix_and_name(key).map_err(undecoded)?;
        if holds(name) {
            all.push(Sequences::Blocks(Blocks::new(blocks.to_vec())));
        }
        // Behind the last block of this name.
        from = index::at(blocks, Seq(u64::MAX));
        from.push(0);
    }
}
