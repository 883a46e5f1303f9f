//! Over the wire: several matters on one contact, cases that are presumed, attempts that came to nothing, and ends that
//! say what came of a case.

use signpost_client::v1;
use signpost_tests::attempt::{Attempt, end, reroute};
use signpost_tests::server::TestServer;
use signpost_tests::{Outcome, brief};

fn matter(id: &str, reason: &str, facts: &[(&str, &str)]) -> v1::Matter {
    let fact = |(id, value): &(&str, &str)| v1::Fact {
        fact_id: (*id).to_owned(),
        value: Some(v1::fact::Value::Text((*value).to_owned())),
        ..Default::default()
    };
    v1::Matter {
        matter_id: id.to_owned(),
        stated_reason: reason.to_owned(),
        facts: facts.iter().map(fact).collect(),
        ..Default::default()
    }
}

fn two_matters() -> Attempt {
    let mut attempt = Attempt::new("mail-1", "web_chat").of("c1").tier("gold");
    attempt.context.matters = vec![
        matter("m1", "baggage/lost", &[("bag_tag", "0123456789")]),
        matter(
            "m2",
            "existing_flight/change_date",
            &[("booking_reference", "ABC123")],
        ),
    ];
    attempt
}

fn about(answer: &v1::ContactAnswer) -> Vec<(&str, &str, bool)> {
    let matters = answer.matters.iter();
    let told = matters.map(|it| {
        let reason = it.decision.as_ref().map_or("", |it| it.reason.as_str());
        (it.matter_id.as_str(), reason, it.case_id.is_empty())
    });
    told.collect()
}

#[tokio::test]
async fn each_matter_has_its_case_and_the_same_answer_again_after_a_restart() -> Outcome {
    let server = TestServer::start().await?;
    let request = two_matters().route();
    let first = server.client().route_contact(request.clone()).await?;
    let answer = first.answer.clone().unwrap_or_default();
    let told = about(&answer);
    assert_eq!(
        told,
        [
            ("m1", "baggage/lost", false),
            ("m2", "existing_flight/change_date", false)
        ]
    );
    let mut ids: Vec<&str> = answer
        .matters
        .iter()
        .map(|it| it.case_id.as_str())
        .collect();
    let leads = answer.matters.iter();
    let leads = leads.filter(|it| it.matter_id == answer.leading_matter_id);
    let leads: Vec<&str> = leads.map(|it| it.case_id.as_str()).collect();
    assert_eq!(leads, [answer.case_id.as_str()]);
    ids.dedup();
    assert_eq!(ids.len(), 2);

    let server = server.restart().await?;
    let again = server.client().route_contact(request).await?;
    assert!(brief::replayed(again.receipt.as_ref()));
    assert_eq!(again.answer, first.answer);
    let got = server.client().get_contact(v1::GetContactRequest {
        contact_id: "mail-1".to_owned(),
        ..Default::default()
    });
    let got = got.await?;
    assert_eq!(got.answer, first.answer);
    let contact = got.contact.unwrap_or_default();
    assert_eq!(contact.leading_matter_id, answer.leading_matter_id);
    assert_eq!(contact.additional_cases.len(), 1);

    let additional = contact.additional_cases[0].matter_id.clone();
    let resolution = Some(v1::CaseResolution {
        outcome: "explained".to_owned(),
        cost_micros: Some(1_000_000),
        ..Default::default()
    });
    let over = v1::EndContactRequest {
        resolution: resolution.clone(),
        note: "all is well".to_owned(),
        matters: vec![v1::MatterEnd {
            matter_id: additional,
            resolved: true,
            resolution,
            confirmed_reason: String::new(),
        }],
        ..end("mail-1", v1::ContactOutcome::Resolved, 5)
    };
    let ended = server.client().end_contact(over).await?;
    let resolved = v1::CaseState::Resolved;
    assert_eq!(ended.case_state(), resolved);
    let states: Vec<v1::CaseState> = ended.matters.iter().map(|it| it.case_state()).collect();
    assert_eq!(states, [resolved]);
    for id in [&ended.case_id, &ended.matters[0].case_id] {
        let case = server.client().get_case(v1::GetCaseRequest {
            case_id: id.clone(),
            ..Default::default()
        });
        let case = case.await?.case.unwrap_or_default();
        let outcome = case.resolution.clone().unwrap_or_default().outcome;
        assert_eq!((case.state(), outcome.as_str()), (resolved, "explained"));
    }
    // The decision of each matter comes out the same from the log.
    assert_eq!(server.finish().await?.decided_again, 2);
    Ok(())
}

