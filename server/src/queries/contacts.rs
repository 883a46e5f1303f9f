//! Contacts that match a filter.

use super::look::{Look, Span};
use super::rows::{case, contact, whose};
use super::run::Run;
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
    let customer = filter.customer.as_ref().map(|of| whose(reader, of));
    let customer = match customer.transpose()? {
        Some(None) => return Ok(Found::nothing()),
        named => named.flatten(),
    };
    let (low, high) = sequences(reader, Marks::Contacts, filter.opened, reader.applied())?;
    let Some(span) = look.span(low, high, asked) else {
        return Ok(Found::nothing());
    };
    let mut source = source(&mut look, filter, customer.as_ref())?;
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
        if let Some(found) = shown(&mut look, filter, customer.as_ref(), &mark)? {
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
    customer: Option<&CustomerId>,
    mark: &[u8],
) -> Result<Option<Arc<Contact>>, StoreError> {
    let (id, mark) = index::decode_contact_mark(mark).map_err(undecoded)?;
    if !filter.may_hold(&mark) {
        return Ok(None);
    }
    look.looked_at(1);
    let found = contact(look.reader, &id)?;
    Ok(found.filter(|found| filter.holds(found, customer)))
}

/// Where marks come from.
enum Source {
    /// All of them, in their order.
    Marks(Run),
    /// Those at some sequences.
    At(Run),
}

impl Source {
    /// The first mark from `from` on, within the span.
    fn next(
        &mut self,
        look: &mut Look<'_>,
        from: Seq,
        span: Span,
    ) -> Result<Option<(Seq, Vec<u8>)>, StoreError> {
        let (Source::Marks(run) | Source::At(run)) = self;
        let found = run.seek(look, from)?;
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
    customer: Option<&CustomerId>,
) -> Result<Source, StoreError> {
    let of_customer = |id| Source::At(Run::new(index::contacts_of_customer(id)));
    if let Some(id) = customer {
        return Ok(of_customer(id));
    }
    let Some(id) = filter.case else {
        return Ok(Source::Marks(Run::new(index::CONTACT_MARKS.to_vec())));
    };
    let Some(case) = case(look.reader, id)? else {
        return Ok(Source::At(Run::of(Vec::new())));
    };
    if let Some(id) = &case.customer {
        return Ok(of_customer(id));
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
    Ok(Source::At(Run::of(sequences)))
}
