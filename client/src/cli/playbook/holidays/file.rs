//! An iCalendar file: its lines, unfolded, and the events in it.

use super::event::Event;
use icalendar::parser::read_components;

/// The most events of one file.
pub(super) const EVENTS_MAX: usize = 20_000;
/// The most bytes of one unfolded line.
const LINE_BYTES_MAX: usize = 100_000;

/// A line of content, put together from the lines over which it is folded.
pub(super) struct Line {
    /// The number of the line in the file where it begins, from 1.
    pub(super) number: usize,
    pub(super) text: String,
}

impl Line {
    /// The name of the property in this line: what stands before its parameters and its value.
    pub(super) fn name(&self) -> &str {
        self.text.split([':', ';']).next().unwrap_or_default()
    }
}

/// The events of the file, in their order.
///
/// # Errors
/// What is wrong, with the line in the file.
pub(super) fn events(text: &str) -> Result<Vec<Event>, String> {
    let lines = unfolded(text)?;
    let Some(first) = lines.first() else {
        return Err(
            "is empty: must be an iCalendar file, from BEGIN:VCALENDAR to END:VCALENDAR".into(),
        );
    };
    let mut events = Vec::new();
    // The components that are open, each with the place of its first line.
    let mut open: Vec<(String, usize)> = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        let number = line.number;
        if !line.text.contains(':') {
            return Err(format!(
                "line {number} has no `:`: must be NAME:VALUE, or begin with a blank to go on with the line before"
            ));
        }
        let component = |word: &str| {
            let value = line.text.split_once(':').map(|(_, value)| value.trim());
            let value = value.filter(|_| line.name().eq_ignore_ascii_case(word));
            value.map(str::to_ascii_uppercase)
        };
        if let Some(name) = component("BEGIN") {
            open.push((name, place));
        } else if let Some(name) = component("END") {
            let Some((begun, start)) = open.pop().filter(|(begun, _)| *begun == name) else {
                return Err(format!(
                    "line {number} ends {name}, which is not what was begun last"
                ));
            };
            if begun == "VEVENT" {
                if events.len() == EVENTS_MAX {
                    return Err(format!(
                        "line {number}: there are more than {EVENTS_MAX} events"
                    ));
                }
                events.push(event(&lines[start..=place])?);
            }
        } else if open.is_empty() {
            return Err(format!(
                "line {number} is outside of a calendar: must be an iCalendar file, from BEGIN:VCALENDAR to END:VCALENDAR"
            ));
        }
        if open.first().is_some_and(|(name, _)| name != "VCALENDAR") {
            return Err(format!("line {} must be BEGIN:VCALENDAR", first.number));
        }
    }
    match open.last() {
        Some((name, start)) => Err(format!(
            "line {}: {name} is not ended by END:{name}; the file may be cut off",
            lines[*start].number
        )),
        None => Ok(events),
    }
}

fn event(lines: &[Line]) -> Result<Event, String> {
    let first = lines.first().map_or(0, |line| line.number);
    let mut text = String::new();
    for line in lines {
        text += &line.text;
        text += "\r\n";
    }
    // What the parser says has no place in the file.
    let read = read_components(&text).ok();
    match read.as_deref() {
        Some([component]) => Event::of(component, lines),
        _ => Err(format!(
            "line {first}: the event cannot be read: a line in it is not NAME;PARAMETER=VALUE:VALUE"
        )),
    }
}

/// The lines of content. A line that begins with a blank goes on with the line before.
fn unfolded(text: &str) -> Result<Vec<Line>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines: Vec<Line> = Vec::new();
    for (place, line) in text.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let number = place + 1;
        let folded = line.strip_prefix([' ', '\t']);
        match (folded, lines.last_mut()) {
            (Some(rest), Some(before)) => before.text += rest,
            (Some(_), None) => {
                return Err(format!(
                    "line {number} goes on with a line that is not there"
                ));
            }
            (None, _) if line.trim().is_empty() => {}
            (None, _) => lines.push(Line {
                number,
                text: line.to_owned(),
            }),
        }
        if lines
            .last()
            .is_some_and(|line| line.text.len() > LINE_BYTES_MAX)
        {
            return Err(format!(
                "line {number}: a line has over {LINE_BYTES_MAX} bytes"
            ));
        }
    }
    Ok(lines)
}
