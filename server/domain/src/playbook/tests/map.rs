//! The map of the airline: who gets what as waits grow.

use super::{AIRLINE, read};
use crate::playbook::map::{MapAsked, WAIT_MINUTES};
use crate::playbook::{Faults, Playbook};
use crate::time::Millis;
use expect_test::expect;
use std::fmt::Write as _;

fn shown(playbook: &Playbook, asked: MapAsked) -> String {
    let mut text = String::new();
    for (reason, it) in playbook.reasons_indexed() {
        for (tier, _) in playbook.tiers_indexed() {
            let row = playbook.map_row(asked, reason, tier);
            let cells = row.cells.map(|cell| {
                let letter = cell.route.letter();
                match cell.last_resort {
                    true => letter.to_ascii_lowercase(),
                    false => letter,
                }
            });
            let cells: String = cells.iter().collect();
            let _fits = writeln!(text, "{cells} {} {}", playbook.tier(tier).id, it.id);
            for tip in &row.tips {
                let (to, wait, words) = (tip.to.route, tip.wait, tip.words());
                let _fits = writeln!(text, "    {to} from {wait}: {words}");
            }
            if let Some(held) = &row.held {
                let _fits = writeln!(text, "    {}", held.words());
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
        CBBBSSSSSS platinum existing_flight/change_date
            callback from 16s: chat 10.02 = waiting 1.07 + handling 4.10 + failure 4.86; callback 10.00 = waiting 0.27 + handling 6.30 + failure 2.43 + leaving the channel 1.00
            self_service from 9m32s: callback 19.63 = waiting 9.53 + handling 6.30 + failure 2.80 + leaving the channel 1.00; self_service 19.62 = handling 0.05 + failure 19.57
        CSSSSSSSSS gold existing_flight/change_date
            self_service from 15s: chat 6.24 = waiting 0.38 + handling 4.10 + failure 1.76; self_service 6.22 = handling 0.05 + failure 6.17
        SSSSSSSSSS standard existing_flight/change_date
        HSSSSSSSSS platinum existing_flight/cancel
            self_service from 5s: human 9.75 = waiting 0.33 + handling 6.00 + failure 2.42 + leaving the channel 1.00; self_service 9.72 = handling 0.05 + failure 9.67
        SSSSSSSSSS gold existing_flight/cancel
        SSSSSSSSSS standard existing_flight/cancel
        HHHHMMMMMM platinum baggage/lost
            message from 8m19s: human 62.89 = waiting 33.27 + handling 7.00 + failure 21.62 + leaving the channel 1.00; message 62.83 = waiting 1.66 + handling 2.50 + failure 57.67 + leaving the channel 1.00
        HHHMMMMMMM gold baggage/lost
            message from 4m43s: human 21.80 = waiting 7.08 + handling 7.00 + failure 6.73 + leaving the channel 1.00; message 21.80 = waiting 0.35 + handling 2.50 + failure 17.94 + leaving the channel 1.00
        MMMMMMMMMM standard baggage/lost
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
                assert!(tip.words().contains("kept by the tier floor because"));
            }
        }
    }
    assert!(met > 0);
    Ok(())
}
