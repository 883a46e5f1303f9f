//! Plays a scenario and writes down what came of each step.

use crate::script::{self, FIRST_DAY, Words};
use crate::told::{self, Names};
use crate::work;
use crate::world::{Answered, World};
use expect_test::Expect;
use signpost_domain::actor::Actor;
use signpost_domain::command::{CommandBody, PreviewRoute, Query};
use signpost_domain::contact::ContactContext;
use signpost_domain::event::Recorded;
use signpost_domain::flow::Answer;
use signpost_domain::ids::{ContactId, CustomerId, Seq, TokenId};
use signpost_domain::playbook::Playbook;
use signpost_domain::refusal::Faults;
use signpost_domain::state::Counts;
use signpost_domain::time::UnixMs;
use std::sync::Arc;

/// Plays `steps` and compares the text that they give; then nothing may be lost or twice, and every replay must agree.
#[track_caller]
pub(crate) fn check(steps: &str, told: Expect) {
    let stage = Stage::play(steps.lines());
    told.assert_eq(&stage.told);
}

/// A world with the story of what happened in it.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) told: String,
    names: Names,
}

impl Stage {
    /// Plays steps, checking after each and at the end all that always holds.
    #[track_caller]
    pub(crate) fn play<'a>(steps: impl IntoIterator<Item = &'a str>) -> Stage {
        let mut stage = Stage {
            world: World::new(FIRST_DAY),
            told: String::new(),
            names: Names::default(),
        };
        for (number, line) in steps.into_iter().enumerate() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                stage.step(number, line);
                stage.world.check_step();
            }
        }
        stage.world.check_replays();
        stage
    }
}

impl Stage {
    fn step(&mut self, number: usize, line: &str) {
        let mut words = line
            .split_whitespace()
            .skip_while(|word| *word == script::FAULTY);
        let verb = words.next().unwrap_or_default();
        let rest: Vec<&str> = words.collect();
        match (verb, rest.as_slice()) {
            ("at", [time]) => self.go(script::point(None, time)),
            ("at", [day, time]) => self.go(script::point(Some(day), time)),
            ("wait", [span]) => self.go(self.world.now() + script::span(span)),
            ("restart", []) => self.world.restart(),
            ("playbook", [name, more @ ..]) => {
                self.write(number, line, more, |_, _, _| script::publish(name))
            }
            ("roll_back", [name, more @ ..]) => {
                self.write(number, line, more, |_, _, _| script::roll_back(name));
            }
            ("route", [contact, channel, more @ ..]) => {
                let names = self.names.clone();
                self.write(number, line, more, |words, live, now| {
                    let context = script::context(channel, words, live, now);
                    let case = words.get("case").map(|case| names.case_named(case));
                    let context = ContactContext { case, ..context };
                    CommandBody::Route(Box::new(script::route(contact, context, words)))
                });
            }
            ("take", [contact, route, more @ ..]) => {
                self.write(number, line, more, |words, _, _| {
                    script::take(contact, route, words)
                });
            }
            ("end", [contact, outcome, more @ ..]) => {
                self.write(number, line, more, |words, _, _| {
                    script::end(contact, outcome, words)
                });
            }
            ("reroute", [contact, outcome, more @ ..]) => {
                self.write(number, line, more, |words, live, now| {
                    script::reroute(contact, outcome, words, live, now)
                });
            }
            ("add_case", [contact, reason, more @ ..]) => {
                self.write(number, line, more, |words, live, now| {
                    script::add_case(contact, reason, words, live, now)
                });
            }
            ("correct", [contact, customer, more @ ..]) => {
                self.write(number, line, more, |words, _, _| {
                    script::correct(contact, customer, words)
                });
            }
            ("update", [contact, more @ ..]) => {
                self.write(number, line, more, |words, _, _| {
                    script::update(contact, words)
                });
            }
            ("customer", [id, more @ ..]) => {
                self.write(number, line, more, |words, _, _| {
                    script::customer(id, words)
                });
            }
            ("create_token", [role]) => self.write(number, line, &[], |_, _, now| {
                script::create_token(role, now)
            }),
            ("revoke_token", [nth]) => {
                let nth: usize = nth.parse().expect("a number");
                let id = self.world.state().tokens().all().nth(nth).map(|it| it.id);
                // There may be none yet.
                let id = id.unwrap_or(TokenId(Seq(1)));
                self.write(number, line, &[], |_, _, _| CommandBody::RevokeToken(id));
            }
            ("report", more) => self.write(number, line, more, |words, _, _| script::report(words)),
            ("preview", [contact, channel, more @ ..]) => self.preview(contact, channel, more),
            ("contact", [id]) => {
                self.look(&Query::Contact(ContactId::new(id).expect("a contact id")));
            }
            ("case", [number]) => {
                let id = self.names.case_named(number);
                self.look(&Query::Case(id));
            }
            ("holder", [handle]) => {
                let key = self
                    .world
                    .state()
                    .comparing()
                    .key_of_told(&script::handle(handle));
                self.look(&Query::Holder(key));
            }
            ("publications", []) => self.look(&Query::Publications),
            ("who", [id]) => self.look(&Query::Customer(CustomerId::new(id).expect("a customer"))),
            ("counts", []) => self.look(&Query::Counts),
            ("families", []) => self.families(),
            _ => {
                let names = self.names.clone();
                let case = |number: &str| names.case_named(number);
                let work = work::work(verb, &rest, case);
                let work = work.or_else(|| work::work_on_customer(verb, &rest));
                let (body, used) = work.unwrap_or_else(|| panic!("not a step: {line}"));
                self.write(number, line, &rest[used..], |_, _, _| body);
            }
        }
    }

