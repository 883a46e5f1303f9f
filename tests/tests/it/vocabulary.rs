//! The words of a playbook, as data.

use expect_test::{expect, expect_file};
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::server::TestServer;

fn request(version: &str, language: &str) -> v1::GetVocabularyRequest {
    v1::GetVocabularyRequest {
        playbook_version: version.to_owned(),
        language_code: language.to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn every_word_that_a_request_may_name_is_there() -> Outcome {
    let server = TestServer::start().await?;
    let answer = server.client().get_vocabulary(request("", "nl-NL")).await?;
    let words = answer.vocabulary.unwrap_or_default();
    assert_eq!(words.language_code, "nl");
    let published = server
        .client()
        .get_playbook(v1::GetPlaybookRequest::default())
        .await?;
    let publication = published.publication.unwrap_or_default();
    assert_eq!(words.playbook_version, publication.playbook_version);
    let of_version = request(&publication.playbook_version, "nl");
    let same = server.client().get_vocabulary(of_version).await?;
    assert_eq!(same.vocabulary, Some(words.clone()));
    let shown = v1::Vocabulary {
        playbook_version: String::new(),
        ..words
    };
    expect_file!["vocabulary.txt"].assert_eq(&format!("{shown:#?}\n"));
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_version_that_was_never_published_has_none() -> Outcome {
    let server = TestServer::start().await?;
    let refused = server
        .client()
        .get_vocabulary(request(&"0".repeat(64), ""))
        .await;
    let status = refused.err().ok_or("given")?;
    expect![[r#"
        there is no playbook 0000000000000000000000000000000000000000000000000000000000000000
    "#]]
    .assert_eq(&format!("{status}\n"));
    let refused = server
        .client()
        .get_vocabulary(request("", &"x".repeat(300)))
        .await;
    let status = refused.err().ok_or("given")?;
    expect![[r#"
        language_code: must be a language such as nl or nl-NL
    "#]]
    .assert_eq(&format!("{status}\n"));
    server.finish().await?;
    Ok(())
}
