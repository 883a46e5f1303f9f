//! Limits on the number and size of everything in a playbook.

use crate::time::Millis;

/// The largest number of tiers.
pub const TIERS_MAX: usize = 16;
/// The largest number of locales.
pub const LOCALES_MAX: usize = 16;
/// The largest number of stages.
pub const STAGES_MAX: usize = 32;
/// The largest number of personas.
pub const PERSONAS_MAX: usize = 64;
/// The largest number of brands.
pub const BRANDS_MAX: usize = 64;
/// The largest number of kinds of consent.
pub const CONSENTS_MAX: usize = 32;
/// The largest number of channels.
pub const CHANNELS_MAX: usize = 64;
/// The largest number of calendars.
pub const CALENDARS_MAX: usize = 64;
/// The largest number of lines of opening hours in one calendar.
pub const CALENDAR_HOURS_MAX: usize = 64;
/// The largest number of dates in one calendar.
pub const CALENDAR_DATES_MAX: usize = 400;
/// The largest number of queues.
pub const QUEUES_MAX: usize = 1_000;
/// The largest number of skills that one queue requires.
pub const QUEUE_SKILLS_MAX: usize = 16;
/// The largest number of languages of one queue.
pub const QUEUE_LANGUAGES_MAX: usize = 32;
/// The largest number of queues that one route can lead to.
pub const QUEUE_CHOICES_MAX: usize = 64;
/// The largest number of entries of the last resort.
pub const LAST_RESORTS_MAX: usize = 16;
/// The largest number of facts.
pub const PLAYBOOK_FACTS_MAX: usize = 256;
/// The largest number of primary reasons.
pub const PRIMARIES_MAX: usize = 64;
/// The largest number of secondary reasons under one primary reason.
pub const SECONDARIES_MAX: usize = 64;
/// The largest number of facts that one reason, route or rule asks for.
pub const ASKED_FACTS_MAX: usize = 16;
/// The largest number of retired reasons that all reasons together replace.
pub const REPLACED_MAX: usize = 10_000;
/// The largest number of reasons that were split.
pub const SPLITS_MAX: usize = 256;
/// The largest number of parts of one split.
pub const SPLIT_PARTS_MAX: usize = 32;
/// The largest number of values of the fact that decides the part.
pub const SPLIT_VALUES_MAX: usize = 256;
/// The largest number of outcomes.
pub const OUTCOMES_MAX: usize = 128;
/// The largest number of rules.
pub const RULES_MAX: usize = 20_000;
/// The largest number of tests.
pub const TESTS_MAX: usize = 1_000;
/// The largest number of bytes in the name of a test.
pub const TEST_NAME_BYTES_MAX: usize = 200;
/// The largest number of values in one column of a rule.
pub const COLUMN_MAX: usize = 256;
/// The largest number of different `matches` patterns in all conditions together.
pub const CONDITION_PATTERNS_MAX: usize = 256;
/// The largest number of bytes in one text of a label.
pub const LABEL_BYTES_MAX: usize = 200;
/// The highest level of a skill.
pub const SKILL_LEVEL_MAX: u8 = 10;
/// The highest priority that a rule can set. The lowest is 0.
pub const PRIORITY_MAX: u8 = 10;
/// The priority of a contact if no rule sets another.
pub const PRIORITY_DEFAULT: u8 = 5;
/// The longest wait, handle time or waiting target.
pub const WAIT_MAX: Millis = Millis(30 * Millis::DAY.0);
/// The longest time for which a case is continued or reopened.
pub const CASE_WINDOW_MAX: Millis = Millis(3_650 * Millis::DAY.0);
/// The smallest need, in thousandths.
pub const NEED_MIN: u32 = 100;
/// The largest need, in thousandths.
pub const NEED_MAX: u32 = 20_000;
/// The largest weight of waiting, in hundredths.
pub const WAITING_WEIGHT_MAX: u16 = 10_000;
