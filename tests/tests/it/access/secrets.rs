//! Secrets are nowhere but in the answer that shows them: not in the folder, not in the log, not in feeds or errors.

use super::{new_token, shown};
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::process::{Ran, ServerProcess, signpostd, text};
use signpost_tests::server::Data;
use std::path::Path;
use tonic::transport::Endpoint;
use v1::access_service_client::AccessServiceClient;
use v1::event_item::Item;
use v1::feed_service_client::FeedServiceClient;

/// The forms of a secret that are looked for: its digits, and the bytes that they stand for.
fn forms(token: &str) -> Outcome<Vec<Vec<u8>>> {
    let digits = token.rsplit('_').next().ok_or("no secret")?;
    let bytes: Result<Vec<u8>, _> = (0..digits.len() / 2)
        .map(|place| u8::from_str_radix(&digits[2 * place..2 * place + 2], 16))
        .collect();
    Ok(vec![digits.as_bytes().to_vec(), bytes?])
}

fn holds(bytes: &[u8], sought: &[Vec<u8>]) -> bool {
    sought
        .iter()
        .any(|form| bytes.windows(form.len()).any(|part| part == &form[..]))
}

/// The files below a folder that hold what is sought, and how many were looked at.
fn searched(folder: &Path, sought: &[Vec<u8>]) -> Outcome<(Vec<String>, usize)> {
    let (mut found, mut files, mut folders) = (Vec::new(), 0, vec![folder.to_path_buf()]);
    while let Some(inner) = folders.pop() {
        for entry in std::fs::read_dir(inner)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            if holds(&std::fs::read(&path)?, sought) {
                found.push(path.display().to_string());
            }
        }
    }
    Ok((found, files))
}

#[tokio::test]
async fn a_secret_is_nowhere_but_in_its_answer() -> Outcome {
    let data = Data::new()?;
    let folder = data.path();
    let made = [
        "token",
        "create",
        "--data",
        text(&folder)?,
        "--role",
        "admin",
    ];
    let made = Ran::of(&mut signpostd(&made)?)?;
    let admin = made.stdout.trim().to_owned();
    let arguments = ["--access", "credentials", "--log-filter", "trace"];
    let server = ServerProcess::start(&data, &arguments)?;
    let channel = Endpoint::from_shared(format!("http://{}", server.address()))?.connect_lazy();
    let mut access = AccessServiceClient::new(channel.clone());
    let request = new_token(v1::Role::Auditor, "otto");
    let created = access
        .create_token(shown(request, &admin)?)
        .await?
        .into_inner();
    let auditor = created.bearer_token;
    let mut sought = forms(&admin)?;
    sought.extend(forms(&auditor)?);

    // Errors for a wrong role, and for a secret with a wrong id.
    let refused = access
        .create_token(shown(new_token(v1::Role::Admin, "x"), &auditor)?)
        .await;
    let other = admin.replacen("0001_", "0009_", 1);
    let unknown = access
        .list_tokens(shown(v1::ListTokensRequest::default(), &other)?)
        .await;
    for status in [refused.err(), unknown.err()] {
        let status = status.ok_or("it was let in")?;
        assert!(!holds(format!("{status:?}").as_bytes(), &sought));
        assert!(!holds(status.details(), &sought));
    }
    let listed = access
        .list_tokens(shown(v1::ListTokensRequest::default(), &auditor)?)
        .await?;
    assert!(!holds(format!("{listed:?}").as_bytes(), &sought));

    // Every event, in both forms; the hashes are not there either.
    let mut feeds = FeedServiceClient::new(channel);
    for format in [v1::EventFormat::Native, v1::EventFormat::CloudEvent] {
        let watch = v1::WatchEventsRequest {
            start: v1::WatchStart::Oldest.into(),
            format: format.into(),
            ..Default::default()
        };
        let mut stream = feeds
            .watch_events(shown(watch, &auditor)?)
            .await?
            .into_inner();
        let mut events = Vec::new();
        while events.len() < 2 {
            let message = stream.message().await?.ok_or("the watch ended")?;
            events.extend(
                message
                    .items
                    .into_iter()
                    .filter(|item| matches!(item.item, Some(Item::Event(_) | Item::CloudEvent(_)))),
            );
        }
        let shown = format!("{events:?}");
        assert!(shown.contains("token_0000000000001"), "{shown}");
        assert!(
            !holds(shown.as_bytes(), &sought) && !shown.contains("hash"),
            "{shown}"
        );
    }
    let logged = server.logged()?;
    assert!(logged.len() > 1_000, "the log says much: {}", logged.len());
    assert!(!holds(logged.as_bytes(), &sought));
    assert!(!holds(made.stderr.as_bytes(), &sought));
    server.ask_to_stop()?;
    server.wait()?;
    let (found, files) = searched(&folder, &sought)?;
    assert!(found.is_empty() && files > 3, "{found:?} of {files} files");
    // The search finds what is there: the ids of the actors.
    let (found, _) = searched(&folder, &[b"otto".to_vec()])?;
    assert!(!found.is_empty());
    Ok(())
}
