//! The sending: many rows are in flight, but those of one customer one after the other. When it stops, it gives the row
//! from which to continue.

use super::close::is_field_of_time;
use super::plan::{self, Slot};
use super::reader::{Reader, Ready};
use super::tally::{Became, Sent, Tally};
use crate::cli::failure::Failure;
use crate::cli::not_taken::Fault;
use crate::cli::signals;
use indicatif::ProgressBar;
use signpost_client::{Client, ClientError, v1};
use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;
use v1::contact_answer::Next;

/// The pause before a row is sent again to a server that does not answer. It doubles with each attempt.
const PAUSE_FIRST: Duration = Duration::from_millis(200);
/// The longest pause before a row is sent again.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// The maximum number of rows that wait for another row of their customer, for each row that may be in flight.
const HELD_MAX: usize = 16;

/// How to send.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// The maximum number of rows in flight.
    pub(super) in_flight: usize,
    /// Whether a row is refused if the playbook does not know its reason.
    pub(super) strict: bool,
    /// How each contact is ended; `None` if contacts are not ended.
    pub(super) end: Option<v1::ContactOutcome>,
    /// How long the server may be unreachable before the sending stops.
    pub(super) patience: Duration,
    /// Whether the server is only asked what each row would come to.
    pub(super) is_dry: bool,
    /// Whether a row amends a contact that the server has already.
    pub(super) amend: bool,
}

/// Why the sending stopped.
#[derive(Debug)]
pub(super) enum Stopped {
    /// Everything was sent.
    Done,
    /// Somebody pressed Ctrl-C, or the system asks the program to end.
    Asked,
    /// The server does not answer, or its error would be the same for every other row.
    Failed(ClientError),
    /// A row cannot be read again.
    Unread(Failure),
    /// A task of ours failed.
    Broken(JoinError),
}

/// The result of the sending.
#[derive(Debug)]
pub(super) struct End {
    /// Why the sending stopped.
    pub(super) stopped: Stopped,
    /// The first row, in the order of sending, that is not done; `None` if all are done.
    pub(super) undone: Option<usize>,
}

/// The rows that are being sent.
struct Flight {
    manner: Manner,
    reader: Arc<Reader>,
    slots: Arc<Vec<Slot>>,
    bar: ProgressBar,
    standing: Mutex<Standing>,
    /// Notifies that a customer is free again, or that the sending is over.
    freed: Notify,
}

/// How far the sending is.
struct Standing {
    /// The customers that have a row in flight.
    busy: HashSet<String>,
    /// Rows that wait for another row of their customer.
    held: VecDeque<(usize, Ready)>,
    next: usize,
    done: Vec<bool>,
    tally: Tally,
    stopped: Stopped,
}

/// The next step of a task that sends rows.
enum Step {
    Send(usize, Box<Ready>),
    /// Wait: each row that is left is of a customer who has a row in flight.
    Wait,
    Over,
}

/// Sends the rows over these connections, at least one, and counts the results. There is one task for each row that may
/// be in flight. It sends row after row, so that the next request follows an answer directly.
pub(super) async fn send(
    clients: Vec<Client>,
    manner: Manner,
    reader: Arc<Reader>,
    slots: Arc<Vec<Slot>>,
    tally: Tally,
    bar: ProgressBar,
) -> (End, Tally) {
    let standing = Standing {
        busy: HashSet::new(),
        held: VecDeque::new(),
        next: 0,
        done: vec![false; slots.len()],
        tally,
        stopped: Stopped::Done,
    };
    let flight = Arc::new(Flight {
        manner,
        reader,
        slots,
        bar,
        standing: Mutex::new(standing),
        freed: Notify::new(),
    });
    let mut carriers = JoinSet::new();
    for client in clients.iter().cycle().take(manner.in_flight) {
        carriers.spawn(carry(client.clone(), Arc::clone(&flight)));
    }
    let asked = signals::asked_to_stop();
    tokio::pin!(asked);
    let mut was_asked = false;
    loop {
        let joined = tokio::select! {
            joined = carriers.join_next() => joined,
            _ = &mut asked, if !was_asked => {
                was_asked = true;
                flight.stop(Stopped::Asked);
                continue;
            }
        };
        match joined {
            None => break,
            Some(Err(error)) => flight.stop(Stopped::Broken(error)),
            Some(Ok(())) => {}
        }
    }
    let mut standing = flight.standing();
    let undone = standing.done.iter().position(|done| !done);
    let stopped = std::mem::replace(&mut standing.stopped, Stopped::Done);
    let tally = std::mem::take(&mut standing.tally);
    (End { stopped, undone }, tally)
}

