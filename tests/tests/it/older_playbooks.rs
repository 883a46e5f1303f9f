//! What was decided, shown and counted under a playbook that is live no more.

use expect_test::expect;
use signpost_client::{Client, v1};
use signpost_tests::Outcome;
use signpost_tests::attempt::{Attempt, reroute};
use signpost_tests::brief;
use signpost_tests::server::{FLIGHTS, TestServer};

/// The same airline a season later: baggage is about "my bags", and a date is moved rather than changed.
pub(crate) fn renamed() -> String {
    let of_primary = FLIGHTS.replace(
        "  - id: baggage\n",
        "  - id: my_bags\n    replaces: [baggage]\n",
    );
    let of_secondary = of_primary.replace(
        "      - id: change_date\n",
        "      - id: move_date\n        replaces: [existing_flight/change_date]\n",
    );
    assert_ne!(of_primary, FLIGHTS);
    assert_ne!(of_secondary, of_primary);
    of_secondary
}

/// Counts as `reason tier: contacts, cases opened`.
async fn counts(client: &Client) -> Outcome<Vec<String>> {
    let counted = client
        .count_reasons(v1::CountReasonsRequest {
            ..Default::default()
        })
        .await?;
    let line = |it: &v1::ReasonCount| {
        let routes: u64 = it.route_counts.iter().map(|it| it.contact_count).sum();
        let (contacts, cases) = (it.contact_count, it.opened_case_count);
        format!(
            "{} {}: {contacts} contacts, {cases} cases, {routes} routed",
            it.reason, it.tier
        )
    };
    Ok(counted.counts.iter().map(line).collect())
}

