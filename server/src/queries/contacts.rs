//! Lists the contacts that match a filter.

use super::{ListPage, PageRequest, undecoded};
use crate::codec::rows::RowKind;
use crate::codec::rows::contact::{PartialContact, decode_partial};
use crate::codec::rows::key;
use crate::codec::{self, index};
use crate::index_scan::blocks::Blocks;
use crate::index_scan::budget::{ScanBudget, Span};
use crate::index_scan::cursor::{EntryCursor, Intersection, Sequences, Step, Union};
use crate::index_scan::rows::{case, contact, whose};
use crate::index_scan::times::{Marks, sequences};
use crate::store::{RowReader, StoreError};
use signpost_domain::contact::Contact;
use signpost_domain::ids::{CaseId, CustomerId, Seq};
use signpost_domain::list::{ContactFilter, ContactMark, ContactStateKind};
use signpost_domain::state::Row;
use signpost_domain::tags::TagsFilter;
use std::sync::Arc;

/// A page of the contacts that match `filter`.
///
/// # Errors
/// When a row cannot be read or decoded.
pub(crate) fn contacts(
    reader: &RowReader,
    filter: &ContactFilter,
    asked: &PageRequest,
) -> Result<ListPage<Arc<Contact>>, StoreError> {
    let mut look = ScanBudget::new(reader, asked.order);
    let customers = whose(reader, &filter.customers)?;
    let customers = customers.as_deref();
    let (low, high) = sequences(reader, Marks::Contacts, filter.opened, reader.applied())?;
    let Some(span) = look.span(low, high, asked) else {
        return Ok(ListPage::nothing());
    };
    let source = source(&mut look, filter, customers)?;
    let may_hold = |mark: &ContactMark| filter.may_hold(mark);
    let holds = |contact: &Contact| filter.holds(contact, customers);
    page(&mut look, source, (may_hold, holds), span, asked)
}

/// A page of the live contacts of some customers that match `holds`. Only contacts whose mark matches `may_hold` are
/// read.
///
/// # Errors
/// When a row cannot be read or decoded.
pub(crate) fn live_contacts_of(
    reader: &RowReader,
    customers: &[CustomerId],
    may_hold: impl Fn(&ContactMark) -> bool,
    holds: impl Fn(&Contact) -> bool,
    asked: &PageRequest,
) -> Result<ListPage<Arc<Contact>>, StoreError> {
    let mut look = ScanBudget::new(reader, asked.order);
    let Some(span) = look.span(0, reader.applied(), asked) else {
        return Ok(ListPage::nothing());
    };
    let may_hold = |mark: &ContactMark| mark.place != ContactStateKind::Ended && may_hold(mark);
    let holds = |contact: &Contact| contact.state.is_live() && holds(contact);
    let source = Source::At(Intersection(vec![of(customers)]));
    page(&mut look, source, (may_hold, holds), span, asked)
}

/// A page of the live contacts that match `holds`, in the order of their keys, after the key `after`. `next` is the key
/// after which the next page begins. At most `max` live contacts are read, one after another: the marks of ended
/// contacts are too many to go through. A contact is decoded in full only if its partial form matches `may_hold`.
///
/// # Errors
/// When a row cannot be read or decoded.
pub(crate) fn live_contacts(
    reader: &RowReader,
    may_hold: impl Fn(&PartialContact) -> bool,
    holds: impl Fn(&Contact) -> bool,
    after: Option<&[u8]>,
    max: usize,
) -> Result<ListPage<Arc<Contact>, Vec<u8>>, StoreError> {
    let (rows, _) = reader.scan_blocking(&key::LIVE_CONTACTS, after, max)?;
    let mut items = Vec::new();
    for (_, row) in &rows {
        if !may_hold(&decode_partial(row).map_err(undecoded)?) {
            continue;
        }
        match codec::rows::decode(RowKind::Contact, row).map_err(undecoded)? {
            Row::Contact(contact) if holds(&contact) => items.push(contact),
            _ => {}
        }
    }
    let next = rows.last().filter(|_| rows.len() == max);
    let next = next.map(|(key, _)| key.clone());
    Ok(ListPage { items, next })
}

