//! The lines under a reason or a row of a map: where the route changes and why, what the tier floor holds, and which
//! routes are not available.

use super::Chosen;
use crate::cli::out::Paint;
use signpost_domain::decision::IneligibilityCause;
use signpost_domain::playbook::Playbook;
use signpost_domain::playbook::map::{
    About, Cell, Desks, Floor, MapRow, Out, Resort, RowText, TipCause,
};
use signpost_domain::time::{Millis, UnixMs};

/// The format of times.
const TIME: &str = "%a %Y-%m-%d %H:%M";

/// A line below a row: first the main part, with styles, then the words after it.
pub(super) struct Under {
    pub(super) what: String,
    pub(super) why: String,
}

impl Under {
    fn plain(what: String) -> Under {
        Under {
            what,
            why: String::new(),
        }
    }
}

impl From<RowText> for Under {
    fn from(RowText { what, why }: RowText) -> Under {
        Under { what, why }
    }
}

/// The lines under a reason, for what holds for all tiers.
pub(super) fn about(chosen: &Chosen<'_>, about: &About, rows: &[MapRow]) -> Vec<String> {
    let playbook = chosen.playbook;
    let mut lines = Vec::new();
    if !about.not_offered.is_empty() {
        let routes = about.not_offered.iter().map(|route| route.as_str());
        let routes = routes.collect::<Vec<_>>().join(", ");
        lines.push(format!("{routes}: not offered on {}", chosen.channel()));
    }
    lines.extend(no_deadline(chosen, about));
    // If no route of the reason can be taken, its desks do not explain what happens.
    let desks = match about.desks {
        _ if rows.iter().any(|row| !row.resorts.is_empty()) => None,
        Desks::Open => Some("at this time all desks of this reason are open"),
        Desks::OpenButForMessages => Some(
            "at this time all desks of this reason are open that must be; a message waits for the other",
        ),
        Desks::None => Some("no route of this reason here needs a desk"),
        Desks::Closed => None,
    };
    lines.extend(desks.filter(|_| chosen.is_at_given).map(str::to_owned));
    lines.extend(what_is_out(playbook, about));
    for row in rows {
        let tips = row.tips.iter();
        let by_cost = tips.filter(|tip| matches!(tip.why, TipCause::Costs(..)));
        if by_cost.count() > 0 {
            let place = (row.reason, row.tier, chosen.asked.channel);
            let costs = playbook.minute_of_waiting(place);
            lines.extend(playbook.minute_words(row.tier, &costs));
        }
    }
    lines
}

/// The line that says that `--deadline-in` changes nothing for this reason; `None` if it changes something or is not
/// given.
pub(super) fn no_deadline(chosen: &Chosen<'_>, about: &About) -> Option<String> {
    let is_given = chosen.asked.deadline_in.is_some();
    let is_idle = about.deadline.is_none() && is_given;
    is_idle.then(|| "has no deadline: --deadline-in changes nothing here".to_owned())
}

/// The lines that all tiers share: routes that are not available, last resorts, and a deadline that cannot be met any
/// more.
fn what_is_out(playbook: &Playbook, about: &About) -> Vec<String> {
    let mut lines = not_to_be_had(playbook, &about.out);
    let resorts = about.resorts.iter();
    lines.extend(resorts.map(|resort| last_resort(playbook, resort)));
    lines.extend(about.out_of_reach.iter().map(|out| out.words()));
    lines
}

/// The lines that all tiers share, as [`what_is_out`], then those of single tiers.
pub(super) fn out_of_each(chosen: &Chosen<'_>, about: &About, rows: &[MapRow]) -> Vec<String> {
    let playbook = chosen.playbook;
    let mut lines = what_is_out(playbook, about);
    for row in rows {
        let tier = &playbook.tier(row.tier).id;
        let own = out_of_row(playbook, row, Some(about));
        lines.extend(own.into_iter().map(|line| format!("{tier}: {line}")));
    }
    lines
}

/// The same kind of lines for one row, without those that stand under its reason.
fn out_of_row(playbook: &Playbook, row: &MapRow, about: Option<&About>) -> Vec<String> {
    let mut lines = own_out(playbook, row, about);
    lines.extend(own_resorts(playbook, row, about));
    lines
}

fn own_out(playbook: &Playbook, row: &MapRow, about: Option<&About>) -> Vec<String> {
    let is_shared = |out: &Out| about.is_some_and(|about| about.out.contains(out));
    let out = row.out.iter().filter(|out| !is_shared(out)).cloned();
    not_to_be_had(playbook, &out.collect::<Vec<Out>>())
}

