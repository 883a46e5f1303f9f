//! More than a row keeps.

use crate::stage::Stage;
use signpost_domain::case::CASE_CONTACTS_LISTED_MAX;
use signpost_domain::customer::RECENT_CONTACTS_MAX;
use signpost_domain::fact::FACTS_MAX;

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
