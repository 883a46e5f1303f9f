//! Several cases from one contact, over the wire.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::further::{add_case, add_case_knowing};
use signpost_tests::listed::listed;
use signpost_tests::process::{Ran, signpost};
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;
use signpost_tests::watch::{Watch, feeds, next_events, watch_events};
use signpost_tests::{Outcome, brief};
use v1::ContactOutcome as Ended;

/// What the call is about.
const ABOUT: &str = "existing_flight/change_date";

/// A server with a call of `c1` about a booking.
async fn a_call() -> Outcome<TestServer> {
    let server = TestServer::start().await?;
    let call = Attempt::new("call-1", "phone").about(ABOUT);
    let call = call.of("c1").fact("booking_reference", "ABC123").at(1);
    server.client().route_contact(call.route()).await?;
    Ok(server)
}

async fn contact(server: &TestServer) -> Outcome<v1::Contact> {
    let request = v1::GetContactRequest {
        contact_id: "call-1".to_owned(),
    };
    let got = server.client().get_contact(request).await?;
    Ok(got.contact.unwrap_or_default())
}

async fn case(server: &TestServer, id: &str) -> Outcome<v1::Case> {
    let request = v1::GetCaseRequest {
        case_id: id.to_owned(),
        ..v1::GetCaseRequest::default()
    };
    let got = server.client().get_case(request).await?;
    Ok(got.case.unwrap_or_default())
}

/// What happened to a case, in lines.
async fn timeline(server: &TestServer, id: &str) -> Outcome<String> {
    let request = v1::GetCaseTimelineRequest {
        case_id: id.to_owned(),
        ..v1::GetCaseTimelineRequest::default()
    };
    let got = server.client().get_case_timeline(request).await?;
    let lines = got.entries.iter().map(|entry| {
        let kind = entry
            .kind()
            .as_str_name()
            .trim_start_matches("TIMELINE_KIND_");
        assert_eq!(entry.case_id, id, "{entry:?}");
        format!(
            "{} {kind} {}: {}\n",
            entry.actor, entry.other_case_id, entry.text
        )
    });
    Ok(lines.collect())
}

