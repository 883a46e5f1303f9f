//! Revisions: every write names one, every read takes and names one, and a watch begins behind one.

use crate::feed_events::copy;
use expect_test::expect;
use signpost_client::{Client, v1};
use signpost_server::engine::Clock;
use signpost_tests::attempt::{Attempt, bare_customer, end, take, upsert};
use signpost_tests::merging::handle;
use signpost_tests::server::{Data, FLIGHTS, TestServer};
use signpost_tests::time::minute;
use signpost_tests::watch::{Watch, feeds, next_events, watch_events};
use signpost_tests::{Outcome, brief};
use std::time::{Duration, Instant};
use tonic_types::StatusExt;
use v1::get_customer_request::By;

fn call(contact: &str, at: i64) -> v1::RouteContactRequest {
    let call = Attempt::new(contact, "phone").of("c1").at(at);
    let call = call.about("existing_flight/change_date");
    call.fact("booking_reference", "ABC123").choose().route()
}

/// A phone that is proof of `c1`.
const PHONE: &str = "+31201234567";

/// The receipt, which must be there.
fn receipt(receipt: Option<v1::WriteReceipt>) -> Outcome<v1::WriteReceipt> {
    let receipt = receipt.ok_or("a write without a receipt")?;
    assert!(!receipt.replayed && !receipt.revision.is_empty());
    assert!(receipt.record_time.is_some());
    Ok(receipt)
}

/// Whether the customer is there, at least as of then.
async fn customer(server: &TestServer, min_revision: &str) -> Outcome<v1::GetCustomerResponse> {
    let request = v1::GetCustomerRequest {
        by: Some(By::CustomerId("c1".to_owned())),
        min_revision: min_revision.to_owned(),
    };
    Ok(server.customers().get_customer(request).await?.into_inner())
}

/// The revisions of answers to calls that must show one.
macro_rules! read {
    ($client:ident at $min:ident; $($call:ident: $request:ident { $($field:ident: $value:expr),* };)+) => {
        vec![$({
            let mut request = v1::$request::default();
            $(request.$field = $value;)*
            request.min_revision = $min.to_owned();
            $client.$call(request).await?.revision
        }),+]
    };
}

/// What every read says that it shows.
async fn read_all(client: &Client, case_id: &str, min: &str) -> Outcome<Vec<String>> {
    use v1::get_customer_history_request::By as Of;
    let id = || "c1".to_owned();
    let case = || case_id.to_owned();
    Ok(read! { client at min;
        get_contact: GetContactRequest { contact_id: "call-1".to_owned() };
        list_contacts: ListContactsRequest {};
        get_case: GetCaseRequest { case_id: case() };
        list_case_timeline: ListCaseTimelineRequest { case_id: case() };
        list_cases: ListCasesRequest {};
        batch_get_cases: BatchGetCasesRequest { case_ids: vec![case()] };
        get_customer: GetCustomerRequest { by: Some(By::CustomerId(id())) };
        look_up_customer: LookUpCustomerRequest { identity: Some(handle("phone", PHONE)) };
        get_customer_history: GetCustomerHistoryRequest { by: Some(Of::CustomerId(id())) };
        list_customers: ListCustomersRequest {};
        list_handle_conflicts: ListHandleConflictsRequest {};
        batch_get_customers: BatchGetCustomersRequest { customer_ids: vec![id()] };
        list_playbook_publications: ListPlaybookPublicationsRequest {};
        get_playbook: GetPlaybookRequest {};
        diff_playbooks: DiffPlaybooksRequest {};
        get_reason_menu: GetReasonMenuRequest { channel: "phone".to_owned() };
        get_vocabulary: GetVocabularyRequest {};
        count_reasons: CountReasonsRequest {};
    })
}

