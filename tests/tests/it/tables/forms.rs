//! One table in every form in which an office saves it.

use super::book::{self, Cell, Sheet};
use super::{Desk, NOBODY, parts};
use crate::interop::PYTHON_VARIABLE;
use serde_json::Value;
use signpost_tests::Outcome;
use signpost_tests::process::{Ran, root, signpost, text};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

const ROWS: usize = 500;
const HEADER: [&str; 5] = ["Ligne", "Catégorie", "Type", "Client", "Créé le"];
const COLUMNS: [&str; 8] = [
    "--primary",
    "Catégorie",
    "--secondary",
    "Type",
    "--channel",
    "Ligne",
    "--name",
    "forms",
];
const MAP: [&str; 3] = [
    "--json",
    "--map",
    "primary=Catégorie,secondary=Type,channel=Ligne,customer=Client",
];

/// The cells of a row, with delimiters, quotes and accents in them.
fn row(number: usize) -> [String; 5] {
    let lines = ["Téléphone", "E-mail", "Chat"];
    let categories = [
        "Facturation",
        "Livraison; retard",
        "Café, thé",
        "Autre | divers",
    ];
    let types = [
        "Montant erroné",
        "Colis \"perdu\"",
        "",
        "Où\nest-il ?",
        "Déjà payé",
    ];
    [
        lines[number % 7 % 3].to_owned(),
        categories[number % 11 % 4].to_owned(),
        types[number % 13 % 5].to_owned(),
        format!("C-{:03}", number % 90),
        format!("{:02}/04/2025 14:{:02}", 1 + number % 28, number % 60),
    ]
}

/// The table as text.
fn written(delimiter: char) -> String {
    let quoted = |cell: &str| match cell.contains([delimiter, '"', '\n']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    };
    let line = |cells: Vec<String>| cells.join(&delimiter.to_string()) + "\r\n";
    let mut text = line(HEADER.map(quoted).to_vec());
    for number in 0..ROWS {
        text += &line(row(number).iter().map(|cell| quoted(cell)).collect());
    }
    text
}

fn sheet() -> Sheet {
    let cells = |row: [String; 5]| row.map(Cell::Text).to_vec();
    let mut rows = vec![HEADER.map(Cell::from).to_vec()];
    rows.extend((0..ROWS).map(|number| cells(row(number))));
    Sheet {
        name: "Appels",
        rows,
        merged: None,
    }
}

/// The table in every form, each with the name of its file.
fn forms() -> Outcome<Vec<(String, Vec<u8>)>> {
    let mut forms = Vec::new();
    for (delimiter, by) in [
        (',', "comma"),
        (';', "semicolon"),
        ('\t', "tab"),
        ('|', "pipe"),
    ] {
        let text = written(delimiter);
        let marked = format!("\u{feff}{text}");
        let units: Vec<u16> = marked.encode_utf16().collect();
        let (latin, _, lost) = encoding_rs::WINDOWS_1252.encode(&text);
        assert!(!lost);
        for (coding, bytes) in [
            ("utf8", text.clone().into_bytes()),
            ("marked", marked.clone().into_bytes()),
            (
                "utf16le",
                units.iter().flat_map(|it| it.to_le_bytes()).collect(),
            ),
            (
                "utf16be",
                units.iter().flat_map(|it| it.to_be_bytes()).collect(),
            ),
            ("cp1252", latin.into_owned()),
        ] {
            forms.push((format!("{by}_{coding}.csv"), bytes));
        }
    }
    forms.push((
        "said.csv".to_owned(),
        format!("\u{feff}sep=;\r\n{}", written(';')).into_bytes(),
    ));
    forms.push(("book.xlsx".to_owned(), book::xlsx(&[sheet()])?));
    forms.push(("book.ods".to_owned(), book::ods(&[sheet()])?));
    Ok(forms)
}

