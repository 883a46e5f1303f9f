//! A situation to decide on without a server: what the tests of a playbook, its map and its warnings ask about.

use super::{ChannelIndex, Playbook, ReasonIndex, TierIndex};
use crate::ability::Abilities;
use crate::contact::{ContactContext, CustomerRef, Direction, QueueStats};
use crate::customer::{Consent, Profile};
use crate::decision::{ContactStats, Decided, Formula, Memory, Question, decide};
use crate::fact::{Fact, FactSource, FactType, FactValue, Facts, Knowledge};
use crate::money::Money;
use crate::tags::Tags;
use crate::time::{Millis, UnixMs};
use jiff::civil;
use jiff::tz::AmbiguousOffset;

/// A Monday on which few calendars have a date of their own: 2 March 2026.
const ORDINARY_MONDAY: civil::Date = civil::date(2026, 3, 2);
/// The hour of that day, by the clock of the playbook's time zone, from which the others are looked at.
const ORDINARY_HOUR: i8 = 10;
/// The hours of a week.
const WEEK_HOURS: i64 = 7 * 24;
/// What stands for any text that a customer could tell: texts to try as one that no rule looks for. A rule that asks
/// which texts it is not holds for each of them; then it is the first.
const TEXTS: [&str; 3] = ["anything", "0", "ZZ-9"];
/// Whole numbers to try as one that no rule looks for.
const INTEGERS: [i64; 5] = [1, 30, 1_000, 0, 100_000];
/// Amounts to try, likewise, in whole units of the currency.
const AMOUNTS: [i64; 4] = [100, 1, 1_000, 100_000];
/// How far from now a time is that no rule looks for, likewise, in days.
const DAYS: [i64; 4] = [60, -1, -60, 2];

/// All that a decision may look at, without a store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Situation {
    /// The reason.
    pub reason: ReasonIndex,
    /// The tier that is reckoned with.
    pub tier: TierIndex,
    /// What the caller told.
    pub context: ContactContext,
    /// What is stored of the customer; `None` if anonymous.
    pub profile: Option<Profile>,
    /// What is known.
    pub facts: Facts,
    /// How things stand.
    pub standing: ContactStats,
    /// What the case remembers.
    pub memory: Memory,
}

impl Situation {
    /// The first contact of somebody of whom nothing is known but the tier, at the assumed waits.
    pub fn new(
        playbook: &Playbook,
        (reason, tier, channel): (ReasonIndex, TierIndex, ChannelIndex),
        now: UnixMs,
    ) -> Situation {
        let channel = &playbook.channels[usize::from(channel.0)].id;
        Situation {
            reason,
            tier,
            context: ContactContext {
                channel: channel.clone(),
                direction: Direction::Inbound,
                device: None,
                customer: CustomerRef::default(),
                case: None,
                previous_contact: None,
                reason: Some(playbook.reason(reason).id.clone()),
                facts: Facts::none(),
                stage: None,
                persona: None,
                sentiment_score: None,
                language: None,
                preferred_routes: Vec::new(),
                consents: Vec::new(),
                vulnerable: None,
                asked_for_person: false,
                brand: None,
                queue_stats: Vec::new(),
                cannot_use: Abilities::EMPTY,
                another_matter: false,
                matters: Vec::new(),
                tags: Tags::default(),
            },
            profile: None,
            facts: Facts::none(),
            standing: ContactStats {
                now,
                ..ContactStats::default()
            },
            memory: Memory::default(),
        }
    }

    /// The same, where all consents are given and each fact that the reason and its routes ask for is known with a
    /// value that no rule looks for. A text that every value sets off a rule by is some text that no rule names; a fact
    /// of another type is unknown then.
    pub fn ordinary(
        playbook: &Playbook,
        place: (ReasonIndex, TierIndex, ChannelIndex),
        now: UnixMs,
    ) -> Situation {
        let mut situation = Situation::new(playbook, place, now);
        let given = playbook.consents.iter().map(|id| Consent {
            id: id.clone(),
            granted: true,
        });
        situation.context.consents = given.collect();
        situation.profile = Some(Profile::default());
        situation.learn_ordinary_facts(playbook);
        situation
    }

    /// Every queue reports this wait.
    pub fn wait_everywhere(&mut self, playbook: &Playbook, wait: Millis) {
        let stats = &mut self.context.queue_stats;
        if stats.len() != playbook.queues.len() {
            let queues = playbook.queues.iter();
            *stats = queues.map(|queue| nothing_of(&queue.id)).collect();
        }
        for stats in stats {
            stats.expected_wait = Some(wait);
        }
    }

    /// A fact is known.
    pub fn know(&mut self, playbook: &Playbook, fact: super::FactIndex, value: FactValue) {
        self.facts.learn(Fact {
            id: playbook.fact(fact).id.clone(),
            knowledge: Knowledge::Known(value),
            source: FactSource::Customer,
            learnt_at: self.standing.now,
            currency: None,
        });
    }

    /// What is decided.
    pub fn decide(&self, playbook: &Playbook) -> Decided {
        decide(&self.question(playbook))
    }

    fn question<'a>(&'a self, playbook: &'a Playbook) -> Question<'a> {
        Question {
            playbook,
            reason: self.reason,
            tier: self.tier,
            context: &self.context,
            reported: &[],
            profile: self.profile.as_ref(),
            facts: &self.facts,
            standing: self.standing,
            memory: &self.memory,
            formula: Formula::Second,
        }
    }