#[tokio::test]
async fn every_write_names_a_revision_that_reads_take_and_give() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let mut revisions = Vec::new();
    let routed = client.route_contact(call("call-1", 1)).await?;
    revisions.push(receipt(routed.receipt.clone())?.revision);
    let case_id = routed.answer.unwrap_or_default().case_id;
    let taken = client
        .select_route(take("call-1", v1::Route::Human, 2))
        .await?;
    revisions.push(receipt(taken.receipt)?.revision);
    let note = v1::AddCaseNoteRequest {
        request_id: "note".to_owned(),
        case_id: case_id.clone(),
        text: "seen".to_owned(),
        event_time: Some(minute(3)),
        ..Default::default()
    };
    let noted = client.add_case_note(note).await?;
    revisions.push(receipt(noted.receipt)?.revision);
    let proven = v1::Customer {
        identities: vec![handle("phone", PHONE)],
        ..bare_customer("c1")
    };
    let kept = client.upsert_customer(upsert(proven, 4)).await?;
    revisions.push(receipt(kept.receipt)?.revision);
    let ended = end("call-1", v1::ContactOutcome::Resolved, 5);
    let ended = client.end_contact(ended).await?;
    let last = receipt(ended.receipt)?;
    assert_eq!(last.record_time, Some(minute(5)));
    revisions.push(last.revision.clone());
    let mut told = revisions.clone();
    told.dedup();
    assert_eq!(told.len(), 5);

    for revision in read_all(client, &case_id, &last.revision).await? {
        assert_eq!(revision, last.revision);
    }
    // It outlives a restart, and a replay tells that of the first call.
    let server = server.restart().await?;
    let found = customer(&server, &last.revision).await?;
    assert_eq!(found.revision, last.revision);
    let again = server.client().route_contact(call("call-1", 1)).await?;
    let again = again.receipt.unwrap_or_default();
    assert!(again.replayed);
    assert_eq!(again.revision, revisions[0]);
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn pages_of_one_list_may_ask_for_other_revisions() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    for id in ["c1", "c2"] {
        client.upsert_customer(upsert(bare_customer(id), 1)).await?;
    }
    let first = v1::ListCustomersRequest {
        page_size: 1,
        ..Default::default()
    };
    let page = client.list_customers(first.clone()).await?;
    let second = v1::ListCustomersRequest {
        page_token: page.next_page_token,
        min_revision: page.revision,
        ..first
    };
    let page = client.list_customers(second).await?;
    assert_eq!(page.customers.len(), 1);
    Ok(())
}

