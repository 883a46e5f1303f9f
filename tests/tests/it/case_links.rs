//! Links between cases by callers who say what they saw of the case.

use signpost_client::{ClientError, v1};
use signpost_tests::Outcome;
use signpost_tests::attempt::Attempt;
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;
use tonic::Code;

/// Two open cases of two customers.
async fn two_cases(server: &TestServer) -> Outcome<[String; 2]> {
    let mut cases = Vec::new();
    for (contact, customer) in [("call-1", "c1"), ("call-2", "c2")] {
        let call = Attempt::new(contact, "phone").of(customer);
        let call = call.about("baggage/damaged").route();
        let answer = server.client().route_contact(call).await?.answer;
        cases.push(answer.unwrap_or_default().case_id);
    }
    Ok(cases.try_into().map_err(|_| "two cases")?)
}

fn link(one: &str, other: &str, etag: &str, request: &str) -> v1::LinkCasesRequest {
    v1::LinkCasesRequest {
        request_id: request.into(),
        case_id: one.into(),
        link: Some(v1::CaseLink {
            kind: v1::CaseLinkKind::CausedBy.into(),
            case_id: other.into(),
        }),
        event_time: Some(minute(20)),
        etag: etag.into(),
    }
}

fn unlink(one: &str, other: &str, etag: &str, request: &str) -> v1::UnlinkCasesRequest {
    let link = link(one, other, etag, request);
    v1::UnlinkCasesRequest {
        request_id: link.request_id,
        case_id: link.case_id,
        link: link.link,
        event_time: link.event_time,
        etag: link.etag,
    }
}

/// The etag is that of the named case: what the other one went through since is not looked at.
#[tokio::test]
async fn a_link_is_made_and_taken_away_only_as_its_caller_saw_the_case() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let [one, two] = two_cases(&server).await?;
    let seen = server.case(&one).await?.etag;
    let other = server.case(&two).await?.etag;
    assert_ne!(seen, other);

    let stale = link(&one, &two, &other, "stale");
    let status = server.cases().link_cases(stale).await.err();
    assert_eq!(status.map(|it| it.code()), Some(Code::Aborted));
    let faulty = client.link_cases(link(&one, &two, "x", "faulty")).await;
    let faulty = faulty.err().ok_or("an etag of letters")?.to_string();
    assert_eq!(
        faulty,
        "etag: must be an etag that the server returned for this case"
    );
    assert!(server.case(&one).await?.links.is_empty());

    let made = client.link_cases(link(&one, &two, &seen, "link")).await?;
    let made = made.case_receipt.unwrap_or_default();
    assert_eq!(server.case(&one).await?.etag, made.etag);
    let again = client.link_cases(link(&one, &two, &seen, "link")).await?;
    assert!(again.receipt.is_some_and(|receipt| receipt.replayed));

    let stale = client.unlink_cases(unlink(&one, &two, &seen, "late")).await;
    let Err(ClientError::Conflict(told, _)) = stale else {
        return Err(format!("not refused: {stale:?}").into());
    };
    let told = told.replace(&one, "ONE");
    assert_eq!(
        told,
        format!(
            "case ONE has changed since you read it: its etag is now {}",
            made.etag
        )
    );
    assert_eq!(server.case(&one).await?.links.len(), 1);
    client
        .unlink_cases(unlink(&one, &two, &made.etag, "unlink"))
        .await?;
    assert!(server.case(&one).await?.links.is_empty());
    server.finish().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_commands_for_links_take_the_etag() -> Outcome {
    let server = TestServer::start().await?;
    let [one, two] = two_cases(&server).await?;
    let seen = server.case(&one).await?.etag;
    let ran = async |words: &[&str]| {
        let words = [words, &["--event-time", "2026-03-02T10:00:00Z"]].concat();
        server.signpost(&words).await
    };
    let link = ["case", "link", &one, "caused_by", &two, "--etag", &seen];
    assert_eq!(ran(&link).await?.code, Some(0));
    let unlink = ["case", "unlink", &one, "caused_by", &two, "--etag", &seen];
    let stale = ran(&unlink).await?;
    assert_eq!(stale.code, Some(2));
    assert!(stale.stderr.contains("has changed since"), "{stale:?}");
    let now = server.case(&one).await?.etag;
    let unlink = ["case", "unlink", &one, "caused_by", &two, "--etag", &now];
    assert_eq!(ran(&unlink).await?.code, Some(0));
    server.finish().await?;
    Ok(())
}
