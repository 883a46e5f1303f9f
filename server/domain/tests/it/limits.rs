//! More than a row keeps.

use crate::stage::Stage;
use signpost_domain::case::{CASE_CONTACTS_LISTED_MAX, CASE_EVENTS_LISTED_MAX};
use signpost_domain::customer::is_language_tag;
use signpost_domain::customer::{
    CONSENTS_MAX, IDENTITIES_MAX, MERGED_CUSTOMERS_MAX, RECENT_CONTACTS_MAX,
};
use signpost_domain::event::Event;
use signpost_domain::fact::FACTS_MAX;
use signpost_domain::refusal::{FaultKind, Faults};

#[test]
fn a_case_counts_more_contacts_than_it_lists() {
    let mut steps = vec!["playbook trips".to_owned(), "at 09:00".to_owned()];
    let contacts = CASE_CONTACTS_LISTED_MAX + 6;
    let told = "customer=c1 reason=flight/change booking=ABC123";
    steps.extend((0..contacts).map(|n| format!("route k{n} web_chat {told}")));
    // One that is listed no more goes, and one that is.
    steps.push("route k2 web_chat reason=bags/allowance".to_owned());
    steps.push(format!(
        "route k{} web_chat reason=bags/allowance",
        contacts - 1
    ));
    let stage = Stage::play(steps.iter().map(String::as_str));
    let state = stage.world.state();
    let case = state.cases().min_by_key(|case| case.id).expect("a case");
    assert_eq!(case.contact_count as usize, contacts - 2);
    assert_eq!(case.contacts.len(), CASE_CONTACTS_LISTED_MAX - 1);
    let customer = state.customers().next().expect("a customer");
    assert_eq!(customer.contact_count as usize, contacts);
    assert_eq!(customer.recent.len(), RECENT_CONTACTS_MAX);
}

#[test]
fn a_customer_goes_on_for_only_so_many() {
    let mut steps = vec!["playbook trips".to_owned(), "customer c0".to_owned()];
    for n in 1..=MERGED_CUSTOMERS_MAX + 1 {
        steps.push(format!("customer c{n}"));
        steps.push(format!("merge_customers c0 c{n}"));
    }
    // All of them are looked at, each reason that this one replaces with each of them.
    steps.push("route k1 web_chat customer=c16 reason=flight/change booking=AAAAAA".to_owned());
    let stage = Stage::play(steps.iter().map(String::as_str));
    let told: Vec<&str> = stage.told.lines().rev().take(2).collect();
    assert!(
        told[0].starts_with("k1: c0 standard; opens #1;"),
        "{}",
        told[0]
    );
    let over =
        "refused: customer c0 already has 16 customers merged into it, the most there can be";
    assert_eq!(told[1], over);
}

#[test]
fn a_customer_has_only_so_many_identities() {
    let mut steps = vec!["playbook trips".to_owned(), "customer c1".to_owned()];
    let link = |n| format!("link_identity c1 verified:email=a{n}");
    steps.extend((0..=IDENTITIES_MAX).map(link));
    steps.push("link_identity c1 unverified:email=a0".to_owned());
    let stage = Stage::play(steps.iter().map(String::as_str));
    let told: Vec<&str> = stage.told.lines().rev().take(2).collect();
    assert_eq!(told[0], "customer c1 may have email=a0; a proof no more");
    let over = "refused: customer c1 has 16 identities already, the most there can be";
    assert_eq!(told[1], over);
}

#[test]
fn a_contact_has_only_so_many_facts() {
    let facts = |from: usize, until: usize| -> String {
        (from..until).map(|n| format!(" fact_{n}=x")).collect()
    };
    let steps = [
        "playbook many_facts".to_owned(),
        format!("route k1 web_chat customer=c1{}", facts(0, FACTS_MAX)),
        format!("route k1 web_chat reason=a/b{}", facts(0, FACTS_MAX)),
        format!("route k1 web_chat{}", facts(FACTS_MAX, FACTS_MAX + 1)),
    ];
    let stage = Stage::play(steps.iter().map(String::as_str));
    let lines: Vec<&str> = stage.told.lines().collect();
    assert!(lines[2].starts_with("k1: c1 standard;"), "{}", lines[2]);
    assert_eq!(
        lines[3],
        "refused: context.facts must be at most 64 together with those sent before, are 65"
    );
}