/// Sends one row after another.
async fn carry(client: Client, flight: Arc<Flight>) {
    loop {
        // Made before the check, so that no notification between the two is missed.
        let freed = flight.freed.notified();
        match flight.step() {
            Step::Send(place, ready) => {
                let sent = row(&client, &flight, &ready).await;
                flight.landed(place, &ready, sent);
            }
            Step::Wait => freed.await,
            Step::Over => return,
        }
    }
}

impl Flight {
    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts no more rows. Keeps the first cause, except that a task of ours that failed replaces any other cause.
    fn stop(&self, why: Stopped) {
        self.standing().stop(why);
        self.freed.notify_waiters();
    }

    /// The next row whose customer has no row in flight. The rows of each customer keep their order.
    fn step(&self) -> Step {
        let mut standing = self.standing();
        if !matches!(standing.stopped, Stopped::Done) {
            return Step::Over;
        }
        match standing.take(&self.reader, &self.slots, self.manner.in_flight * HELD_MAX) {
            Ok(Some((place, ready))) => {
                standing.busy.extend(ready.customer().map(str::to_owned));
                Step::Send(place, Box::new(ready))
            }
            Ok(None) if standing.held.is_empty() => Step::Over,
            Ok(None) => Step::Wait,
            Err(failure) => {
                standing.stop(Stopped::Unread(failure));
                self.freed.notify_waiters();
                Step::Over
            }
        }
    }

    /// Counts a row that is done. A row that failed stops the sending.
    fn landed(&self, place: usize, row: &Ready, sent: Result<Sent, ClientError>) {
        let mut standing = self.standing();
        if let Some(customer) = row.customer() {
            standing.busy.remove(customer);
        }
        if !standing.held.is_empty() {
            self.freed.notify_waiters();
        }
        let sent = match sent {
            Ok(sent) => sent,
            // Set before another task can take the next row of this customer.
            Err(error) => return standing.stop(Stopped::Failed(error)),
        };
        standing.done[place] = true;
        let tally = &mut standing.tally;
        if !row.known && !matches!(sent.became, Became::HadBefore) {
            tally.unknown(&row.context.stated_reason, row.tells_no_reason());
        }
        tally.add(
            row.line,
            &row.context.stated_reason,
            &row.context.channel,
            sent,
        );
        drop(standing);
        self.bar.inc(1);
    }
}

impl Standing {
    fn stop(&mut self, why: Stopped) {
        if matches!(self.stopped, Stopped::Done) || matches!(why, Stopped::Broken(_)) {
            self.stopped = why;
        }
    }

    fn take(
        &mut self,
        reader: &Reader,
        slots: &[Slot],
        held_max: usize,
    ) -> Result<Option<(usize, Ready)>, Failure> {
        let busy = &self.busy;
        let is_free = |ready: &Ready| !ready.customer().is_some_and(|it| busy.contains(it));
        if let Some(at) = self.held.iter().position(|(_, ready)| is_free(ready)) {
            return Ok(self.held.remove(at));
        }
        while self.next < slots.len() && self.held.len() < held_max {
            let place = self.next;
            let ready = reader.ready(slots[place])?;
            self.next += 1;
            if is_free(&ready) {
                return Ok(Some((place, ready)));
            }
            self.held.push_back((place, ready));
        }
        Ok(None)
    }
}

