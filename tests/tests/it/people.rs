//! What people type instead of what programs know: labels for ids, `why` for the decision of a contact or a case; and
//! counts whose columns add up.

use serde_json::Value;
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::process::Ran;
use signpost_tests::server::TestServer;

/// Minutes of a day.
const DAY: i64 = 24 * 60;

/// A call about a lost bag of a gold customer, two letters about changing a date.
async fn some() -> Outcome<(TestServer, String)> {
    let server = TestServer::start().await?;
    let bag = Attempt::new("call-1", "phone").of("c1").tier("gold").at(1);
    let bag = bag.about("baggage/lost").fact("bag_tag", "7");
    let answer = server.client().route_contact(bag.route()).await?.answer;
    let case = answer.unwrap_or_default().case_id;
    for (contact, customer) in [("mail-1", "c2"), ("mail-2", "c3")] {
        let mail = Attempt::new(contact, "email").of(customer).at(2);
        let mail = mail.about("existing_flight/change_date");
        let mail = mail.fact("booking_reference", "ABC123");
        server.client().route_contact(mail.route()).await?;
    }
    Ok((server, case))
}

fn contacts(ran: &Ran) -> Outcome<Vec<String>> {
    let contacts = ran.json()?["contacts"].as_array().cloned();
    let ids = contacts.unwrap_or_default();
    let mut ids: Vec<String> = ids
        .iter()
        .filter_map(|it| Some(it["contact_id"].as_str()?.to_owned()))
        .collect();
    ids.sort();
    Ok(ids)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn labels_in_any_language_stand_for_ids() -> Outcome {
    let (server, _) = some().await?;
    for (flag, words, found) in [
        ("--channel", ["phone", "Phone", "telefoon"], &["call-1"][..]),
        ("--tier", ["gold", "GOLD", "Goud"], &["call-1"]),
        ("--queue", ["baggage", "Bagage", "Baggage"], &["call-1"]),
        (
            "--reason",
            ["existing_flight", "Existing  flight", "bestaande vlucht"],
            &["mail-1", "mail-2"],
        ),
        (
            "--reason",
            ["baggage/lost", "Verloren koffer", "Bagage / Lost bag"],
            &["call-1"],
        ),
    ] {
        for word in words {
            let listed = server
                .signpost(&["contact", "list", "--json", flag, word])
                .await?;
            assert_eq!(contacts(&listed)?, found, "{flag} {word}");
        }
    }
    // Elsewhere, too; and what is no label says what would be right.
    let at = "2026-03-02T12:00:00Z";
    let preview = [
        "preview",
        "--channel",
        "Telefoon",
        "--tier",
        "Goud",
        "--at",
        at,
    ];
    let preview = server
        .signpost(&[&preview[..], &["--reason", "Lost bag"]].concat())
        .await?;
    assert!(
        preview.stdout.contains("tier gold, reason baggage/lost"),
        "{preview:?}"
    );
    let wrong = server
        .signpost(&["case", "list", "--channel", "Telefoons", "--json"])
        .await?;
    assert_eq!((wrong.code, wrong.stdout.as_str()), (Some(2), ""));
    let wrong: Value = serde_json::from_str(wrong.stderr.trim())?;
    assert_eq!(wrong["fields"][0]["field"], "--channel");
    assert_eq!(wrong["help"], "did you mean `Telefoon`?");
    server.finish().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_label_that_two_have_is_refused_with_their_ids() -> Outcome {
    let source = signpost_tests::server::FLIGHTS.replace("Beschadigde koffer", "Verloren koffer");
    let server = TestServer::start().await?;
    server.publish(&source, 1).await?;
    let wrong = server
        .signpost(&["contact", "list", "--reason", "verloren koffer"])
        .await?;
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    assert!(
        wrong
            .stderr
            .contains("`verloren koffer` is the label of more than one reason")
            && wrong.stderr.contains("baggage/lost, baggage/damaged"),
        "{wrong:?}"
    );
    server.finish().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn why_shows_the_decision_of_a_contact_and_of_a_case() -> Outcome {
    let (server, case) = some().await?;
    let of_contact = server.signpost(&["why", "call-1"]).await?;
    let got = server.signpost(&["contact", "get", "call-1"]).await?;
    assert_eq!(
        (of_contact.code, &of_contact.stdout),
        (Some(0), &got.stdout)
    );
    assert!(of_contact.stdout.contains("\nwhy\n"), "{of_contact:?}");
    let of_case = server.signpost(&["why", &case]).await?;
    let lead = format!("{case}: 1 contact, the latest is\n");
    assert_eq!(of_case.stdout, lead + &got.stdout);
    let number = server
        .signpost(&["case", "get", &case, "--json"])
        .await?
        .json()?;
    let number = number["case"]["case_number"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let words: Vec<&str> = std::iter::once("why").chain(number.split(' ')).collect();
    assert_eq!(server.signpost(&words).await?.stdout, of_case.stdout);
    let json = server.signpost(&["why", &case, "--json"]).await?.json()?;
    assert_eq!(json["contact"]["contact_id"], "call-1");
    let nothing = server.signpost(&["why", "call-9"]).await?;
    assert_eq!(nothing.code, Some(2), "{nothing:?}");
    assert!(
        nothing
            .stderr
            .contains("there is no contact or case call-9"),
        "{nothing:?}"
    );
    server.finish().await?;
    Ok(())
}

/// One opens a case, one repeats, one comes while an answer is owed, one comes for another matter by mistake.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_columns_of_counts_add_up() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let call = |id: &str, at: i64| {
        let call = Attempt::new(id, "phone").of("c1").tier("gold").at(at);
        call.about("baggage/lost").fact("bag_tag", "7")
    };
    let mail = |id: &str, at: i64, reference: &str| {
        let mail = Attempt::new(id, "email").of("c2").at(at);
        let mail = mail.about("existing_flight/change_date");
        mail.fact("booking_reference", reference).route()
    };
    client.route_contact(call("call-1", 1).route()).await?;
    // The answer to the first one is owed.
    client.route_contact(call("call-2", 2).route()).await?;
    for contact in ["call-1", "call-2"] {
        client
            .end_contact(end(contact, v1::ContactOutcome::Resolved, 3))
            .await?;
    }
    client.route_contact(call("call-3", DAY).route()).await?;
    client
        .end_contact(end("call-3", v1::ContactOutcome::Resolved, DAY + 1))
        .await?;
    // Resolved, and after the time in which a contact repeats.
    client
        .route_contact(call("call-4", 9 * DAY).route())
        .await?;
    // About another flight after all: the case that the letter opened is withdrawn.
    client
        .route_contact(mail("mail-1", 9 * DAY + 1, "ABC123"))
        .await?;
    let other = v1::RouteContactRequest {
        request_id: "again".to_owned(),
        ..mail("mail-1", 9 * DAY + 2, "XYZ789")
    };
    client.route_contact(other).await?;
    let counts = client
        .count_reasons(v1::CountReasonsRequest::default())
        .await?;
    let withdrawn = |count: &v1::ReasonCount| {
        let mut states = count.case_state_counts.iter();
        let found = states.find(|it| it.state() == v1::CaseState::Withdrawn);
        found.map_or(0, |it| it.case_count)
    };
    for count in &counts.counts {
        let cases = i64::try_from(count.opened_case_count - withdrawn(count))?;
        let repeats = i64::try_from(count.repeat_count)?;
        let sum = cases + repeats + count.continued_contact_count;
        assert_eq!(i64::try_from(count.contact_count)?, sum, "{count:?}");
    }
    assert_eq!(counts.counts.iter().map(withdrawn).sum::<u64>(), 1);
    let lost = counts.counts.iter().find(|it| it.reason == "baggage/lost");
    let lost = lost.ok_or("no counts")?;
    assert!(lost.continued_contact_count > 0, "{lost:?}");
    // People and programs see the same.
    let table = server.signpost(&["counts"]).await?.stdout;
    let head = table.lines().next().unwrap_or_default();
    assert!(
        head.contains("case tier") && head.contains("continued"),
        "{table}"
    );
    assert!(
        table.contains("contacts = opened - withdrawn + repeats + continued"),
        "{table}"
    );
    let csv = server
        .signpost(&["counts", "--output", "csv"])
        .await?
        .stdout;
    let mut rows = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let titles = rows.next().unwrap_or_default();
    for row in rows {
        let figure = |name: &str| -> Outcome<i64> {
            let place = titles.iter().position(|title| *title == name);
            Ok(row[place.ok_or("no such column")?].parse()?)
        };
        let sum =
            figure("opened")? - figure("withdrawn")? + figure("repeats")? + figure("continued")?;
        assert_eq!(figure("contacts")?, sum, "{row:?}");
    }
    let json = server.signpost(&["counts", "--json"]).await?.json()?;
    let lost = json["counts"].as_array().into_iter().flatten();
    let lost = lost.filter(|it| it["reason"] == "baggage/lost");
    assert!(
        lost.clone()
            .all(|it| it["continued_contact_count"].is_number()
                || it["continued_contact_count"].is_string())
    );
    server.finish().await?;
    Ok(())
}
