//! What tables have in them that a reader may stumble over.

use super::{COMPLAINT_COLUMNS, Desk, NOBODY, figures, parts};
use serde_json::Value;
use signpost_tests::Outcome;
use signpost_tests::process::{Ran, signpost, text};

/// A byte order mark, CRLF, quotes where they are needed and where they are not, levels that are empty or marked as
/// missing, two spellings of one reason, two reasons that would have one id, a row that is too short, a bad time.
const TRAPS: &str = "\u{feff}opened,where,why,\"why, closer\",who\r\n\
    2024-03-01 10:00,Phone,Fees,\"Late fee, first\",ann\r\n\
    2024-03-01 11:00,\"Phone\",FEES,\"Late  fee, First\",ann\r\n\
    2024-03-01 12:00,Web form,Fees,?,bob\r\n\
    2024-03-02 10:00,Web form,Fees,,bob\r\n\
    2024-03-02 11:00,Carrier pigeon,Fees!,\"Says \"\"no\"\"\r\nand no more\",\r\n\
    2024-03-03 10:00,Phone,?,Late fee,cem\r\n\
    2024-03-03 11:00,Phone,Fees\r\n\
    soon,,Café,311,dee\r\n";

const TRAP_COLUMNS: [&str; 8] = [
    "--primary",
    "why",
    "--secondary",
    "why, closer",
    "--channel",
    "where",
    "--missing",
    "?",
];
const TRAP_MAP: [&str; 8] = [
    "--map",
    "primary=why,secondary=why, closer,channel=where,customer=who,time=opened",
    "--missing",
    "?",
    "--in-flight",
    "4",
    "--clock",
    "server",
];

/// The lines of a summary: reason, channel, rows.
fn rows_by(summary: &Value) -> String {
    let lines = summary["by"].as_array().cloned().unwrap_or_default();
    let lines = lines
        .iter()
        .map(|line| format!("{} {} {}", line["reason"], line["channel"], line["rows"]));
    lines.collect::<Vec<_>>().join("\n").replace('"', "")
}

/// Takes out the commands that come next, and counts them.
fn commands_after(found: &mut Value) -> Option<usize> {
    let next = found.as_object_mut()?.remove("next")?;
    Some(next.as_array()?.len())
}