#[tokio::test]
async fn a_renamed_reason_counts_on_under_its_new_name() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let changed = |contact: &str, reason: &str, at: i64| {
        let attempt = Attempt::new(contact, "phone").about(reason).at(at);
        attempt.fact("booking_reference", "ABC123").route()
    };
    client
        .route_contact(changed("call-1", "existing_flight/change_date", 1))
        .await?;
    let bag = Attempt::new("call-2", "phone")
        .about("baggage/damaged")
        .tier("gold");
    client.route_contact(bag.at(2).route()).await?;
    let before = counts(client).await?;
    server.publish(&renamed(), 5).await?;
    client
        .route_contact(changed("call-3", "existing_flight/move_date", 6))
        .await?;
    // A caller that still uses the old name is understood, and told.
    let old = client
        .route_contact(changed("call-4", "existing_flight/change_date", 7))
        .await?;
    let old = old.answer.unwrap_or_default();
    let noticed = brief::findings(Some(&old));
    assert_eq!(
        old.decision.unwrap_or_default().reason,
        "existing_flight/move_date"
    );
    let old_primary = Attempt::new("call-5", "phone").about("baggage").at(8);
    let old_primary = client.route_contact(old_primary.route()).await?;
    let old_bag = Attempt::new("call-6", "phone")
        .about("baggage/damaged")
        .at(9);
    client.route_contact(old_bag.route()).await?;
    let told = [
        before.join("\n"),
        noticed.join("\n"),
        brief::answer(old_primary.answer.as_ref()),
        counts(client).await?.join("\n"),
    ];
    expect![[r#"
        existing_flight/change_date standard: 1 contacts, 1 cases, 1 routed
        baggage/damaged gold: 1 contacts, 1 cases, 1 routed
        tier_assumed
        reason_replaced existing_flight/change_date
        rule_input_unknown vulnerable customer.vulnerable
        rule_input_unknown third_contact_this_week customer.contacts_7d
        rule_input_unknown flying_today facts.departs_at
        wait_assumed rebooking
        awaiting_customer, no case: choose of 3 my_bags; 0 repeats, 0 switches
        existing_flight/move_date standard: 3 contacts, 3 cases, 3 routed
        my_bags/damaged gold: 1 contacts, 1 cases, 1 routed
        my_bags/damaged standard: 1 contacts, 1 cases, 1 routed
    "#]]
    .assert_eq(&brief::all(&told));
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn what_was_answered_under_an_older_playbook_is_answered_so_again() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let request = Attempt::new("call-1", "web_chat").of("c1").tier("gold");
    let request = request.about("existing_flight/change_date");
    let request = request.fact("booking_reference", "ABC123").route();
    let first = client.route_contact(request.clone()).await?;
    let asked = Attempt::new("call-2", "phone").route();
    let menu = client.route_contact(asked.clone()).await?;
    let over = reroute("call-1", v1::AttemptOutcome::AskedForPerson, 3);
    let sent_back = client.reroute_contact(over.clone()).await?;
    // Without the web chat, and with another price of everything.
    let (head, rest) = FLIGHTS.split_once("  web_chat:").ok_or("no chat")?;
    let (_, tail) = rest.split_once('\n').ok_or("no line")?;
    let without = format!("{head}{tail}").replace("cost: 6.00", "cost: 1.00");
    let version = server
        .publish(&without.replace("id: baggage", "id: bags"), 5)
        .await?;
    let first_version = |answer: &Option<v1::ContactAnswer>| {
        let decision = answer.clone().unwrap_or_default().decision;
        decision.unwrap_or_default().playbook_version
    };
    assert_ne!(first_version(&first.answer), version);

    let again = client.route_contact(request).await?;
    assert!(again.receipt.is_some_and(|it| it.replayed));
    assert_eq!(again.answer, first.answer);
    let again = client.route_contact(asked).await?;
    assert_eq!(again.answer, menu.answer, "the menu of then");
    let again = client.reroute_contact(over).await?;
    assert_eq!(again.answer, sent_back.answer);
    let got = v1::GetContactRequest {
        contact_id: "call-1".to_owned(),
        ..Default::default()
    };
    let got = client.get_contact(got).await?;
    assert_eq!(got.answer, sent_back.answer, "its last decision");
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_choice_from_an_older_menu_is_understood() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let menu = v1::GetReasonMenuRequest {
        channel: "phone".to_owned(),
        ..Default::default()
    };
    let menu = client.get_reason_menu(menu).await?.menu.unwrap_or_default();
    let retired = FLIGHTS.replace("      - id: damaged", "      - id: broken");
    server.publish(&retired, 3).await?;

    let chosen = Attempt::new("call-1", "phone")
        .about("baggage/damaged")
        .at(4);
    let mut contacts = server.contacts();
    let unknown = contacts.route_contact(chosen.clone().route()).await;
    let from_menu = chosen.clone().menu(&menu.playbook_version).at(5).route();
    let from_menu = client.route_contact(from_menu).await?;
    let never = chosen.menu(&"0".repeat(64)).at(6).route();
    let never = contacts.route_contact(never).await;
    let allowed = Attempt::new("call-2", "phone")
        .about("baggage/stolen")
        .at(7);
    let allowed = v1::RouteContactRequest {
        allow_unknown_reason: true,
        ..allowed.route()
    };
    let allowed = client.route_contact(allowed).await?;
    let told = [
        brief::refused(unknown),
        brief::answer(from_menu.answer.as_ref()),
        brief::findings(from_menu.answer.as_ref()).join("\n"),
        brief::refused(never),
        brief::answer(allowed.answer.as_ref()),
        brief::findings(allowed.answer.as_ref()).join("\n"),
    ];
    expect![[r#"
        InvalidArgument
          context.stated_reason: is not a reason of the live playbook, but was one until 2026-03-02T09:03:00Z;
              must be one of existing_flight/change_date, existing_flight/cancel, baggage/lost,
              baggage/broken
          UNKNOWN_REASON
        routed, no case: message rebooking; 0 repeats, 0 switches
        tier_assumed
        reason_unknown baggage/damaged
        last_resort
        wait_assumed rebooking
        InvalidArgument:  (2 faults in all)
          menu_playbook_version: is not a version that was ever live here; ListPlaybookPublications lists them
          context.stated_reason: is not a reason of the live playbook, but was one until 2026-03-02T09:03:00Z;
              must be one of existing_flight/change_date, existing_flight/cancel, baggage/lost,
              baggage/broken
        routed, no case: message rebooking; 0 repeats, 0 switches
        tier_assumed
        reason_unknown baggage/stolen
        last_resort
        wait_assumed rebooking
    "#]].assert_eq(&brief::all(&told));
    server.finish().await?;
    Ok(())
}
