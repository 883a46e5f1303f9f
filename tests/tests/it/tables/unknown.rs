//! Rows of reasons that the playbook does not know: what `send`, `counts` and `report` tell of them adds up, in the same
//! words.

use super::{COMPLAINT_COLUMNS, Desk, figures, parts};
use serde_json::Value;
use signpost_tests::Outcome;
use signpost_tests::process::text;
use std::fmt::Write as _;

const ROWS: u64 = 100;

/// The sum of the rows of a list whose word for the reason is this one.
fn sum_of(lines: &Value, word: &str, figure: &str) -> u64 {
    let lines = lines.as_array().cloned().unwrap_or_default();
    let of = lines.iter().filter(|line| line["reason"] == word);
    of.map(|line| figures(line, [figure])[0]).sum()
}

fn sum(lines: &Value, figure: &str) -> u64 {
    let lines = lines.as_array().cloned().unwrap_or_default();
    lines.iter().map(|line| figures(line, [figure])[0]).sum()
}

#[test]
fn unknown_reasons_add_up_in_sending_counts_and_report() -> Outcome {
    let desk = Desk::new()?;
    let known = desk.put(
        "known.csv",
        "why,closer,where\nFees,Late,phone\nFees,Early,mail\n",
    )?;
    let mut rows = "why,closer,where\n".to_owned();
    for row in 0..ROWS {
        let (why, closer) = match row % 10 {
            0 => ("Elsewhere", "Never"),
            1 => ("Fees", "Never"),
            2 => ("", ""),
            3 => ("Fees", "Early"),
            _ => ("Fees", "Late"),
        };
        let line = if row % 3 == 0 { "mail" } else { "phone" };
        let _a_string_takes_all = writeln!(rows, "{why},{closer},{line}");
    }
    let table = desk.put("rows.csv", rows)?;
    let server = desk.server(&known, &COMPLAINT_COLUMNS, &[])?;
    let map = [
        "--json",
        "--map",
        "primary=why,secondary=closer,channel=where",
    ];
    let sent = server
        .signpost(&[&["send", text(&table)?], &map[..]].concat())?
        .json()?;
    assert_eq!(parts(&sent)[..3], [ROWS, 0, ROWS]);
    let unknown = sum_of(&sent["by"], "(unknown)", "rows");
    assert_eq!((unknown, sum(&sent["by"], "rows")), (30, ROWS));

    let counts = server.signpost(&["counts", "--json"])?.json()?;
    assert_eq!(
        sum_of(&counts["without_case"], "(unknown)", "contact_count"),
        unknown
    );
    let counted = sum(&counts["counts"], "contact_count");
    let all = counted + sum(&counts["without_case"], "contact_count");
    assert_eq!((counted, all), (ROWS - unknown, ROWS));
    assert_eq!(figures(&counts, ["contact_count"]), [ROWS]);
    let text = server.signpost(&["counts"])?.stdout;
    let line = |word: &str| {
        let mut lines = text.lines().map(str::trim_start);
        let line = lines
            .find(|line| line.starts_with(word))
            .unwrap_or_default();
        line.split_whitespace()
            .find_map(|cell| cell.parse::<u64>().ok())
    };
    assert_eq!(
        (line("(unknown)"), line("total")),
        (Some(unknown), Some(ROWS)),
        "{text}"
    );

    let volume = ["report", "volume", "--by", "reason", "--json"];
    let volume = server.signpost(&volume)?.json()?;
    assert_eq!(sum_of(&volume["counts"], "(unknown)", "contacts"), unknown);
    assert_eq!(figures(&volume, ["contacts"]), [ROWS]);
    for reason in ["fees/late", "fees/early"] {
        let told = [
            sum_of(&sent["by"], reason, "rows"),
            sum_of(&counts["counts"], reason, "contact_count"),
            sum_of(&volume["counts"], reason, "contacts"),
        ];
        assert!(
            told[0] > 0 && told.iter().all(|it| *it == told[0]),
            "{reason}: {told:?}"
        );
    }
    server.kill()?;
    desk.data.fold()?;
    Ok(())
}
