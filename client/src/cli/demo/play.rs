//! Plays the morning against a server, minute by minute. What happens in one minute is sent at the same time, except
//! that the steps of one customer are sent one after the other. So the same seed gives the same figures. Only numbers
//! that the server gives in the order of arrival can differ.

mod reaction;

use super::agenda::{Agenda, Step, Visit};
use super::calls::{self, Write};
use super::dice::Dice;
use super::matter::{Matter, Reasons};
use super::morning::{self, Person};
use super::seen::Seen;
use signpost_client::{Client, ClientError, v1};
use signpost_domain::playbook::Playbook;
use std::collections::HashSet;

/// Of 100 contacts, how many are first contacts. The others come back.
const FIRST_PERCENT: usize = 86;
/// For how many seconds the play continues after the last customers came. Contacts that are live then stay live.
const AFTERWARDS: i64 = 1800;
/// Of 100 customers, how many the platform knew before.
const KEPT_PERCENT: u64 = 85;
/// The number of first contacts for 100 customers.
const CONTACTS_PER_PERSON_PERCENT: usize = 140;
/// The maximum number of writes that are sent at the same time.
const IN_FLIGHT_MAX: usize = 64;

/// The state of the play.
pub(super) struct Play<'a> {
    client: &'a Client,
    reasons: Reasons,
    people: Vec<Person>,
    met: Vec<bool>,
    dice: Dice,
    agenda: Agenda,
    visits: Vec<Visit>,
    contacts_max: usize,
    coming: usize,
    seen: Seen,
}

