//! A reason that replaces very many: what a contact costs does not depend on how many.

use crate::fixtures::{self, PRIMARIES_OF_WIDE, SECONDARIES_OF_WIDE};
use crate::stage::Stage;
use signpost_domain::customer::CASE_REASONS_MAX;
use signpost_domain::playbook::limits::REPLACED_MAX;

/// Plays steps; what the last one gave, how often it was looked through, and how many rows it needed.
fn last_of(steps: &[String]) -> (String, usize, usize) {
    let stage = Stage::play(steps.iter().map(String::as_str));
    let (looks, rows) = stage.world.looked();
    let last = stage.told.lines().last().expect("a line");
    (last.to_owned(), looks, rows)
}

fn steps(lines: &str, last: &str) -> Vec<String> {
    let lines = lines.lines().chain([last]);
    lines.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn a_contact_needs_as_many_rows_whether_its_reason_replaces_one_or_ten_thousand() {
    let folded = fixtures::playbook("trips_folded");
    let replaced = folded.reasons.iter().map(|reason| reason.replaces.len());
    let most = replaced.max().expect("a reason");
    assert!(most > REPLACED_MAX - 20, "{most}");
    let before = "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=flight/change booking=AAAAAA
        route k2 web_chat customer=c1 reason=bags/lost bag_tag=7
        customer c2
        merge_customers c1 c2
        at 10:00";
    for last in [
        "route k3 web_chat customer=c1 reason=flight/change booking=AAAAAA",
        "route k3 web_chat customer=c2 reason=flight/change booking=BBBBBB",
        "route k3 web_chat customer=c3 reason=flight/change booking=CCCCCC",
    ] {
        let with = |playbook: &str| {
            let before = format!("{before}\nplaybook {playbook}\n");
            last_of(&steps(&before, last))
        };
        let (few, many) = (with("trips_later"), with("trips_folded"));
        assert_eq!(few, many);
        let (_, looks, rows) = many;
        assert!(
            looks <= 8 && rows <= 12,
            "{looks} looks, {rows} rows: {last}"
        );
    }
}

/// Whoever had cases for more reasons than are listed is looked up under every one, all at once.
#[test]
fn the_case_of_a_customer_with_more_reasons_than_are_listed_is_found() {
    let count = PRIMARIES_OF_WIDE * SECONDARIES_OF_WIDE;
    assert!(count > CASE_REASONS_MAX + 1);
    let reasons = (0..PRIMARIES_OF_WIDE)
        .flat_map(|primary| (0..SECONDARIES_OF_WIDE).map(move |it| format!("p{primary}/s{it}")));
    let mut steps = steps("playbook wide\nat 09:00", "");
    let contacts = reasons.enumerate();
    steps.extend(contacts.map(|(n, id)| format!("route k{n} web_chat customer=c1 reason={id}")));
    steps.extend((1..count).map(|n| format!("end k{n} resolved")));
    let last = "route k999 web_chat customer=c1 reason=a/b";
    steps.extend(["playbook wide_folded", last].map(str::to_owned));
    let (told, looks, rows) = last_of(&steps);
    assert!(
        told.starts_with("k999: c1 standard; continues #1,"),
        "{told}"
    );
    assert!(looks <= 8 && rows >= count, "{looks} looks, {rows} rows");
}

/// A case that turned out to be somebody's is found again by the reason that it was claimed for, also once that one is
/// retired, and whatever reason the contact was decided on.
#[test]
fn a_claimed_case_is_found_once_its_reason_is_replaced() {
    let named = "
        playbook trips
        at 09:00
        route k1 phone reason=bags/lost bag_tag=0042
        confirm 1 flight/search
        route k2 phone customer=c1 case=1 bag_tag=0042 reason=flight/search
        playbook trips_folded";
    let last = "route k3 web_chat customer=c1 reason=luggage/lost bag_tag=0042";
    let (told, ..) = last_of(&steps(named, last));
    assert!(told.starts_with("k3: c1 standard; continues #1,"), "{told}");
    let known_later = "
        playbook trips
        at 09:00
        route k1 web_chat reason=flight/change booking=AAAAAA
        route k1 web_chat customer=c1
        playbook trips_folded";
    let last = "route k2 phone customer=c1 reason=flight/new_date booking=AAAAAA";
    let (told, ..) = last_of(&steps(known_later, last));
    assert!(told.starts_with("k2: c1 standard; continues #1,"), "{told}");
}
