//! The map of the airline: who gets what as waits grow.

use super::{AIRLINE, read};
use crate::playbook::map::{MapAsked, WAIT_MINUTES};
use crate::playbook::{Faults, Playbook};
use crate::time::Millis;
use expect_test::expect;
use std::fmt::Write as _;

pub(super) fn shown(playbook: &Playbook, asked: MapAsked) -> String {
    let mut text = String::new();
    for (reason, it) in playbook.reasons_indexed() {
        let tiers = playbook.tiers_indexed();
        let rows = tiers.map(|(tier, _)| playbook.map_row(asked, reason, tier));
        let rows: Vec<_> = rows.collect();
        let about = playbook.map_about(asked, reason, &rows);
        let (id, desks) = (&it.id, about.desks);
        let _fits = writeln!(text, "{id}: desks {desks:?}, deadline {:?}", about.deadline);
        for route in &about.not_offered {
            let _fits = writeln!(text, "  {route} is not offered");
        }
        for out in &about.out {
            let _fits = writeln!(text, "  {} out for all", out.route);
        }
        for (row, (tier, _)) in rows.iter().zip(playbook.tiers_indexed()) {
            let cells = row.cells.map(|cell| {
                let letter = cell.route.letter();
                match cell.last_resort {
                    true => letter.to_ascii_lowercase(),
                    false => letter,
                }
            });
            let cells: String = cells.iter().collect();
            let _fits = writeln!(text, "  {cells} {}", playbook.tier(tier).id);
            let costs = playbook.minute_of_waiting((reason, tier, asked.channel));
            if let Some(words) = playbook.minute_words(tier, &costs) {
                let _fits = writeln!(text, "    {words}");
            }
            if let Some(everywhere) = &row.everywhere {
                let words = everywhere.words(row.cells[0], Some("it"));
                let _fits = writeln!(text, "    {words}");
            }
            for tip in &row.tips {
                let _fits = writeln!(text, "    {}", tip.words());
            }
            if let Some(held) = &row.held {
                let last = row.cells[WAIT_MINUTES.len() - 1];
                let _fits = writeln!(text, "    {}", held.words(last));
            }
            for resort in &row.resorts {
                let _fits = writeln!(text, "    {resort:?}");
            }
            if let Some(out_of_reach) = &row.out_of_reach {
                let _fits = writeln!(text, "    {}", out_of_reach.words());
            }
            for out in &row.out {
                let _fits = writeln!(
                    text,
                    "    {} out from {}: {:?}",
                    out.route, out.from, out.why
                );
            }
        }
    }
    text
}

#[test]
fn routes_by_reason_tier_and_wait() -> Result<(), Faults> {
    let (playbook, _) = read(AIRLINE)?;
    let asked = MapAsked {
        channel: playbook.richest_channel(),
        at: playbook.ordinary_time(),
        deadline_in: None,
    };
    expect![[r#"
        existing_flight/change_date: desks Open, deadline None
          CBBBSSSSSS platinum
            a minute of waiting costs platinum 4.00 (callback 1.00, message 0.20)
            from 16s callback instead of chat: waiting 0.80 less, handling 2.20 more, failure 2.43 less, leaving the channel 1.00 more
            from 9m32s self_service instead of callback: waiting 9.53 less, handling 6.25 less, failure 16.77 more, leaving the channel 1.00 less
          CSSSSSSSSS gold
            a minute of waiting costs gold 1.50 (callback 0.38, message 0.08)
            from 15s self_service instead of chat: waiting 0.38 less, handling 4.05 less, failure 4.40 more
          SSSSSSSSSS standard
            a minute of waiting costs standard 0.40 (callback 0.10, message 0.02)
            self_service at every wait; next best without a wait: message, 2.72 dearer for it
        existing_flight/cancel: desks Open, deadline None
          HSSSSSSSSS platinum
            a minute of waiting costs platinum 4.00 (message 0.20)
            from 5s self_service instead of human: waiting 0.33 less, handling 5.95 less, failure 7.25 more, leaving the channel 1.00 less
          SSSSSSSSSS gold
            a minute of waiting costs gold 1.50 (message 0.08)
            self_service at every wait; next best without a wait: human, 4.31 dearer for it
          SSSSSSSSSS standard
            a minute of waiting costs standard 0.40 (message 0.02)
            self_service at every wait; next best without a wait: message, 3.41 dearer for it
        baggage/lost: desks Open, deadline None
          HHHHMMMMMM platinum
            a minute of waiting costs platinum 4.00 (message 0.20)
            from 8m19s message instead of human: waiting 31.60 less, handling 4.50 less, failure 36.04 more (leaving the channel 1.00 in both)
          HHHMMMMMMM gold
            a minute of waiting costs gold 1.50 (message 0.08)
            from 4m43s message instead of human: waiting 6.72 less, handling 4.50 less, failure 11.21 more (leaving the channel 1.00 in both)
          MMMMMMMMMM standard
            a minute of waiting costs standard 0.40 (message 0.02)
            message at every wait; next best without a wait: human, 2.13 dearer for it
    "#]].assert_eq(&shown(&playbook, asked));
    Ok(())
}

#[test]
fn tips_are_where_the_answer_changes() -> Result<(), Faults> {
    let (playbook, _) = read(AIRLINE)?;
    let asked = |channel| MapAsked {
        channel,
        at: playbook.ordinary_time(),
        deadline_in: Some(Millis(3 * Millis::HOUR.0)),
    };
    let mut met = 0;
    for (channel, _) in playbook.channels_indexed() {
        for (reason, _) in playbook.reasons_indexed() {
            for (tier, _) in playbook.tiers_indexed() {
                let row = playbook.map_row(asked(channel), reason, tier);
                let mut cell = row.cells[0];
                for tip in &row.tips {
                    assert_eq!(tip.from, cell);
                    assert_ne!(tip.to, cell);
                    assert!(tip.wait.0 % Millis::SECOND.0 == 0 && tip.wait > Millis(0));
                    cell = tip.to;
                    met += 1;
                }
                assert_eq!(cell, row.cells[WAIT_MINUTES.len() - 1]);
            }
        }
    }
    assert!(met > 5, "{met}");
    Ok(())
}

#[test]
fn the_tier_floor_holds_what_the_less_valuable_tier_gets() -> Result<(), Faults> {
    let (playbook, _) = read(include_str!("../../../../../playbooks/airline.yaml"))?;
    let asked = MapAsked {
        channel: playbook.richest_channel(),
        at: playbook.ordinary_time(),
        deadline_in: None,
    };
    let mut met = 0;
    for (reason, _) in playbook.reasons_indexed() {
        for (tier, _) in playbook.tiers_indexed() {
            let row = playbook.map_row(asked, reason, tier);
            for (place, floor) in row.floors.iter().enumerate() {
                let Some(floor) = floor else { continue };
                let below = playbook.index.tiers[&floor.tier];
                let below = playbook.map_row(asked, reason, below);
                assert!(below.tier > tier);
                assert_eq!(below.cells[place].route, row.cells[place].route);
                assert_ne!(floor.own, row.cells[place].route);
                met += 1;
            }
            for tip in &row.tips {
                let Some(held) = &tip.kept else { continue };
                assert!(held.from < tip.wait);
                let words = tip.words();
                let tier = &held.floor.tier;
                let said = format!(
                    "{} until {}, because {tier} has it; then ",
                    tip.from.route, tip.wait
                );
                assert!(words.starts_with(&said), "{words}");
                assert!(words.contains(". By its own cost "), "{words}");
            }
        }
    }
    assert!(met > 0);
    Ok(())
}
