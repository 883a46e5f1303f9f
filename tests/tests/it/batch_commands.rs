//! `signpost customer import`, several ids for `customer get` and `case get`, and `--min-revision`, as child processes.

use expect_test::expect;
use serde_json::Value;
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::attempt::{Attempt, upsert};
use signpost_tests::merging::handle;
use signpost_tests::process::{Ran, signpost, text};
use signpost_tests::server::{Data, TestServer};

/// A time for a server that takes it from the requests.
const AT: [&str; 2] = ["--event-time", "2026-03-02T10:00:00Z"];

async fn customer(server: &TestServer, id: &str) -> Outcome<v1::Customer> {
    let by = v1::get_customer_request::By::CustomerId(id.to_owned());
    let request = v1::GetCustomerRequest {
        by: Some(by),
        ..Default::default()
    };
    let found = server.client().get_customer(request).await?;
    Ok(found.customer.unwrap_or_default())
}

fn said(ran: &Ran) -> String {
    let code = ran.code.unwrap_or(-1);
    format!("{}{}({code})\n", ran.stdout, ran.stderr)
}

const TABLE: &str = "id,segment,worth,years,lang,mobile,desk,mail,frail,call\n\
    c1,gold,12.50,3,nl,+31201111111,,ann@example.com,no,yes\n\
    c2,golden,,,,,,,,\n\
    c3,standard,much,,,,,,,\n\
    c4,,,,,+31204444444,+31200000000,,,\n\
    crm/5,gold,,,,,,,,\n\
    c1,gold,,,,,,,,\n\
    ,gold,,,,,,,,\n\
    c6,gold\n\
    c7,,,,,,,held@example.com,,\n\
    c8,gold,,,,,,,?,\n";

