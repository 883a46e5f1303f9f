//! Keys of personal data: in no backup, copied apart, and what a restore makes of them.

use crate::erasure::{OTHERS, SECRETS, answers, bytes, erase, has, is_erased_in, lived_in, reads};
use signpost_backup::unpack;
use signpost_server::engine::Clock;
use signpost_tests::Outcome;
use signpost_tests::attempt::Attempt;
use signpost_tests::process::{Ran, signpostd, text};
use signpost_tests::restoring::{back_up, chunks, restore};
use signpost_tests::server::{Data, TestServer};
use std::fs;
use std::path::Path;

/// Copies the keys of a folder as `signpostd keys backup` does.
async fn copy_keys(data: &Data, to: &Path) -> Outcome<String> {
    let data = data.path();
    let mut command = signpostd(&["keys", "backup", "--data", text(&data)?, "--to", text(to)?])?;
    let ran = tokio::task::spawn_blocking(move || Ran::of(&mut command)).await??;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("has the master key"), "{ran:?}");
    Ok(ran.stdout)
}

/// A folder made with these keys, and what was printed.
async fn with_keys(place: &Path, keys: &Path) -> Outcome<(Data, String)> {
    let data = Data::new()?;
    let ran = restore(place, &data.path(), &["--keys", text(keys)?]).await?;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("nothing is lost or twice"), "{ran:?}");
    Ok((data, ran.stdout))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_erased_stays_so_in_a_restore_of_before_and_of_after() -> Outcome {
    let server = lived_in().await?;
    let beside = server.data().beside().to_owned();
    let place = beside.join("backup");
    let (older, copies) = (beside.join("older"), beside.join("copies"));
    back_up(&server, &place).await?;
    copy_keys(server.data(), &older).await?;
    // A backup has nothing of what was told, of nobody.
    for chunk in chunks(&place)? {
        let events = unpack(&fs::read(chunk)?)?;
        for text in SECRETS.iter().chain(&OTHERS) {
            assert!(!has(&events, text), "the backup has {text}");
        }
    }
    // With its keys everybody is there again.
    let (whole, _) = with_keys(&place, &older).await?;
    let whole = TestServer::on(whole, Clock::External).await?;
    assert_eq!(
        reads(&whole, "anna-secret").await?.customer_id,
        "anna-secret"
    );
    whole.finish().await?;

    server.client().erase_customer(erase(false)).await?;
    copy_keys(server.data(), &copies).await?;

    // The backup of before, with the newer keys.
    let (data, told) = with_keys(&place, &copies).await?;
    assert!(!told.contains("erased again"), "{told}");
    is_erased_in(data).await?;
    // And with those of the store itself.
    let (data, _) = with_keys(&place, &server.data().path().join("keys")).await?;
    is_erased_in(data).await?;

    // The backup of after, with older keys: what the log says is done again before anybody can read.
    back_up(&server, &place).await?;
    let (data, told) = with_keys(&place, &older).await?;
    assert!(told.contains("erased again: 1"), "{told}");
    let data = is_erased_in(data).await?;

    // The restored store goes on, with keys of its own, and can be backed up and restored again.
    let again = TestServer::on(data, Clock::External).await?;
    let call = Attempt::new("call-9", "phone").of("dora-fourth").at(60);
    again.client().route_contact(call.route()).await?;
    let second = again.data().beside().join("second");
    back_up(&again, &second).await?;
    let (data, _) = with_keys(&second, &again.data().path().join("keys")).await?;
    let third = TestServer::on(data, Clock::External).await?;
    answers(&third).await?;
    assert_eq!(
        reads(&third, "dora-fourth").await?.customer_id,
        "dora-fourth"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_says_where_keys_are_or_that_there_are_none() -> Outcome {
    let server = lived_in().await?;
    let place = server.data().beside().join("backup");
    back_up(&server, &place).await?;
    let data = Data::new()?;
    let refused = restore(&place, &data.path(), &[]).await?;
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("--keys DIR"), "{refused:?}");
    assert!(refused.stderr.contains("--without-keys"), "{refused:?}");
    assert!(!data.path().exists());
    // A folder with no keys, and the keys of another store.
    let no_keys = restore(&place, &data.path(), &["--keys", text(&place)?]).await?;
    assert!(no_keys.stderr.contains("holds no keys"), "{no_keys:?}");
    assert!(!data.path().exists());
    let other = lived_in().await?;
    let keys = other.data().path().join("keys");
    let others = restore(&place, &data.path(), &["--keys", text(&keys)?]).await?;
    assert_eq!(others.code, Some(1), "{others:?}");
    assert!(others.stderr.contains("does not open"), "{others:?}");
    fs::remove_dir_all(data.path())?;

    // Without keys all that is personal is erased, and the store goes on.
    let ran = restore(&place, &data.path(), &["--without-keys"]).await?;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let server = TestServer::on(data, Clock::External).await?;
    for gone in ["anna-secret", "ben-other", "cee-third"] {
        assert!(reads(&server, gone).await.is_err(), "{gone} is there");
    }
    let call = Attempt::new("call-9", "phone").of("ben-other").at(60);
    server.client().route_contact(call.route()).await?;
    let server = server.restart().await?;
    assert_eq!(reads(&server, "ben-other").await?.customer_id, "ben-other");
    let data = server.stop().await?;
    data.fold()?;
    let bytes = bytes(&data)?;
    for text in SECRETS.iter().chain(&["BENREF", "cee-third"]) {
        assert!(!has(&bytes, text), "the folder has {text}");
    }
    Ok(())
}