/// The playbook that `from-csv` makes of a file, without what it says of the file.
fn playbook(file: &str) -> Outcome<String> {
    let args = [&["playbook", "from-csv", file], &COLUMNS[..]].concat();
    let made = Ran::of(&mut signpost(NOBODY, &args)?)?;
    assert_eq!(made.code, Some(0), "{made:?}");
    let lines = made.stdout.lines().filter(|line| !line.starts_with('#'));
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// The rows of each reason and channel, as Python counts them.
fn counted(file: &str) -> Outcome<Value> {
    let script = root().join("tests/python/count_table.py");
    let python = std::env::var_os(PYTHON_VARIABLE).unwrap_or_else(|| "python3".into());
    let mut command = Command::new(python);
    command
        .arg(script)
        .arg(file)
        .args(["Catégorie", "Type", "Ligne"]);
    let ran = Ran::of(&mut command)?;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    Ok(serde_json::from_str(&ran.stdout)?)
}

#[test]
fn each_form_of_a_table_gives_the_totals_that_python_counts() -> Outcome {
    let desk = Desk::new()?;
    let plain = desk.put("plain.csv", written(','))?;
    let server = desk.server(&plain, &COLUMNS, &[])?;
    let expected = playbook(text(&plain)?)?;
    let counts = counted(text(&plain)?)?;
    let mut first: Option<Value> = None;
    for (name, bytes) in forms()? {
        let file = desk.put(&name, bytes)?;
        let file = text(&file)?;
        assert_eq!(playbook(file)?, expected, "{name}");
        let run = format!("run-{name}");
        let send = [&["send", file, "--run", &run], &MAP[..]].concat();
        let summary = server.signpost(&send)?.json()?;
        assert_eq!(parts(&summary), [500, 0, 500, 0, 0, 0, 0], "{name}");
        let sums = sums(&summary);
        assert_eq!(sums, python_sums(&counts), "{name}");
        let by = first.get_or_insert_with(|| summary["unknown_reasons"].clone());
        assert_eq!(*by, 0, "{name}");
    }
    server.kill()
}

/// The rows of each reason and channel, without names: smallest first.
fn sums(summary: &Value) -> Vec<u64> {
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for line in summary["by"].as_array().cloned().unwrap_or_default() {
        let name = format!("{} {}", line["reason"], line["channel"]);
        *sums.entry(name).or_default() += line["rows"].as_u64().unwrap_or_default();
    }
    let mut sums: Vec<u64> = sums.into_values().collect();
    sums.sort_unstable();
    sums
}

fn python_sums(counts: &Value) -> Vec<u64> {
    let counts = counts["counts"].as_object().cloned().unwrap_or_default();
    let mut sums: Vec<u64> = counts.values().filter_map(Value::as_u64).collect();
    sums.sort_unstable();
    sums
}

/// What had to be assumed is said once, and what the file says itself is not.
#[test]
fn what_was_assumed_is_told() -> Outcome {
    let desk = Desk::new()?;
    let mut told = String::new();
    let (latin, ..) = encoding_rs::WINDOWS_1252.encode("Canal,Où\nTéléphone,Là\n");
    let twice = |name| Sheet {
        name,
        rows: vec![
            vec!["Canal".into(), "Où".into()],
            vec!["a".into(), "b".into()],
        ],
        merged: None,
    };
    let books = book::xlsx(&[twice("Appels"), twice("Autres")])?;
    for (name, bytes, more) in [
        ("plain.csv", b"Canal,O\xc3\xb9\na,b\n".to_vec(), None),
        (
            "said.csv",
            b"\xef\xbb\xbfsep=;\nCanal;O\xc3\xb9\na;b\n".to_vec(),
            None,
        ),
        ("semicolon.csv", b"Canal;O\xc3\xb9\na;b\n;\n".to_vec(), None),
        ("latin.csv", latin.to_vec(), None),
        ("latin.csv", latin.to_vec(), Some(["--encoding", "latin1"])),
        ("two.xlsx", books.clone(), None),
        ("two.xlsx", books.clone(), Some(["--sheet", "Autres"])),
        ("two.xlsx", books, Some(["--sheet", "2"])),
    ] {
        let file = desk.put(name, bytes)?;
        let columns = ["--primary", "Canal", "--secondary", "Où"];
        let args = [&["playbook", "from-csv", text(&file)?], &columns[..]].concat();
        let args = [&args[..], more.as_ref().map_or(&[], |more| &more[..])].concat();
        let ran = Ran::of(&mut signpost(NOBODY, &args)?)?;
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let lines = ran
            .stderr
            .lines()
            .filter(|line| !line.contains(" primary and "));
        let lines: Vec<&str> = lines.collect();
        told += &format!("{name} {more:?}\n");
        told.extend(lines.iter().map(|line| format!("  {line}\n")));
    }
    let told = told.replace(text(desk.data.beside())?, "TMP");
    expect_test::expect![[r#"
        plain.csv None
        said.csv None
        semicolon.csv None
          TMP/semicolon.csv: read with `;` between the cells
          TMP/semicolon.csv: 1 row without anything in them left out
        latin.csv None
          TMP/latin.csv: read as windows-1252, a guess; line 1 then says `Où`: --encoding names another
        latin.csv Some(["--encoding", "latin1"])
        two.xlsx None
          TMP/two.xlsx: read from the sheet `Appels`, one of 2: --sheet names another (Appels, Autres)
        two.xlsx Some(["--sheet", "Autres"])
        two.xlsx Some(["--sheet", "2"])
    "#]].assert_eq(&told);
    Ok(())
}

const TIMES_MAP: [&str; 8] = [
    "--map",
    "primary=Topic,secondary=Topic,time=Time,customer=Caller",
    "--channel",
    "phone",
    "--clock",
    "file",
    "--time-zone",
    "Europe/Amsterdam",
];

/// When the contacts of a file arrived, and what was said of the times.
fn arrivals(file: PathBuf, desk: &Desk, more: &[&str]) -> Outcome<(Vec<String>, String)> {
    let columns = ["--primary", "Topic", "--secondary", "Topic"];
    let server = desk.server(&file, &columns, &["--clock", "external"])?;
    let send = [&["send", text(&file)?], &TIMES_MAP[..], more].concat();
    let sent = server.signpost(&send)?;
    assert_eq!(sent.code, Some(0), "{sent:?}");
    let listed = server.signpost(&["contact", "list", "--json"])?.json()?;
    let contacts = listed["contacts"].as_array().cloned().unwrap_or_default();
    let times = contacts.iter().filter_map(|it| it["arrive_time"].as_str());
    let mut times: Vec<String> = times.map(str::to_owned).collect();
    times.sort_unstable();
    server.kill()?;
    Ok((times, sent.stderr))
}

#[test]
fn a_date_and_a_time_are_read_from_two_columns_and_from_cells_of_workbooks() -> Outcome {
    let apart = ["--map", "date=Date", "--time-format", "dmy"];
    let expected = [
        "2026-02-01T08:12:58Z",
        "2026-02-01T11:00:00Z",
        "2026-02-13T22:59:59Z",
    ];
    let desk = Desk::new()?;
    let table = "Id;Date;Time;Topic;Caller\r\n\
        A1;01.02.2026;0.3840046296296;Contract;C-17\r\n\
        A2;01.02.2026;0.5;Payment;C-18\r\n\
        A3;13.02.2026;0.99998842592592593;Payment;C-17\r\n";
    let file = desk.put("apart.csv", table)?;
    let (times, _) = arrivals(file, &desk, &apart)?;
    assert_eq!(times, expected);

    let row = |date: f64, clock: f64, topic: &'static str, caller: &'static str| {
        vec![
            Cell::Time(date),
            Cell::Time(clock),
            topic.into(),
            caller.into(),
        ]
    };
    let header = vec![
        "Date".into(),
        "Time".into(),
        "Topic".into(),
        "Caller".into(),
    ];
    let sheet = Sheet {
        name: "Calls",
        rows: vec![
            header,
            row(46_054.0, 0.384_004_629_629_6, "Contract", "C-17"),
            row(46_054.0, 0.5, "Payment", "C-18"),
            row(46_066.0, 0.999_988_425_925_926, "Payment", "C-17"),
        ],
        merged: None,
    };
    let desk = Desk::new()?;
    let file = desk.put("apart.xlsx", book::xlsx(&[sheet])?)?;
    let (times, _) = arrivals(file, &desk, &["--map", "date=Date"])?;
    assert_eq!(times, expected);

    let whole = Sheet {
        name: "Calls",
        rows: vec![
            vec!["Time".into(), "Topic".into(), "Caller".into()],
            vec![
                Cell::Time(46_054.384_004_629_6),
                "Contract".into(),
                "C-17".into(),
            ],
            vec![Cell::Time(46_054.5), "Payment".into(), "C-18".into()],
            vec![
                Cell::Time(46_066.999_988_425_9),
                "Payment".into(),
                "C-17".into(),
            ],
        ],
        merged: None,
    };
    for (name, bytes) in [
        ("whole.xlsx", book::xlsx(std::slice::from_ref(&whole))?),
        ("whole.ods", book::ods(&[whole])?),
    ] {
        let desk = Desk::new()?;
        let file = desk.put(name, bytes)?;
        assert_eq!(arrivals(file, &desk, &[])?.0, expected, "{name}");
    }
    Ok(())
}

/// On 29 March 2026 the hour from 02:00 on is skipped in Amsterdam; a time in it is told.
#[test]
fn a_clock_of_the_day_on_which_an_hour_is_skipped_is_read_and_told() -> Outcome {
    let desk = Desk::new()?;
    let table = "\u{feff}Call ID,Call Date,Time,Topic,Caller,\n\
        1,2026-03-29,01:59:59,Booking,a,\n\
        2,2026-03-29,03:00:01,Booking,b,\n\
        3,2026-03-29,02:30:00,Booking,c\n";
    let file = desk.put("clock.csv", table)?;
    let (times, told) = arrivals(file, &desk, &["--map", "date=Call Date"])?;
    assert_eq!(
        times,
        [
            "2026-03-29T00:59:59Z",
            "2026-03-29T01:00:01Z",
            "2026-03-29T01:30:00Z"
        ]
    );
    assert!(
        told.contains("1 time in the hour that the clocks skip in spring"),
        "{told}"
    );
    Ok(())
}
