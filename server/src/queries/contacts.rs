//! Contacts that match a filter.

use super::look::{Look, Span};
use super::rows::{case, contact, whose};
use super::run::{Run, Sequences, Union};
use super::times::{Marks, sequences};
use super::{Asked, Found, undecoded};
use crate::codec::contact::{ContactGlance, glance};
use crate::codec::row::RowKind;
use crate::codec::{self, index, key};
use crate::store::{RowReader, StoreError};
use signpost_domain::contact::Contact;
use signpost_domain::ids::{CustomerId, Seq};
use signpost_domain::list::{ContactFilter, ContactMark, PlaceKind};
use signpost_domain::state::Row;
use std::sync::Arc;

/// A page of contacts.
///
/// # Errors
/// When the rows do not read.
pub(crate) fn contacts(
    reader: &RowReader,
    filter: &ContactFilter,
    asked: &Asked,
) -> Result<Found<Arc<Contact>>, StoreError> {
    let mut look = Look::new(reader, asked.order);
    let customers = match &filter.customer {
        Some(of) => whose(reader, of)?,
        None => Vec::new(),
    };
    if filter.customer.is_some() && customers.is_empty() {
        return Ok(Found::nothing());
    }
    let (low, high) = sequences(reader, Marks::Contacts, filter.opened, reader.applied())?;
    let Some(span) = look.span(low, high, asked) else {
        return Ok(Found::nothing());
    };
    let source = source(&mut look, filter, &customers)?;
    let may_hold = |mark: &ContactMark| filter.may_hold(mark);
    let holds = |contact: &Contact| filter.holds(contact, &customers);
    page(&mut look, source, (may_hold, holds), span, asked)
}

/// A page of the live contacts of some customers that hold, which their marks tell of those that may.
///
/// # Errors
/// When the rows do not read.
pub(crate) fn live_contacts_of(
    reader: &RowReader,
    customers: &[CustomerId],
    may_hold: impl Fn(&ContactMark) -> bool,
    holds: impl Fn(&Contact) -> bool,
    asked: &Asked,
) -> Result<Found<Arc<Contact>>, StoreError> {
    let mut look = Look::new(reader, asked.order);
    let Some(span) = look.span(0, reader.applied(), asked) else {
        return Ok(Found::nothing());
    };
    let may_hold = |mark: &ContactMark| mark.place != PlaceKind::Ended && may_hold(mark);
    let holds = |contact: &Contact| contact.place.is_live() && holds(contact);
    page(&mut look, of(customers), (may_hold, holds), span, asked)
}

/// A page of the live contacts that hold, in the order of their keys, behind the one with the key `after`; and behind
/// which key the next one begins. At most `max` are looked at: all that are live, one after another, for the marks of
/// those that are over are many more. Of most that do not hold no more is read than a glance tells.
///
/// # Errors
/// When the rows do not read.
pub(crate) fn live_contacts(
    reader: &RowReader,
    may_hold: impl Fn(&ContactGlance) -> bool,
    holds: impl Fn(&Contact) -> bool,
    after: Option<&[u8]>,
    max: usize,
) -> Result<Found<Arc<Contact>, Vec<u8>>, StoreError> {
    let (rows, _) = reader.scan_blocking(&key::LIVE_CONTACTS, after, max)?;
    let mut items = Vec::new();
    for (_, row) in &rows {
        if !may_hold(&glance(row).map_err(undecoded)?) {
            continue;
        }
        match codec::row::decode(RowKind::Contact, row).map_err(undecoded)? {
            Row::Contact(contact) if holds(&contact) => items.push(contact),
            _ => {}
        }
    }
    let next = rows.last().filter(|_| rows.len() == max);
    let next = next.map(|(key, _)| key.clone());
    Ok(Found { items, next })
}

