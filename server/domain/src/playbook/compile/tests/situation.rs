//! Compiles the situation of a test into the input of a decision.

use super::Whole;
use crate::ability::{Abilities, Ability};
use crate::contact::{Direction, QUEUE_COUNT_MAX, QueueStats};
use crate::customer::{Consent, LOYALTY_YEARS_MAX, Profile, is_language_tag};
use crate::decision::memory::TRIED_MAX;
use crate::decision::wait::WAIT_MAX;
use crate::decision::{AttemptOutcome, Tried};
use crate::fact::{FACT_TEXT_BYTES_MAX, FACTS_MAX, FactType, FactValue};
use crate::ids::{ContactId, ReasonId, Slug};
use crate::money::{Amount, Money};
use crate::playbook::compile::Compiler;
use crate::playbook::compile::names::NameKind;
use crate::playbook::fault::{At, right_names};
use crate::playbook::format::parts::{Decimal, Id, Span};
use crate::playbook::format::test::{TestFile, TestQueueFile, TriedFile, WrittenValue};
use crate::playbook::limits::CASE_WINDOW_MAX;
use crate::playbook::situation::{NoTime, Situation};
use crate::playbook::tree::echo;
use crate::playbook::{ChannelIndex, FactIndex, Playbook, QueueIndex, ReasonIndex, TierIndex};
use crate::route::Route;
use crate::time::{Millis, UnixMs};
use std::ops::RangeInclusive;

/// How long before now the newest attempt of a test was made. Each earlier attempt is this much earlier.
const BETWEEN_ATTEMPTS: Millis = Millis::HOUR;