/// The lines of one row for its last resorts and its deadline that cannot be met any more.
fn own_resorts(playbook: &Playbook, row: &MapRow, about: Option<&About>) -> Vec<String> {
    let resorts = row.resorts.iter();
    let resorts = resorts.filter(|it| about.is_none_or(|about| !about.resorts.contains(it)));
    let mut lines: Vec<String> = resorts.map(|it| last_resort(playbook, it)).collect();
    let beyond = row.out_of_reach.iter();
    let beyond = beyond.filter(|_| about.is_none_or(|about| about.out_of_reach.is_none()));
    lines.extend(beyond.map(|out| out.words()));
    lines
}

/// The lines to print below a row, without those that are printed below its reason. `of` names the tier whose amounts
/// they are, where several tiers share the row.
pub(super) fn under(
    playbook: &Playbook,
    row: &MapRow,
    about: Option<&About>,
    of: Option<&str>,
    paint: Paint,
) -> Vec<Under> {
    let out = own_out(playbook, row, about).into_iter();
    let mut lines: Vec<Under> = out.map(Under::plain).collect();
    let name = |cell: Cell| got(cell, paint);
    let everywhere = row.everywhere.as_ref().zip(row.cells.first());
    lines.extend(everywhere.map(|(why, &cell)| why.line(cell, name, of).into()));
    lines.extend(row.tips.iter().map(|tip| tip.line(name).into()));
    let last = row.held.as_ref().zip(row.cells.last());
    lines.extend(last.map(|(held, &cell)| held.line(cell, name).into()));
    let resorts = own_resorts(playbook, row, about).into_iter();
    lines.extend(resorts.map(Under::plain));
    lines
}

/// A route in words.
fn got(cell: Cell, paint: Paint) -> String {
    let name = paint.route(cell.route, cell.route.as_str());
    match cell.last_resort {
        true => format!("{name} as the last resort"),
        false => name,
    }
}

/// `last resort: human (queue disruption_desk), although desk closed; opens Tue 2026-11-24 07:00`.
fn last_resort(playbook: &Playbook, resort: &Resort) -> String {
    let queue = resort.queue.as_ref();
    let queue = queue.map_or_else(String::new, |queue| format!(" (queue {queue})"));
    let why = match &resort.against {
        None => ", because no route of the reason can be taken".to_owned(),
        Some(why) => format!(", although {}", cause(playbook, why, ";")),
    };
    format!("last resort: {}{queue}{why}", resort.route)
}

/// `chat, callback, human: desk closed, opens Tue 2026-03-03 07:00`: one line for each cause.
fn not_to_be_had(playbook: &Playbook, out: &[Out]) -> Vec<String> {
    let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
    for out in out {
        let mut cause = cause(playbook, &out.why, ",");
        if out.from > Millis(0) {
            cause += &format!(", from a wait of {}", out.from);
        }
        match lines.iter_mut().find(|(other, _)| *other == cause) {
            Some((_, routes)) => routes.push(out.route.as_str()),
            None => lines.push((cause, vec![out.route.as_str()])),
        }
    }
    let lines = lines.into_iter();
    lines
        .map(|(cause, routes)| format!("{}: {cause}", routes.join(", ")))
        .collect()
}

fn cause(playbook: &Playbook, why: &IneligibilityCause, between: &str) -> String {
    let opens = |at: Option<UnixMs>| {
        at.map_or_else(String::new, |at| {
            format!("{between} opens {}", local(playbook, at, TIME))
        })
    };
    match why {
        IneligibilityCause::Closed(_, at) => format!("desk closed{}", opens(*at)),
        IneligibilityCause::NotStaffed(_, at) => format!("desk not staffed{}", opens(*at)),
        IneligibilityCause::TooLate(fact) => format!("would miss the deadline {fact}"),
        IneligibilityCause::ForbiddenByRule(rule) => format!("forbidden by the rule {rule}"),
        IneligibilityCause::ExcludedByRule(rule) => format!("not in the `only` of the rule {rule}"),
        // A map has no other causes.
        other => format!("{other:?}"),
    }
}

/// A time on the clock of the playbook, in this format.
pub(super) fn local(playbook: &Playbook, at: UnixMs, form: &str) -> String {
    let time = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    let local = time.to_zoned(playbook.time_zone.clone());
    local.strftime(form).to_string()
}

/// The letters of a row, each with a star if the tier floor holds the route.
pub(super) fn letters(row: &MapRow, paint: Paint) -> Vec<String> {
    let cells = row.cells.iter().zip(&row.floors);
    cells
        .map(|(cell, floor)| letter(*cell, floor.as_ref(), paint))
        .collect()
}

/// The letter of one cell, with a star if the tier floor holds the route.
pub(super) fn letter(cell: Cell, floor: Option<&Floor>, paint: Paint) -> String {
    let letter = cell.route.letter();
    let letter = match cell.last_resort {
        true => letter.to_ascii_lowercase(),
        false => letter,
    };
    let star = if floor.is_some() { "*" } else { "" };
    paint.route(cell.route, &format!("{star}{letter}"))
}
