//! Tests of menus and counts.

use super::{playbook, reason, slug};
use crate::grpc::to_proto::menu::MenuOf;
use crate::grpc::to_proto::{counts, menu};
use expect_test::expect;
use signpost_domain::playbook::Playbook;
use signpost_domain::state::Counts;
use signpost_proto::v1;
use std::fmt::Write;

#[test]
fn a_menu_on_a_keypad() {
    let live = playbook();
    let channel = slug("phone");
    let of = |whole_tree, open_case| {
        let of = MenuOf {
            channel: &channel,
            language: Some("nl"),
            primary: None,
            whole_tree,
            open_case,
        };
        let mut words = String::new();
        for item in menu::menu(&live, of).items {
            let below: Vec<String> = item
                .items
                .iter()
                .map(|item| format!("{} {}", item.digit, item.label))
                .collect();
            let kind = item.kind();
            let v1::MenuItem {
                reason,
                label,
                digit,
                ..
            } = item;
            writeln!(words, "{digit} {label} {kind:?} {reason} {below:?}").unwrap_or_default();
        }
        words
    };
    expect![[r#"
        1 Over uw lopende zaak OpenCase  []
        2 Bestaande vlucht Reason existing_flight ["1 Datum wijzigen", "2 Iets anders"]
        3 Baggage Reason baggage ["1 Lost bag", "2 Iets anders"]
        4 Iets anders SomethingElse  []
    "#]]
    .assert_eq(&of(true, true));
    expect![[r#"
        1 Bestaande vlucht Reason existing_flight []
        2 Baggage Reason baggage []
        3 Iets anders SomethingElse  []
    "#]]
    .assert_eq(&of(false, false));
}

#[test]
fn counts_of_a_retired_reason_go_with_what_stands_for_it() {
    let count = |id: &str, tier: &str, contacts| Counts {
        contacts,
        contacts_left: 1,
        ..Counts::none(reason(id), slug(tier))
    };
    let stored = [
        count("baggage/lost", "gold", 10),
        count("existing_flight/change_date", "standard", 20),
        count("existing_flight/move_date", "gold", 30),
        count("existing_flight/move_date", "standard", 40),
        count("old/thing", "tin", 50),
    ];
    let lines = |live: Option<&Playbook>| {
        let under = live.map_or(stored.to_vec(), |playbook| Counts::under(playbook, &stored));
        let counts = counts::counted(live, under, String::new()).counts;
        let lines = counts
            .iter()
            .map(|it| format!("{} {} {}\n", it.reason, it.tier, it.contact_count));
        lines.collect::<String>()
    };
    expect![[r#"
        existing_flight/change_date gold 29
        existing_flight/change_date standard 58
        baggage/lost gold 9
        old/thing tin 49
    "#]]
    .assert_eq(&lines(Some(&playbook())));
}
