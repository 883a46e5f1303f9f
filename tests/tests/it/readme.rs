//! The conversation of README's first screen, asked of a real server: each command answers what stands below it.

use crate::grid::RETAIL;
use signpost_tests::Outcome;
use signpost_tests::server::TestServer;

const README: &str = include_str!("../../../README.md");
/// A minute at which the shop is open: 17:00 UTC.
const AFTERNOON: i64 = 8 * 60;
/// How README runs the client.
const CLIENT: &str = "cargo run --release --bin signpost -- ";

/// Blocks of code, each with the language after its fence.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let fenced = README.split("\n```").skip(1).step_by(2);
    fenced.filter_map(|block| block.split_once('\n')).collect()
}

/// The calls of the conversation with what README says that each answers.
fn calls() -> Vec<(Vec<String>, &'static str)> {
    let blocks = blocks();
    let pairs = blocks.windows(2);
    let shown = pairs.filter_map(|pair| match pair {
        [("sh", command), ("", answer)] => Some((command, *answer)),
        _ => None,
    });
    let words = |command: &str| {
        let at = command.rfind(CLIENT)? + CLIENT.len();
        let line = command[at..].replace("\\\n", " ");
        Some(line.split_whitespace().map(str::to_owned).collect())
    };
    shown
        .filter_map(|(command, answer)| Some((words(command)?, answer)))
        .collect()
}

/// Whether a line is as README has it: its `…` stands for anything.
fn is_line(told: &str, line: &str) -> bool {
    match told.split_once('…') {
        None => told.trim_end() == line.trim_end(),
        Some((start, end)) => line.starts_with(start) && line.ends_with(end),
    }
}

/// The first line of README that is not there, in order; a line of `…` stands for any.
fn missing<'t>(told: &'t str, came: &str) -> Option<&'t str> {
    let mut came = came.lines();
    let mut skips = false;
    for line in told.lines() {
        if line.trim() == "…" {
            skips = true;
            continue;
        }
        let found = match skips {
            true => came.any(|it| is_line(line, it)),
            false => came.next().is_some_and(|it| is_line(line, it)),
        };
        if !found {
            return Some(line);
        }
        skips = false;
    }
    None
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_conversation_of_the_first_screen_is_what_the_server_answers() -> Outcome {
    let server = TestServer::empty(signpost_server::engine::Clock::External).await?;
    server.publish(RETAIL, AFTERNOON).await?;
    let calls = calls();
    assert_eq!(calls.len(), 2, "README shows both calls: {calls:?}");
    for (words, told) in calls {
        let at = ["--event-time", "2026-03-02T17:00:01Z"];
        let words: Vec<&str> = words.iter().map(String::as_str).chain(at).collect();
        let ran = server.signpost(&words).await?;
        assert_eq!(ran.code, Some(0), "{ran:?}");
        if let Some(line) = missing(told, &ran.stdout) {
            return Err(format!("README has the line\n{line}\nin\n{}", ran.stdout).into());
        }
    }
    server.finish().await?;
    Ok(())
}