/// A page of the contacts of a span that hold, of which the marks tell which may.
fn page(
    look: &mut Look<'_>,
    mut source: Source,
    (may_hold, holds): (impl Fn(&ContactMark) -> bool, impl Fn(&Contact) -> bool),
    span: Span,
    asked: &Asked,
) -> Result<Found<Arc<Contact>>, StoreError> {
    let mut items: Vec<Arc<Contact>> = Vec::new();
    let mut last_shown = None;
    let mut from = span.first;
    loop {
        if look.is_spent() && from != span.first {
            let next = Some(look.previous(from));
            return Ok(Found { items, next });
        }
        let Some((seq, mark)) = source.next(look, from, span)? else {
            return Ok(Found { items, next: None });
        };
        let (id, mark) = index::decode_contact_mark(&mark).map_err(undecoded)?;
        if may_hold(&mark) {
            look.looked_at(1);
            let found = contact(look.reader, &id)?;
            if let Some(found) = found.filter(|found| holds(found)) {
                if items.len() == asked.size {
                    let next = last_shown;
                    return Ok(Found { items, next });
                }
                items.push(found);
                last_shown = Some(seq);
            }
        }
        match look.next(seq) {
            Some(next) if !look.is_before(span.last, next) => from = next,
            _ => return Ok(Found { items, next: None }),
        }
    }
}

/// Where marks come from.
enum Source {
    /// All of them, in their order.
    Marks(Run),
    /// Those at some sequences.
    At(Union),
}

impl Source {
    /// The first mark from `from` on, within the span.
    fn next(
        &mut self,
        look: &mut Look<'_>,
        from: Seq,
        span: Span,
    ) -> Result<Option<(Seq, Vec<u8>)>, StoreError> {
        let found = match self {
            Source::Marks(run) => run.seek(look, from)?,
            Source::At(union) => union.seek(look, from)?,
        };
        let Some(seq) = found.filter(|seq| !look.is_before(span.last, *seq)) else {
            return Ok(None);
        };
        let mark = match self {
            Source::Marks(run) => run.value().to_vec(),
            Source::At(_) => {
                let key = index::at(&index::CONTACT_MARKS, seq);
                let (values, _) = look.reader.get_many_blocking(&[key])?;
                let mark = values.into_iter().flatten().next();
                mark.ok_or_else(|| undecoded(format!("no mark of the contact at {}", seq.0)))?
            }
        };
        Ok(Some((seq, mark)))
    }
}

/// The fewest marks that have all that a filter is to find.
fn source(
    look: &mut Look<'_>,
    filter: &ContactFilter,
    customers: &[CustomerId],
) -> Result<Source, StoreError> {
    if !customers.is_empty() {
        return Ok(of(customers));
    }
    let Some(id) = filter.case else {
        return Ok(Source::Marks(Run::new(index::CONTACT_MARKS.to_vec())));
    };
    let Some(case) = case(look.reader, id)? else {
        return Ok(Source::At(Union(Vec::new())));
    };
    // Contacts of others who were one with its customer have entries with that customer, too.
    if let Some(id) = &case.customer {
        return Ok(of(std::slice::from_ref(id)));
    }
    // Nobody can come back to an anonymous case, so that it lists all its contacts.
    let mut sequences = Vec::new();
    for listed in &case.contacts {
        let found = contact(look.reader, &listed.contact)?;
        sequences.extend(found.map(|found| (found.opened, Vec::new())));
    }
    sequences.sort_unstable_by(|(a, _), (b, _)| match look.is_before(*a, *b) {
        true => std::cmp::Ordering::Less,
        false => std::cmp::Ordering::Greater,
    });
    Ok(Source::At(Union(vec![Sequences::Run(Run::of(sequences))])))
}

/// The marks of the contacts of some customers.
fn of(customers: &[CustomerId]) -> Source {
    let run = |id| Sequences::Run(Run::new(index::contacts_of_customer(id)));
    Source::At(Union(customers.iter().map(run).collect()))
}
