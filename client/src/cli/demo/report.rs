//! The report on the morning, as text and as JSON. Nothing in it depends on how long the play took.

use super::seen::Seen;
use super::server::Proof;
use crate::cli::explain::Explain;
use crate::cli::failure::Failure;
use crate::cli::out::Paint;
use crate::cli::render::json::Embedded;
use crate::cli::render::table::{Column, table};
use crate::cli::render::{self, words};
use crate::cli::write::quoted;
use serde::Serialize;
use signpost_client::v1;
use std::path::Path;

/// All that the report is made from.
pub(super) struct Report<'a> {
    pub(super) seed: u64,
    pub(super) seen: &'a Seen,
    pub(super) counts: &'a [v1::ReasonCount],
    /// The playbook's tiers, the most valuable first.
    pub(super) tiers: &'a [String],
    pub(super) proof: &'a Proof,
    /// The folder of the store, if it was kept.
    pub(super) kept: Option<&'a Path>,
}

/// The figures of one primary reason and tier.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct Line {
    reason: String,
    tier: String,
    contacts: u64,
    repeats: u64,
    self_service: u64,
    message: u64,
    chat: u64,
    callback: u64,
    human: u64,
}

#[derive(Serialize)]
struct Summary {
    seed: u64,
    contacts: u64,
    anonymous: u64,
    writes: u64,
    opened: u64,
    continued: u64,
    reopened: u64,
    repeats: u64,
    channel_switches: u64,
    menus: u64,
    facts_asked: u64,
    asked_for_person: u64,
    live: u64,
    by_reason_and_tier: Vec<Line>,
    by_rule: Option<Embedded>,
    by_tier: Option<[Embedded; 2]>,
    by_channel_switch: Option<Embedded>,
    conserved: bool,
    decided_again: u64,
    broken: Vec<String>,
}

impl Report<'_> {
    /// The report as JSON.
    ///
    /// # Errors
    /// [`Failure::Other`] if an answer cannot be written as JSON; it always can.
    pub(super) fn json(&self) -> Result<String, Failure> {
        let seen = self.seen;
        let [opened, continued, reopened] = seen.joined;
        let by_tier = match &seen.samples.by_tier {
            Some((dear, usual)) => Some([Embedded::of(dear)?, Embedded::of(usual)?]),
            None => None,
        };
        let summary = Summary {
            seed: self.seed,
            contacts: seen.contacts,
            anonymous: seen.anonymous,
            writes: seen.writes,
            opened,
            continued,
            reopened,
            repeats: self.repeats(),
            channel_switches: seen.channel_switches,
            menus: seen.menus,
            facts_asked: seen.facts_asked,
            asked_for_person: seen.asked_for_person,
            live: seen.live,
            by_reason_and_tier: lines(self.counts, self.tiers),
            by_rule: seen
                .samples
                .by_rule
                .as_ref()
                .map(Embedded::of)
                .transpose()?,
            by_tier,
            by_channel_switch: seen
                .samples
                .by_switch
                .as_ref()
                .map(Embedded::of)
                .transpose()?,
            conserved: self.proof.broken.is_empty(),
            decided_again: self.proof.decided_again,
            broken: self.proof.broken.clone(),
        };
        serde_json::to_string_pretty(&summary).map_err(|error| Failure::Other(error.to_string()))
    }

    /// The report as text.
    pub(super) fn text(&self, paint: Paint) -> String {
        let mut text = format!(
            "{}\n",
            paint.bold("What went where: contacts by reason, tier and route taken")
        );
        text += &self.table(paint);
        text += &self.figures();
        text += &self.decisions(paint);
        text += &format!("\n{}\n", paint.bold("Conservation"));
        text += &self.verdict(paint);
        text += &format!("\n{}\n", paint.bold("Try next"));
        text += &self.next();
        text
    }

    fn repeats(&self) -> u64 {
        self.counts.iter().map(|count| count.repeat_count).sum()
    }

    fn table(&self, paint: Paint) -> String {
        const COLUMNS: [Column; 9] = [
            Column::Left("reason"),
            Column::Left("tier"),
            Column::Right("contacts"),
            Column::Right("repeats"),
            Column::Right("self-service"),
            Column::Right("message"),
            Column::Right("chat"),
            Column::Right("callback"),
            Column::Right("human"),
        ];
        let lines = lines(self.counts, self.tiers);
        let mut total = Line {
            reason: "all".to_owned(),
            ..Line::default()
        };
        for line in &lines {
            total.add(line);
        }
        let rows = lines.iter().chain([&total]).map(Line::row).collect();
        table(&COLUMNS, rows, paint)
    }

    fn figures(&self) -> String {
        let seen = self.seen;
        let [opened, continued, reopened] = seen.joined;
        format!(
            "A contact that took another route on the way, as after asking for a person, counts under each.\n\n\
             {} contacts came, {} of them anonymous; {} left before they had said what for.\n\
             {opened} opened a case, {continued} continued one, {reopened} reopened one.\n\
             {} repeats, {} of those who came back on another channel.\n\
             {} menus were shown, {} facts asked for, {} asked for a person on the way. {} are still live.\n",
            seen.contacts,
            seen.anonymous,
            seen.contacts - seen.joined.iter().sum::<u64>(),
            self.repeats(),
            seen.channel_switches,
            seen.menus,
            seen.facts_asked,
            seen.asked_for_person,
            seen.live,
        )
    }

    fn decisions(&self, paint: Paint) -> String {
        let samples = &self.seen.samples;
        let mut text = String::new();
        let mut show = |title: &str, answer: &v1::ContactAnswer| {
            text += &format!("\n{}\n", paint.bold(title));
            text += &indented(&render::answer(answer, Explain::Brief, paint));
        };
        if let Some(answer) = &samples.by_rule {
            show("A rule decides", answer);
        }
        if let Some((dear, usual)) = &samples.by_tier {
            show("The tier decides: the same contact as platinum …", dear);
            show("… and as standard", usual);
        }
        if let Some(answer) = &samples.by_switch {
            show(
                "A customer comes back on another channel, and is not asked again",
                answer,
            );
        }
        text
    }

    fn verdict(&self, paint: Paint) -> String {
        if self.proof.broken.is_empty() {
            let kept = format!(
                "all {} contacts are in exactly one place; {} decisions, computed again from the log, came out the \
                 same",
                self.proof.contacts, self.proof.decided_again
            );
            return format!("  {}\n", paint.green(&kept));
        }
        let broken = self.proof.broken.iter();
        broken.map(|what| format!("  {what}\n")).collect()
    }

    fn next(&self) -> String {
        // In a short morning nobody comes back.
        let back = self.seen.samples.by_switch.as_ref();
        let case = back.map_or_else(
            || "list".to_owned(),
            |answer| format!("get {}", answer.case_id),
        );
        match self.kept {
            Some(data) => format!(
                "  {}   # at the time at which the morning ended\n  \
                 signpost counts\n  signpost case {case}\n  signpost reasons --channel phone --language nl\n",
                opening(data),
            ),
            None => "  signpost demo --data ./demo-data          # keep the store and look around in it\n  \
                     signpostd --data ./data --sample airline --listen 127.0.0.1:7100\n  \
                     signpost route --channel phone --tier gold --reason existing_flight/change_date\n  \
                     signpost reasons --channel phone --language nl\n"
                .to_owned(),
        }
    }
}

