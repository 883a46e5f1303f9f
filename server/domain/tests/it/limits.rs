//! More than a row keeps.

use crate::stage::Stage;
use signpost_domain::case::CASE_CONTACTS_LISTED_MAX;
use signpost_domain::customer::is_language_tag;
use signpost_domain::customer::{IDENTITIES_MAX, MERGED_CUSTOMERS_MAX, RECENT_CONTACTS_MAX};
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
    let over = "refused: customer c0 goes on for 16 customers already, the most there can be";
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
    let last = stage.told.lines().last().expect("a line");
    assert_eq!(
        last,
        "refused: context.facts must be at most 64 with those told before, are 65"
    );
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
            "refused: context.matters[1].facts must be at most 64 with those told before, are 66",
            "refused: context.matters[0].facts must be at most 64 with those told before, are 65",
        ]
    );
}

/// What a caller can do about several faults is told only where it is the same for all that there are.
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