    fn go(&mut self, until: UnixMs) {
        for fired in self.world.wait_until(until) {
            let what = told::event(&fired, &mut self.names, false);
            let when = told::clock(fired.envelope.record_time);
            self.tell(&format!("[{when}] {what}"));
        }
    }

    fn write(
        &mut self,
        number: usize,
        line: &str,
        words: &[&str],
        body: impl FnOnce(&Words<'_>, Option<&Playbook>, UnixMs) -> CommandBody,
    ) {
        let live: Option<Arc<Playbook>> = self.world.state().live().cloned();
        let words = Words::of(words.iter().copied());
        words.refuse_unknown(live.as_deref());
        let now = self.world.now();
        let mut body = body(&words, live.as_deref(), now);
        if line.starts_with(script::FAULTY) {
            let faults = Faults::one("request", "has a fault");
            body = CommandBody::Faulty(body.method(), faults);
        }
        let command = script::command(number, line, &words, now, body);
        let said = match self.world.write(command) {
            Answered::Happened(recorded) => self.events(&recorded, words.has("why")),
            Answered::Replayed(recorded) => {
                format!("replayed {}", self.events(&recorded, words.has("why")))
            }
            Answered::Refused(refusal) => told::refusal(&refusal, &self.names),
        };
        self.tell(&said);
    }

    fn events(&mut self, recorded: &[Recorded], why: bool) -> String {
        let names = &mut self.names;
        let told = recorded.iter().map(|one| told::event(one, names, why));
        told.collect::<Vec<_>>().join("\n  ")
    }

    fn preview(&mut self, contact: &str, channel: &str, words: &[&str]) {
        let live = self.world.state().live().cloned();
        let words = Words::of(words.iter().copied());
        words.refuse_unknown(live.as_deref());
        let context = script::context(channel, &words, live.as_deref(), self.world.now());
        let case = words.get("case").map(|case| self.names.case_named(case));
        let context = ContactContext { case, ..context };
        let body = script::route(contact, context, &words);
        let query = Query::Preview(Box::new(PreviewRoute {
            contact: Some(body.contact),
            context: body.context,
            clear: body.clear,
            unknown_reason: body.unknown_reason,
            reach: signpost_domain::access::Reach::default(),
            at: words.later(self.world.now()),
            actor: Actor::parse("platform/test").expect("an actor"),
        }));
        let said = match self.world.read(&query) {
            Ok(Answer::Preview(routed, _)) => {
                let mut names = self.names.clone();
                format!(
                    "would be {}",
                    told::routed(&routed, &mut names, words.has("why"))
                )
            }
            Ok(_) => panic!("another answer"),
            Err(refusal) => told::refusal(&refusal, &self.names),
        };
        self.tell(&said);
    }

    fn look(&mut self, query: &Query) {
        let said = match self.world.read(query) {
            Ok(answer) => told::answer(&answer, &self.names),
            Err(refusal) => told::refusal(&refusal, &self.names),
        };
        self.tell(&said);
    }

    fn families(&mut self) {
        let Ok(Answer::Counts(counts)) = self.world.read(&Query::Counts) else {
            panic!("counts are always known")
        };
        let live = self.world.state().live().cloned().expect("a playbook");
        for (split, sums) in Counts::together(&live, &counts) {
            let parts = live.parts_of(split).into_iter();
            let parts = told::list(parts.map(|it| &live.reason(it).id));
            self.tell(&format!("{} with {parts}", split.reason));
            for sum in &sums {
                self.tell(&format!("  {}", told::counts(sum)));
            }
        }
    }

    fn tell(&mut self, line: &str) {
        self.told.push_str(line);
        self.told.push('\n');
    }
}
