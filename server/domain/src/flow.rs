//! What a command leads to: `decide(state, command, now) → event`. The function changes nothing, and gives an answer
//! for every input.
//!
//! A command gives one of four results. It gives events, and the first event holds the answer. Or it repeats an earlier
//! command, whose answer is returned. Or it is refused. Or a row is not in memory, and the caller must load the row and
//! try again.

mod case;
mod contact;
mod customer;
mod publish;
mod query;
mod reach;
mod result;
mod timer;
mod token;

pub use contact::routed::OPEN_CASES_LISTED_MAX;
pub use customer::erase::ERASED_MAX;
pub use query::{Answer, look, seek_read};
pub use result::{DecideError, WriteResult};
pub use timer::due;

use crate::command::{Command, CommandBody};
use crate::customer::Identity;
use crate::event::{Cause, Envelope, Event, Method, Recorded};
use crate::handle::{BrandRegions, HandleKinds};
use crate::ids::Seq;
use crate::playbook::Playbook;
use crate::refusal::{Faults, Refusal};
use crate::state::{RowKey, RowNotLoaded, State};
use crate::time::{Millis, UnixMs};
use contact::{add_case, correct, end, matters, reroute, route, select, update};
use result::{next_seq, not_loaded};

/// The largest number of events that one command gives: one for each matter, and one more if the customer of the
/// contact is corrected and the contact is decided again.
pub const COMMAND_EVENTS_MAX: usize = crate::contact::MATTERS_MAX + 1;
/// How far in the past a contact may have arrived.
pub const ARRIVED_AGO_MAX: Millis = Millis::DAY;
/// How far the clock of a caller may be ahead of log time.
pub const ARRIVES_AHEAD_MAX: Millis = Millis(5 * Millis::MINUTE.0);
/// The shortest time for which a request id is kept, in log time.
pub const REQUEST_KEPT: Millis = Millis::DAY;
/// The number of the latest events whose request ids are kept, whatever their age.
pub const REQUESTS_KEPT_MIN: u64 = 100_000;

/// The result of `command` at log time `now`. `now` must not be before [`State::now`].
///
/// # Errors
/// [`DecideError::RowNotLoaded`] if a row is not in memory. [`DecideError::Refused`], with the reason for the caller,
/// if the command is refused.
pub fn decide(state: &State, command: &Command, now: UnixMs) -> Result<WriteResult, DecideError> {
    if let Some(answered) = replayed(state, command)? {
        return Ok(WriteResult::Replayed(answered));
    }
    reach::check(state, command)?;
    let actor = &command.actor;
    let events = match &command.body {
        CommandBody::Route(body) => {
            matters::routed(state, route::start(state, body, actor, now)?, now)?
        }
        CommandBody::Select(body) => vec![select::select(state, body)?],
        CommandBody::Reroute(body) => {
            matters::routed(state, reroute::start(state, body, actor, now)?, now)?
        }
        CommandBody::End(body) => vec![end::end(state, body)?],
        CommandBody::AddCase(body) => vec![add_case::add(state, body, actor, now)?],
        CommandBody::UpdateContact(body) => vec![update::update(state, body)?],
        CommandBody::CorrectCustomer(body) => correct::correct(state, command, body, now)?,
        CommandBody::Upsert(body) => vec![customer::save::upsert(state, body, actor, now)?],
        CommandBody::Publish(body) if !body.in_use.is_empty() => {
            return Err(Refusal::NamesInUse(body.in_use.clone()).into());
        }
        CommandBody::Publish(body) => vec![publish::publish(state, &body.playbook, &body.note)],
        CommandBody::RollBack(body) => vec![publish::publish(state, &body.playbook, &body.note)],
        CommandBody::ReportQueues(stats) => vec![Event::QueueStatsReported(stats.clone())],
        CommandBody::Case(body) => vec![case::act::act(state, body, now)?],
        CommandBody::Customer(body) => vec![customer::act::act(state, body)?],
        CommandBody::EraseCustomer(body) => vec![customer::erase::erase(state, body)?],
        CommandBody::CreateToken(body) => vec![token::create(state, body, now)?],
        CommandBody::RevokeToken(id) => vec![token::revoke(state, *id)?],
        CommandBody::Faulty(_, faults) => return Err(Refusal::Faulty(faults.clone()).into()),
    };
    let event_time = arrival(command.event_time, now)?;
    let seqs = (next_seq(state).0..).map(Seq);
    let recorded = seqs.zip(events).map(|(seq, event)| Recorded {
        envelope: Envelope {
            seq,
            record_time: now,
            event_time,
            actor: command.actor.clone(),
            on_behalf_of: command.on_behalf_of.clone(),
            cause: Cause::Request(command.request.clone()),
            playbook: state.live().map(|playbook| playbook.version.clone()),
        },
        event,
    });
    let mut created = Vec::new();
    let recorded = recorded.map(|recorded| recorded.of_records_after(state, &mut created));
    Ok(WriteResult::Happens(recorded.collect()))
}

