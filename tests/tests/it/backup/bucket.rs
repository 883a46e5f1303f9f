//! Backups in a store of objects, of which a real one runs beside the tests.

use super::morning;
use crate::interop::PYTHON_VARIABLE;
use serde_json::Value;
use signpost_server::engine::Clock;
use signpost_tests::Outcome;
use signpost_tests::long_form::say;
use signpost_tests::objects::{AWS, BUCKET, Holding, Objects, Then};
use signpost_tests::process::{Ran, signpost, signpostd, text};
use signpost_tests::restoring::all_answers;
use signpost_tests::server::{Data, TestServer};
use std::process::Command;
use tokio::task::spawn_blocking;

/// A store of objects; `None` where Python is missing.
fn objects(strict: bool) -> Outcome<Option<Objects>> {
    let Some(python) = std::env::var_os(PYTHON_VARIABLE) else {
        say(&format!(
            "not tested with a store of objects: {PYTHON_VARIABLE} names no Python"
        ));
        return Ok(None);
    };
    Objects::start(&python, strict).map(Some)
}

fn place(prefix: &str) -> String {
    format!("s3://{BUCKET}/{prefix}")
}

/// Without what the machine says of AWS.
fn aws(mut command: Command) -> Command {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command.envs(AWS);
    command
}

async fn run(mut command: Command) -> Outcome<Ran> {
    spawn_blocking(move || Ran::of(&mut command)).await?
}

/// Backs up to this place through this URL.
fn backing_up(server: &TestServer, place: &str, url: &str) -> Outcome<Command> {
    let address = server.address().to_string();
    let arguments = ["backup", place, "--s3-endpoint", url, "--json"];
    Ok(aws(signpost(&address, &arguments)?))
}

async fn back_up(server: &TestServer, place: &str, url: &str) -> Outcome<Value> {
    run(backing_up(server, place, url)?).await?.json()
}

async fn verify(place: &str, url: &str) -> Outcome<Value> {
    let arguments = ["backup", "verify", place, "--s3-endpoint", url, "--json"];
    run(aws(signpost("127.0.0.1:1", &arguments)?)).await?.json()
}

/// Restores by `signpostd`, whose store of objects is named by a variable.
async fn restored(place: &str, url: &str, of: &TestServer) -> Outcome<Data> {
    let data = Data::new()?;
    let (to, keys) = (data.path(), of.data().path().join("keys"));
    let arguments = ["restore", "--from", place, "--to", text(&to)?];
    let mut command = aws(signpostd(
        &[&arguments[..], &["--keys", text(&keys)?]].concat(),
    )?);
    command.env("AWS_ENDPOINT_URL", url);
    let ran = run(command).await?;
    match ran.code {
        Some(0) => Ok(data),
        _ => Err(format!("it is not restored: {ran:?}").into()),
    }
}

