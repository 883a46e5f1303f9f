//! WatchCases and WatchContacts: a snapshot, then changes, and what leaves a filter.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::server::TestServer;
use signpost_tests::snapshots::{watch_cases, watch_contacts};
use signpost_tests::watch::Watch;
use signpost_tests::{Outcome, brief};
use std::collections::{BTreeMap, BTreeSet};

const RESOLVED: v1::ContactOutcome = v1::ContactOutcome::Resolved;
/// Contacts of the long watches.
const MANY: usize = 700;

fn change_date(contact: &str, customer: &str) -> Attempt {
    let attempt = Attempt::new(contact, "phone").about("existing_flight/change_date");
    attempt.fact("booking_reference", "ABC123").of(customer)
}

/// The next so many items of cases, in short, and the cursor of the last.
async fn next_cases(
    watch: &mut Watch<v1::WatchCasesResponse>,
    count: usize,
) -> Outcome<(Vec<String>, String)> {
    use v1::case_item::Item;
    let case = |kind: &str, it: &v1::Case| {
        let state = it.state().as_str_name();
        let (id, seq) = (&it.case_id, it.sequence);
        format!("{kind} {id} {state} {} at {seq}", it.customer_id)
    };
    let (mut told, mut cursor) = (Vec::new(), String::new());
    while told.len() < count {
        let item = watch.item().await?;
        told.push(match &item.item {
            Some(Item::Snapshot(it)) => case("there", it),
            Some(Item::SnapshotEnd(_)) => "that is all".to_owned(),
            Some(Item::Changed(it)) => case("changed", it),
            Some(Item::Removed(left)) => format!("left {} at {}", left.id, left.sequence),
            // Ten seconds went by: what is waited for does not come.
            other => return Err(format!("{other:?} behind {told:#?}").into()),
        });
        cursor = item.cursor;
    }
    Ok((told, cursor))
}

/// The same of contacts.
async fn next_contacts(
    watch: &mut Watch<v1::WatchContactsResponse>,
    count: usize,
) -> Outcome<(Vec<String>, String)> {
    use v1::contact_item::Item;
    let contact = |kind: &str, it: &v1::Contact| {
        let (id, place, seq) = (&it.contact_id, it.state().as_str_name(), it.sequence);
        format!("{kind} {id} {place} at {seq}")
    };
    let (mut told, mut cursor) = (Vec::new(), String::new());
    while told.len() < count {
        let item = watch.item().await?;
        told.push(match &item.item {
            Some(Item::Snapshot(it)) => contact("there", it),
            Some(Item::SnapshotEnd(_)) => "that is all".to_owned(),
            Some(Item::Changed(it)) => contact("changed", it),
            Some(Item::Removed(left)) => format!("left {} at {}", left.id, left.sequence),
            // Ten seconds went by: what is waited for does not come.
            other => return Err(format!("{other:?} behind {told:#?}").into()),
        });
        cursor = item.cursor;
    }
    Ok((told, cursor))
}

