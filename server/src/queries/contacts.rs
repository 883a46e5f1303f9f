//! Contacts that match a filter.

use super::look::{Look, Span};
use super::rows::{case, contact, whose};
use super::run::{Run, Sequences, Union};
use super::times::{Marks, sequences};
use super::{Asked, Found, undecoded};
use crate::codec::index;
use crate::store::{RowReader, StoreError};
use signpost_domain::contact::Contact;
use signpost_domain::ids::{CustomerId, Seq};
use signpost_domain::list::ContactFilter;
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
    let mut source = source(&mut look, filter, &customers)?;
    let mut items: Vec<Arc<Contact>> = Vec::new();
    let mut last_shown = None;
    let mut from = span.first;
    loop {
        if look.is_spent() && from != span.first {
            let next = Some(look.previous(from));
            return Ok(Found { items, next });
        }
        let Some((seq, mark)) = source.next(&mut look, from, span)? else {
            return Ok(Found { items, next: None });
        };
        if let Some(found) = shown(&mut look, filter, &customers, &mark)? {
            if items.len() == asked.size {
                return Ok(Found {
                    items,
                    next: last_shown,
                });
            }
            items.push(found);
            last_shown = Some(seq);
        }
        match look.next(seq) {
            Some(next) if !look.is_before(span.last, next) => from = next,
            _ => return Ok(Found { items, next: None }),
        }
    }
}

/// The contact of a mark, if it belongs to the list.
fn shown(
    look: &mut Look<'_>,
    filter: &ContactFilter,
    customers: &[CustomerId],
    mark: &[u8],
) -> Result<Option<Arc<Contact>>, StoreError> {
    let (id, mark) = index::decode_contact_mark(mark).map_err(undecoded)?;
    if !filter.may_hold(&mark) {
        return Ok(None);
    }
    look.looked_at(1);
    let found = contact(look.reader, &id)?;
    Ok(found.filter(|found| filter.holds(found, customers)))
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
    let run = |id: &CustomerId| Sequences::Run(Run::new(index::contacts_of_customer(id)));
    if !customers.is_empty() {
        return Ok(Source::At(Union(customers.iter().map(run).collect())));
    }
    let Some(id) = filter.case else {
        return Ok(Source::Marks(Run::new(index::CONTACT_MARKS.to_vec())));
    };
    let Some(case) = case(look.reader, id)? else {
        return Ok(Source::At(Union(Vec::new())));
    };
    // Contacts of others who were one with its customer have entries with that customer, too.
    if let Some(id) = &case.customer {
        return Ok(Source::At(Union(vec![run(id)])));
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
