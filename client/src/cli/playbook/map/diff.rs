//! The differences between the maps of two playbooks: only the rows and cells that change.

use super::table::{first_width, head, line, lines_under, waits};
use super::words::{letter, letters, under};
use super::{Chosen, json as data};
use crate::cli::out::Paint;
use crate::cli::render::words;
use serde_json::{Value, json};
use signpost_domain::playbook::Playbook;
use signpost_domain::playbook::map::MapRow;

/// A row before and after.
pub(super) struct Changed {
    pub(super) before: MapRow,
    pub(super) after: MapRow,
}

/// The rows in which a cell changes. A reason or a tier that only one of the two playbooks has is left out: `playbook
/// diff` shows it.
pub(super) fn compare(before: &Chosen<'_>, after: &Chosen<'_>) -> Vec<Changed> {
    let mut changed = Vec::new();
    for &reason in &before.reasons {
        let id = &before.playbook.reason(reason).id;
        let Some(&reason_after) = after.playbook.index.reasons.get(id) else {
            continue;
        };
        for &tier in &before.tiers {
            let id = &before.playbook.tier(tier).id;
            let Some(&tier_after) = after.playbook.index.tiers.get(id) else {
                continue;
            };
            let row = before.playbook.map_row(before.asked, reason, tier);
            let row_after = after
                .playbook
                .map_row(after.asked, reason_after, tier_after);
            if row.cells != row_after.cells {
                changed.push(Changed {
                    before: row,
                    after: row_after,
                });
            }
        }
    }
    changed
}

/// Each changed row, with `C>B` where a cell changes, and the waits at which the route now changes.
pub(super) fn text(
    chosen: &Chosen<'_>,
    (other, changed): (&Playbook, &[Changed]),
    is_brief: bool,
    paint: Paint,
) -> String {
    if changed.is_empty() {
        return format!("nobody on {} gets another route\n", chosen.channel());
    }
    let width = first_width(chosen.playbook);
    let mut text = head(chosen, is_brief, paint);
    text += &format!("\n{}", waits(chosen, paint));
    let same_reason = |one: &Changed, other: &Changed| one.before.reason == other.before.reason;
    for rows in changed.chunk_by(same_reason) {
        let Some(first) = rows.first() else { continue };
        let reason = &chosen.playbook.reason(first.before.reason).id;
        text += &format!("\n{}\n", paint.bold(&reason.to_string()));
        for Changed { before, after } in rows {
            let tier = &chosen.playbook.tier(before.tier).id;
            let old = letters(before, paint);
            let pairs = before.cells.iter().zip(&after.cells).zip(&after.floors);
            let new: Vec<String> = pairs
                .map(|((old, new), floor)| match old == new {
                    true => "·".to_owned(),
                    false => letter(*new, floor.as_ref(), paint),
                })
                .collect();
            text += &line(width, tier.as_str(), &old);
            text += &line(width, "  becomes", &new);
            if !is_brief {
                text += &lines_under(&under(other, after, None, None, paint), paint);
            }
        }
    }
    let cells = changed.iter().map(|row| {
        let pairs = row.before.cells.iter().zip(&row.after.cells);
        pairs.filter(|(old, new)| old != new).count() as u64
    });
    let (cells, rows) = (cells.sum::<u64>(), changed.len() as u64);
    let (cells, rows) = (words::counted(cells, "cell"), words::counted(rows, "row"));
    let digits = words::version(other.version.as_str());
    text + &format!("\n{cells} of {rows} other under {} {digits}\n", other.name)
}

/// The changed rows as JSON.
pub(super) fn as_json(chosen: &Chosen<'_>, other: &Playbook, changed: &[Changed]) -> Value {
    let rows = changed.iter().map(|Changed { before, after }| {
        let reason = &chosen.playbook.reason(before.reason).id;
        json!({
            "reason": reason.to_string(),
            "tier": chosen.playbook.tier(before.tier).id.as_str(),
            "routes": data::cells(before),
            "routes_after": data::cells(after),
            "tips": data::tips(before),
            "tips_after": data::tips(after),
            "ineligible_routes": data::out(chosen.playbook, before),
            "ineligible_routes_after": data::out(other, after),
        })
    });
    let mut map = data::head(chosen);
    map["playbook_version_after"] = json!(other.version.as_str());
    map["changed"] = rows.collect();
    map
}