#[tokio::test]
async fn faults_of_matters_are_told_by_their_paths() -> Outcome {
    let server = TestServer::start().await?;
    let mut told = Vec::new();
    let mut contacts = server.contacts();
    let mut twice = two_matters();
    twice.context.matters[1].matter_id = "m1".to_owned();
    twice.context.matters[0].stated_reason = "baggage/lots".to_owned();
    let mut together = two_matters();
    together.context.stated_reason = "baggage/lost".to_owned();
    together.context.stage = "support".to_owned();
    let mut hundred = two_matters();
    hundred.context.matters = (0..100)
        .map(|number| matter(&format!("m{number}"), "baggage/lost", &[]))
        .collect();
    let mut same = two_matters();
    same.context.matters[1] = v1::Matter {
        matter_id: "m2".to_owned(),
        ..same.context.matters[0].clone()
    };
    for attempt in [twice, together, hundred, same] {
        let refused = contacts.route_contact(attempt.route()).await;
        told.push(brief::refused(refused));
    }
    contacts.route_contact(two_matters().route()).await?;
    let refused = contacts.end_contact(v1::EndContactRequest {
        outcome: 4,
        ..end("mail-1", v1::ContactOutcome::Resolved, 5)
    });
    told.push(brief::refused(refused.await));
    let refused = contacts.end_contact(v1::EndContactRequest {
        matters: vec![v1::MatterEnd {
            matter_id: "m9".to_owned(),
            resolved: true,
            ..Default::default()
        }],
        ..end("mail-1", v1::ContactOutcome::Resolved, 5)
    });
    told.push(brief::refused(refused.await));
    let refused = contacts.end_contact(v1::EndContactRequest {
        resolution: Some(v1::CaseResolution {
            outcome: "explained".to_owned(),
            cost_micros: None,
            ..Default::default()
        }),
        ..end("mail-1", v1::ContactOutcome::Abandoned, 5)
    });
    told.push(brief::refused(refused.await));
    let unset = v1::AttemptOutcome::Unspecified;
    told.push(brief::refused(
        contacts.reroute_contact(reroute("mail-1", unset, 5)).await,
    ));
    let failed = v1::AttemptOutcome::Failed;
    told.push(brief::refused(
        contacts.reroute_contact(reroute("nobody", failed, 5)).await,
    ));
    expect_test::expect![[r#"
        InvalidArgument:  (2 faults in all)
          context.matters[0].stated_reason: is not a reason of the live playbook; did you mean baggage/lost?
          context.matters[1].matter_id: is there twice
        InvalidArgument:  (2 faults in all)
          context.stated_reason: must not be set together with `matters`: set it in the matters that it
              belongs to
          context.stage: must not be set together with `matters`: set it in the matters that it belongs to
        InvalidArgument
          context.matters: must be at most 9, are 100
        InvalidArgument
          context.matters[1]: leads to the same case as a matter before it: send a matter only once
        InvalidArgument
          outcome: does not end a contact: call RerouteContact with the outcome
              ATTEMPT_OUTCOME_ASKED_FOR_PERSON
        InvalidArgument
          matters[0].matter_id: must be one of the other matters of the contact, and the matter must have a
              case already
        InvalidArgument
          resolution: must be left out: this call does not resolve case_0000000000002; it does with the
              outcome resolved (a matter: with `resolved`), if the case is open and no other contact of it
              is live
        InvalidArgument
          outcome: must be set
        NotFound: there is no contact nobody
          contact nobody
    "#]].assert_eq(&brief::all(&told));
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn the_reason_of_another_matter_is_confirmed_with_the_end() -> Outcome {
    let server = TestServer::start().await?;
    let routed = server.client().route_contact(two_matters().route()).await?;
    let answer = routed.answer.unwrap_or_default();
    let other = answer.matters.iter();
    let mut other = other.filter(|it| it.matter_id != answer.leading_matter_id);
    let other = other.next().ok_or("there is one matter")?;
    let over = |reason: &str| v1::EndContactRequest {
        matters: vec![v1::MatterEnd {
            matter_id: other.matter_id.clone(),
            confirmed_reason: reason.to_owned(),
            ..Default::default()
        }],
        ..end("mail-1", v1::ContactOutcome::Resolved, 5)
    };
    let mut told = Vec::new();
    let long = "x".repeat(300);
    for reason in ["baggage/lots", "baggage", "a/b/c", &long, "baggage/\u{1}"] {
        let refused = server.contacts().end_contact(over(reason)).await;
        told.push(brief::refused(refused));
    }
    expect_test::expect![[r#"
        InvalidArgument
          matters[0].confirmed_reason: is not a reason of the live playbook; did you mean baggage/lost?
          UNKNOWN_REASON
        InvalidArgument
          matters[0].confirmed_reason: must be a secondary reason, as primary/secondary
          UNKNOWN_REASON
        InvalidArgument
          matters[0].confirmed_reason: must be primary or primary/secondary; each part must be lower-case
              letters, digits and _, starting with a letter
        InvalidArgument
          matters[0].confirmed_reason: must be primary or primary/secondary; each part must be at most 64
              bytes, is 300
        InvalidArgument
          matters[0].confirmed_reason: must be primary or primary/secondary; each part must be lower-case
              letters, digits and _, starting with a letter
    "#]].assert_eq(&brief::all(&told));
    let case = async |server: &TestServer| -> Outcome<v1::Case> {
        let case = server.client().get_case(v1::GetCaseRequest {
            case_id: other.case_id.clone(),
            ..Default::default()
        });
        Ok(case.await?.case.unwrap_or_default())
    };
    assert_eq!(case(&server).await?.confirmed_reason, "");
    server.client().end_contact(over("baggage/damaged")).await?;
    let server = server.restart().await?;
    let kept = case(&server).await?;
    assert_eq!(kept.state(), v1::CaseState::Open);
    assert_eq!(kept.confirmed_reason, "baggage/damaged");
    let listed = server.client().list_cases(v1::ListCasesRequest {
        filter: Some(v1::CaseFilter {
            reasons: vec!["baggage/damaged".to_owned()],
            ..Default::default()
        }),
        ..Default::default()
    });
    let listed = listed.await?.cases;
    let listed: Vec<&str> = listed.iter().map(|it| it.case_id.as_str()).collect();
    assert_eq!(listed, [other.case_id.as_str()]);
    for (id, said) in [(&other.case_id, true), (&answer.case_id, false)] {
        let timeline = v1::ListCaseTimelineRequest {
            case_id: id.clone(),
            ..Default::default()
        };
        let entries = server.client().list_case_timeline(timeline).await?.entries;
        let text = entries.last().map_or("", |entry| entry.text.as_str());
        assert_eq!(
            text.contains("confirmed as baggage/damaged"),
            said,
            "{text}"
        );
    }
    // One routing, one more for the other matter, one end.
    assert_eq!(server.finish().await?.state.seq().0, 4);
    Ok(())
}

#[tokio::test]
async fn an_attempt_that_came_to_nothing_is_decided_again_and_answered_so_again() -> Outcome {
    let server = TestServer::start().await?;
    let attempt = Attempt::new("chat-1", "web_chat").of("c1").tier("standard");
    let attempt = attempt.about("existing_flight/change_date");
    let attempt = attempt.fact("booking_reference", "ABC123");
    server.client().route_contact(attempt.route()).await?;
    let request = v1::RerouteContactRequest {
        note: "the page was down".to_owned(),
        ..reroute("chat-1", v1::AttemptOutcome::Failed, 2)
    };
    let first = server.client().reroute_contact(request.clone()).await?;
    let server = server.restart().await?;
    let again = server.client().reroute_contact(request).await?;
    assert!(brief::replayed(again.receipt.as_ref()) && !brief::replayed(first.receipt.as_ref()));
    assert_eq!(again.answer, first.answer);
    let case_id = first.answer.unwrap_or_default().case_id;
    let timeline = server
        .client()
        .list_case_timeline(v1::ListCaseTimelineRequest {
            case_id,
            ..Default::default()
        });
    let entries = timeline.await?.entries;
    let last = entries
        .last()
        .map(|entry| entry.text.clone())
        .unwrap_or_default();
    assert!(last.contains("could not be helped"), "{last}");
    assert!(last.ends_with(": the page was down"), "{last}");
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn the_one_open_case_is_presumed_and_several_are_listed() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let attempt = |contact: &str| Attempt::new(contact, "web_chat").of("c1").tier("standard");
    let change = |contact: &str| attempt(contact).about("existing_flight/change_date");
    let first = change("chat-1").fact("booking_reference", "ABC123");
    let first = client.route_contact(first.route()).await?;
    let first = first.answer.unwrap_or_default();
    let presumed = client.route_contact(change("chat-2").at(2).route()).await?;
    let presumed = presumed.answer.unwrap_or_default();
    assert!(presumed.case_presumed);
    assert_eq!(presumed.case_id, first.case_id);
    let key = presumed.presumed_key_facts.iter();
    let key: Vec<&str> = key.map(|fact| fact.fact_id.as_str()).collect();
    assert_eq!(key, ["booking_reference"]);

    let mut another = attempt("chat-2").at(3);
    another.context.another_matter = true;
    let asked = client.route_contact(another.route()).await?;
    let asked = asked.answer.unwrap_or_default();
    assert_eq!((asked.case_id.as_str(), asked.case_presumed), ("", false));
    let other = attempt("chat-2").at(4).fact("booking_reference", "XYZ789");
    let moved = client.route_contact(other.route()).await?;
    let moved = moved.answer.unwrap_or_default();
    assert_ne!(moved.case_id, first.case_id);

    let several = client.route_contact(change("chat-3").at(5).route()).await?;
    let several = several.answer.unwrap_or_default();
    let listed = several.open_cases.iter().map(|case| case.case_id.as_str());
    let listed: Vec<&str> = listed.collect();
    assert_eq!(listed, [moved.case_id.as_str(), first.case_id.as_str()]);
    assert!(
        several
            .open_cases
            .iter()
            .all(|case| !case.case_number.is_empty())
    );
    let menu = client
        .route_contact(attempt("chat-4").at(6).route())
        .await?;
    let menu = menu.answer.unwrap_or_default();
    let Some(v1::contact_answer::Next::ChooseReason(choose)) = menu.next else {
        return Err("no menu".into());
    };
    let items = choose.menu.unwrap_or_default().items;
    let open = items
        .iter()
        .find(|item| item.kind() == v1::MenuItemKind::OpenCase);
    assert_eq!(open.map(|item| item.open_cases.len()), Some(2));
    server.finish().await?;
    Ok(())
}
