//! Tables that share contacts: what the server had before stays as it is.

use super::{Desk, figures, parts};
use serde_json::Value;
use signpost_tests::Outcome;
use signpost_tests::process::{ServerProcess, text};

const COLUMNS: [&str; 6] = [
    "--primary",
    "why",
    "--secondary",
    "closer",
    "--channel",
    "where",
];
const MAP: [&str; 5] = [
    "--json",
    "--map",
    "primary=why,secondary=closer,channel=where",
    "--id",
    "ticket",
];

fn contact(server: &ServerProcess, id: &str) -> Outcome<Value> {
    Ok(server.signpost(&["contact", "get", id, "--json"])?.json()?["contact"].clone())
}

#[test]
fn a_second_export_with_contacts_of_the_first_changes_nothing_of_them() -> Outcome {
    let desk = Desk::new()?;
    let first =
        "ticket,why,closer,where\nT1,Fees,Late,phone\nT2,Fees,Early,phone\nT3,Cards,Lost,mail\n";
    let first = desk.put("may.csv", first)?;
    let second =
        "ticket,why,closer,where\nT2,Cards,Lost,phone\nT3,Fees,Late,mail\nT4,Fees,Late,phone\n";
    let second = desk.put("june.csv", second)?;
    let server = desk.server(&first, &COLUMNS, &[])?;
    let send = |file: &str, more: &[&str]| -> Outcome<Value> {
        let args = [&["send", file], &MAP[..], more].concat();
        server.signpost(&args)?.json()
    };
    let (first, second) = (text(&first)?, text(&second)?);
    assert_eq!(parts(&send(first, &["--end", "resolved"])?)[..3], [3, 0, 3]);
    let before = [contact(&server, "T2")?, contact(&server, "T3")?];

    // A rehearsal says so, too.
    let dry = send(second, &["--dry-run"])?;
    assert_eq!(figures(&dry, ["rows", "routed", "had_before"]), [3, 1, 2]);
    let sent = send(second, &["--end", "resolved"])?;
    assert_eq!(
        figures(&sent, ["rows", "routed", "had_before", "replayed"]),
        [3, 1, 2, 0]
    );
    parts(&sent);
    assert_eq!([contact(&server, "T2")?, contact(&server, "T3")?], before);
    // The same table again: answered as it was, and still the two of the first.
    let again = send(second, &["--end", "resolved"])?;
    assert_eq!(
        figures(&again, ["routed", "had_before", "replayed"]),
        [1, 2, 1]
    );
    // By somebody else: all of them are there.
    let other = send(second, &["--actor", "client/bob"])?;
    assert_eq!(
        figures(&other, ["routed", "had_before", "replayed"]),
        [0, 3, 0]
    );
    let counts = server.signpost(&["counts", "--json"])?.json()?;
    assert_eq!(figures(&counts, ["contact_count"]), [4]);
    // People are told, too.
    let args = [
        "send",
        second,
        "--map",
        MAP[2],
        "--id",
        "ticket",
        "--actor",
        "client/bob",
    ];
    let told = server.signpost(&args)?;
    assert!(
        told.stdout.contains("3 rows = 0 routed + 3 had before"),
        "{told:?}"
    );
    server.kill()
}

#[test]
fn whoever_says_so_amends_what_is_there() -> Outcome {
    let desk = Desk::new()?;
    let first = desk.put("may.csv", "ticket,why,closer,where\nT1,Fees,Late,phone\n")?;
    let second = desk.put(
        "june.csv",
        "ticket,why,closer,where\nT1,Fees,Early,phone\nT2,Fees,Late,phone\n",
    )?;
    let both = desk.put(
        "both.csv",
        "ticket,why,closer,where\na,Fees,Late,phone\nb,Fees,Early,phone\n",
    )?;
    let server = desk.server(&both, &COLUMNS, &[])?;
    let send = |file: &str, more: &[&str]| -> Outcome<Value> {
        let args = [&["send", file], &MAP[..], more].concat();
        server.signpost(&args)?.json()
    };
    send(text(&first)?, &[])?;
    let second = text(&second)?;
    assert_eq!(
        figures(&send(second, &[])?, ["routed", "had_before"]),
        [1, 1]
    );
    let amended = send(second, &["--amend"])?;
    assert_eq!(
        figures(&amended, ["routed", "had_before", "replayed"]),
        [2, 0, 0]
    );
    let contact = contact(&server, "T1")?;
    assert_eq!(contact["context"]["stated_reason"], "fees/early");
    assert_eq!(contact["amendment_count"], 1);
    // Once: a broken connection amends nothing twice.
    let again = send(second, &["--amend"])?;
    assert_eq!(figures(&again, ["routed", "replayed"]), [2, 2]);
    server.kill()
}
