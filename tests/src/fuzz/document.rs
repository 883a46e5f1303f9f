//! Playbooks, their conditions and calendars.

use crate::server::FLIGHTS;
use arbitrary::Unstructured;
use signpost_domain::playbook::calendar::Calendar;
use signpost_domain::playbook::diff::diff;
use signpost_domain::playbook::map::MapAsked;
use signpost_domain::playbook::{Playbook, PlaybookFaults};
use signpost_domain::time::{Millis, UnixMs};
use std::fmt::Write;
use std::sync::LazyLock;

/// A time at which everything is looked at: 2026-11-30.
const NOW: UnixMs = UnixMs(1_796_000_000_000);
/// The bytes of a playbook that are looked at; a longer one takes longer and shows no more.
const DOCUMENT_BYTES_MAX: usize = 64 * 1024;
/// The instants at which a calendar is asked.
const INSTANTS: usize = 24;

static FLIGHTS_READ: LazyLock<Playbook> =
    LazyLock::new(|| read(FLIGHTS).expect("the playbook of the tests"));

fn read(document: &str) -> Result<Playbook, PlaybookFaults> {
    Playbook::read_at(document, NOW).map(|(playbook, _)| playbook)
}

/// The playbook, if it is one, can be read again as a stored one, compared and shown.
pub(super) fn playbook(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if text.len() > DOCUMENT_BYTES_MAX {
        return;
    }
    match read(&text) {
        Ok(playbook) => shown(&playbook),
        Err(faults) => {
            assert!(!faults.is_empty() && !faults.to_string().is_empty());
        }
    }
}

fn shown(playbook: &Playbook) {
    assert!(
        Playbook::stored(&playbook.source).is_ok(),
        "what was read is read again"
    );
    for (channel, _) in playbook.channels_indexed() {
        for primary in (0..).take(playbook.primaries.len()).map(Some).chain([None]) {
            let menu = playbook.menu(channel, Some("nl"), primary);
            assert!(!menu.items.is_empty());
        }
    }
    let itself = diff(playbook, playbook).expect("it was read");
    assert!(itself.is_empty(), "it differs from itself: {itself:?}");
    diff(&FLIGHTS_READ, playbook).expect("both were read");
}

pub(super) fn playbooks() -> Vec<Vec<u8>> {
    [
        FLIGHTS,
        include_str!("../../../playbooks/airline.yaml"),
        include_str!("../../../playbooks/retail.yaml"),
    ]
    .map(|text| text.as_bytes().to_vec())
    .into()
}

/// The condition, as the only one of a rule.
pub(super) fn condition(bytes: &[u8]) {
    let condition = String::from_utf8_lossy(bytes);
    // A string of JSON is one of YAML.
    let quoted = serde_json::to_string(&condition).expect("a text");
    let (before, _) = FLIGHTS.split_once("\nrules:").expect("it has rules");
    let mut document = before.to_owned();
    write!(
        document,
        "\nrules:\n  - {{ id: fuzzed, when: {quoted}, need: 2.0 }}\n\
         last_resort: {{ route: message, queue: rebooking }}\n"
    )
    .expect("a text");
    if let Ok(playbook) = read(&document) {
        assert!(Playbook::stored(&document).is_ok());
        // All that the map asks goes through the rule.
        let asked = MapAsked {
            channel: playbook.richest_channel(),
            at: NOW,
            deadline_in: Some(Millis(2 * 3_600_000)),
        };
        for (reason, _) in playbook.reasons_indexed() {
            for (tier, _) in playbook.tiers_indexed() {
                drop(playbook.map_row(asked, reason, tier));
            }
        }
    }
}

pub(super) fn conditions() -> Vec<Vec<u8>> {
    [
        "contact.asked_for_person",
        "customer.contacts_7d >= 2 && !customer.vulnerable",
        "facts.departs_at - now < duration('24h')",
        "facts.fare > money('100.00', 'EUR') || facts.bags == 3",
        "customer.tier in ['gold', 'platinum'] && facts.booking_reference.startsWith('A')",
        "has(facts.is_group) && facts.is_group ? hour < 9 : weekday == 1",
        "!(case.owed_overdue || contact.channel == 'phone')",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into()
}

/// A calendar of lines, one for each opening, closed day and zone; and what it says at many times.
pub(super) fn calendar(bytes: &[u8]) {
    let mut choices = Unstructured::new(bytes);
    let seed: i64 = choices.arbitrary().unwrap_or_default();
    let text = String::from_utf8_lossy(choices.take_rest()).into_owned();
    let mut parts = text.split('\n');
    let mut list = |end: &str| {
        let lines = parts.by_ref().take_while(|line| *line != end);
        serde_json::to_string(&lines.collect::<Vec<_>>()).expect("texts")
    };
    let (open, closed, open_on) = (list("closed"), list("open_on"), list("zone"));
    let zone = serde_json::to_string(parts.next().unwrap_or("Europe/Amsterdam")).expect("a text");
    let document = FLIGHTS.replacen(
        "\nfacts:",
        &format!(
            "\ncalendars:\n  fuzzed: {{ open: {open}, closed: {closed}, open_on: {open_on}, time_zone: {zone} }}\n\
             facts:"
        ),
        1,
    );
    let document = document.replacen("rebooking: { ", "rebooking: { calendar: fuzzed, ", 1);
    if let Ok(playbook) = read(&document) {
        for calendar in playbook
            .queues
            .iter()
            .filter_map(|queue| queue.calendar.as_deref())
        {
            for number in 0..INSTANTS as i64 {
                // Some hours apart, over the changes of clocks of some years.
                let at = seed.wrapping_mul(number + 1) % (20 * 365 * 24 * 3_600_000);
                holds(calendar, UnixMs(NOW.0 + at));
            }
        }
    }
}

/// What a calendar says at a time fits together.
fn holds(calendar: &Calendar, at: UnixMs) {
    let is_open = calendar.is_open(at);
    let next = calendar.next_opening(at);
    assert_eq!(is_open, next == Some(at), "{at:?}: {next:?}");
    assert_eq!(is_open, calendar.open_until(at).is_some(), "{at:?}");
    if let Some(next) = next {
        assert!(next >= at && calendar.is_open(next), "{at:?}: {next:?}");
        assert!(
            next == at || !calendar.is_open(UnixMs(next.0 - 1)),
            "{at:?}: {next:?}"
        );
    }
    if let Some(until) = calendar
        .open_until(at)
        .filter(|until| *until != UnixMs::MAX)
    {
        assert!(until > at && !calendar.is_open(until), "{at:?}: {until:?}");
        assert!(calendar.is_open(UnixMs(until.0 - 1)), "{at:?}: {until:?}");
    }
}

pub(super) fn calendars() -> Vec<Vec<u8>> {
    [
        "\x07\x31\x09\0\0\0\0\0mon-fri 07:00-22:00\nsat,sun 08:00-20:00\nclosed\n2026-12-25\n2027-01-01\nopen_on\n\
         2027-01-03 07:00-21:00\nzone\nEurope/London",
        "\x11\x55\x13\x01\0\0\0\0always\nclosed\nopen_on\nzone\nAmerica/New_York",
        "\x0b\x72\x21\0\0\0\0\0mon-sun 22:00-06:00\nclosed\n2027-03-28\nopen_on\n2027-03-28 02:00-03:30\n\
         zone\nAfrica/Cairo",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into()
}
