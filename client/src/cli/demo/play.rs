//! Plays the morning against a server, one call after the other in the order of its clock, so that the same seed gives
//! the same morning. Customers answer what they are asked, take routes, and come back when they were not helped.

use super::agenda::{Agenda, Step, Visit};
use super::dice::Dice;
use super::habits;
use super::matter::{Matter, Reasons};
use super::morning::{self, Person};
use super::seen::Seen;
use signpost_client::{Client, ClientError, v1};
use signpost_domain::playbook::Playbook;
use v1::contact_answer::Next;

/// Of a hundred first contacts, how many are the start of all contacts; the rest come back.
const FIRST_PERCENT: usize = 78;
/// How long after the last customers came the play goes on, in seconds; who is live then stays so.
const AFTERWARDS: i64 = 1800;
/// Of a hundred customers, how many the platform knew before.
const KEPT_PERCENT: u64 = 85;
/// How many first contacts there are for each customer, in hundredths.
const CONTACTS_PER_PERSON_PERCENT: usize = 140;
/// How often a contact is asked before its customer gives up.
const ROUNDS_MAX: u8 = 6;

/// The play.
pub(super) struct Play<'a> {
    client: &'a Client,
    reasons: Reasons,
    people: Vec<Person>,
    kept: Vec<bool>,
    dice: Dice,
    agenda: Agenda,
    visits: Vec<Visit>,
    contacts_max: usize,
    coming: usize,
    seen: Seen,
}

impl<'a> Play<'a> {
    /// A morning of about so many contacts.
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
            kept: vec![false; people.len()],
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

    /// Plays to the end; `told` hears of each contact that came.
    ///
    /// # Errors
    /// The first call that did not succeed; none should.
    pub(super) async fn run(mut self, told: impl Fn()) -> Result<Seen, ClientError> {
        let end = morning::BEGIN + morning::LENGTH + AFTERWARDS;
        while let Some((now, step)) = self.agenda.next() {
            if now > end {
                break;
            }
            match step {
                Step::Come(visit, context) => {
                    self.keep_customer(visit.person, now).await?;
                    self.visits.push(*visit);
                    self.seen.contacts += 1;
                    self.seen.live += 1;
                    told();
                    self.route(self.visits.len() - 1, *context, now).await?;
                }
                Step::Tell(index, context) => self.route(index, *context, now).await?,
                Step::Take(index, route, declined) => {
                    self.take(index, route, declined, now).await?
                }
                Step::End(index, outcome) => self.end(index, outcome, now).await?,
            }
        }
        Ok(self.seen)
    }

