//! Callers of other protocols are kept out in the form of theirs.

use super::{created, new_token};
use expect_test::expect;
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::http::send;
use signpost_tests::server::TestServer;

#[tokio::test]
async fn json_over_http_is_asked_for_credentials_before_it_is_read() -> Outcome {
    let server = TestServer::start().await?;
    let auditor = created(&server, new_token(v1::Role::Auditor, "otto")).await?;
    let server = server.asking_for_credentials().await?;
    let shown = format!("authorization: bearer {auditor}");
    let basic = "authorization: Basic YTpi";
    let calls: [(&str, Option<&str>, &str); 6] = [
        ("PlaybookService/GetPlaybook", None, "no JSON"),
        ("PlaybookService/GetPlaybook", Some(basic), "no JSON"),
        ("PlaybookService/PublishPlaybook", Some(&shown), "no JSON"),
        ("PlaybookService/GetPlaybook", Some(&shown), "no JSON"),
        ("PlaybookService/GetPlaybook", Some(&shown), "{}"),
        ("FeedService/WatchEvents", None, ""),
    ];
    let mut told = String::new();
    for (call, credential, body) in calls {
        let kind = match call.starts_with("Feed") {
            true => "content-type: application/connect+json",
            false => "content-type: application/json",
        };
        let headers: Vec<&str> = [kind].into_iter().chain(credential).collect();
        let line = format!("POST /signpost.v1.{call}");
        let answer = send(server.address(), &line, &headers, body.as_bytes()).await?;
        let body = String::from_utf8_lossy(&answer.body);
        let code = body
            .split("\"code\":\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        told += &format!(
            "{call}: {} {}\n",
            answer.status(),
            code.unwrap_or("answered")
        );
    }
    expect![[r#"
        PlaybookService/GetPlaybook: 401 unauthenticated
        PlaybookService/GetPlaybook: 401 unauthenticated
        PlaybookService/PublishPlaybook: 403 permission_denied
        PlaybookService/GetPlaybook: 400 invalid_argument
        PlaybookService/GetPlaybook: 200 answered
        FeedService/WatchEvents: 200 unauthenticated
    "#]]
    .assert_eq(&told);
    let web = "content-type: application/grpc-web+proto";
    let line = "POST /signpost.v1.PlaybookService/GetPlaybook";
    let answer = send(server.address(), line, &[web], &[0, 0, 0, 0, 0]).await?;
    let in_header = answer.header("grpc-status") == "16";
    let in_body = String::from_utf8_lossy(&answer.body).contains("grpc-status:16");
    assert!(in_header || in_body, "{answer:?}");
    Ok(())
}
