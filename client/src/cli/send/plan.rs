//! The plan: in which order the rows are sent, and what is wrong with those that are not. A row itself is read again
//! when its turn comes, so that a table of any size takes little memory.

use super::reader::{NoId, Reader, Ready};
use super::remarks::CustomerTiers;
use super::span::Span;
use super::times::Note;
use super::values::{Meant, Unknown};
use crate::cli::failure::Failure;
use crate::cli::not_taken::{Bad, Fault};
use crate::cli::values;
use jiff::{SignedDuration, Timestamp};
use signpost_client::v1;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

/// How far after now a time may be without `--allow-future`.
const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(24);
/// The earliest time that is read as a time of a contact.
const EARLIEST: Timestamp = Timestamp::UNIX_EPOCH;
/// A few rows that are this far from all others in time are bad rows: a year and a day.
const GAP_MAX: SignedDuration = SignedDuration::from_hours(367 * 24);
/// Of this many rows, one may be such a row.
const ROWS_OF_A_FEW: usize = 100;

/// A row that can be sent, to be read when its turn comes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    /// The line on which the row begins, from 1.
    pub(super) line: u64,
    /// When the contact arrived, if the times of the file are used.
    pub(super) at: Option<Timestamp>,
    pub(super) place: u64,
}

/// All rows of the table.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The rows that can be sent, in the order of sending.
    pub(super) slots: Vec<Slot>,
    /// The rows that cannot be sent.
    pub(super) bad: Vec<Bad>,
    /// The rows that the server would refuse, because it has no such channel or tier.
    pub(super) refused: Vec<Bad>,
    /// The number of rows in the file.
    pub(super) rows: u64,
    /// The cells for which the live playbook has no id.
    pub(super) unknown: Unknown,
    /// How many times had to be read with an assumption.
    pub(super) notes: BTreeMap<Note, u64>,
    /// The first and the last time of the rows, without bad ones; `None` if the times of the file are not used.
    pub(super) span: Option<Span>,
    /// The customers who have several tiers, for a rehearsal.
    pub(super) customer_tiers: CustomerTiers,
}

impl Plan {
    /// Reads every row of the table.
    ///
    /// # Errors
    /// [`Failure::Other`] if the rows cannot be read again.
    pub(super) fn of(reader: &Reader) -> Result<Plan, Failure> {
        let mut plan = Plan::default();
        let mut firsts: HashMap<[u8; 16], u64> = HashMap::new();
        for row in reader.table.rows() {
            let row = row?;
            plan.rows += 1;
            let read = reader.read(&row).and_then(|ready| match reader.map.id {
                // Keys that we make ourselves are different for each row.
                None => Ok(ready),
                Some(_) => is_new(&mut firsts, ready),
            });
            match read {
                Ok(ready) => {
                    if reader.args.dry_run {
                        plan.customer_tiers.see(&ready.context);
                    }
                    plan.take(ready);
                }
                Err(fault) => plan.bad.push(Bad::of(row.line, fault)),
            }
        }
        // The sort is stable: rows with the same time stay in the order of the file.
        plan.slots.sort_by_key(|slot| slot.at);
        plan.out_of_range(reader.args.allow_future);
        for at in plan.slots.iter().filter_map(|slot| slot.at) {
            Span::see(&mut plan.span, at);
        }
        Ok(plan)
    }

    fn take(&mut self, ready: Ready) {
        if let Some(words) = &ready.words {
            self.unknown.add(Meant::Reason, words);
        }
        for NoId { meant, cell, .. } in &ready.no_ids {
            self.unknown.add(*meant, cell);
        }
        let at = ready.at();
        let faults = ready.no_ids.into_iter().map(|none| none.fault);
        if let Some(fault) = faults.reduce(Fault::and) {
            self.refused.push(Bad::of(ready.line, fault));
            // What is refused for its words tells its dates, too.
            if let Some(at) = at {
                Span::see(&mut self.span, at);
            }
            return;
        }
        if let Some(note) = ready.told.and_then(|told| told.note) {
            *self.notes.entry(note).or_default() += 1;
        }
        self.slots.push(Slot {
            line: ready.line,
            at: ready.told.map(|told| told.at),
            place: ready.place,
        });
    }

