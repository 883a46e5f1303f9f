//! Names that go away with a playbook while cases and contacts have them: the publication is refused with
//! NAMES_IN_USE, unless the playbook says what replaces them, or it is forced. What was there is told afterwards.

use signpost_client::{Client, v1};
use signpost_tests::Outcome;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::server::{FLIGHTS, TestServer};
use signpost_tests::time::minute;
use tonic::Status;
use tonic_types::StatusExt;

const DAMAGED: &str =
    "      - id: damaged\n        label: { en: Damaged bag, nl: Beschadigde koffer }\n";
const EMAIL: &str = "  email: { medium: async_text, routes: [message, self_service, callback] }\n";

/// The airline where nothing is damaged, and nobody writes.
fn smaller() -> String {
    let (before, rest) = FLIGHTS.split_once(DAMAGED).unwrap_or_default();
    let (_, after) = rest.split_once("rules:\n").unwrap_or_default();
    let smaller = format!("{before}rules:\n{after}").replace(EMAIL, "");
    assert!(smaller.len() + 200 < FLIGHTS.len());
    smaller
}

/// The same, but what is damaged is lost.
fn replaced() -> String {
    let lost = "      - id: lost\n";
    let replaced = smaller().replace(
        lost,
        &format!("{lost}        replaces: [baggage/damaged]\n"),
    );
    let (before, after) = replaced.split_once("queues:\n").unwrap_or_default();
    format!("{before}{EMAIL}queues:\n{after}")
}

fn publish(source: &str, id: &str, at: i64, force: bool) -> v1::PublishPlaybookRequest {
    v1::PublishPlaybookRequest {
        request_id: id.to_owned(),
        document: source.to_owned(),
        event_time: Some(minute(at)),
        force,
        ..Default::default()
    }
}

/// What a refusal says of each name: `baggage/damaged: 1 open case`.
fn in_use(refused: &Status) -> Vec<String> {
    let failure = refused.get_details_precondition_failure();
    let violations = failure.into_iter().flat_map(|it| it.violations);
    let line = violations.map(|it| format!("{} {}: {}", it.r#type, it.subject, it.description));
    line.collect()
}

fn told(names: &[v1::PlaybookNameInUse]) -> Vec<String> {
    let line = |it: &v1::PlaybookNameInUse| {
        let (part, id) = (it.part().as_str_name(), &it.id);
        let more = if it.at_least { " or more" } else { "" };
        let (cases, contacts) = (it.open_case_count, it.live_contact_count);
        format!("{part} {id}: {cases} cases, {contacts} contacts{more}")
    };
    names.iter().map(line).collect()
}

async fn live(client: &Client) -> Outcome<String> {
    let asked = v1::GetPlaybookRequest::default();
    let got = client.get_playbook(asked).await?;
    Ok(got.publication.unwrap_or_default().playbook_version)
}

async fn diff(client: &Client, source: &str) -> Outcome<Vec<String>> {
    let asked = v1::DiffPlaybooksRequest {
        to_document: source.to_owned(),
        ..Default::default()
    };
    Ok(told(&client.diff_playbooks(asked).await?.names_in_use))
}

/// Two calls and a letter about damaged bags; one of the calls has ended, its case is open.
async fn damaged(client: &Client) -> Outcome {
    for (number, channel) in ["phone", "phone", "email"].into_iter().enumerate() {
        let contact = Attempt::new(&format!("call-{number}"), channel).about("baggage/damaged");
        let contact = contact.of(&format!("c{number}")).tier("gold").at(1);
        client.route_contact(contact.route()).await?;
    }
    client
        .end_contact(end("call-0", v1::ContactOutcome::Transferred, 2))
        .await?;
    Ok(())
}

#[tokio::test]
async fn names_in_use_do_not_go_away_unless_told_or_forced() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    damaged(client).await?;
    let before = live(client).await?;
    let found = [
        "PLAYBOOK_PART_REASON baggage/damaged: 3 cases, 2 contacts",
        "PLAYBOOK_PART_CHANNEL email: 1 cases, 1 contacts",
    ];
    // The preview says so, and refuses nothing.
    assert_eq!(diff(client, &smaller()).await?, found);
    assert_eq!(diff(client, &replaced()).await?, [""; 0]);
    let refused = server
        .playbooks()
        .publish_playbook(publish(&smaller(), "p1", 3, false))
        .await;
    let refused = refused.err().ok_or("it was published")?;
    assert_eq!(refused.code(), tonic::Code::FailedPrecondition);
    assert_eq!(
        in_use(&refused),
        [
            "NAMES_IN_USE reason baggage/damaged: 3 open cases and 2 live contacts",
            "NAMES_IN_USE channel email: 1 open case and 1 live contact",
        ]
    );
    assert!(
        refused.message().contains("publish with force"),
        "{refused}"
    );
    assert_eq!(live(client).await?, before);
    // What is replaced does not go away.
    let answer = client
        .publish_playbook(publish(&replaced(), "p1", 4, false))
        .await?;
    assert_eq!(told(&answer.names_in_use), [""; 0]);
    // The old name still stands for something, so it goes away with its replacement.
    let without = smaller();
    let forced = client
        .publish_playbook(publish(&without, "p2", 5, true))
        .await?;
    assert_eq!(told(&forced.names_in_use), found);
    let again = client
        .publish_playbook(publish(&without, "p2", 5, true))
        .await?;
    assert!(again.receipt.is_some_and(|it| it.replayed));
    // Going back is never refused.
    let back = v1::RollbackPlaybookRequest {
        request_id: "back".to_owned(),
        playbook_version: before.clone(),
        event_time: Some(minute(6)),
        ..Default::default()
    };
    let back = client.rollback_playbook(back).await?;
    assert_eq!(told(&back.names_in_use), [""; 0]);
    assert_eq!(live(client).await?, before);
    Ok(())
}

#[tokio::test]
async fn tiers_and_queues_in_use_count_too_and_what_ended_does_not() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    damaged(client).await?;
    let source = FLIGHTS
        .replace("  - { id: gold,", "  - { id: golden,")
        .replace("  baggage: { label", "  bags_desk: { label")
        .replace("queue: baggage", "queue: bags_desk");
    assert_eq!(
        diff(client, &source).await?,
        [
            "PLAYBOOK_PART_TIER gold: 3 cases, 2 contacts",
            "PLAYBOOK_PART_QUEUE baggage: 3 cases, 2 contacts",
        ]
    );
    for contact in ["call-1", "call-2"] {
        client
            .end_contact(end(contact, v1::ContactOutcome::Resolved, 3))
            .await?;
    }
    let left = diff(client, &source).await?;
    assert_eq!(
        left,
        [
            "PLAYBOOK_PART_TIER gold: 1 cases, 0 contacts",
            "PLAYBOOK_PART_QUEUE baggage: 1 cases, 0 contacts",
        ]
    );
    Ok(())
}