fn number(told: &Value, name: &str) -> Outcome<u64> {
    Ok(told[name]
        .as_u64()
        .ok_or_else(|| format!("no {name}: {told}"))?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_holds_what_a_folder_holds() -> Outcome {
    let Some(objects) = objects(false)? else {
        return Ok(());
    };
    let (server, mut played) = morning(60).await?;
    let (place, url) = (place("prod/signpost"), objects.url());
    let first = back_up(&server, &place, url).await?;
    let first_last = number(&first, "lastEvent")?;
    assert_eq!(number(&first, "newEventCount")?, first_last);
    let nothing = back_up(&server, &place, url).await?;
    assert_eq!(number(&nothing, "newEventCount")?, 0);
    // Twice the manifest, and not the events again.
    assert!(number(&nothing, "writtenBytes")? < number(&first, "backupBytes")? / 2);

    played.play(server.client(), 60, 30).await?;
    let second = back_up(&server, &place, url).await?;
    let last = number(&second, "lastEvent")?;
    assert_eq!(number(&second, "newEventCount")?, last - first_last);
    let verified = verify(&place, url).await?;
    assert_eq!(number(&verified, "eventCount")?, last);
    assert_eq!(verified["leftOver"], Value::Array(Vec::new()));

    let asked = all_answers(&server).await?;
    let data = restored(&place, url, &server).await?;
    let again = TestServer::on(data, Clock::External).await?;
    let answers = all_answers(&again).await?;
    assert_eq!(answers, asked);

    // Another store's backup is left alone, and so is what is none.
    let other = TestServer::start().await?;
    let refused = run(backing_up(&other, &place, url)?).await?;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    let above = run(backing_up(&other, "s3://backups/prod", url)?).await?;
    assert!(
        above
            .stderr
            .contains("holds `signpost` but no MANIFEST.json"),
        "{above:?}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_breaks_off_leaves_the_backup_of_before_and_is_continued() -> Outcome {
    let Some(objects) = objects(false)? else {
        return Ok(());
    };
    let (server, mut played) = morning(40).await?;
    let (place, url) = (place("cut"), objects.url());
    let first = number(&back_up(&server, &place, url).await?, "lastEvent")?;
    played.play(server.client(), 40, 20).await?;
    // Of the second backup's writes the second is that of the events, and the third the manifest after them.
    for (nth, bytes) in [(2, 700), (3, 0)] {
        let holding = Holding::start(&objects, nth, bytes)?;
        let command = backing_up(&server, &place, holding.url())?;
        holding.then(Then::Cut)?;
        let ran = run(command).await?;
        assert_eq!(ran.code, Some(1), "{ran:?}");
        holding.wait()?;
        let target = verify_lenient(&place, url).await?;
        assert_eq!(number(&target, "eventCount")?, first);
        assert_eq!(target["faults"], Value::Array(Vec::new()));
    }
    // The events are there, though no manifest names them yet: they are not sent again.
    let whole = back_up(&server, &place, url).await?;
    assert!(number(&whole, "newEventCount")? > 0);
    assert!(
        number(&whole, "writtenBytes")? < number(&whole, "backupBytes")?,
        "{whole}"
    );
    let verified = verify(&place, url).await?;
    assert_eq!(
        number(&verified, "eventCount")?,
        number(&whole, "lastEvent")?
    );
    let data = restored(&place, url, &server).await?;
    let asked = all_answers(&server).await?;
    assert_eq!(
        all_answers(&TestServer::on(data, Clock::External).await?).await?,
        asked
    );
    Ok(())
}

/// A backup that broke off may say so with exit code 1.
async fn verify_lenient(place: &str, url: &str) -> Outcome<Value> {
    let arguments = ["backup", "verify", place, "--s3-endpoint", url, "--json"];
    let ran = run(aws(signpost("127.0.0.1:1", &arguments)?)).await?;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    Ok(serde_json::from_str(
        ran.stdout.lines().next().unwrap_or_default(),
    )?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_at_the_same_time_one_is_refused_and_the_backup_is_whole() -> Outcome {
    let Some(objects) = objects(false)? else {
        return Ok(());
    };
    let (server, mut played) = morning(20).await?;
    let (place, url) = (place("two"), objects.url());
    back_up(&server, &place, url).await?;
    played.play(server.client(), 20, 10).await?;
    let holding = Holding::start(&objects, 3, 0)?;
    let slow = tokio::spawn(run(backing_up(&server, &place, holding.url())?));
    let holding = spawn_blocking(move || {
        holding
            .wait()
            .map(|()| holding)
            .map_err(|it| it.to_string())
    });
    let holding = holding.await??;
    played.play(server.client(), 30, 5).await?;
    let quick = back_up(&server, &place, url).await?;
    holding.then(Then::Pass)?;
    let slow = slow.await??;
    assert_eq!(slow.code, Some(1), "{slow:?}");
    assert!(
        slow.stderr.contains("another backup is being written"),
        "{slow:?}"
    );
    let verified = verify(&place, url).await?;
    assert_eq!(
        number(&verified, "eventCount")?,
        number(&quick, "lastEvent")?
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_let_in_is_told() -> Outcome {
    let Some(store) = objects(true)? else {
        return Ok(());
    };
    let (server, _) = morning(1).await?;
    let strict = store.url();
    for (place, url, code, told) in [
        ("s3://backups/p", strict, 2, "no access to s3://backups/p: "),
        (
            "s3://backups/p",
            "http://192.0.2.1:9000",
            2,
            "--s3-allow-http",
        ),
        (
            "s3://backups/p",
            "ftp://localhost",
            2,
            "must begin with https://",
        ),
        ("s3://backups//p", strict, 2, "single slashes"),
        ("folder", strict, 2, "is for s3://BUCKET/PREFIX alone"),
        (
            "s3://backups/p",
            "http://127.0.0.1:1",
            1,
            "could not list s3://backups/p: ",
        ),
    ] {
        let ran = run(backing_up(&server, place, url)?).await?;
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert!(ran.stderr.contains(told), "{ran:?}");
        assert!(!ran.stderr.contains("a-secret"), "{ran:?}");
    }
    let mut nobody = backing_up(&server, "s3://backups/p", strict)?;
    AWS.iter()
        .for_each(|(name, _)| drop(nobody.env_remove(name).get_args()));
    let ran = run(nobody).await?;
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.stderr
            .contains("there are no credentials: set AWS_ACCESS_KEY_ID"),
        "{ran:?}"
    );
    let lenient = objects(false)?.ok_or("no Python")?;
    let ran = run(backing_up(&server, "s3://elsewhere/p", lenient.url())?).await?;
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.stderr.contains("there is no bucket elsewhere"),
        "{ran:?}"
    );
    Ok(())
}
