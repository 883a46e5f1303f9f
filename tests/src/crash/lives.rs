//! A folder that several lives of a server filled, each with some answers and a stop.

use super::{Book, Caller, Load, Outcome, Process, channel, publish};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

/// What the lives are like.
#[derive(Clone, Copy, Debug)]
pub struct ServerLives {
    /// How many there are.
    pub lives: u64,
    /// The answers after which each ends.
    pub answers: u64,
    /// Callers at work at once.
    pub callers: usize,
    /// What the callers draw from.
    pub seed: u64,
}

impl ServerLives {
    /// Plays the lives of the server that `command` starts; it logs to the file `log`. Gives what was answered.
    ///
    /// # Errors
    /// When a server does not start or stop well, or a caller got another error than the end of its server.
    pub async fn play(self, command: impl Fn() -> Command, log: &Path) -> Outcome<Arc<Book>> {
        let book = Arc::new(Book::new(None));
        let callers = (0..self.callers).map(|n| Caller::new(n, self.seed));
        let mut callers: Vec<Caller> = callers.collect();
        for _ in 0..self.lives {
            let mut server = Process::start(&mut command(), log)?;
            let server_channel = channel(&server.address()?)?;
            publish(&server_channel).await?;
            book.settle(&server_channel).await?;
            let mut load = Load::start(&server_channel, callers, &book);
            load.until(self.answers).await?;
            if !server.stop()?.success() {
                return Err("a server did not stop well".into());
            }
            callers = load.end().await?;
        }
        Ok(book)
    }
}
