//! The map of a reason in words.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::map::shown;
use super::{AIRLINE, airline, read};
use crate::decision::IneligibilityCause;
use crate::ids::Slug;
use crate::playbook::map::{Cell, Desks, Floor, HeldRoute, MapAsked, Tip, TipCause};
use crate::playbook::{ChannelIndex, Playbook, PlaybookFaults, ReasonIndex};
use crate::route::Route;
use crate::time::Millis;
use expect_test::{Expect, expect};

/// Checks the map of one reason of the small airline playbook, with some texts replaced.
fn check_map(
    edits: &[(&str, &str)],
    (reason, channel): (&str, &str),
    (at, deadline_in): (&str, Option<Millis>),
    expect: Expect,
) {
    let playbook = read(&airline(edits)).unwrap().0;
    let at = playbook.time_of_text(at).unwrap();
    let channel = channel_of(&playbook, channel);
    let asked = MapAsked {
        channel,
        at,
        deadline_in,
    };
    let all = shown(&playbook, asked);
    let lines = all.lines().skip_while(|line| !line.starts_with(reason));
    let lines: Vec<&str> = lines.collect();
    let more = lines
        .iter()
        .skip(1)
        .take_while(|line| line.starts_with(' '));
    let told = lines.iter().take(1).chain(more);
    expect.assert_eq(&told.map(|line| format!("{line}\n")).collect::<String>());
}

fn channel_of(playbook: &Playbook, id: &str) -> ChannelIndex {
    let mut channels = playbook.channels_indexed();
    channels.find(|(_, it)| it.id.as_str() == id).unwrap().0
}

/// A time by day.
const DAY: &str = "2026-03-02 10:00";
/// A time at night.
const NIGHT: &str = "2026-03-02 03:00";

#[test]
fn what_the_channel_does_not_have_and_the_next_best_are_told() {
    check_map(
        &[],
        ("existing_flight/cancel", "email"),
        (DAY, None),
        expect![[r#"
            existing_flight/cancel: desks Open, deadline None
              human is not offered
              SSSSSSSSSS platinum
                a minute of waiting costs platinum: message 0.20
                self_service at every wait; next best without a wait: message, 7.35 dearer for it
              SSSSSSSSSS gold
                a minute of waiting costs gold: message 0.08
                self_service at every wait; next best without a wait: message, 3.71 dearer for it
              SSSSSSSSSS standard
                a minute of waiting costs standard: message 0.02
                self_service at every wait; next best without a wait: message, 2.41 dearer for it
        "#]],
    );
}

#[test]
fn the_only_route_is_told_as_that() {
    let only = "          message: { queue: baggage, cost: 2.50, resolves: 0.60 }\n";
    check_map(
        &[(only, "")],
        ("baggage/lost", "phone"),
        (DAY, None),
        expect![[r#"
            baggage/lost: desks Open, deadline None
              HHHHHHHHHH platinum
                a minute of waiting costs platinum 4.00
                human: the only route of this reason here
              HHHHHHHHHH gold
                a minute of waiting costs gold 1.50
                human: the only route of this reason here
              HHHHHHHHHH standard
                a minute of waiting costs standard 0.40
                human: the only route of this reason here
        "#]],
    );
}

#[test]
fn what_is_left_when_desks_are_closed_is_told() {
    check_map(
        &[],
        ("existing_flight/change_date", "web_chat"),
        (NIGHT, None),
        expect![[r#"
            existing_flight/change_date: desks Closed, deadline None
              chat out for all
              callback out for all
              human out for all
              SSSSSSSSSS platinum
                a minute of waiting costs platinum 4.00 (callback 1.00, message 0.20)
                self_service at every wait; next best without a wait: message, 0.25 dearer for it
                chat out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772431200000)))
                callback out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772431200000)))
                human out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772431200000)))
              SSSSSSSSSS gold
                a minute of waiting costs gold 1.50 (callback 0.38, message 0.08)
                self_service at every wait; next best without a wait: message, 2.07 dearer for it
                chat out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772431200000)))
                callback out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772431200000)))
                human out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772431200000)))
              SSSSSSSSSS standard
                a minute of waiting costs standard 0.40 (callback 0.10, message 0.02)
                self_service at every wait; next best without a wait: message, 2.72 dearer for it
                chat out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772431200000)))
                callback out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772431200000)))
                human out from 0s: Closed(Slug(rebooking), Some(UnixMs(1772431200000)))
        "#]],
    );
}

