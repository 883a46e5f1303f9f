//! How often a customer came in the last seven days, whatever came of it.

use crate::stage::Stage;
use signpost_domain::event::Event;

/// Of each decision the contact, and how many contacts of its customer were in the seven days before.
fn counted(steps: &str) -> Vec<(String, u32)> {
    let stage = Stage::play(steps.lines());
    let events = stage.world.log().iter().map(|recorded| &recorded.event);
    let routed = events.filter_map(|event| match event {
        Event::ContactRouted(routed) => Some(routed),
        _ => None,
    });
    routed
        .map(|routed| (routed.contact.to_string(), routed.memory.all_contacts_7d))
        .collect()
}

fn check(steps: &str, expected: &[(&str, u32)]) {
    let expected = expected.iter();
    let expected: Vec<_> = expected
        .map(|(id, count)| ((*id).to_owned(), *count))
        .collect();
    assert_eq!(counted(steps), expected);
}

#[test]
fn all_contacts_count_but_the_one_at_hand() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=bags/allowance
        end k1 resolved
        route k2 phone customer=c1
        route k3 phone customer=c1 reason=flight/change booking=AAAAAA outbound
        route k3 phone fare=10.00
        reroute k3 failed
        route k2 phone reason=club/leave
        route k4 phone customer=c2 reason=club/leave
        route k5 phone reason=club/leave
        ",
        &[
            ("k1", 0),
            ("k2", 1),
            ("k3", 2),
            ("k3", 2),
            ("k3", 2),
            ("k2", 2),
            ("k4", 0),
            ("k5", 0),
        ],
    );
}

#[test]
fn what_is_seven_days_old_counts_no_more() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=bags/allowance
        wait 1h
        route k2 phone customer=c1 reason=bags/allowance
        at 2026-11-30 08:59
        route k3 phone customer=c1 reason=bags/allowance
        at 2026-11-30 09:00
        route k4 phone customer=c1 reason=bags/allowance
        at 2026-11-30 10:30
        route k5 phone customer=c1 reason=bags/allowance
        # It came eight days ago itself: it is not there to be left out.
        at 2026-12-01 09:00
        route k2 phone fare=10.00
        ",
        &[
            ("k1", 0),
            ("k2", 1),
            ("k3", 2),
            ("k4", 2),
            ("k5", 2),
            ("k2", 3),
        ],
    );
}

#[test]
fn those_of_customers_who_are_one_add_up() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=bags/allowance
        route k2 phone customer=c2 reason=club/leave
        route k3 phone customer=c2 reason=club/leave
        merge_customers c1 c2
        route k4 phone customer=c1 reason=flight/change booking=AAAAAA
        route k3 phone fare=10.00
        unmerge_customer c2
        route k5 phone customer=c2 reason=bags/allowance
        ",
        &[
            ("k1", 0),
            ("k2", 0),
            ("k3", 1),
            ("k4", 3),
            ("k3", 3),
            ("k5", 2),
        ],
    );
}
