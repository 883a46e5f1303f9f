//! Lists the cases that match a filter.

use super::{ListPage, PageRequest, undecoded};
use crate::codec::rows::RowKind;
use crate::codec::rows::key;
use crate::codec::{self, index};
use crate::index_scan::blocks::Blocks;
use crate::index_scan::budget::ScanBudget;
use crate::index_scan::cursor::{EntryCursor, Intersection, Sequences, Union};
use crate::index_scan::rows::{case, whose};
use crate::index_scan::times::{Marks, sequences};
use crate::store::{RowReader, StoreError, Towards};
use signpost_domain::case::{Case, CaseState};
use signpost_domain::ids::{CaseId, CustomerId, ReasonId, Seq};
use signpost_domain::list::CaseFilter;
use signpost_domain::state::Row;
use std::sync::Arc;

/// The conditions for cases.
#[derive(Clone, Copy)]
pub(super) struct WantedCases<'a> {
    /// The filter.
    pub(super) filter: &'a CaseFilter,
    /// The customers of the cases; `None` for any customer.
    pub(super) customers: Option<&'a [CustomerId]>,
    /// Whether only open cases, and cases with a live contact, are wanted.
    pub(super) active: bool,
}

/// A page of the cases that match `filter`.
///
/// # Errors
/// When a row cannot be read or decoded.
pub(crate) fn cases(
    reader: &RowReader,
    filter: &CaseFilter,
    asked: &PageRequest,
) -> Result<ListPage<Arc<Case>>, StoreError> {
    let customers = whose(reader, &filter.customers)?;
    let within = sequences(reader, Marks::Contacts, filter.opened, reader.applied())?;
    let sought = WantedCases {
        filter,
        customers: customers.as_deref(),
        active: filter.states == [CaseState::Open],
    };
    let holds = |case: &Case| filter.holds(case, customers.as_deref());
    let mut look = ScanBudget::new(reader, asked.order);
    page(&mut look, &sought, holds, within, asked)
}

/// A page of the cases that match `filter` and that are open or have a live contact.
///
/// # Errors
/// When a row cannot be read or decoded.
pub(crate) fn active_cases(
    reader: &RowReader,
    filter: &CaseFilter,
    customers: Option<&[CustomerId]>,
    asked: &PageRequest,
) -> Result<ListPage<Arc<Case>>, StoreError> {
    let sought = WantedCases {
        filter,
        customers,
        active: true,
    };
    let within = (0, reader.applied());
    let mut look = ScanBudget::new(reader, asked.order);
    let holds = |case: &Case| filter.holds(case, customers);
    page(&mut look, &sought, holds, within, asked)
}

/// A page of the cases that were opened from one sequence to another and that match `sought` and `holds`.
pub(super) fn page(
    look: &mut ScanBudget<'_>,
    sought: &WantedCases<'_>,
    holds: impl Fn(&Case) -> bool,
    (low, high): (u64, u64),
    asked: &PageRequest,
) -> Result<ListPage<Arc<Case>>, StoreError> {
    let Some(span) = look.span(low, high, asked) else {
        return Ok(ListPage::nothing());
    };
    let mut joined = joined(look, sought)?;
    super::page(look, span, asked.size, |look, from| {
        joined.next(look, from, span)?.try_map(|seq| {
            let found = match joined.row(seq) {
                Some(row) => Some(decoded(row)?),
                None => {
                    look.looked_at(1);
                    case(look.reader, CaseId(seq))?
                }
            };
            Ok((seq, found.filter(|found| holds(found))))
        })
    })
}

/// The sequences for each condition of `sought`. A case that matches all conditions is in all of them.
fn joined(look: &ScanBudget<'_>, sought: &WantedCases<'_>) -> Result<Intersection, StoreError> {
    let WantedCases {
        filter,
        customers,
        active,
    } = sought;
    let reader = look.reader;
    let mut unions: Vec<Union> = Vec::new();
    if !filter.ids.is_empty() {
        let ids = filter.ids.iter().map(|id| id.0).collect();
        unions.push(Union(vec![Sequences::Run(EntryCursor::of_all(look, ids))]));
    }
    if let Some(customers) = customers {
        let run = |record| Sequences::Run(EntryCursor::new(index::cases_of_customer(record)));
        let records = customers.iter().filter_map(CustomerId::record);
        unions.push(Union(records.map(run).collect()));
    }
    if !filter.reasons.is_empty() {
        let is_asked = |reason: &ReasonId| filter.has_reason([Some(reason), None]);
        let holds = |name: &str| ReasonId::parse(name).is_ok_and(|reason| is_asked(&reason));
        unions.push(named(reader, index::CASES_BY_REASON, holds)?);
    }
    let blocks = |prefix| Sequences::Blocks(Blocks::new(prefix));
    let queues = filter.queues.iter().map(index::cases_by_queue);
    let channels = filter.channels.iter().map(index::cases_by_channel);
    let tiers = filter.tiers.iter().map(index::cases_by_tier);
    let references = filter.tags.references.iter().map(index::cases_by_reference);
    let of_lists = [
        Union(references.map(blocks).collect()),
        Union(queues.map(blocks).collect()),
        Union(channels.map(blocks).collect()),
        Union(tiers.map(blocks).collect()),
    ];
    unions.extend(of_lists.into_iter().filter(|union| !union.0.is_empty()));
    let labels = filter.tags.labels.iter();
    let labels = labels.map(|(key, value)| index::cases_by_label(key, value));
    unions.extend(labels.map(|prefix| Union(vec![blocks(prefix)])));
    unions.extend(in_states(&filter.states, *active));
    if unions.is_empty() {
        // Without any condition, read the cases of all tiers: every case has one tier.
        unions.push(named(reader, index::CASES_BY_TIER, |_| true)?);
    }
    Ok(Intersection(unions))
}

/// The sequences of cases that were once in one of these states. The rows of open cases come before the blocks of
/// others. `None` if any state matches.
fn in_states(states: &[CaseState], active: bool) -> Option<Union> {
    let rows = || Sequences::Rows(EntryCursor::new(key::OPEN_CASES.to_vec()));
    if active {
        return Some(Union(vec![rows()]));
    }
    let open = states.contains(&CaseState::Open).then(rows);
    let closed = states.iter().copied();
    let closed = closed.filter_map(index::cases_by_closed_state);
    let closed = closed.map(|prefix| Sequences::Blocks(Blocks::new(prefix)));
    let all: Vec<Sequences> = open.into_iter().chain(closed).collect();
    (!all.is_empty()).then_some(Union(all))
}

fn decoded(row: &[u8]) -> Result<Arc<Case>, StoreError> {
    match codec::rows::decode(RowKind::Case, row).map_err(undecoded)? {
        Row::Case(case) => Ok(case),
        _ => Err(undecoded("no case")),
    }
}

/// All sequences in the blocks under `prefix` whose name matches `holds`.
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
        // After the last block of this name.
        from = index::at(blocks, Seq(u64::MAX));
        from.push(0);
    }
}
