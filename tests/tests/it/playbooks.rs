//! The life of playbooks over the wire: published, listed, read back, rolled back, refused.

use crate::older_playbooks::renamed;
use expect_test::expect;
use signpost_client::{Client, v1};
use signpost_server::engine::Clock;
use signpost_tests::Outcome;
use signpost_tests::attempt::Attempt;
use signpost_tests::brief;
use signpost_tests::server::{FLIGHTS, TestServer};
use signpost_tests::time::minute;

fn publish(source: &str, id: &str, at: i64) -> v1::PublishPlaybookRequest {
    v1::PublishPlaybookRequest {
        request_id: id.to_owned(),
        document: source.to_owned(),
        note: format!("at {at}"),
        event_time: Some(minute(at)),
        ..Default::default()
    }
}

fn roll_back(version: &str, id: &str, at: i64) -> v1::RollbackPlaybookRequest {
    v1::RollbackPlaybookRequest {
        request_id: id.to_owned(),
        playbook_version: version.to_owned(),
        note: "it was better".to_owned(),
        event_time: Some(minute(at)),
    }
}

async fn get(client: &Client, version: &str) -> Outcome<v1::GetPlaybookResponse> {
    let request = v1::GetPlaybookRequest {
        playbook_version: version.to_owned(),
        ..Default::default()
    };
    Ok(client.get_playbook(request).await?)
}

async fn all(client: &Client) -> Outcome<Vec<v1::PlaybookPublication>> {
    let request = v1::ListPlaybookPublicationsRequest::default();
    Ok(client
        .list_playbook_publications(request)
        .await?
        .publications)
}

