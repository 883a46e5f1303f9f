//! Times of the file.

use super::{Desk, figures, parts};
use serde_json::json;
use signpost_tests::Outcome;
use signpost_tests::process::{ServerProcess, program, text};

#[test]
fn times_of_the_file_need_their_order_and_the_right_clock() -> Outcome {
    let desk = Desk::new()?;
    let rows = "when,why,closer,who\n\
        3/1/2024 10:00,Fees,Late,ann\n\
        soon,Fees,Late,ann\n\
        1/1/2024 09:00,Fees,Late,ann\n\
        ,Fees,Late,ann\n\
        2/1/2024 09:00,Fees,Late,ann\n";
    let table = desk.put("times.csv", rows)?;
    let columns = ["--primary", "why", "--secondary", "closer"];
    let server = desk.server(&table, &columns, &["--clock", "external"])?;
    let map = [
        "--map",
        "primary=why,secondary=closer,customer=who,time=when",
        "--channel",
        "phone",
    ];
    let send = [&["send", text(&table)?, "--json", "--allow-bad"], &map[..]].concat();
    let as_of_now = server.signpost(&[&send[..], &["--clock", "server"]].concat())?;
    assert_eq!(as_of_now.code, Some(2));
    assert!(
        as_of_now.stderr.contains("send with --clock file"),
        "{as_of_now:?}"
    );
    let send = [&send[..], &["--clock", "file", "--end", "no_answer"]].concat();
    let unsure = server.signpost(&send)?;
    assert_eq!(unsure.code, Some(2));
    assert!(
        unsure.stderr.contains("say --time-format dmy"),
        "{unsure:?}"
    );
    let sent = server.signpost(&[&send[..], &["--time-format", "dmy"]].concat())?;
    assert_eq!(parts(&sent.json()?), [5, 0, 3, 0, 0, 2, 0]);
    assert!(
        sent.stderr
            .contains("line 3: bad: when `soon`: is not a time"),
        "{sent:?}"
    );
    assert!(sent.stderr.contains("line 5: bad: has no time"), "{sent:?}");
    // A day and a day and an hour apart: the later ones are repeats, whatever the order of the file.
    let counts = server.signpost(&["counts", "--json"])?.json()?;
    assert_eq!(
        figures(&counts["counts"][0], ["contact_count", "repeat_count"]),
        [3, 2]
    );
    server.kill()?;

    let desk = Desk::new()?;
    let table = desk.put("times.csv", rows)?;
    let server = desk.server(&table, &columns, &[])?;
    let send = [
        &["send", text(&table)?],
        &map[..],
        &["--clock", "file", "--time-format", "dmy"],
    ];
    let wrong = server.signpost(&send.concat())?;
    assert_eq!(wrong.code, Some(2));
    assert!(
        wrong.stderr.contains("started with --clock external"),
        "{wrong:?}"
    );
    server.kill()
}

const DATED: &str = "day,at,why,closer\n\
    03/02/2025,08:21,Fees,Late\n\
    03/03/2025,09:00,Fees,Late\n\
    03/11/2025,13:48,Fees,Early\n";
const DATED_COLUMNS: [&str; 4] = ["--primary", "why", "--secondary", "closer"];
const DATED_MAP: [&str; 6] = [
    "--map",
    "primary=why,secondary=closer,date=day,time=at",
    "--channel",
    "phone",
    "--time-format",
    "mdy",
];

fn nothing_is_there(server: &ServerProcess) -> Outcome {
    let volume = server.signpost(&["report", "volume", "--json"])?.json()?;
    assert_eq!(volume["contacts"], 0);
    Ok(())
}