#[test]
fn traps_make_a_playbook_and_are_sent_under_it() -> Outcome {
    let desk = Desk::new()?;
    let table = desk.put("traps.csv", TRAPS)?;
    let file = text(&table)?;
    let book = desk.path("told.yaml");
    let made = [
        "playbook",
        "from-csv",
        file,
        "--json",
        "--out",
        text(&book)?,
    ];
    let args = [&made, &TRAP_COLUMNS[..]];
    let mut found = Ran::of(&mut signpost(NOBODY, &args.concat())?)?.json()?;
    assert_eq!(commands_after(&mut found), Some(2));
    expect_test::expect![[r#"
        {
          "bad_rows": 1,
          "channels": 4,
          "folded": 0,
          "folded_rows": 0,
          "guessed_channels": [
            {
              "channel": "carrier_pigeon",
              "medium": "async_text"
            },
            {
              "channel": "unknown",
              "medium": "async_text"
            }
          ],
          "more_remarks": 0,
          "primaries": 3,
          "remarks": [
            "line 9: has 3 cells, and the header has 5: is the delimiter right, or is a quote missing?",
            "primary reason `Fees` is also written `FEES`: they count as one",
            "primary reason `Fees!` would have the same id as `fees`: its id is fees_2 instead",
            "under `Fees` secondary reason `Late fee, First` is also written `Late fee, first`: they count as one"
          ],
          "rows": 8,
          "rows_without_channel": 1,
          "rows_without_primary": 1,
          "rows_without_secondary": 2,
          "rows_without_tier": 0,
          "secondaries": 4,
          "tiers": []
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&found)?);
    // What is there is not written over.
    let again = Ran::of(&mut signpost(NOBODY, &args.concat())?)?;
    assert_eq!(again.code, Some(2), "{again:?}");

    let server = desk.server(&table, &TRAP_COLUMNS, &[])?;
    let errors = desk.path("errors.csv");
    let send = [
        &["send", file, "--json", "--errors", text(&errors)?],
        &TRAP_MAP[..],
    ]
    .concat();
    let sent = server.signpost(&send)?;
    assert_eq!(sent.code, Some(2), "{sent:?}");
    let summary: Value = serde_json::from_str(&sent.stdout)?;
    assert_eq!(parts(&summary), [8, 0, 7, 0, 0, 1, 0]);
    assert_eq!(
        figures(&summary, ["unknown_reasons", "without_reason"]),
        [1, 1]
    );
    expect_test::expect![[r#"
        (unknown) phone 1
        cafe/r_311 unknown 1
        fees/late_fee_first phone 2
        fees/other web_form 2
        fees_2/says_no_and_no_more carrier_pigeon 1"#]]
    .assert_eq(&rows_by(&summary));
    assert_eq!(
        std::fs::read_to_string(&errors)?.lines().nth(1),
        Some(
            "9,bad,\"has 3 cells, and the header has 5: is the delimiter right, or is a quote missing?\",2024-03-03 11:00,\
             Phone,Fees"
        )
    );
    // Again: nothing is twice, and whoever says so may have bad rows.
    let again = server
        .signpost(&[&send[..], &["--allow-bad"]].concat())?
        .json()?;
    assert_eq!(figures(&again, ["routed", "replayed"]), [7, 7]);
    // Another map for the same rows is not the same sending, until it has a name of its own.
    let other = [
        "send",
        file,
        "--json",
        "--map",
        "primary=why",
        "--channel",
        "phone",
    ];
    let refused = server.signpost(&other)?;
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("--run NAME"), "{refused:?}");
    let named =
        server.signpost(&[&other[..], &["--run", "b", "--strict", "--allow-bad"]].concat())?;
    // Without the secondary column every reason but those with `other` is unknown, and refused.
    assert_eq!(parts(&named.json()?), [8, 0, 4, 0, 3, 1, 0]);
    server.kill()
}

#[test]
fn a_cell_of_a_megabyte_is_a_label_that_is_cut_and_one_more_byte_is_too_much() -> Outcome {
    let desk = Desk::new()?;
    let large = "x y ".repeat(1 << 18);
    let table =
        format!("why,closer,where\nFees,\"{large}\",phone\nFees,{large}z,phone\nFees,a,phone\n");
    let table = desk.put("large.csv", table)?;
    let server = desk.server(&table, &COMPLAINT_COLUMNS, &[])?;
    let map = [
        "--map",
        "primary=why,secondary=closer,channel=where",
        "--json",
        "--allow-bad",
    ];
    let sent = server.signpost(&[&["send", text(&table)?], &map[..]].concat())?;
    assert_eq!(parts(&sent.json()?), [3, 0, 2, 0, 0, 1, 0]);
    assert!(
        sent.stderr
            .contains("line 3: bad: closer: a cell must have at most 1048576 bytes"),
        "{sent:?}"
    );
    server.kill()
}

/// Rows and contacts are as many: a second row of one contact would be an amendment, and no contact of its own.
#[test]
fn an_id_that_comes_again_is_told_with_the_line_that_had_it() -> Outcome {
    let desk = Desk::new()?;
    let columns = ["--primary", "why", "--secondary", "closer"];
    let rows = "id,why,closer\na,fees,late\na,fees,late\nb,fees,late\n";
    let table = desk.put("ids.csv", rows)?;
    let server = desk.server(&table, &columns, &[])?;
    let map = "primary=why,secondary=closer";
    let send = ["send", text(&table)?, "--json", "--map", map];
    let sent = server.signpost(&[&send[..], &["--channel", "phone", "--id", "id"]].concat())?;
    assert_eq!(sent.code, Some(2), "{sent:?}");
    assert!(
        sent.stderr
            .contains("line 3: bad: has the same contact id as line 2")
    );
    let summary: Value = serde_json::from_str(&sent.stdout)?;
    assert_eq!(parts(&summary), [3, 0, 2, 0, 0, 1, 0]);
    let volume = server.signpost(&["report", "volume", "--json"])?.json()?;
    assert_eq!(volume["contacts"], 2);
    server.kill()
}

/// The playbook that is made of a table sends contacts by channel, so that a first look says something.
#[test]
fn a_first_look_has_a_route_for_each_channel() -> Outcome {
    let desk = Desk::new()?;
    let rows =
        "why,closer,where\nFees,Late,Phone\nFees,Late,Web chat\nFees,Late,E-mail\nFees,Late,Shop\n";
    let table = desk.put("first.csv", rows)?;
    let columns = ["--primary", "why", "--secondary", "closer"];
    let columns = [&columns[..], &["--channel", "where"]].concat();
    let server = desk.server(&table, &columns, &[])?;
    let map = "primary=why,secondary=closer,channel=where";
    let sent = server.signpost(&["send", text(&table)?, "--json", "--map", map])?;
    let lines = sent.json()?["by"].as_array().cloned().unwrap_or_default();
    let routes = lines
        .iter()
        .map(|line| format!("{} {}", line["channel"], line["route"]));
    let routes = routes.collect::<Vec<_>>().join("\n").replace('"', "");
    expect_test::expect![[r#"
        e_mail message
        phone human
        shop human
        web_chat chat"#]]
    .assert_eq(&routes);

    // A CSV for spreadsheets begins with a mark if it is asked for.
    let listed = ["contact", "list", "--output", "csv"];
    let plain = server.signpost(&listed)?;
    let marked = server.signpost(&[&listed[..], &["--bom"]].concat())?;
    assert_eq!(marked.stdout, format!("\u{feff}{}", plain.stdout));
    let volume = ["report", "volume", "--output", "csv", "--bom"];
    assert!(server.signpost(&volume)?.stdout.starts_with('\u{feff}'));
    let wrong = server.signpost(&["counts", "--bom"])?;
    assert_eq!((wrong.code, wrong.stdout.as_str()), (Some(2), ""));
    server.kill()
}
