//! Over the wire: how queues are, reported by themselves.

use crate::bench::{Bench, good};
use expect_test::expect;
use signpost_client::v1;
use signpost_tests::attempt::Attempt;
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;
use signpost_tests::{Outcome, brief};

fn queue(id: &str) -> v1::QueueStats {
    v1::QueueStats {
        queue_id: id.to_owned(),
        ..Default::default()
    }
}

fn waits(id: &str, minutes: i64) -> v1::QueueStats {
    v1::QueueStats {
        expected_wait: Some(prost_types::Duration {
            seconds: minutes * 60,
            nanos: 0,
        }),
        ..queue(id)
    }
}

fn report(stats: Vec<v1::QueueStats>, at: i64) -> v1::ReportQueueStatsRequest {
    v1::ReportQueueStatsRequest {
        request_id: format!("report@{at}"),
        queue_stats: stats,
        event_time: Some(minute(at)),
    }
}

fn replayed(answer: &v1::ReportQueueStatsResponse) -> bool {
    let receipt = answer.receipt.as_ref();
    receipt.is_some_and(|receipt| receipt.replayed)
}

fn chat(contact: &str, at: i64) -> Attempt {
    let mut chat = Attempt::new(contact, "web_chat").at(at);
    chat.context.asked_for_person = true;
    let chat = chat.of(contact).about("existing_flight/change_date");
    chat.fact("booking_reference", "ABC123")
}

/// What the decision reckons with on the way to people, and what it noticed of queues.
async fn seen(server: &TestServer, attempt: Attempt) -> Outcome<String> {
    let answer = server.client().route_contact(attempt.route()).await?.answer;
    let decision = answer.unwrap_or_default().decision.unwrap_or_default();
    let mut options = decision.options.iter();
    let chat = options.find(|option| {
        let target = option.target.clone().unwrap_or_default();
        target.route() == v1::Route::Chat
    });
    let wait = chat.and_then(|chat| chat.wait).unwrap_or_default();
    let expected = wait.expected.unwrap_or_default().seconds;
    let findings = decision.findings.iter().filter(|it| {
        let kinds = [
            v1::FindingKind::QueueStatsTooOld,
            v1::FindingKind::WaitAssumed,
        ];
        kinds.contains(&it.kind())
    });
    let findings = findings.map(|it| format!(", {:?} {}", it.kind(), it.subject));
    let findings: String = findings.collect();
    Ok(format!("{:?} {expected} s{findings}\n", wait.basis()))
}

#[tokio::test]
async fn a_report_counts_until_it_is_too_old_and_after_a_restart() -> Outcome {
    let server = TestServer::start().await?;
    let mut said = seen(&server, chat("c1", 1)).await?;
    let told = report(vec![waits("rebooking", 20), queue("baggage")], 2);
    let client = server.client();
    assert!(!replayed(&client.report_queue_stats(told.clone()).await?));
    assert!(replayed(&client.report_queue_stats(told.clone()).await?));
    said += &seen(&server, chat("c2", 3)).await?;
    let mut own = chat("c3", 3);
    own.context.queue_stats = vec![waits("rebooking", 2)];
    said += &seen(&server, own).await?;
    let server = server.restart().await?;
    assert!(replayed(&server.client().report_queue_stats(told).await?));
    said += &seen(&server, chat("c4", 7)).await?;
    said += &seen(&server, chat("c5", 8)).await?;
    expect![[r#"
        Unknown 240 s, WaitAssumed rebooking
        Reported 1200 s
        Reported 120 s
        Reported 1200 s
        Unknown 240 s, QueueStatsTooOld rebooking, WaitAssumed rebooking
    "#]]
    .assert_eq(&said);
    let folded = server.finish().await?;
    assert!(folded.decided_otherwise.is_empty());
    assert_eq!(folded.decided_again, 5);
    Ok(())
}

#[tokio::test]
async fn what_is_told_wrong_of_queues_changes_nothing() -> Outcome {
    let bench = Bench::new().await?;
    let mut contacts = bench.server.contacts();
    let many: Vec<_> = (0..1_000).map(|n| queue(&format!("queue_{n}"))).collect();
    let crowd = v1::QueueStats {
        staffed_agents: Some(u32::MAX),
        available_agents: Some(u32::MAX),
        ..queue("rebooking")
    };
    let never = v1::QueueStats {
        expected_wait: Some(prost_types::Duration {
            seconds: -1,
            nanos: 0,
        }),
        ..queue("rebooking")
    };
    let more_free = v1::QueueStats {
        staffed_agents: Some(1),
        available_agents: Some(2),
        ..queue("rebooking")
    };
    let twice = vec![queue("rebooking"), queue("rebooking")];
    let mut told = Vec::new();
    for stats in [
        Vec::new(),
        many,
        vec![queue("rebookings"), queue("")],
        vec![crowd],
        vec![never],
        vec![more_free],
        twice,
    ] {
        told.push(brief::refused(
            contacts.report_queue_stats(report(stats, 2)).await,
        ));
    }
    let late = report(vec![queue("rebooking")], -30 * 60);
    let no_key = v1::ReportQueueStatsRequest {
        request_id: String::new(),
        ..report(vec![queue("rebooking")], 2)
    };
    let no_time = v1::ReportQueueStatsRequest {
        event_time: None,
        ..report(vec![queue("rebooking")], 2)
    };
    for request in [late, no_key, no_time] {
        told.push(brief::refused(contacts.report_queue_stats(request).await));
    }
    expect![[r#"
        InvalidArgument
          queue_stats: must name at least one queue
        InvalidArgument
          queue_stats: must be at most 64, are 1000
        InvalidArgument:  (2 faults in all)
          queue_stats[0].queue_id: is not a queue of the live playbook; did you mean rebooking?
          queue_stats[1].queue_id: must be set
        InvalidArgument:  (2 faults in all)
          queue_stats[0].staffed_agents: must be at most 1000000, but is 4294967295; leave the field out if
              the number is not known
          queue_stats[0].available_agents: must be at most 1000000, but is 4294967295; leave the field out if
              the number is not known
        InvalidArgument
          queue_stats[0].expected_wait: must be from 0s to 7d
        InvalidArgument
          queue_stats[0].available_agents: must be at most staffed_agents: an available agent is also a
              staffed one
        InvalidArgument
          queue_stats[1].queue_id: is there twice
        InvalidArgument
          event_time: must be at most 1d ago, is 1d6h
        InvalidArgument
          request_id: must not be empty
        InvalidArgument
          event_time: must be set: this server takes its time from the requests
    "#]].assert_eq(&brief::all(&told));
    // The contact that is there is as it was, and so is what a new one would get.
    let preview = good("call-2").preview();
    let answer = contacts.preview_route(preview).await?.into_inner().answer;
    assert!(!brief::findings(answer.as_ref()).is_empty());
    bench.unchanged().await
}