    /// Books a contact that knows so many of a hundred of its facts from the start.
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
            context.language = person.customer.language.clone();
        }
        context.reason = match dice.below(100) {
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

    /// Most customers are known to the platform when they first come.
    async fn keep_customer(&mut self, person: Option<usize>, now: i64) -> Result<(), ClientError> {
        let Some(index) = person else { return Ok(()) };
        let met = self.kept.get(index).copied().unwrap_or(true);
        if met {
            return Ok(());
        }
        self.kept[index] = true;
        if self.dice.percent(KEPT_PERCENT) {
            let request = v1::UpsertCustomerRequest {
                request_id: self.key(),
                customer: Some(self.people[index].customer.clone()),
                arrive_time: at(now),
            };
            self.client.upsert_customer(request).await?;
        }
        Ok(())
    }

    async fn route(
        &mut self,
        index: usize,
        context: v1::ContactContext,
        now: i64,
    ) -> Result<(), ClientError> {
        let offered = self.dice.percent(20);
        let request = v1::RouteContactRequest {
            request_id: self.key(),
            contact_id: self.visits[index].contact_id.clone(),
            context: Some(context.clone()),
            take: if offered {
                v1::Take::None
            } else {
                v1::Take::First
            }
            .into(),
            arrive_time: at(now),
            ..Default::default()
        };
        let response = self.client.route_contact(request).await?;
        let answer = response.answer.unwrap_or_default();
        let matter = self.visits[index].matter.clone();
        self.seen
            .samples
            .look(self.client, &answer, &context, &matter, now)
            .await?;
        if !self.visits[index].joined {
            self.visits[index].joined = self.seen.note_joined(&answer);
        }
        self.go_on(index, &answer, now);
        Ok(())
    }

    async fn take(
        &mut self,
        index: usize,
        route: i32,
        declined: Vec<i32>,
        now: i64,
    ) -> Result<(), ClientError> {
        let request = v1::TakeRouteRequest {
            request_id: self.key(),
            contact_id: self.visits[index].contact_id.clone(),
            route,
            declined,
            arrive_time: at(now),
        };
        self.client.take_route(request).await?;
        Ok(())
    }

    async fn end(
        &mut self,
        index: usize,
        outcome: v1::ContactOutcome,
        now: i64,
    ) -> Result<(), ClientError> {
        let request = v1::EndContactRequest {
            request_id: self.key(),
            contact_id: self.visits[index].contact_id.clone(),
            outcome: outcome.into(),
            confirmed_reason: String::new(),
            arrive_time: at(now),
        };
        let response = self.client.end_contact(request).await?;
        if outcome == v1::ContactOutcome::AskedForPerson {
            self.seen.asked_for_person += 1;
            self.visits[index].asked_for_person = true;
            self.go_on(index, &response.answer.unwrap_or_default(), now);
            return Ok(());
        }
        self.seen.live -= 1;
        self.come_back(index, outcome, now);
        Ok(())
    }

    /// Books what the customer or the agent does next.
    fn go_on(&mut self, index: usize, answer: &v1::ContactAnswer, now: i64) {
        self.visits[index].rounds += 1;
        let tired = self.visits[index].rounds > ROUNDS_MAX || self.dice.percent(2);
        let mut more = v1::ContactContext {
            channel: self.visits[index].channel.clone(),
            ..Default::default()
        };
        match &answer.next {
            Some(Next::ChooseReason(_)) => {
                self.seen.menus += 1;
                more.reason = self.visits[index].matter.reason.clone();
                self.answer_later(index, more, tired, now);
            }
            Some(Next::AskFacts(ask)) => {
                self.seen.facts_asked += ask.questions.len() as u64;
                more.facts = ask
                    .questions
                    .iter()
                    .map(|question| self.tell(index, &question.fact_id, now))
                    .collect();
                self.answer_later(index, more, tired, now);
            }
            Some(Next::Routed(routed)) => self.be_helped(index, answer, routed.route, now),
            None => self
                .agenda
                .book(now + 1, Step::End(index, v1::ContactOutcome::GaveUp)),
        }
    }

    fn answer_later(&mut self, index: usize, more: v1::ContactContext, tired: bool, now: i64) {
        let later = now + self.dice.between(8, 45);
        let step = if tired {
            Step::End(index, v1::ContactOutcome::Abandoned)
        } else {
            Step::Tell(index, Box::new(more))
        };
        self.agenda.book(later, step);
    }

    /// What the customer says to one question.
    fn tell(&mut self, index: usize, fact_id: &str, now: i64) -> v1::Fact {
        let facts = &self.visits[index].matter.facts;
        let known = facts
            .iter()
            .find(|(id, _)| id == fact_id)
            .map(|(_, value)| value.clone());
        let value = known.or_else(|| self.reasons.told(fact_id, now, &mut self.dice));
        match value.filter(|_| self.dice.percent(94)) {
            Some(value) => fact(fact_id, &value),
            None => v1::Fact {
                fact_id: fact_id.to_owned(),
                value: Some(v1::fact::Value::Declined(true)),
                ..Default::default()
            },
        }
    }

    /// Books the choice of a route, if there is one, and how it ends.
    fn be_helped(&mut self, index: usize, answer: &v1::ContactAnswer, taken: i32, now: i64) {
        let options = answer
            .decision
            .as_ref()
            .map_or(&[][..], |decision| &decision.options);
        let mut route = taken;
        let mut begin = now;
        if taken == v1::Route::Unspecified as i32 {
            let second = options.len() > 1 && self.dice.percent(20);
            let Some(option) = options.get(usize::from(second)) else {
                return self
                    .agenda
                    .book(now + 1, Step::End(index, v1::ContactOutcome::GaveUp));
            };
            route = option.route;
            let declined = options
                .iter()
                .take(usize::from(second))
                .map(|option| option.route);
            begin = now + self.dice.between(5, 25);
            self.agenda
                .book(begin, Step::Take(index, route, declined.collect()));
        }
        let option = options.iter().find(|option| option.route == route);
        let resolves = option.map_or(5_000, |option| u64::from(option.resolves_basis_points));
        let asked = self.visits[index].asked_for_person;
        let outcome = habits::outcome(route, resolves, asked, &mut self.dice);
        let wait = option
            .and_then(|option| option.wait.as_ref()?.expected.as_ref())
            .map_or(0, |span| span.seconds);
        let minutes = habits::minutes(route, &mut self.dice);
        self.agenda
            .book(begin + wait + 60 * minutes, Step::End(index, outcome));
    }

    /// Books another contact of a customer who was not helped, or only seemed so; often on another channel.
    fn come_back(&mut self, index: usize, outcome: v1::ContactOutcome, now: i64) {
        let (person, matter) = (self.visits[index].person, self.visits[index].matter.clone());
        let left = self.visits[index].channel.clone();
        let comes_percent = match outcome {
            v1::ContactOutcome::Switched => 100,
            v1::ContactOutcome::Resolved => 4,
            _ => 75,
        };
        let comes = person.is_some() && self.dice.percent(comes_percent);
        if !comes || self.coming >= self.contacts_max {
            return;
        }
        let switched = outcome == v1::ContactOutcome::Switched;
        let elsewhere = switched || self.dice.percent(60);
        let channel = if elsewhere {
            morning::channel(Some(&left), &mut self.dice)
        } else {
            left
        };
        let later = now + 60 * self.dice.between(2, 45);
        self.book_visit(later, person, matter, channel, 15);
    }

    /// A key that is the same for the same seed.
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
