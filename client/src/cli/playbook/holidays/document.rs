//! Adds closed dates to a calendar in the text of a playbook, so that its comments stay. Of the many ways to write
//! YAML, those are known that people use; where it is written otherwise, it is said where to add the dates by hand.

use crate::cli::failure::Failure;
use crate::cli::render::words;
use jiff::civil::Date;
use signpost_domain::ids::Slug;
use signpost_domain::playbook::Playbook;
use std::path::Path;

/// A text as lines, and the place of one of them.
struct Lines<'t> {
    all: Vec<&'t str>,
}

/// The lines of a key: its own, and those below it.
#[derive(Clone, Copy)]
struct Block {
    key: usize,
    end: usize,
}

/// Adds the dates to the calendar in a file, and gives how many were not there.
///
/// # Errors
/// [`Failure::Fix`] if the file is no playbook, has no such calendar, or is written in a way that is not known; then
/// nothing changes, and the failure says where to add the dates by hand.
pub(super) fn add(file: &Path, calendar: &Slug, dates: &[Date]) -> Result<usize, Failure> {
    let name = file.display();
    let before = super::super::read(file)?;
    let failed = |what: String| Failure::Fix(format!("{name}: {what}"));
    if let Err(faults) = Playbook::read(&before) {
        let faults = (faults.found.len() + faults.more) as u64;
        let faults = words::counted(faults, "fault");
        return Err(failed(format!(
            "has {faults}: signpost playbook check {name} says which"
        )));
    }
    let (after, added) = added(&before, calendar, dates).map_err(failed)?;
    if let Err(faults) = Playbook::read(&after) {
        return Err(failed(format!(
            "would have faults with these dates, and stays as it is:\n{faults}"
        )));
    }
    if added > 0 {
        std::fs::write(file, after).map_err(|error| failed(error.to_string()))?;
    }
    Ok(added)
}

/// The text with the dates that it does not have, and how many these are.
///
/// # Errors
/// Where to add them by hand.
fn added(text: &str, calendar: &Slug, dates: &[Date]) -> Result<(String, usize), String> {
    let lines = Lines {
        all: text.split_inclusive('\n').collect(),
    };
    let all = Block {
        key: 0,
        end: lines.all.len(),
    };
    let found = lines.key("calendars", 0..all.end);
    let found =
        found.ok_or("has no calendars: write `calendars:` with the hours of this one first")?;
    let own = lines.key(calendar.as_str(), found.key + 1..found.end);
    let own = own.ok_or_else(|| {
        let line = found.key + 1;
        format!("line {line}: calendars has no {calendar}, or not on a line of its own")
    })?;
    let closed = lines.key("closed", own.key + 1..own.end);
    let there: String = lines.all[own.key..own.end].concat();
    let missing = dates.iter().map(Date::to_string);
    let missing: Vec<String> = missing.filter(|date| !there.contains(date)).collect();
    if missing.is_empty() {
        return Ok((text.to_owned(), 0));
    }
    let (place, line) = match closed {
        Some(closed) if lines.value(closed.key).is_empty() => {
            let last = lines.last_item(closed);
            let indent =
                last.map_or_else(|| lines.indent(closed.key) + 2, |last| lines.indent(last));
            let items = missing
                .iter()
                .map(|date| format!("{:indent$}- {date}\n", ""));
            let last = last.unwrap_or(closed.key);
            (last, ended(lines.all[last]) + &items.collect::<String>())
        }
        Some(closed) => (
            closed.key,
            in_brackets(lines.all[closed.key], 0, &missing, closed.key)?,
        ),
        None => match lines.value(own.key) {
            "" => {
                let indent = lines.indent(own.key + 1).max(lines.indent(own.key) + 1);
                let own_line = ended(lines.all[own.key]);
                (
                    own.key,
                    format!("{own_line}{:indent$}closed: [{}]\n", "", missing.join(", ")),
                )
            }
            _ => (own.key, in_braces(lines.all[own.key], &missing, own.key)?),
        },
    };
    let mut after = lines.all[..place].concat();
    after += &line;
    after += &lines.all[place + 1..].concat();
    Ok((after, missing.len()))
}

/// The line of a calendar that is on one line, with the dates.
fn in_braces(line: &str, dates: &[String], place: usize) -> Result<String, String> {
    if let Some(at) = line.find("closed:") {
        return in_brackets(line, at, dates, place);
    }
    match (line.find('{'), line.rfind('}'), line.find('#')) {
        (Some(_), Some(end), None) => {
            let (before, after) = line.split_at(end);
            let before = before.trim_end();
            Ok(format!("{before}, closed: [{}] {after}", dates.join(", ")))
        }
        _ => Err(by_hand(place)),
    }
}

/// The line with the dates at the end of the first list after the byte `from`.
fn in_brackets(line: &str, from: usize, dates: &[String], place: usize) -> Result<String, String> {
    let open = line[from..].find('[').map(|at| from + at);
    let close = open.and_then(|open| line[open..].find(']').map(|at| open + at));
    let (Some(open), Some(close)) = (open, close) else {
        return Err(by_hand(place));
    };
    let comma = match line[open + 1..close].trim().is_empty() {
        true => "",
        false => ", ",
    };
    let (before, after) = line.split_at(close);
    Ok(format!(
        "{}{comma}{}{after}",
        before.trim_end(),
        dates.join(", ")
    ))
}

