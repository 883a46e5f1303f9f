//! Real tables through `playbook from-csv` and `send`: what the programs sum up is what Python sums up, which shares no
//! code with them.

use super::interop::PYTHON_VARIABLE;
use serde::Deserialize;
use serde_json::Value;
use signpost_tests::Outcome;
use signpost_tests::process::{Ran, ServerProcess, signpost, text};
use signpost_tests::real::{CFPB, NYC311, SF311, Source, Table, UCI};
use signpost_tests::server::Data;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Rows of a table in a debug build; the others in full.
const DEBUG_ROWS_MAX: usize = 2_000;
/// How long a contact of the same matter is a repeat.
const REPEAT_WINDOW_DAYS: u32 = 7;
/// The clocks of the one table that names its callers, as POSIX writes them.
const LONDON: &str = "GMT0BST,M3.5.0/1,M10.5.0";

/// What the tables write where they know nothing.
const MISSING: [&str; 6] = ["--missing", "?", "--missing", "N/A", "--missing", "-"];

/// What `python/count_table.py` counts in a table.
#[derive(Debug, Deserialize)]
struct Counted {
    /// Rows.
    rows: u64,
    /// Rows of each reason and channel: the plain name of the reason, that of the channel, and the words of the reason.
    counts: BTreeMap<String, u64>,
    /// Rows of each channel.
    channels: BTreeMap<String, u64>,
    /// Rows without a reason.
    without: u64,
    /// Rows of a caller who came for the same a short time before.
    repeats: u64,
}

impl Counted {
    /// The rows of all that have a plain name, by reason and channel: several where the names are one and the words are
    /// not.
    fn plain(&self) -> BTreeMap<String, Vec<u64>> {
        let mut plain: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for (words, rows) in &self.counts {
            let name: Vec<&str> = words.splitn(3, ' ').take(2).collect();
            plain.entry(name.join(" ")).or_default().push(*rows);
        }
        plain
    }
}

/// A table in a folder of the test, no longer than it may be.
struct Shelf {
    data: Data,
    file: PathBuf,
    table: Table,
    source: Source,
}

impl Shelf {
    fn new(source: Source) -> Outcome<Shelf> {
        let mut table = Table::read(&Source::folder().join(source.file))?;
        if cfg!(debug_assertions) && source.customer.is_some() {
            table.rows.truncate(DEBUG_ROWS_MAX);
        }
        let data = Data::new()?;
        let file = data.beside().join(source.file);
        let quoted = |row: &Vec<String>| {
            let cells = row
                .iter()
                .map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
            cells.collect::<Vec<_>>().join(",") + "\n"
        };
        let text: String = std::iter::once(&table.header)
            .chain(&table.rows)
            .map(quoted)
            .collect();
        std::fs::write(&file, text)?;
        Ok(Shelf {
            data,
            file,
            table,
            source,
        })
    }

    /// A server with the playbook of the table.
    fn server(&self, more: &[&str]) -> Outcome<ServerProcess> {
        let book = self.data.beside().join("book.yaml");
        let Source {
            primary,
            secondary,
            channel,
            ..
        } = self.source;
        let columns = [
            "--primary",
            primary,
            "--secondary",
            secondary,
            "--channel",
            channel,
        ];
        let args = [
            "playbook",
            "from-csv",
            text(&self.file)?,
            "--out",
            text(&book)?,
        ];
        let args = [&args[..], &columns, &MISSING].concat();
        let made = Ran::of(&mut signpost("127.0.0.1:1", &args)?)?;
        assert_eq!(made.code, Some(0), "{made:?}");
        let checked = ["playbook", "check", text(&book)?];
        assert_eq!(
            Ran::of(&mut signpost("127.0.0.1:1", &checked)?)?.code,
            Some(0)
        );
        ServerProcess::start(&self.data, &[&["--playbook", text(&book)?], more].concat())
    }

    fn send(&self, server: &ServerProcess, more: &[&str]) -> Outcome<Value> {
        let Source {
            primary,
            secondary,
            channel,
            ..
        } = self.source;
        let map = format!("primary={primary},secondary={secondary},channel={channel}");
        let args = ["send", text(&self.file)?, "--json", "--map", &map];
        server
            .signpost(&[&args[..], &MISSING, more].concat())?
            .json()
    }

