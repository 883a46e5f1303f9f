//! `signpost --on-behalf-of` as child processes: told, shown, refused.

use crate::bench::good;
use expect_test::expect;
use signpost_tests::Outcome;
use signpost_tests::server::{Data, FLIGHTS, TestServer};
use std::fmt::Write;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_tells_it_and_shows_it() -> Outcome {
    let server = TestServer::start().await?;
    let routed = server
        .client()
        .route_contact(good("call-1").route())
        .await?;
    let case = routed.answer.unwrap_or_default().case_id;
    let at = ["--event-time", "2026-03-02T10:00:00Z"];
    let note = ["case", "note", &case, "called back"];
    let ann = ["--on-behalf-of", "supervisor/ann"];
    let came = server.signpost(&[&note[..], &at, &ann].concat()).await?;
    assert_eq!(came.code, Some(0), "{came:?}");
    let beside = Data::new()?;
    let planes = beside.beside().join("planes.yaml");
    std::fs::write(
        &planes,
        FLIGHTS.replace("playbook: flights", "playbook: planes"),
    )?;
    let planes = planes.to_str().ok_or("the path is no text")?;
    let publish = ["playbook", "publish", planes];
    let came = server.signpost(&[&publish[..], &at, &ann].concat()).await?;
    assert_eq!(came.code, Some(0), "{came:?}");

    let mut told = came.stdout;
    for words in [&["case", "timeline", &case][..], &["playbook", "list"]] {
        let came = server.signpost(words).await?;
        assert_eq!(came.code, Some(0), "{came:?}");
        let lines = came
            .stdout
            .lines()
            .filter(|line| line.contains("client/signpost"));
        let at = |line: &str| line.find("client/signpost").map(|at| line[at..].to_owned());
        for line in lines.filter_map(at) {
            writeln!(told, "{}: {}", words[1], line.trim_end())?;
        }
    }
    expect![[r#"
        playbook planes df094a512c46665fdefc6e11575a1321138ab3c7016000dbd42b6032d5585e98 · live
          published 2026-03-02T11:00:00+01:00 by client/signpost for supervisor/ann
        timeline: client/signpost for supervisor/ann           note added      called back
        list: client/signpost for supervisor/ann  live
    "#]]
    .assert_eq(&told);
    let shown = server
        .signpost(&["--json", "case", "timeline", &case])
        .await?
        .json()?;
    let told = [0, 1].map(|place| &shown["entries"][place]["on_behalf_of"]);
    assert_eq!(told, ["", "supervisor/ann"], "{shown}");

    let mut refused = String::new();
    for person in ["ann", "robot/ann", ""] {
        let bad = ["--on-behalf-of", person];
        let came = server.signpost(&[&note[..], &at, &bad].concat()).await?;
        assert_eq!(came.code, Some(2), "{came:?}");
        refused += &came.stderr;
    }
    expect![[r#"
        signpost: on_behalf_of (--on-behalf-of): `ann` must be kind/id, such as supervisor/ann
        signpost: signpost-on-behalf-of (--on-behalf-of): must be kind/id: platform, chatbot, agent, supervisor, admin, auditor or client, and 1 to 64 printable bytes
        signpost: on_behalf_of (--on-behalf-of): `` must be kind/id, such as supervisor/ann
    "#]].assert_eq(&refused);
    assert_eq!(server.finish().await?.state.seq().0, 4);
    Ok(())
}
