//! A first playbook of a company, written as a document with comments. Each assumption has a comment that says so.

use super::tiers::{self, DraftTier};
use crate::cli::render::words;
use signpost_domain::playbook::limits::{PRIMARIES_MAX, SECONDARIES_MAX};
use signpost_domain::route::{Medium, Route};
use std::fmt::Write;

/// The maximum number of reasons of one level that are easy to choose from.
pub(super) const REASONS_EASY_MAX: usize = 8;

/// What is known of a company that has no playbook yet.
#[derive(Debug)]
pub(super) struct Draft {
    /// The comment lines at the top of the document, without `#`.
    pub(super) lead: Vec<String>,
    /// The name of the playbook.
    pub(super) name: String,
    /// The currency of the assumed amounts.
    pub(super) currency: String,
    /// The company's time zone.
    pub(super) time_zone: String,
    /// The language of the labels.
    pub(super) locale: String,
    /// The tiers, the most valuable first; the last one is the default.
    pub(super) tiers: Vec<DraftTier>,
    /// The channels on which contacts come in.
    pub(super) channels: Vec<DraftChannel>,
    /// The facts that reasons ask for.
    pub(super) facts: Vec<DraftFact>,
    /// The primary reasons, in the order of the menu.
    pub(super) primaries: Vec<Primary>,
    /// What is assumed of the company.
    pub(super) assumed: Assumed,
    /// The outcomes that a case can have, as id and label. If there are none, every outcome is allowed.
    pub(super) outcomes: &'static [(&'static str, &'static str)],
}

/// What is assumed of a company, so that a first look says something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Assumed {
    /// What a contact that fails costs, in units of the currency: for the most valuable tier, one in the middle, and
    /// the least valuable one.
    failure: [u64; 3],
    /// How long a written answer takes.
    written_wait: &'static str,
}

impl Assumed {
    /// Self-service is tried first for nearly everybody.
    pub(super) const SELF_SERVICE: Assumed = Assumed {
        failure: [20, 10, 4],
        written_wait: "2h",
    };
    /// Failing costs about as much as two calls: each channel has its natural route while its wait is short, and
    /// self-service comes in as the wait grows.
    pub(super) const BY_CHANNEL: Assumed = Assumed {
        failure: [24, 16, 12],
        written_wait: "30m",
    };
}

/// A channel on which contacts come in.
#[derive(Debug)]
pub(super) struct DraftChannel {
    /// The id of the channel.
    pub(super) id: String,
    /// The name of the channel.
    pub(super) label: String,
    /// The medium of the channel.
    pub(super) medium: Medium,
    /// Whether the medium is a guess.
    pub(super) guessed: bool,
}

/// A fact that reasons ask for.
#[derive(Clone, Copy, Debug)]
pub(super) struct DraftFact {
    /// The id of the fact.
    pub(super) id: &'static str,
    /// The type of the fact, as the format names it.
    pub(super) fact_type: &'static str,
    /// The label, with which the fact is asked for.
    pub(super) label: &'static str,
    /// The pattern that a text must match; `None` for no pattern.
    pub(super) pattern: Option<&'static str>,
}

/// A primary reason.
#[derive(Debug)]
pub(super) struct Primary {
    /// The id of the reason.
    pub(super) id: String,
    /// The name of the reason.
    pub(super) label: String,
    /// The stage of the life cycle, if it is known.
    pub(super) stage: Option<&'static str>,
    /// The fact that the reasons below it ask for, if any. It distinguishes one matter from another.
    pub(super) fact: Option<&'static str>,
    /// The number of rows of the table that name it; `None` if there is no table.
    pub(super) rows: Option<u64>,
    /// The secondary reasons below it.
    pub(super) secondary: Vec<Secondary>,
}