/// The command that opens the folder as the demo left it. The morning is long over by the clock of the system: with
/// that clock, all that was due since would happen at once.
fn opening(data: &Path) -> String {
    let data = quoted(&data.display().to_string());
    format!("signpostd --data {data} --clock external --listen 127.0.0.1:7100")
}

impl Line {
    fn add(&mut self, other: &Line) {
        self.contacts += other.contacts;
        self.repeats += other.repeats;
        self.self_service += other.self_service;
        self.message += other.message;
        self.chat += other.chat;
        self.callback += other.callback;
        self.human += other.human;
    }

    fn row(&self) -> Vec<String> {
        let figures = [
            self.contacts,
            self.repeats,
            self.self_service,
            self.message,
            self.chat,
            self.callback,
            self.human,
        ];
        let mut row = vec![self.reason.clone(), self.tier.clone()];
        row.extend(figures.map(words::figure));
        row
    }
}

/// The counts of secondary reasons, added up for each primary reason and tier. Reasons are in the order of `counts`,
/// tiers in the order of the playbook.
fn lines(counts: &[v1::ReasonCount], tiers: &[String]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for count in counts {
        let taking = |route| render::taking(count, route);
        let line = Line {
            reason: primary_of(count).to_owned(),
            tier: count.tier.clone(),
            contacts: count.contact_count,
            repeats: count.repeat_count,
            self_service: taking(v1::Route::SelfService),
            message: taking(v1::Route::Message),
            chat: taking(v1::Route::Chat),
            callback: taking(v1::Route::Callback),
            human: taking(v1::Route::Human),
        };
        match lines
            .iter_mut()
            .find(|seen| seen.reason == line.reason && seen.tier == line.tier)
        {
            Some(seen) => seen.add(&line),
            None => lines.push(line),
        }
    }
    lines.sort_by_key(|line| {
        let reason = counts
            .iter()
            .position(|count| primary_of(count) == line.reason);
        let tier = tiers.iter().position(|tier| *tier == line.tier);
        (reason, tier)
    });
    lines
}

fn primary_of(count: &v1::ReasonCount) -> &str {
    count.reason.split('/').next().unwrap_or_default()
}

fn indented(text: &str) -> String {
    text.lines()
        .map(|line| {
            if line.is_empty() {
                "\n".to_owned()
            } else {
                format!("  {line}\n")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secondary_reasons_add_up_under_their_primary_one() {
        let count = |reason: &str, tier: &str, contacts| v1::ReasonCount {
            reason: reason.to_owned(),
            tier: tier.to_owned(),
            contact_count: contacts,
            route_counts: vec![v1::RouteCount {
                route: v1::Route::SelfService.into(),
                contact_count: contacts,
            }],
            ..Default::default()
        };
        let counts = [
            count("baggage/missing", "standard", 3),
            count("baggage/missing", "gold", 2),
            count("flight/date", "gold", 1),
            count("baggage/damaged", "gold", 5),
        ];
        let seen: Vec<_> = lines(&counts, &["gold".to_owned(), "standard".to_owned()])
            .into_iter()
            .map(|line| (line.reason, line.tier, line.contacts, line.self_service))
            .collect();
        let line =
            |reason: &str, tier: &str, count| (reason.to_owned(), tier.to_owned(), count, count);
        assert_eq!(
            seen,
            [
                line("baggage", "gold", 7),
                line("baggage", "standard", 3),
                line("flight", "gold", 1)
            ]
        );
    }
}
