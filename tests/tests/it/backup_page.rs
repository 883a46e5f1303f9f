//! The commands of docs/operating.md about backups, followed word by word.

use signpost_server::keys::KEPT_DAYS_DEFAULT;
use signpost_tests::Outcome;
use signpost_tests::page;
use signpost_tests::process::{Ran, ServerProcess, shell, text};
use signpost_tests::server::Data;

const PAGE: &str = include_str!("../../../docs/operating.md");

#[test]
fn the_commands_of_the_page_do_what_it_says() -> Outcome {
    let data = Data::new()?;
    let server = ServerProcess::start(&data, &["--sample", "airline"])?;
    let blocks = page::blocks(PAGE);
    let blocks: Vec<&str> = blocks.filter(|it| it.contains("./")).collect();
    assert_eq!(blocks.len(), 6, "{blocks:?}");
    assert!(PAGE.contains(&format!("**{KEPT_DAYS_DEFAULT} days**")));
    let mut told = Vec::new();
    for block in blocks {
        let mut command = shell(data.beside(), block)?;
        command.env("SIGNPOST_SERVER", server.address());
        let ran = Ran::of(&mut command)?;
        assert_eq!(ran.code, Some(0), "{block}: {ran:?}");
        told.push(ran.stdout);
    }
    let words = [
        "the backup is whole",
        "nothing is lost or twice",
        "up to event 1 ",
        "nothing is lost or twice",
        "nothing was changed",
        "nothing is lost or twice",
    ];
    for (told, words) in told.iter().zip(words) {
        assert!(told.contains(words), "{words}: {told}");
    }
    server.kill()?;
    // Each folder is one that a server takes.
    for folder in ["restored", "earlier", "imported", "encrypted"] {
        let folder = data.beside().join(folder);
        let arguments = ["--data", text(&folder)?, "--listen", "127.0.0.1:0"];
        let mut command = signpost_tests::process::signpostd(&arguments)?;
        let server = ServerProcess::spawn(&mut command, &data.beside().join("stderr"))?;
        let shown = server.signpost(&["vocabulary", "--json"])?;
        assert_eq!(shown.code, Some(0), "{shown:?}");
        server.kill()?;
    }
    Ok(())
}
