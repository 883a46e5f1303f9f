//! Over the wire: who may read a note.

use crate::bench::Bench;
use expect_test::expect;
use signpost_client::v1;
use signpost_tests::time::minute;
use signpost_tests::{Outcome, brief};
use v1::{NoteAudience, ValueState};

fn note(case: &str, text: &str, audience: i32) -> v1::AddCaseNoteRequest {
    v1::AddCaseNoteRequest {
        request_id: text.to_owned(),
        case_id: case.to_owned(),
        text: text.to_owned(),
        etag: String::new(),
        event_time: Some(minute(2)),
        audience,
    }
}

async fn case_of(bench: &Bench) -> Outcome<String> {
    let contact = v1::GetContactRequest {
        contact_id: "call-1".to_owned(),
        ..Default::default()
    };
    let contact = bench.server.client().get_contact(contact).await?.contact;
    Ok(contact.unwrap_or_default().case_id)
}

#[tokio::test]
async fn a_note_is_internal_unless_it_is_for_the_customer() -> Outcome {
    let bench = Bench::new().await?;
    let case = case_of(&bench).await?;
    for (text, audience) in [
        ("nobody said", NoteAudience::Unspecified),
        ("for us", NoteAudience::Internal),
        ("for them", NoteAudience::Customer),
    ] {
        let client = bench.server.client();
        client
            .add_case_note(note(&case, text, audience.into()))
            .await?;
    }
    let server = bench.server.restart().await?;
    let asked = v1::ListCaseTimelineRequest {
        case_id: case.clone(),
        ..Default::default()
    };
    let told = server.client().list_case_timeline(asked).await?.entries;
    let seen = told.iter().map(|entry| {
        let has_note = !entry.note_id.is_empty();
        assert_eq!(entry.text_state() == ValueState::Present, has_note);
        (entry.kind(), entry.audience())
    });
    let seen: Vec<_> = seen.skip(1).collect();
    let noted = v1::TimelineKind::NoteAdded;
    let expected = [
        (noted, NoteAudience::Internal),
        (noted, NoteAudience::Internal),
        (noted, NoteAudience::Customer),
    ];
    assert_eq!(seen, expected);
    assert_eq!(told[0].audience(), NoteAudience::Unspecified);
    Ok(())
}

#[tokio::test]
async fn readers_that_there_are_not_are_refused() -> Outcome {
    let bench = Bench::new().await?;
    let case = case_of(&bench).await?;
    let mut told = Vec::new();
    for audience in [3, -1, i32::MAX] {
        let refused = note(&case, "hello", audience);
        let refused = bench.server.cases().add_case_note(refused).await;
        told.push(brief::refused(refused));
    }
    expect![[r#"
        InvalidArgument
          audience: is not known to this server
        InvalidArgument
          audience: is not known to this server
        InvalidArgument
          audience: is not known to this server
    "#]]
    .assert_eq(&brief::all(&told));
    bench.unchanged().await
}