impl<'a> Play<'a> {
    /// Prepares a morning of about `contacts` contacts.
    pub(super) fn new(
        client: &'a Client,
        playbook: &Playbook,
        seed: u64,
        contacts: usize,
    ) -> Play<'a> {
        let mut dice = Dice::new(seed);
        let firsts = (contacts * FIRST_PERCENT / 100).max(1);
        let count = (firsts * 100 / CONTACTS_PER_PERSON_PERCENT).max(1);
        let people: Vec<_> = (0..count)
            .map(|number| Person::new(number, &mut dice))
            .collect();
        let mut play = Play {
            client,
            reasons: Reasons::of(playbook),
            met: vec![false; people.len()],
            people,
            dice,
            agenda: Agenda::default(),
            visits: Vec::new(),
            contacts_max: contacts,
            coming: 0,
            seen: Seen::default(),
        };
        let times = morning::arrivals(firsts, &mut play.dice);
        for at in times {
            let person = usize::try_from(play.dice.below(count as u64)).ok();
            let now = morning::BEGIN + at;
            let storm = morning::storm(now);
            if let Some(matter) = play.reasons.matter(storm, now, &mut play.dice) {
                let channel = morning::channel(None, &mut play.dice);
                play.book_visit(now, person, matter, channel, 55);
            }
        }
        play
    }

    /// Plays to the end. Calls `on_contact` for each contact that came.
    ///
    /// # Errors
    /// The error of the first call that failed; no call should.
    pub(super) async fn run(mut self, on_contact: impl Fn()) -> Result<Seen, ClientError> {
        let end = morning::BEGIN + morning::LENGTH + AFTERWARDS;
        while let Some((now, mut left)) = self.agenda.next_minute() {
            if now > end {
                break;
            }
            while !left.is_empty() {
                let (round, later) = self.apart(left);
                left = later;
                let writes = round
                    .into_iter()
                    .map(|step| self.write(step, now, &on_contact));
                let writes: Vec<Write> = writes.collect();
                let answers = calls::send_all(self.client, &writes).await?;
                for (write, answer) in writes.into_iter().zip(answers) {
                    self.hear(write, answer, now).await?;
                }
            }
        }
        Ok(self.seen)
    }

    /// Splits the steps into those that can be sent now, at most one for each customer, and those that must wait for
    /// them.
    fn apart(&self, steps: Vec<Step>) -> (Vec<Step>, Vec<Step>) {
        let mut busy = HashSet::new();
        let mut count = 0;
        steps.into_iter().partition(|step| {
            let person = match step {
                Step::Come(visit, _) => visit.person,
                Step::Tell(index, _)
                | Step::Take(index, ..)
                | Step::Reroute(index)
                | Step::End(index, _) => self.visits[*index].person,
            };
            let free = person.is_none_or(|person| busy.insert(person)) && count < IN_FLIGHT_MAX;
            count += usize::from(free);
            free
        })
    }

    /// The write of a step.
    fn write(&mut self, step: Step, now: i64, on_contact: impl Fn()) -> Write {
        match step {
            Step::Come(visit, context) => {
                let first = self.keep_customer(visit.person, now);
                self.visits.push(*visit);
                self.seen.contacts += 1;
                self.seen.live += 1;
                on_contact();
                self.route(self.visits.len() - 1, first, *context, now)
            }
            Step::Tell(index, context) => self.route(index, None, *context, now),
            Step::Take(index, route, declined) => Write::Take(v1::SelectRouteRequest {
                request_id: self.key(),
                contact_id: self.visits[index].contact_id.clone(),
                route,
                declined_routes: declined,
                event_time: at(now),
            }),
            Step::End(index, outcome) => Write::End(
                index,
                v1::EndContactRequest {
                    request_id: self.key(),
                    contact_id: self.visits[index].contact_id.clone(),
                    outcome: outcome.into(),
                    event_time: at(now),
                    ..Default::default()
                },
            ),
            Step::Reroute(index) => Write::Reroute(
                index,
                Box::new(v1::RerouteContactRequest {
                    request_id: self.key(),
                    contact_id: self.visits[index].contact_id.clone(),
                    outcome: v1::AttemptOutcome::AskedForPerson.into(),
                    event_time: at(now),
                    ..Default::default()
                }),
            ),
        }
    }

    fn route(
        &mut self,
        index: usize,
        first: Option<Box<v1::UpsertCustomerRequest>>,
        context: v1::ContactContext,
        now: i64,
    ) -> Write {
        let take = if self.dice.percent(20) {
            v1::RouteSelection::ByCustomer
        } else {
            v1::RouteSelection::Automatic
        };
        let request = v1::RouteContactRequest {
            request_id: self.key(),
            contact_id: self.visits[index].contact_id.clone(),
            context: Some(context),
            route_selection: take.into(),
            event_time: at(now),
            ..Default::default()
        };
        Write::Route(index, first, Box::new(request))
    }

    /// Processes the answer to a write.
    async fn hear(
        &mut self,
        write: Write,
        answer: Option<v1::ContactAnswer>,
        now: i64,
    ) -> Result<(), ClientError> {
        match write {
            Write::Route(index, _, request) => {
                let answer = answer.unwrap_or_default();
                let context = request.context.unwrap_or_default();
                let visit = &self.visits[index];
                let (matter, first) = (&visit.matter, visit.rounds == 0);
                self.seen.anonymous += u64::from(first && answer.customer_id.is_empty());
                let samples = &mut self.seen.samples;
                samples
                    .look(self.client, &answer, &context, matter, first, now)
                    .await?;
                if !self.visits[index].joined {
                    self.visits[index].joined = self.seen.note_joined(&answer);
                }
                self.go_on(index, &answer, now);
            }
            Write::Take(_) => {}
            Write::Reroute(index, _) => {
                self.seen.asked_for_person += 1;
                self.visits[index].asked_for_person = true;
                self.go_on(index, &answer.unwrap_or_default(), now);
            }
            Write::End(index, request) => {
                self.seen.live -= 1;
                self.come_back(index, request.outcome, now);
            }
        }
        Ok(())
    }

    /// Adds a contact to the agenda. Of its facts, `knows_percent` of 100 are given from the start.
    fn book_visit(
        &mut self,
        at: i64,
        person: Option<usize>,
        matter: Matter,
        channel: String,
        knows_percent: u64,
    ) {
        let dice = &mut self.dice;
        let mut context = morning::context(&channel, at, dice);
        let someone = person.and_then(|index| self.people.get(index));
        context.customer = morning::customer_ref(someone, dice);
        let named = context.customer.is_some();
        if let Some(person) = someone.filter(|_| named) {
            context.persona = person.customer.persona.clone();
            context.language_code = person.customer.language_code.clone();
        }
        context.stated_reason = match dice.below(100) {
            0..4 => String::new(),
            4..10 => matter
                .reason
                .split('/')
                .next()
                .unwrap_or_default()
                .to_owned(),
            _ => matter.reason.clone(),
        };
        let known = matter.facts.iter().filter(|_| dice.percent(knows_percent));
        context.facts = known.map(|(id, value)| fact(id, value)).collect();
        let visit = Visit {
            contact_id: format!("demo-{:05}", self.coming),
            person: person.filter(|_| named),
            channel,
            matter,
            rounds: 0,
            joined: false,
            asked_for_person: false,
        };
        self.coming += 1;
        self.agenda
            .book(at, Step::Come(Box::new(visit), Box::new(context)));
    }

    /// The write that stores the customer before the first contact, for most customers. `None` if there is none.
    fn keep_customer(
        &mut self,
        person: Option<usize>,
        now: i64,
    ) -> Option<Box<v1::UpsertCustomerRequest>> {
        let index = person?;
        let met = std::mem::replace(self.met.get_mut(index)?, true);
        let kept = !met && self.dice.percent(KEPT_PERCENT);
        kept.then(|| {
            Box::new(v1::UpsertCustomerRequest {
                request_id: self.key(),
                customer: Some(self.people[index].customer.clone()),
                event_time: at(now),
                ..Default::default()
            })
        })
    }

    /// The next request key. The keys are the same for the same seed.
    fn key(&mut self) -> String {
        self.seen.writes += 1;
        format!("demo-write-{:06}", self.seen.writes)
    }
}

fn fact(id: &str, value: &str) -> v1::Fact {
    v1::Fact {
        fact_id: id.to_owned(),
        value: Some(v1::fact::Value::Text(value.to_owned())),
        ..Default::default()
    }
}

fn at(seconds: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds, nanos: 0 })
}
