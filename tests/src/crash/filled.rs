//! Many contacts that a folder is filled with before its servers are killed. Each is of a customer of its own.

use super::book::Book;
use super::load::{CALL_TIME_MAX, all_there, channel};
use super::write::{Answer, Write};
use super::{Found, Outcome};
use crate::powercut::Dice;
use signpost_client::v1;
use signpost_domain::event::Method;
use signpost_domain::ids::ContactId;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::task::JoinSet;
use tonic::transport::Channel;

/// Connections over which a folder is filled.
const CONNECTIONS: usize = 4;
/// Requests in flight on one connection.
const IN_FLIGHT: usize = 32;

/// Contacts that were answered: their ids and the answers, by number.
pub struct Filled {
    told: Vec<(String, Answer)>,
}

impl Filled {
    /// Routes so many contacts, many at a time, through the server at `address`. The playbook must be live.
    ///
    /// # Errors
    /// When a contact is not answered.
    pub async fn fill(address: &str, contacts: usize) -> Outcome<Filled> {
        let next = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let channel = channel(address)?;
            for _ in 0..IN_FLIGHT {
                tasks.spawn(route_all(channel.clone(), next.clone(), contacts));
            }
        }
        let mut answers = vec![None; contacts];
        while let Some(done) = tasks.join_next().await {
            for (number, answer) in done?? {
                answers[number] = Some(answer);
            }
        }
        let told = answers.into_iter().enumerate().map(|(number, answer)| {
            let answer = answer.ok_or_else(|| format!("contact {number} has no answer"))?;
            Ok((contact_id(number), answer))
        });
        let told: Outcome<Vec<_>> = told.collect();
        Ok(Filled { told: told? })
    }

    /// Reads one of so many parts of the contacts: each must be as it was answered, or must have timed out since. The
    /// parts are taken in turn, so after `parts` rounds every contact was read.
    ///
    /// # Errors
    /// Names a contact that is different.
    pub async fn still_there(&self, channel: &Channel, round: usize, parts: usize) -> Outcome {
        let told = self.told.iter().skip(round % parts).step_by(parts);
        all_there(channel, &Arc::new(told.cloned().collect())).await
    }

    /// Sends the requests of a few contacts again: each must get the stored answer.
    ///
    /// # Errors
    /// Names a request that gets another answer.
    pub async fn asked_again(&self, channel: &Channel, dice: &mut Dice, times: usize) -> Outcome {
        for _ in 0..times.min(self.told.len()) {
            let number = dice.below(self.told.len());
            let again = tokio::time::timeout(CALL_TIME_MAX, write(number).send(channel)).await??;
            if !again.replayed || !again.says_what(&self.told[number].1) {
                let told = &self.told[number];
                return Err(format!("told {told:?}, asked again {again:?}").into());
            }
        }
        Ok(())
    }

    /// The faults of a folder: contacts that it does not have, or has more than once, or with another case. Takes the
    /// requests of these contacts out of `found`, so that what is left was asked for by others.
    pub fn missing_from(&self, found: &mut Found) -> Vec<String> {
        let mut faults = Vec::new();
        for (number, (contact, answer)) in self.told.iter().enumerate() {
            let name = (Method::RouteContact as u8, request_id(number));
            let times = found.requests.remove(&name).unwrap_or(0);
            if times != 1 {
                faults.push(format!("{times} times in the log: {contact}"));
            }
            let stored = found.state.contact(&ContactId::stored(contact.as_str()));
            let stored = stored.ok().flatten().and_then(|stored| stored.case);
            let case = stored.map(|case| case.to_string()).unwrap_or_default();
            if case != answer.about {
                faults.push(format!(
                    "{contact} was told {answer:?} and has case {case:?}"
                ));
            }
        }
        faults
    }
}

/// Routes one contact after another, until all have been taken.
async fn route_all(
    channel: Channel,
    next: Arc<AtomicUsize>,
    contacts: usize,
) -> Outcome<Vec<(usize, Answer)>> {
    let mut answers = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= contacts {
            return Ok(answers);
        }
        answers.push((number, write(number).send(&channel).await?));
    }
}

fn contact_id(number: usize) -> String {
    format!("filled-{number}")
}

fn request_id(number: usize) -> String {
    format!("fill-{number}")
}

/// The write that routes the contact with this number.
fn write(number: usize) -> Write {
    let fact = v1::Fact {
        fact_id: "booking_reference".to_owned(),
        value: Some(v1::fact::Value::Text("ABC123".to_owned())),
        ..Default::default()
    };
    let context = v1::ContactContext {
        channel: "phone".to_owned(),
        customer: Some(v1::CustomerRef {
            customer_id: format!("customer-{number}"),
            ..Default::default()
        }),
        stated_reason: "existing_flight/change_date".to_owned(),
        facts: vec![fact],
        ..Default::default()
    };
    Write::Route(Box::new(v1::RouteContactRequest {
        request_id: request_id(number),
        contact_id: contact_id(number),
        context: Some(context),
        event_time: Some(Book::first_time()),
        ..Default::default()
    }))
}
