//! The map of the airline: who gets what as waits grow.

use super::{AIRLINE, STORE, airline, read, store};
use crate::playbook::map::{MapAsked, WAIT_MINUTES};
use crate::playbook::{ChannelIndex, ReasonIndex, TierIndex};
use crate::playbook::{Faults, Playbook};
use crate::time::Millis;
use expect_test::expect;
use std::fmt::Write as _;

fn shown(playbook: &Playbook, asked: MapAsked) -> String {
    let mut text = String::new();
    for (reason, it) in playbook.reasons_indexed() {
        for (tier, _) in playbook.tiers_indexed() {
            let row = playbook.map_row(asked, reason, tier);
            let cells = row.cells.iter().zip(&row.floors).map(|(cell, floor)| {
                let letter = cell.route.letter();
                let letter = match cell.last_resort {
                    true => letter.to_ascii_lowercase(),
                    false => letter,
                };
                let star = if floor.is_some() { "*" } else { "" };
                format!("{star}{letter}")
            });
            let cells: String = cells.collect();
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

fn on(playbook: &Playbook, channel: &str, deadline_in: Option<&str>) -> MapAsked {
    let mut channels = playbook.channels_indexed();
    let found = channels.find(|(_, it)| it.id.as_str() == channel);
    MapAsked {
        channel: found.map_or(ChannelIndex(0), |(index, _)| index),
        at: playbook.ordinary_time(),
        deadline_in: deadline_in.and_then(Millis::parse),
    }
}

/// A deadline in ten minutes: what takes longer falls, and then comes too late.
#[test]
fn a_deadline_that_comes_nearer_takes_routes_away() -> Result<(), Faults> {
    let (playbook, _) = read(
        &store(&[("message: { queue: post", "message: { queue: calls_back")]).replace(
            "  post: { assumed_wait: 4h",
            "  calls_back: { assumed_wait: 4h, media: [async_text] }\n  post: { assumed_wait: 4h",
        ),
    )?;
    expect![[r#"
        HHHHSSSSSS gold order/cancel
            self_service from 5m13s: human was kept by the tier floor because guest has it until then; by its own cost self_service from 5m4s: human 33.21 = waiting 7.60 + handling 7.50 + failure 18.11; self_service 33.15 = handling 0.05 + failure 33.10
            message out from 10m: TooLate(Slug(leaves_at))
            human out from 10m: TooLate(Slug(leaves_at))
        HHHHSSSSSS guest order/cancel
            self_service from 5m13s: human 24.13 = waiting 2.09 + handling 7.50 + failure 14.54; self_service 24.02 = handling 0.05 + failure 23.97
            message out from 10m: TooLate(Slug(leaves_at))
            human out from 10m: TooLate(Slug(leaves_at))
        SSSSSSSSSS gold order/where
        SSSSSSSSSS guest order/where
        HMMMMMMMMM gold account/sign_in
            message from 1m: human 8.38 = waiting 1.50 + handling 6.00 + failure 0.88; message 8.38 = waiting 0.08 + handling 2.00 + failure 5.30 + leaving the channel 1.00
        MMMMMMMMMM guest account/sign_in
    "#]].assert_eq(&shown(&playbook, on(&playbook, "phone", Some("10m"))));
    expect![[r#"
        CCCCC*C*CSSS gold order/cancel
            self_service from 27m24s: chat was kept by the tier floor because guest has it until then; by its own cost self_service from 14m49s: chat 34.95 = waiting 22.23 + handling 4.00 + failure 8.72; self_service 34.93 = handling 0.05 + failure 34.88
            message out from 33m: TooLate(Slug(leaves_at))
            chat out from 33m: TooLate(Slug(leaves_at))
            human out from 33m: TooLate(Slug(leaves_at))
        CCCCCCCSSS guest order/cancel
            self_service from 27m24s: chat 24.87 = waiting 10.96 + handling 4.00 + failure 9.91; self_service 24.83 = handling 0.05 + failure 24.78
            message out from 33m: TooLate(Slug(leaves_at))
            chat out from 33m: TooLate(Slug(leaves_at))
            human out from 33m: TooLate(Slug(leaves_at))
        SSSSSSSSSS gold order/where
        SSSSSSSSSS guest order/where
        HMMMMMMMMM gold account/sign_in
            message from 18s: human 8.33 = waiting 0.45 + handling 6.00 + failure 0.88 + leaving the channel 1.00; message 8.31 = waiting 0.02 + handling 2.00 + failure 5.29 + leaving the channel 1.00
        MMMMMMMMMM guest account/sign_in
    "#]].assert_eq(&shown(&playbook, on(&playbook, "web_chat", Some("33m"))));
    // A flow so dear that people are waited for to the last.
    let (playbook, _) = read(&store(&[
        ("self_service: { cost: 0.05", "self_service: { cost: 90.00"),
        (
            "rules:\n",
            "rules:\n  - { id: no_chat, tier: guest, forbid: [chat] }\n",
        ),
    ]))?;
    expect![[r#"
        CCCCCCH*CSS gold order/cancel
            human from 16m38s: chat 37.95 = waiting 24.95 + handling 4.00 + failure 9.00; human 37.95 = waiting 24.95 + handling 7.50 + failure 4.50 + leaving the channel 1.00
            chat from 28m: human 72.95 = waiting 42.00 + handling 7.50 + failure 22.45 + leaving the channel 1.00; chat 72.93 = waiting 42.00 + handling 4.00 + failure 26.93
            message from 31m43s: chat was kept by the tier floor because guest has it until then; by its own cost message from 29m49s: chat 106.48 = waiting 44.73 + handling 4.00 + failure 57.75; message 106.39 = waiting 2.24 + handling 2.00 + failure 101.16 + leaving the channel 1.00
            self_service from 33m: a message would miss the deadline leaves_at
            message out from 33m: TooLate(Slug(leaves_at))
            chat out from 33m: TooLate(Slug(leaves_at))
            human out from 33m: TooLate(Slug(leaves_at))
        HHHHHHHHSS guest order/cancel
            message from 31m23s: human 81.98 = waiting 12.55 + handling 7.50 + failure 60.93 + leaving the channel 1.00; message 81.98 = waiting 0.63 + handling 2.00 + failure 78.35 + leaving the channel 1.00
            self_service from 33m: a message would miss the deadline leaves_at
            message out from 33m: TooLate(Slug(leaves_at))
            chat out from 0s: ForbiddenByRule(Slug(no_chat))
            human out from 33m: TooLate(Slug(leaves_at))
        CMMMMMMMMM gold order/where
            message from 35s: chat 6.34 = waiting 0.88 + handling 3.00 + failure 2.47; message 6.33 = waiting 0.04 + handling 2.00 + failure 3.29 + leaving the channel 1.00
        MMMMMMMMMM guest order/where
            chat out from 0s: ForbiddenByRule(Slug(no_chat))
        HMMMMMMMMM gold account/sign_in
            message from 18s: human 8.33 = waiting 0.45 + handling 6.00 + failure 0.88 + leaving the channel 1.00; message 8.31 = waiting 0.02 + handling 2.00 + failure 5.29 + leaving the channel 1.00
        MMMMMMMMMM guest account/sign_in
    "#]].assert_eq(&shown(&playbook, on(&playbook, "web_chat", Some("33m"))));
    Ok(())
}

/// At night, when the desk is closed and the line is not: what is out, why, and from when on.
#[test]
fn what_is_closed_or_taken_by_a_rule_is_out_from_the_start() -> Result<(), Faults> {
    let (playbook, _) = read(&airline(&[(
        "  - { id: broken_promise,",
        "  - { id: no_flow, reason: existing_flight, channel: web_chat, tier: gold, forbid: [self_service, message] }\n  - { id: written, reason: baggage, tier: standard, only: [message] }\n  - { id: broken_promise,",
    )]))?;
    let night = MapAsked {
        at: crate::time::UnixMs(playbook.ordinary_time().0 + 14 * Millis::HOUR.0),
        ..on(&playbook, "web_chat", None)
    };
    expect![[r#"
        SSSSSSSSSS platinum existing_flight/change_date
            chat out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
            callback out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
            human out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
        mmmmmmmmmm gold existing_flight/change_date
            self_service out from 0s: ForbiddenByRule(Slug(no_flow))
            message out from 0s: ForbiddenByRule(Slug(no_flow))
            chat out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
            callback out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
            human out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
        SSSSSSSSSS standard existing_flight/change_date
            chat out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
            callback out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
            human out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
        SSSSSSSSSS platinum existing_flight/cancel
            human out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
        mmmmmmmmmm gold existing_flight/cancel
            self_service out from 0s: ForbiddenByRule(Slug(no_flow))
            message out from 0s: ForbiddenByRule(Slug(no_flow))
            human out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
        SSSSSSSSSS standard existing_flight/cancel
            human out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
        HHHHMMMMMM platinum baggage/lost
            message from 8m19s: human 62.89 = waiting 33.27 + handling 7.00 + failure 21.62 + leaving the channel 1.00; message 62.83 = waiting 1.66 + handling 2.50 + failure 57.67 + leaving the channel 1.00
        HHHMMMMMMM gold baggage/lost
            message from 4m43s: human 21.80 = waiting 7.08 + handling 7.00 + failure 6.73 + leaving the channel 1.00; message 21.80 = waiting 0.35 + handling 2.50 + failure 17.94 + leaving the channel 1.00
        MMMMMMMMMM standard baggage/lost
            human out from 0s: NotLeftByRule(Slug(written))
    "#]].assert_eq(&shown(&playbook, night));
    Ok(())
}

/// A platinum minute is dear and a gold one costs next to nothing: what gold waits for, platinum is given.
#[test]
fn the_floor_holds_up_to_the_longest_wait() -> Result<(), Faults> {
    let prices = [
        (
            "waiting_cost_per_minute: 4.00",
            "waiting_cost_per_minute: 9.00",
        ),
        (
            "waiting_cost_per_minute: 1.50, cost_of_failure: 12.00",
            "waiting_cost_per_minute: 0.05, cost_of_failure: 38.00",
        ),
    ];
    let (playbook, _) = read(&airline(&prices))?;
    let asked = on(&playbook, "web_chat", None);
    expect![[r#"
        CBB*C*C*C*C*B*B*B platinum existing_flight/change_date
            callback from 7s: chat 10.01 = waiting 1.05 + handling 4.10 + failure 4.86; callback 9.99 = waiting 0.26 + handling 6.30 + failure 2.43 + leaving the channel 1.00
            chat from 4m14s: chat by the tier floor because gold has it from then; by its own cost self_service
            callback from 23m21s: chat was kept by the tier floor because gold has it until then; by its own cost self_service from 4m14s: chat 47.79 = waiting 38.10 + handling 4.10 + failure 5.59; self_service 19.62 = handling 0.05 + failure 19.57; callback by the tier floor because gold has it from then; by its own cost self_service
            kept by the tier floor because gold has it; by its own cost self_service from 23m21s: callback 63.06 = waiting 52.54 + handling 6.30 + failure 3.23 + leaving the channel 1.00; self_service 22.63 = handling 0.05 + failure 22.58
        CCCCCCCBBB gold existing_flight/change_date
            callback from 23m21s: chat 9.92 = waiting 1.17 + handling 4.10 + failure 4.65; callback 9.92 = waiting 0.29 + handling 6.30 + failure 2.32 + leaving the channel 1.00
        SSSSSSSSSS standard existing_flight/change_date
        HSSSSSSSSS platinum existing_flight/cancel
            self_service from 2s: human 9.72 = waiting 0.30 + handling 6.00 + failure 2.42 + leaving the channel 1.00; self_service 9.71 = handling 0.05 + failure 9.66
        SSSSSSSSSS gold existing_flight/cancel
        SSSSSSSSSS standard existing_flight/cancel
        HHH*H*H*H*H*H*H*H platinum baggage/lost
            kept by the tier floor because gold has it; by its own cost message from 3m42s: human 62.92 = waiting 33.30 + handling 7.00 + failure 21.62 + leaving the channel 1.00; message 62.83 = waiting 1.67 + handling 2.50 + failure 57.67 + leaving the channel 1.00
        HHHHHHHHHH gold baggage/lost
        MMMMMMMMMM standard baggage/lost
    "#]].assert_eq(&shown(&playbook, asked));
    // Gold waits for a while, and then no more: the floor ends with it.
    let ends = [
        (
            "waiting_cost_per_minute: 4.00",
            "waiting_cost_per_minute: 9.00",
        ),
        (
            "waiting_cost_per_minute: 1.50, cost_of_failure: 12.00",
            "waiting_cost_per_minute: 0.40, cost_of_failure: 38.00",
        ),
    ];
    let (playbook, _) = read(&airline(&ends))?;
    let asked = on(&playbook, "web_chat", None);
    expect![[r#"
        CBB*B*B*B*B*B*B*B platinum existing_flight/change_date
            callback from 7s: chat 10.01 = waiting 1.05 + handling 4.10 + failure 4.86; callback 9.99 = waiting 0.26 + handling 6.30 + failure 2.43 + leaving the channel 1.00
            kept by the tier floor because gold has it; by its own cost self_service from 4m14s: callback 19.62 = waiting 9.53 + handling 6.30 + failure 2.80 + leaving the channel 1.00; self_service 19.62 = handling 0.05 + failure 19.57
        CCCBBBBBBB gold existing_flight/change_date
            callback from 2m56s: chat 9.92 = waiting 1.17 + handling 4.10 + failure 4.65; callback 9.92 = waiting 0.29 + handling 6.30 + failure 2.32 + leaving the channel 1.00
        SSSSSSSSSS standard existing_flight/change_date
        HSSSSSSSSS platinum existing_flight/cancel
            self_service from 2s: human 9.72 = waiting 0.30 + handling 6.00 + failure 2.42 + leaving the channel 1.00; self_service 9.71 = handling 0.05 + failure 9.66
        SSSSSSSSSS gold existing_flight/cancel
        SSSSSSSSSS standard existing_flight/cancel
        HHH*H*H*H*H*H*H*H platinum baggage/lost
            kept by the tier floor because gold has it; by its own cost message from 3m42s: human 62.92 = waiting 33.30 + handling 7.00 + failure 21.62 + leaving the channel 1.00; message 62.83 = waiting 1.67 + handling 2.50 + failure 57.67 + leaving the channel 1.00
        HHHHHHHHHH gold baggage/lost
        MMMMMMMMMM standard baggage/lost
    "#]].assert_eq(&shown(&playbook, asked));
    Ok(())
}

/// A tip is the first second at which it is otherwise.
#[test]
fn a_tip_is_exact_to_the_second() -> Result<(), Faults> {
    let (playbook, _) = read(AIRLINE)?;
    let asked = on(&playbook, "web_chat", None);
    let mut met = 0;
    for (reason, _) in playbook.reasons_indexed() {
        for (tier, _) in playbook.tiers_indexed() {
            for tip in playbook.map_row(asked, reason, tier).tips {
                let at = |wait: Millis| first(&playbook, asked, (reason, tier), wait);
                assert_eq!(at(Millis(tip.wait.0 - Millis::SECOND.0)), tip.from.route);
                assert_eq!(at(tip.wait), tip.to.route);
                met += 1;
            }
        }
    }
    assert!(met >= 5, "{met}");
    Ok(())
}

fn first(
    playbook: &Playbook,
    asked: MapAsked,
    (reason, tier): (ReasonIndex, TierIndex),
    wait: Millis,
) -> crate::route::Route {
    let place = (reason, tier, asked.channel);
    let mut situation = crate::playbook::situation::Situation::ordinary(playbook, place, asked.at);
    situation.wait_everywhere(playbook, wait);
    let decision = situation.decide(playbook).decision;
    decision.first().expect("there always is one").route
}

/// Of channels with as many routes it is the first.
#[test]
fn the_richest_channel_has_the_most_routes() -> Result<(), Faults> {
    let richest = |source: &str| {
        let (playbook, _) = read(source)?;
        let channel = playbook.richest_channel();
        Ok::<_, Faults>(playbook.channels[usize::from(channel.0)].id.to_string())
    };
    assert_eq!(richest(STORE)?, "web_chat");
    let phone = "routes: [self_service, callback, human, message] }";
    let all = "routes: [self_service, callback, human, message, chat] }";
    assert_eq!(richest(&airline(&[(phone, all)]))?, "phone");
    Ok(())
}
