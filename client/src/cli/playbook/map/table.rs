//! The map as a table: a head with what the map is about, the meaning of the letters, and a row for each reason and
//! tier.

use super::words::{Under, about, letters, local, under};
use super::{Chosen, ChosenBy};
use crate::cli::out::Paint;
use crate::cli::render::words;
use signpost_domain::playbook::Playbook;
use signpost_domain::playbook::map::{MapRow, WAIT_MINUTES};
use signpost_domain::route::Route;
use signpost_domain::time::UnixMs;

/// The columns of the terminal that one cell takes.
const CELL_WIDTH: usize = 3;
/// The head of the first column.
const WAITS: &str = "wait on every queue, min";
/// The maximum number of columns of the terminal for the first column of the table.
const FIRST_WIDTH_MAX: usize = 40;
/// The columns of a line of words. What does not fit goes to the next line.
const WIDTH: usize = 120;
/// The indent of a line below a reason.
pub(super) const BELOW_REASON: &str = "    ";
/// The indent of a line below a row.
const BELOW_ROW: &str = "      ";

/// The whole map for people.
pub(super) fn text(chosen: &Chosen<'_>, rows: &[MapRow], is_brief: bool, paint: Paint) -> String {
    let playbook = chosen.playbook;
    let mut text = head(chosen, is_brief, paint);
    let mut primary = None;
    for rows in rows.chunk_by(|one, other| one.reason == other.reason) {
        let Some(first) = rows.first() else { continue };
        let reason = &playbook.reason(first.reason).id;
        if primary.replace(&reason.primary) != Some(&reason.primary) {
            text += &format!("\n{}", waits(chosen, paint));
        }
        let gap = if is_brief { "" } else { "\n" };
        text += &format!("{gap}{}\n", paint.bold(&reason.to_string()));
        let of_all = playbook.map_about(chosen.asked, first.reason, rows);
        if !is_brief {
            for line in about(chosen, &of_all, rows) {
                text += &folded(BELOW_REASON, "", &line, |words| words.to_owned());
            }
        }
        for (tiers, first) in tiers_alike(chosen, rows, is_brief) {
            text += &line(first_width(playbook), &tiers.words, &letters(first, paint));
            if !is_brief {
                let lines = under(playbook, first, Some(&of_all), tiers.of.as_deref(), paint);
                text += &lines_under(&lines, paint);
            }
        }
    }
    text
}

/// Tiers that share one row, because they get the same routes at every wait.
pub(super) struct AlikeRows {
    /// The names of the tiers, or `all tiers`.
    pub(super) words: String,
    /// The most valuable of the tiers, if there are several; else `None`.
    of: Option<String>,
}

/// The rows of one reason, each with the tiers that share it. With `is_brief` only the letters are compared.
pub(super) fn tiers_alike<'r>(
    chosen: &Chosen<'_>,
    rows: &'r [MapRow],
    is_brief: bool,
) -> Vec<(AlikeRows, &'r MapRow)> {
    let playbook = chosen.playbook;
    let same = |one: &MapRow, other: &MapRow| {
        let is_same = one.cells == other.cells && one.floors == other.floors;
        let is_plain = one.tips.is_empty()
            && one.held.is_none()
            && one.out == other.out
            && one.resorts == other.resorts
            && one.out_of_reach == other.out_of_reach;
        is_same && (is_brief || is_plain)
    };
    let alike = rows.chunk_by(same).filter_map(|same| {
        let tiers = same.iter();
        let tiers = tiers.map(|row| playbook.tier(row.tier).id.to_string());
        let all = same.len() == playbook.tiers.len() && same.len() > 1;
        let words = match all {
            true => "all tiers".to_owned(),
            false => words::listed(tiers.clone()),
        };
        let of = tiers.take(1).next().filter(|_| same.len() > 1);
        Some((AlikeRows { words, of }, same.first()?))
    });
    alike.collect()
}

/// The lines to print below a row.
pub(super) fn lines_under(lines: &[Under], paint: Paint) -> String {
    let folded = lines
        .iter()
        .map(|line| folded(BELOW_ROW, &line.what, &line.why, |words| paint.dim(words)));
    folded.collect()
}

/// A line, folded at [`WIDTH`] between clauses. `first` is not folded. `style` is applied to `words`.
pub(super) fn folded(
    before: &str,
    first: &str,
    words: &str,
    style: impl Fn(&str) -> String,
) -> String {
    let (mut text, mut line) = (format!("{before}{first}"), String::new());
    let mut room = WIDTH.saturating_sub(columns(&text));
    for clause in clauses(words) {
        if columns(&line) + 1 + columns(&clause) > room && !line.is_empty() {
            text += &format!("{}\n{before}  ", style(&line));
            line.clear();
            room = WIDTH.saturating_sub(before.len() + 2);
        }
        if !line.is_empty() {
            line += " ";
        }
        line += &clause;
    }
    format!("{text}{}\n", style(&line))
}

/// The clauses of a text. A word that ends with `,`, `;`, `:` or `.` ends a clause. A word that begins with `(` begins
/// a clause.
fn clauses(words: &str) -> Vec<String> {
    let mut clauses: Vec<String> = Vec::new();
    let mut is_open = false;
    for word in words.split(' ') {
        let starts = !is_open || word.starts_with('(');
        match clauses.last_mut().filter(|_| !starts) {
            Some(clause) => {
                clause.push(' ');
                clause.push_str(word);
            }
            None => clauses.push(word.to_owned()),
        }
        is_open = !word.ends_with([',', ';', ':', '.']);
    }
    clauses
}