/// The rows that `command` always needs. Load them at once, before a call of [`missing_rows`]. `live` is the live
/// playbook, and handles compare by `kinds`.
pub fn named_rows(command: &Command, live: Option<&Playbook>, kinds: &HandleKinds) -> Vec<RowKey> {
    let mut rows = vec![RowKey::Request(command.request.key(&command.actor))];
    match &command.body {
        CommandBody::Route(body) => {
            rows.push(RowKey::Contact(body.contact.clone()));
            rows.extend(body.context.case.map(RowKey::Case));
            let previous = body.context.previous_contact.clone();
            rows.extend(previous.map(RowKey::Contact));
            let customer = &body.context.customer;
            rows.extend(customer.id.clone().map(RowKey::Customer));
            let identities = customer.identities.iter();
            let verified = identities.filter(|identity| identity.identifies_customer());
            let brand = body.context.brand.as_ref();
            let none = BrandRegions::default();
            let regions = live.map_or(&none, |live| &live.brand_regions);
            rows.extend(verified.map(|Identity { key, .. }| {
                let (compared, _) = regions.compared(kinds, key, brand);
                RowKey::IdentityOwner(compared.key)
            }));
        }
        CommandBody::Select(body) => rows.push(RowKey::Contact(body.contact.clone())),
        CommandBody::Reroute(body) => rows.push(RowKey::Contact(body.contact.clone())),
        CommandBody::End(body) => rows.push(RowKey::Contact(body.contact.clone())),
        CommandBody::AddCase(body) => rows.push(RowKey::Contact(body.contact.clone())),
        CommandBody::UpdateContact(body) => rows.push(RowKey::Contact(body.contact.clone())),
        CommandBody::CorrectCustomer(body) => {
            rows.push(RowKey::Contact(body.contact.clone()));
            rows.extend(body.customer.clone().map(RowKey::Customer));
        }
        CommandBody::Upsert(body) => rows.push(RowKey::Customer(body.id.clone())),
        CommandBody::Case(body) => rows.push(RowKey::Case(body.case)),
        CommandBody::Customer(body) => rows.push(RowKey::Customer(body.customer.clone())),
        CommandBody::EraseCustomer(body) => rows.push(RowKey::Customer(body.customer.clone())),
        CommandBody::Publish(_)
        | CommandBody::RollBack(_)
        | CommandBody::ReportQueues(_)
        | CommandBody::CreateToken(_)
        | CommandBody::RevokeToken(_)
        | CommandBody::Faulty(..) => {}
    }
    rows
}