/// A page of the contacts of a span that match `holds`. Only contacts whose mark matches `may_hold` are read.
fn page(
    look: &mut ScanBudget<'_>,
    mut source: Source,
    (may_hold, holds): (impl Fn(&ContactMark) -> bool, impl Fn(&Contact) -> bool),
    span: Span,
    asked: &PageRequest,
) -> Result<ListPage<Arc<Contact>>, StoreError> {
    super::page(look, span, asked.size, |look, from| {
        source.next(look, from, span)?.try_map(|(seq, mark)| {
            let (id, mark) = index::decode_contact_mark(&mark).map_err(undecoded)?;
            if !may_hold(&mark) {
                return Ok((seq, None));
            }
            look.looked_at(1);
            let found = contact(look.reader, &id)?;
            Ok((seq, found.filter(|found| holds(found))))
        })
    })
}

/// The source of the marks of contacts.
enum Source {
    /// All marks, in their order.
    Marks(EntryCursor),
    /// The marks at some sequences.
    At(Intersection),
}

impl Source {
    /// The first mark from `from` on, within the span, with its sequence.
    fn next(
        &mut self,
        look: &mut ScanBudget<'_>,
        from: Seq,
        span: Span,
    ) -> Result<Step<(Seq, Vec<u8>)>, StoreError> {
        match self {
            Source::Marks(run) => run
                .next(look, from, span)?
                .try_map(|seq| Ok((seq, run.value().to_vec()))),
            Source::At(joined) => joined.next(look, from, span)?.try_map(|seq| {
                let key = index::at(&index::CONTACT_MARKS, seq);
                let (values, _) = look.reader.get_many_blocking(&[key])?;
                let mark = values.into_iter().flatten().next();
                let missing = || format!("the index has no entry for the contact at {}", seq.0);
                Ok((seq, mark.ok_or_else(|| undecoded(missing()))?))
            }),
        }
    }
}

/// The smallest source of marks that includes every match of the filter.
fn source(
    look: &mut ScanBudget<'_>,
    filter: &ContactFilter,
    customers: Option<&[CustomerId]>,
) -> Result<Source, StoreError> {
    let mut unions = Vec::new();
    if let Some(customers) = customers {
        unions.push(of(customers));
    } else if !filter.cases.is_empty() {
        unions.push(of_cases(look, &filter.cases)?);
    }
    let blocks = |prefix| Sequences::Blocks(Blocks::new(prefix));
    let TagsFilter { references, labels } = &filter.tags;
    let references = references.iter().map(index::contacts_by_reference);
    let references = Union(references.map(blocks).collect());
    unions.extend((!references.0.is_empty()).then_some(references));
    let labels = labels.iter();
    let labels = labels.map(|(key, value)| index::contacts_by_label(key, value));
    unions.extend(labels.map(|prefix| Union(vec![blocks(prefix)])));
    Ok(match unions.is_empty() {
        true => Source::Marks(EntryCursor::new(index::CONTACT_MARKS.to_vec())),
        false => Source::At(Intersection(unions)),
    })
}

/// The sequences of the contacts of the customers of some cases. They include all contacts of the cases.
fn of_cases(look: &ScanBudget<'_>, ids: &[CaseId]) -> Result<Union, StoreError> {
    let (mut customers, mut sequences) = (Vec::new(), Vec::new());
    for id in ids {
        let Some(case) = case(look.reader, *id)? else {
            continue;
        };
        // A contact of a customer that was merged with the customer of the case has an entry with the latter customer,
        // too.
        if let Some(id) = &case.customer {
            customers.push(id.clone());
            continue;
        }
        // Nobody can come back to an anonymous case. So the case lists all its contacts.
        for listed in &case.contacts {
            let found = contact(look.reader, &listed.contact)?;
            sequences.extend(found.map(|found| found.opened));
        }
    }
    customers.sort_unstable();
    customers.dedup();
    let mut all = of(&customers);
    all.0
        .push(Sequences::Run(EntryCursor::of_all(look, sequences)));
    Ok(all)
}

/// The sequences of the contacts of some customers.
fn of(customers: &[CustomerId]) -> Union {
    let run = |record| Sequences::Run(EntryCursor::new(index::contacts_of_customer(record)));
    let records = customers.iter().filter_map(CustomerId::record);
    Union(records.map(run).collect())
}
