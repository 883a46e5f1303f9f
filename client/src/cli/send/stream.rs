//! The sending itself: many rows in flight, those of one customer one after the other, and a stop that says where to go
//! on.

use super::plan::{self, Ready};
use super::tally::{Became, Sent, Tally};
use indicatif::ProgressBar;
use signpost_client::{Client, ClientError, v1};
use std::collections::HashSet;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;
use v1::contact_answer::Next;

/// The pause before a row is sent again to a server that is gone; it doubles from try to try.
const PAUSE_FIRST: Duration = Duration::from_millis(200);
/// The longest such pause.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// Rows that wait for another of their customer, for each that may be in flight.
const HELD_MAX: usize = 16;

/// How to send.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// Most rows in flight.
    pub(super) in_flight: usize,
    /// Whether a reason that the playbook does not know is refused.
    pub(super) strict: bool,
    /// How each contact ends.
    pub(super) end: Option<v1::ContactOutcome>,
    /// How long a server may be gone.
    pub(super) patience: Duration,
}

/// Why the sending stopped.
#[derive(Debug)]
pub(super) enum Stopped {
    /// Everything was sent.
    Done,
    /// Somebody pressed Ctrl-C.
    Asked,
    /// The server does not answer, or says something that no other row would change.
    Failed(ClientError),
    /// A task of ours failed.
    Broken(JoinError),
}

/// Where the sending came to.
#[derive(Debug)]
pub(super) struct End {
    /// Why it stopped.
    pub(super) stopped: Stopped,
    /// The first row, in the order of sending, that was not done.
    pub(super) undone: Option<usize>,
}

type Done = (usize, Result<Sent, ClientError>);

/// Rows that are being sent.
struct Flight {
    client: Client,
    manner: Manner,
    rows: Arc<Vec<Ready>>,
    tasks: JoinSet<Done>,
    /// Customers of which a row is in flight.
    busy: HashSet<String>,
    /// Rows that wait for another of their customer.
    held: VecDeque<usize>,
    next: usize,
    done: Vec<bool>,
}

/// Sends the rows and counts what became of them.
pub(super) async fn send(
    client: Client,
    manner: Manner,
    rows: Arc<Vec<Ready>>,
    tally: &mut Tally,
    bar: &ProgressBar,
) -> End {
    let mut flight = Flight {
        client,
        manner,
        tasks: JoinSet::new(),
        busy: HashSet::new(),
        held: VecDeque::new(),
        next: 0,
        done: vec![false; rows.len()],
        rows,
    };
    let mut stopped = Stopped::Done;
    let asked = tokio::signal::ctrl_c();
    tokio::pin!(asked);
    loop {
        if matches!(stopped, Stopped::Done) {
            flight.fill();
        }
        let joined = tokio::select! {
            joined = flight.tasks.join_next() => joined,
            _ = &mut asked, if matches!(stopped, Stopped::Done) => {
                stopped = Stopped::Asked;
                continue;
            }
        };
        match joined {
            None => break,
            Some(Err(error)) => stopped = Stopped::Broken(error),
            Some(Ok((place, sent))) => match flight.landed(place, sent, tally) {
                None => bar.inc(1),
                Some(error) if matches!(stopped, Stopped::Done) => {
                    stopped = Stopped::Failed(error);
                }
                Some(_) => {}
            },
        }
    }
    let undone = flight.done.iter().position(|done| !done);
    End { stopped, undone }
}

impl Flight {
    /// Starts rows until enough are in flight.
    fn fill(&mut self) {
        while self.tasks.len() < self.manner.in_flight {
            let Some(place) = self.take() else {
                return;
            };
            let customer = self.rows[place].customer().map(str::to_owned);
            self.busy.extend(customer);
            let (client, manner) = (self.client.clone(), self.manner);
            let rows = Arc::clone(&self.rows);
            self.tasks
                .spawn(async move { (place, row(&client, manner, &rows[place]).await) });
        }
    }

    /// The next row whose customer has none in flight; the order of each customer's rows is kept.
    fn take(&mut self) -> Option<usize> {
        let free = |place: &usize| {
            let customer = self.rows[*place].customer();
            !customer.is_some_and(|customer| self.busy.contains(customer))
        };
        if let Some(at) = self.held.iter().position(free) {
            return self.held.remove(at);
        }
        while self.next < self.rows.len() && self.held.len() < self.manner.in_flight * HELD_MAX {
            let place = self.next;
            self.next += 1;
            let customer = self.rows[place].customer();
            if !customer.is_some_and(|customer| self.busy.contains(customer)) {
                return Some(place);
            }
            self.held.push_back(place);
        }
        None
    }

    /// Counts a row that is done; gives the error of one that is not.
    fn landed(
        &mut self,
        place: usize,
        sent: Result<Sent, ClientError>,
        tally: &mut Tally,
    ) -> Option<ClientError> {
        let row = &self.rows[place];
        if let Some(customer) = row.customer() {
            self.busy.remove(customer);
        }
        match sent {
            Ok(sent) => {
                self.done[place] = true;
                if !row.known {
                    tally.unknown(&row.context.reason, row.tells_no_reason());
                }
                tally.add(row.line, &row.context.reason, &row.context.channel, sent);
                None
            }
            Err(error) => Some(error),
        }
    }
}

/// Routes one row, and ends its contact if that is asked for.
async fn row(client: &Client, manner: Manner, row: &Ready) -> Result<Sent, ClientError> {
    let refused = |what| Sent {
        became: Became::Refused(what),
        replayed: false,
        not_ended: None,
    };
    if manner.strict && !row.known {
        let what = match row.tells_no_reason() {
            true => "names no reason".to_owned(),
            false => format!(
                "the playbook does not know the reason {}",
                row.context.reason
            ),
        };
        return Ok(refused(what));
    }
    let request = plan::route(row);
    let routed = patiently(manner.patience, || client.route_contact(request.clone())).await;
    let routed = match routed {
        Ok(routed) => routed,
        Err(error) if is_hopeless(&error) => return Err(error),
        Err(ClientError::Conflict(_)) => {
            let what = "this row was sent before and told something else; --run NAME sends the file afresh";
            return Ok(refused(what.to_owned()));
        }
        Err(error) => return Ok(refused(error.to_string().replace('\n', "; "))),
    };
    let mut sent = Sent {
        became: became(routed.answer.unwrap_or_default()),
        replayed: routed.replayed,
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
        Some(Next::Routed(routed)) => Became::Routed {
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
        None => Became::Refused("the server says nothing of what comes next".to_owned()),
    }
}

/// Whether the next row would fare no better.
fn is_hopeless(error: &ClientError) -> bool {
    match error {
        ClientError::Unavailable(_) | ClientError::TryAgain(_) | ClientError::Other(_) => true,
        ClientError::Invalid(faults) => faults.iter().any(|(field, _)| field == "arrive_time"),
        ClientError::NotFound { .. } | ClientError::Conflict(_) | ClientError::WrongState(_) => {
            false
        }
    }
}

/// Calls again while the server is gone, for so long.
async fn patiently<A, F>(patience: Duration, call: impl Fn() -> F) -> Result<A, ClientError>
where
    F: Future<Output = Result<A, ClientError>>,
{
    let until = Instant::now() + patience;
    let mut pause = PAUSE_FIRST;
    loop {
        let error = match call().await {
            Err(error @ (ClientError::Unavailable(_) | ClientError::TryAgain(_))) => error,
            other => return other,
        };
        if Instant::now() + pause > until {
            return Err(error);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}
