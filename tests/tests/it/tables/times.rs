//! Times of the file.

use super::{Desk, figures, parts};
use signpost_tests::Outcome;
use signpost_tests::process::text;

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
    let without = server.signpost(&send)?;
    assert_eq!(without.code, Some(2));
    assert!(
        without.stderr.contains("send with --clock file"),
        "{without:?}"
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
