//! The letters of every channel in one table. It shows on which channel a person can be reached at which wait.

use super::table::{
    BELOW_REASON, columns, first_width, folded, head, line, tiers_alike, waits_behind,
};
use super::words::{letters, no_deadline, out_of_each};
use super::{Chosen, json};
use crate::cli::out::Paint;
use crate::cli::render::words;
use serde_json::Value;
use signpost_domain::playbook::map::MapRow;

/// The maximum number of columns for the names of channels beside a row. Longer names stand above the row.
const CHANNELS_WIDTH_MAX: usize = 30;

/// One channel and all of its rows.
pub(super) struct OfChannel<'p> {
    pub(super) chosen: Chosen<'p>,
    pub(super) rows: Vec<MapRow>,
}

/// The map of each channel of the playbook.
pub(super) fn each<'p>(chosen: &Chosen<'p>) -> Vec<OfChannel<'p>> {
    let channels = chosen.playbook.channels_indexed();
    let each = channels.map(|(channel, _)| {
        let chosen = chosen.on(channel);
        let rows = chosen.rows();
        OfChannel { chosen, rows }
    });
    each.collect()
}

/// For each reason: the channels, those with the same letters together, and their tiers.
pub(super) fn text(chosen: &Chosen<'_>, channels: &[OfChannel<'_>], paint: Paint) -> String {
    let playbook = chosen.playbook;
    let ids = channels.iter().map(|it| it.chosen.channel().len() + 2);
    let names_width = ids.max().unwrap_or(0).max(CHANNELS_WIDTH_MAX);
    let tiers_width = first_width(playbook);
    let width = names_width + tiers_width;
    let mut text = head(chosen, true, paint);
    let mut primary = None;
    for (place, &reason) in chosen.reasons.iter().enumerate() {
        let id = &playbook.reason(reason).id;
        if primary.replace(&id.primary) != Some(&id.primary) {
            text += &format!("\n{}", waits_behind(width, paint));
        }
        text += &format!("{}\n", paint.bold(&id.to_string()));
        for line in notes(channels, place, chosen.tiers.len()) {
            text += &folded(BELOW_REASON, "", &line, |words| words.to_owned());
        }
        for (names, rows) in alike(channels, place, chosen.tiers.len()) {
            let mut names = match names.len() == channels.len() && names.len() > 1 {
                true => "all channels".to_owned(),
                false => words::listed(names.into_iter()),
            };
            if columns(&names) + 2 > names_width {
                text += &format!("  {names}\n");
                names.clear();
            }
            for (tiers, row) in tiers_alike(chosen, rows, true) {
                let first = format!("{names:<names_width$}{}", tiers.words);
                text += &line(width, &first, &letters(row, paint));
                names.clear();
            }
        }
    }
    text
}

/// For one reason: which routes are not available and why, with the channels for which that holds.
fn notes(channels: &[OfChannel<'_>], place: usize, tiers: usize) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    let mut of_channels: Vec<(String, Vec<String>)> = Vec::new();
    for OfChannel { chosen, rows } in channels {
        let rows = rows.chunks(tiers.max(1)).nth(place).unwrap_or_default();
        let Some(first) = rows.first() else { continue };
        let about = chosen.playbook.map_about(chosen.asked, first.reason, rows);
        if notes.is_empty() {
            notes.extend(no_deadline(chosen, &about));
        }
        let name = chosen.channel().to_owned();
        for line in out_of_each(chosen, &about, rows) {
            match of_channels.iter_mut().find(|(other, _)| *other == line) {
                Some((_, names)) => names.push(name.clone()),
                None => of_channels.push((line, vec![name.clone()])),
            }
        }
    }
    notes.extend(of_channels.into_iter().map(|(line, names)| {
        match names.len() == channels.len() {
            true => line,
            false => format!("{}: {line}", words::listed(names.into_iter())),
        }
    }));
    notes
}

/// The channels, grouped by equal cells for one reason, in the order of the playbook.
fn alike<'c>(
    channels: &'c [OfChannel<'_>],
    place: usize,
    tiers: usize,
) -> Vec<(Vec<String>, &'c [MapRow])> {
    let mut alike: Vec<(Vec<String>, &[MapRow])> = Vec::new();
    for OfChannel { chosen, rows } in channels {
        let rows = rows.chunks(tiers.max(1)).nth(place).unwrap_or_default();
        let is_same =
            |one: &MapRow, other: &MapRow| one.cells == other.cells && one.floors == other.floors;
        let known = alike.iter_mut().find(|(_, others)| {
            let mut pairs = others.iter().zip(rows);
            pairs.all(|(one, other)| is_same(one, other))
        });
        let name = chosen.channel().to_owned();
        match known {
            Some((names, _)) => names.push(name),
            None => alike.push((vec![name], rows)),
        }
    }
    alike
}

/// The maps of all channels as JSON.
pub(super) fn as_json(chosen: &Chosen<'_>, channels: &[OfChannel<'_>]) -> Value {
    let channels = channels.iter().map(|OfChannel { chosen, rows }| {
        serde_json::json!({
            "channel": chosen.channel(),
            "reasons": json::reasons(chosen, rows),
            "rows": rows.iter().map(|row| json::row(chosen, row)).collect::<Vec<_>>(),
        })
    });
    let channels = channels.collect();
    let mut map = json::head(chosen);
    map["channels"] = channels;
    map
}
