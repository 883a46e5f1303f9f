//! How much of everything a playbook may have.

use crate::time::Millis;

/// Most tiers.
pub const TIERS_MAX: usize = 16;
/// Most locales.
pub const LOCALES_MAX: usize = 16;
/// Most stages.
pub const STAGES_MAX: usize = 32;
/// Most personas.
pub const PERSONAS_MAX: usize = 64;
/// Most brands.
pub const BRANDS_MAX: usize = 64;
/// Most kinds of consent.
pub const CONSENTS_MAX: usize = 32;
/// Most channels.
pub const CHANNELS_MAX: usize = 64;
/// Most calendars.
pub const CALENDARS_MAX: usize = 64;
/// Most lines of opening hours of one calendar.
pub const CALENDAR_HOURS_MAX: usize = 64;
/// Most dates of one calendar.
pub const CALENDAR_DATES_MAX: usize = 400;
/// Most queues.
pub const QUEUES_MAX: usize = 1_000;
/// Most skills that one queue asks for.
pub const QUEUE_SKILLS_MAX: usize = 16;
/// Most languages of one queue.
pub const QUEUE_LANGUAGES_MAX: usize = 32;
/// Most queues between which one route chooses.
pub const QUEUE_CHOICES_MAX: usize = 64;
/// Most entries of the last resort.
pub const LAST_RESORTS_MAX: usize = 16;
/// Most facts.
pub const PLAYBOOK_FACTS_MAX: usize = 256;
/// Most primary reasons.
pub const PRIMARIES_MAX: usize = 64;
/// Most secondary reasons under one primary.
pub const SECONDARIES_MAX: usize = 64;
/// Most facts that one reason, route or rule asks for.
pub const ASKED_FACTS_MAX: usize = 16;
/// Most retired reasons that all reasons together stand for.
pub const REPLACED_MAX: usize = 10_000;
/// Most reasons that became several.
pub const SPLITS_MAX: usize = 256;
/// Most parts of one of them.
pub const SPLIT_PARTS_MAX: usize = 32;
/// Most values of the fact that tells the part.
pub const SPLIT_VALUES_MAX: usize = 256;
/// Most outcomes.
pub const OUTCOMES_MAX: usize = 128;
/// Most rules.
pub const RULES_MAX: usize = 20_000;
/// Most tests.
pub const TESTS_MAX: usize = 1_000;
/// Most bytes of the name of a test.
pub const TEST_NAME_BYTES_MAX: usize = 200;
/// Most values in one column of a rule.
pub const COLUMN_MAX: usize = 256;
/// Most different `matches` patterns in all conditions together.
pub const CONDITION_PATTERNS_MAX: usize = 256;
/// Most bytes of one text of a label.
pub const LABEL_BYTES_MAX: usize = 200;
/// The highest level of a skill.
pub const SKILL_LEVEL_MAX: u8 = 10;
/// The highest priority that a rule can set; 0 is the lowest.
pub const PRIORITY_MAX: u8 = 10;
/// The priority of a contact for which no rule sets another.
pub const PRIORITY_DEFAULT: u8 = 5;
/// The longest wait, handle time or target.
pub const WAIT_MAX: Millis = Millis(30 * Millis::DAY.0);
/// The longest time for which a case is continued or reopened.
pub const CASE_WINDOW_MAX: Millis = Millis(3_650 * Millis::DAY.0);
/// The least need, in thousandths.
pub const NEED_MIN: u32 = 100;
/// The greatest need, in thousandths.
pub const NEED_MAX: u32 = 20_000;
/// The greatest weight of waiting, in hundredths.
pub const WAITING_WEIGHT_MAX: u16 = 10_000;