fn by_hand(place: usize) -> String {
    format!(
        "line {}: the closed dates are written in a way that is not known here; add to them by hand what the command \
         prints without --write",
        place + 1
    )
}

/// A line with an end.
fn ended(line: &str) -> String {
    match line.ends_with('\n') {
        true => line.to_owned(),
        false => format!("{line}\n"),
    }
}

impl Lines<'_> {
    /// The number of blanks at the beginning of a line; 0 for a line that is not there.
    fn indent(&self, place: usize) -> usize {
        let line = self.all.get(place).copied().unwrap_or_default();
        line.len() - line.trim_start_matches(' ').len()
    }

    /// What stands behind the key of a line, without a comment.
    fn value(&self, place: usize) -> &str {
        let line = self.all[place];
        let (_, value) = line.split_once(':').unwrap_or_default();
        let value = value.split(" #").next().unwrap_or_default();
        value.trim()
    }

    fn has_content(&self, place: usize) -> bool {
        let line = self.all[place].trim();
        !line.is_empty() && !line.starts_with('#')
    }

    /// The block of a key among the keys on the first level of these lines.
    fn key(&self, name: &str, within: std::ops::Range<usize>) -> Option<Block> {
        let content = |place: &usize| self.has_content(*place);
        let first = within.clone().find(content)?;
        let level = self.indent(first);
        let is_key = |place: &usize| {
            let (key, _) = self.all[*place].split_once(':').unwrap_or_default();
            self.indent(*place) == level && key.trim().trim_matches(['"', '\'']) == name
        };
        let key = within.clone().filter(content).find(is_key)?;
        let below = |place: &usize| {
            let is_item = self.all[*place].trim_start().starts_with("- ");
            self.indent(*place) > level || self.indent(*place) == level && is_item
        };
        let end = (key + 1..within.end)
            .filter(content)
            .find(|place| !below(place));
        Some(Block {
            key,
            end: end.unwrap_or(within.end),
        })
    }

    /// The last item of a list that has each item on a line of its own.
    fn last_item(&self, of: Block) -> Option<usize> {
        let mut items = of.key + 1..of.end;
        items.rfind(|place| self.all[*place].trim_start().starts_with("- "))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const AROUND: [&str; 2] = ["tiers: []\ncalendars: # hours\n", "queues: {}\n"];

    fn with(calendars: &str, name: &str) -> Result<String, String> {
        let text = format!("{}{calendars}{}", AROUND[0], AROUND[1]);
        let dates: [Date; 2] = ["2026-12-25", "2027-01-01"].map(|date| date.parse().unwrap());
        let (after, _) = added(&text, &Slug::new(name).unwrap(), &dates)?;
        let inner = after.strip_prefix(AROUND[0]).unwrap();
        Ok(inner.strip_suffix(AROUND[1]).unwrap().to_owned())
    }

    #[test]
    fn dates_are_added_where_the_calendar_has_them() {
        for (before, after) in [
            (
                "  desk:\n    open: [always]\n    closed: [2026-12-25] # Christmas\n\n  shop: { open: [always] }\n",
                "  desk:\n    open: [always]\n    closed: [2026-12-25, 2027-01-01] # Christmas\n\n  shop: { open: [always] }\n",
            ),
            (
                "  desk:\n    closed:\n      - 2026-12-25 # Christmas\n    open: [always]\n",
                "  desk:\n    closed:\n      - 2026-12-25 # Christmas\n      - 2027-01-01\n    open: [always]\n",
            ),
            (
                "  shop: { open: [always] }\n  desk:\n    # Every day\n    open: [always]\n",
                "  shop: { open: [always] }\n  desk:\n    closed: [2026-12-25, 2027-01-01]\n    # Every day\n    open: [always]\n",
            ),
            (
                "  desk: { open: [always] }\n",
                "  desk: { open: [always], closed: [2026-12-25, 2027-01-01] }\n",
            ),
            (
                "  desk: { closed: [], open: [always] }\n",
                "  desk: { closed: [2026-12-25, 2027-01-01], open: [always] }\n",
            ),
        ] {
            assert_eq!(with(before, "desk").as_deref(), Ok(after));
        }
        let there = "  desk: { open: [always], closed: [2027-01-01, 2026-12-25] }\n";
        assert_eq!(with(there, "desk").as_deref(), Ok(there));
    }

    #[test]
    fn a_calendar_that_is_not_there_or_is_written_otherwise_says_where() {
        let none = with("  shop: { open: [always] }\n", "desk").unwrap_err();
        assert!(none.starts_with("line 2: calendars has no desk"), "{none}");
        let other = with("  desk: {\n    open: [always] }\n", "desk").unwrap_err();
        assert!(other.starts_with("line 3: "), "{other}");
        let none = added("tiers: []\n", &Slug::new("desk").unwrap(), &[]).unwrap_err();
        assert!(none.starts_with("has no calendars"), "{none}");
    }
}