    /// What the table holds, as Python counts it.
    fn counted(&self) -> Outcome<Counted> {
        let Source {
            primary,
            secondary,
            channel,
            customer,
            began,
            time,
            ..
        } = self.source;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/count_table.py");
        let python = std::env::var_os(PYTHON_VARIABLE).unwrap_or_else(|| "python3".into());
        let mut command = Command::new(python);
        command.arg(script).arg(&self.file);
        command.args([primary, secondary, channel]);
        if let Some(customer) = customer {
            let days = REPEAT_WINDOW_DAYS.to_string();
            command.args([customer, began, time, LONDON, &days]);
        }
        let ran = Ran::of(&mut command)?;
        assert_eq!(ran.code, Some(0), "{ran:?}");
        Ok(serde_json::from_str(&ran.stdout)?)
    }

    /// Holds a summary against the independent count.
    fn adds_up(&self, summary: &Value, counted: &Counted) -> Outcome {
        let figure = |name: &str| summary[name].as_u64();
        assert_eq!(figure("rows"), Some(counted.rows));
        assert_eq!(figure("routed"), Some(counted.rows), "{summary:#}");
        assert_eq!(figure("without_reason"), Some(counted.without));
        assert_eq!(figure("unknown_reasons"), Some(counted.without));
        let mut sums: BTreeMap<String, u64> = BTreeMap::new();
        for line in summary["by"].as_array().cloned().unwrap_or_default() {
            let word = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            if word("reason") != "(unknown)" {
                let rows = line["rows"].as_u64().unwrap_or_default();
                *sums
                    .entry(format!("{} {}", word("reason"), word("channel")))
                    .or_default() += rows;
            }
        }
        // By name where it is the plain one; where words were cut or told apart, by the figures alone.
        let (mut named, mut others) = (0, Vec::<u64>::new());
        for (name, rows) in &counted.plain() {
            match (sums.remove(name), rows.as_slice()) {
                (Some(sum), [rows]) => {
                    assert_eq!(sum, *rows, "{name}");
                    named += rows;
                }
                (sum, _) => {
                    sums.extend(sum.map(|sum| (name.clone(), sum)));
                    others.extend(rows);
                }
            }
        }
        let mut rest: Vec<u64> = sums.into_values().collect();
        rest.sort_unstable();
        others.sort_unstable();
        assert_eq!(rest, others);
        assert!(
            named * 2 > counted.rows - counted.without,
            "{named} by name"
        );
        Ok(())
    }
}

/// Holds the server's report by channel, each under its name, against the independent count.
fn is_reported(server: &ServerProcess, counted: &Counted) -> Outcome {
    let volume = ["report", "volume", "--by", "channel", "--json"];
    let volume = server.signpost(&volume)?.json()?;
    let lines = volume["counts"].as_array().cloned().unwrap_or_default();
    let told = lines.iter().filter_map(|line| {
        let channel = line["channel"].as_str()?.to_owned();
        Some((channel, line["contacts"].as_u64()?))
    });
    assert_eq!(told.collect::<BTreeMap<_, _>>(), counted.channels);
    Ok(())
}

fn is_sent_whole(source: Source) -> Outcome {
    let shelf = Shelf::new(source)?;
    let server = shelf.server(&[])?;
    let summary = shelf.send(&server, &[])?;
    let counted = shelf.counted()?;
    shelf.adds_up(&summary, &counted)?;
    is_reported(&server, &counted)?;
    server.kill()?;
    let folded = shelf.data.fold()?;
    assert_eq!(folded.state.contacts().count(), shelf.table.rows.len());
    Ok(())
}

#[test]
fn san_francisco() -> Outcome {
    is_sent_whole(SF311)
}

#[test]
fn new_york() -> Outcome {
    is_sent_whole(NYC311)
}

#[test]
fn complaints_of_consumers() -> Outcome {
    is_sent_whole(CFPB)
}

#[test]
fn callers_who_come_back_within_a_week_are_repeats() -> Outcome {
    let shelf = Shelf::new(UCI)?;
    let server = shelf.server(&["--clock", "external"])?;
    let times = [
        "--map",
        "customer=caller_id",
        "--map",
        "time=opened_at",
        "--time-zone",
        UCI.time_zone,
    ];
    // While an answer is owed nobody repeats, so each contact is over before the next.
    let ends = ["--clock", "file", "--end", "resolved"];
    let summary = shelf.send(&server, &[&times[..], &ends].concat())?;
    let counted = shelf.counted()?;
    shelf.adds_up(&summary, &counted)?;
    let counts = server.signpost(&["counts", "--json"])?.json()?;
    let counts = counts["counts"].as_array().cloned().unwrap_or_default();
    let repeats: u64 = counts
        .iter()
        .filter_map(|count| count["repeat_count"].as_u64())
        .sum();
    assert!(counted.repeats > 0);
    assert_eq!(repeats, counted.repeats);
    server.kill()
}