#[test]
fn an_additional_case_has_only_so_many_facts() {
    let facts = |until: usize| -> String { (0..until).map(|n| format!(" fact_{n}=x")).collect() };
    let steps = [
        "playbook many_facts".to_owned(),
        "route k1 web_chat customer=c1".to_owned(),
        format!("add_case k1 a/b{}", facts(FACTS_MAX + 1)),
        format!("add_case k1 a/b{}", facts(FACTS_MAX)),
    ];
    let stage = Stage::play(steps.iter().map(String::as_str));
    let lines: Vec<&str> = stage.told.lines().collect();
    assert_eq!(
        lines[2],
        "refused: facts must be at most 64 together with the facts of the contact, are 65"
    );
    assert!(
        lines[3].starts_with("k1: a/b too; opens #1"),
        "{}",
        lines[3]
    );
}

#[test]
fn a_customer_is_kept_with_only_so_many_identities_and_consents() {
    let all = |count: usize, word: fn(usize) -> String| -> String {
        (0..count).map(word).collect::<Vec<_>>().join(" ")
    };
    let identities = |count| all(count, |n| format!("unverified:email=a{n}"));
    let consents = |count: usize| {
        let ids: Vec<String> = (0..count).map(|n| format!("c{n}")).collect();
        format!("consent={}", ids.join(","))
    };
    let steps = [
        "playbook trips".to_owned(),
        format!("customer c1 {}", identities(IDENTITIES_MAX)),
        format!("customer c2 {}", identities(IDENTITIES_MAX + 1)),
        format!("customer c2 {}", consents(CONSENTS_MAX)),
        format!("customer c3 {}", consents(CONSENTS_MAX + 1)),
        // Of those merged into it, it knows as many as there may be.
        "customer c4 refuse=other".to_owned(),
        "merge_customers c4 c2".to_owned(),
        "route k1 phone customer=c4 reason=club/leave".to_owned(),
        // What a contact brings is kept while there is room.
        "route k2 phone customer=c1 reason=club/leave verified:phone=01".to_owned(),
        "holder phone=01".to_owned(),
        "unlink_identity c1 unverified:email=a0".to_owned(),
        "route k3 phone customer=c1 reason=club/leave verified:phone=01".to_owned(),
        "holder phone=01".to_owned(),
    ];
    let stage = Stage::play(steps.iter().map(String::as_str));
    let lines: Vec<&str> = stage.told.lines().collect();
    assert_eq!(lines[1], "customer c1 is kept");
    let over = "refused: customer c2 has 16 identities already, the most there can be";
    assert_eq!(lines[2], over);
    assert_eq!(lines[3], "customer c2 is kept");
    assert!(
        lines[4].starts_with("refused: customer c3 would have more than 16 consents"),
        "{}",
        lines[4]
    );
    assert_eq!(
        lines[9],
        "refused: there is no customer with this verified phone"
    );
    assert!(lines[12].starts_with("customer c1: "), "{}", lines[12]);
    let routed = stage
        .world
        .log()
        .iter()
        .find_map(|recorded| match &recorded.event {
            Event::ContactRouted(routed) => routed.profile.clone(),
            _ => None,
        });
    let consents = routed.expect("a profile").consents;
    assert_eq!(consents.len(), CONSENTS_MAX);
    assert_eq!(consents[0].id.as_str(), "other");
}

/// Each event that changes a case is listed, the newest so many (see [`crate::world`], which looks after every step).
#[test]
fn a_case_lists_only_so_many_events() {
    let mut steps = vec![
        "playbook trips".to_owned(),
        "route k1 phone customer=c1 reason=club/leave".to_owned(),
    ];
    steps.extend((0..CASE_EVENTS_LISTED_MAX + 2).map(|n| format!("note 1 n{n}")));
    let stage = Stage::play(steps.iter().map(String::as_str));
    let case = stage.world.state().cases().next().expect("a case");
    assert_eq!(case.events.len(), CASE_EVENTS_LISTED_MAX);
    assert_eq!(case.event_count as usize, CASE_EVENTS_LISTED_MAX + 3);
    assert_eq!(case.notes as usize, CASE_EVENTS_LISTED_MAX + 2);
}

