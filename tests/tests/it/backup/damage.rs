//! Damage in a backup: found, named, and never restored.

use super::morning;
use signpost_client::v1;
use signpost_server::engine::Clock;
use signpost_tests::Outcome;
use signpost_tests::process::{Ran, signpost, text};
use signpost_tests::restoring::{AFTER, back_up, bulky, chunks, restore, restored, stored_events};
use signpost_tests::server::{Data, FLIGHTS, TestServer};
use std::fs;
use std::path::Path;

async fn verify(place: &Path) -> Outcome<Ran> {
    // No server is needed.
    let mut command = signpost("127.0.0.1:1", &["backup", "verify", text(place)?, "--json"])?;
    tokio::task::spawn_blocking(move || Ran::of(&mut command)).await?
}

/// What is wrong, as `verify` tells it.
fn faults(ran: &Ran) -> Outcome<Vec<serde_json::Value>> {
    let told: serde_json::Value = serde_json::from_str(&ran.stdout)?;
    Ok(told["faults"].as_array().ok_or("no faults")?.clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_flipped_bit_of_a_backup_is_found_and_named() -> Outcome {
    let (server, _) = morning(10).await?;
    // Several files of events.
    for number in 0..8 {
        server.publish(&bulky(FLIGHTS, number), AFTER).await?;
    }
    let place = server.data().beside().join("backup");
    let made = back_up(&server, &place).await?;
    let last = made["lastEvent"].as_u64().ok_or("no last event")?;
    let ours = server.stop().await?;
    let whole = verify(&place).await?;
    assert_eq!(whole.json()?["eventCount"], last);
    assert_eq!(faults(&whole)?, Vec::<serde_json::Value>::new());
    let files = chunks(&place)?;
    assert!(files.len() > 2, "{files:?}");

    let nowhere = Data::new()?;
    for file in &files {
        let bytes = fs::read(file)?;
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            fs::write(file, &flipped)?;
            let found = verify(&place).await?;
            assert_eq!(found.code, Some(3), "{found:?}");
            let faults = faults(&found)?;
            assert_eq!(faults.len(), 1, "{found:?}");
            assert_eq!(faults[0]["path"], text(file)?);
        }
        let refused = restore(&place, &nowhere.path(), &["--without-keys", "--skip-check"]).await?;
        assert_eq!(refused.code, Some(1));
        assert!(refused.stderr.contains(text(file)?), "{refused:?}");
        // What was begun is gone.
        let left = fs::read_dir(nowhere.path())?;
        assert_eq!(left.count(), 0);
        fs::write(file, &bytes)?;
    }

    // What comes before a damaged file can be restored, as the error says.
    let third = files.get(2).ok_or("no third file")?;
    let kept = fs::read(third)?;
    fs::remove_file(third)?;
    let found = verify(&place).await?;
    assert!(found.stdout.contains("it is missing"), "{found:?}");
    let refused = restore(&place, &nowhere.path(), &["--without-keys"]).await?;
    let (_, sequence) = refused
        .stderr
        .trim_end()
        .rsplit_once(' ')
        .ok_or("no number")?;
    let (data, _) = restored(&place, &ours, &["--to-sequence", sequence]).await?;
    let before = stored_events(&data, u64::MAX >> 1)?;
    assert_eq!(before.len().to_string(), sequence);
    assert_eq!(before, stored_events(&ours, before.len() as u64)?);
    fs::write(third, kept)?;

    // The list of files, every byte of it.
    let manifest = place.join("MANIFEST.json");
    let bytes = fs::read(&manifest)?;
    for at in (0..bytes.len()).step_by(bytes.len() / 12) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        fs::write(&manifest, &flipped)?;
        let found = verify(&place).await?;
        let is_named = found.code == Some(3) && found.stderr.contains("MANIFEST.json is damaged");
        assert!(
            is_named || found.json()?["eventCount"] == last,
            "byte {at}: {found:?}"
        );
    }
    fs::write(&manifest, &bytes)?;
    assert_eq!(verify(&place).await?.code, Some(0));

    // Nothing is added to a backup whose first file is gone or short, for it could not be restored.
    let server = TestServer::on(ours, Clock::External).await?;
    let first = files.first().ok_or("no file")?;
    let bytes = fs::read(first)?;
    fs::write(first, &bytes[..bytes.len() - 1])?;
    let short = server.signpost(&["backup", text(&place)?]).await?;
    assert_eq!(short.code, Some(3), "{short:?}");
    assert!(short.stderr.contains("bytes instead of"), "{short:?}");
    let refused = restore(&place, &nowhere.path(), &["--without-keys"]).await?;
    let words = "nothing comes before it: restore from another backup";
    assert!(refused.stderr.contains(words), "{refused:?}");
    fs::remove_file(first)?;
    let gone = server.signpost(&["backup", text(&place)?]).await?;
    assert_eq!(gone.code, Some(3), "{gone:?}");
    assert!(gone.stderr.contains("it is missing"), "{gone:?}");
    fs::write(first, bytes)?;

    // A damaged end is not gone on from.
    let newest = files.last().ok_or("no file")?;
    let bytes = fs::read(newest)?;
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    fs::write(newest, &flipped)?;
    let refused = server.signpost(&["backup", text(&place)?]).await?;
    assert_eq!(refused.code, Some(3));
    assert!(refused.stderr.contains(text(newest)?), "{refused:?}");
    server
        .client()
        .count_reasons(v1::CountReasonsRequest::default())
        .await?;
    Ok(())
}
