//! Backups of a running server, and what is made of them.

mod broken_off;
mod bucket;
mod damage;
mod export;
mod keys;
mod refused;
mod restored;

use signpost_tests::Outcome;
use signpost_tests::listed::Played;
use signpost_tests::server::TestServer;

/// A server with a morning of so many contacts.
async fn morning(contacts: i64) -> Outcome<(TestServer, Played)> {
    let server = TestServer::start().await?;
    let mut played = Played::default();
    played.play(server.client(), 0, contacts).await?;
    Ok((server, played))
}