#[test]
fn the_last_resort_says_what_speaks_against_it() {
    let edits = [
        (
            "          message: { queue: baggage, cost: 2.50, resolves: 0.60 }\n",
            "",
        ),
        ("  baggage: { label", "  baggage: { calendar: desk, label"),
        (
            "last_resort: { route: message,",
            "last_resort: { route: human,",
        ),
    ];
    check_map(
        &edits,
        ("baggage/lost", "phone"),
        (NIGHT, None),
        expect![[r#"
            baggage/lost: desks Closed, deadline None
              human out for all
              hhhhhhhhhh platinum
                a minute of waiting costs platinum 4.00
                Resort { route: Human, queue: Some(Slug(rebooking)), against: Some(Closed(Slug(rebooking), Some(UnixMs(1772431200000)))) }
                human out from 0s: Closed(Slug(baggage), Some(UnixMs(1772431200000)))
              hhhhhhhhhh gold
                a minute of waiting costs gold 1.50
                Resort { route: Human, queue: Some(Slug(rebooking)), against: Some(Closed(Slug(rebooking), Some(UnixMs(1772431200000)))) }
                human out from 0s: Closed(Slug(baggage), Some(UnixMs(1772431200000)))
              hhhhhhhhhh standard
                a minute of waiting costs standard 0.40
                Resort { route: Human, queue: Some(Slug(rebooking)), against: Some(Closed(Slug(rebooking), Some(UnixMs(1772431200000)))) }
                human out from 0s: Closed(Slug(baggage), Some(UnixMs(1772431200000)))
        "#]],
    );
}

#[test]
fn the_last_resort_is_told_if_nothing_speaks_against_it() {
    let edits = [(
        "          message: { queue: baggage, cost: 2.50, resolves: 0.60 }\n",
        "",
    )];
    check_map(
        &edits,
        ("baggage/lost", "email"),
        (DAY, None),
        expect![[r#"
        baggage/lost: desks None, deadline None
          human is not offered
          mmmmmmmmmm platinum
            Resort { route: Message, queue: Some(Slug(rebooking)), against: None }
          mmmmmmmmmm gold
            Resort { route: Message, queue: Some(Slug(rebooking)), against: None }
          mmmmmmmmmm standard
            Resort { route: Message, queue: Some(Slug(rebooking)), against: None }
    "#]],
    );
}

#[test]
fn a_route_that_would_miss_the_deadline_is_told() {
    let edits = [
        ("        need: 1.0\n", "        deadline: departs_at\n"),
        ("flow: rebook, cost: 0.05", "flow: rebook, cost: 90.00"),
    ];
    let soon = Some(Millis(13 * Millis::MINUTE.0));
    check_map(
        &edits,
        ("existing_flight/change_date", "phone"),
        (DAY, soon),
        expect![[r#"
            existing_flight/change_date: desks Open, deadline Some(Slug(departs_at))
              chat is not offered
              message out for all
              callback out for all
              human out for all
              HBBBBSSSSS platinum
                a minute of waiting costs platinum 4.00 (callback 1.00, message 0.20)
                from 6s callback instead of human: waiting 0.30 less, handling 0.30 more (failure 6.62 in both)
                from 11m1s self_service instead of callback: waiting 11.02 less, handling 83.70 more, failure 72.73 less
                message out from 13m: TooLate(Slug(departs_at))
                callback out from 13m: TooLate(Slug(departs_at))
                human out from 13m: TooLate(Slug(departs_at))
              HBBBBSSSSS gold
                a minute of waiting costs gold 1.50 (callback 0.38, message 0.08)
                from 16s callback instead of human: waiting 0.30 less, handling 0.30 more (failure 2.21 in both)
                from 10m36s message instead of callback: waiting 3.18 less, handling 4.30 less, failure 6.47 more, leaving the channel 1.00 more
                from 13m self_service instead of message: a message would miss the deadline departs_at
                message out from 13m: TooLate(Slug(departs_at))
                callback out from 13m: TooLate(Slug(departs_at))
                human out from 13m: TooLate(Slug(departs_at))
              MMMMMSSSSS standard
                a minute of waiting costs standard 0.40 (callback 0.10, message 0.02)
                from 13m self_service instead of message: a message would miss the deadline departs_at
                message out from 13m: TooLate(Slug(departs_at))
                callback out from 13m: TooLate(Slug(departs_at))
                human out from 13m: TooLate(Slug(departs_at))
        "#]],
    );
}

#[test]
fn a_deadline_that_nothing_can_be_done_before_is_told() {
    let edits = [(
        "        facts: [bag_tag]\n",
        "        facts: [bag_tag]\n        deadline: departs_at\n",
    )];
    let soon = Some(Millis(20 * Millis::MINUTE.0));
    check_map(
        &edits,
        ("baggage/lost", "phone"),
        (DAY, soon),
        expect![[r#"
        baggage/lost: desks Open, deadline Some(Slug(departs_at))
          HHHHMMMMMM platinum
            a minute of waiting costs platinum 4.00 (message 0.20)
            from 8m34s message instead of human: waiting 32.55 less, handling 4.50 less, failure 36.05 more, leaving the channel 1.00 more
            from a wait of 20m nothing can be done before departs_at: it counts no more
          HHHHMMMMMM gold
            a minute of waiting costs gold 1.50 (message 0.08)
            from 5m26s message instead of human: waiting 7.74 less, handling 4.50 less, failure 11.23 more, leaving the channel 1.00 more
            from a wait of 20m nothing can be done before departs_at: it counts no more
          MMMMMMMMMM standard
            a minute of waiting costs standard 0.40 (message 0.02)
            message at every wait; next best without a wait: human, 1.13 dearer for it
            from a wait of 20m nothing can be done before departs_at: it counts no more
    "#]],
    );
    let now = Some(Millis::SECOND);
    check_map(
        &edits,
        ("baggage/lost", "phone"),
        (DAY, now),
        expect![[r#"
        baggage/lost: desks Open, deadline Some(Slug(departs_at))
          MHHHMMMMMM platinum
            a minute of waiting costs platinum 4.00 (message 0.20)
            from 1s human instead of message: waiting 0.06 more, handling 4.50 more, failure 30.52 less, leaving the channel 1.00 less
            from 8m34s message instead of human: waiting 32.55 less, handling 4.50 less, failure 36.05 more, leaving the channel 1.00 more
            from a wait of 1s nothing can be done before departs_at: it counts no more
          MHHHMMMMMM gold
            a minute of waiting costs gold 1.50 (message 0.08)
            from 1s human instead of message: waiting 0.02 more, handling 4.50 more, failure 10.38 less, leaving the channel 1.00 less
            from 5m26s message instead of human: waiting 7.74 less, handling 4.50 less, failure 11.23 more, leaving the channel 1.00 more
            from a wait of 1s nothing can be done before departs_at: it counts no more
          MMMMMMMMMM standard
            a minute of waiting costs standard 0.40 (message 0.02)
            message at every wait; next best without a wait: human, 3.49 dearer for it
            from a wait of 1s nothing can be done before departs_at: it counts no more
    "#]],
    );
}

#[test]
fn what_a_rule_takes_from_all_and_what_it_prefers_is_told() {
    let rule = "  - { id: broken_promise,";
    let added = "  - { id: no_letters, reason: existing_flight, forbid: [message], prefer: { self_service: 0.50 } }\n";
    check_map(
        &[(rule, &format!("{added}{rule}"))],
        ("existing_flight/change_date", "web_chat"),
        (DAY, None),
        expect![[r#"
            existing_flight/change_date: desks Open, deadline None
              message out for all
              CBBBSSSSSS platinum
                a minute of waiting costs platinum 4.00 (callback 1.00, message 0.20)
                from 16s callback instead of chat: waiting 0.80 less, handling 2.20 more, failure 2.43 less, leaving the channel 1.00 more
                from 9m38s self_service instead of callback: waiting 9.63 less, handling 6.25 less, failure 17.38 more, leaving the channel 1.00 less, rules' preference takes 0.50 more off
                message out from 0s: ForbiddenByRule(Slug(no_letters))
              SSSSSSSSSS gold
                a minute of waiting costs gold 1.50 (callback 0.38, message 0.08)
                self_service at every wait; next best without a wait: chat, 0.23 dearer for it
                message out from 0s: ForbiddenByRule(Slug(no_letters))
              SSSSSSSSSS standard
                a minute of waiting costs standard 0.40 (callback 0.10, message 0.02)
                self_service at every wait; next best without a wait: chat, 2.98 dearer for it
                message out from 0s: ForbiddenByRule(Slug(no_letters))
        "#]],
    );
}

#[test]
fn a_minute_that_costs_each_route_the_same_has_no_brackets() -> Result<(), PlaybookFaults> {
    let (playbook, _) = read(AIRLINE)?;
    let (tier, _) = playbook.tiers_indexed().next().unwrap();
    let cost = playbook.tier(tier).waiting_cost_per_minute;
    let words = |costs: &[_]| playbook.minute_words(tier, costs);
    assert_eq!(words(&[]), None);
    let only = words(&[(Route::Human, cost)]);
    assert_eq!(only.unwrap(), "a minute of waiting costs platinum 4.00");
    Ok(())
}

#[test]
fn desks_are_looked_at_by_the_routes_that_lead_to_them() -> Result<(), PlaybookFaults> {
    let (playbook, _) = read(&airline(&[(
        "message: { queue: baggage, cost: 2.50",
        "message: { queue: rebooking, cost: 2.50",
    )]))?;
    let about = |reason: ReasonIndex, channel, at| {
        let asked = MapAsked {
            channel: channel_of(&playbook, channel),
            at: playbook.time_of_text(at).unwrap(),
            deadline_in: None,
        };
        playbook.map_about(asked, reason, &[]).desks
    };
    let reason = |id: &str| {
        let mut reasons = playbook.reasons_indexed();
        reasons.find(|(_, it)| it.id.to_string() == id).unwrap().0
    };
    let (date, lost) = (
        reason("existing_flight/change_date"),
        reason("baggage/lost"),
    );
    assert_eq!(about(date, "phone", DAY), Desks::Open);
    assert_eq!(about(date, "phone", NIGHT), Desks::Closed);
    assert_eq!(about(lost, "phone", DAY), Desks::Open);
    assert_eq!(about(lost, "phone", NIGHT), Desks::OpenButForMessages);
    assert_eq!(about(lost, "email", NIGHT), Desks::OpenButForMessages);
    let (flow_alone, _) = read(&airline(&[(
        "          human: { queue: rebooking, cost: 6.00, resolves: 0.95 }\n          message: { queue: rebooking, cost: 2.00, resolves: 0.70 }\n",
        "",
    )]))?;
    let asked = MapAsked {
        channel: channel_of(&flow_alone, "phone"),
        at: flow_alone.ordinary_time(),
        deadline_in: None,
    };
    let cancel = reason("existing_flight/cancel");
    assert_eq!(flow_alone.map_about(asked, cancel, &[]).desks, Desks::None);
    Ok(())
}

#[test]
fn what_the_floor_holds_at_the_longest_wait_is_told() {
    let edits = [
        (
            "waiting_cost_per_minute: 0.40, cost_of_failure: 2.00",
            "waiting_cost_per_minute: 0.01, cost_of_failure: 8.00",
        ),
        (
            "        facts: [bag_tag]\n",
            "        facts: [bag_tag]\n        deadline: departs_at\n",
        ),
    ];
    let soon = Some(Millis(20 * Millis::MINUTE.0));
    check_map(
        &edits,
        ("baggage/lost", "phone"),
        (DAY, soon),
        expect![[r#"
            baggage/lost: desks Open, deadline Some(Slug(departs_at))
              HHHH*H*H*H*H*H*H platinum
                a minute of waiting costs platinum 4.00 (message 0.20)
                human at every wait; next best without a wait: message, 27.00 dearer for it
                from 8m34s still human, because standard has it. By its own cost message: waiting 32.55 less, handling 4.50 less, failure 36.05 more, leaving the channel 1.00 more
                from a wait of 20m nothing can be done before departs_at: it counts no more
              HHHH*H*H*H*H*H*H gold
                a minute of waiting costs gold 1.50 (message 0.08)
                human at every wait; next best without a wait: message, 6.88 dearer for it
                from 5m26s still human, because standard has it. By its own cost message: waiting 7.74 less, handling 4.50 less, failure 11.23 more, leaving the channel 1.00 more
                from a wait of 20m nothing can be done before departs_at: it counts no more
              HHHHHHHHHH standard
                a minute of waiting costs standard 0.01 (message 0.00)
                human at every wait; next best without a wait: message, 4.00 dearer for it
                from a wait of 20m nothing can be done before departs_at: it counts no more
        "#]],
    );
}

#[test]
fn each_kind_of_tip_has_its_words() {
    let slug = |text: &str| Slug::new(text).unwrap();
    let cell = |route| Cell {
        route,
        last_resort: false,
    };
    let floor = |tier| Floor {
        tier: slug(tier),
        own: Route::Message,
    };
    let plain = Tip {
        from: cell(Route::Chat),
        to: Cell {
            route: Route::Human,
            last_resort: true,
        },
        wait: Millis(90 * Millis::SECOND.0),
        why: TipCause::Otherwise,
        kept: None,
        raised: None,
    };
    let late = TipCause::IneligibilityCause(IneligibilityCause::TooLate(slug("departs_at")));
    let closed = TipCause::IneligibilityCause(IneligibilityCause::Closed(slug("desk"), None));
    let held = HeldRoute {
        floor: floor("gold"),
        from: Millis::SECOND,
        costs: None,
    };
    let told = |edit: &dyn Fn(&mut Tip)| {
        let mut tip = plain.clone();
        edit(&mut tip);
        tip.words() + "\n"
    };
    let all = [
        told(&|_| ()),
        told(&|tip| tip.why = late.clone()),
        told(&|tip| tip.why = closed.clone()),
        told(&|tip| tip.raised = Some(floor("standard"))),
        told(&|tip| {
            tip.why = late.clone();
            tip.raised = Some(floor("standard"));
        }),
        told(&|tip| tip.kept = Some(held.clone())),
        told(&|tip| {
            tip.kept = Some(held.clone());
            tip.raised = Some(floor("standard"));
        }),
        held.words(cell(Route::Chat)) + "\n",
        HeldRoute {
            from: Millis(0),
            ..held.clone()
        }
        .words(cell(Route::Chat))
            + "\n",
    ];
    expect![[r#"
        from 1m30s human as the last resort instead of chat: what can be taken is different
        from 1m30s human as the last resort instead of chat: a chat would miss the deadline departs_at
        from 1m30s human as the last resort instead of chat: chat is not offered, because queue desk is closed
        from 1m30s human as the last resort instead of chat: standard has it from then on, by its own cost it would be message
        from 1m30s human as the last resort instead of chat: a chat would miss the deadline departs_at; standard has it from then on, by its own cost it would be message
        chat until 1m30s, because gold has it; then human as the last resort. By its own cost message from 1s
        chat until 1m30s, because gold has it; then human as the last resort. standard has it from then on, by its own cost it would be message. By its own cost message from 1s
        from 1s still chat, because gold has it. By its own cost message
        chat at every wait, because gold has it. By its own cost message
    "#]].assert_eq(&all.concat());
}
