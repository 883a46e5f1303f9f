//! Cases that match a filter.

use super::blocks::Blocks;
use super::look::Look;
use super::rows::{case, whose};
use super::run::{Joined, Run, Sequences, Step, Union};
use super::times::{Marks, sequences};
use super::{Asked, Found, undecoded};
use crate::codec::row::RowKind;
use crate::codec::{self, index, key};
use crate::store::{RowReader, StoreError, Towards};
use signpost_domain::case::{Case, CaseState};
use signpost_domain::ids::{CaseId, CustomerId, ReasonId, Seq, Slug};
use signpost_domain::list::CaseFilter;
use signpost_domain::state::Row;
use std::sync::Arc;

/// What cases are to have, as far as they are found by it. An empty list asks for nothing.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sought<'a> {
    /// For one of these reasons, stated or confirmed.
    pub(crate) reason: Option<&'a dyn Fn(&ReasonId) -> bool>,
    /// Opened under one of these tiers.
    pub(crate) tiers: &'a [Slug],
    /// With a contact on one of these channels.
    pub(crate) channels: &'a [Slug],
    /// Sent to one of these lines.
    pub(crate) queues: &'a [Slug],
    /// Of one of these customers.
    pub(crate) customers: &'a [CustomerId],
    /// In this state; open ones with those of which a contact is live.
    pub(crate) state: Option<CaseState>,
}

/// A page of cases.
///
/// # Errors
/// When the rows do not read.
pub(crate) fn cases(
    reader: &RowReader,
    filter: &CaseFilter,
    asked: &Asked,
) -> Result<Found<Arc<Case>>, StoreError> {
    let customers = match &filter.customer {
        Some(of) => whose(reader, of)?,
        None => Vec::new(),
    };
    if filter.customer.is_some() && customers.is_empty() {
        return Ok(Found::nothing());
    }
    let (low, high) = sequences(reader, Marks::Contacts, filter.opened, reader.applied())?;
    let within = match filter.number {
        None => (low, high),
        Some(CaseId(Seq(number))) => (low.max(number), high.min(number)),
    };
    let wanted = filter.reason.as_ref();
    let reason = |reason: &ReasonId| wanted.is_none_or(|wanted| wanted.holds(reason));
    let sought = Sought {
        reason: wanted.is_some().then_some(&reason),
        tiers: filter.tier.as_slice(),
        channels: filter.channel.as_slice(),
        queues: filter.queue.as_slice(),
        customers: &customers,
        state: filter.state,
    };
    let holds = |case: &Case| filter.holds(case, &customers);
    let mut look = Look::new(reader, asked.order);
    page(&mut look, &sought, holds, within, asked)
}

/// A page of the cases that are open, or of which a contact is live: those of them that have what is sought and hold.
///
/// # Errors
/// When the rows do not read.
pub(crate) fn active_cases(
    reader: &RowReader,
    sought: Sought<'_>,
    holds: impl Fn(&Case) -> bool,
    asked: &Asked,
) -> Result<Found<Arc<Case>>, StoreError> {
    let sought = Sought {
        state: Some(CaseState::Open),
        ..sought
    };
    let within = (0, reader.applied());
    let mut look = Look::new(reader, asked.order);
    page(&mut look, &sought, holds, within, asked)
}

/// A page of what was opened from one sequence to another.
pub(super) fn page(
    look: &mut Look<'_>,
    sought: &Sought<'_>,
    holds: impl Fn(&Case) -> bool,
    (low, high): (u64, u64),
    asked: &Asked,
) -> Result<Found<Arc<Case>>, StoreError> {
    let Some(span) = look.span(low, high, asked) else {
        return Ok(Found::nothing());
    };
    let mut joined = joined(look.reader, sought)?;
    let mut items: Vec<Arc<Case>> = Vec::new();
    let mut from = span.first;
    loop {
        let seq = match joined.next(look, from, span)? {
            Step::At(seq) => seq,
            Step::Spent(at) => {
                let next = Some(look.previous(at));
                return Ok(Found { items, next });
            }
            Step::End => return Ok(Found { items, next: None }),
        };
        let found = match joined.row() {
            Some(row) => Some(decoded(row)?),
            None => {
                look.looked_at(1);
                case(look.reader, CaseId(seq))?
            }
        };
        if let Some(found) = found.filter(|found| holds(found)) {
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

/// The sequences of what is sought, by each thing that it is to have; all of them have what there is to find.
fn joined(reader: &RowReader, sought: &Sought<'_>) -> Result<Joined, StoreError> {
    let mut unions: Vec<Union> = Vec::new();
    if let Some(holds) = sought.reason {
        let holds = |name: &str| ReasonId::parse(name).is_ok_and(|reason| holds(&reason));
        unions.push(named(reader, index::CASES_BY_REASON, holds)?);
    }
    let run = |customer| Sequences::Run(Run::new(index::cases_of_customer(customer)));
    let blocks = |prefix| Sequences::Blocks(Blocks::new(prefix));
    let queues = sought.queues.iter().map(index::cases_by_queue);
    let channels = sought.channels.iter().map(index::cases_by_channel);
    let tiers = sought.tiers.iter().map(index::cases_by_tier);
    let asked = [
        Union(sought.customers.iter().map(run).collect()),
        Union(queues.map(blocks).collect()),
        Union(channels.map(blocks).collect()),
        Union(tiers.map(blocks).collect()),
    ];
    unions.extend(asked.into_iter().filter(|union| !union.0.is_empty()));
    unions.extend(sought.state.map(|state| {
        let rows = || Sequences::Rows(Run::new(key::OPEN_CASES.to_vec()));
        Union(vec![
            index::cases_by_closed_state(state).map_or_else(rows, blocks),
        ])
    }));
    if unions.is_empty() {
        // Every case has one tier.
        unions.push(named(reader, index::CASES_BY_TIER, |_| true)?);
    }
    Ok(Joined(unions))
}

fn decoded(row: &[u8]) -> Result<Arc<Case>, StoreError> {
    match codec::row::decode(RowKind::Case, row).map_err(undecoded)? {
        Row::Case(case) => Ok(case),
        _ => Err(undecoded("no case")),
    }
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