/// Of more contacts than are remembered the oldest are forgotten, in whatever order they turn out to be of the customer.
#[test]
fn the_newest_contacts_of_a_customer_are_remembered() {
    let mut steps = vec![
        "playbook trips".to_owned(),
        "route k0 phone reason=club/leave".to_owned(),
    ];
    for n in 1..=RECENT_CONTACTS_MAX {
        steps.push(format!("route k{n} phone customer=c1 reason=club/leave"));
        steps.push("wait 1s".to_owned());
    }
    steps.push("wait 6d".to_owned());
    steps.push("route late phone customer=c1 reason=club/leave".to_owned());
    let stage = Stage::play(steps.iter().map(String::as_str));
    let newest = stage.world.now();
    let recent = |stage: &Stage| {
        let customer = stage.world.state().customers().next().cloned();
        customer.expect("a customer").recent.clone()
    };
    let before = recent(&stage);
    assert_eq!(before.len(), RECENT_CONTACTS_MAX);
    assert_eq!(before.last(), Some(&newest));
    assert!(before.is_sorted());
    // The very first one turns out to be of the customer, too: it is older than all of them.
    steps.push("route k0 phone customer=c1".to_owned());
    let stage = Stage::play(steps.iter().map(String::as_str));
    assert_eq!(recent(&stage), before);
}

/// What happens to a case that is merged is no change of the one that goes on for it, unless that knows it: its etag
/// stays.
#[test]
fn a_note_on_a_merged_case_leaves_the_one_that_goes_on_as_it_is() {
    let steps = [
        "playbook trips",
        "route k1 phone customer=c1 reason=club/leave",
        "route k2 phone customer=c1 reason=bags/lost bag_tag=1",
        "merge 1 2",
        "note 2 seen",
        "label 2 north",
    ];
    let stage = Stage::play(steps);
    let merged = stage.world.log()[3].envelope.seq;
    let mut cases: Vec<_> = stage.world.state().cases().cloned().collect();
    cases.sort_by_key(|case| case.id);
    assert_eq!(cases[0].changed, merged);
    assert_eq!(cases[1].changed, stage.world.state().seq());
    let stage = Stage::play(steps.into_iter().chain(["end k2 gave_up"]));
    let survivor = stage.world.state().case(&cases[0].id);
    let survivor = survivor.expect("all is there").expect("a case");
    assert_eq!(survivor.changed, stage.world.state().seq());
}

#[test]
fn each_matter_has_only_so_many_facts() {
    let facts = |from: usize, until: usize| -> String {
        (from..until).map(|n| format!(",fact_{n}=x")).collect()
    };
    let most = facts(0, FACTS_MAX);
    let steps = [
        "playbook many_facts".to_owned(),
        format!("route k1 web_chat customer=c1 matter:m1=a/b matter:m2={most}"),
        "route k1 web_chat matter:m2=,fact_1=y".to_owned(),
        format!(
            "route k1 web_chat matter:m1= matter:m2={}",
            facts(FACTS_MAX, FACTS_MAX + 2)
        ),
        format!("route k1 web_chat matter:m3={}", facts(0, FACTS_MAX + 1)),
    ];
    let stage = Stage::play(steps.iter().map(String::as_str));
    let refused = stage
        .told
        .lines()
        .filter(|line| line.starts_with("refused"));
    assert_eq!(
        refused.collect::<Vec<_>>(),
        [
            "refused: context.matters[1].facts must be at most 64 together with those sent before, are 66",
            "refused: context.matters[0].facts must be at most 64 together with those sent before, are 65",
        ]
    );
}

/// What a caller can do about several faults is said only where it is the same for all that there are.
#[test]
fn faults_are_of_one_kind_if_all_are() {
    let mut faults = Faults::default();
    assert_eq!(faults.kind(), FaultKind::Field);
    faults.push_of(FaultKind::UnknownReason, "a", "is not known");
    assert_eq!(faults.kind(), FaultKind::UnknownReason);
    faults.push_of(FaultKind::UnknownReason, "b", "is not known");
    assert_eq!(faults.kind(), FaultKind::UnknownReason);
    let mut more = faults.clone();
    more.leave_out(1);
    assert_eq!(more.kind(), FaultKind::Field);
    faults.push("c", "is too long");
    assert_eq!(faults.kind(), FaultKind::Field);
}

#[test]
fn a_language_is_told_by_letters_and_parts_of_it_by_letters_and_digits() {
    for tag in [
        "nl",
        "nld",
        "nl-NL",
        "zh-Hant-TW",
        "es-419",
        "de-1996",
        "sl-rozaj",
    ] {
        assert!(is_language_tag(tag), "{tag}");
    }
    let long = format!("nl-{}", "a".repeat(9));
    for tag in [
        "", "n", "dutch", "n1", "nl-", "nl--NL", "nl_NL", "nl-N L", "nl-é", "nl-NL!", &long,
    ] {
        assert!(!is_language_tag(tag), "{tag}");
    }
}