    /// Makes bad rows of those whose time cannot be meant, which would carry the time of the server away from that of
    /// all other rows. The slots are in order of time.
    fn out_of_range(&mut self, allow_future: bool) {
        if self.slots.first().is_none_or(|slot| slot.at.is_none()) {
            return;
        }
        let now = Timestamp::now();
        self.leave_out(|_, time| {
            let is_ahead = !allow_future && time.duration_since(now) > AHEAD_MAX;
            match time < EARLIEST {
                true => Some("is before 1970"),
                false => {
                    is_ahead.then_some("is in the future; --allow-future sends it all the same")
                }
            }
        });
        // The first row that is not too early, and the first one that is too late, of those that are left.
        let slots = &self.slots;
        let few = slots.len() / ROWS_OF_A_FEW;
        let at = |slot: &Slot| slot.at.unwrap_or(EARLIEST);
        let far = |pair: &[Slot]| at(&pair[1]).duration_since(at(&pair[0])) > GAP_MAX;
        let pairs = || slots.windows(2).enumerate();
        let early = pairs().take(few).rfind(|(_, pair)| far(pair));
        let early = early.map_or(0, |(place, _)| place + 1);
        let late = pairs().skip(slots.len().saturating_sub(few + 1));
        let late = late.filter(|_| !allow_future).find(|(_, pair)| far(pair));
        let late = late.map_or(slots.len(), |(place, _)| place + 1);
        self.leave_out(|place, _| match (place < early, place >= late) {
            (true, _) => Some("is over a year before nearly all other rows"),
            (_, true) => Some(
                "is over a year after nearly all other rows; --allow-future sends it all the same",
            ),
            _ => None,
        });
    }

    /// Makes bad rows of those of which something is said, from their place and time.
    fn leave_out(&mut self, said: impl Fn(usize, Timestamp) -> Option<&'static str>) {
        let mut place = 0;
        let Plan { slots, bad, .. } = self;
        slots.retain(|slot| {
            let time = slot.at.unwrap_or(EARLIEST);
            let what = said(place, time);
            place += 1;
            bad.extend(what.map(|what| {
                let fault = Fault {
                    what: format!("its time {time} {what}"),
                    alike: Some(format!("its time {what}")),
                };
                Bad::of(slot.line, fault)
            }));
            what.is_none()
        });
    }
}

/// Refuses a row whose contact an earlier row has: it would amend that contact instead of making its own.
fn is_new(firsts: &mut HashMap<[u8; 16], u64>, row: Ready) -> Result<Ready, Fault> {
    let mut key = [0; 16];
    key.copy_from_slice(&blake3::hash(row.contact.as_bytes()).as_bytes()[..16]);
    match firsts.entry(key) {
        Entry::Occupied(first) => Err(Fault {
            what: format!("has the same contact id as line {}", first.get()),
            alike: Some("has the same contact id as a line before".to_owned()),
        }),
        Entry::Vacant(free) => {
            free.insert(row.line);
            Ok(row)
        }
    }
}

/// The request that routes a row. A contact that the server has already is refused, unless it is to be amended.
pub(super) fn route(row: &Ready, amend: bool) -> v1::RouteContactRequest {
    let what = if amend { "amend" } else { "route" };
    v1::RouteContactRequest {
        request_id: format!("{}-{what}", row.key),
        new_contact_only: !amend,
        contact_id: row.contact.clone(),
        context: Some(row.context.clone()),
        allow_unknown_reason: true,
        event_time: row.at().map(values::timestamp),
        ..Default::default()
    }
}

/// The request that asks whether the server has the contact of a row.
pub(super) fn find(row: &Ready) -> v1::GetContactRequest {
    v1::GetContactRequest {
        contact_id: row.contact.clone(),
        ..Default::default()
    }
}

/// The request that asks what a row would come to.
pub(super) fn preview(row: &Ready) -> v1::PreviewRouteRequest {
    v1::PreviewRouteRequest {
        contact_id: row.contact.clone(),
        context: Some(row.context.clone()),
        allow_unknown_reason: true,
        at_time: row.at().map(values::timestamp),
        ..Default::default()
    }
}

/// The request that ends the contact of a row.
pub(super) fn end(row: &Ready, outcome: v1::ContactOutcome) -> v1::EndContactRequest {
    v1::EndContactRequest {
        request_id: format!("{}-end", row.key),
        contact_id: row.contact.clone(),
        outcome: outcome.into(),
        event_time: row.at().map(values::timestamp),
        ..Default::default()
    }
}
