//! A data folder whose keys are lost, or are those of another store: nobody serves it, nobody makes other keys in their
//! place, and with the right keys all is there again.

use crate::erasure::{erase, lived_in, reads};
use signpost_server::doctor::look;
use signpost_server::engine::{Clock, open_folder, open_folder_to_read};
use signpost_tests::Outcome;
use signpost_tests::process::{Ran, signpostd, text};
use signpost_tests::server::{Data, TestServer};
use std::fs;

/// Why a server does not start on the folder.
async fn refusal(data: &Data) -> Outcome<String> {
    match TestServer::on(data.clone(), Clock::External).await {
        Ok(_) => Err("it started".into()),
        Err(error) => Ok(error.to_string()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_keys_and_those_of_another_store_are_refused() -> Outcome {
    let data = lived_in().await?.stop().await?;
    let other = lived_in().await?.stop().await?;
    let (keys, away) = (data.path().join("keys"), data.beside().join("away"));
    let sealed = fs::read_to_string(data.path().join("SEALED"))?;
    fs::rename(&keys, &away)?;
    // With rows and without: the rows are not made again without keys.
    for _ in 0..2 {
        let told = refusal(&data).await?;
        assert!(told.contains("holds no keys"), "{told}");
        assert!(told.contains("signpostd keys backup"), "{told}");
        assert!(!keys.exists(), "keys were made");
        for opened in [
            open_folder(&data.path()),
            open_folder_to_read(&data.path(), None),
        ] {
            let told = opened.err().ok_or("it opened")?.to_string();
            assert!(told.contains("holds no keys"), "{told}");
        }
    }
    fs::rename(other.path().join("keys"), &keys)?;
    let told = refusal(&data).await?;
    assert!(told.contains("the keys of another store"), "{told}");
    fs::remove_dir_all(&keys)?;
    fs::rename(&away, &keys)?;

    let (shard, kept) = (keys.join("0000.keys"), data.beside().join("0000.keys"));
    fs::rename(&shard, &kept)?;
    let told = refusal(&data).await?;
    assert!(told.contains("put back 0000.keys"), "{told}");
    assert!(!shard.exists(), "keys were made");
    fs::rename(&kept, &shard)?;

    assert_eq!(fs::read_to_string(data.path().join("SEALED"))?, sealed);
    let server = TestServer::on(data, Clock::External).await?;
    assert_eq!(
        reads(&server, "anna-secret").await?.customer_id,
        "anna-secret"
    );
    server.finish().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_keys_are_told_by_the_doctor_and_nothing_is_encrypted_without_them() -> Outcome {
    let data = lived_in().await?.stop().await?;
    let (from, to) = (data.path(), data.beside().join("encrypted"));
    let whole = look(&from, true)?;
    assert_eq!(whole.verdict, "whole", "{whole:?}");
    let keys = from.join("keys");
    let damaged = keys.join("0000.keys");
    let bytes = fs::read(&damaged)?;
    fs::write(&damaged, &bytes[..bytes.len() - 1])?;
    let told = look(&from, true)?;
    assert_eq!(told.verdict, "lost");
    assert!(told.findings[0].what.contains("does not open"), "{told:?}");
    fs::remove_dir_all(&keys)?;
    // With the check value of the keys and without, as an earlier start left the folder.
    for refused in ["holds no keys", "the keys are missing"] {
        let told = look(&from, false)?;
        assert_eq!((told.verdict, told.findings.len()), ("lost", 1), "{told:?}");
        assert!(told.findings[0].what.contains("holds no keys"), "{told:?}");
        assert!(told.advice[0].contains("keys backup"), "{told:?}");
        let mut command = signpostd(&["encrypt", "--from", text(&from)?, "--to", text(&to)?])?;
        let ran = tokio::task::spawn_blocking(move || Ran::of(&mut command)).await??;
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.contains(refused), "{ran:?}");
        assert!(!to.join("FORMAT").exists());
        fs::remove_file(from.join("SEALED")).unwrap_or_default();
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn older_keys_that_are_put_back_are_destroyed_again_where_all_is_folded() -> Outcome {
    let server = lived_in().await?;
    let shard = server.data().path().join("keys/0000.keys");
    let older = fs::read(&shard)?;
    server.client().erase_customer(erase(false)).await?;
    let data = server.stop().await?;
    // What is left of a tree has a node for each that goes around a destroyed key.
    let erased_bytes = fs::read(&shard)?.len();
    assert!(erased_bytes > older.len());
    fs::write(&shard, &older)?;
    fs::remove_dir_all(data.path().join("state"))?;
    let server = TestServer::on(data, Clock::External).await?;
    assert!(reads(&server, "anna-secret").await.is_err());
    assert_eq!(fs::read(&shard)?.len(), erased_bytes);
    server.finish().await?;
    Ok(())
}