const MAP: [&str; 4] = [
    "--map",
    "customer=id,tier=segment,value=worth,loyalty_years=years,language=lang",
    "--map",
    "identity.phone:verified=mobile,identity.phone:shared=desk,identity.email:verified=mail,vulnerable=frail,\
     consent.call_back=call",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_row_of_a_table_is_kept_or_told_why_not() -> Outcome {
    let server = TestServer::start().await?;
    let holder = v1::Customer {
        customer_id: "holder".to_owned(),
        identities: vec![handle("email", "held@example.com")],
        ..Default::default()
    };
    server.client().upsert_customer(upsert(holder, 1)).await?;
    let desk = Data::new()?;
    let (table, errors) = (desk.beside().join("t.csv"), desk.beside().join("e.csv"));
    std::fs::write(&table, TABLE)?;
    let import = ["customer", "import", text(&table)?, "--missing", "?"];
    let import = [&import[..], &MAP, &AT, &["--request-id", "monday"]].concat();
    let with_errors = [&import[..], &["--errors", text(&errors)?]].concat();
    let first = server.signpost(&with_errors).await?;
    let told = said(&first).replace(text(desk.beside())?, "TMP");
    expect![[r#"
        3 of 10 rows kept
        line 4: bad: worth: must be a decimal amount such as 4.10 with at most 6 decimals
        line 7: bad: has the same customer as line 2
        line 8: bad: has no customer_id
        line 9: bad: has 2 cells, and the header has 10: is the delimiter right, or is a quote missing?
        line 3: refused: customer.tier: is not a tier of the live playbook; did you mean gold?
        line 6: refused: customer.customer_id: must be without /: a new id is printable, without / and without spaces at its ends
        line 10: refused: the email identity sent for customer c7 is verified for customer holder: leave it out
        signpost: 7 rows not taken
        (2)
    "#]].assert_eq(&told);
    expect![[r#"
        line,problem,what,id,segment,worth,years,lang,mobile,desk,mail,frail,call
        3,refused,customer.tier: is not a tier of the live playbook; did you mean gold?,c2,golden,,,,,,,,
        4,bad,worth: must be a decimal amount such as 4.10 with at most 6 decimals,c3,standard,much,,,,,,,
        6,refused,"customer.customer_id: must be without /: a new id is printable, without / and without spaces at its ends",crm/5,gold,,,,,,,,
        7,bad,has the same customer as line 2,c1,gold,,,,,,,,
        8,bad,has no customer_id,,gold,,,,,,,,
        9,bad,"has 2 cells, and the header has 10: is the delimiter right, or is a quote missing?",c6,gold
        10,refused,the email identity sent for customer c7 is verified for customer holder: leave it out,c7,,,,,,,held@example.com,,
    "#]].assert_eq(&std::fs::read_to_string(&errors)?);
    let first = customer(&server, "c1").await?;
    assert_eq!(first.tier, "gold");
    assert_eq!(
        (first.value_micros, first.loyalty_years),
        (Some(12_500_000), Some(3))
    );
    assert_eq!(
        (first.vulnerable, first.language_code.as_str()),
        (Some(false), "nl")
    );
    assert!(first.consents[0].granted);
    let identities = first.identities.iter();
    let identities = identities.map(|it| (it.kind.as_str(), it.value.as_str(), it.verified));
    assert_eq!(
        identities.collect::<Vec<_>>(),
        [
            ("phone", "+31201111111", true),
            ("email", "ann@example.com", true)
        ]
    );
    // The same again writes nothing: what was kept is answered as it was.
    let again = [&["--json"], &import[..], &["--allow-bad"]].concat();
    let again = server.signpost(&again).await?;
    assert_eq!(again.code, Some(0), "{again:?}");
    let again = again.json()?;
    let counts = ["rows", "kept", "replayed", "refused", "bad"];
    let counts = counts.map(|name| again[name].as_u64().unwrap_or(99));
    assert_eq!(counts, [10, 3, 3, 3, 4], "{again:#}");
    assert_eq!(customer(&server, "c1").await?.etag, first.etag);
    // What the answer names is a revision that reads take.
    let revision = again["revision"].as_str().unwrap_or_default();
    let get = ["customer", "get", "c1", "--min-revision", revision];
    assert_eq!(server.signpost(&get).await?.code, Some(0));
    server.finish().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_table_goes_in_several_calls() -> Outcome {
    const ROWS: usize = 1_203;
    let server = TestServer::start().await?;
    let desk = Data::new()?;
    let table = desk.beside().join("t.csv");
    let rows = (0..ROWS).map(|row| format!("c-{row},gold\n"));
    std::fs::write(&table, format!("id,tier\n{}", rows.collect::<String>()))?;
    let import = [
        "customer",
        "import",
        text(&table)?,
        "--map",
        "customer=id,tier=tier",
    ];
    let came = server.signpost(&[&import[..], &AT].concat()).await?;
    assert_eq!(said(&came), format!("{ROWS} of {ROWS} rows kept\n(0)\n"));
    assert_eq!(customer(&server, "c-0").await?.tier, "gold");
    assert_eq!(customer(&server, "c-1202").await?.tier, "gold");
    // Many are asked for together, too.
    let ids: Vec<String> = (0..120).map(|row| format!("c-{row}")).collect();
    let ids = ids.iter().map(String::as_str);
    let get: Vec<&str> = ["--json", "customer", "get"]
        .into_iter()
        .chain(ids)
        .collect();
    let got = server.signpost(&get).await?.json()?;
    assert_eq!(got["customers"].as_array().map(Vec::len), Some(120));
    assert_eq!(got["customers"][119]["customer"]["customer_id"], "c-119");
    server.finish().await?;
    Ok(())
}

/// The counts of an import.
async fn counted(server: &TestServer, import: &[&str]) -> Outcome<[u64; 4]> {
    let json = [&["--json"], import, &["--allow-bad"]].concat();
    let json = server.signpost(&json).await?.json()?;
    Ok(["kept", "replayed", "refused", "bad"].map(|name| json[name].as_u64().unwrap_or(99)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mended_table_is_taken_under_the_same_key() -> Outcome {
    /// As many as two calls take, and one more.
    const ROWS: usize = 1_001;
    let server = TestServer::start().await?;
    let desk = Data::new()?;
    let table = desk.beside().join("t.csv");
    let write = |first: &str, second: &str| {
        let rows = (2..ROWS).map(|row| format!("c{row},gold\n"));
        let rows: String = rows.collect();
        std::fs::write(&table, format!("id,worth\n{first}\n{second}\n{rows}"))
    };
    let map = "customer=id,tier=worth";
    let import = ["customer", "import", text(&table)?, "--map", map];
    let import = [&import[..], &AT, &["--request-id", "k"]].concat();
    write("c0", "c1,golden")?;
    assert_eq!(counted(&server, &import).await?, [999, 0, 1, 1]);
    let untouched = customer(&server, "c1000").await?.etag;
    // Of the same table nothing is written again; what was refused is tried again.
    assert_eq!(counted(&server, &import).await?, [999, 999, 1, 1]);
    // A bad row that is mended, and a refused one: the calls behind theirs are the same as before.
    write("c0,gold", "c1,gold")?;
    assert_eq!(counted(&server, &import).await?, [1_001, 501, 0, 0]);
    // A row that was kept says something else.
    write("c0,standard", "c1,gold")?;
    assert_eq!(counted(&server, &import).await?, [1_001, 501, 0, 0]);
    assert_eq!(customer(&server, "c0").await?.tier, "standard");
    assert_eq!(customer(&server, "c1000").await?.etag, untouched);
    server.finish().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_is_broken_off_tells_what_it_did_not_write() -> Outcome {
    let server = TestServer::start().await?;
    let desk = Data::new()?;
    let (table, errors) = (desk.beside().join("t.csv"), desk.beside().join("e.csv"));
    // The server takes no call as large as the last row but one.
    let large = "x".repeat(1_000_000);
    let large = format!("huge,,{large},{large},{large}\n");
    let rows = "id,tier,a,b,c\nc1,gold\nc2,golden,,,\nc3,gold,,,\n";
    std::fs::write(&table, format!("{rows}{large}c5,gold\n"))?;
    let map = "customer=id,tier=tier,identity.phone=a,identity.phone=b,identity.phone=c";
    let import = ["customer", "import", text(&table)?, "--map", map];
    let import = [&import[..], &AT, &["--errors", text(&errors)?]].concat();
    let came = server.signpost(&import).await?;
    expect![[r#"
        line 2: bad: has 2 cells, and the header has 5: is the delimiter right, or is a quote missing?
        line 3: refused: customer.tier: is not a tier of the live playbook; did you mean gold?
        stopped at line 5; all rows before it are written, except the 2 listed above
        signpost: the request is too large: found 3000124 bytes, the limit is: 2097152 bytes
        (2)
    "#]]
    .assert_eq(&said(&came));
    let told = std::fs::read_to_string(&errors)?;
    expect![[r#"
        line,problem,what,id,tier,a,b,c
        2,bad,"has 2 cells, and the header has 5: is the delimiter right, or is a quote missing?",c1,gold
        3,refused,customer.tier: is not a tier of the live playbook; did you mean gold?,c2,golden,,,
    "#]]
    .assert_eq(&told);
    assert_eq!(customer(&server, "c3").await?.tier, "gold");
    // Where no server is reached, what an import before this one told stays.
    let nobody = [&import[..], &["--timeout", "500ms", "--request-id", "k"]].concat();
    let came = Ran::of(&mut signpost("127.0.0.1:1", &nobody)?)?;
    assert_eq!(came.code, Some(1), "{came:?}");
    let stop = "line 2: bad: has 2 cells, and the header has 5: is the delimiter right, or is a quote missing?\nstopped at line 3; no call was answered\n";
    assert!(came.stderr.starts_with(stop), "{came:?}");
    assert!(
        came.stderr.ends_with("the same again: --request-id k\n"),
        "{came:?}"
    );
    assert_eq!(std::fs::read_to_string(&errors)?, told);
    server.finish().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_meant_is_refused_before_anything_is_sent() -> Outcome {
    let desk = Data::new()?;
    let table = desk.beside().join("t.csv");
    std::fs::write(&table, "id,tier\nc1,gold\n")?;
    let table = text(&table)?;
    let mut told = String::new();
    for map in [
        "tier=tier",
        "customer=id,tear=tier",
        "customer=id,customer=tier",
        "customer=id,identity.=tier",
        "customer=id,tier=teer",
        "customer",
    ] {
        let args = ["customer", "import", table, "--map", map];
        let came = Ran::of(&mut signpost("127.0.0.1:1", &args)?)?;
        told += &said(&came).replace(text(desk.beside())?, "TMP");
    }
    expect![[r#"
        signpost: --map: name the column with the id of the customer
        (2)
        signpost: --map: there is no target tear; the targets are customer, tier, persona, value, loyalty_years, language, time_zone, vulnerable, identity.KIND, identity.KIND:verified, identity.KIND:shared, consent.ID
        (2)
        signpost: --map names customer twice
        (2)
        signpost: --map: there is no target identity.; the targets are customer, tier, persona, value, loyalty_years, language, time_zone, vulnerable, identity.KIND, identity.KIND:verified, identity.KIND:shared, consent.ID
        (2)
        signpost: TMP/t.csv: there is no column teer; did you mean tier? the columns are id, tier
        (2)
        signpost: --map: write `customer` as target=COLUMN
        (2)
    "#]].assert_eq(&told);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quote_that_is_not_closed_takes_no_rows_with_it() -> Outcome {
    let server = TestServer::start().await?;
    let desk = Data::new()?;
    let table = desk.beside().join("t.csv");
    let rows = (1..=100).map(|row| match row {
        4 => "uq4,\"open\n".to_owned(),
        row => format!("uq{row},x\n"),
    });
    std::fs::write(&table, format!("id,n\n{}", rows.collect::<String>()))?;
    let file = text(&table)?;
    let mut told = String::new();
    for words in [
        &["customer", "import", file, "--map", "customer=id"][..],
        &[
            "send",
            file,
            "--map",
            "customer=id,reason=n",
            "--channel",
            "phone",
        ],
    ] {
        told += &said(&server.signpost(words).await?).replace(text(desk.beside())?, "TMP");
    }
    expect![[r#"
        signpost: TMP/t.csv: line 5: a quote is opened and never closed; --mend-quotes reads it as closed at the end of line 5
        (2)
        signpost: TMP/t.csv: line 5: a quote is opened and never closed; --mend-quotes reads it as closed at the end of line 5
        (2)
    "#]]
    .assert_eq(&told);
    let list = v1::ListCustomersRequest::default();
    let kept = server.client().list_customers(list).await?.customers;
    assert!(kept.is_empty(), "{kept:?}");
    server.finish().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_read_each_refusal_as_a_line_of_json() -> Outcome {
    let server = TestServer::start().await?;
    let desk = Data::new()?;
    let table = desk.beside().join("t.csv");
    std::fs::write(&table, "id,tier\nc1,gold\nc2\nc3,golden\n")?;
    let file = text(&table)?;
    let mut told = String::new();
    for words in [
        &["customer", "import", file, "--map", "customer=id,tier=tier"][..],
        &["customer", "import", file, "--map", "customer=key"],
        &["customer", "import", "no-such.csv", "--map", "customer=id"],
        &["customer", "get", "c1", "c8", "c9"],
        &["case", "get", "case_8", "case_9"],
    ] {
        let at = match words[1] {
            "import" => &AT[..],
            _ => &[],
        };
        let came = server.signpost(&[&["--json"], words, at].concat()).await?;
        assert_eq!(came.code, Some(2), "{came:?}");
        for line in came.stderr.lines() {
            let json: Value = serde_json::from_str(line)?;
            assert!(json.is_object(), "{line}");
        }
        told += &came.stderr.replace(text(desk.beside())?, "TMP");
    }
    expect![[r#"
        {"first_line":3,"last_line":3,"problem":"bad","rows":1,"what":"has 1 cell, and the header has 2: is the delimiter right, or is a quote missing?"}
        {"first_line":4,"last_line":4,"problem":"refused","rows":1,"what":"customer.tier: is not a tier of the live playbook; did you mean gold?"}
        {"code":"INVALID_ARGUMENT","fields":[],"help":"","message":"2 rows not taken","reason":""}
        {"code":"INVALID_ARGUMENT","fields":[],"help":"","message":"TMP/t.csv: there is no column key; the columns are id, tier","reason":""}
        {"code":"INVALID_ARGUMENT","fields":[],"help":"","message":"no-such.csv: No such file or directory (os error 2)","reason":""}
        {"code":"NOT_FOUND","fields":[],"help":"","message":"2 customers not found: c8, c9","reason":"NOT_FOUND"}
        {"code":"NOT_FOUND","fields":[],"help":"","message":"2 cases not found: case_8, case_9","reason":"NOT_FOUND"}
    "#]]
    .assert_eq(&told);
    server.finish().await?;
    Ok(())
}

/// Another store has other case numbers.
async fn without_numbers(server: &TestServer, mut told: String) -> Outcome<String> {
    for case in ["case_2", "case_3"] {
        let request = v1::GetCaseRequest {
            case_id: case.to_owned(),
            ..Default::default()
        };
        let case_of = server.client().get_case(request).await?.case;
        let number = case_of.unwrap_or_default().case_number;
        told = told.replace(&number, &format!("<that of {case}>"));
    }
    Ok(told)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_cases_and_customers_are_shown_in_their_order() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    for (contact, customer, minute) in [("call-1", "c1", 1), ("call-2", "c2", 2)] {
        let call = Attempt::new(contact, "phone").of(customer).at(minute);
        let call = call.about("baggage/damaged").route();
        client.route_contact(call).await?;
    }
    let mut told = String::new();
    for words in [
        &["customer", "get", "c2", "c1"][..],
        &["customer", "get", "c1", "c9", "c8"],
        &["customer", "get", "c1", "c1"],
        &["customer", "get", "c1", "c2", "--identity", "phone=1"],
        &["case", "get", "case_3", "case_2"],
        &["case", "get", "case_8", "case_9"],
        &["case", "get"],
    ] {
        let came = server.signpost(words).await?;
        told += &format!("$ {}\n{}", words.join(" "), said(&came));
    }
    let told = without_numbers(&server, told).await?;
    expect![[r#"
        $ customer get c2 c1
        customer c2
          contacts        1
          first recorded  2026-03-02T10:02:00+01:00
          etag            3

        customer c1
          contacts        1
          first recorded  2026-03-02T10:01:00+01:00
          etag            2
        (0)
        $ customer get c1 c9 c8
        customer c1
          contacts        1
          first recorded  2026-03-02T10:01:00+01:00
          etag            2
        signpost: 2 customers not found: c9, c8
        (2)
        $ customer get c1 c1
        signpost: customer_ids[1] (<CUSTOMER>): is the same as item 0: name each only once
        (2)
        $ customer get c1 c2 --identity phone=1
        error: the argument '[CUSTOMER]...' cannot be used with '--identity <KIND=VALUE>'

        Usage: signpost customer get --server <SERVER> <CUSTOMER|--identity <KIND=VALUE>>

        For more information, try '--help'.
        (2)
        $ case get case_3 case_2
        case case_0000000000003 · open · 1 contact · 0 repeats · 0 channel switches
          case number          <that of case_3>
          customer             c2
          tier                 standard
          stated reason        baggage/damaged
          we owe an answer by  2026-03-02T10:08:00+01:00
          opened               2026-03-02T10:02:00+01:00
          etag                 3
          playbook             a7e35638f49f

          arrived                    contact  channel  match
          2026-03-02T10:02:00+01:00  call-2   phone    NEW    live

          tried                      contact  route                   came of it
          2026-03-02T10:02:00+01:00  call-2   message, queue baggage  not over yet

        case case_0000000000002 · open · 1 contact · 0 repeats · 0 channel switches
          case number          <that of case_2>
          customer             c1
          tier                 standard
          stated reason        baggage/damaged
          we owe an answer by  2026-03-02T10:07:00+01:00
          opened               2026-03-02T10:01:00+01:00
          etag                 2
          playbook             a7e35638f49f

          arrived                    contact  channel  match
          2026-03-02T10:01:00+01:00  call-1   phone    NEW    live

          tried                      contact  route                   came of it
          2026-03-02T10:01:00+01:00  call-1   message, queue baggage  not over yet
        (0)
        $ case get case_8 case_9
        signpost: 2 cases not found: case_8, case_9
        (2)
        $ case get
        error: the following required arguments were not provided:
          <CASE>...

        Usage: signpost case get --server <SERVER> <CASE>...

        For more information, try '--help'.
        (2)
    "#]]
    .assert_eq(&told);
    let json = ["--json", "case", "get", "case_3", "case_2"];
    let json = server.signpost(&json).await?.json()?;
    let named = |place: usize| json["cases"][place]["case"]["case_id"].clone();
    assert_eq!(named(0), "case_0000000000003");
    assert_eq!(named(1), "case_0000000000002");
    assert!(json["revision"].as_str().is_some_and(|it| !it.is_empty()));
    server.finish().await?;
    Ok(())
}

/// The JSON of writes names a revision that every reading command takes, and the JSON of each of them names one, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_show_what_a_write_said_of_itself() -> Outcome {
    let server = TestServer::start().await?;
    let route = [
        "--json",
        "route",
        "--contact",
        "call-1",
        "--channel",
        "phone",
        "--customer",
        "c1",
    ];
    let route = [&route[..], &["--reason", "baggage/damaged"], &AT].concat();
    let routed = server.signpost(&route).await?.json()?;
    let revision = routed["receipt"]["revision"].as_str().unwrap_or_default();
    let reads: [&[&str]; 11] = [
        &["contact", "get", "call-1"],
        &["contact", "list"],
        &["case", "get", "case_2"],
        &["case", "get", "case_2", "case_3"],
        &["case", "list"],
        &["case", "timeline", "case_2"],
        &["customer", "get", "c1"],
        &["customer", "get", "c1", "c2"],
        &["customer", "list"],
        &["customer", "history", "c1"],
        &[
            "preview",
            "--channel",
            "phone",
            "--at-time",
            "2026-03-02T10:00:00Z",
        ],
    ];
    for read in reads {
        let read = [&["--json"], read, &["--min-revision", revision]].concat();
        let came = server.signpost(&read).await?;
        let json: Value = serde_json::from_str(&came.stdout)?;
        assert_eq!(json["revision"], revision, "{read:?} {came:?}");
    }
    let bad = ["customer", "get", "c1", "--min-revision", "x"];
    expect![[r#"
        signpost: min_revision (--min-revision): must be the revision of an answer, unchanged
        (2)
    "#]]
    .assert_eq(&said(&server.signpost(&bad).await?));
    server.finish().await?;
    Ok(())
}
