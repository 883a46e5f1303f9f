//! Cases over the wire: working on them, each call of CaseService once happy and once refused.

use expect_test::expect;
use signpost_client::{Client, ClientError, v1};
use signpost_tests::Outcome;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::server::{FLIGHTS, TestServer};
use signpost_tests::time::minute;
use v1::ContactOutcome as Ended;

/// A call about a booking and a chat about a bag, of one customer, both over.
async fn two_cases(server: &TestServer) -> Outcome<[String; 2]> {
    let client = server.client();
    let booking = Attempt::new("call-1", "phone").about("existing_flight/change_date");
    let booking = booking
        .of("c1")
        .tier("gold")
        .fact("booking_reference", "ABC123");
    let bag = Attempt::new("chat-2", "web_chat")
        .about("baggage/lost")
        .of("c1");
    let bag = bag.fact("bag_tag", "KL123456");
    let mut cases = Vec::new();
    for attempt in [booking, bag] {
        let answer = client.route_contact(attempt.route()).await?;
        cases.push(answer.answer.unwrap_or_default().case_id);
    }
    for contact in ["call-1", "chat-2"] {
        client
            .end_contact(end(contact, Ended::Switched, 10))
            .await?;
    }
    Ok(cases.try_into().map_err(|_| "two cases")?)
}

fn refused<T: std::fmt::Debug>(answer: Result<T, ClientError>) -> String {
    match answer {
        Err(error) => error.to_string(),
        Ok(answer) => format!("not refused: {answer:?}"),
    }
}

