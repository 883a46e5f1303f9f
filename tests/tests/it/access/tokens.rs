//! Tokens: created once, listed without secrets, revoked for good; and what is refused.

use super::{created, new_token};
use crate::bench::Bench;
use expect_test::expect;
use signpost_client::v1;
use signpost_server::engine::Clock;
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;
use signpost_tests::{Outcome, brief};
use std::fmt::Write;

fn all(tokens: &[v1::Token]) -> String {
    let mut text = String::new();
    for token in tokens {
        let _infallible = writeln!(
            text,
            "{} {} {:?} {:?} {:?} {} {}",
            token.token_id,
            token.actor,
            token.state(),
            token.label,
            [&token.channels[..], &token.brands, &token.primary_reasons].concat(),
            token.created_by,
            token.revoked_by,
        );
    }
    text
}

async fn listed(server: &TestServer, page_size: u32) -> Outcome<Vec<v1::Token>> {
    let (mut tokens, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = v1::ListTokensRequest {
            page_size,
            page_token,
            ..Default::default()
        };
        let page = server.access().list_tokens(request).await?.into_inner();
        tokens.extend(page.tokens);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(tokens);
        }
    }
}

fn revoke(id: &str, at: i64) -> v1::RevokeTokenRequest {
    v1::RevokeTokenRequest {
        request_id: format!("revoke-{id}@{at}"),
        token_id: id.to_owned(),
        event_time: Some(minute(at)),
    }
}

#[tokio::test]
async fn a_token_is_shown_once_and_kept_over_restarts() -> Outcome {
    let server = TestServer::start().await?;
    let bot = v1::CreateTokenRequest {
        label: "the bot of the site".to_owned(),
        channels: vec!["web_chat".to_owned()],
        brands: vec!["express".to_owned()],
        primary_reasons: vec!["baggage".to_owned()],
        event_time: Some(minute(1)),
        ..new_token(v1::Role::Chatbot, "webbot")
    };
    let first = server
        .access()
        .create_token(bot.clone())
        .await?
        .into_inner();
    assert!(first.bearer_token.starts_with("sp_0000000000002_"));
    let again = server
        .access()
        .create_token(bot.clone())
        .await?
        .into_inner();
    assert!(brief::replayed(again.receipt.as_ref()));
    assert_eq!(
        (again.token, again.bearer_token.as_str()),
        (first.token, "")
    );
    let other = v1::CreateTokenRequest {
        label: "another".to_owned(),
        ..bot
    };
    let reused = brief::refused(server.access().create_token(other).await);
    assert!(reused.starts_with("AlreadyExists"), "{reused}");
    for (role, name) in [(v1::Role::Admin, "ann"), (v1::Role::Agent, "bob")] {
        created(&server, new_token(role, name)).await?;
    }
    let nameless = v1::CreateTokenRequest {
        request_id: "nameless".to_owned(),
        actor_id: String::new(),
        expire_time: Some(minute(3)),
        ..new_token(v1::Role::Auditor, "")
    };
    created(&server, nameless).await?;
    server
        .access()
        .revoke_token(revoke("token_0000000000004", 4))
        .await?;
    let before = all(&listed(&server, 2).await?);
    expect![[r#"
        token_0000000000005 auditor/token_0000000000005 Expired "" [] platform/anonymous 
        token_0000000000004 agent/bob Revoked "" [] platform/anonymous platform/anonymous
        token_0000000000003 admin/ann Active "" [] platform/anonymous 
        token_0000000000002 chatbot/webbot Active "the bot of the site" ["web_chat", "express", "baggage"] platform/anonymous 
    "#]]
    .assert_eq(&before);
    let refused = [
        brief::refused(
            server
                .access()
                .revoke_token(revoke("token_0000000000004", 5))
                .await,
        ),
        brief::refused(
            server
                .access()
                .revoke_token(revoke("token_0000000000099", 5))
                .await,
        ),
    ];
    expect![[r#"
        FailedPrecondition: token_0000000000004 was revoked before
          TOKEN_REVOKED_BEFORE token_0000000000004
        NotFound: there is no token token_0000000000099
          token token_0000000000099
    "#]]
    .assert_eq(&brief::all(&refused));
    let server = server.restart().await?;
    assert_eq!(all(&listed(&server, 0).await?), before);
    // The rows are made again from the log.
    let data = server.stop().await?;
    std::fs::remove_dir_all(data.path().join("state"))?;
    let server = TestServer::on(data, Clock::External).await?;
    assert_eq!(all(&listed(&server, 200).await?), before);
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_token_that_makes_no_sense_is_refused_and_changes_nothing() -> Outcome {
    let bench = Bench::new().await?;
    let right = v1::CreateTokenRequest {
        event_time: Some(minute(3)),
        ..new_token(v1::Role::Agent, "bob")
    };
    let many = (0..33).map(|n| format!("channel_{n}")).collect();
    let bad = [
        v1::CreateTokenRequest::default(),
        v1::CreateTokenRequest {
            role: 7,
            actor_id: " bob".to_owned(),
            label: "x".repeat(257),
            channels: vec!["phone".to_owned(), "phone".to_owned()],
            brands: vec!["Main Line".to_owned()],
            ..right.clone()
        },
        v1::CreateTokenRequest {
            channels: many,
            ..right.clone()
        },
        v1::CreateTokenRequest {
            expire_time: Some(minute(3)),
            ..right.clone()
        },
        v1::CreateTokenRequest {
            expire_time: Some(minute(3 + 1_827 * 24 * 60)),
            ..right
        },
    ];
    let mut told = Vec::new();
    for request in bad {
        told.push(brief::refused(
            bench.server.access().create_token(request).await,
        ));
    }
    for id in ["", "token_7", "sp_0000000000002_ab"] {
        told.push(brief::refused(
            bench.server.access().revoke_token(revoke(id, 3)).await,
        ));
    }
    let page = v1::ListTokensRequest {
        page_token: "x".to_owned(),
        ..Default::default()
    };
    told.push(brief::refused(
        bench.server.access().list_tokens(page).await,
    ));
    expect![[r#"
        InvalidArgument:  (3 faults in all)
          request_id: must not be empty
          role: must be set
          event_time: must be set: this server takes its time from the requests
        InvalidArgument:  (5 faults in all)
          role: is not known to this server
          actor_id: must be printable, without spaces at its ends
          label: must be at most 256 bytes, is 257
          channels[1]: is there twice
          brands[0]: must be lower-case letters, digits and _, starting with a letter
        InvalidArgument
          channels: must be at most 32, are 33
        InvalidArgument
          expire_time: must be after the server's time, and at most 1826d after it
        InvalidArgument
          expire_time: must be after the server's time, and at most 1826d after it
        InvalidArgument
          token_id: must not be empty
        InvalidArgument
          token_id: must be token_ and 13 letters or digits, as an answer gave it
        InvalidArgument
          token_id: must be token_ and 13 letters or digits, as an answer gave it
        InvalidArgument
          page_token: must be the next_page_token of an answer to the same list
    "#]]
    .assert_eq(&brief::all(&told));
    bench.unchanged().await
}