/// A secondary reason.
#[derive(Debug)]
pub(super) struct Secondary {
    /// The id of the reason.
    pub(super) id: String,
    /// The name of the reason.
    pub(super) label: String,
    /// The number of rows of the table that name it; `None` if there is no table.
    pub(super) rows: Option<u64>,
    /// The reasons that count with this one, as `primary/secondary`.
    pub(super) replaces: Vec<String>,
}

/// For each route, the assumed cost of handling and the probability that it resolves. The order decides between equal
/// costs.
const ROUTES: [(Route, &str, &str); 5] = [
    (Route::SelfService, "0.05", "0.55"),
    (Route::Chat, "4.10", "0.88"),
    (Route::Callback, "7.40", "0.94"),
    (Route::Human, "6.00", "0.94"),
    (Route::Message, "2.00", "0.72"),
];

/// The medium, as the format names it.
fn word(medium: Medium) -> &'static str {
    match medium {
        Medium::Voice => "voice",
        Medium::LiveText => "live_text",
        Medium::AsyncText => "async_text",
        Medium::InPerson => "in_person",
    }
}

/// The routes of a channel with this medium, the most natural one first.
fn routes(medium: Medium) -> &'static [Route] {
    match medium {
        Medium::Voice => &[
            Route::SelfService,
            Route::Human,
            Route::Callback,
            Route::Message,
        ],
        Medium::LiveText => &[
            Route::SelfService,
            Route::Chat,
            Route::Callback,
            Route::Message,
            Route::Human,
        ],
        Medium::AsyncText => &[Route::Message, Route::SelfService, Route::Callback],
        Medium::InPerson => &[Route::Human, Route::SelfService, Route::Message],
    }
}

const TIERS: &str = "\
# Customer groups, the most valuable first. The amounts are ASSUMPTIONS: put your own here. They decide how much dearer
# a route may be for whom. Keep the minutes of one order: one that is ten times as dear leaves the line at once.
";

/// What a minute of waiting costs, in hundredths: for the most valuable tier, one in the middle, and the least
/// valuable.
const WAITING_CENTS: [u64; 3] = [50, 40, 30];
/// How long customers should wait at most, in seconds: for the most valuable tier, one in the middle, and the least
/// valuable.
const WAITING_TARGET_S: [u64; 3] = [60, 120, 300];
/// Waiting targets are whole multiples of this, in seconds.
const WAITING_TARGET_STEP_S: u64 = 10;

const QUEUES: &str = "\
# One waiting line for all. The times are ASSUMPTIONS, used while the platform reports none. Give lines of their own to
# those who need other people or other hours, such as `calendar: office_hours`.
queues:
  service_desk: { label: {LOCALE: Service desk}, assumed_wait: 2m, assumed_handle_time: 6m }
  written_service: { label: {LOCALE: Written answers}, assumed_wait: WRITTEN_WAIT, assumed_handle_time: 5m }
";

const RULES: &str = "\
# The usual guards. Rules apply in this order; `signpost playbook check` warns where one of the usual is missing.
rules:
  - { id: asked_for_a_person, when: contact.asked_for_person, forbid: [self_service] }
  - { id: vulnerable_customer, when: customer.vulnerable, forbid: [self_service], need: 1.5 }
  - { id: third_contact_this_week, when: customer.contacts_7d >= 2, forbid: [self_service], prefer: { human: 3.00 } }
  - { id: answer_overdue, when: case.owed_overdue, forbid: [self_service], need: 2.0 }

costs: # ASSUMPTIONS
  leaving_channel: 1.00
  preferred_share: 0.1
  waiting_weight: { callback: 0.5 } # half of a minute on the line: free, but not helped yet

# Where a contact goes when nothing else is allowed, and one whose reason is not known.
last_resort: { route: message, queue: written_service }
";

