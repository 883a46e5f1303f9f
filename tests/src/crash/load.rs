//! Load: callers that write to a server until the server is gone.

use super::Outcome;
use super::book::{Book, Told};
use super::caller::Caller;
use super::write::Answer;
use crate::powercut::Dice;
use signpost_client::{ClientError, v1};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tonic::transport::{Channel, Endpoint};
use v1::ErrorReason;
use v1::contact_service_client::ContactServiceClient;
use v1::playbook_service_client::PlaybookServiceClient;

/// The playbook of the contacts of the callers.
pub const PLAYBOOK: &str = include_str!("../../fixtures/crash.yaml");
/// The longest time for one call, and for an expected number of answers.
pub(super) const CALL_TIME_MAX: Duration = Duration::from_secs(60);
/// Contacts that are read at once.
const READERS: usize = 32;

/// A connection to a server, at the address that the server printed.
///
/// # Errors
/// When `address` is not an address.
pub fn channel(address: &str) -> Outcome<Channel> {
    let endpoint = Endpoint::from_shared(format!("http://{address}"))?;
    Ok(endpoint.timeout(CALL_TIME_MAX).connect_lazy())
}

/// Makes [`PLAYBOOK`] live. The request is always the same, so the playbook is published once.
///
/// # Errors
/// When the request is refused.
pub async fn publish(channel: &Channel) -> Outcome {
    let request = v1::PublishPlaybookRequest {
        request_id: "the-playbook".to_owned(),
        document: PLAYBOOK.to_owned(),
        note: String::new(),
        event_time: Some(Book::first_time()),
        ..Default::default()
    };
    PlaybookServiceClient::new(channel.clone())
        .publish_playbook(request)
        .await?;
    Ok(())
}

/// Reads every contact that the book has an answer for, from a write begun at `from` or later. Each contact must be as
/// its last answer said, or must have timed out since. Gives the number of contacts.
///
/// # Errors
/// Names a contact that is different.
pub async fn still_there(channel: &Channel, book: &Book, from: usize) -> Outcome<usize> {
    let told: Vec<_> = book.contacts(from).into_iter().collect();
    let count = told.len();
    all_there(channel, &Arc::new(told)).await?;
    Ok(count)
}

/// The same for these contacts, which have these last answers.
///
/// # Errors
/// Names a contact that is different.
pub(super) async fn all_there(channel: &Channel, told: &Arc<Vec<(String, Answer)>>) -> Outcome {
    let mut readers = JoinSet::new();
    for first in 0..READERS {
        let (told, channel) = (told.clone(), channel.clone());
        readers.spawn(async move {
            let mut contacts = ContactServiceClient::new(channel);
            for (contact_id, answer) in told.iter().skip(first).step_by(READERS) {
                is_there(&mut contacts, contact_id, answer).await?;
            }
            Ok::<_, Box<dyn Error + Send + Sync>>(())
        });
    }
    while let Some(read) = readers.join_next().await {
        read??;
    }
    Ok(())
}

async fn is_there(
    contacts: &mut ContactServiceClient<Channel>,
    contact_id: &str,
    answer: &Answer,
) -> Outcome {
    let request = v1::GetContactRequest {
        contact_id: contact_id.to_owned(),
        ..Default::default()
    };
    let found = contacts.get_contact(request).await?.into_inner();
    let contact = found.contact.unwrap_or_default();
    let timed_out = contact.outcome() == v1::ContactOutcome::TimedOut;
    let same = (&contact.case_id, contact.state) == (&answer.about, answer.place);
    let timed_out_there = timed_out && contact.case_id == answer.about;
    match same || timed_out_there {
        true => Ok(()),
        false => Err(format!("told {answer:?}, found {contact:?}").into()),
    }
}

/// Asks some answered writes again: the answer must be the same, from the store.
///
/// # Errors
/// Names a write that gets another answer.
pub async fn asked_again(channel: &Channel, book: &Book, dice: &mut Dice, times: usize) -> Outcome {
    let entries = book.entries();
    for _ in 0..times.min(entries.len()) {
        let entry = &entries[dice.below(entries.len())];
        let Told::Answer(told) = &entry.told else {
            continue;
        };
        let again = entry.write.send(channel).await?;
        if !again.replayed || !again.says_what(told) {
            return Err(format!("{entry:?}, asked again {again:?}").into());
        }
    }
    Ok(())
}

/// Callers that are running.
pub struct Load {
    book: Arc<Book>,
    callers: JoinSet<Outcome<Caller>>,
    /// The callers that were seen to end.
    ended: Vec<Caller>,
}

impl Load {
    /// Starts the callers.
    pub fn start(channel: &Channel, callers: Vec<Caller>, book: &Arc<Book>) -> Load {
        let mut tasks = JoinSet::new();
        for caller in callers {
            tasks.spawn(work(caller, channel.clone(), book.clone()));
        }
        Load {
            book: book.clone(),
            callers: tasks,
            ended: Vec::new(),
        }
    }

    /// Waits for `more` more answers.
    ///
    /// # Errors
    /// When a caller ends before that, or the answers take too long.
    pub async fn until(&mut self, more: u64) -> Outcome {
        let mut answers = self.book.answers();
        let enough = *answers.borrow() + more;
        let answered = answers.wait_for(|count| *count >= enough);
        tokio::select! {
            answered = tokio::time::timeout(CALL_TIME_MAX, answered) => {
                answered??;
                Ok(())
            }
            gone = self.callers.join_next() => match gone {
                Some(caller) => {
                    self.ended.push(caller??);
                    Err("a caller lost its server".into())
                }
                None => Err("there are no callers".into()),
            },
        }
    }

    /// Waits until every caller has seen the end of its server.
    ///
    /// # Errors
    /// When a caller got another error.
    pub async fn end(mut self) -> Outcome<Vec<Caller>> {
        let mut callers = std::mem::take(&mut self.ended);
        while let Some(caller) = self.callers.join_next().await {
            callers.push(caller??);
        }
        Ok(callers)
    }
}

/// Sends writes until one is in doubt, or is refused since the disk is full.
async fn work(mut caller: Caller, channel: Channel, book: Arc<Book>) -> Outcome<Caller> {
    loop {
        let write = caller.next(&book);
        let place = book.begin(&write);
        let answer = write.send(&channel).await;
        let learnt: Option<&Answer> = answer.as_ref().ok();
        caller.learn(&write, learnt);
        match answer {
            Ok(answer) if answer.replayed => {
                return Err(format!("a replay of what was never asked: {write:?}").into());
            }
            Ok(answer) => book.end(place, Told::Answer(answer))?,
            // The contact of this write timed out.
            Err(ClientError::WrongState(..)) => book.end(place, Told::Refused)?,
            Err(ClientError::TryAgain { cause, .. }) if cause.reason == ErrorReason::DiskFull => {
                book.end(place, Told::Refused)?;
                caller.ended_by = cause.reason;
                return Ok(caller);
            }
            Err(ClientError::Unavailable(_, cause)) => {
                caller.ended_by = cause.reason;
                return Ok(caller);
            }
            Err(error) => return Err(format!("{error} after {write:?}").into()),
        }
    }
}
