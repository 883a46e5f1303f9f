//! What customers do with an answer: answer questions, choose a route, get help or not, and come back.

use super::super::agenda::{MINUTE, Step};
use super::super::{habits, morning};
use super::{Play, fact};
use signpost_client::v1;
use v1::contact_answer::Next;

/// How many rounds of questions a contact has before its customer gives up.
const ROUNDS_MAX: u8 = 6;

impl Play<'_> {
    /// Adds the next step of the customer or the agent to the agenda.
    pub(super) fn go_on(&mut self, index: usize, answer: &v1::ContactAnswer, now: i64) {
        self.visits[index].rounds += 1;
        let tired = self.visits[index].rounds > ROUNDS_MAX || self.dice.percent(2);
        let mut more = v1::ContactContext {
            channel: self.visits[index].channel.clone(),
            ..Default::default()
        };
        match &answer.next {
            Some(Next::ChooseReason(_)) => {
                self.seen.menus += 1;
                more.stated_reason = self.visits[index].matter.reason.clone();
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
            Some(Next::Target(target)) => self.be_helped(index, answer, target.route, now),
            None => self
                .agenda
                .book(now + MINUTE, Step::End(index, v1::ContactOutcome::GaveUp)),
        }
    }

    fn answer_later(&mut self, index: usize, more: v1::ContactContext, tired: bool, now: i64) {
        let later = now + MINUTE;
        let step = if tired {
            Step::End(index, v1::ContactOutcome::Abandoned)
        } else {
            Step::Tell(index, Box::new(more))
        };
        self.agenda.book(later, step);
    }

    /// The customer's answer to one question.
    fn tell(&mut self, index: usize, fact_id: &str, now: i64) -> v1::Fact {
        let facts = &self.visits[index].matter.facts;
        let known = facts
            .iter()
            .find(|(id, _)| id == fact_id)
            .map(|(_, value)| value.clone());
        let value = known.or_else(|| self.reasons.answer(fact_id, now, &mut self.dice));
        match value.filter(|_| self.dice.percent(94)) {
            Some(value) => fact(fact_id, &value),
            None => v1::Fact {
                fact_id: fact_id.to_owned(),
                value: Some(v1::fact::Value::Declined(true)),
                ..Default::default()
            },
        }
    }

    /// Adds the choice of a route, if there is one, and the end of the help to the agenda.
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
                    .book(now + MINUTE, Step::End(index, v1::ContactOutcome::GaveUp));
            };
            route = route_of(option);
            let declined = options.iter().take(usize::from(second)).map(route_of);
            begin = now + MINUTE;
            self.agenda
                .book(begin, Step::Take(index, route, declined.collect()));
        }
        let option = options.iter().find(|option| route_of(option) == route);
        let resolves = option.map_or(5_000, |option| u64::from(option.chance_basis_points));
        let asked = self.visits[index].asked_for_person;
        let outcome = habits::outcome(route, resolves, asked, &mut self.dice);
        let wait = option
            .and_then(|option| option.wait.as_ref()?.expected.as_ref())
            .map_or(0, |span| span.seconds);
        let minutes = habits::minutes(route, &mut self.dice);
        let step = match outcome {
            habits::Outcome::Over(outcome) => Step::End(index, outcome),
            habits::Outcome::AskedForPerson => Step::Reroute(index),
        };
        self.agenda.book(begin + wait + MINUTE * minutes, step);
    }

    /// Adds another contact of a customer who was not helped, or who only seemed to be. It is often on another channel.
    pub(super) fn come_back(&mut self, index: usize, outcome: i32, now: i64) {
        let outcome = v1::ContactOutcome::try_from(outcome).unwrap_or_default();
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
        let later = now + MINUTE * self.dice.between(2, 45);
        self.book_visit(later, person, matter, channel, 70);
    }
}

fn route_of(option: &v1::RouteOption) -> i32 {
    option.target.as_ref().map_or(0, |target| target.route)
}
