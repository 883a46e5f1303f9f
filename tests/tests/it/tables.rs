//! A table of contacts becomes a playbook and is sent under it, by the programs as a user runs them: traps of tables,
//! bad command lines, stops on the way.

mod book;
mod comparing;
mod forms;
mod had_before;
mod history;
mod refusals;
mod rehearsal;
mod repeated;
mod size;
mod stops;
mod times;
mod traps;
mod unended;
mod unknown;
mod unreadable;

use serde_json::Value;
use signpost_tests::Outcome;
use signpost_tests::process::{Ran, ServerProcess, signpost, text};
use signpost_tests::server::Data;
use std::path::{Path, PathBuf};

/// Nobody listens there.
const NOBODY: &str = "127.0.0.1:1";
/// The columns of a table of categories and types.
const CATEGORY_COLUMNS: [&str; 6] = [
    "--primary",
    "category",
    "--secondary",
    "type",
    "--channel",
    "channel",
];
/// The columns of a table of complaints.
const COMPLAINT_COLUMNS: [&str; 6] = [
    "--primary",
    "why",
    "--secondary",
    "closer",
    "--channel",
    "where",
];

/// Files of one test.
struct Desk {
    data: Data,
}

impl Desk {
    fn new() -> Outcome<Desk> {
        Ok(Desk { data: Data::new()? })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.data.beside().join(name)
    }

    fn put(&self, name: &str, content: impl AsRef<[u8]>) -> Outcome<PathBuf> {
        let path = self.path(name);
        std::fs::write(&path, content)?;
        Ok(path)
    }

    /// A server with the playbook that `from-csv` makes of a table.
    fn server(&self, table: &Path, columns: &[&str], more: &[&str]) -> Outcome<ServerProcess> {
        let book = self.path("book.yaml");
        let made = [&["playbook", "from-csv", text(table)?], columns].concat();
        let made = [&made[..], &["--out", text(&book)?]].concat();
        let made = Ran::of(&mut signpost(NOBODY, &made)?)?;
        assert_eq!(made.code, Some(0), "{made:?}");
        let checked = ["playbook", "check", text(&book)?];
        let checked = Ran::of(&mut signpost(NOBODY, &checked)?)?;
        assert_eq!(checked.code, Some(0), "{checked:?}");
        ServerProcess::start(&self.data, &[&["--playbook", text(&book)?], more].concat())
    }
}

/// The figures of a summary.
fn figures<const N: usize>(summary: &Value, names: [&str; N]) -> [u64; N] {
    names.map(|name| summary[name].as_u64().unwrap_or(u64::MAX))
}

const PARTS: [&str; 7] = [
    "rows", "skipped", "routed", "asked", "refused", "bad", "not_sent",
];

/// The parts of a summary, which must add up, and so must its lines.
fn parts(summary: &Value) -> [u64; 7] {
    let parts = figures(summary, PARTS);
    let [had_before] = figures(summary, ["had_before"]);
    let sum = parts[1..].iter().sum::<u64>() + had_before;
    assert_eq!(parts[0], sum, "{summary:#}");
    let lines = summary["by"].as_array().cloned().unwrap_or_default();
    let lines: u64 = lines.iter().filter_map(|line| line["rows"].as_u64()).sum();
    assert_eq!(lines, parts[2] + parts[3], "{summary:#}");
    parts
}
