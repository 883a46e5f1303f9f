//! The map of the airline playbook: who gets which route as waits grow.

use super::{AIRLINE, STORE, airline, read, store};
use crate::playbook::map::{MapAsked, WAIT_MINUTES};
use crate::playbook::{ChannelIndex, ReasonIndex, TierIndex};
use crate::playbook::{Playbook, PlaybookFaults};
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
fn routes_by_reason_tier_and_wait() -> Result<(), PlaybookFaults> {
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
fn tips_are_where_the_answer_changes() -> Result<(), PlaybookFaults> {
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
fn the_tier_floor_holds_what_the_less_valuable_tier_gets() -> Result<(), PlaybookFaults> {
    // In the sample, the costs of a minute are similar. A tier with an expensive minute leaves the queue first.
    let sample = include_str!("../../../../../playbooks/airline.yaml");
    let (own, dear) = (
        "waiting_cost_per_minute: 0.80",
        "waiting_cost_per_minute: 4.00",
    );
    let dear = sample.replace(own, dear);
    assert_ne!(dear, sample);
    let playbook = Playbook::stored(&dear)?;
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

fn on(playbook: &Playbook, channel: &str, deadline_in: Option<&str>) -> MapAsked {
    let mut channels = playbook.channels_indexed();
    let found = channels.find(|(_, it)| it.id.as_str() == channel);
    MapAsked {
        channel: found.map_or(ChannelIndex(0), |(index, _)| index),
        at: playbook.ordinary_time(),
        deadline_in: deadline_in.and_then(Millis::parse),
    }
}

/// A deadline in ten minutes: the chance of slow routes falls, and then they come too late.
#[test]
fn a_deadline_that_comes_nearer_takes_routes_away() -> Result<(), PlaybookFaults> {
    let (playbook, _) = read(
        &store(&[("message: { queue: post", "message: { queue: calls_back")]).replace(
            "  post: { assumed_wait: 4h",
            "  calls_back: { assumed_wait: 4h, media: [async_text] }\n  post: { assumed_wait: 4h",
        ),
    )?;
    expect![[r#"
        order/cancel: desks Open, deadline Some(Slug(leaves_at))
          chat is not offered
          message out for all
          human out for all
          HHHHSSSSSS gold
            a minute of waiting costs gold 1.50 (message 0.08)
            human until 5m13s, because guest has it; then self_service. By its own cost self_service from 5m4s: waiting 7.60 less, handling 7.45 less, failure 14.99 more
            message out from 10m: TooLate(Slug(leaves_at))
            human out from 10m: TooLate(Slug(leaves_at))
          HHHHSSSSSS guest
            a minute of waiting costs guest 0.40 (message 0.02)
            from 5m13s self_service instead of human: waiting 2.09 less, handling 7.45 less, failure 9.42 more
            message out from 10m: TooLate(Slug(leaves_at))
            human out from 10m: TooLate(Slug(leaves_at))
        order/where: desks Open, deadline None
          chat is not offered
          SSSSSSSSSS gold
            a minute of waiting costs gold: message 0.08
            self_service at every wait; next best without a wait: message, 4.59 dearer for it
          SSSSSSSSSS guest
            a minute of waiting costs guest: message 0.02
            self_service at every wait; next best without a wait: message, 3.39 dearer for it
        account/sign_in: desks Open, deadline None
          HMMMMMMMMM gold
            a minute of waiting costs gold 1.50 (message 0.08)
            from 1m message instead of human: waiting 1.43 less, handling 4.00 less, failure 4.42 more, leaving the channel 1.00 more
          MMMMMMMMMM guest
            a minute of waiting costs guest 0.40 (message 0.02)
            message at every wait; next best without a wait: human, 1.85 dearer for it
    "#]].assert_eq(&shown(&playbook, on(&playbook, "phone", Some("10m"))));
    expect![[r#"
        order/cancel: desks Open, deadline Some(Slug(leaves_at))
          message out for all
          chat out for all
          human out for all
          CCCCC*C*CSSS gold
            a minute of waiting costs gold 1.50 (message 0.08)
            chat until 27m24s, because guest has it; then self_service. By its own cost self_service from 14m49s: waiting 22.23 less, handling 3.95 less, failure 26.16 more
            message out from 33m: TooLate(Slug(leaves_at))
            chat out from 33m: TooLate(Slug(leaves_at))
            human out from 33m: TooLate(Slug(leaves_at))
          CCCCCCCSSS guest
            a minute of waiting costs guest 0.40 (message 0.02)
            from 27m24s self_service instead of chat: waiting 10.96 less, handling 3.95 less, failure 14.87 more
            message out from 33m: TooLate(Slug(leaves_at))
            chat out from 33m: TooLate(Slug(leaves_at))
            human out from 33m: TooLate(Slug(leaves_at))
        order/where: desks Open, deadline None
          SSSSSSSSSS gold
            a minute of waiting costs gold 1.50 (message 0.08)
            self_service at every wait; next best without a wait: chat, 3.77 dearer for it
          SSSSSSSSSS guest
            a minute of waiting costs guest 0.40 (message 0.02)
            self_service at every wait; next best without a wait: chat, 3.17 dearer for it
        account/sign_in: desks Open, deadline None
          HMMMMMMMMM gold
            a minute of waiting costs gold 1.50 (message 0.08)
            from 18s message instead of human: waiting 0.43 less, handling 4.00 less, failure 4.41 more (leaving the channel 1.00 in both)
          MMMMMMMMMM guest
            a minute of waiting costs guest 0.40 (message 0.02)
            message at every wait; next best without a wait: human, 2.85 dearer for it
    "#]].assert_eq(&shown(&playbook, on(&playbook, "web_chat", Some("33m"))));
    Ok(())
}

/// A flow that is so expensive that people are preferred up to the longest wait.
#[test]
fn a_deadline_takes_people_away_at_the_last() -> Result<(), PlaybookFaults> {
    let (playbook, _) = read(&store(&[
        ("self_service: { cost: 0.05", "self_service: { cost: 90.00"),
        (
            "rules:\n",
            "rules:\n  - { id: no_chat, tier: guest, forbid: [chat] }\n",
        ),
    ]))?;
    expect![[r#"
        order/cancel: desks Open, deadline Some(Slug(leaves_at))
          message out for all
          human out for all
          CCCCCCH*CSS gold
            a minute of waiting costs gold 1.50 (message 0.08)
            from 16m38s human instead of chat: handling 3.50 more, failure 4.50 less, leaving the channel 1.00 more (waiting 24.95 in both)
            from 28m chat instead of human: handling 3.50 less, failure 4.48 more, leaving the channel 1.00 less (waiting 42.00 in both)
            chat until 31m43s, because guest has it; then message. By its own cost message from 29m49s: waiting 42.49 less, handling 2.00 less, failure 43.41 more, leaving the channel 1.00 more
            from 33m self_service instead of message: a message would miss the deadline leaves_at
            message out from 33m: TooLate(Slug(leaves_at))
            chat out from 33m: TooLate(Slug(leaves_at))
            human out from 33m: TooLate(Slug(leaves_at))
          HHHHHHHHSS guest
            a minute of waiting costs guest 0.40 (message 0.02)
            from 31m23s message instead of human: waiting 11.93 less, handling 5.50 less, failure 17.42 more (leaving the channel 1.00 in both)
            from 33m self_service instead of message: a message would miss the deadline leaves_at
            message out from 33m: TooLate(Slug(leaves_at))
            chat out from 0s: ForbiddenByRule(Slug(no_chat))
            human out from 33m: TooLate(Slug(leaves_at))
        order/where: desks Open, deadline None
          CMMMMMMMMM gold
            a minute of waiting costs gold 1.50 (message 0.08)
            from 35s message instead of chat: waiting 0.83 less, handling 1.00 less, failure 0.82 more, leaving the channel 1.00 more
          MMMMMMMMMM guest
            a minute of waiting costs guest 0.40 (message 0.02)
            message at every wait; next best without a wait: self_service, 86.56 dearer for it
            chat out from 0s: ForbiddenByRule(Slug(no_chat))
        account/sign_in: desks Open, deadline None
          HMMMMMMMMM gold
            a minute of waiting costs gold 1.50 (message 0.08)
            from 18s message instead of human: waiting 0.43 less, handling 4.00 less, failure 4.41 more (leaving the channel 1.00 in both)
          MMMMMMMMMM guest
            a minute of waiting costs guest 0.40 (message 0.02)
            message at every wait; next best without a wait: human, 2.85 dearer for it
    "#]].assert_eq(&shown(&playbook, on(&playbook, "web_chat", Some("33m"))));
    Ok(())
}

/// At night one queue is closed and another is open: which routes cannot be taken, why, and from which wait.
#[test]
fn what_is_closed_or_taken_by_a_rule_is_out_from_the_start() -> Result<(), PlaybookFaults> {
    let (playbook, _) = read(&airline(&[(
        "  - { id: broken_promise,",
        "  - { id: no_flow, reason: existing_flight, channel: web_chat, tier: gold, forbid: [self_service, message] }\n  - { id: written, reason: baggage, tier: standard, only: [message] }\n  - { id: broken_promise,",
    )]))?;
    let night = MapAsked {
        at: crate::time::UnixMs(playbook.ordinary_time().0 + 14 * Millis::HOUR.0),
        ..on(&playbook, "web_chat", None)
    };
    expect![[r#"
        existing_flight/change_date: desks Closed, deadline None
          chat out for all
          callback out for all
          human out for all
          SSSSSSSSSS platinum
            a minute of waiting costs platinum 4.00 (callback 1.00, message 0.20)
            self_service at every wait; next best without a wait: message, 0.25 dearer for it
            chat out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
            callback out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
            human out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
          mmmmmmmmmm gold
            a minute of waiting costs gold 1.50 (callback 0.38, message 0.08)
            Resort { route: Message, queue: Some(Slug(rebooking)), against: Some(ForbiddenByRule(Slug(no_flow))) }
            self_service out from 0s: ForbiddenByRule(Slug(no_flow))
            message out from 0s: ForbiddenByRule(Slug(no_flow))
            chat out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
            callback out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
            human out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
          SSSSSSSSSS standard
            a minute of waiting costs standard 0.40 (callback 0.10, message 0.02)
            self_service at every wait; next best without a wait: message, 2.72 dearer for it
            chat out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
            callback out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
            human out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
        existing_flight/cancel: desks Closed, deadline None
          human out for all
          SSSSSSSSSS platinum
            a minute of waiting costs platinum 4.00 (message 0.20)
            self_service at every wait; next best without a wait: message, 8.35 dearer for it
            human out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
          mmmmmmmmmm gold
            a minute of waiting costs gold 1.50 (message 0.08)
            Resort { route: Message, queue: Some(Slug(rebooking)), against: Some(ForbiddenByRule(Slug(no_flow))) }
            self_service out from 0s: ForbiddenByRule(Slug(no_flow))
            message out from 0s: ForbiddenByRule(Slug(no_flow))
            human out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
          SSSSSSSSSS standard
            a minute of waiting costs standard 0.40 (message 0.02)
            self_service at every wait; next best without a wait: message, 3.41 dearer for it
            human out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772517600000)))
        baggage/lost: desks Open, deadline None
          HHHHMMMMMM platinum
            a minute of waiting costs platinum 4.00 (message 0.20)
            from 8m19s message instead of human: waiting 31.60 less, handling 4.50 less, failure 36.04 more (leaving the channel 1.00 in both)
          HHHMMMMMMM gold
            a minute of waiting costs gold 1.50 (message 0.08)
            from 4m43s message instead of human: waiting 6.72 less, handling 4.50 less, failure 11.21 more (leaving the channel 1.00 in both)
          MMMMMMMMMM standard
            a minute of waiting costs standard 0.40 (message 0.02)
            message: the only route that can be taken
            human out from 0s: ExcludedByRule(Slug(written))
    "#]].assert_eq(&shown(&playbook, night));
    Ok(())
}

/// A minute is expensive for platinum and nearly free for gold. If gold waits for a route, platinum gets this route
/// too.
#[test]
fn the_floor_holds_up_to_the_longest_wait() -> Result<(), PlaybookFaults> {
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
        existing_flight/change_date: desks Open, deadline None
          CBB*C*C*C*C*B*B*B platinum
            a minute of waiting costs platinum 9.00 (callback 2.25, message 0.45)
            from 7s callback instead of chat: waiting 0.79 less, handling 2.20 more, failure 2.43 less, leaving the channel 1.00 more
            from 4m14s chat instead of callback: gold has it from then on, by its own cost it would be self_service
            chat until 23m21s, because gold has it; then callback. gold has it from then on, by its own cost it would be self_service. By its own cost self_service from 4m14s: waiting 38.10 less, handling 4.05 less, failure 13.98 more
            from 23m21s still callback, because gold has it. By its own cost self_service: waiting 52.54 less, handling 6.25 less, failure 19.35 more, leaving the channel 1.00 less
          CCCCCCCBBB gold
            a minute of waiting costs gold 0.05 (callback 0.01, message 0.00)
            from 23m21s callback instead of chat: waiting 0.88 less, handling 2.20 more, failure 2.32 less, leaving the channel 1.00 more
          SSSSSSSSSS standard
            a minute of waiting costs standard 0.40 (callback 0.10, message 0.02)
            self_service at every wait; next best without a wait: message, 2.72 dearer for it
        existing_flight/cancel: desks Open, deadline None
          HSSSSSSSSS platinum
            a minute of waiting costs platinum 9.00 (message 0.45)
            from 2s self_service instead of human: waiting 0.30 less, handling 5.95 less, failure 7.25 more, leaving the channel 1.00 less
          SSSSSSSSSS gold
            a minute of waiting costs gold 0.05 (message 0.00)
            self_service at every wait; next best without a wait: human, 0.07 dearer for it
          SSSSSSSSSS standard
            a minute of waiting costs standard 0.40 (message 0.02)
            self_service at every wait; next best without a wait: message, 3.41 dearer for it
        baggage/lost: desks Open, deadline None
          HHH*H*H*H*H*H*H*H platinum
            a minute of waiting costs platinum 9.00 (message 0.45)
            human at every wait; next best without a wait: message, 26.00 dearer for it
            from 3m42s still human, because gold has it. By its own cost message: waiting 31.64 less, handling 4.50 less, failure 36.04 more (leaving the channel 1.00 in both)
          HHHHHHHHHH gold
            a minute of waiting costs gold 0.05 (message 0.00)
            human at every wait; next best without a wait: message, 24.56 dearer for it
          MMMMMMMMMM standard
            a minute of waiting costs standard 0.40 (message 0.02)
            message at every wait; next best without a wait: human, 2.13 dearer for it
    "#]].assert_eq(&shown(&playbook, asked));
    // Gold waits for some time, and then no longer. The tier floor ends there.
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
        existing_flight/change_date: desks Open, deadline None
          CBB*B*B*B*B*B*B*B platinum
            a minute of waiting costs platinum 9.00 (callback 2.25, message 0.45)
            from 7s callback instead of chat: waiting 0.79 less, handling 2.20 more, failure 2.43 less, leaving the channel 1.00 more
            from 4m14s still callback, because gold has it. By its own cost self_service: waiting 9.53 less, handling 6.25 less, failure 16.77 more, leaving the channel 1.00 less
          CCCBBBBBBB gold
            a minute of waiting costs gold 0.40 (callback 0.10, message 0.02)
            from 2m56s callback instead of chat: waiting 0.88 less, handling 2.20 more, failure 2.32 less, leaving the channel 1.00 more
          SSSSSSSSSS standard
            a minute of waiting costs standard 0.40 (callback 0.10, message 0.02)
            self_service at every wait; next best without a wait: message, 2.72 dearer for it
        existing_flight/cancel: desks Open, deadline None
          HSSSSSSSSS platinum
            a minute of waiting costs platinum 9.00 (message 0.45)
            from 2s self_service instead of human: waiting 0.30 less, handling 5.95 less, failure 7.25 more, leaving the channel 1.00 less
          SSSSSSSSSS gold
            a minute of waiting costs gold 0.40 (message 0.02)
            self_service at every wait; next best without a wait: human, 0.07 dearer for it
          SSSSSSSSSS standard
            a minute of waiting costs standard 0.40 (message 0.02)
            self_service at every wait; next best without a wait: message, 3.41 dearer for it
        baggage/lost: desks Open, deadline None
          HHH*H*H*H*H*H*H*H platinum
            a minute of waiting costs platinum 9.00 (message 0.45)
            human at every wait; next best without a wait: message, 26.00 dearer for it
            from 3m42s still human, because gold has it. By its own cost message: waiting 31.64 less, handling 4.50 less, failure 36.04 more (leaving the channel 1.00 in both)
          HHHHHHHHHH gold
            a minute of waiting costs gold 0.40 (message 0.02)
            human at every wait; next best without a wait: message, 24.56 dearer for it
          MMMMMMMMMM standard
            a minute of waiting costs standard 0.40 (message 0.02)
            message at every wait; next best without a wait: human, 2.13 dearer for it
    "#]].assert_eq(&shown(&playbook, asked));
    Ok(())
}

/// The change is at the first second with another route.
#[test]
fn a_tip_is_exact_to_the_second() -> Result<(), PlaybookFaults> {
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

/// Of channels with the same number of routes, the first is used.
#[test]
fn the_richest_channel_has_the_most_routes() -> Result<(), PlaybookFaults> {
    let richest = |source: &str| {
        let (playbook, _) = read(source)?;
        let channel = playbook.richest_channel();
        Ok::<_, PlaybookFaults>(playbook.channels[usize::from(channel.0)].id.to_string())
    };
    assert_eq!(richest(STORE)?, "web_chat");
    let phone = "routes: [self_service, callback, human, message] }";
    let all = "routes: [self_service, callback, human, message, chat] }";
    assert_eq!(richest(&airline(&[(phone, all)]))?, "phone");
    Ok(())
}
