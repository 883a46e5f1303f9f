//! A table of contacts that nobody ends: who comes back is counted as Python counts it.

use super::{Desk, figures, parts};
use crate::interop::PYTHON_VARIABLE;
use serde_json::Value;
use signpost_tests::Outcome;
use signpost_tests::process::{Ran, root, text};
use std::fmt::Write as _;
use std::process::Command;

const ROWS: u64 = 240;
const CALLERS: u64 = 7;
/// How long a contact of the same matter is a repeat.
const WINDOW_DAYS: &str = "7";

/// Calls of a few callers for a few matters, from some hours to some weeks apart.
fn calls() -> String {
    let mut table = "opened,line,why,closer,who\n".to_owned();
    for row in 0..ROWS {
        let hours = row * 7 + row * row % 5;
        let (day, hour) = (hours / 24, hours % 24);
        let (month, day) = (1 + day / 28, 1 + day % 28);
        let caller = (row * 17 / 5 + row * row / 11) % CALLERS;
        let _a_string_takes_all = writeln!(
            table,
            "2024-{month:02}-{day:02} {hour:02}:00,Phone,Fees,Late {},C{caller}",
            row * 5 % 3,
        );
    }
    table
}

#[test]
fn who_comes_back_is_a_repeat_by_what_was_said_and_not_by_what_timed_out() -> Outcome {
    let desk = Desk::new()?;
    let table = desk.put("calls.csv", calls())?;
    let columns = [
        "--primary",
        "why",
        "--secondary",
        "closer",
        "--channel",
        "line",
    ];
    let server = desk.server(&table, &columns, &["--clock", "external"])?;
    let map = "primary=why,secondary=closer,channel=line,customer=who,time=opened";
    let send = [
        "send",
        text(&table)?,
        "--json",
        "--map",
        map,
        "--clock",
        "file",
    ];
    let sent = server
        .signpost(&[&send[..], &["--time-zone", "UTC"]].concat())?
        .json()?;
    assert_eq!(parts(&sent)[..3], [ROWS, 0, ROWS]);
    let counts = server.signpost(&["counts", "--json"])?.json()?;
    let counts = counts["counts"].as_array().cloned().unwrap_or_default();
    let repeats: u64 = counts
        .iter()
        .map(|it| figures(it, ["repeat_count"])[0])
        .sum();

    let script = root().join("tests/python/count_table.py");
    let python = std::env::var_os(PYTHON_VARIABLE).unwrap_or_else(|| "python3".into());
    let mut command = Command::new(python);
    command
        .arg(script)
        .arg(&table)
        .args(["why", "closer", "line", "who", "opened"]);
    command.args(["%Y-%m-%d %H:%M", "UTC0", WINDOW_DAYS]);
    let counted: Value = Ran::of(&mut command)?.json()?;
    let [expected] = figures(&counted, ["repeats"]);
    assert!((1..ROWS).contains(&expected), "{expected}");
    assert_eq!(repeats, expected);
    server.kill()?;
    desk.data.fold()?;
    Ok(())
}
