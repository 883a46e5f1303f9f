//! Real tables through `playbook from-csv` and `send`: what the programs sum up is what a count that shares no code
//! with them sums up.

use serde_json::Value;
use signpost_tests::Outcome;
use signpost_tests::process::{Ran, ServerProcess, signpost, text};
use signpost_tests::real::{CFPB, NYC311, SF311, Source, Table, UCI};
use signpost_tests::server::Data;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Rows of a table in a debug build; the others in full.
const DEBUG_ROWS_MAX: usize = 2_000;
/// How long a contact of the same matter is a repeat, in seconds.
const REPEAT_WINDOW_S: i64 = 7 * 24 * 3_600;

/// What the tables write where they know nothing.
const MISSING: [&str; 6] = ["--missing", "?", "--missing", "N/A", "--missing", "-"];

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

    /// How many rows there are of each reason and channel, those without a reason apart.
    fn counted(&self) -> Outcome<(Vec<u64>, u64)> {
        let column = |name| self.table.column(name);
        let columns = [
            self.source.primary,
            self.source.secondary,
            self.source.channel,
        ]
        .map(column);
        let [primary, secondary, channel] = columns;
        let (primary, secondary, channel) = (primary?, secondary?, channel?);
        let mut counts: BTreeMap<[String; 3], u64> = BTreeMap::new();
        let mut without = 0;
        for row in &self.table.rows {
            let plain = |cell: &str| {
                cell.split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .to_lowercase()
            };
            let told = |cell: &str| {
                Some(plain(cell)).filter(|cell| !matches!(cell.as_str(), "" | "?" | "n/a" | "-"))
            };
            let Some(primary) = told(&row[primary]) else {
                without += 1;
                continue;
            };
            let secondary = told(&row[secondary]).unwrap_or_else(|| "other".to_owned());
            let channel = told(&row[channel]).unwrap_or_else(|| "unknown".to_owned());
            *counts.entry([primary, secondary, channel]).or_default() += 1;
        }
        let mut counts: Vec<u64> = counts.into_values().collect();
        counts.sort_unstable();
        Ok((counts, without))
    }

    /// Holds a summary against the independent count.
    fn adds_up(&self, summary: &Value) -> Outcome {
        let rows = u64::try_from(self.table.rows.len())?;
        let figure = |name: &str| summary[name].as_u64();
        assert_eq!(figure("rows"), Some(rows));
        assert_eq!(figure("routed"), Some(rows), "{summary:#}");
        let (counts, without) = self.counted()?;
        assert_eq!(figure("without_reason"), Some(without));
        assert_eq!(figure("unknown_reasons"), Some(without));
        let mut sums: BTreeMap<(String, String), u64> = BTreeMap::new();
        for line in summary["by"].as_array().cloned().unwrap_or_default() {
            let word = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            if word("reason") != "(unknown)" {
                let rows = line["rows"].as_u64().unwrap_or_default();
                *sums.entry((word("reason"), word("channel"))).or_default() += rows;
            }
        }
        let mut sums: Vec<u64> = sums.into_values().collect();
        sums.sort_unstable();
        assert_eq!(sums, counts);
        Ok(())
    }
}

/// Holds the server's report by channel, each under its name, against the independent count.
fn is_reported(shelf: &Shelf, server: &ServerProcess) -> Outcome {
    let column = shelf.table.column(shelf.source.channel)?;
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    for row in &shelf.table.rows {
        let words = row[column].split(|c: char| !c.is_ascii_alphanumeric());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let told = words.join("_").to_lowercase();
        let channel = if told.is_empty() { "unknown" } else { &told };
        *expected.entry(channel.to_owned()).or_default() += 1;
    }
    let volume = ["report", "volume", "--by", "channel", "--json"];
    let volume = server.signpost(&volume)?.json()?;
    let lines = volume["counts"].as_array().cloned().unwrap_or_default();
    let told = lines.iter().filter_map(|line| {
        let channel = line["channel"].as_str()?.to_owned();
        Some((channel, line["contacts"].as_u64()?))
    });
    assert_eq!(told.collect::<BTreeMap<_, _>>(), expected);
    Ok(())
}

fn is_sent_whole(source: Source) -> Outcome {
    let shelf = Shelf::new(source)?;
    let server = shelf.server(&[])?;
    let summary = shelf.send(&server, &[])?;
    shelf.adds_up(&summary)?;
    is_reported(&shelf, &server)?;
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
    shelf.adds_up(&summary)?;
    let counts = server.signpost(&["counts", "--json"])?.json()?;
    let counts = counts["counts"].as_array().cloned().unwrap_or_default();
    let repeats: u64 = counts
        .iter()
        .filter_map(|count| count["repeats"].as_u64())
        .sum();

    let file = Source::folder().join(UCI.file);
    let lines = shelf.table.rows.len();
    let mut rows = UCI.rows(file.parent().unwrap_or(&file))?;
    rows.retain(|row| row.number <= lines);
    let mut last: BTreeMap<(String, String, String), i64> = BTreeMap::new();
    let mut expected = 0;
    for row in rows {
        let (Some(caller), Some(primary)) = (row.customer, row.primary) else {
            continue;
        };
        let matter = (caller, primary, row.secondary.unwrap_or_default());
        if let Some(before) = last.insert(matter, row.began_unix_s) {
            expected += u64::from(row.began_unix_s - before <= REPEAT_WINDOW_S);
        }
    }
    assert!(expected > 0);
    assert_eq!(repeats, expected);
    server.kill()
}
