//! The life of playbooks over the wire: published, listed, read back, rolled back, refused; and what was decided under
//! one that is live no more.

use expect_test::expect;
use signpost_client::{Client, v1};
use signpost_server::engine::Clock;
use signpost_tests::Outcome;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::brief;
use signpost_tests::server::{FLIGHTS, TestServer};
use signpost_tests::time::minute;

/// The same airline a season later: baggage is about "my bags", and a date is moved rather than changed.
fn renamed() -> String {
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

fn publish(source: &str, id: &str, at: i64) -> v1::PublishPlaybookRequest {
    v1::PublishPlaybookRequest {
        request_id: id.to_owned(),
        source: source.to_owned(),
        note: format!("at {at}"),
        arrive_time: Some(minute(at)),
    }
}

fn roll_back(version: &str, id: &str, at: i64) -> v1::RollBackPlaybookRequest {
    v1::RollBackPlaybookRequest {
        request_id: id.to_owned(),
        playbook_version: version.to_owned(),
        note: "it was better".to_owned(),
        arrive_time: Some(minute(at)),
    }
}

async fn get(client: &Client, version: &str) -> Outcome<v1::GetPlaybookResponse> {
    let request = v1::GetPlaybookRequest {
        playbook_version: version.to_owned(),
    };
    Ok(client.get_playbook(request).await?)
}

async fn all(client: &Client) -> Outcome<Vec<v1::PlaybookPublication>> {
    let request = v1::ListPlaybooksRequest::default();
    Ok(client.list_playbooks(request).await?.publications)
}

/// Counts as `reason tier: contacts, cases opened`.
async fn counts(client: &Client) -> Outcome<Vec<String>> {
    let counted = client.count_reasons(v1::CountReasonsRequest {}).await?;
    let line = |it: &v1::ReasonCount| {
        let routes: u64 = it.routes_taken.iter().sum();
        let (contacts, cases) = (it.contacts, it.cases_opened);
        format!(
            "{} {}: {contacts} contacts, {cases} cases, {routes} routed",
            it.reason, it.tier
        )
    };
    Ok(counted.counts.iter().map(line).collect())
}

#[tokio::test]
async fn a_playbook_is_published_listed_read_back_and_rolled_back() -> Outcome {
    let server = TestServer::empty(Clock::External).await?;
    let client = server.client();
    // Read back byte for byte: comments, blanks at line ends, and no line end at the end.
    let odd = format!("# été \t \r\n{}", FLIGHTS.trim_end());
    let first = client.publish_playbook(publish(&odd, "p1", 0)).await?;
    let first = first.publication.unwrap_or_default();
    let second = client
        .publish_playbook(publish(&renamed(), "p2", 5))
        .await?;
    let second = second.publication.unwrap_or_default();
    assert_eq!(get(client, &first.playbook_version).await?.source, odd);
    assert_eq!(get(client, "").await?.source, renamed());

    let prefix = &first.playbook_version[..8];
    let back = client
        .roll_back_playbook(roll_back(prefix, "p3", 9))
        .await?;
    let back = back.publication.unwrap_or_default();
    assert_eq!(back.playbook_version, first.playbook_version);
    let again = client
        .roll_back_playbook(roll_back(prefix, "p3", 9))
        .await?;
    assert!(again.replayed);
    assert_eq!(again.publication.as_ref(), Some(&back));

    let line = |it: &v1::PlaybookPublication| {
        let which = it.playbook_version == second.playbook_version;
        let (live, back) = (it.live, it.rolled_back);
        format!(
            "{}: second {which}, live {live}, back {back}: {}",
            it.sequence, it.note
        )
    };
    let listed: Vec<String> = all(client).await?.iter().map(line).collect();
    expect![[r#"
        3: second false, live true, back true: it was better
        2: second true, live false, back false: at 5
        1: second false, live false, back false: at 0"#]]
    .assert_eq(&listed.join("\n"));
    let server = server.restart().await?;
    assert_eq!(get(server.client(), "").await?.source, odd);
    let after: Vec<String> = all(server.client()).await?.iter().map(line).collect();
    assert_eq!(after, listed);
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_list_comes_in_pages_that_writes_do_not_shift() -> Outcome {
    let server = TestServer::empty(Clock::External).await?;
    let client = server.client();
    let first = server.publish(FLIGHTS, 0).await?;
    let second = server.publish(&renamed(), 1).await?;
    for at in 2..7 {
        let version = [&first, &second][at % 2];
        let request = roll_back(version, &format!("back-{at}"), i64::try_from(at)?);
        client.roll_back_playbook(request).await?;
    }
    let mut seen = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = v1::ListPlaybooksRequest {
            page_size: 3,
            page_token,
        };
        let page = client.list_playbooks(request).await?;
        assert!(page.publications.len() <= 3);
        seen.extend(page.publications.iter().map(|it| it.sequence));
        if page.next_page_token.is_empty() {
            break;
        }
        page_token = page.next_page_token;
        let id = format!("between-{}", seen.len());
        client
            .roll_back_playbook(roll_back(&first, &id, 20))
            .await?;
    }
    assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
    server.finish().await?;
    Ok(())
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
        --
        tier_assumed
        reason_replaced existing_flight/change_date
        fact_unknown vulnerable customer.vulnerable
        fact_unknown third_contact_this_week customer.contacts_7d
        fact_unknown flying_today facts.departs_at
        wait_assumed rebooking
        --
        deciding, no case: choose of 3 my_bags; 0 repeats, 0 switches
        --
        existing_flight/move_date standard: 3 contacts, 3 cases, 3 routed
        my_bags/damaged gold: 1 contacts, 1 cases, 1 routed
        my_bags/damaged standard: 1 contacts, 1 cases, 1 routed"#]]
    .assert_eq(&told.join("\n--\n"));
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
    let over = end("call-1", v1::ContactOutcome::AskedForPerson, 3);
    let sent_back = client.end_contact(over.clone()).await?;
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
    assert!(again.replayed);
    assert_eq!(again.answer, first.answer);
    let again = client.route_contact(asked).await?;
    assert_eq!(again.answer, menu.answer, "the menu of then");
    let again = client.end_contact(over).await?;
    assert_eq!(again.answer, sent_back.answer);
    let got = v1::GetContactRequest {
        contact_id: "call-1".to_owned(),
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
        InvalidArgument: context.reason is not a reason of the live playbook; must be one of existing_flight/change_date, existing_flight/cancel, baggage/lost, baggage/broken
          context.reason: is not a reason of the live playbook; must be one of existing_flight/change_date, existing_flight/cancel, baggage/lost, baggage/broken
        routed, no case: message rebooking; 0 repeats, 0 switches
        tier_assumed
        reason_unknown baggage/damaged
        InvalidArgument: menu_playbook_version is not a version that was ever live here; ListPlaybooks lists them (2 faults in all)
          menu_playbook_version: is not a version that was ever live here; ListPlaybooks lists them
          context.reason: is not a reason of the live playbook; must be one of existing_flight/change_date, existing_flight/cancel, baggage/lost, baggage/broken
        routed, no case: message rebooking; 0 repeats, 0 switches
        tier_assumed
        reason_unknown baggage/stolen"#]].assert_eq(&told.join("\n"));
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn each_call_is_refused_in_its_own_words() -> Outcome {
    let server = TestServer::empty(Clock::External).await?;
    let mut playbooks = server.playbooks();
    let mut told = Vec::new();
    let nothing = v1::GetPlaybookRequest::default();
    told.push(brief::refused(playbooks.get_playbook(nothing).await));
    let menu = v1::GetReasonMenuRequest::default();
    told.push(brief::refused(
        playbooks.get_reason_menu(menu.clone()).await,
    ));
    let early = Attempt::new("call-1", "phone").route();
    told.push(brief::refused(server.contacts().route_contact(early).await));
    server.publish(FLIGHTS, 0).await?;

    let empty = v1::PublishPlaybookRequest::default();
    told.push(brief::refused(playbooks.publish_playbook(empty).await));
    let faulty = publish(&FLIGHTS.replace("queue: baggage", "queue: bagage"), "p2", 1);
    told.push(brief::refused(playbooks.publish_playbook(faulty).await));
    for version in ["", "0badc0de", "f", "no version"] {
        let back = roll_back(version, "p3", 2);
        told.push(brief::refused(playbooks.roll_back_playbook(back).await));
    }
    let unknown = v1::GetPlaybookRequest {
        playbook_version: "0badc0de".to_owned(),
    };
    told.push(brief::refused(playbooks.get_playbook(unknown).await));
    let list = v1::ListPlaybooksRequest {
        page_size: 201,
        page_token: "x".to_owned(),
    };
    told.push(brief::refused(playbooks.list_playbooks(list).await));
    told.push(brief::refused(playbooks.get_reason_menu(menu).await));
    let menu = v1::GetReasonMenuRequest {
        channel: "phon".to_owned(),
        locale: "!".to_owned(),
        primary: "bagage".to_owned(),
        whole_tree: true,
    };
    told.push(brief::refused(playbooks.get_reason_menu(menu).await));
    let empty = v1::ValidatePlaybookRequest::default();
    told.push(brief::refused(playbooks.validate_playbook(empty).await));
    expect![[r#"
        FailedPrecondition: no playbook is live: publish one first
          NO_PLAYBOOK playbook
        FailedPrecondition: no playbook is live: publish one first
          NO_PLAYBOOK playbook
        FailedPrecondition: no playbook is live: publish one first
          NO_PLAYBOOK playbook
        InvalidArgument: request_id must not be empty (3 faults in all)
          request_id: must not be empty
          arrive_time: must be set: this server takes its time from the requests
          source: must not be empty
        InvalidArgument: source.reasons[1].secondary[0].routes.human.queue line 58, column 27: there is no queue bagage; did you mean baggage? (4 faults in all)
          source.reasons[1].secondary[0].routes.human.queue: line 58, column 27: there is no queue bagage; did you mean baggage?
          source.reasons[1].secondary[0].routes.message.queue: line 59, column 29: there is no queue bagage; did you mean baggage?
          source.reasons[1].secondary[1].routes.human.queue: line 63, column 27: there is no queue bagage; did you mean baggage?
          source.reasons[1].secondary[1].routes.message.queue: line 64, column 29: there is no queue bagage; did you mean baggage?
        InvalidArgument: playbook_version must be 8 to 64 lower-case hexadecimal digits
          playbook_version: must be 8 to 64 lower-case hexadecimal digits
        NotFound: there is no playbook 0badc0de
          playbook 0badc0de
        InvalidArgument: playbook_version must be 8 to 64 lower-case hexadecimal digits
          playbook_version: must be 8 to 64 lower-case hexadecimal digits
        InvalidArgument: playbook_version must be 8 to 64 lower-case hexadecimal digits
          playbook_version: must be 8 to 64 lower-case hexadecimal digits
        NotFound: there is no playbook 0badc0de
          playbook 0badc0de
        InvalidArgument: page_size must be at most 200, is 201 (2 faults in all)
          page_size: must be at most 200, is 201
          page_token: must be the next_page_token of an answer to the same list
        InvalidArgument: channel must be set
          channel: must be set
        InvalidArgument: channel is not a channel of the live playbook; did you mean phone? (3 faults in all)
          channel: is not a channel of the live playbook; did you mean phone?
          locale: must be a language such as nl or nl-NL
          primary: is not a primary reason of the live playbook; did you mean baggage?
        InvalidArgument: source must not be empty
          source: must not be empty"#]].assert_eq(&told.join("\n"));
    let folded = server.finish().await?;
    assert_eq!(folded.state.seq().0, 1);
    Ok(())
}