#[tokio::test]
async fn a_caller_brings_two_matters() -> Outcome {
    let server = a_call().await?;
    let client = server.client();
    let bag = ("bag_tag", "KL123456");
    let request = v1::AddCaseToContactRequest {
        note: "both in one call".to_owned(),
        ..add_case_knowing("call-1", "baggage/lost", bag, "add", 5)
    };
    let added = client.add_case_to_contact(request.clone()).await?;
    assert_eq!(added.joined(), v1::Joined::Opened);
    let own = contact(&server).await?.case_id;
    assert_eq!(added.contact_case_id, own);
    assert_eq!(added.further_case_ids, [added.case_id.as_str()]);
    let known = added.known_facts.iter().map(|fact| fact.fact_id.as_str());
    assert_eq!(known.collect::<Vec<_>>(), ["bag_tag"]);

    let found = contact(&server).await?;
    let further = v1::FurtherCase {
        case_id: added.case_id.clone(),
        reason: "baggage/lost".to_owned(),
        joined: v1::Joined::Opened.into(),
    };
    assert_eq!(found.further_cases, [further]);
    let live = |case: &v1::Case| {
        let contacts = case.contacts.iter();
        contacts
            .map(|it| (it.contact_id.clone(), it.live))
            .collect::<Vec<_>>()
    };
    let bag_case = case(&server, &added.case_id).await?;
    assert_eq!(live(&bag_case), [("call-1".to_owned(), true)]);
    assert_eq!(
        (bag_case.customer_id.as_str(), bag_case.note_count),
        ("c1", 1)
    );
    // Both cases list the contact.
    for case_number in [&own, &added.case_id] {
        let request = v1::ListContactsRequest {
            case_number: case_number.clone(),
            ..v1::ListContactsRequest::default()
        };
        let listed = listed(client, request).await?;
        assert_eq!(listed, [found.clone()], "{case_number}");
    }

    // The same again, also after a restart.
    let server = server.restart().await?;
    let client = server.client();
    let again = client.add_case_to_contact(request).await?;
    assert_eq!(
        again,
        v1::AddCaseToContactResponse {
            replayed: true,
            ..added.clone()
        }
    );
    assert_eq!(contact(&server).await?, found);

    let take = v1::TakeRouteRequest {
        request_id: "take".to_owned(),
        contact_id: "call-1".to_owned(),
        route: v1::Route::Human.into(),
        arrive_time: Some(minute(6)),
        ..v1::TakeRouteRequest::default()
    };
    client.take_route(take).await?;
    let ended = client
        .end_contact(end("call-1", Ended::Resolved, 10))
        .await?;
    assert_eq!(
        (&ended.case_id, ended.case_state()),
        (&own, v1::CaseState::Resolved)
    );
    let bag_case = case(&server, &added.case_id).await?;
    assert_eq!(bag_case.state(), v1::CaseState::Open);
    assert_eq!(live(&bag_case), [("call-1".to_owned(), false)]);
    let told = timeline(&server, &added.case_id)
        .await?
        .replace(&own, "OWN");
    expect![[r#"
        platform/test CASE_ADDED OWN: contact call-1 came about baggage/lost, too, and opened it: both in one call
        platform/test ROUTE_TAKEN : contact call-1: the customer took human
        platform/test CONTACT_ENDED : contact call-1 ended: resolved
    "#]].assert_eq(&told);
    let told = timeline(&server, &own).await?;
    expect![[r#"
        platform/test CONTACT_ROUTED : contact call-1, tier standard about existing_flight/change_date: opened it; went to self_service (rebook)
        platform/test ROUTE_TAKEN : contact call-1: the customer took human
        platform/test CONTACT_ENDED : contact call-1 ended: resolved; the case is resolved
    "#]].assert_eq(&told);
    // It is resolved as cases are.
    let resolve = v1::ResolveCaseRequest {
        request_id: "resolve".to_owned(),
        case_id: added.case_id.clone(),
        resolution: Some(v1::CaseResolution {
            outcome: "found".to_owned(),
            cost_micros: None,
        }),
        arrive_time: Some(minute(11)),
        ..v1::ResolveCaseRequest::default()
    };
    let receipt = client
        .resolve_case(resolve)
        .await?
        .receipt
        .unwrap_or_default();
    assert_eq!(receipt.state(), v1::CaseState::Resolved);
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_further_case_is_continued_and_reopened() -> Outcome {
    let server = a_call().await?;
    let client = server.client();
    let chat = Attempt::new("chat-1", "web_chat").about("baggage/lost");
    let chat = chat.of("c1").fact("bag_tag", "KL123456").at(2);
    let chat = client
        .route_contact(chat.route())
        .await?
        .answer
        .unwrap_or_default();
    let bag = ("bag_tag", "KL123456");
    let request = add_case_knowing("call-1", "baggage/lost", bag, "add", 5);
    let added = client.add_case_to_contact(request).await?;
    assert_eq!(
        (added.joined(), &added.case_id),
        (v1::Joined::Continued, &chat.case_id)
    );
    let continued = case(&server, &chat.case_id).await?;
    assert_eq!(
        (continued.contact_count, continued.channel_switches),
        (2, 1)
    );
    for contact in ["call-1", "chat-1"] {
        client.end_contact(end(contact, Ended::Resolved, 6)).await?;
    }
    assert_eq!(
        case(&server, &chat.case_id).await?.state(),
        v1::CaseState::Resolved
    );

    let mail = Attempt::new("mail-1", "email")
        .about("baggage/damaged")
        .of("c1")
        .at(7);
    client.route_contact(mail.route()).await?;
    let request = add_case_knowing("mail-1", "baggage/lost", bag, "again", 8);
    let added = client.add_case_to_contact(request).await?;
    assert_eq!(
        (added.joined(), &added.case_id),
        (v1::Joined::Reopened, &chat.case_id)
    );
    assert_eq!(
        case(&server, &chat.case_id).await?.state(),
        v1::CaseState::Open
    );
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_added_is_refused() -> Outcome {
    let server = a_call().await?;
    let mut contacts = server.contacts();
    let nobody = Attempt::new("call-2", "phone")
        .about("baggage/damaged")
        .at(2);
    server.client().route_contact(nobody.route()).await?;
    let ok = add_case("call-1", "baggage/damaged", "ok", 3);
    server.client().add_case_to_contact(ok.clone()).await?;
    let mut told = Vec::new();
    for request in [
        v1::AddCaseToContactRequest::default(),
        add_case("call-9", "baggage/damaged", "r1", 3),
        add_case("call-2", "baggage/damaged", "r2", 3),
        add_case("call-1", "baggage/damaged", "r3", 3),
        add_case("call-1", ABOUT, "r4", 3),
        add_case("call-1", "baggage", "r5", 3),
        add_case("call-1", "baggage/lots", "r6", 3),
        add_case_knowing("call-1", "baggage/lost", ("tag", "1"), "r7", 3),
        v1::AddCaseToContactRequest {
            note: "another".to_owned(),
            ..ok
        },
    ] {
        told.push(brief::refused(contacts.add_case_to_contact(request).await));
    }
    for number in 2..=8 {
        let booking = ("booking_reference", &*format!("ABC00{number}"));
        let request = add_case_knowing("call-1", ABOUT, booking, &format!("n{number}"), 4);
        server.client().add_case_to_contact(request).await?;
    }
    let request = add_case("call-1", "existing_flight/cancel", "n9", 4);
    told.push(brief::refused(contacts.add_case_to_contact(request).await));
    let late = Attempt::new("call-3", "phone")
        .about("baggage/damaged")
        .of("c3")
        .at(5);
    server.client().route_contact(late.route()).await?;
    server
        .client()
        .end_contact(end("call-3", Ended::Resolved, 6))
        .await?;
    let bag = ("bag_tag", "KL123456");
    let request = add_case_knowing("call-3", "baggage/lost", bag, "in time", 66);
    server.client().add_case_to_contact(request).await?;
    let request = add_case("call-3", "existing_flight/cancel", "late", 67);
    told.push(brief::refused(contacts.add_case_to_contact(request).await));
    expect![[r#"
        InvalidArgument:  (4 faults in all)
          request_id: must not be empty
          contact_id: must not be empty
          reason: must be set
          arrive_time: must be set: this server takes its time from the requests
        NotFound: there is no contact call-9
          contact call-9
        FailedPrecondition: contact call-2 is of nobody known: tell first who it is, by an id or a verified
              identity in RouteContact
          CONTACT_STEP call-2
        FailedPrecondition: contact call-1 has case_0000000000004 already, the case of this matter
          CONTACT_STEP call-1
        FailedPrecondition: contact call-1 has case_0000000000002 already, the case of this matter
          CONTACT_STEP call-1
        InvalidArgument
          reason: must be a secondary reason, as primary/secondary
        InvalidArgument
          reason: is not a reason of the live playbook; did you mean baggage/lost?
        InvalidArgument
          facts[0].fact_id: is not a fact of the live playbook; must be one of booking_reference, bag_tag,
              departs_at, fare, bags, is_group
        FailedPrecondition: contact call-1 has case_0000000000004 already, the case of this matter
          CONTACT_STEP call-1
        FailedPrecondition: contact call-1 has 8 further cases already, the most there can be
          CONTACT_STEP call-1
        FailedPrecondition: contact call-3 ended more than 1h ago: another matter is a new contact
          CONTACT_STEP call-3
    "#]].assert_eq(&brief::all(&told));
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn two_further_cases_of_a_live_contact_are_merged_and_parted() -> Outcome {
    let server = a_call().await?;
    let client = server.client();
    let mut cases = Vec::new();
    for number in 1..=2 {
        let booking = format!("ABC00{number}");
        let known = ("booking_reference", booking.as_str());
        let request = add_case_knowing("call-1", ABOUT, known, &booking, 3);
        cases.push(client.add_case_to_contact(request).await?.case_id);
    }
    let merge = v1::MergeCasesRequest {
        request_id: "merge".to_owned(),
        case_id: cases[0].clone(),
        merged_case_id: cases[1].clone(),
        arrive_time: Some(minute(4)),
        ..v1::MergeCasesRequest::default()
    };
    client.merge_cases(merge).await?;
    let again = add_case_knowing("call-1", ABOUT, ("booking_reference", "ABC002"), "a", 5);
    let mut told = vec![brief::refused(
        server.contacts().add_case_to_contact(again).await,
    )];
    let resolve = v1::ResolveCaseRequest {
        request_id: "resolve".to_owned(),
        case_id: cases[0].clone(),
        resolution: Some(v1::CaseResolution {
            outcome: "found".to_owned(),
            cost_micros: None,
        }),
        arrive_time: Some(minute(5)),
        ..v1::ResolveCaseRequest::default()
    };
    told.push(brief::refused(
        server.cases().resolve_case(resolve.clone()).await,
    ));
    let told = brief::all(&told);
    let told = told.replace(&cases[0], "ONE").replace(&cases[1], "TWO");
    expect![[r#"
        FailedPrecondition: contact call-1 has ONE already, the case of this matter
          CONTACT_STEP call-1
        FailedPrecondition: case ONE has 1 live contact(s), which must end first: call-1
          CASE_STEP ONE
    "#]].assert_eq(&told);
    let server = server.restart().await?;
    let client = server.client();
    let undo = v1::UnmergeCaseRequest {
        request_id: "undo".to_owned(),
        case_id: cases[1].clone(),
        arrive_time: Some(minute(6)),
        ..v1::UnmergeCaseRequest::default()
    };
    client.unmerge_case(undo).await?;
    client
        .end_contact(end("call-1", Ended::Resolved, 7))
        .await?;
    for id in &cases {
        let found = case(&server, id).await?;
        assert_eq!(found.state(), v1::CaseState::Open);
        assert!(
            found.contacts.iter().all(|contact| !contact.live),
            "{found:?}"
        );
    }
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn those_who_watch_see_it() -> Outcome {
    use v1::case_item::Item as OfCase;
    use v1::contact_item::Item as OfContact;
    use v1::event::Body;
    let server = a_call().await?;
    let request = v1::WatchCasesRequest::default();
    let mut cases = Watch::of(feeds(&server).watch_cases(request).await?.into_inner());
    let request = v1::WatchContactsRequest::default();
    let mut contacts = Watch::of(feeds(&server).watch_contacts(request).await?.into_inner());
    let mut events = watch_events(&server, v1::WatchEventsRequest::default()).await?;
    while !matches!(cases.item().await?.item, Some(OfCase::SnapshotEnd(_))) {}
    while !matches!(contacts.item().await?.item, Some(OfContact::SnapshotEnd(_))) {}
    let bag = ("bag_tag", "KL123456");
    let request = add_case_knowing("call-1", "baggage/lost", bag, "add", 5);
    let added = server.client().add_case_to_contact(request).await?;
    let Some(OfContact::Changed(changed)) = contacts.item().await?.item else {
        return Err("the contact did not change".into());
    };
    assert_eq!(changed, contact(&server).await?);
    assert_eq!(changed.further_cases.len(), 1);
    let Some(OfCase::Changed(opened)) = cases.item().await?.item else {
        return Err("no case changed".into());
    };
    assert_eq!(opened, case(&server, &added.case_id).await?);
    server
        .client()
        .end_contact(end("call-1", Ended::Abandoned, 6))
        .await?;
    // Both cases change by the end of the contact.
    let mut ended = Vec::new();
    for _ in 0..2 {
        let Some(OfCase::Changed(changed)) = cases.item().await?.item else {
            return Err("no case changed".into());
        };
        assert!(changed.contacts.iter().all(|contact| !contact.live));
        ended.push(changed.case_id);
    }
    ended.sort();
    assert_eq!(
        ended,
        [added.contact_case_id.clone(), added.case_id.clone()]
    );
    let seen = next_events(&mut events, 2).await?;
    let body = |item: &v1::EventItem| match &item.item {
        Some(v1::event_item::Item::Event(event)) => event.body.clone(),
        _ => None,
    };
    let Some(Body::CaseAdded(event)) = body(&seen[0]) else {
        return Err(format!("no case was added: {seen:#?}").into());
    };
    assert_eq!(
        (&event.case_id, &event.contact_case_id),
        (&added.case_id, &added.contact_case_id)
    );
    let Some(Body::ContactEnded(event)) = body(&seen[1]) else {
        return Err(format!("no contact ended: {seen:#?}").into());
    };
    assert_eq!(event.further_case_ids, [added.case_id]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_adds_one_on_the_command_line() -> Outcome {
    let server = a_call().await?;
    let address = server.address().to_string();
    let mut told = String::new();
    for words in [
        &[
            "contact",
            "add-case",
            "call-1",
            "--reason",
            "baggage/lost",
            "--fact",
            "bag_tag=KL1",
        ][..],
        &[
            "contact",
            "add-case",
            "call-1",
            "--reason",
            "baggage/damaged",
        ],
        &["contact", "get", "call-1"],
        &["contact", "list", "--case", "case_0000000000003"],
    ] {
        let mut words = words.to_vec();
        if words[1] == "add-case" {
            words.extend(["--arrive", "2026-03-02T09:05:00Z", "--request-id", "key"]);
        }
        let mut command = signpost(&address, &words)?;
        let came = tokio::task::spawn_blocking(move || Ran::of(&mut command)).await??;
        told += &format!("$ {}\n{}{}", words.join(" "), came.stdout, came.stderr);
    }
    let lines: String = told
        .lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect();
    expect![[r#"
        $ contact add-case call-1 --reason baggage/lost --fact bag_tag=KL1 --arrive 2026-03-02T09:05:00Z --request-id key
        contact call-1 · OPENED case_0000000000003
          facts         bag_tag = KL1
          its own case  case_0000000000002
        $ contact add-case call-1 --reason baggage/damaged --arrive 2026-03-02T09:05:00Z --request-id key
        signpost: request_id key was used before with other content
        $ contact get call-1
        contact call-1 · self_service
          case           case_0000000000002
          further cases  case_0000000000003 (baggage/lost OPENED)
          customer       c1
          tier by        the default
          channel        phone
          reason         existing_flight/change_date
          facts          booking_reference = ABC123
          route          self_service
          arrived        2026-03-02T09:01:00Z

        contact call-1 · OPENED case_0000000000002
        customer c1, tier standard, reason existing_flight/change_date, need 1.0
        → self_service, flow rebook
        known: booking_reference = ABC123

             route         cost  wait          resolves  cost is
          →  self_service  2.85  none              65 %  handling 0.05 + failure 2.80
             message       5.48  4m (assumed)      70 %  handling 2.00 + waiting 0.08 + failure 2.40 + leaving channel 1.00
             human         7.80  4m (assumed)      95 %  handling 6.00 + waiting 1.60 + failure 0.20
        why
          no tier is known; the playbook's default was assumed
          no wait was reported for queue rebooking; the playbook's was assumed
          customer.vulnerable is not known, so not applied: vulnerable
          facts.departs_at is not known, so not applied: flying_today
        why not
          chat: the channel does not offer it
          callback: the consent call_back is not known
        playbook df6e4710ea5f, decided 2026-03-02T09:01:00Z
        $ contact list --case case_0000000000003
          contact  place         channel  reason                       customer  route         outcome  recorded
          call-1   self_service  phone    existing_flight/change_date  c1        self_service           2026-03-02T09:01:00Z
    "#]].assert_eq(&lines);
    Ok(())
}
