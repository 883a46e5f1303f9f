//! The reason menu as a customer of a channel sees it, in their language.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::brief;
use signpost_tests::server::{FLIGHTS, TestServer};

async fn menu(server: &TestServer, channel: &str, locale: &str, primary: &str) -> Outcome<String> {
    let request = v1::GetReasonMenuRequest {
        channel: channel.to_owned(),
        language_code: locale.to_owned(),
        primary_reason: primary.to_owned(),
        whole_tree: primary.is_empty() && channel == "email",
        ..Default::default()
    };
    let answer = server.client().get_reason_menu(request).await?;
    Ok(brief::menu(&answer.menu.unwrap_or_default()))
}

#[tokio::test]
async fn a_menu_is_of_its_channel_and_language() -> Outcome {
    let server = TestServer::start().await?;
    let told = [
        menu(&server, "phone", "nl-NL", "").await?,
        menu(&server, "phone", "en", "existing_flight").await?,
        menu(&server, "web_chat", "pt-BR", "").await?,
        menu(&server, "email", "", "").await?,
    ];
    expect![[r#"
        phone nl omitted 0
          1 Over uw lopende zaak
          2 Bestaande vlucht = existing_flight
          3 Bagage = baggage
          4 Iets anders
        phone en omitted 0
          1 Change date = existing_flight/change_date
          2 Cancel = existing_flight/cancel
          3 Something else
        web_chat en omitted 0
          About your open case
          Existing flight = existing_flight
          Baggage = baggage
          Something else
        email en omitted 0
          About your open case
          Existing flight = existing_flight
            Change date = existing_flight/change_date
            Cancel = existing_flight/cancel
            Something else
          Baggage = baggage
            Lost bag = baggage/lost
            Damaged bag = baggage/damaged
            Something else
          Something else
    "#]]
    .assert_eq(&brief::all(&told));
    server.finish().await?;
    Ok(())
}

/// A keypad has nine keys, two of them taken; other channels show all.
#[tokio::test]
async fn a_keypad_leaves_out_what_it_has_no_key_for() -> Outcome {
    let server = TestServer::start().await?;
    let (head, rest) = FLIGHTS.split_once("reasons:\n").ok_or("no reasons")?;
    let (reasons, tail) = rest.split_once("rules:\n").ok_or("no rules")?;
    let (_, baggage) = reasons.split_once("  - id: baggage").ok_or("no baggage")?;
    let more = (1..=8).map(|n| format!("  - id: baggage_{n}{baggage}"));
    let more: String = more.collect();
    server
        .publish(&format!("{head}reasons:\n{reasons}{more}rules:\n{tail}"), 1)
        .await?;
    let told = [
        menu(&server, "phone", "en", "").await?,
        menu(&server, "web_chat", "en", "").await?,
    ];
    expect![[r#"
        phone en omitted 3
          1 About your open case
          2 Existing flight = existing_flight
          3 Baggage = baggage
          4 Baggage = baggage_1
          5 Baggage = baggage_2
          6 Baggage = baggage_3
          7 Baggage = baggage_4
          8 Baggage = baggage_5
          9 Something else
        web_chat en omitted 0
          About your open case
          Existing flight = existing_flight
          Baggage = baggage
          Baggage = baggage_1
          Baggage = baggage_2
          Baggage = baggage_3
          Baggage = baggage_4
          Baggage = baggage_5
          Baggage = baggage_6
          Baggage = baggage_7
          Baggage = baggage_8
          Something else
    "#]]
    .assert_eq(&brief::all(&told));
    server.finish().await?;
    Ok(())
}

/// The menu of an answer, routing as somebody who has not said why they come; and the answer.
async fn asked(
    server: &TestServer,
    contact: &str,
    at: i64,
) -> Outcome<(Vec<String>, v1::RouteContactResponse)> {
    let attempt = Attempt::new(contact, "web_chat").of("c1").at(at);
    let response = server.client().route_contact(attempt.route()).await?;
    let next = response.answer.clone().unwrap_or_default().next;
    let Some(v1::contact_answer::Next::ChooseReason(choose)) = next else {
        return Err(format!("{next:?}").into());
    };
    let items = choose.menu.unwrap_or_default().items;
    let labels = items.into_iter().map(|item| item.label);
    Ok((labels.collect(), response))
}

/// "About your open case" is for who has one; what the contract says to send for it continues the case.
#[tokio::test]
async fn the_open_case_is_offered_to_who_has_one() -> Outcome {
    let server = TestServer::start().await?;
    let (first, answered) = asked(&server, "chat-1", 1).await?;
    assert_eq!(first, ["Existing flight", "Baggage", "Something else"]);
    let lost = Attempt::new("chat-2", "web_chat").about("baggage/lost");
    let lost = lost.of("c1").fact("bag_tag", "KL123456").at(2);
    let lost = server.client().route_contact(lost.route()).await?;
    let case_id = lost.answer.unwrap_or_default().case_id;

    let (second, _) = asked(&server, "chat-3", 3).await?;
    assert_eq!(
        second.first().map(String::as_str),
        Some("About your open case")
    );
    let open = v1::ListCasesRequest {
        customer_id: "c1".to_owned(),
        state: v1::CaseState::Open.into(),
        ..Default::default()
    };
    let mut open = server.client().pages(open);
    let open = open.page().await?.unwrap_or_default();
    let [case] = open.as_slice() else {
        return Err(format!("{open:?}").into());
    };
    let mut picked = Attempt::new("chat-3", "web_chat")
        .about(&case.stated_reason)
        .at(4);
    picked.context.facts.clone_from(&case.facts);
    let picked = server.client().route_contact(picked.route()).await?;
    let picked = picked.answer.unwrap_or_default();
    assert_eq!(picked.case_id, case_id);
    assert_eq!(picked.case_match(), v1::CaseMatch::Continued);

    for contact in ["chat-2", "chat-3"] {
        let over = end(contact, v1::ContactOutcome::Resolved, 5);
        server.client().end_contact(over).await?;
    }
    let (third, _) = asked(&server, "chat-4", 6).await?;
    assert_eq!(third, first, "it is resolved");
    let something_else = v1::RouteContactRequest {
        allow_unknown_reason: true,
        ..Attempt::new("chat-4", "web_chat")
            .about("other")
            .at(7)
            .route()
    };
    let taken = server.client().route_contact(something_else).await?;
    let findings = brief::findings(taken.answer.as_ref());
    assert!(
        findings.contains(&"reason_unknown other".to_owned()),
        "{findings:?}"
    );

    // What was answered before is answered so again, whatever has come since.
    let server = server.restart().await?;
    let (_, again) = asked(&server, "chat-1", 1).await?;
    assert!(again.receipt.is_some_and(|it| it.replayed));
    assert_eq!(again.answer, answered.answer);
    server.finish().await?;
    Ok(())
}
