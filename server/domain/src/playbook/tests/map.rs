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
            callback from 18s: waiting 1.20 against 0.30, failure 4.63 against 2.30, outweighs handling 4.10 against 6.30, leaving the channel 0.00 against 1.00
            self_service from 6m40s: waiting 6.67 against 0.00, handling 6.30 against 0.05, leaving the channel 1.00 against 0.00, outweighs failure 2.30 against 16.21
        CSSSSSSSSS gold existing_flight/change_date
            self_service from 21s: waiting 0.53 against 0.00, handling 4.10 against 0.05, outweighs failure 1.83 against 6.41
        SSSSSSSSSS standard existing_flight/change_date
        HSSSSSSSSS platinum existing_flight/cancel
            self_service from 3s: waiting 0.20 against 0.00, handling 6.00 against 0.05, leaving the channel 1.00 against 0.00, outweighs failure 2.10 against 9.20
        SSSSSSSSSS gold existing_flight/cancel
        SSSSSSSSSS standard existing_flight/cancel
        HHHMMMMMMM platinum baggage/lost
            message from 2m25s: waiting 24.17 against 1.21, handling 7.00 against 2.50, outweighs failure 15.38 against 42.80
        HHMMMMMMMM gold baggage/lost
            message from 1m32s: waiting 5.75 against 0.29, handling 7.00 against 2.50, outweighs failure 4.88 against 14.80
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