#[tokio::test]
async fn a_snapshot_then_changes_then_what_leaves() -> Outcome {
    let server = TestServer::start().await?.restart().await?;
    let client = server.client();
    for (contact, customer) in [("call-1", "c1"), ("call-2", "c2")] {
        client
            .route_contact(change_date(contact, customer).route())
            .await?;
    }
    // What was decided is in the rows a moment later; a restart waits for it.
    let server = server.restart().await?;
    let client = server.client();
    let mut of_cases = watch_cases(&server, "", &v1::CaseFilter::default()).await?;
    let mut of_contacts = watch_contacts(&server, "", &v1::ContactFilter::default()).await?;
    let mut told = next_cases(&mut of_cases, 3).await?.0;
    told.extend(next_contacts(&mut of_contacts, 3).await?.0);
    for request in [
        change_date("call-3", "c3").at(2),
        change_date("call-1b", "c1").at(3),
    ] {
        client.route_contact(request.route()).await?;
        told.extend(next_cases(&mut of_cases, 1).await?.0);
        told.extend(next_contacts(&mut of_contacts, 1).await?.0);
    }
    for contact in ["call-2", "call-1", "call-1b"] {
        client.end_contact(end(contact, RESOLVED, 4)).await?;
        told.extend(next_cases(&mut of_cases, 1).await?.0);
        told.extend(next_contacts(&mut of_contacts, 1).await?.0);
    }
    expect![[r#"
        there case_0000000000002 CASE_STATE_OPEN c1 at 2
        there case_0000000000003 CASE_STATE_OPEN c2 at 3
        that is all
        there call-1 CONTACT_STATE_SELF_SERVICE at 2
        there call-2 CONTACT_STATE_SELF_SERVICE at 3
        that is all
        changed case_0000000000004 CASE_STATE_OPEN c3 at 4
        changed call-3 CONTACT_STATE_SELF_SERVICE at 4
        changed case_0000000000002 CASE_STATE_OPEN c1 at 5
        changed call-1b CONTACT_STATE_ROUTED at 5
        left case_0000000000003 at 6
        left call-2 at 6
        changed case_0000000000002 CASE_STATE_OPEN c1 at 7
        left call-1 at 7
        left case_0000000000002 at 8
        left call-1b at 8
    "#]]
    .assert_eq(&brief::all(&told));
    Ok(())
}

#[tokio::test]
async fn filters_tell_what_is_asked_for_alone() -> Outcome {
    let server = TestServer::start().await?;
    let strings = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let of_c1 = v1::CaseFilter {
        customer_ids: strings(&["c1"]),
        states: vec![v1::CaseState::Open.into(), v1::CaseState::Resolved.into()],
        ..Default::default()
    };
    let of_flights = v1::CaseFilter {
        reasons: strings(&["existing_flight"]),
        channels: strings(&["phone"]),
        ..Default::default()
    };
    let gold = v1::ContactFilter {
        tiers: strings(&["gold"]),
        states: vec![
            v1::ContactState::Routed.into(),
            v1::ContactState::Ended.into(),
        ],
        ..Default::default()
    };
    let mut of_c1 = watch_cases(&server, "", &of_c1).await?;
    let mut of_flights = watch_cases(&server, "", &of_flights).await?;
    let mut of_gold = watch_contacts(&server, "", &gold).await?;
    for told in [
        next_cases(&mut of_c1, 1).await?.0,
        next_cases(&mut of_flights, 1).await?.0,
    ] {
        assert_eq!(told, ["that is all"]);
    }
    assert_eq!(next_contacts(&mut of_gold, 1).await?.0, ["that is all"]);
    let client = server.client();
    for attempt in [
        change_date("call-1", "c1"),
        change_date("call-2", "c2").tier("gold"),
        Attempt::new("chat-3", "web_chat")
            .of("c3")
            .about("baggage/lost")
            .fact("bag_tag", "KL123456"),
        Attempt::new("call-4", "phone")
            .of("c1")
            .about("baggage/lost")
            .fact("bag_tag", "KL123457"),
    ] {
        client.route_contact(attempt.route()).await?;
    }
    let mut told = next_cases(&mut of_c1, 2).await?.0;
    told.extend(next_cases(&mut of_flights, 2).await?.0);
    for contact in ["call-1", "call-2", "chat-3", "call-4"] {
        client.end_contact(end(contact, RESOLVED, 5)).await?;
    }
    told.extend(next_cases(&mut of_c1, 2).await?.0);
    told.extend(next_cases(&mut of_flights, 2).await?.0);
    told.extend(next_contacts(&mut of_gold, 1).await?.0);
    expect![[r#"
        changed case_0000000000002 CASE_STATE_OPEN c1 at 2
        changed case_0000000000005 CASE_STATE_OPEN c1 at 5
        changed case_0000000000002 CASE_STATE_OPEN c1 at 2
        changed case_0000000000003 CASE_STATE_OPEN c2 at 3
        changed case_0000000000002 CASE_STATE_RESOLVED c1 at 6
        changed case_0000000000005 CASE_STATE_RESOLVED c1 at 9
        left case_0000000000002 at 6
        left case_0000000000003 at 7
        changed call-2 CONTACT_STATE_ENDED at 7
    "#]]
    .assert_eq(&brief::all(&told));
    Ok(())
}

/// Who watches some customers begins with what they have open, whoever else has, over a broken connection too.
#[tokio::test]
async fn a_snapshot_of_customers_is_what_they_have_open() -> Outcome {
    let server = TestServer::start().await?;
    let (mut open, mut live) = (BTreeSet::new(), BTreeSet::new());
    for number in 0..MANY {
        let customer = ["club", "club", "somebody", "nobody"][number % 4];
        let contact = format!("call-{number:03}");
        let attempt = Attempt::new(&contact, "phone").about("existing_flight/change_date");
        let reference = format!("ABC{number:03}");
        let attempt = attempt.fact("booking_reference", &reference).of(customer);
        let routed = server.client().route_contact(attempt.route()).await?;
        let case = routed.answer.ok_or("no answer")?.case_id;
        let is_over = number % 7 == 0;
        if is_over {
            server
                .client()
                .end_contact(end(&contact, RESOLVED, 5))
                .await?;
        }
        if !is_over && customer != "nobody" {
            open.insert(case);
            live.insert(contact);
        }
    }
    let customer_ids = vec!["club".to_owned(), "somebody".to_owned(), "new".to_owned()];
    let filter = v1::CaseFilter {
        customer_ids: customer_ids.clone(),
        ..v1::CaseFilter::default()
    };
    let (mut told, mut cursor) =
        next_cases(&mut watch_cases(&server, "", &filter).await?, 300).await?;
    let left = open.len() - told.len() + 1;
    let (rest, _) = next_cases(&mut watch_cases(&server, &cursor, &filter).await?, left).await?;
    told.extend(rest);
    let last = told.pop();
    assert_eq!(last.as_deref(), Some("that is all"));
    let ids = |told: &[String]| -> BTreeSet<String> {
        let ids = told.iter().filter_map(|told| told.split(' ').nth(1));
        ids.map(str::to_owned).collect()
    };
    assert_eq!((told.len(), ids(&told)), (open.len(), open));
    let filter = v1::ContactFilter {
        customer_ids,
        ..v1::ContactFilter::default()
    };
    (told, cursor) = next_contacts(&mut watch_contacts(&server, "", &filter).await?, 290).await?;
    let left = live.len() - told.len() + 1;
    let (rest, _) =
        next_contacts(&mut watch_contacts(&server, &cursor, &filter).await?, left).await?;
    told.extend(rest);
    let last = told.pop();
    assert_eq!(last.as_deref(), Some("that is all"));
    assert_eq!((told.len(), ids(&told)), (live.len(), live));
    Ok(())
}

/// A view that is kept by the feed alone is what a new snapshot shows, whatever came between: a broken connection in
/// the snapshot, one in the changes, a restart.
#[tokio::test]
async fn a_view_kept_by_cursors_is_the_view_of_a_new_snapshot() -> Outcome {
    use v1::contact_item::Item;
    let mut server = TestServer::start().await?;
    for number in 0..MANY {
        let (contact, customer) = (format!("call-{number:03}"), format!("c{number}"));
        let request = change_date(&contact, &customer).route();
        server.client().route_contact(request).await?;
    }
    server = server.restart().await?;
    let mut view = BTreeMap::new();
    let mut cursor = String::new();
    let mut doubles = 0;
    for round in 0..6 {
        let mut watch = watch_contacts(&server, &cursor, &v1::ContactFilter::default()).await?;
        for number in (round..MANY).step_by(23) {
            let contact = format!("call-{number:03}");
            let request = end(&contact, RESOLVED, 5 + i64::try_from(round)?);
            // Some were ended in an earlier round: then nothing changes.
            let _refused = server.client().end_contact(request).await;
        }
        // A connection that breaks somewhere.
        for _ in 0..(120 + 37 * round) {
            let next = tokio::time::timeout(std::time::Duration::from_millis(300), watch.next());
            let Ok(item) = next.await else { break };
            let item = item?.ok_or("the watch ended")?;
            match item.item {
                Some(Item::Snapshot(it) | Item::Changed(it)) => {
                    let before = view.insert(it.contact_id, it.sequence);
                    doubles += usize::from(before == Some(it.sequence));
                }
                Some(Item::Removed(left)) => drop(view.remove(&left.id)),
                Some(Item::SnapshotEnd(_) | Item::Heartbeat(_)) => {}
                other => return Err(format!("{other:?}").into()),
            }
            cursor = item.cursor;
        }
        drop(watch);
        if round == 3 {
            server = server.restart().await?;
        }
    }
    let mut watch = watch_contacts(&server, &cursor, &v1::ContactFilter::default()).await?;
    let last = server
        .client()
        .route_contact(change_date("last", "c1").at(20).route());
    last.await?;
    while !view.contains_key("last") {
        let item = watch.item().await?;
        match item.item {
            Some(Item::Snapshot(it) | Item::Changed(it)) => {
                view.insert(it.contact_id, it.sequence);
            }
            Some(Item::Removed(left)) => drop(view.remove(&left.id)),
            _ => {}
        }
    }
    drop(watch);
    let server = server.restart().await?;
    let mut fresh = BTreeMap::new();
    let mut watch = watch_contacts(&server, "", &v1::ContactFilter::default()).await?;
    while let Some(Item::Snapshot(it)) = watch.item().await?.item {
        fresh.insert(it.contact_id, it.sequence);
    }
    assert_eq!(view, fresh);
    assert!(fresh.len() > MANY / 2 && doubles < MANY / 10, "{doubles}");
    Ok(())
}

#[tokio::test]
async fn faults_of_a_filter_are_told_with_their_places() -> Outcome {
    let server = TestServer::start().await?;
    let filter = v1::CaseFilter {
        states: vec![0, 9],
        reasons: vec!["Existing Flight".to_owned(), "a/b/c".to_owned()],
        tiers: (0..33).map(|n| format!("t{n}")).collect(),
        channels: vec![String::new()],
        customer_ids: vec![" c1".to_owned()],
        ..Default::default()
    };
    let refused = watch_cases(&server, "", &filter)
        .await
        .err()
        .ok_or("taken")?;
    let refused: Result<tonic::Response<()>, _> = Err(*refused.downcast::<tonic::Status>()?);
    let mut told = vec![brief::refused(refused)];
    // A cursor is of its filter.
    let gold = |tier: &str| v1::CaseFilter {
        tiers: vec![tier.to_owned()],
        ..Default::default()
    };
    let (_, cursor) = next_cases(&mut watch_cases(&server, "", &gold("gold")).await?, 1).await?;
    watch_cases(&server, &cursor, &gold("gold")).await?;
    let refused = watch_cases(&server, &cursor, &gold("standard"))
        .await
        .err()
        .ok_or("taken")?;
    let refused: Result<tonic::Response<()>, _> = Err(*refused.downcast::<tonic::Status>()?);
    told.push(brief::refused(refused));
    expect![[r#"
        InvalidArgument:  (7 faults in all)
          filter.states[0]: must be set
          filter.states[1]: is not known to this server
          filter.reasons[0]: must be primary or primary/secondary; each part must be lower-case letters,
              digits and _, starting with a letter
          filter.reasons[1]: must be primary or primary/secondary; each part must be lower-case letters,
              digits and _, starting with a letter
          filter.tiers: must be at most 32, are 33
          filter.channels[0]: must not be empty
          filter.customer_ids[0]: must be printable, without spaces at its ends
        InvalidArgument
          cursor: must be sent with the filter that it was given for
    "#]].assert_eq(&brief::all(&told));
    Ok(())
}