fn note(case: &str, text: &str, etag: &str, request: &str) -> v1::AddCaseNoteRequest {
    v1::AddCaseNoteRequest {
        request_id: request.into(),
        case_id: case.into(),
        text: text.into(),
        etag: etag.into(),
        event_time: Some(minute(20)),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_supervisor_finds_merges_undoes_and_resolves() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let [one, two] = two_cases(&server).await?;
    let found = server.case(&one).await?;
    let by_number = server.case(&found.case_number).await?;
    assert_eq!(by_number, found);

    let merge = v1::MergeCasesRequest {
        request_id: "merge".into(),
        case_id: one.clone(),
        duplicate_case_id: two.clone(),
        etag: found.etag.clone(),
        event_time: Some(minute(20)),
        note: "told twice".into(),
    };
    let merged = client.merge_cases(merge.clone()).await?;
    let state = |receipt: &Option<v1::CaseReceipt>| receipt.as_ref().map(|it| it.state());
    assert_eq!(state(&merged.case_receipt), Some(v1::CaseState::Open));
    assert_eq!(state(&merged.duplicate), Some(v1::CaseState::Merged));
    let again = client.merge_cases(merge).await?;
    assert!(again.receipt.is_some_and(|receipt| receipt.replayed));
    assert_eq!(server.case(&one).await?.note_count, 1);

    client
        .add_case_note(note(&one, "the bag came back", "", "note"))
        .await?;
    let timeline = v1::ListCaseTimelineRequest {
        case_id: one.clone(),
        ..v1::ListCaseTimelineRequest::default()
    };
    let whole = client.list_case_timeline(timeline.clone()).await?;
    let told = whole.entries.iter().map(|entry| {
        let text = entry.text.replace(&one, "ONE").replace(&two, "TWO");
        format!("{} {}: {text}\n", entry.actor, entry.channel)
    });
    expect![[r#"
        platform/test phone: contact call-1, tier gold about existing_flight/change_date: opened it; went to self_service (rebook)
        platform/test web_chat: contact chat-2, tier gold about baggage/lost: opened it; went to message (baggage)
        platform/test : contact call-1 ended: the customer continued on another channel
        platform/test : contact chat-2 ended: the customer continued on another channel
        platform/test : TWO merged into ONE: told twice
        platform/test : the bag came back
    "#]].assert_eq(&told.collect::<String>());
    let paged = in_pages(client, &timeline).await?;
    assert_eq!(paged, whole.entries, "the pages are the whole");

    let undo = v1::UnmergeCaseRequest {
        request_id: "undo".into(),
        case_id: two.clone(),
        etag: String::new(),
        event_time: Some(minute(20)),
    };
    let undone = client.unmerge_case(undo).await?;
    assert_eq!(state(&undone.case_receipt), Some(v1::CaseState::Open));
    let link = |request: &str| v1::LinkCasesRequest {
        request_id: request.into(),
        case_id: two.clone(),
        link: Some(v1::CaseLink {
            kind: v1::CaseLinkKind::CausedBy.into(),
            case_id: one.clone(),
        }),
        event_time: Some(minute(20)),
        etag: String::new(),
    };
    client.link_cases(link("link")).await?;
    assert_eq!(server.case(&one).await?.links.len(), 1);
    let unlink = v1::UnlinkCasesRequest {
        request_id: "unlink".into(),
        case_id: one.clone(),
        link: Some(v1::CaseLink {
            kind: v1::CaseLinkKind::CauseOf.into(),
            case_id: two.clone(),
        }),
        event_time: Some(minute(20)),
        etag: String::new(),
    };
    client.unlink_cases(unlink).await?;
    assert_eq!(server.case(&two).await?.links.len(), 0);

    let resolved = client.resolve_case(resolve(&one, "resolve")).await?;
    assert_eq!(state(&resolved.case_receipt), Some(v1::CaseState::Resolved));
    assert_eq!(resolved.feedback_question, "Did we help you well today?");
    let kept = server.case(&one).await?;
    assert_eq!(kept.resolution, resolve(&one, "").resolution);
    let reopen = v1::ReopenCaseRequest {
        request_id: "reopen".into(),
        case_id: one.clone(),
        note: "not yet".into(),
        etag: String::new(),
        event_time: Some(minute(20)),
    };
    let reopened = client.reopen_case(reopen).await?;
    assert_eq!(state(&reopened.case_receipt), Some(v1::CaseState::Open));
    let server = server.restart().await?;
    let after = server.case(&one).await?;
    assert_eq!(
        (after.note_count, after.reopen_count),
        (4, 1),
        "after a restart"
    );
    server.finish().await?;
    Ok(())
}

/// The same timeline, two entries a page.
async fn in_pages(
    client: &Client,
    timeline: &v1::ListCaseTimelineRequest,
) -> Outcome<Vec<v1::TimelineEntry>> {
    let mut entries = Vec::new();
    let mut page_token = String::new();
    loop {
        let page = v1::ListCaseTimelineRequest {
            page_size: 2,
            page_token,
            ..timeline.clone()
        };
        let page = client.list_case_timeline(page).await?;
        entries.extend(page.entries);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(entries);
        }
    }
}

fn resolve(case: &str, request: &str) -> v1::ResolveCaseRequest {
    v1::ResolveCaseRequest {
        request_id: request.into(),
        case_id: case.into(),
        resolution: Some(v1::CaseResolution {
            outcome: "rebooked".into(),
            cost_micros: Some(12_500_000),
            currency_code: "EUR".into(),
        }),
        note: "as promised".into(),
        event_time: Some(minute(20)),
        ..v1::ResolveCaseRequest::default()
    }
}

#[tokio::test]
async fn a_declared_outcome_is_answered_with_its_label_and_others_are_refused() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let [one, _] = two_cases(&server).await?;
    let outcomes = "outcomes:\n  - { id: rebooked, label: { en: Rebooked, nl: Omgeboekt }, \
        reason: existing_flight }\n  - { id: found, label: { en: Found }, reason: baggage }\n\
        \x20 - { id: explained, label: { en: Explained } }\nrules:\n";
    let source = FLIGHTS.replacen("rules:\n", outcomes, 1);
    server.publish(&source, 19).await?;
    let before = server.case(&one).await?;
    let mut told = Vec::new();
    for outcome in ["reboked", "found", "something_else"] {
        let mut request = resolve(&one, outcome);
        request.resolution.get_or_insert_default().outcome = outcome.into();
        told.push(refused(client.resolve_case(request).await));
    }
    expect![[r#"
        resolution.outcome: is not an outcome of the live playbook; did you mean rebooked?
        resolution.outcome: is not an outcome of a case for existing_flight/change_date; must be one of rebooked, explained
        resolution.outcome: is not an outcome of the live playbook; must be one of rebooked, explained"#]].assert_eq(&told.join("\n"));
    assert_eq!(server.case(&one).await?, before);
    let request = v1::ResolveCaseRequest {
        language_code: "nl".into(),
        ..resolve(&one, "right")
    };
    let resolved = client.resolve_case(request.clone()).await?;
    assert_eq!(resolved.outcome_label, "Omgeboekt");
    let get = |locale: &str| v1::GetCaseRequest {
        case_id: one.clone(),
        language_code: locale.into(),
        ..Default::default()
    };
    assert_eq!(client.get_case(get("")).await?.outcome_label, "Rebooked");
    assert_eq!(client.get_case(get("nl")).await?.outcome_label, "Omgeboekt");
    // A replay says the same under a later playbook without outcomes.
    server.publish(FLIGHTS, 21).await?;
    let again = client.resolve_case(request).await?;
    assert_eq!(again.outcome_label, "Omgeboekt");
    assert_eq!(client.get_case(get("nl")).await?.outcome_label, "");
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn faulty_words_are_refused_and_change_nothing() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let [one, two] = two_cases(&server).await?;
    let before = (server.case(&one).await?, server.case(&two).await?);
    let mut told = Vec::new();
    told.push(refused(
        client.add_case_note(note(&one, "late", "1", "a")).await,
    ));
    told.push(refused(
        client.add_case_note(note(&one, "", "x", "b")).await,
    ));
    told.push(refused(
        client
            .add_case_note(note(&one, &"x".repeat(5_000), "", "c"))
            .await,
    ));
    told.push(refused(
        client
            .add_case_note(note("12345678901", "hi", "", "d"))
            .await,
    ));
    told.push(refused(
        client
            .add_case_note(note("case_00000000zzzzz", "hi", "", "e"))
            .await,
    ));
    let update = |paths: &[&str], request: &str| v1::UpdateCaseRequest {
        request_id: request.into(),
        case: Some(v1::Case {
            case_id: one.clone(),
            confirmed_reason: "no/such".into(),
            ..v1::Case::default()
        }),
        update_mask: Some(prost_types::FieldMask {
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        }),
        etag: String::new(),
        event_time: Some(minute(20)),
    };
    told.push(refused(client.update_case(update(&[], "f")).await));
    told.push(refused(client.update_case(update(&["tier"], "g")).await));
    told.push(refused(
        client.update_case(update(&["confirmed_reason"], "h")).await,
    ));
    let told = told.join("\n").replace(&one, "ONE").replace(&two, "TWO");
    expect![[r#"
        case ONE has changed since you read it: its etag is now 4
        text: must not be empty
        etag: must be an etag that the server returned for this case
        text: must be at most 4096 bytes, is 5000
        case_id: is not a valid case number: its check digit does not fit; a digit is wrong, or two digits are swapped
        there is no case case_00000000zzzzz
        update_mask: must name at least one field
        update_mask.paths[0]: must be confirmed_reason, legal_hold, retain_until_time, external_references or labels
        case.confirmed_reason: is not a reason of the live playbook; must be one of existing_flight/change_date, existing_flight/cancel, baggage/lost, baggage/damaged"#]].assert_eq(&told);
    let after = (server.case(&one).await?, server.case(&two).await?);
    assert_eq!(before, after);
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn steps_that_cannot_be_taken_are_refused_and_change_nothing() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let [one, two] = two_cases(&server).await?;
    let before = (server.case(&one).await?, server.case(&two).await?);
    let mut told = Vec::new();
    let merge = |merged: &str, request: &str| v1::MergeCasesRequest {
        request_id: request.into(),
        case_id: one.clone(),
        duplicate_case_id: merged.into(),
        note: "x".repeat(5_000),
        event_time: Some(minute(20)),
        ..v1::MergeCasesRequest::default()
    };
    told.push(refused(client.merge_cases(merge(&two, "i")).await));
    let itself = v1::MergeCasesRequest {
        note: String::new(),
        ..merge(&one, "i")
    };
    told.push(refused(client.merge_cases(itself).await));
    let unmerge = v1::UnmergeCaseRequest {
        request_id: "j".into(),
        case_id: one.clone(),
        etag: String::new(),
        event_time: Some(minute(20)),
    };
    told.push(refused(client.unmerge_case(unmerge).await));
    let mut bare = resolve(&one, "k");
    bare.resolution = None;
    told.push(refused(client.resolve_case(bare).await));
    let reopen = v1::ReopenCaseRequest {
        request_id: "l".into(),
        case_id: one.clone(),
        etag: String::new(),
        note: String::new(),
        event_time: Some(minute(20)),
    };
    told.push(refused(client.reopen_case(reopen).await));
    let link = v1::LinkCasesRequest {
        request_id: "m".into(),
        case_id: one.clone(),
        link: Some(v1::CaseLink::default()),
        event_time: Some(minute(20)),
        etag: String::new(),
    };
    told.push(refused(client.link_cases(link).await));
    let unlink = v1::UnlinkCasesRequest {
        request_id: "n".into(),
        case_id: one.clone(),
        link: None,
        event_time: Some(minute(20)),
        etag: String::new(),
    };
    told.push(refused(client.unlink_cases(unlink).await));
    let timeline = v1::ListCaseTimelineRequest {
        case_id: one.clone(),
        page_size: 1_000,
        page_token: "x".into(),
        ..Default::default()
    };
    told.push(refused(client.list_case_timeline(timeline).await));
    let told = told.join("\n").replace(&one, "ONE").replace(&two, "TWO");
    expect![[r#"
        note: must be at most 4096 bytes, is 5000
        duplicate_case_id: must not be the same as case_id, the case that survives
        case ONE is not merged into another case
        resolution: must be set
        case ONE is open already
        link.kind: must be set
        link.case_id: must not be empty
        link: must be set
        page_token: must be the next_page_token of an answer to the same list"#]]
    .assert_eq(&told);
    let after = (server.case(&one).await?, server.case(&two).await?);
    assert_eq!(before, after);
    server.finish().await?;
    Ok(())
}
