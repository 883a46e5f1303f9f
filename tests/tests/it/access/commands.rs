//! `signpost token` on a server that asks for no credentials.

use expect_test::expect;
use signpost_server::engine::Clock;
use signpost_tests::Outcome;
use signpost_tests::server::TestServer;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_are_created_listed_and_revoked_by_commands() -> Outcome {
    let server = TestServer::empty(Clock::System).await?;
    let create = [
        "token",
        "create",
        "chatbot",
        "--actor-id",
        "webbot",
        "--request-id",
        "r1",
    ];
    let limits = [
        "--limit-channel",
        "web_chat",
        "--expire-time",
        "2027-12-31T00:00:00Z",
    ];
    let made = server
        .signpost(&[&create[..], &limits, &["--label", "the bot"]].concat())
        .await?;
    let token = made.stdout.lines().next().unwrap_or_default().to_owned();
    assert!(token.starts_with("sp_0000000000001_"), "{made:?}");
    let again = server
        .signpost(&[&create[..], &limits, &["--label", "the bot"]].concat())
        .await?;
    let json = server
        .signpost(&["token", "create", "admin", "--json", limits[2], limits[3]])
        .await?
        .json()?;
    assert!(
        json["bearer_token"]
            .as_str()
            .is_some_and(|it| it.starts_with("sp_0000000000002_"))
    );
    let revoked = server
        .signpost(&["token", "revoke", "token_0000000000002"])
        .await?;
    let twice = server
        .signpost(&["token", "revoke", "token_0000000000002"])
        .await?;
    let listed = server.signpost(&["token", "list", "--utc"]).await?;
    let told = [
        made.stdout.replace(&token, "SECRET"),
        made.stderr,
        again.stderr,
        again.stdout,
        revoked.stdout,
        twice.stderr,
        listed.stdout,
    ];
    expect![[r#"
        SECRET
        the line on stdout is the token: it is not shown again
        token_0000000000001 of chatbot/webbot, until 2027-12-31T00:00:00Z, limited to channel web_chat
        token_0000000000001 was created before, and its secret was shown then; if nobody has it, revoke it and create another
        token_0000000000001 of chatbot/webbot, until 2027-12-31T00:00:00Z, limited to channel web_chat
        revoked token_0000000000002
        signpost: token_0000000000002 was revoked before
          token                caller                     state    expires               limits            label
          token_0000000000002  admin/token_0000000000002  revoked  2027-12-31T00:00:00Z
          token_0000000000001  chatbot/webbot             active   2027-12-31T00:00:00Z  channel web_chat  the bot
    "#]]
    .assert_eq(&told.concat());
    let listed = server
        .signpost(&["token", "list", "--json"])
        .await?
        .json()?;
    assert_eq!(listed["tokens"][0]["state"], "REVOKED");
    assert!(!listed.to_string().contains("hash"));
    let wrong = server
        .signpost(&["token", "create", "agent", "--actor-id", " a"])
        .await?;
    assert!(
        wrong.stderr.contains("--actor-id") && wrong.code == Some(2),
        "{wrong:?}"
    );
    Ok(())
}
