//! The sending: many rows are in flight, but those of one customer one after the other. When it stops, it gives the row
//! from which to continue.

use super::plan::{self, Ready};
use super::tally::{Became, Sent, Tally};
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
}

/// Why the sending stopped.
#[derive(Debug)]
pub(super) enum Stopped {
    /// Everything was sent.
    Done,
    /// Somebody pressed Ctrl-C.
    Asked,
    /// The server does not answer, or its error would be the same for every other row.
    Failed(ClientError),
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
    rows: Arc<Vec<Ready>>,
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
    held: VecDeque<usize>,
    next: usize,
    done: Vec<bool>,
    tally: Tally,
    stopped: Stopped,
}

/// The next step of a task that sends rows.
enum Step {
    Send(usize),
    /// Wait: each row that is left is of a customer who has a row in flight.
    Wait,
    Over,
}

/// Sends the rows over these connections, at least one, and counts the results. There is one task for each row that may
/// be in flight. It sends row after row, so that the next request follows an answer directly.
pub(super) async fn send(
    clients: Vec<Client>,
    manner: Manner,
    rows: Arc<Vec<Ready>>,
    tally: Tally,
    bar: ProgressBar,
) -> (End, Tally) {
    let standing = Standing {
        busy: HashSet::new(),
        held: VecDeque::new(),
        next: 0,
        done: vec![false; rows.len()],
        tally,
        stopped: Stopped::Done,
    };
    let flight = Arc::new(Flight {
        manner,
        rows,
        bar,
        standing: Mutex::new(standing),
        freed: Notify::new(),
    });
    let mut carriers = JoinSet::new();
    for client in clients.iter().cycle().take(manner.in_flight) {
        carriers.spawn(carry(client.clone(), Arc::clone(&flight)));
    }
    let asked = tokio::signal::ctrl_c();
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
            Step::Send(place) => {
                let sent = row(&client, flight.manner, &flight.rows[place]).await;
                flight.landed(place, sent);
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
        match standing.take(&self.rows, self.manner.in_flight * HELD_MAX) {
            Some(place) => {
                let customer = self.rows[place].customer().map(str::to_owned);
                standing.busy.extend(customer);
                Step::Send(place)
            }
            None if standing.held.is_empty() => Step::Over,
            None => Step::Wait,
        }
    }

    /// Counts a row that is done. A row that failed stops the sending.
    fn landed(&self, place: usize, sent: Result<Sent, ClientError>) {
        let row = &self.rows[place];
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
        if !row.known {
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

    fn take(&mut self, rows: &[Ready], held_max: usize) -> Option<usize> {
        let is_free = |place: usize| {
            let customer = rows[place].customer();
            !customer.is_some_and(|customer| self.busy.contains(customer))
        };
        if let Some(at) = self.held.iter().position(|place| is_free(*place)) {
            return self.held.remove(at);
        }
        while self.next < rows.len() && self.held.len() < held_max {
            let place = self.next;
            self.next += 1;
            let customer = rows[place].customer();
            if !customer.is_some_and(|customer| self.busy.contains(customer)) {
                return Some(place);
            }
            self.held.push_back(place);
        }
        None
    }
}

/// Routes one row, and ends its contact if `manner` says so.
async fn row(client: &Client, manner: Manner, row: &Ready) -> Result<Sent, ClientError> {
    let refused = |what| Sent {
        became: Became::Refused(what),
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
        return Ok(refused(what));
    }
    let request = plan::route(row);
    let routed = patiently(manner.patience, || client.route_contact(request.clone())).await;
    let routed = match routed {
        Ok(routed) => routed,
        Err(error) if is_hopeless(&error) => return Err(error),
        Err(ClientError::Conflict(..)) => {
            let what = "this row was sent before with other content; --run NAME sends the whole file again";
            return Ok(refused(what.to_owned()));
        }
        Err(error) => return Ok(refused(error.to_string().replace('\n', "; "))),
    };
    let mut sent = Sent {
        became: became(routed.answer.unwrap_or_default()),
        replayed: routed.receipt.is_some_and(|it| it.replayed),
        not_ended: None,
    };
    if let Some(outcome) = manner.end {
        let request = plan::end(row, outcome);
        let ended = patiently(manner.patience, || client.end_contact(request.clone())).await;
        match ended {
            Ok(_) => {}
            Err(error) if is_hopeless(&error) => return Err(error),
            Err(error) => sent.not_ended = Some(error.to_string().replace('\n', "; ")),
        }
    }
    Ok(sent)
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
        Some(Next::AskFacts(_)) => Became::Asked("(asks for facts)"),
        Some(Next::ChooseReason(_)) => Became::Asked("(asks for the reason)"),
        None => Became::Refused("the answer of the server has no next step".to_owned()),
    }
}

/// Whether the next row would fail in the same way.
fn is_hopeless(error: &ClientError) -> bool {
    match error {
        ClientError::Unavailable(..) | ClientError::TryAgain { .. } | ClientError::Other(_) => true,
        ClientError::Invalid(faults, _) => faults.iter().any(|(field, _)| field == "event_time"),
        ClientError::NotFound { .. } | ClientError::Conflict(..) | ClientError::WrongState(..) => {
            false
        }
    }
}

/// Repeats a call while the server does not answer, for at most `patience`.
async fn patiently<A, F>(patience: Duration, call: impl Fn() -> F) -> Result<A, ClientError>
where
    F: Future<Output = Result<A, ClientError>>,
{
    let until = Instant::now() + patience;
    let mut pause = PAUSE_FIRST;
    loop {
        let error = match call().await {
            Err(error @ (ClientError::Unavailable(..) | ClientError::TryAgain { .. })) => error,
            other => return other,
        };
        if Instant::now() + pause > until {
            return Err(error);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}
