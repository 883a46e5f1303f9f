//! Reads of the row of a contact or a case only what a start needs. This costs a small part of reading the whole row,
//! and no key, for nothing of it is sealed.

use super::contact::place;
use crate::codec::number::known;
use crate::codec::text::{at, case, name};
use crate::codec::{CodecError, message, required, wire};
use signpost_domain::ids::Seq;
use signpost_domain::state::{ActiveCase, ActiveContact};
use signpost_domain::time::{Millis, UnixMs};

/// Reads the row of a contact.
///
/// # Errors
/// When the bytes are not the row of a contact, are damaged, or come from a newer program.
pub fn decode_active_contact(bytes: &[u8]) -> Result<ActiveContact, CodecError> {
    let wire::ActiveRow { contact, .. } = message(bytes)?;
    let wire::ActiveContact {
        id,
        state,
        state_route,
        outcome,
        recorded_unix_ms,
        last_activity_after_ms,
        opened_seq,
    } = required(contact, "row")?;
    Ok(ActiveContact {
        id: name(id, "contact.id")?,
        opened: Seq(opened_seq),
        state: place(state, state_route, outcome)?,
        last_activity: at(UnixMs(recorded_unix_ms), last_activity_after_ms),
    })
}

/// Reads the row of a case.
///
/// # Errors
/// When the bytes are not the row of a case, are damaged, or come from a newer program.
pub fn decode_active_case(bytes: &[u8]) -> Result<ActiveCase, CodecError> {
    let wire::ActiveRow { case: row, .. } = message(bytes)?;
    let wire::ActiveCase {
        seq,
        state,
        live_contacts,
        opened_unix_ms,
        last_activity_after_ms,
        continues_for_ms,
        merged_live,
        customer_seq,
    } = required(row, "row")?;
    Ok(ActiveCase {
        id: case(seq),
        state: known(state, "case.state")?,
        customer: (customer_seq > 0).then_some(Seq(customer_seq)),
        live_contacts,
        merged_live,
        last_activity: at(UnixMs(opened_unix_ms), last_activity_after_ms),
        continues_for: Millis(continues_for_ms),
    })
}