impl Draft {
    /// The text of the document.
    pub(super) fn document(&self) -> String {
        let mut text = String::new();
        for line in &self.lead {
            text += &match line.as_str() {
                "" => "#\n".to_owned(),
                line => format!("# {line}\n"),
            };
        }
        text += &format!(
            "\nplaybook: {}\ncurrency: {}\ntime_zone: {}\nlocales: [{}]\n\n",
            self.name,
            quoted(&self.currency),
            quoted(&self.time_zone),
            quoted(&self.locale)
        );
        let locale = quoted(&self.locale);
        self.tiers(&mut text);
        self.channels(&mut text);
        let queues = QUEUES.replace("LOCALE", &locale);
        text += &queues.replace("WRITTEN_WAIT", self.assumed.written_wait);
        text.push('\n');
        self.facts(&mut text);
        self.reasons(&mut text);
        self.outcomes(&mut text);
        text += RULES;
        text
    }

    fn label(&self, text: &str) -> String {
        format!("{{{}: {}}}", quoted(&self.locale), quoted(text))
    }

    fn tiers(&self, text: &mut String) {
        *text += TIERS;
        let is_guessed = self.tiers.iter().any(|tier| tier.rows.is_some());
        if is_guessed && self.tiers.len() > 1 {
            *text +=
                "# CHECK: the order is a guess, from the names and from how many rows each has.\n";
        }
        *text += "tiers:\n";
        let count = self.tiers.len();
        for (place, tier) in self.tiers.iter().enumerate() {
            let of = |values: [u64; 3]| tiers::between(values, place, count);
            let target = of(WAITING_TARGET_S) / WAITING_TARGET_STEP_S * WAITING_TARGET_STEP_S;
            let (waiting, failure) = (
                of(WAITING_CENTS),
                of(self.assumed.failure.map(|it| it * 100)),
            );
            let default = match place + 1 == count {
                true => ",\n      default: true",
                false => "",
            };
            write(
                text,
                format_args!(
                    "  - {{ id: {}, label: {}, waiting_target: {}, waiting_cost_per_minute: {}, cost_of_failure: {}{default} \
                     }}{}\n",
                    tier.id,
                    self.label(&tier.label),
                    span(target),
                    hundredths(waiting),
                    hundredths(failure),
                    counted(tier.rows)
                ),
            );
        }
        text.push('\n');
    }

    fn channels(&self, text: &mut String) {
        *text += "# Where contacts come in, with the routes that can be given there.\nchannels:\n";
        let keypad = self.primaries.len() <= REASONS_EASY_MAX;
        for channel in &self.channels {
            let routes: Vec<&str> = routes(channel.medium)
                .iter()
                .map(|it| it.as_str())
                .collect();
            let spoken = match channel.medium {
                Medium::Voice if !keypad => ", keypad: false",
                _ => "",
            };
            let guess = match channel.guessed {
                true => " # CHECK: the medium is a guess",
                false => "",
            };
            write(
                text,
                format_args!(
                    "  {}: {{ medium: {}, label: {}, routes: [{}]{spoken} }}{guess}\n",
                    channel.id,
                    word(channel.medium),
                    self.label(&channel.label),
                    routes.join(", ")
                ),
            );
        }
        text.push('\n');
    }

    fn facts(&self, text: &mut String) {
        if self.facts.is_empty() {
            return;
        }
        *text +=
            "# What reasons ask for, once, and carry across every channel of the case.\nfacts:\n";
        for fact in &self.facts {
            let pattern = fact
                .pattern
                .map(|pattern| format!(", pattern: {}", quoted(pattern)));
            write(
                text,
                format_args!(
                    "  {}: {{ type: {}, label: {}{} }}\n",
                    fact.id,
                    fact.fact_type,
                    self.label(fact.label),
                    pattern.unwrap_or_default()
                ),
            );
        }
        text.push('\n');
    }