/// The head of the map: what it is about, and what the letters mean.
pub(super) fn head(chosen: &Chosen<'_>, is_brief: bool, paint: Paint) -> String {
    let playbook = chosen.playbook;
    let mut facts = vec![
        playbook.name.to_string(),
        when(playbook, chosen.asked.at),
        format!("amounts in {}", playbook.currency),
    ];
    let mut reasons = playbook.reasons.iter();
    if reasons.any(|reason| reason.deadline.is_some()) {
        facts.push(match chosen.asked.deadline_in {
            Some(span) => format!("deadlines in {span}"),
            None => "deadlines far away (--deadline-in)".to_owned(),
        });
    }
    let plain = |words: &str| words.to_owned();
    let dim = |words: &str| paint.dim(words);
    let mut head = folded("", "", &facts.join(" · "), plain);
    head += &folded("", "", &channel(chosen), plain);
    head += "a first contact for which nothing special is given\n";
    head += &format!("{}\n", legend(paint));
    head += "lower case: the last resort: no route of the reason can be taken   ";
    head += "*: tier floor: the route of a less valuable tier\n";
    if is_brief {
        head += &folded("", "", "columns are samples of waits", dim);
    } else {
        head += &folded(
            "",
            "",
            "columns are samples, the exact wait of a change is in a line below",
            dim,
        );
        if playbook.tiers.len() > 1 {
            let why =
                "a minute of waiting costs a more valuable tier more, so it leaves a queue sooner";
            head += &folded("", "", why, dim);
        }
    }
    head
}

/// `channel web_chat (the one with the most routes; --channel for phone, app, or all)`.
fn channel(chosen: &Chosen<'_>) -> String {
    let channels = chosen.playbook.channels.iter();
    let channels = channels.map(|channel| channel.id.as_str());
    if chosen.by == ChosenBy::All {
        return format!("all channels ({})", channels.collect::<Vec<_>>().join(", "));
    }
    let others: Vec<&str> = channels.filter(|id| *id != chosen.channel()).collect();
    let mut notes = Vec::new();
    if chosen.by == ChosenBy::Routes {
        notes.push("the one with the most routes".to_owned());
    }
    if !others.is_empty() {
        notes.push(format!("--channel for {}, or all", others.join(", ")));
    }
    match notes.is_empty() {
        true => format!("channel {}", chosen.channel()),
        false => format!("channel {} ({})", chosen.channel(), notes.join("; ")),
    }
}

/// The meaning of the letters.
fn legend(paint: Paint) -> String {
    let parts = Route::ALL.into_iter().map(|route| {
        let letter = paint.route(route, &route.letter().to_string());
        match route {
            Route::SelfService | Route::Callback => format!("{letter} {route}"),
            Route::Message => format!("{letter} {route}: agents, in their own time"),
            Route::Chat => format!("{letter} {route}: agents, live"),
            Route::Human => format!("{letter} {route}: a person, live"),
        }
    });
    parts.collect::<Vec<_>>().join("   ")
}

/// The line of waits above the columns.
pub(super) fn waits(chosen: &Chosen<'_>, paint: Paint) -> String {
    waits_behind(first_width(chosen.playbook), paint)
}

/// The line of waits, after a first column that is `width` wide.
pub(super) fn waits_behind(width: usize, paint: Paint) -> String {
    let minutes = WAIT_MINUTES.map(|minutes| minutes.to_string());
    let waits = line(width, WAITS, &minutes);
    paint.dim(waits.trim_end()) + "\n"
}

/// The width of the first column, which has the names of tiers.
pub(super) fn first_width(playbook: &Playbook) -> usize {
    let tiers = playbook.tiers.iter().map(|tier| tier.id.as_str());
    let together: usize = tiers.map(|id| id.chars().count() + 2).sum();
    together.clamp(WAITS.len(), FIRST_WIDTH_MAX)
}

/// `Mon 2026-03-02 10:00 Europe/Amsterdam`.
fn when(playbook: &Playbook, at: UnixMs) -> String {
    let name = playbook.time_zone.iana_name().unwrap_or("UTC");
    format!("{} {name}", local(playbook, at, "%a %Y-%m-%d %H:%M"))
}

/// A line of the table: first the text, then the cells, each aligned right.
pub(super) fn line(width: usize, first: &str, cells: &[String]) -> String {
    let mut line = format!("  {first:<width$}");
    for cell in cells {
        line += &" ".repeat(CELL_WIDTH.saturating_sub(columns(cell)).max(1));
        line += cell;
    }
    line + "\n"
}

/// The columns that a text takes, without its styles.
pub(super) fn columns(text: &str) -> usize {
    let parts = text.split('\u{1b}').enumerate();
    // The text between styles. Each style ends with its first `m`.
    let parts = parts.map(|(place, part)| match place {
        0 => part.chars().count(),
        _ => part
            .split_once('m')
            .map_or(0, |(_, rest)| rest.chars().count()),
    });
    parts.sum()
}