#[tokio::test]
async fn a_playbook_is_published_listed_read_back_and_rolled_back() -> Outcome {
    let server = TestServer::empty(Clock::External).await?;
    let client = server.client();
    // Read back byte for byte: comments, blanks at line ends, and no line end at the end.
    let odd = format!("# été \t \r\n{}", FLIGHTS.trim_end());
    let first = client.publish_playbook(publish(&odd, "p1", 0)).await?;
    let first = first.publication.unwrap_or_default();
    let second = client
        .publish_playbook(publish(&renamed(), "p2", 5))
        .await?;
    let second = second.publication.unwrap_or_default();
    assert_eq!(get(client, &first.playbook_version).await?.document, odd);
    assert_eq!(get(client, "").await?.document, renamed());

    let prefix = &first.playbook_version[..8];
    let back = client.rollback_playbook(roll_back(prefix, "p3", 9)).await?;
    let back = back.publication.unwrap_or_default();
    assert_eq!(back.playbook_version, first.playbook_version);
    let again = client.rollback_playbook(roll_back(prefix, "p3", 9)).await?;
    assert!(again.receipt.is_some_and(|it| it.replayed));
    assert_eq!(again.publication.as_ref(), Some(&back));

    let line = |it: &v1::PlaybookPublication| {
        let which = it.playbook_version == second.playbook_version;
        let (live, back) = (it.live, it.rolled_back);
        format!(
            "{}: second {which}, live {live}, back {back}: {}",
            it.sequence, it.note
        )
    };
    let listed: Vec<String> = all(client).await?.iter().map(line).collect();
    expect![[r#"
        3: second false, live true, back true: it was better
        2: second true, live false, back false: at 5
        1: second false, live false, back false: at 0"#]]
    .assert_eq(&listed.join("\n"));
    let server = server.restart().await?;
    assert_eq!(get(server.client(), "").await?.document, odd);
    let after: Vec<String> = all(server.client()).await?.iter().map(line).collect();
    assert_eq!(after, listed);
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_list_comes_in_pages_that_writes_do_not_shift() -> Outcome {
    let server = TestServer::empty(Clock::External).await?;
    let client = server.client();
    let first = server.publish(FLIGHTS, 0).await?;
    let second = server.publish(&renamed(), 1).await?;
    for at in 2..7 {
        let version = [&first, &second][at % 2];
        let request = roll_back(version, &format!("back-{at}"), i64::try_from(at)?);
        client.rollback_playbook(request).await?;
    }
    let mut seen = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = v1::ListPlaybookPublicationsRequest {
            page_size: 3,
            page_token,
            ..Default::default()
        };
        let page = client.list_playbook_publications(request).await?;
        assert!(page.publications.len() <= 3);
        seen.extend(page.publications.iter().map(|it| it.sequence));
        if page.next_page_token.is_empty() {
            break;
        }
        page_token = page.next_page_token;
        let id = format!("between-{}", seen.len());
        client.rollback_playbook(roll_back(&first, &id, 20)).await?;
    }
    assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn each_call_is_refused_in_its_own_words() -> Outcome {
    let server = TestServer::empty(Clock::External).await?;
    let mut playbooks = server.playbooks();
    let mut told = Vec::new();
    let nothing = v1::GetPlaybookRequest::default();
    told.push(brief::refused(playbooks.get_playbook(nothing).await));
    let menu = v1::GetReasonMenuRequest::default();
    let unasked = playbooks.get_reason_menu(menu.clone()).await;
    told.push(brief::refused(unasked));
    let early = Attempt::new("call-1", "phone").route();
    told.push(brief::refused(server.contacts().route_contact(early).await));
    server.publish(FLIGHTS, 0).await?;

    let empty = v1::PublishPlaybookRequest::default();
    told.push(brief::refused(playbooks.publish_playbook(empty).await));
    let faulty = publish(&FLIGHTS.replace("queue: baggage", "queue: bagage"), "p2", 1);
    told.push(brief::refused(playbooks.publish_playbook(faulty).await));
    let failing = format!(
        "{}\ntests:\n  - {{ name: never, reason: baggage/lost, channel: phone, expect: {{ route: chat }} }}\n",
        FLIGHTS.trim_end()
    );
    let failing = publish(&failing, "p2", 1);
    told.push(brief::refused(playbooks.publish_playbook(failing).await));
    for version in ["", "0badc0de", "f", "no version"] {
        let back = roll_back(version, "p3", 2);
        told.push(brief::refused(playbooks.rollback_playbook(back).await));
    }
    let mut unknown = v1::GetPlaybookRequest::default();
    unknown.playbook_version.push_str("0badc0de");
    told.push(brief::refused(playbooks.get_playbook(unknown).await));
    let list = v1::ListPlaybookPublicationsRequest {
        page_size: 201,
        page_token: "x".to_owned(),
        ..Default::default()
    };
    let listed = playbooks.list_playbook_publications(list).await;
    told.push(brief::refused(listed));
    told.push(brief::refused(playbooks.get_reason_menu(menu).await));
    let menu = v1::GetReasonMenuRequest {
        channel: "phon".to_owned(),
        language_code: "!".to_owned(),
        primary_reason: "bagage".to_owned(),
        whole_tree: true,
        ..Default::default()
    };
    told.push(brief::refused(playbooks.get_reason_menu(menu).await));
    let empty = v1::ValidatePlaybookRequest::default();
    told.push(brief::refused(playbooks.validate_playbook(empty).await));
    expect![[r#"
        FailedPrecondition: no playbook is live: publish one first
          NO_PLAYBOOK playbook
        FailedPrecondition: no playbook is live: publish one first
          NO_PLAYBOOK playbook
        FailedPrecondition: no playbook is live: publish one first
          NO_PLAYBOOK playbook
        InvalidArgument:  (3 faults in all)
          request_id: must not be empty
          event_time: must be set: this server takes its time from the requests
          document: must not be empty
        InvalidArgument:  (4 faults in all)
          document.reasons[1].secondary[0].routes.human.queue: line 58, column 27: there is no queue bagage;
              did you mean baggage?
          document.reasons[1].secondary[0].routes.message.queue: line 59, column 29: there is no queue bagage;
              did you mean baggage?
          document.reasons[1].secondary[1].routes.human.queue: line 63, column 27: there is no queue bagage;
              did you mean baggage?
          document.reasons[1].secondary[1].routes.message.queue: line 64, column 29: there is no queue bagage;
              did you mean baggage?
        InvalidArgument: document.tests[0].expect.route line 77, column 75: "never" fails: expected chat,
              came message; message 7.47 = handling 2.50 + waiting 0.12 + failure 3.85 + leaving the channel
              1.00 (60 %, wait 6m); human 10.84 = handling 7.00 + waiting 2.40 + failure 1.44 (85 %, wait
              6m); chat is not a route of the reason; 5.00 at stake; change what decides it, or what the
              test expects
          document.tests[0].expect.route: line 77, column 75: "never" fails: expected chat, came message;
              message 7.47 = handling 2.50 + waiting 0.12 + failure 3.85 + leaving the channel 1.00 (60 %,
              wait 6m); human 10.84 = handling 7.00 + waiting 2.40 + failure 1.44 (85 %, wait 6m); chat is
              not a route of the reason; 5.00 at stake; change what decides it, o…
        InvalidArgument
          playbook_version: must be 8 to 64 lower-case hexadecimal digits
        NotFound: there is no playbook 0badc0de
          playbook 0badc0de
        InvalidArgument
          playbook_version: must be 8 to 64 lower-case hexadecimal digits
        InvalidArgument
          playbook_version: must be 8 to 64 lower-case hexadecimal digits
        NotFound: there is no playbook 0badc0de
          playbook 0badc0de
        InvalidArgument
          page_token: must be the next_page_token of an answer to the same list
        InvalidArgument
          channel: must be set
        InvalidArgument:  (3 faults in all)
          channel: is not a channel of the live playbook; did you mean phone?
          language_code: must be a language such as nl or nl-NL
          primary_reason: is not a primary reason of the live playbook; did you mean baggage?
        InvalidArgument
          document: must not be empty
    "#]].assert_eq(&brief::all(&told));
    let folded = server.finish().await?;
    assert_eq!(folded.state.seq().0, 1);
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_compared_is_refused() -> Outcome {
    let server = TestServer::empty(Clock::External).await?;
    let mut playbooks = server.playbooks();
    server.publish(FLIGHTS, 0).await?;
    let mut told = Vec::new();
    for (from, to, source) in [
        ("0badc0de", "", ""),
        ("", "0badc0de", ""),
        ("", "", "playbook: ["),
        ("", "0badc0de", "x"),
    ] {
        let diff = v1::DiffPlaybooksRequest {
            from_playbook_version: from.to_owned(),
            to_playbook_version: to.to_owned(),
            to_document: source.to_owned(),
            ..Default::default()
        };
        told.push(brief::refused(playbooks.diff_playbooks(diff).await));
    }
    expect![[r#"
        NotFound: there is no playbook 0badc0de
          playbook 0badc0de
        NotFound: there is no playbook 0badc0de
          playbook 0badc0de
        InvalidArgument
          to_document: line 1, column 11: is not YAML: unclosed bracket '['; must be YAML or JSON
        InvalidArgument
          to_document: must not be set together with to_playbook_version
    "#]]
    .assert_eq(&brief::all(&told));
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_check_tells_what_publishing_would() -> Outcome {
    let server = TestServer::empty(Clock::External).await?;
    let client = server.client();
    let source = FLIGHTS.to_owned();
    let checked = client
        .validate_playbook(v1::ValidatePlaybookRequest { document: source })
        .await?;
    assert_eq!((checked.errors.len(), checked.omitted_error_count), (0, 0));
    let published = client.publish_playbook(publish(FLIGHTS, "p1", 0)).await?;
    assert_eq!(published.warnings, checked.warnings);
    let version = published.publication.unwrap_or_default().playbook_version;
    assert_eq!(version, checked.playbook_version);
    let paths: Vec<&str> = checked.warnings.iter().map(|it| it.path.as_str()).collect();
    assert!(
        paths.contains(&"reasons"),
        "two reasons are a short menu: {paths:?}"
    );
    // What is written otherwise and says the same is the same version: keys sorted, nothing filled in.
    let spaced = FLIGHTS.replace(
        "currency: EUR\ntime_zone",
        "# money\ncurrency:   EUR\n\ntime_zone",
    );
    assert_ne!(spaced, FLIGHTS);
    let spaced = v1::ValidatePlaybookRequest { document: spaced };
    assert_eq!(
        client.validate_playbook(spaced).await?.playbook_version,
        version
    );
    server.finish().await?;
    Ok(())
}
