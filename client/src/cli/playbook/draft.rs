//! A first playbook of a company, written out as a document with comments: what is an assumption says so.

use crate::cli::render::words;
use signpost_domain::playbook::limits::{PRIMARIES_MAX, SECONDARIES_MAX};
use signpost_domain::route::{Medium, Route};
use std::fmt::Write;

/// How many reasons of one level are easy to choose from.
pub(super) const REASONS_EASY_MAX: usize = 8;

/// What is known of a company before anybody wrote its playbook.
#[derive(Debug)]
pub(super) struct Draft {
    /// Lines that lead the document, without `#`.
    pub(super) lead: Vec<String>,
    /// Its name.
    pub(super) name: String,
    /// The currency of the assumed amounts.
    pub(super) currency: String,
    /// The company's time zone.
    pub(super) time_zone: String,
    /// The language of the labels.
    pub(super) locale: String,
    /// Where contacts come in.
    pub(super) channels: Vec<DraftChannel>,
    /// What reasons ask for.
    pub(super) facts: Vec<DraftFact>,
    /// Primary reasons in the order of the menu.
    pub(super) primaries: Vec<Primary>,
    /// What can come of a case: id and label; none: anything.
    pub(super) outcomes: &'static [(&'static str, &'static str)],
}

/// Where contacts come in.
#[derive(Debug)]
pub(super) struct DraftChannel {
    /// Its id.
    pub(super) id: String,
    /// Its name.
    pub(super) label: String,
    /// What kind of conversation.
    pub(super) medium: Medium,
    /// Whether the medium is a guess.
    pub(super) guessed: bool,
}

/// What reasons ask for.
#[derive(Clone, Copy, Debug)]
pub(super) struct DraftFact {
    /// Its id.
    pub(super) id: &'static str,
    /// Its type in the format.
    pub(super) fact_type: &'static str,
    /// How to ask for it.
    pub(super) label: &'static str,
    /// What a text must match.
    pub(super) pattern: Option<&'static str>,
}

/// A primary reason.
#[derive(Debug)]
pub(super) struct Primary {
    /// Its id.
    pub(super) id: String,
    /// Its name.
    pub(super) label: String,
    /// Where in the life cycle, if that is known.
    pub(super) stage: Option<&'static str>,
    /// What those below it ask for; the first tells one matter from another.
    pub(super) fact: Option<&'static str>,
    /// Rows of the table it was found in.
    pub(super) rows: Option<u64>,
    /// Those below it.
    pub(super) secondary: Vec<Secondary>,
}

/// A secondary reason.
#[derive(Debug)]
pub(super) struct Secondary {
    /// Its id.
    pub(super) id: String,
    /// Its name.
    pub(super) label: String,
    /// Rows of the table it was found in.
    pub(super) rows: Option<u64>,
    /// What counts with it, as `primary/secondary`.
    pub(super) replaces: Vec<String>,
}

/// The assumed cost of handling on each route and how likely it resolves; the order breaks ties.
const ROUTES: [(Route, &str, &str); 5] = [
    (Route::SelfService, "0.05", "0.55"),
    (Route::Chat, "4.10", "0.88"),
    (Route::Callback, "7.40", "0.94"),
    (Route::Human, "6.00", "0.94"),
    (Route::Message, "2.00", "0.72"),
];

/// As the format has it.
fn word(medium: Medium) -> &'static str {
    match medium {
        Medium::Voice => "voice",
        Medium::LiveText => "live_text",
        Medium::AsyncText => "async_text",
        Medium::InPerson => "in_person",
    }
}

/// The routes of a channel by its medium, the most natural first.
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
tiers:
  - { id: gold, label: {LOCALE: Gold}, waiting_target: 1m, waiting_cost_per_minute: 0.50, cost_of_failure: 20.00 }
  - { id: silver, label: {LOCALE: Silver}, waiting_target: 2m, waiting_cost_per_minute: 0.40, cost_of_failure: 10.00 }
  - { id: standard, label: {LOCALE: Standard}, waiting_target: 5m, waiting_cost_per_minute: 0.30, cost_of_failure: 4.00,
      default: true }
";

const QUEUES: &str = "\
# One waiting line for all. The times are ASSUMPTIONS, used while the platform reports none. Give lines of their own to
# those who need other people or other hours, such as `calendar: office_hours`.
queues:
  service_desk: { label: {LOCALE: Service desk}, assumed_wait: 2m, assumed_handle_time: 6m }
  written_service: { label: {LOCALE: Written answers}, assumed_wait: 2h, assumed_handle_time: 5m }
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
    /// The document.
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
        text += &TIERS.replace("LOCALE", &locale);
        text.push('\n');
        self.channels(&mut text);
        text += &QUEUES.replace("LOCALE", &locale);
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

    /// The routes that some channel has, a line each, with `FLOW` for the flow.
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

/// How many reasons a level can have at most, primary and secondary.
pub(super) const LEVELS_MAX: (usize, usize) = (PRIMARIES_MAX, SECONDARIES_MAX);

fn counted(rows: Option<u64>) -> String {
    match rows {
        None => String::new(),
        Some(rows) => format!(" # {}", words::counted(rows, "row")),
    }
}

fn write(text: &mut String, words: std::fmt::Arguments<'_>) {
    let _a_string_takes_all = text.write_fmt(words);
}

/// As a double-quoted scalar of YAML.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            // What YAML takes for a line break or does not take at all.
            '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                write(&mut quoted, format_args!("\\u{:04x}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