impl Compiler<'_> {
    pub(super) fn situation(
        &mut self,
        at: At<'_>,
        written: &TestFile,
        whole: &Whole<'_>,
    ) -> Option<Situation> {
        let playbook = whole.playbook;
        let reason = self.test_reason(at.key("reason"), &written.reason, playbook);
        let channel = self.find(at.key("channel"), &written.channel.0, NameKind::Channel);
        let tier = match &written.tier {
            None => Some(playbook.tier_default),
            Some(tier) => self
                .find(at.key("tier"), &tier.0, NameKind::Tier)
                .map(TierIndex),
        };
        let now = match &written.at {
            None => Some(whole.ordinary_time),
            Some(text) => self.test_time(at.key("at"), text, playbook),
        };
        // A missing name is replaced by any valid one, so that the rest of the test is checked too.
        let place = (
            reason.unwrap_or(ReasonIndex(0)),
            tier.unwrap_or(playbook.tier_default),
            ChannelIndex(channel.unwrap_or(0)),
        );
        let since = now.unwrap_or(whole.ordinary_time);
        let mut situation = Situation::new(playbook, place, since);
        let sound = [
            reason.zip(tier).zip(channel).zip(now).map(|_| ()),
            self.test_facts(at.key("facts"), written, playbook, &mut situation),
            self.test_context(at, written, playbook, &mut situation),
            self.test_customer(at, written, &mut situation),
            self.test_queues(at, written, playbook, &mut situation),
            self.test_case(at, written, whole, &mut situation),
        ];
        sound
            .iter()
            .all(|sound| sound.is_some())
            .then_some(situation)
    }

    fn test_reason(
        &mut self,
        at: At<'_>,
        written: &str,
        playbook: &Playbook,
    ) -> Option<ReasonIndex> {
        let id = ReasonId::parse(written).ok();
        let found = id.and_then(|id| playbook.index.reasons.get(&id).copied());
        if found.is_none() {
            self.faults.add(at, || {
                let names: Vec<String> = playbook
                    .reasons
                    .iter()
                    .map(|it| it.id.to_string())
                    .collect();
                let near = right_names(written, "reason", names.iter().map(String::as_str));
                let right = match near.starts_with("did you mean") {
                    true => near,
                    false => "must be a reason of the playbook, as primary/secondary".to_owned(),
                };
                (format!("there is no reason {}", echo(written)), right)
            });
        }
        found
    }

    fn test_time(&mut self, at: At<'_>, written: &str, playbook: &Playbook) -> Option<UnixMs> {
        let time = playbook.time_of_text(written);
        time.map_err(|why| {
            let right = match why {
                NoTime::Unread => {
                    "must be a time such as 2026-11-23 10:00 or 2026-11-23T09:00:00Z".to_owned()
                }
                NoTime::OutOfRange | NoTime::Skipped => why.to_string(),
            };
            self.is_wrong(at, written, right);
        })
        .ok()
    }

    fn test_facts(
        &mut self,
        at: At<'_>,
        written: &TestFile,
        playbook: &Playbook,
        situation: &mut Situation,
    ) -> Option<()> {
        let facts = &written.facts.0;
        self.limit(at, facts.len(), FACTS_MAX, "facts");
        let now = situation.standing.now;
        let mut sound = Some(());
        for (id, WrittenValue(text)) in facts {
            let at = at.key(&id.0);
            let fact = self.find(at, &id.0, NameKind::Fact).map(FactIndex);
            let value = fact.and_then(|fact| {
                let value = fact_value(playbook, fact, text, now);
                match value {
                    Ok(value) => Some((fact, value)),
                    Err(right) => {
                        self.is_wrong(at, text, right);
                        None
                    }
                }
            });
            match value {
                Some((fact, value)) => situation.know(playbook, fact, value),
                None => sound = None,
            }
        }
        sound
    }

    fn test_context(
        &mut self,
        at: At<'_>,
        written: &TestFile,
        playbook: &Playbook,
        situation: &mut Situation,
    ) -> Option<()> {
        let mut named = |key, id: &Option<Id>, kind, of: &[Slug]| match id {
            None => Some(None),
            Some(id) => {
                let number = self.find(at.key(key), &id.0, kind)?;
                Some(of.get(usize::from(number)).cloned())
            }
        };
        let brand = named("brand", &written.brand, NameKind::Brand, &playbook.brands);
        let persona = named(
            "persona",
            &written.persona,
            NameKind::Persona,
            &playbook.personas,
        );
        let stage = named("stage", &written.stage, NameKind::Stage, &playbook.stages);
        let device = match &written.device {
            None => Some(None),
            Some(device) => self.slug(at.key("device"), &device.0).map(Some),
        };
        let sentiment = self.test_count(at.key("sentiment"), written.sentiment, -100..=100);
        let cannot_use = self.test_abilities(at.key("cannot_use"), &written.cannot_use);
        let consents = self.test_consents(at.key("consents"), written, playbook);
        let language = written.language.as_deref();
        if let Some(language) = language
            && !is_language_tag(language)
        {
            let right = "must be a language such as nl or nl-NL";
            self.is_wrong(at.key("language"), language, right);
        }
        let prefer = written.prefer.iter().map(|route| route.as_str());
        self.refuse_twice(at.key("prefer"), prefer);
        let context = &mut situation.context;
        context.brand = brand?;
        context.persona = persona?;
        context.stage = stage?;
        context.device = device?;
        context.sentiment_score = sentiment?.and_then(|percent| i8::try_from(percent).ok());
        context.consents = consents?;
        context.cannot_use = cannot_use?;
        context.language = language.map(Into::into);
        context.preferred_routes.clone_from(&written.prefer);
        context.vulnerable = written.vulnerable;
        context.asked_for_person = written.asked_for_person;
        if written.outbound {
            context.direction = Direction::Outbound;
        }
        Some(())
    }

    fn test_abilities(&mut self, at: At<'_>, written: &[String]) -> Option<Abilities> {
        self.refuse_twice(at, written.iter().map(String::as_str));
        let mut all = Some(Abilities::EMPTY);
        for (place, word) in written.iter().enumerate() {
            let known = Ability::ALL.into_iter().find(|it| it.as_str() == word);
            if known.is_none() {
                let right = "must be one of voice, text, self_service";
                self.is_wrong(at.item(place), word, right);
            }
            all = all.zip(known).map(|(all, one)| all.with(one));
        }
        if all == Some(Abilities::ALL) {
            self.faults.add(at, || {
                (
                    "the customer can use nothing".to_owned(),
                    "must leave out at least one of voice, text and self_service".to_owned(),
                )
            });
        }
        all
    }

    fn test_consents(
        &mut self,
        at: At<'_>,
        written: &TestFile,
        playbook: &Playbook,
    ) -> Option<Vec<Consent>> {
        let mut consents = Some(Vec::new());
        for (id, granted) in &written.consents.0 {
            let number = self.find(at.key(&id.0), &id.0, NameKind::Consent);
            consents = consents.zip(number).map(|(mut all, number)| {
                all.push(Consent {
                    id: playbook.consents[usize::from(number)].clone(),
                    granted: *granted,
                });
                all
            });
        }
        consents
    }

    fn test_customer(
        &mut self,
        at: At<'_>,
        written: &TestFile,
        situation: &mut Situation,
    ) -> Option<()> {
        let value = match &written.value {
            None => Some(None),
            Some(value) => self.test_value(at.key("value"), value).map(Some),
        };
        let years = 0..=i64::from(LOYALTY_YEARS_MAX);
        let years = self.test_count(at.key("loyalty_years"), written.loyalty_years, years);
        let count = 0..=i64::from(u32::MAX);
        let contacts = self.test_count(at.key("contacts_7d"), written.contacts_7d, count.clone());
        let all = self.test_count(at.key("all_contacts_7d"), written.all_contacts_7d, count);
        let keys = [
            ("value", written.value.is_some()),
            ("loyalty_years", written.loyalty_years.is_some()),
            ("contacts_7d", written.contacts_7d.is_some()),
            ("all_contacts_7d", written.all_contacts_7d.is_some()),
        ];
        let known_by = keys.into_iter().find(|(_, is_written)| *is_written);
        if let (Some(false), Some((key, _))) = (written.known, known_by) {
            self.faults.add(at.key("known"), || {
                (
                    format!("the customer is not known, but {key} is written"),
                    "must be true or left out".to_owned(),
                )
            });
        }
        if written.known.unwrap_or(known_by.is_some()) {
            situation.profile = Some(Profile {
                value: value?.map(Amount::from),
                loyalty_years: unsigned(years?),
                ..Profile::default()
            });
        }
        let contacts = unsigned(contacts?).unwrap_or(0);
        situation.standing.contacts_7d = contacts;
        situation.memory.all_contacts_7d = unsigned(all?).unwrap_or(contacts);
        Some(())
    }

    /// The value of a customer, which must not be negative.
    fn test_value(&mut self, at: At<'_>, written: &Decimal) -> Option<Money> {
        let value = self.money(at, written)?;
        if value < Money::ZERO {
            self.is_wrong(at, &written.0, "must be from 0 to 1000000");
            return None;
        }
        Some(value)
    }

    fn test_queues(
        &mut self,
        at: At<'_>,
        written: &TestFile,
        playbook: &Playbook,
        situation: &mut Situation,
    ) -> Option<()> {
        let wait = match &written.wait {
            None => Some(None),
            Some(wait) => self.span(at.key("wait"), wait, WAIT_MAX).map(Some),
        };
        if let Some(Some(wait)) = wait {
            situation.wait_everywhere(playbook, wait);
        }
        let mut sound = wait.map(|_| ());
        let at = at.key("queues");
        for (id, written) in &written.queues.0 {
            let at = at.key(&id.0);
            let Some(number) = self.find(at, &id.0, NameKind::Queue) else {
                sound = None;
                continue;
            };
            let id = &playbook.queue(QueueIndex(number)).id;
            let all = &mut situation.context.queue_stats;
            let place = all.iter().position(|stats| stats.queue == *id);
            let place = place.unwrap_or_else(|| {
                all.push(QueueStats::nothing_of(id.clone()));
                all.len() - 1
            });
            if self.test_queue(at, written, &mut all[place]).is_none() {
                sound = None;
            }
        }
        sound
    }

    fn test_queue(
        &mut self,
        at: At<'_>,
        written: &TestQueueFile,
        stats: &mut QueueStats,
    ) -> Option<()> {
        let TestQueueFile {
            wait,
            staffed,
            available,
            waiting,
            handle_time,
        } = written;
        let count = 0..=i64::from(QUEUE_COUNT_MAX);
        let mut span = |key, span: &Option<Span>| match span {
            None => Some(None),
            Some(span) => self.span(at.key(key), span, WAIT_MAX).map(Some),
        };
        let (wait, handle_time) = (span("wait", wait), span("handle_time", handle_time));
        let staffed = self.test_count(at.key("staffed"), *staffed, count.clone());
        let available = self.test_count(at.key("available"), *available, count.clone());
        let waiting = self.test_count(at.key("waiting"), *waiting, count);
        if let (Some(Some(staffed)), Some(Some(free))) = (staffed, available)
            && free > staffed
        {
            let right = format!("must be at most {staffed}, the number of agents in staffed");
            self.is_wrong(at.key("available"), &free.to_string(), right);
        }
        stats.staffed = unsigned(staffed?);
        stats.available = unsigned(available?);
        stats.waiting = unsigned(waiting?);
        stats.handle_time = handle_time?;
        // If the test gives parts of the numbers of a queue, the wait is computed from them, whatever wait is given for
        // all queues.
        let in_parts = stats.waiting.is_some() || stats.available.is_some();
        match (wait?, in_parts) {
            (Some(wait), _) => stats.expected_wait = Some(wait),
            (None, true) => stats.expected_wait = None,
            (None, false) => {}
        }
        Some(())
    }

    fn test_case(
        &mut self,
        at: At<'_>,
        written: &TestFile,
        whole: &Whole<'_>,
        situation: &mut Situation,
    ) -> Option<()> {
        let count = 0..=i64::from(u32::MAX);
        let mut counted = |key, number| self.test_count(at.key(key), number, count.clone());
        let repeats = counted("repeats", written.repeats);
        let contacts = counted("case_contacts", written.case_contacts);
        let switches = counted("channel_switches", written.channel_switches);
        let broken = counted("broken_promises", written.broken_promises);
        let age = match &written.case_age {
            None => Some(None),
            Some(age) => self
                .span(at.key("case_age"), age, CASE_WINDOW_MAX)
                .map(Some),
        };
        let at = at.key("tried");
        self.limit(at, written.tried.len(), TRIED_MAX, "attempts");
        let mut sound = Some(());
        for (place, tried) in written.tried.iter().enumerate() {
            let ago = written.tried.len() - place;
            let since = Millis(BETWEEN_ATTEMPTS.0.saturating_mul(ago as i64));
            let since = situation.standing.now - since;
            match self.test_tried(at.item(place), tried, whole, (situation, since)) {
                Some(tried) => situation.memory.tried.push(tried),
                None => sound = None,
            }
        }
        let asked = |tried: &Tried| tried.outcome == Some(AttemptOutcome::AskedForPerson);
        situation.standing.needs_person = situation.memory.tried.iter().any(asked);
        situation.memory.owed_overdue = written.owed_overdue;
        let standing = &mut situation.standing;
        standing.repeats = unsigned(repeats?).unwrap_or(0);
        let tried = u32::try_from(written.tried.len()).unwrap_or(u32::MAX);
        standing.case_contacts = unsigned(contacts?).unwrap_or(tried);
        standing.channel_switches = unsigned(switches?).unwrap_or(0);
        standing.broken_promises = unsigned(broken?).unwrap_or(0);
        standing.case_age = age?;
        sound
    }

    fn test_tried(
        &mut self,
        at: At<'_>,
        written: &TriedFile,
        whole: &Whole<'_>,
        (situation, since): (&Situation, UnixMs),
    ) -> Option<Tried> {
        let playbook = whole.playbook;
        let route = written.route;
        let specs = &playbook.reason(situation.reason).routes;
        let spec = specs.iter().find(|spec| spec.route == route);
        let is_flow = route == Route::SelfService;
        for (key, is_there) in [
            ("flow", written.flow.is_some() && !is_flow),
            ("queue", written.queue.is_some() && is_flow),
        ] {
            if is_there {
                self.faults.add(at.key(key), || {
                    let right = match key {
                        "flow" => "must be left out: only self_service has a flow",
                        _ => "must be left out: self_service has a flow, and no queue",
                    };
                    (format!("{route} has a {key}"), right.to_owned())
                });
            }
        }
        let flow = match &written.flow {
            None => Some(spec.and_then(|spec| spec.flow.clone())),
            Some(Id(flow)) if whole.flows.binary_search(&flow.as_str()).is_ok() => {
                self.slug(at.key("flow"), flow).map(Some)
            }
            Some(Id(flow)) => {
                let right = right_names(flow, "flow", whole.flows.iter().copied());
                self.faults.add(at.key("flow"), || {
                    (format!("there is no flow {}", echo(flow)), right)
                });
                None
            }
        };
        let queue = match &written.queue {
            None => Some(spec.and_then(|spec| spec.queue)),
            Some(queue) => self
                .find(at.key("queue"), &queue.0, NameKind::Queue)
                .map(|number| Some(QueueIndex(number))),
        };
        let outcome = match &written.outcome {
            None => Some(None),
            Some(word) => {
                let all = AttemptOutcome::ALL.into_iter();
                let known = all.clone().find(|outcome| outcome.as_str() == word);
                if known.is_none() {
                    let names: Vec<&str> = all.map(AttemptOutcome::as_str).collect();
                    let right = format!("must be one of {}", names.join(", "));
                    self.is_wrong(at.key("outcome"), word, right);
                }
                known.map(Some)
            }
        };
        Some(Tried {
            contact: ContactId::stored("before"),
            route,
            flow: flow?,
            queue: queue?.map(|queue| playbook.queue(queue).id.clone()),
            at: since,
            outcome: outcome?,
        })
    }

    /// A whole number within a range; `None` if none was written.
    pub(super) fn test_count(
        &mut self,
        at: At<'_>,
        written: Option<i64>,
        range: RangeInclusive<i64>,
    ) -> Option<Option<i64>> {
        let Some(number) = written else {
            return Some(None);
        };
        if !range.contains(&number) {
            let right = format!("must be from {} to {}", range.start(), range.end());
            self.is_wrong(at, &number.to_string(), right);
            return None;
        }
        Some(Some(number))
    }
}