    fn learn_ordinary_facts(&mut self, playbook: &Playbook) {
        let reason = playbook.reason(self.reason);
        let of_routes = reason.routes.iter().flat_map(|route| &route.facts);
        let asked = reason.facts.iter().chain(of_routes);
        for &fact in asked.chain(&reason.deadline) {
            let now = self.standing.now;
            let values: Vec<FactValue> = match playbook.fact(fact).fact_type {
                FactType::Text => TEXTS.map(|text| FactValue::Text(text.into())).to_vec(),
                FactType::Boolean => vec![FactValue::Boolean(false)],
                FactType::Integer => INTEGERS.map(FactValue::Integer).to_vec(),
                FactType::Money => {
                    let amounts = AMOUNTS.map(|whole| Money::from_micros(whole * 1_000_000));
                    amounts.map(FactValue::Money).to_vec()
                }
                FactType::Instant => {
                    let times = DAYS.map(|days| now + Millis(days * Millis::DAY.0));
                    times.map(FactValue::Instant).to_vec()
                }
            };
            let mut values = values.into_iter();
            let first = values.clone().next();
            let plain = values.find(|value| {
                let mut told = self.clone();
                told.know(playbook, fact, value.clone());
                !told.is_looked_for(playbook, fact)
            });
            // One that every value sets off a rule by stays unknown; but of texts there are so many others that a rule
            // which fires by all of these is one for whoever tells any.
            let any = first.filter(|value| matches!(value, FactValue::Text(_)));
            if let Some(value) = plain.or(any) {
                self.know(playbook, fact, value);
            }
        }
    }

    /// Whether a rule fires that looks at this fact.
    fn is_looked_for(&self, playbook: &Playbook, fact: super::FactIndex) -> bool {
        let fired = self.decide(playbook).decision.fired;
        let mut fired = fired.iter().filter_map(|fired| {
            let mut rules = playbook.rules.iter();
            rules.find(|rule| rule.id == fired.id)?.when.as_ref()
        });
        fired.any(|when| when.fields().contains(&super::condition::Field::Fact(fact)))
    }
}

/// A queue of which nothing is reported.
pub(super) fn nothing_of(queue: &crate::ids::Slug) -> QueueStats {
    QueueStats {
        queue: queue.clone(),
        staffed: None,
        available: None,
        waiting: None,
        handle_time: None,
        expected_wait: None,
    }
}

impl Playbook {
    /// A time at which the most queues are open: of the week of 2 March 2026 the first such hour from Monday 10:00 on,
    /// by the clock of the playbook's time zone.
    pub fn ordinary_time(&self) -> UnixMs {
        self.hour_of_week(|open, best| open > best)
    }

    /// A time of the same week at which the fewest queues are open.
    pub(super) fn quiet_time(&self) -> UnixMs {
        self.hour_of_week(|open, best| open < best)
    }

    fn hour_of_week(&self, is_better: fn(usize, usize) -> bool) -> UnixMs {
        let monday = ORDINARY_MONDAY.at(ORDINARY_HOUR, 0, 0, 0);
        let start = monday.to_zoned(self.time_zone.clone());
        let start = start.map_or(0, |start| start.timestamp().as_millisecond());
        let mut best = (self.open_queues(UnixMs(start)), UnixMs(start));
        for hour in 1..WEEK_HOURS {
            let now = UnixMs(start + hour * Millis::HOUR.0);
            let open = self.open_queues(now);
            if is_better(open, best.0) {
                best = (open, now);
            }
        }
        best.1
    }

    fn open_queues(&self, now: UnixMs) -> usize {
        let calendars = self.queues.iter().map(|queue| queue.calendar.as_ref());
        calendars
            .filter(|calendar| calendar.is_none_or(|calendar| calendar.is_open(now)))
            .count()
    }

    /// A point in time as people write it: `2026-11-23 10:00` by the clock of the playbook's time zone, or RFC 3339.
    ///
    /// # Errors
    /// When it is no time, or none that this clock shows.
    pub fn time_of_text(&self, text: &str) -> Result<UnixMs, NoTime> {
        let written = text.trim();
        let time = match written.parse::<jiff::Timestamp>() {
            Ok(time) => time,
            Err(_) => {
                let local: civil::DateTime = written.parse().map_err(|_| NoTime::Unread)?;
                let times = self.time_zone.to_ambiguous_zoned(local);
                if let AmbiguousOffset::Gap { .. } = times.offset() {
                    return Err(NoTime::Skipped);
                }
                // Of a time that the clock shows twice it is the first.
                let zoned = times.earlier().map_err(|_| NoTime::Unread)?;
                zoned.timestamp()
            }
        };
        let time = UnixMs(time.as_millisecond());
        let is_there = time.0.abs() <= UnixMs::MAX.0;
        is_there.then_some(time).ok_or(NoTime::Unread)
    }
}

/// Why a text is no point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTime {
    /// It does not read as one.
    #[error(
        "must be a time such as 2026-11-23 10:00, by the playbook's time zone, or 2026-11-23T09:00:00Z"
    )]
    Unread,
    /// The clocks skip it.
    #[error(
        "must be a time that the clock of the playbook's time zone shows; it is put forward then and skips this one"
    )]
    Skipped,
}
