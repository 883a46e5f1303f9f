//! The commands of docs/security.md, followed word by word: the certificates that they make are taken by a server and a
//! client.

use signpost_tests::Outcome;
use signpost_tests::page;
use signpost_tests::process::{Ran, ServerProcess, root, shell};
use std::fs;

const PAGE: &str = include_str!("../../../docs/security.md");
/// The port in the page.
const PORT: &str = ":7100";

#[test]
fn the_commands_of_the_page_do_what_it_says() -> Outcome {
    let folder = tempfile::tempdir()?;
    let blocks = page::blocks(PAGE);
    let (certificates, rest): (Vec<&str>, Vec<&str>) =
        blocks.partition(|block| block.starts_with("openssl"));
    assert_eq!(
        (certificates.len(), rest.len()),
        (3, 7),
        "the blocks of the page"
    );
    for block in certificates {
        let ran = Ran::of(&mut shell(folder.path(), block)?)?;
        assert_eq!(ran.code, Some(0), "{block}: {ran:?}");
    }
    let (start, calls) = rest.split_first().ok_or("nothing starts the server")?;
    assert!(
        start.starts_with("signpostd ") && start.contains(PORT),
        "{start}"
    );
    // A port that is free; and the shell becomes the server, so that its process can be ended.
    let start = format!("exec {}", start.replace(PORT, ":0"));
    let log = folder.path().join("stderr");
    let server = ServerProcess::spawn(&mut shell(folder.path(), &start)?, &log)?;
    let port = server
        .address()
        .rsplit(':')
        .next()
        .ok_or("no port")?
        .to_owned();
    for call in calls {
        let call = call.replace(PORT, &format!(":{port}"));
        let ran = Ran::of(&mut shell(folder.path(), &call)?)?;
        assert_eq!(ran.code, Some(0), "{call}: {ran:?}");
        assert!(!ran.stdout.is_empty(), "{call}: {ran:?}");
    }
    // The log of a server whose callers show who they are has no warning about who may call.
    let logged = fs::read_to_string(&log)?;
    assert!(!logged.contains("may do everything"), "{logged}");
    assert!(root().join("docs/security.md").exists());
    Ok(())
}