#[tokio::test]
async fn what_is_no_revision_of_this_store_is_refused() -> Outcome {
    let (server, other) = (TestServer::start().await?, TestServer::start().await?);
    for server in [&server, &other] {
        let kept = upsert(bare_customer("c1"), 1);
        server.client().upsert_customer(kept).await?;
    }
    let foreign = customer(&other, "").await?.revision;
    let mine = customer(&server, "").await?.revision;
    let mut told = Vec::new();
    for bad in ["x", &mine[2..], &mine.to_uppercase(), &foreign] {
        let get = v1::GetCustomerRequest {
            by: Some(By::CustomerId("c1".to_owned())),
            min_revision: bad.to_owned(),
        };
        told.push(brief::refused(server.customers().get_customer(get).await));
        let list = v1::ListCasesRequest {
            min_revision: bad.to_owned(),
            page_size: 201,
            ..Default::default()
        };
        told.push(brief::refused(server.cases().list_cases(list).await));
        let watch = v1::WatchEventsRequest {
            start_revision: bad.to_owned(),
            ..Default::default()
        };
        let watch = feeds(&server).watch_events(watch).await;
        told.push(brief::refused(watch.map(|it| it.map(drop))));
        let watch = v1::WatchCasesRequest {
            start_revision: bad.to_owned(),
            ..Default::default()
        };
        let watch = feeds(&server).watch_cases(watch).await;
        told.push(brief::refused(watch.map(|it| it.map(drop))));
    }
    let both = v1::WatchEventsRequest {
        start_revision: mine,
        start: v1::WatchStart::Oldest.into(),
        ..Default::default()
    };
    let both = feeds(&server).watch_events(both).await;
    told.push(brief::refused(both.map(|it| it.map(drop))));
    expect![[r#"
        InvalidArgument
          min_revision: must be the revision of an answer, unchanged
        InvalidArgument
          min_revision: must be the revision of an answer, unchanged
        InvalidArgument
          start_revision: must be the revision of an answer, unchanged
        InvalidArgument
          start_revision: must be the revision of an answer, unchanged
        InvalidArgument
          min_revision: must be the revision of an answer, unchanged
        InvalidArgument
          min_revision: must be the revision of an answer, unchanged
        InvalidArgument
          start_revision: must be the revision of an answer, unchanged
        InvalidArgument
          start_revision: must be the revision of an answer, unchanged
        InvalidArgument
          min_revision: must be the revision of an answer, unchanged
        InvalidArgument
          min_revision: must be the revision of an answer, unchanged
        InvalidArgument
          start_revision: must be the revision of an answer, unchanged
        InvalidArgument
          start_revision: must be the revision of an answer, unchanged
        FailedPrecondition: the revision is of another store; ask without it
          REVISION_OF_ANOTHER_STORE revision
        FailedPrecondition: the revision is of another store; ask without it
          REVISION_OF_ANOTHER_STORE revision
        FailedPrecondition: the revision is of another store; ask without it
          REVISION_OF_ANOTHER_STORE revision
        FailedPrecondition: the revision is of another store; ask without it
          REVISION_OF_ANOTHER_STORE revision
        InvalidArgument
          start_revision: must not be set together with start
    "#]]
    .assert_eq(&brief::all(&told));
    server.finish().await?;
    Ok(())
}

/// A folder that was put back from an older copy: a read waits for what it must show, and says so when it does not come.
#[tokio::test]
async fn a_revision_that_is_not_reached_is_waited_for() -> Outcome {
    let data = Data::new()?;
    let server = TestServer::on(data.clone(), Clock::External).await?;
    server.publish(FLIGHTS, 0).await?;
    server.stop().await?;
    let older = Data::new()?;
    copy(&data.path(), &older.path())?;
    let server = TestServer::on(data, Clock::External).await?;
    let kept = server
        .client()
        .upsert_customer(upsert(bare_customer("c1"), 1))
        .await?;
    let revision = receipt(kept.receipt)?.revision;

    let older = TestServer::on(older, Clock::External).await?;
    let began = Instant::now();
    let request = v1::GetCustomerRequest {
        by: Some(By::CustomerId("c1".to_owned())),
        min_revision: revision.clone(),
    };
    let refused = older.customers().get_customer(request.clone()).await;
    expect![[r#"
        Unavailable: the server has not reached the revision: its last event is 1; ask again
          REVISION_NOT_REACHED"#]]
    .assert_eq(&brief::refused(refused));
    assert!(began.elapsed() >= Duration::from_secs(2));
    // The deadline of the call comes first.
    let mut soon = tonic::Request::new(request);
    soon.set_timeout(Duration::from_millis(100));
    let began = Instant::now();
    let late = older.customers().get_customer(soon).await;
    assert!(late.is_err() && began.elapsed() < Duration::from_secs(2));
    // What is written meanwhile lets it go on.
    let waiting = customer(&older, &revision);
    let writing = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        older
            .client()
            .upsert_customer(upsert(bare_customer("c1"), 1))
            .await
    };
    let (found, written) = tokio::join!(waiting, writing);
    written?;
    assert_eq!(found?.revision, revision);
    Ok(())
}

#[tokio::test]
async fn watches_begin_behind_a_revision() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    client.route_contact(call("call-1", 1)).await?;
    let listed = client.list_cases(v1::ListCasesRequest::default()).await?;
    let start_revision = listed.revision;
    client
        .select_route(take("call-1", v1::Route::Human, 2))
        .await?;
    client.route_contact(call("call-2", 3)).await?;
    let mut watch = watch_events(
        &server,
        v1::WatchEventsRequest {
            start_revision: start_revision.clone(),
            ..Default::default()
        },
    )
    .await?;
    let events = next_events(&mut watch, 2).await?;
    let sequence = |item: &v1::EventItem| match &item.item {
        Some(v1::event_item::Item::Event(event)) => event.sequence,
        _ => 0,
    };
    assert_eq!(events.iter().map(sequence).collect::<Vec<_>>(), [3, 4]);
    // Without a snapshot: what changed since, alone.
    let request = v1::WatchCasesRequest {
        start_revision,
        ..Default::default()
    };
    let stream = feeds(&server).watch_cases(request).await?.into_inner();
    let mut watch = Watch::of(stream);
    let mut changed = None;
    while changed.is_none() {
        match watch.item().await?.item {
            Some(v1::case_item::Item::Changed(case)) => changed = Some(case),
            Some(v1::case_item::Item::Heartbeat(_)) => {}
            other => return Err(format!("no change: {other:?}").into()),
        }
    }
    assert_eq!(changed.unwrap_or_default().contact_count, 2);
    Ok(())
}

/// A watch that begins behind a revision waits for it as reads do, for as long, and then says when to ask again.
#[tokio::test]
async fn a_watch_waits_for_the_revision_that_it_begins_behind() -> Outcome {
    let data = Data::new()?;
    let server = TestServer::on(data.clone(), Clock::External).await?;
    server.publish(FLIGHTS, 0).await?;
    server.stop().await?;
    let older = Data::new()?;
    copy(&data.path(), &older.path())?;
    let server = TestServer::on(data, Clock::External).await?;
    let client = server.client();
    let kept = client
        .upsert_customer(upsert(bare_customer("c1"), 1))
        .await?;
    let start_revision = receipt(kept.receipt)?.revision;
    let older = TestServer::on(older, Clock::External).await?;

    let events = || v1::WatchEventsRequest {
        start_revision: start_revision.clone(),
        ..Default::default()
    };
    let cases = || v1::WatchCasesRequest {
        start_revision: start_revision.clone(),
        ..Default::default()
    };
    let contacts = || v1::WatchContactsRequest {
        start_revision: start_revision.clone(),
        ..Default::default()
    };
    let began = Instant::now();
    let (mut first, mut second, mut third) = (feeds(&older), feeds(&older), feeds(&older));
    let (first, second, third) = tokio::join!(
        first.watch_events(events()),
        second.watch_cases(cases()),
        third.watch_contacts(contacts()),
    );
    assert!(began.elapsed() >= Duration::from_secs(2));
    for refused in [
        first.map(|it| it.map(drop)),
        second.map(|it| it.map(drop)),
        third.map(|it| it.map(drop)),
    ] {
        let delay = refused
            .as_ref()
            .err()
            .and_then(StatusExt::get_details_retry_info);
        let delay = delay.and_then(|info| info.retry_delay).unwrap_or_default();
        assert!(!delay.is_zero(), "{refused:?}");
        expect![[r#"
            Unavailable: the server has not reached the revision: its last event is 1; ask again
              REVISION_NOT_REACHED"#]]
        .assert_eq(&brief::refused(refused));
    }
    // The deadline of the call comes first; a cursor says itself where to go on.
    let mut soon = tonic::Request::new(events());
    soon.set_timeout(Duration::from_millis(100));
    let began = Instant::now();
    assert!(feeds(&older).watch_events(soon).await.is_err());
    assert!(began.elapsed() < Duration::from_secs(2));
    let oldest = v1::WatchEventsRequest {
        start: v1::WatchStart::Oldest.into(),
        ..Default::default()
    };
    let cursor = next_events(&mut watch_events(&older, oldest).await?, 1).await?;
    let cursor = v1::WatchEventsRequest {
        cursor: cursor[0].cursor.clone(),
        ..events()
    };
    let began = Instant::now();
    let mut behind_cursor = watch_events(&older, cursor).await?;
    assert!(began.elapsed() < Duration::from_secs(2));

    // What is written meanwhile lets it begin, and it tells what comes after.
    let mut waiting = feeds(&older);
    let waiting = waiting.watch_events(events());
    let writing = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let client = older.client();
        client
            .upsert_customer(upsert(bare_customer("c1"), 1))
            .await?;
        client.upsert_customer(upsert(bare_customer("c2"), 2)).await
    };
    let (begun, written) = tokio::join!(waiting, writing);
    written?;
    let mut begun = Watch::of(begun?.into_inner());
    // It says first where it begins.
    begun.item().await?;
    let told = next_events(&mut begun, 1).await?;
    let sequence = |item: &v1::EventItem| match &item.item {
        Some(v1::event_item::Item::Event(event)) => event.sequence,
        _ => 0,
    };
    assert_eq!(sequence(&told[0]), 3);
    let told = next_events(&mut behind_cursor, 2).await?;
    assert_eq!(told.iter().map(sequence).collect::<Vec<_>>(), [2, 3]);
    Ok(())
}
