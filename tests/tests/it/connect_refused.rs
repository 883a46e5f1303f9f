//! Calls by the Connect protocol as no caller should send them: each is refused clearly, and nothing changes.

use crate::connect::{JSON, ROUTE, contact, enveloped, envelopes, route};
use expect_test::expect;
use serde_json::{Value, json};
use signpost_tests::Outcome;
use signpost_tests::http::{self, HttpAnswer};
use signpost_tests::server::TestServer;

/// An error in a few lines.
fn told(answer: &HttpAnswer) -> Outcome<String> {
    let error = answer.json()?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut told = format!(
        "{} {}: {}\n",
        answer.status(),
        text(&error["code"]),
        text(&error["message"])
    );
    for detail in error["details"].as_array().into_iter().flatten() {
        let fields = detail["debug"]["fieldViolations"].as_array();
        for field in fields
            .into_iter()
            .flatten()
            .filter(|it| it["field"].is_string())
        {
            told += &format!(
                "  {}: {}\n",
                text(&field["field"]),
                text(&field["description"])
            );
        }
    }
    Ok(told)
}

#[tokio::test]
async fn faults_of_json_are_told_at_once_with_their_paths() -> Outcome {
    let server = TestServer::start().await?;
    let mut wrong = contact("chat-1");
    wrong["chanel"] = json!("web_chat");
    wrong["routeSelection"] = json!("TAKE_IT");
    wrong["contact_id"] = json!("chat-2");
    wrong["eventTime"] = json!("yesterday");
    let context = &mut wrong["context"];
    context["statedReason"] = json!(5);
    context["customer"] = json!("c1");
    context["cannotUse"] = json!("ABILITY_VOICE");
    context["askedForPerson"] = json!("true");
    context["facts"] = json!([
        {"factId": "booking_reference", "text": "ABC123", "integer": "5"},
        {"factId": "amount", "integer": "five", "vale": {}},
        null,
        "booking_reference",
    ]);
    context["queueStats"] =
        json!([{"waitingCount": -1, "staffedAgents": 1.5, "averageHandleTime": 240}]);
    context["preferredRoutes"] = json!(["ROUTE_CHAT", "chat", 2, null]);
    let mut all = told(&route(server.address(), &wrong).await?)?;
    for text in [
        "",
        "[]",
        "5",
        "{\"contactId\": }",
        "{} {}",
        "{\"contactId\": \"a\u{0}\"}",
    ] {
        let answer = http::send(server.address(), ROUTE, &[JSON], text.as_bytes()).await?;
        all += &told(&answer)?;
    }
    let no_text = b"{\"contactId\": \"\xff\"}";
    all += &told(&http::send(server.address(), ROUTE, &[JSON], no_text).await?)?;
    for deep in [127, 129, 100_000] {
        let deep = format!("{{\"context\": {}{}}}", "[".repeat(deep), "]".repeat(deep));
        all += &told(&http::send(server.address(), ROUTE, &[JSON], deep.as_bytes()).await?)?;
    }
    expect![[r#"
        400 invalid_argument: chanel is not a field of RouteContactRequest (18 faults in all, the first 16 are listed)
          chanel: is not a field of RouteContactRequest
          contact_id: is set twice, under both of its names
          context.asked_for_person: cannot be read: invalid type: string "true", expected a boolean
          context.cannot_use: must be a list
          context.customer: must be an object
          context.facts[0].text: must not be set together with integer
          context.facts[1].integer: cannot be read: invalid digit found in string
          context.facts[1].vale: is not a field of Fact
          context.facts[2]: must not be null
          context.facts[3]: must be an object
          context.preferred_routes[1]: must be one of ROUTE_UNSPECIFIED, ROUTE_SELF_SERVICE, ROUTE_MESSAGE, ROUTE_CHAT, ROUTE_CALLBACK, ROUTE_HUMAN
          context.preferred_routes[3]: must not be null
          context.queue_stats[0].average_handle_time: cannot be read: invalid type: integer `240`, expected a duration string
          context.queue_stats[0].staffed_agents: cannot be read: expected integer value
          context.queue_stats[0].waiting_count: cannot be read: out of range integral type conversion attempted
          context.stated_reason: cannot be read: invalid type: integer `5`, expected a string
        400 invalid_argument: the request is not JSON: EOF while parsing a value at line 1 column 0
        400 invalid_argument: the request must be a JSON object
        400 invalid_argument: the request must be a JSON object
        400 invalid_argument: the request is not JSON: expected value at line 1 column 15
        400 invalid_argument: the request is not JSON: trailing characters at line 1 column 4
        400 invalid_argument: the request is not JSON: control character (\u0000-\u001F) found while parsing a string at line 1 column 17
        400 invalid_argument: the request is not JSON: invalid unicode code point at line 1 column 16
        400 invalid_argument: the request is not JSON: recursion limit exceeded at line 1 column 139
        400 invalid_argument: the request is not JSON: recursion limit exceeded at line 1 column 139
        400 invalid_argument: the request is not JSON: recursion limit exceeded at line 1 column 139
    "#]].assert_eq(&all);
    // What only intake can know comes from there, in the same words as over gRPC.
    let mut wrong = contact("chat-1");
    wrong["context"]["channel"] = json!("fax");
    wrong["context"]["direction"] = json!(77);
    let refused = route(server.address(), &wrong).await?;
    expect![[r#"
        400 invalid_argument: context.channel is not a channel of the live playbook; must be one of phone, web_chat, email (2 faults in all)
          context.channel: is not a channel of the live playbook; must be one of phone, web_chat, email
          context.direction: is not known to this server
    "#]].assert_eq(&told(&refused)?);
    assert_eq!(server.finish().await?.state.seq().0, 1);
    Ok(())
}

#[tokio::test]
async fn what_is_no_call_is_told_so() -> Outcome {
    let server = TestServer::start().await?;
    let to = server.address();
    let body = contact("chat-1").to_string();
    let body = body.as_bytes();
    let path = "/signpost.v1.ContactService/RouteContact";
    let mut all = String::new();
    for (line, headers) in [
        (
            format!("GET {path}?connect=v1&encoding=json&message=%7B%7D"),
            &[][..],
        ),
        (format!("PUT {path}"), &[JSON]),
        (format!("POST {path}s"), &[JSON]),
        (format!("POST {path}/"), &[JSON]),
        ("POST /".to_owned(), &[JSON]),
        ("GET /".to_owned(), &[]),
        (format!("POST {path}"), &[]),
        (format!("POST {path}"), &["content-type: text/plain"]),
        (
            format!("POST {path}"),
            &["content-type: application/json; charset=latin1"],
        ),
        (
            format!("POST {path}"),
            &["content-type: application/connect+json"],
        ),
        (
            "POST /signpost.v1.FeedService/WatchCases".to_owned(),
            &[JSON],
        ),
        (format!("POST {path}"), &[JSON, "content-encoding: gzip"]),
        (
            format!("POST {path}"),
            &[JSON, "connect-protocol-version: 2"],
        ),
        (format!("POST {path}"), &[JSON, "connect-timeout-ms: soon"]),
        (format!("POST {path}"), &[JSON, "connect-timeout-ms: -1"]),
        (
            format!("POST {path}"),
            &[JSON, "connect-timeout-ms: 10000000000"],
        ),
        (format!("POST {path}"), &[JSON, "connect-timeout-ms: 0"]),
        (format!("POST {path}"), &[JSON, "signpost-actor: nobody"]),
    ] {
        let answer = http::send(to, &line, headers, body).await?;
        all += &told(&answer)?;
        for name in ["allow", "accept-post"] {
            if !answer.header(name).is_empty() {
                all += &format!("  {name}: {}\n", answer.header(name));
            }
        }
    }
    expect![[r#"
        405 unimplemented: a call must be a POST, is a GET
          allow: POST
        405 unimplemented: a call must be a POST, is a PUT
          allow: POST
        404 unimplemented: there is no such method
        404 unimplemented: there is no such method
        404 unimplemented: there is no such method
        404 unimplemented: there is no such method
        415 invalid_argument: content-type must be one of application/json, application/proto
          accept-post: application/json, application/proto
        415 invalid_argument: content-type must be one of application/json, application/proto
          accept-post: application/json, application/proto
        415 invalid_argument: content-type must be one of application/json, application/proto
          accept-post: application/json, application/proto
        415 invalid_argument: content-type must be one of application/json, application/proto
          accept-post: application/json, application/proto
        415 invalid_argument: content-type must be one of application/connect+json, application/connect+proto
          accept-post: application/connect+json, application/connect+proto
        501 unimplemented: content-encoding must be identity: no compression is supported
        400 invalid_argument: connect-protocol-version must be 1
        400 invalid_argument: connect-timeout-ms must be a whole number of milliseconds, at least 1, of at most 10 digits
        400 invalid_argument: connect-timeout-ms must be a whole number of milliseconds, at least 1, of at most 10 digits
        400 invalid_argument: connect-timeout-ms must be a whole number of milliseconds, at least 1, of at most 10 digits
        400 invalid_argument: connect-timeout-ms must be a whole number of milliseconds, at least 1, of at most 10 digits
        400 invalid_argument: signpost-actor must be kind/id: platform, chatbot, agent, supervisor, admin, auditor or client, and 1 to 64 printable bytes
          signpost-actor: must be kind/id: platform, chatbot, agent, supervisor, admin, auditor or client, and 1 to 64 printable bytes
    "#]].assert_eq(&all);
    assert_eq!(server.finish().await?.state.seq().0, 1);
    Ok(())
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_it_is_read() -> Outcome {
    let server = TestServer::start().await?;
    let to = server.address();
    let mut all = String::new();
    for mib in [1, 5] {
        let mut large = contact("chat-1");
        large["context"]["languageCode"] = json!("x".repeat(mib * 1024 * 1024));
        all += &told(&route(to, &large).await?)?;
    }
    let validate = "POST /signpost.v1.PlaybookService/ValidatePlaybook";
    let source = json!({"document": "x".repeat(5 * 1024 * 1024)}).to_string();
    all += &told(&http::send(to, validate, &[JSON], source.as_bytes()).await?)?;
    expect![[r#"
        400 invalid_argument: the request is too large: at most 262144 bytes are taken
        400 invalid_argument: the request is too large: at most 262144 bytes are taken
        400 invalid_argument: the request is too large: at most 4194304 bytes are taken
    "#]]
    .assert_eq(&all);
    let source = json!({"document": "x".repeat(900_000)}).to_string();
    let taken = http::send(to, validate, &[JSON], source.as_bytes()).await?;
    assert_eq!(taken.status(), "200");

    // Its length told by nobody: it is read, as far as it may be.
    let chunked = [JSON, "transfer-encoding: chunked"];
    let large = format!("{:x}\r\n{}\r\n0\r\n\r\n", 300_000, " ".repeat(300_000));
    let refused = http::send_as_it_is(to, ROUTE, &chunked, large.as_bytes()).await?;
    assert_eq!(refused.status(), "400");

    let watch = "POST /signpost.v1.FeedService/WatchCases";
    let kind = ["content-type: application/connect+json"];
    let mut ends = String::new();
    let twice = [enveloped(b"{}"), enveloped(b"{}")].concat();
    let mut compressed = enveloped(b"{}");
    compressed[0] = 1;
    let mut longer = enveloped(b"{}");
    longer[4] = 200;
    for body in [
        b"{}".to_vec(),
        Vec::new(),
        twice,
        compressed,
        longer,
        enveloped(&vec![b' '; 300_000]),
    ] {
        let told = http::send(to, watch, &kind, &body).await?;
        assert_eq!(told.status(), "200");
        let (messages, end) = envelopes(&told.body)?;
        assert!(messages.is_empty());
        ends += &format!("{}: {}\n", end["error"]["code"], end["error"]["message"]);
    }
    expect![[r#"
        "invalid_argument": "the request must be one message in an envelope: one byte of flags, four bytes of length, and that many bytes"
        "invalid_argument": "the request must be one message in an envelope: one byte of flags, four bytes of length, and that many bytes"
        "invalid_argument": "the request must be one message in an envelope: one byte of flags, four bytes of length, and that many bytes"
        "unimplemented": "compressed messages are not supported: send it uncompressed"
        "invalid_argument": "the request must be one message in an envelope: one byte of flags, four bytes of length, and that many bytes"
        "invalid_argument": "the request is too large: at most 262144 bytes are taken"
    "#]].assert_eq(&ends);
    assert_eq!(server.finish().await?.state.seq().0, 1);
    Ok(())
}
