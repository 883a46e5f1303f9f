//! Between a watcher's task and its connection: room for one message, so that whoever does not read stops its own
//! task and nobody else.

use super::{Over, STALLED_MAX};
use crate::engine::Halt;
use bytes::Bytes;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// Messages that wait for the connection.
const WAITING_MAX: usize = 1;

/// The watcher's end.
pub(super) struct Outlet {
    messages: mpsc::Sender<Result<Bytes, Halt>>,
    last_word: Arc<OnceLock<Bytes>>,
}

/// The connection's end: messages, encoded.
pub(crate) struct Told {
    messages: mpsc::Receiver<Result<Bytes, Halt>>,
    last_word: Arc<OnceLock<Bytes>>,
    ended: bool,
}

/// Both ends.
pub(super) fn channel() -> (Outlet, Told) {
    let (sender, messages) = mpsc::channel(WAITING_MAX);
    let last_word = Arc::<OnceLock<Bytes>>::default();
    let outlet = Outlet {
        messages: sender,
        last_word: last_word.clone(),
    };
    let told = Told {
        messages,
        last_word,
        ended: false,
    };
    (outlet, told)
}

impl Outlet {
    /// Sends a message, waiting for room. Where there is none for [`STALLED_MAX`] the watch is over, with `too_slow`
    /// as its last word.
    pub(super) async fn send(
        &mut self,
        message: Bytes,
        too_slow: impl FnOnce() -> Bytes,
    ) -> Result<(), Over> {
        let sent = tokio::time::timeout(STALLED_MAX, self.messages.send(Ok(message)));
        match sent.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Over::Gone),
            Err(_) => Err(self.say_last(too_slow())),
        }
    }

    /// Ends the watch with these words.
    pub(super) fn say_last(&mut self, message: Bytes) -> Over {
        // Said once: whoever says it ends the watch.
        let _first = self.last_word.set(message);
        Over::Gone
    }

    /// Tells why the watch ended, if somebody listens.
    pub(super) async fn end(&mut self, over: Over) {
        if let Over::Halted(halt) = over {
            // Whoever does not read finds the connection ended instead.
            let _told = tokio::time::timeout(STALLED_MAX, self.messages.send(Err(halt))).await;
        }
    }

    /// Waits until nobody listens.
    pub(super) async fn closed(&self) {
        self.messages.closed().await;
    }
}

impl Told {
    /// The next message; `None` at the end.
    pub(crate) fn poll_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Halt>>> {
        match self.messages.poll_recv(context) {
            Poll::Ready(None) if !self.ended => {
                self.ended = true;
                Poll::Ready(self.last_word.get().cloned().map(Ok))
            }
            polled => polled,
        }
    }
}
