//! A chatbot reaches the contacts that it holds and their cases; all others are as if they did not exist.

use super::{created, new_token, shown};
use expect_test::expect;
use signpost_client::v1;
use signpost_tests::attempt::{Attempt, end, reroute, take};
use signpost_tests::server::TestServer;
use signpost_tests::{Outcome, brief};

fn chat(contact: &str, customer: &str, at: i64) -> Attempt {
    let attempt = Attempt::new(contact, "web_chat").of(customer).at(at);
    let attempt = attempt.about("existing_flight/change_date");
    attempt.fact("booking_reference", "ABC123")
}

fn get(contact: &str) -> v1::GetContactRequest {
    v1::GetContactRequest {
        contact_id: contact.to_owned(),
        ..Default::default()
    }
}

fn get_case(case: &str) -> v1::GetCaseRequest {
    v1::GetCaseRequest {
        case_id: case.to_owned(),
        ..Default::default()
    }
}

/// What a chatbot is told of a contact and of a case, by all that it may call.
async fn told(server: &TestServer, token: &str, contact: &str, case: &str) -> Outcome<Vec<String>> {
    let mut contacts = server.contacts();
    let ended = end(contact, v1::ContactOutcome::Abandoned, 20);
    let rerouted = reroute(contact, v1::AttemptOutcome::Failed, 20);
    let taken = take(contact, v1::Route::Human, 20);
    Ok(vec![
        brief::refused(contacts.get_contact(shown(get(contact), token)?).await),
        brief::refused(contacts.select_route(shown(taken, token)?).await),
        brief::refused(contacts.reroute_contact(shown(rerouted, token)?).await),
        brief::refused(contacts.end_contact(shown(ended, token)?).await),
        brief::refused(server.cases().get_case(shown(get_case(case), token)?).await),
    ])
}

#[tokio::test]
async fn a_chatbot_reaches_what_it_holds_and_nothing_else() -> Outcome {
    let server = TestServer::start().await?;
    let bot = created(&server, new_token(v1::Role::Chatbot, "webbot")).await?;
    let other = created(&server, new_token(v1::Role::Chatbot, "other")).await?;
    let platform = created(&server, new_token(v1::Role::Platform, "crm")).await?;
    let second = v1::CreateTokenRequest {
        request_id: "its second token".to_owned(),
        ..new_token(v1::Role::Chatbot, "webbot")
    };
    let second = created(&server, second).await?;
    let server = server.asking_for_credentials().await?;
    let mut contacts = server.contacts();
    let routed = contacts.route_contact(shown(chat("chat-1", "c1", 2).choose().route(), &bot)?);
    let answer = routed.await?.into_inner().answer.unwrap_or_default();
    let case = answer.case_id;

    // To another chatbot it is as if it did not exist; to itself, whatever token it shows, it is there.
    let before = server
        .cases()
        .get_case(shown(get_case(&case), &platform)?)
        .await?
        .into_inner();
    let nothing = "case_zzzzzzzzzzzz0".replace('z', "9");
    let none = told(&server, &other, "chat-9", &nothing).await?;
    let others = told(&server, &other, "chat-1", &case).await?;
    let as_none: Vec<String> = others
        .iter()
        .map(|words| words.replace("chat-1", "chat-9").replace(&case, &nothing))
        .collect();
    assert_eq!(as_none, none);
    assert!(
        none.iter().all(|words| words.starts_with("NotFound")),
        "{none:#?}"
    );
    let taken = brief::refused(
        contacts
            .route_contact(shown(chat("chat-1", "c1", 3).route(), &other)?)
            .await,
    );
    let preview = chat("chat-1", "c1", 3).preview();
    let previewed = brief::refused(contacts.preview_route(shown(preview, &other)?).await);
    expect![[r#"
        FailedPrecondition: contact chat-1 exists already, and only a new contact was to be taken
          CONTACT_EXISTS chat-1
        FailedPrecondition: contact chat-1 exists already, and only a new contact was to be taken
          CONTACT_EXISTS chat-1
    "#]]
    .assert_eq(&brief::all(&[taken, previewed]));
    let after = server
        .cases()
        .get_case(shown(get_case(&case), &platform)?)
        .await?
        .into_inner();
    assert_eq!(after.case, before.case, "nothing has changed");
    for token in [&bot, &second] {
        contacts.get_contact(shown(get("chat-1"), token)?).await?;
        server
            .cases()
            .get_case(shown(get_case(&case), token)?)
            .await?;
    }
    // Its preview and its route amend it; the platform takes it over, and it still holds it.
    let preview = chat("chat-1", "c1", 4).preview();
    contacts.preview_route(shown(preview, &second)?).await?;
    contacts
        .route_contact(shown(chat("chat-1", "c1", 4).choose().route(), &second)?)
        .await?;
    contacts
        .route_contact(shown(chat("chat-1", "c1", 5).choose().route(), &platform)?)
        .await?;
    contacts.get_contact(shown(get("chat-1"), &bot)?).await?;

    // A contact that a platform opens on behalf of a chatbot is held by it, and one of the platform is not.
    let mut opened = shown(chat("chat-2", "c2", 6).choose().route(), &platform)?;
    opened
        .metadata_mut()
        .insert("signpost-on-behalf-of", "chatbot/webbot".parse()?);
    contacts.route_contact(opened).await?;
    contacts
        .route_contact(shown(chat("chat-3", "c3", 7).choose().route(), &platform)?)
        .await?;
    contacts.get_contact(shown(get("chat-2"), &bot)?).await?;
    let refused = brief::refused(contacts.get_contact(shown(get("chat-3"), &bot)?).await);
    assert!(refused.starts_with("NotFound"), "{refused}");

    // The rows that are made again from the log say the same.
    let data = server.stop().await?;
    std::fs::remove_dir_all(data.path().join("state"))?;
    let access = signpost_server::grpc::AccessMode::Credentials;
    let clock = signpost_server::engine::Clock::External;
    let server = TestServer::with_access(data, clock, access).await?;
    let mut contacts = server.contacts();
    contacts.get_contact(shown(get("chat-1"), &bot)?).await?;
    let refused = brief::refused(contacts.get_contact(shown(get("chat-1"), &other)?).await);
    assert!(refused.starts_with("NotFound"), "{refused}");
    let taken = take("chat-1", v1::Route::Human, 10);
    contacts.select_route(shown(taken, &bot)?).await?;
    contacts
        .end_contact(shown(
            end("chat-1", v1::ContactOutcome::Resolved, 11),
            &bot,
        )?)
        .await?;
    server.finish().await?;
    Ok(())
}