/// Checks that everything that `command` needs is in memory. Looks up the rows, without a decision.
///
/// # Errors
/// The first row that is not in memory.
pub fn missing_rows(state: &State, command: &Command) -> Result<(), RowNotLoaded> {
    let actor = &command.actor;
    let answered = replayed(state, command).and_then(|answered| match answered {
        None => reach::check(state, command).map(|()| None),
        answered => Ok(answered),
    });
    let found = answered.and_then(|answered| match (&command.body, answered) {
        (_, Some(_)) => Ok(()),
        (CommandBody::Route(body), None) => route::start(state, body, actor, state.now())
            .and_then(|started| matters::seek(state, started)),
        (CommandBody::Select(body), None) => select::select(state, body).map(drop),
        (CommandBody::Reroute(body), None) => reroute::start(state, body, actor, state.now())
            .and_then(|started| matters::seek(state, started)),
        (CommandBody::End(body), None) => end::seek(state, body),
        (CommandBody::AddCase(body), None) => {
            add_case::add(state, body, actor, state.now()).map(drop)
        }
        (CommandBody::UpdateContact(body), None) => update::update(state, body).map(drop),
        (CommandBody::CorrectCustomer(body), None) => {
            correct::correct(state, command, body, state.now()).map(drop)
        }
        (CommandBody::Upsert(body), None) => {
            customer::save::upsert(state, body, actor, state.now()).map(drop)
        }
        (CommandBody::Case(body), None) => case::act::seek(state, body),
        (CommandBody::Customer(body), None) => customer::act::act(state, body).map(drop),
        (CommandBody::EraseCustomer(body), None) => customer::erase::erase(state, body).map(drop),
        (
            CommandBody::Publish(_)
            | CommandBody::RollBack(_)
            | CommandBody::ReportQueues(_)
            | CommandBody::CreateToken(_)
            | CommandBody::RevokeToken(_)
            | CommandBody::Faulty(..),
            None,
        ) => Ok(()),
    });
    not_loaded(found)
}

fn replayed(state: &State, command: &Command) -> Result<Option<Seq>, DecideError> {
    let stamp = &command.request;
    match state.request(&stamp.key(&command.actor))? {
        None => Ok(None),
        Some(answered) if answered.fingerprint == stamp.fingerprint => Ok(Some(answered.seq)),
        Some(_) => Err(Refusal::RequestReused(stamp.id.clone()).into()),
    }
}

fn arrival(stated: Option<UnixMs>, now: UnixMs) -> Result<UnixMs, Refusal> {
    let arrived = stated.unwrap_or(now);
    let fault = |what: String| Err(Refusal::Faulty(Faults::one("event_time", what)));
    if arrived > now + ARRIVES_AHEAD_MAX {
        return fault(format!(
            "must be at most {ARRIVES_AHEAD_MAX} ahead of now, is {}",
            arrived.since(now)
        ));
    }
    if arrived < now - ARRIVED_AGO_MAX {
        return fault(format!(
            "must be at most {ARRIVED_AGO_MAX} ago, is {}",
            now.since(arrived)
        ));
    }
    Ok(arrived)
}

impl CommandBody {
    /// The method of the request.
    pub fn method(&self) -> Method {
        match self {
            CommandBody::Route(_) => Method::RouteContact,
            CommandBody::Select(_) => Method::SelectRoute,
            CommandBody::Reroute(_) => Method::RerouteContact,
            CommandBody::End(_) => Method::EndContact,
            CommandBody::AddCase(_) => Method::AddCaseToContact,
            CommandBody::UpdateContact(_) => Method::UpdateContact,
            CommandBody::CorrectCustomer(_) => Method::CorrectContactCustomer,
            CommandBody::Upsert(_) => Method::UpsertCustomer,
            CommandBody::Publish(_) => Method::PublishPlaybook,
            CommandBody::RollBack(_) => Method::RollbackPlaybook,
            CommandBody::ReportQueues(_) => Method::ReportQueueStats,
            CommandBody::Case(body) => body.step.method(),
            CommandBody::Customer(body) => body.step.method(),
            CommandBody::EraseCustomer(_) => Method::EraseCustomer,
            CommandBody::CreateToken(_) => Method::CreateToken,
            CommandBody::RevokeToken(_) => Method::RevokeToken,
            CommandBody::Faulty(method, _) => *method,
        }
    }
}

impl Recorded {
    /// An event that a timer causes.
    fn by_timer(state: &State, at: UnixMs, event: Event) -> Recorded {
        let envelope = Envelope {
            seq: next_seq(state),
            record_time: at,
            event_time: at,
            actor: crate::actor::Actor::system(),
            on_behalf_of: None,
            cause: Cause::Timer,
            playbook: state.live().map(|playbook| playbook.version.clone()),
        };
        Recorded { envelope, event }
    }
}