    fn reasons(&self, text: &mut String) {
        *text += "\
# Why customers come, in the order of the menu. Every `cost` and `resolves` below is an ASSUMPTION, the same for each
# reason: put what handling really costs, and which part it really settles. An open case is continued for 7d
# (`continues_for`), a resolved one reopened within 14d (`reopens_within`), unless a reason says otherwise.\n";
        let many = self.primaries.len().max(self.widest());
        if many > REASONS_EASY_MAX {
            *text += "# 6 to 8 of a level are easy to choose from; merge what is alike with `replaces`.\n";
        }
        *text += "reasons:\n";
        let routes = self.routes();
        for primary in &self.primaries {
            let rows = counted(primary.rows);
            write(
                text,
                format_args!(
                    "  - id: {}{rows}\n    label: {}\n",
                    primary.id,
                    self.label(&primary.label)
                ),
            );
            if let Some(stage) = primary.stage {
                write(text, format_args!("    stage: {stage}\n"));
            }
            *text += "    secondary:\n";
            for reason in &primary.secondary {
                self.secondary(text, primary, reason, &routes);
            }
        }
        text.push('\n');
    }

    fn outcomes(&self, text: &mut String) {
        if self.outcomes.is_empty() {
            return;
        }
        *text += "\
# What can come of a case that somebody resolves; with `reason`, only of those. Put your own.
outcomes:\n";
        for (id, label) in self.outcomes {
            let label = self.label(label);
            write(text, format_args!("  - {{ id: {id}, label: {label} }}\n"));
        }
        text.push('\n');
    }

    fn secondary(&self, text: &mut String, primary: &Primary, reason: &Secondary, routes: &str) {
        let rows = counted(reason.rows);
        let label = self.label(&reason.label);
        write(
            text,
            format_args!("      - id: {}{rows}\n        label: {label}\n", reason.id),
        );
        if let Some(fact) = primary.fact {
            write(
                text,
                format_args!("        facts: [{fact}]\n        case_key: [{fact}]\n"),
            );
        }
        if !reason.replaces.is_empty() {
            write(
                text,
                format_args!("        replaces: [{}]\n", reason.replaces.join(", ")),
            );
        }
        *text += "        routes:\n";
        *text += &routes.replace("FLOW", &reason.id);
    }

    /// The routes that at least one channel has, one on each line. `FLOW` stands for the name of the flow.
    fn routes(&self) -> String {
        let somewhere = |route: Route| {
            let mut channels = self.channels.iter();
            channels.any(|channel| routes(channel.medium).contains(&route))
        };
        let there = ROUTES.iter().filter(|(route, ..)| somewhere(*route));
        let lines = there.map(|(route, cost, resolves)| {
            let way = match route {
                Route::SelfService => "flow: FLOW",
                Route::Message => "queue: written_service",
                _ => "queue: service_desk",
            };
            format!("          {route}: {{ {way}, cost: {cost}, resolves: {resolves} }}\n")
        });
        lines.collect()
    }

    fn widest(&self) -> usize {
        let below = self.primaries.iter().map(|primary| primary.secondary.len());
        below.max().unwrap_or_default()
    }
}

/// The maximum number of reasons that a level can have: primary ones, and secondary ones below one primary.
pub(super) const LEVELS_MAX: (usize, usize) = (PRIMARIES_MAX, SECONDARIES_MAX);

fn counted(rows: Option<u64>) -> String {
    match rows {
        None => String::new(),
        Some(rows) => format!(" # {}", words::counted(rows, "row")),
    }
}

/// `1m`, or `1m30s`.
fn span(seconds: u64) -> String {
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds}s"),
        (minutes, 0) => format!("{minutes}m"),
        (minutes, seconds) => format!("{minutes}m{seconds}s"),
    }
}

fn hundredths(value: u64) -> String {
    format!("{}.{:02}", value / 100, value % 100)
}

fn write(text: &mut String, words: std::fmt::Arguments<'_>) {
    let _a_string_takes_all = text.write_fmt(words);
}

/// The text as a double-quoted scalar of YAML.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            // Characters that YAML takes for a line break, or does not accept.
            '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                write(&mut quoted, format_args!("\\u{:04x}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
