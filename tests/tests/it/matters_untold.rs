//! Over the wire: matters without a case, another matter that is the same, a customer who does not answer, and where a
//! contact went by the customer's own choice.

use signpost_client::v1;
use signpost_tests::attempt::{Attempt, end, reroute, take};
use signpost_tests::server::TestServer;
use signpost_tests::{Outcome, brief};
use v1::contact_answer::Next;

fn matter(id: &str, reason: &str) -> v1::Matter {
    v1::Matter {
        matter_id: id.to_owned(),
        stated_reason: reason.to_owned(),
        ..Default::default()
    }
}

fn change(contact: &str, minute: i64) -> Attempt {
    let attempt = Attempt::new(contact, "web_chat").of("c1").tier("gold");
    attempt.about("existing_flight/change_date").at(minute)
}

fn got(contact: &str) -> v1::GetContactRequest {
    v1::GetContactRequest {
        contact_id: contact.to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn each_matter_says_what_its_reason_lacks() -> Outcome {
    let server = TestServer::start().await?;
    let mut attempt = Attempt::new("mail-1", "web_chat").of("c1").tier("gold");
    attempt.context.matters = vec![
        matter("m1", "existing_flight/cancel"),
        matter("m2", "no/such"),
        matter("m3", "existing_flight"),
        matter("m4", ""),
    ];
    attempt.context.matters[0].facts = vec![v1::Fact {
        fact_id: "booking_reference".to_owned(),
        value: Some(v1::fact::Value::Text("ABC123".to_owned())),
        ..Default::default()
    }];
    let mut contacts = server.contacts();
    let refused = contacts.route_contact(attempt.clone().route()).await;
    let refused = brief::refused(refused);
    assert!(
        refused.contains("context.matters[1].stated_reason"),
        "{refused}"
    );
    let request = v1::RouteContactRequest {
        allow_unknown_reason: true,
        ..attempt.route()
    };
    let answer = server.client().route_contact(request.clone()).await?.answer;
    let answer = answer.unwrap_or_default();
    let said = answer.matters.iter().map(|matter| {
        let found = matter.findings.iter();
        let found = found.map(|it| format!("{:?} {}", it.kind(), it.subject));
        let menu = matter.choose_reason.clone().unwrap_or_default();
        let menu_of = menu.matter_id;
        let menu = menu.menu.unwrap_or_default();
        let items = menu.items.iter().map(|item| item.reason.as_str());
        format!(
            "{} case {}; {:?}; menu of {menu_of:?}: {}\n",
            matter.matter_id,
            !matter.case_id.is_empty(),
            found.collect::<Vec<_>>(),
            items.collect::<Vec<_>>().join(" "),
        )
    });
    expect_test::expect![[r#"
        m1 case true; []; menu of "": 
        m2 case false; ["ReasonUnknown no/such"]; menu of "": 
        m3 case false; []; menu of "m3": existing_flight/change_date existing_flight/cancel 
        m4 case false; []; menu of "m4": existing_flight baggage 
    "#]]
    .assert_eq(&said.collect::<String>());
    let server = server.restart().await?;
    let again = server.client().route_contact(request).await?;
    assert_eq!(again.answer, Some(answer));

    let mut contacts = server.contacts();
    let refused = contacts.route_contact(
        Attempt::new("mail-1", "web_chat")
            .about("baggage/lost")
            .at(2)
            .route(),
    );
    expect_test::expect![[r#"
        InvalidArgument
          context.stated_reason: must be left out: the contact has several matters; send the reason in
              `matters`, with the id of its matter"#]].assert_eq(&brief::refused(refused.await));

    // Where none leads, the menu is below what the first one tells.
    let mut none = Attempt::new("mail-2", "web_chat").of("c2").tier("gold");
    none.context.matters = vec![matter("m1", "existing_flight"), matter("m2", "")];
    let answer = server.client().route_contact(none.route()).await?.answer;
    let Some(Next::ChooseReason(choose)) = answer.and_then(|answer| answer.next) else {
        return Err("no menu".into());
    };
    assert_eq!(choose.matter_id, "m1");
    let items = choose.menu.unwrap_or_default().items;
    let below = items.iter().filter(|item| !item.reason.is_empty());
    assert!(below.clone().count() > 0);
    assert!(
        below
            .into_iter()
            .all(|item| item.reason.starts_with("existing_flight/"))
    );
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn what_the_customer_chose_is_what_get_contact_shows() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let attempt = change("chat-1", 1)
        .fact("booking_reference", "ABC123")
        .choose();
    let answer = client
        .route_contact(attempt.route())
        .await?
        .answer
        .unwrap_or_default();
    assert_eq!(answer.state(), v1::ContactState::AwaitingCustomer);
    let before = client.get_contact(got("chat-1")).await?.answer;
    assert_eq!(before, Some(answer));
    let taken = client
        .select_route(take("chat-1", v1::Route::Chat, 2))
        .await?;
    let server = server.restart().await?;
    let after = server.client().get_contact(got("chat-1")).await?;
    let after = after.answer.unwrap_or_default();
    assert_eq!(after.state(), v1::ContactState::Routed);
    assert_eq!(after.next, taken.target.map(Next::Target));
    let over = end("chat-1", v1::ContactOutcome::Resolved, 3);
    server.client().end_contact(over).await?;
    let after = server.client().get_contact(got("chat-1")).await?;
    assert_eq!(
        after.answer.unwrap_or_default().state(),
        v1::ContactState::Ended
    );
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn who_does_not_answer_gets_no_live_route_until_the_contact_is_amended() -> Outcome {
    let server = TestServer::start().await?;
    let attempt = change("chat-1", 1).fact("booking_reference", "ABC123");
    server.client().route_contact(attempt.route()).await?;
    let away = |answer: Option<v1::ContactAnswer>| {
        let decision = answer.unwrap_or_default().decision.unwrap_or_default();
        let down = decision.ineligible_routes.into_iter();
        let away = down.filter(|it| it.cause() == v1::IneligibilityCause::CustomerAway);
        let mut away: Vec<v1::Route> = away.map(|it| it.route()).collect();
        away.sort();
        away
    };
    let request = reroute("chat-1", v1::AttemptOutcome::NoAnswer, 2);
    let first = server.client().reroute_contact(request.clone()).await?;
    let live = [v1::Route::Chat, v1::Route::Human];
    assert_eq!(away(first.answer.clone()), live);
    let server = server.restart().await?;
    let client = server.client();
    let again = client.reroute_contact(request).await?;
    assert_eq!(again.answer, first.answer);
    let failed = client.reroute_contact(reroute("chat-1", v1::AttemptOutcome::Failed, 3));
    assert_eq!(away(failed.await?.answer), live);
    let back = Attempt::new("chat-1", "web_chat").at(4);
    let back = client.route_contact(back.route()).await?;
    assert!(away(back.answer).is_empty());
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn another_matter_with_the_key_of_a_case_that_is_there_says_so() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let first = change("chat-1", 1).fact("booking_reference", "ABC123");
    let first = client
        .route_contact(first.route())
        .await?
        .answer
        .unwrap_or_default();
    let mut same = change("chat-2", 2).fact("booking_reference", "ABC123");
    same.context.another_matter = true;
    let same = client
        .route_contact(same.route())
        .await?
        .answer
        .unwrap_or_default();
    assert_eq!(same.case_id, first.case_id);
    let findings = same.decision.unwrap_or_default().findings;
    let mut said = findings
        .iter()
        .filter(|it| it.kind() == v1::FindingKind::SameMatterByKey);
    assert_eq!(
        said.next().map(|it| it.subject.as_str()),
        Some("booking_reference")
    );
    let mut other = change("chat-3", 3).fact("booking_reference", "XYZ789");
    other.context.another_matter = true;
    let other = client
        .route_contact(other.route())
        .await?
        .answer
        .unwrap_or_default();
    assert_ne!(other.case_id, first.case_id);
    let findings = other.decision.unwrap_or_default().findings;
    assert!(
        findings
            .iter()
            .all(|it| it.kind() != v1::FindingKind::SameMatterByKey)
    );
    server.finish().await?;
    Ok(())
}