fn unsigned(number: Option<i64>) -> Option<u32> {
    number.and_then(|number| u32::try_from(number).ok())
}

/// The value of a fact as it was written, or a text that says which value would be valid.
fn fact_value(
    playbook: &Playbook,
    fact: FactIndex,
    text: &str,
    now: UnixMs,
) -> Result<FactValue, String> {
    let spec = playbook.fact(fact);
    let (value, right) = match spec.fact_type {
        FactType::Text => {
            if text.is_empty() || text.len() > FACT_TEXT_BYTES_MAX {
                return Err(format!(
                    "must be a text of 1 to {FACT_TEXT_BYTES_MAX} bytes"
                ));
            }
            return match &spec.pattern {
                Some(pattern) if !pattern.matches(text) => {
                    Err(format!("must match the pattern {pattern} as a whole"))
                }
                _ => Ok(FactValue::Text(text.into())),
            };
        }
        FactType::Integer => (
            text.parse().ok().map(FactValue::Integer),
            "must be a whole number such as 42",
        ),
        FactType::Boolean => (
            text.parse().ok().map(FactValue::Boolean),
            "must be true or false",
        ),
        FactType::Money => (
            Money::parse(text).ok().map(FactValue::Money),
            "must be an amount such as 4.10",
        ),
        FactType::Instant => {
            let instant = instant(playbook, text, now);
            return instant.map(FactValue::Instant).map_err(|why| match why {
                NoTime::Unread => {
                    "must be a time such as +6h, -2d, 2026-11-23 10:00 or 2026-11-23T09:00:00Z"
                        .to_owned()
                }
                NoTime::OutOfRange | NoTime::Skipped => why.to_string(),
            });
        }
    };
    value.ok_or_else(|| right.to_owned())
}

/// Reads a time. `+6h` and `-2d` are counted from `now`.
fn instant(playbook: &Playbook, text: &str, now: UnixMs) -> Result<UnixMs, NoTime> {
    let span = |text: &str| Millis::parse(text).ok_or(NoTime::Unread);
    let time = match text.as_bytes().first() {
        Some(b'+') => now + span(&text[1..])?,
        Some(b'-') => now - span(&text[1..])?,
        _ => return playbook.time_of_text(text),
    };
    let is_there = time.0.abs() <= UnixMs::MAX.0;
    is_there.then_some(time).ok_or(NoTime::Unread)
}
