//! `signpost customer link`, `unlink`, `merge`, `unmerge` and `history` as child processes.

use expect_test::expect;
use signpost_tests::attempt::Attempt;
use signpost_tests::process::Ran;
use signpost_tests::server::TestServer;
use signpost_tests::{Outcome, brief};

/// A time for a server that takes it from the requests.
const ARRIVE: [&str; 2] = ["--event-time", "2026-03-02T10:00:00Z"];

async fn wrote(server: &TestServer, words: &[&str]) -> Outcome<Ran> {
    server.signpost(&[words, &ARRIVE].concat()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_merges_two_customers_reads_what_they_came_for_and_undoes_it() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    for (contact, customer, minute) in [("call-1", "c1", 1), ("call-2", "c2", 2)] {
        let call = Attempt::new(contact, "phone").of(customer).at(minute);
        let call = call.about("baggage/damaged").route();
        client.route_contact(call).await?;
    }
    let mut told = String::new();
    for words in [
        &["customer", "link", "c2", "email=ann@example.com:verified"][..],
        &["customer", "link", "c1", "email=ann@example.com:shared"],
        &["customer", "merge", "c1", "c2", "--note", "same birthday"],
        &["customer", "merge", "c1", "c2", "--note", "same birthday"],
        &["customer", "unmerge", "c2"],
        &["customer", "link", "c1", "email=ann@example.com:verified"],
        &["customer", "unlink", "c2", "email=ann@example.com"],
    ] {
        let came = wrote(&server, words).await?;
        let code = came.code.unwrap_or(-1);
        let said = format!("{}{}", came.stdout, came.stderr);
        told += &format!("$ {}\n{said}({code})\n", words.join(" "));
    }
    expect![[r#"
        $ customer link c2 email=ann@example.com:verified
        customer c2 · etag 4
        (0)
        $ customer link c1 email=ann@example.com:shared
        signpost: customer c1 cannot have this email identity, which is verified for c2: to merge the two customers, send it verified and not shared
        (2)
        $ customer merge c1 c2 --note same birthday
        customer c1 · survives · etag 5
        customer c2 · merged · etag 5
        (0)
        $ customer merge c1 c2 --note same birthday
        signpost: customer c2 is merged into c1 already: undo that merge first
        (2)
        $ customer unmerge c2
        customer c2 · its own again · etag 6
        customer c1 · survived the merge · etag 6
        (0)
        $ customer link c1 email=ann@example.com:verified
        customer c1 · etag 7
        customer c2 · merged: both are one customer now · etag 7
        (0)
        $ customer unlink c2 email=ann@example.com
        customer c2 · etag 8
        (0)
    "#]].assert_eq(&told);
    let history = server.signpost(&["customer", "history", "c2"]).await?;
    expect![[r#"
        customer c1
        merged customers  c2 (proven by email=ann@example.com, by client/signpost)
        contacts          1 of its own
        first recorded    2026-03-02T10:01:00+01:00
        etag              7

        reason           contacts  repeats  cases opened  open  resolved  reopened
        baggage/damaged         2        ·             2     2         ·         ·
        total                   2        ·             2     2         ·         ·

        latest contacts
        contact  state   channel  stated reason    customer  route    outcome  recorded
        call-2   routed  phone    baggage/damaged  c2        message           2026-03-02T10:02:00+01:00
        call-1   routed  phone    baggage/damaged  c1        message           2026-03-02T10:01:00+01:00

        latest cases
        case                case number    state  stated reason    tier      customer  last queue  opened                     contacts  repeats
        case_0000000000003  0000 0000 000  open   baggage/damaged  standard  c2        baggage     2026-03-02T10:02:00+01:00         1        0
        case_0000000000002  0000 0000 000  open   baggage/damaged  standard  c1        baggage     2026-03-02T10:01:00+01:00         1        0
    "#]].assert_eq(&brief::numbered_alike(&unindented(&history.stdout)));
    let json = server
        .signpost(&["--json", "customer", "history", "c1"])
        .await?;
    let json = json.json()?;
    assert_eq!(json["total"]["contact_count"], 2);
    assert_eq!(json["customer"]["merged"][0]["customer_id"], "c2");
    Ok(())
}

/// A handle is as it was told last; what that takes away is not taken away without a word.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_that_a_link_takes_away_is_said() -> Outcome {
    let server = TestServer::start().await?;
    wrote(&server, &["customer", "upsert", "c1"]).await?;
    let mut said = String::new();
    for handle in [
        "phone=+31201234567",
        "phone=+31201234567:verified",
        "phone=+31201234567:verified",
        "phone=+31201234567",
        "phone=+31201234567",
        "phone=+31201234567:verified",
        "phone=+31201234567:shared",
    ] {
        let came = wrote(&server, &["customer", "link", "c1", handle]).await?;
        assert_eq!(came.code, Some(0), "{came:?}");
        said += &format!("{handle}\n{}", came.stderr);
    }
    let identity = ["--identity", "phone=+31201234567:verified"];
    let upsert = ["customer", "upsert", "c1", "--tier", "gold"];
    let clear = ["--clear", "identities,persona"];
    let consent = ["--clear", "tier", "--consent", "call_back=yes"];
    for (upsert, code) in [
        (&[&upsert[..], &identity].concat()[..], 0),
        (&upsert, 0),
        (&[&upsert[..], &["--language", "nl"], &clear].concat(), 0),
        (&["customer", "upsert", "c1", "--clear", "name"], 2),
        (&[&upsert[..3], &consent].concat(), 2),
    ] {
        let came = wrote(&server, upsert).await?;
        assert_eq!(came.code, Some(code), "{came:?}");
        said += &format!("{}\n{}", upsert.join(" "), came.stderr);
    }
    expect![[r#"
        phone=+31201234567
        phone=+31201234567:verified
        phone=+31201234567:verified
        phone=+31201234567
        phone=+31201234567 was verified and is not any more, because it was sent without :verified; link phone=+31201234567:verified again if it is still verified
        phone=+31201234567
        phone=+31201234567:verified
        phone=+31201234567:shared
        phone=+31201234567 was verified and is shared now, which identifies nobody; link phone=+31201234567:verified again when it is no longer shared
        customer upsert c1 --tier gold --identity phone=+31201234567:verified
        customer upsert c1 --tier gold
        customer upsert c1 --tier gold --language nl --clear identities,persona
        phone=+31201234567 was verified and is not any more; if it still is, send --identity phone=+31201234567:verified
        customer upsert c1 --clear name
        signpost: update_mask.paths[0]: must be one of identities, tier, persona, value_micros, loyalty_years, language_code, time_zone, preferred_routes, consents, vulnerable, cannot_use
        customer upsert c1 --clear tier --consent call_back=yes
        signpost: with --clear, the given consents would replace all stored consents: to replace them, clear consents too; to add them, use a separate command
    "#]].assert_eq(&said);
    let kept = server.signpost(&["customer", "get", "c1"]).await?.stdout;
    let told = ["gold", "nl"].map(|word| kept.contains(word));
    assert!(
        told == [true; 2] && !kept.contains("+31201234567"),
        "{kept}"
    );
    Ok(())
}

/// A table without the spaces in front of its lines, which an expected text does not keep.
fn unindented(table: &str) -> String {
    let lines = table.lines();
    lines
        .map(|line| format!("{}\n", line.trim_start()))
        .collect()
}