#[tokio::test]
async fn a_reason_that_is_gone_is_told_to_have_been_there() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    client
        .publish_playbook(publish(&replaced(), "p1", 4, false))
        .await?;
    let without = smaller();
    client
        .publish_playbook(publish(&without, "p2", 5, true))
        .await?;
    let contact = || {
        Attempt::new("call-1", "phone")
            .of("c1")
            .about("baggage/damaged")
            .at(6)
    };
    let refused = client.route_contact(contact().route()).await;
    let fault = format!("{:?}", refused.err());
    let says = "is not a reason of the live playbook, but was one until ";
    assert!(fault.contains(says), "{fault}");
    assert!(
        fault.contains(", by then replaced by baggage/lost; "),
        "{fault}"
    );
    // Where it is allowed, the finding says so.
    let mut request = contact().route();
    request.allow_unknown_reason = true;
    let answer = client
        .route_contact(request)
        .await?
        .answer
        .unwrap_or_default();
    let findings = answer.decision.unwrap_or_default().findings;
    let retired = findings.into_iter().find_map(|finding| finding.retired);
    let retired = retired.ok_or("the finding says nothing of it")?;
    assert_eq!(retired.retire_time, Some(minute(5)));
    assert_eq!(retired.replaced_by, ["baggage/lost"]);
    // A primary reason, and one that nobody ever had.
    client
        .publish_playbook(publish(
            &without.replace("  - id: baggage\n", "  - id: bags\n"),
            "p3",
            7,
            true,
        ))
        .await?;
    for (reason, says) in [
        (
            "baggage",
            "is not a primary reason of the live playbook, but was one until ",
        ),
        (
            "baggage/lost",
            "is not a reason of the live playbook, but was one until ",
        ),
        ("baggage/stolen", "is not a reason of the live playbook; "),
    ] {
        let contact = Attempt::new("call-2", "phone").about(reason).at(8);
        let refused = client.route_contact(contact.route()).await.err();
        let refused = format!("{refused:?}");
        assert!(refused.contains(says), "{reason}: {refused}");
    }
    Ok(())
}

#[tokio::test]
async fn the_client_says_what_is_in_use_and_forces() -> Outcome {
    let server = TestServer::start().await?;
    damaged(server.client()).await?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("smaller.yaml");
    std::fs::write(&file, smaller())?;
    let file = file.to_str().ok_or("a path in UTF-8")?;
    let diff = server.signpost(&["playbook", "diff", "live", file]).await?;
    assert!(
        diff.stdout
            .contains("  channel email: 1 open case, 1 live contact\n"),
        "{diff:?}"
    );
    let publish = [
        "playbook",
        "publish",
        file,
        "--event-time",
        "2026-03-02T09:04:00Z",
    ];
    let refused = server.signpost(&publish).await?;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(
        refused
            .stderr
            .contains("reason baggage/damaged (3 open cases and 2 live contacts)"),
        "{refused:?}"
    );
    let forced = [&publish[..], &["--force"]].concat();
    let forced = server.signpost(&forced).await?;
    assert_eq!(forced.code, Some(0), "{forced:?}");
    assert!(
        forced
            .stderr
            .contains("  reason baggage/damaged: 3 open cases, 2 live contacts"),
        "{forced:?}"
    );
    Ok(())
}