/// Routes one row, and ends its contact if the manner says so; or only asks what the row would come to.
async fn row(client: &Client, flight: &Flight, row: &Ready) -> Result<Sent, ClientError> {
    let Flight { manner, reader, .. } = flight;
    let refused = |fault: Fault| Sent {
        became: Became::Refused(fault),
        replayed: false,
        not_ended: None,
    };
    if manner.strict && !row.known {
        let what = match row.tells_no_reason() {
            true => "has no reason".to_owned(),
            false => format!(
                "the playbook does not know the reason {}",
                row.context.stated_reason
            ),
        };
        return Ok(refused(what.into()));
    }
    let had_before = || Sent {
        became: Became::HadBefore,
        replayed: false,
        not_ended: None,
    };
    let routed = match manner.is_dry {
        true => {
            if !manner.amend && has(client, manner, row).await? {
                return Ok(had_before());
            }
            let request = plan::preview(row);
            let asked = patiently(manner.patience, || client.preview_route(request.clone()));
            asked.await.map(|it| (it.answer, false))
        }
        false => {
            let request = plan::route(row, manner.amend);
            let routed = patiently(manner.patience, || client.route_contact(request.clone()));
            let replayed =
                |it: &v1::RouteContactResponse| it.receipt.as_ref().is_some_and(|it| it.replayed);
            routed.await.map(|it| (it.answer.clone(), replayed(&it)))
        }
    };
    let (answer, replayed) = match routed {
        Ok(routed) => routed,
        Err(error) if is_hopeless(&error) => return Err(error),
        Err(error) if error.reason() == v1::ErrorReason::ContactExists => return Ok(had_before()),
        Err(ClientError::Conflict(..)) => {
            return Ok(refused(reader.sent_before().into()));
        }
        Err(error) => return Ok(refused(reader.blame(row, &error))),
    };
    let mut sent = Sent {
        became: became(answer.unwrap_or_default()),
        replayed,
        not_ended: None,
    };
    if let Some(outcome) = manner.end.filter(|_| !manner.is_dry) {
        let request = plan::end(row, outcome);
        let ended = patiently(manner.patience, || client.end_contact(request.clone())).await;
        match ended {
            Ok(_) => {}
            Err(error) if is_hopeless(&error) => return Err(error),
            Err(error) => sent.not_ended = Some(reader.blame(row, &error)),
        }
    }
    Ok(sent)
}

/// Whether the server has the contact of a row already.
async fn has(client: &Client, manner: &Manner, row: &Ready) -> Result<bool, ClientError> {
    let request = plan::find(row);
    let found = patiently(manner.patience, || client.get_contact(request.clone()));
    match found.await {
        Ok(_) => Ok(true),
        Err(ClientError::NotFound { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

fn became(answer: v1::ContactAnswer) -> Became {
    match answer.next {
        Some(Next::Target(routed)) => Became::Routed {
            route: match routed.route() {
                v1::Route::SelfService => "self_service",
                v1::Route::Message => "message",
                v1::Route::Chat => "chat",
                v1::Route::Callback => "callback",
                v1::Route::Human => "human",
                v1::Route::Unspecified => "(none)",
            },
            reason: answer.decision.unwrap_or_default().reason,
        },
        Some(Next::AskFacts(asked)) => Became::Asked {
            route: "(asks for facts)",
            facts: asked.questions.into_iter().map(|it| it.fact_id).collect(),
        },
        Some(Next::ChooseReason(_)) => Became::Asked {
            route: "(asks for the reason)",
            facts: Vec::new(),
        },
        None => Became::Refused(
            "the answer of the server has no next step"
                .to_owned()
                .into(),
        ),
    }
}

/// Whether the next row would fail in the same way.
fn is_hopeless(error: &ClientError) -> bool {
    match error {
        ClientError::Unavailable(..) | ClientError::TryAgain { .. } | ClientError::Other(_) => true,
        ClientError::Invalid(faults, _) => faults.iter().any(|(field, _)| is_field_of_time(field)),
        ClientError::NotFound { .. } | ClientError::Conflict(..) | ClientError::WrongState(..) => {
            false
        }
    }
}

/// Repeats a call while the server does not answer, for `patience`: the last attempt begins at its end.
async fn patiently<A, F>(patience: Duration, call: impl Fn() -> F) -> Result<A, ClientError>
where
    F: Future<Output = Result<A, ClientError>>,
{
    let until = Instant::now() + patience;
    let mut pause = PAUSE_FIRST;
    let mut last = match call().await {
        Err(error @ (ClientError::Unavailable(..) | ClientError::TryAgain { .. })) => error,
        other => return other,
    };
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(last);
        }
        tokio::time::sleep(pause.min(left)).await;
        pause = (pause * 2).min(PAUSE_MAX);
        match tokio::time::timeout_at(until + PAUSE_FIRST, call()).await {
            // It does not answer at all.
            Err(_) => return Err(last),
            Ok(Err(error @ (ClientError::Unavailable(..) | ClientError::TryAgain { .. }))) => {
                last = error;
            }
            Ok(other) => return other,
        }
    }
}
