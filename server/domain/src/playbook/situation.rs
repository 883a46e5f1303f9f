//! The input of a decision without a server. The tests, the map and the warnings of a playbook use it.

use super::{ChannelIndex, Playbook, ReasonIndex, TierIndex};
use crate::contact::{ContactContext, QueueStats};
use crate::customer::{Consent, Profile};
use crate::decision::{ContactStats, Decided, Formula, Memory, Question, decide};
use crate::fact::{Fact, FactSource, FactType, FactValue, Facts, Knowledge};
use crate::money::Money;
use crate::time::{Millis, UnixMs};
use jiff::civil;
use jiff::tz::AmbiguousOffset;

/// A Monday on which few calendars have special hours: 2 March 2026.
const ORDINARY_MONDAY: civil::Date = civil::date(2026, 3, 2);
/// The hour of this day, by the time zone of the playbook, at which the search starts.
const ORDINARY_HOUR: i8 = 10;
/// The number of hours in a week.
const WEEK_HOURS: i64 = 7 * 24;
/// Texts to try, until one is found that no rule reacts to. It stands for any text that a customer could send. If rules
/// react to all of them, because they are for every text but some, the first is used.
const TEXTS: [&str; 3] = ["anything", "0", "ZZ-9"];
/// Whole numbers to try, until one is found that no rule reacts to.
const INTEGERS: [i64; 5] = [1, 30, 1_000, 0, 100_000];
/// Amounts to try in the same way, in whole units of the currency.
const AMOUNTS: [i64; 4] = [100, 1, 1_000, 100_000];
/// Times to try in the same way, in days from now.
const DAYS: [i64; 4] = [60, -1, -60, 2];

/// Everything that a decision may use, without a store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Situation {
    /// The reason.
    pub reason: ReasonIndex,
    /// The tier that the decision uses.
    pub tier: TierIndex,
    /// What the caller sent.
    pub context: ContactContext,
    /// What is stored about the customer; `None` if the customer is not known.
    pub profile: Option<Profile>,
    /// The known facts.
    pub facts: Facts,
    /// The numbers about the customer and the case.
    pub standing: ContactStats,
    /// What the case remembers.
    pub memory: Memory,
}

impl Situation {
    /// The first contact of a customer of whom only the tier is known, with the assumed waits.
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
                reason: Some(playbook.reason(reason).id.clone()),
                ..ContactContext::on(channel.clone())
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

    /// The same, but all consents are given. Each fact that the reason and its routes ask for is known, with a value
    /// that no rule reacts to. If every value makes a rule apply, a text is one that no rule names, and any other fact
    /// stays unknown.
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

    /// Sets the wait that every queue reports.
    pub fn wait_everywhere(&mut self, playbook: &Playbook, wait: Millis) {
        let stats = &mut self.context.queue_stats;
        if stats.len() != playbook.queues.len() {
            let queues = playbook.queues.iter();
            *stats = queues
                .map(|queue| QueueStats::nothing_of(queue.id.clone()))
                .collect();
        }
        for stats in stats {
            stats.expected_wait = Some(wait);
        }
    }

    /// Adds a known fact.
    pub fn know(&mut self, playbook: &Playbook, fact: super::FactIndex, value: FactValue) {
        self.facts.learn(Fact {
            id: playbook.fact(fact).id.clone(),
            knowledge: Knowledge::Known(value),
            source: FactSource::Customer,
            learnt_at: self.standing.now,
            currency: None,
        });
    }

    /// The decision for this situation.
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
                let mut with_fact = self.clone();
                with_fact.know(playbook, fact, value.clone());
                !with_fact.is_looked_for(playbook, fact)
            });
            // A fact stays unknown if rules react to all of its values. A text does not: a rule that reacts to all of
            // these texts is a rule for everybody who sends any text.
            let any = first.filter(|value| matches!(value, FactValue::Text(_)));
            if let Some(value) = plain.or(any) {
                self.know(playbook, fact, value);
            }
        }
    }

    /// Whether a rule applies that uses this fact.
    fn is_looked_for(&self, playbook: &Playbook, fact: super::FactIndex) -> bool {
        let fired = self.decide(playbook).decision.fired;
        let mut fired = fired.iter().filter_map(|fired| {
            let mut rules = playbook.rules.iter();
            rules.find(|rule| rule.id == fired.id)?.when.as_ref()
        });
        fired.any(|when| when.fields().contains(&super::condition::Field::Fact(fact)))
    }
}

impl Playbook {
    /// A time at which the most queues are open: the first such hour after Monday, 2 March 2026, 10:00, within a week,
    /// by the time zone of the playbook.
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

    /// Reads a time as people write it: `2026-11-23 10:00` by the time zone of the playbook, or RFC 3339.
    ///
    /// # Errors
    /// If the text is not a time, or if the clock of the time zone skips this time.
    pub fn time_of_text(&self, text: &str) -> Result<UnixMs, NoTime> {
        let written = text.trim();
        let time = match written.parse::<jiff::Timestamp>() {
            Ok(time) => time,
            Err(_) => {
                let local = written.parse::<civil::DateTime>();
                // With a zone of its own it would have been read as it is, if it were in range.
                let zoned = written.trim_end_matches(['Z', 'z']);
                let local = local.map_err(|_| match zoned.parse::<civil::DateTime>() {
                    Ok(_) => NoTime::OutOfRange,
                    Err(_) => NoTime::Unread,
                })?;
                let times = self.time_zone.to_ambiguous_zoned(local);
                if let AmbiguousOffset::Gap { .. } = times.offset() {
                    return Err(NoTime::Skipped);
                }
                // If the clock shows the time twice, the first time is meant.
                let zoned = times.earlier().map_err(|_| NoTime::OutOfRange)?;
                zoned.timestamp()
            }
        };
        let time = UnixMs(time.as_millisecond());
        let is_there = time.0.abs() <= UnixMs::MAX.0;
        is_there.then_some(time).ok_or(NoTime::OutOfRange)
    }
}

/// Why a text is not a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTime {
    /// The text cannot be read as a time.
    #[error(
        "must be a time such as 2026-11-23 10:00, by the playbook's time zone, or 2026-11-23T09:00:00Z"
    )]
    Unread,
    /// The time is later or earlier than times can be.
    #[error("is out of range: must be before 9999-12-30")]
    OutOfRange,
    /// The clock skips this time.
    #[error(
        "must be another time: in the playbook's time zone, the clock is put forward and skips this one"
    )]
    Skipped,
}
