//! What a restored server answers.

use super::morning;
use signpost_client::v1;
use signpost_domain::event::Event;
use signpost_server::codec::events;
use signpost_server::engine::Clock;
use signpost_tests::Outcome;
use signpost_tests::attempt::Attempt;
use signpost_tests::restoring::{
    AFTER, all_answers, back_up, chunks, last_event, restore, restored, stored_events,
    three_matters,
};
use signpost_tests::server::TestServer;
use signpost_tests::watch::{feeds, next_events, watch_events};
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tonic_types::StatusExt;
use v1::event_item::Item;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_server_answers_the_same_and_a_second_backup_copies_what_is_new() -> Outcome {
    let (server, mut played) = morning(80).await?;
    let place = server.data().beside().join("backup");
    // Keys of personal data lie in the data folder, and must not leave it.
    let keys = server.data().path().join("keys");
    let master = fs::read_to_string(keys.join("master"))?;
    let first = back_up(&server, &place).await?;
    let first_last = first["lastEvent"].as_u64().ok_or("no last event")?;
    assert_eq!(first["newEventCount"], first_last);
    let nothing = back_up(&server, &place).await?;
    assert_eq!(nothing["newEventCount"], 0);
    assert_eq!(chunks(&place)?.len(), 1);

    played.play(server.client(), 80, 40).await?;
    let second = back_up(&server, &place).await?;
    let last = second["lastEvent"].as_u64().ok_or("no last event")?;
    assert_eq!(second["newEventCount"], last - first_last);
    // Two small files became one.
    assert_eq!(chunks(&place)?.len(), 1);
    for entry in fs::read_dir(&place)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_known = ["LOCK", "MANIFEST.json"].contains(&&*name) || name.starts_with("events-");
        assert!(is_known, "{name}");
        let bytes = fs::read(&path)?;
        let needle = master.trim().as_bytes();
        assert!(!bytes.windows(needle.len()).any(|part| part == needle));
    }

    let (data, told) = restored(&place, server.data(), &[]).await?;
    assert!(told.contains("nothing is lost or twice"), "{told}");
    data.fold()?;
    let again = TestServer::on(data, Clock::External).await?;
    let (ours, theirs) = (all_answers(&server).await?, all_answers(&again).await?);
    assert!(ours.len() > 300, "{}", ours.len());
    assert_eq!(ours, theirs);
    // Both go on alike: the same command gives the same decision and the same case number.
    for both in [&server, &again] {
        let call = Attempt::new("after", "phone").of("c1").at(AFTER);
        both.client()
            .route_contact(call.about("baggage/lost").route())
            .await?;
    }
    assert_eq!(all_answers(&server).await?, all_answers(&again).await?);
    again.finish().await?;
    server.finish().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_is_one_state() -> Outcome {
    let (server, _) = morning(20).await?;
    let place = server.data().beside().join("backup");
    let stop = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..8)
        .map(|caller| {
            let (client, stop) = (server.client().clone(), stop.clone());
            tokio::spawn(async move {
                let mut sent = 0_u32;
                while !stop.load(Ordering::Relaxed) {
                    // Contacts with several matters are written as several events.
                    let contact = format!("load-{caller}-{sent}");
                    client.route_contact(three_matters(&contact, AFTER)).await?;
                    sent += 1;
                }
                Ok::<_, signpost_client::ClientError>(sent)
            })
        })
        .collect();
    let mut lasts = Vec::new();
    for _ in 0..3 {
        let made = back_up(&server, &place).await?;
        lasts.push(made["lastEvent"].as_u64().ok_or("no last event")?);
    }
    stop.store(true, Ordering::Relaxed);
    let mut sent = 0;
    for caller in callers {
        sent += caller.await??;
    }
    assert!(
        sent > 0 && lasts[0] < lasts[1] && lasts[1] < lasts[2],
        "{sent} {lasts:?}"
    );
    let (data, told) = restored(&place, server.data(), &[]).await?;
    // It ended where a group ended, so no write is half in it.
    assert!(!told.contains("left out"), "{told}");
    data.fold()?;
    let ours = server.stop().await?;
    assert_eq!(
        stored_events(&ours, lasts[2])?,
        stored_events(&data, u64::MAX >> 1)?
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_is_restored_to_an_event_and_to_a_time() -> Outcome {
    let (server, _) = morning(10).await?;
    let before = back_up(&server, &server.data().beside().join("before")).await?;
    let before = before["lastEvent"].as_u64().ok_or("no last event")?;
    server
        .client()
        .route_contact(three_matters("several", AFTER))
        .await?;
    let late = Attempt::new("late", "phone")
        .of("c9")
        .at(AFTER + 100)
        .about("baggage/lost");
    server.client().route_contact(late.route()).await?;
    let place = server.data().beside().join("backup");
    let whole = back_up(&server, &place).await?;
    let last = whole["lastEvent"].as_u64().ok_or("no last event")?;
    let ours = server.stop().await?;
    let all = stored_events(&ours, last)?;

    // The write of several events is in it or not, never in part.
    let mut write = None;
    for (sequence, bytes) in &all {
        if let Event::ContactRouted(routed) = events::decode(bytes)?.event
            && routed.followed_by > 0
        {
            write = Some((*sequence, *sequence + u64::from(routed.followed_by)));
        }
    }
    let (first, end) = write.ok_or("no write of several events")?;
    assert!(
        first > before && end < last,
        "{before} {first} {end} {last}"
    );
    for (sequence, wanted) in [
        (first - 1, first - 1),
        (first, first - 1),
        (end - 1, first - 1),
        (end, end),
        (last, last),
    ] {
        let (data, told) =
            restored(&place, &ours, &["--to-sequence", &sequence.to_string()]).await?;
        assert_eq!(told.contains("left out"), sequence != wanted, "{told}");
        let kept = stored_events(&data, u64::MAX >> 1)?;
        assert_eq!(kept, all[..usize::try_from(wanted)?], "to {sequence}");
        data.fold()?;
    }
    let at = "2026-05-31T10:00:00Z".parse::<jiff::Timestamp>()?;
    let mut until = 0;
    for (sequence, bytes) in &all {
        if events::decode(bytes)?.envelope.record_time.0 <= at.as_millisecond() {
            until = *sequence;
        }
    }
    assert!(until >= end && until < last, "{end} {until} {last}");
    let (data, _) = restored(&place, &ours, &["--to-time", "2026-05-31T10:00:00Z"]).await?;
    let kept = stored_events(&data, u64::MAX >> 1)?;
    assert_eq!(kept, all[..usize::try_from(until)?]);

    // Times and events that are not there.
    let nowhere = ours.beside().join("nowhere");
    let early = restore(
        &place,
        &nowhere,
        &["--without-keys", "--to-time", "2020-01-01T00:00:00Z"],
    )
    .await?;
    assert!(early.stderr.contains("nothing to restore"), "{early:?}");
    assert_eq!(fs::read_dir(&nowhere)?.count(), 0);
    let after = restore(
        &place,
        &nowhere,
        &["--without-keys", "--to-sequence", &(last + 1).to_string()],
    )
    .await?;
    let words = format!("the backup ends at event {last}, before event {}", last + 1);
    assert!(after.stderr.contains(&words), "{after:?}");
    assert_eq!(fs::read_dir(&nowhere)?.count(), 0);
    let (_, warned) = restored(&place, &ours, &["--to-time", "2099-01-01T00:00:00Z"]).await?;
    assert!(
        warned.contains("before the time that was asked for"),
        "{warned}"
    );
    Ok(())
}

/// What a call was refused with.
fn reason<A: std::fmt::Debug>(answer: Result<A, tonic::Status>) -> String {
    let status = answer.err();
    let info = status.and_then(|status| status.get_details_error_info());
    info.map_or_else(String::new, |info| {
        format!("{} {:?}", info.reason, info.metadata)
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cursors_and_revisions_of_the_kept_past_are_good_and_those_of_the_lost_future_are_not()
-> Outcome {
    let (server, played) = morning(10).await?;
    let oldest = v1::WatchEventsRequest {
        start: v1::WatchStart::Oldest.into(),
        ..Default::default()
    };
    let mut watch = watch_events(&server, oldest).await?;
    let early = next_events(&mut watch, 5).await?;
    let cursor_before = early[4].cursor.clone();
    let counts = v1::CountReasonsRequest::default;
    let revision_before = server.client().count_reasons(counts()).await?.revision;
    let place = server.data().beside().join("backup");
    let made = back_up(&server, &place).await?;
    let last = made["lastEvent"].as_u64().ok_or("no last event")?;
    let case = server.case(played.cases.first().ok_or("no case")?).await?;

    // The future that will be lost, and in the restored store another one of the same length.
    let lost = |contact: &str| {
        let call = Attempt::new(contact, "phone").of("c1").at(AFTER);
        call.about("baggage/lost").route()
    };
    let answer = server.client().route_contact(lost("lost")).await?;
    let revision_lost = answer.receipt.unwrap_or_default().revision;
    let more = last_event(&server).await? - 5;
    let rest = next_events(&mut watch, usize::try_from(more)?).await?;
    let cursor_lost = rest.last().ok_or("no event")?.cursor.clone();
    drop(watch);
    let (data, _) = restored(&place, server.data(), &[]).await?;
    let again = TestServer::on(data, Clock::External).await?;
    again.client().route_contact(lost("another")).await?;

    // What callers hold of the past is good: the watch goes on with what follows in the restored store.
    let go_on = |cursor: &str| v1::WatchEventsRequest {
        cursor: cursor.to_owned(),
        ..Default::default()
    };
    let mut watch = watch_events(&again, go_on(&cursor_before)).await?;
    let more = last_event(&again).await? - 5;
    let next = next_events(&mut watch, usize::try_from(more)?).await?;
    let newest = next.last().ok_or("no event")?;
    assert!(
        format!("{:?}", newest.item).contains("another"),
        "{newest:?}"
    );
    let read = v1::CountReasonsRequest {
        min_revision: revision_before,
    };
    again.client().count_reasons(read).await?;
    // People hold the numbers of their cases on paper.
    let by_number = again.case(&case.case_number).await?;
    assert_eq!(by_number.case_id, case.case_id);

    // What they hold of the future is refused, though the restored store has an event of that sequence.
    let lost = format!("LOST_IN_RESTORE {{\"restored_sequence\": \"{last}\"}}");
    let refused = feeds(&again).watch_events(go_on(&cursor_lost)).await;
    assert_eq!(reason(refused), lost);
    let read = v1::CountReasonsRequest {
        min_revision: revision_lost,
    };
    assert_eq!(reason(again.insights().count_reasons(read).await), lost);
    // And the cursors of the restored store are nothing to the first one.
    let refused = feeds(&server).watch_events(go_on(&newest.cursor)).await;
    assert_eq!(reason(refused), "CURSOR_OF_ANOTHER_STORE {}");

    // A store that is restored of a restored one keeps the whole line.
    let second_place = again.data().beside().join("second");
    let made = back_up(&again, &second_place).await?;
    assert_eq!(made["lastEvent"], last_event(&again).await?);
    let (data, _) = restored(
        &second_place,
        again.data(),
        &["--to-sequence", &(last - 1).to_string()],
    )
    .await?;
    let third = TestServer::on(data, Clock::External).await?;
    let mut watch = watch_events(&third, go_on(&cursor_before)).await?;
    next_events(&mut watch, usize::try_from(last)? - 1 - 5).await?;
    let refused = feeds(&third).watch_events(go_on(&newest.cursor)).await;
    let lost = format!(
        "LOST_IN_RESTORE {{\"restored_sequence\": \"{}\"}}",
        last - 1
    );
    assert_eq!(reason(refused), lost);
    assert_eq!(third.case(&case.case_number).await?.case_id, case.case_id);
    assert!(matches!(newest.item, Some(Item::Event(_))));
    Ok(())
}
