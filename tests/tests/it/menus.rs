//! The reason menu as a customer of a channel sees it, in their language.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::brief;
use signpost_tests::server::{FLIGHTS, TestServer};

async fn menu(server: &TestServer, channel: &str, locale: &str, primary: &str) -> Outcome<String> {
    let request = v1::GetReasonMenuRequest {
        channel: channel.to_owned(),
        locale: locale.to_owned(),
        primary: primary.to_owned(),
        whole_tree: primary.is_empty() && channel == "email",
    };
    let answer = server.client().get_reason_menu(request).await?;
    Ok(brief::menu(&answer.menu.unwrap_or_default()))
}

#[tokio::test]
async fn a_menu_is_of_its_channel_and_language() -> Outcome {
    let server = TestServer::start().await?;
    let told = [
        menu(&server, "phone", "nl-NL", "").await?,
        menu(&server, "phone", "en", "existing_flight").await?,
        menu(&server, "web_chat", "pt-BR", "").await?,
        menu(&server, "email", "", "").await?,
    ];
    expect![[r#"
        phone nl left out 0
          1 Over uw lopende zaak
          2 Bestaande vlucht = existing_flight
          3 Bagage = baggage
          4 Iets anders
        phone en left out 0
          1 Change date = existing_flight/change_date
          2 Cancel = existing_flight/cancel
          3 Something else
        web_chat en left out 0
          About your open case
          Existing flight = existing_flight
          Baggage = baggage
          Something else
        email en left out 0
          About your open case
          Existing flight = existing_flight
            Change date = existing_flight/change_date
            Cancel = existing_flight/cancel
            Something else
          Baggage = baggage
            Lost bag = baggage/lost
            Damaged bag = baggage/damaged
            Something else
          Something else
    "#]]
    .assert_eq(&brief::all(&told));
    server.finish().await?;
    Ok(())
}

/// A keypad has nine keys, two of them taken; other channels show all.
#[tokio::test]
async fn a_keypad_leaves_out_what_it_has_no_key_for() -> Outcome {
    let server = TestServer::start().await?;
    let (head, rest) = FLIGHTS.split_once("reasons:\n").ok_or("no reasons")?;
    let (reasons, tail) = rest.split_once("rules:\n").ok_or("no rules")?;
    let (_, baggage) = reasons.split_once("  - id: baggage").ok_or("no baggage")?;
    let more = (1..=8).map(|n| format!("  - id: baggage_{n}{baggage}"));
    let more: String = more.collect();
    server
        .publish(&format!("{head}reasons:\n{reasons}{more}rules:\n{tail}"), 1)
        .await?;
    let told = [
        menu(&server, "phone", "en", "").await?,
        menu(&server, "web_chat", "en", "").await?,
    ];
    expect![[r#"
        phone en left out 3
          1 About your open case
          2 Existing flight = existing_flight
          3 Baggage = baggage
          4 Baggage = baggage_1
          5 Baggage = baggage_2
          6 Baggage = baggage_3
          7 Baggage = baggage_4
          8 Baggage = baggage_5
          9 Something else
        web_chat en left out 0
          About your open case
          Existing flight = existing_flight
          Baggage = baggage
          Baggage = baggage_1
          Baggage = baggage_2
          Baggage = baggage_3
          Baggage = baggage_4
          Baggage = baggage_5
          Baggage = baggage_6
          Baggage = baggage_7
          Baggage = baggage_8
          Something else
    "#]]
    .assert_eq(&brief::all(&told));
    server.finish().await?;
    Ok(())
}