/// A table that was sent as of now cannot be taken back, so it is not sent until somebody says so.
#[test]
fn a_table_with_times_is_not_sent_before_it_is_said_whose_times_count() -> Outcome {
    let desk = Desk::new()?;
    let table = desk.put("dated.csv", DATED)?;
    let server = desk.server(&table, &DATED_COLUMNS, &[])?;
    let send = [&["send", text(&table)?], &DATED_MAP[..]].concat();
    let refused = server.signpost(&send)?;
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""));
    let said = refused.stderr.replace(text(desk.data.beside())?, "TMP");
    let said = said.replace(text(&program("signpost")?)?, "signpost");
    expect_test::expect![[r#"
        signpost: nothing was sent: --map names a time, so say whose times count:
        signpost: --clock file: the times of the table, on a server started with --clock external:
        signpost:   signpost send TMP/dated.csv --map primary=why,secondary=closer,date=day,time=at --channel phone --time-format mdy --clock file
        signpost: --clock server: every contact arrives when it is sent, and the times of the table do not count:
        signpost:   signpost send TMP/dated.csv --map primary=why,secondary=closer,date=day,time=at --channel phone --time-format mdy --clock server
    "#]].assert_eq(&said);
    let rehearsed = server.signpost(&[&send[..], &["--dry-run"]].concat())?;
    assert_eq!(rehearsed.stderr.replace(" --dry-run", ""), refused.stderr);
    assert_eq!((rehearsed.code, rehearsed.stdout.as_str()), (Some(2), ""));
    nothing_is_there(&server)?;
    let sent = server.signpost(&[&send[..], &["--clock", "server", "--json"]].concat())?;
    let said = "the times of the file do not count without --clock file";
    assert!(sent.stderr.contains(said), "{sent:?}");
    let summary = sent.json()?;
    assert_eq!(parts(&summary), [3, 0, 3, 0, 0, 0, 0]);
    assert!(summary["times"].is_null(), "{summary:#}");
    server.kill()
}

/// Each row would be refused in the same words: the first one says what is wrong with the server.
#[test]
fn a_rehearsal_on_a_server_with_its_own_clock_says_once_what_it_needs() -> Outcome {
    let desk = Desk::new()?;
    let table = desk.put("dated.csv", DATED)?;
    let server = desk.server(&table, &DATED_COLUMNS, &[])?;
    let send = [&["send", text(&table)?, "--clock", "file"], &DATED_MAP[..]].concat();
    let rehearsed = server.signpost(&[&send[..], &["--dry-run"]].concat())?;
    assert_eq!(rehearsed.code, Some(2), "{rehearsed:?}");
    expect_test::expect![[r#"
          reason  channel  route  rows
        3 rows = 0 would be routed + 3 not sent
        dry run: nothing was sent
        times: 2025-03-02 08:21 to 2025-03-11 13:48 (UTC), 10 days
        signpost: at_time: must not be before the last event
        signpost: --clock file needs a server started with --clock external whose last event is not later than the times of this file
    "#]].assert_eq(&format!("{}{}", rehearsed.stdout, rehearsed.stderr));
    let needs = |told: &str| {
        let mut lines = told.lines();
        let needs = lines.find(|line| line.contains("--clock file needs"));
        needs.map(str::to_owned)
    };
    let real = server.signpost(&send)?;
    assert_eq!(real.code, Some(2), "{real:?}");
    assert_eq!(needs(&real.stderr), needs(&rehearsed.stderr));
    nothing_is_there(&server)?;
    server.kill()
}

#[test]
fn the_dates_that_were_understood_are_said_before_the_first_row_and_in_json() -> Outcome {
    let desk = Desk::new()?;
    let table = desk.put("dated.csv", DATED)?;
    let server = desk.server(&table, &DATED_COLUMNS, &["--clock", "external"])?;
    let send = [&["send", text(&table)?, "--clock", "file"], &DATED_MAP[..]].concat();
    let send = [&send[..], &["--json", "--time-zone", "Europe/Berlin"]].concat();
    let words = desk.path("words.csv");
    let dry = ["--dry-run", "--values", text(&words)?];
    for more in [&dry[..], &dry[1..]] {
        let sent = server.signpost(&[&send[..], more].concat())?;
        let said = "times: 2025-03-02 08:21 to 2025-03-11 13:48 (Europe/Berlin), 10 days";
        assert!(sent.stderr.lines().any(|line| line == said), "{sent:?}");
        let made = "words.csv: made; nothing is to be filled in, every cell is known";
        assert_eq!(
            sent.stderr.contains(made),
            more.len() == dry.len(),
            "{sent:?}"
        );
        let summary = sent.json()?;
        let times = json!({
            "days": 10,
            "first": "2025-03-02T07:21:00Z",
            "last": "2025-03-11T12:48:00Z",
            "time_zone": "Europe/Berlin"
        });
        assert_eq!(summary["times"], times);
        assert_eq!(parts(&summary), [3, 0, 3, 0, 0, 0, 0]);
    }
    server.kill()
}
