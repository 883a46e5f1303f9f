//! The channel between the task of a watcher and its connection. It has room for one message. So a client that does not
//! read stops its own task and no other.

use super::{DurablePosition, PROGRESS_EVERY, STALLED_MAX, Wakeup, WatchEnd};
use crate::engine::EngineError;
use bytes::Bytes;
use signpost_domain::ids::Seq;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, Sleep, sleep};

/// The maximum number of messages that wait for the connection.
const WAITING_MAX: usize = 1;

/// The end of a watch: a last message or an error.
type LastWord = Arc<OnceLock<Result<Bytes, EngineError>>>;

/// The end of the watcher's task.
pub(super) struct WatchSender {
    messages: mpsc::Sender<Bytes>,
    last_word: LastWord,
    standing: watch::Receiver<DurablePosition>,
    /// The time until a progress message is due. It is kept, because resetting it costs less than making another.
    silence: Pin<Box<Sleep>>,
}

/// The end of the connection. It receives encoded messages.
pub(crate) struct WatchStream {
    messages: mpsc::Receiver<Bytes>,
    last_word: LastWord,
    ended: bool,
}

/// Makes both ends of a channel.
pub(super) fn channel(standing: watch::Receiver<DurablePosition>) -> (WatchSender, WatchStream) {
    let (sender, messages) = mpsc::channel(WAITING_MAX);
    let last_word = LastWord::default();
    let outlet = WatchSender {
        messages: sender,
        last_word: last_word.clone(),
        standing,
        silence: Box::pin(sleep(PROGRESS_EVERY)),
    };
    let stream = WatchStream {
        messages,
        last_word,
        ended: false,
    };
    (outlet, stream)
}

impl WatchSender {
    /// Sends a message and waits for room. If there is still no room after [`STALLED_MAX`], the watch ends with
    /// `too_slow` as its last message. If all watches end, this one ends, too.
    pub(super) async fn send(
        &mut self,
        message: Bytes,
        too_slow: impl FnOnce() -> Bytes,
    ) -> Result<(), WatchEnd> {
        let sending = tokio::time::timeout(STALLED_MAX, self.messages.send(message));
        let sent = tokio::select! {
            biased;
            sent = sending => sent,
            ended = self.standing.wait_for(|standing| standing.end.is_some()) => {
                let end = ended.ok().and_then(|standing| standing.end);
                return Err(WatchEnd::Halted(end.map_or(EngineError::Stopping, EngineError::from)));
            }
        };
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(WatchEnd::Gone),
            Err(_) => Err(self.say_last(too_slow())),
        }
    }

    /// An error if the connection is closed.
    pub(super) fn is_heard(&self) -> Result<(), WatchEnd> {
        match self.messages.is_closed() {
            true => Err(WatchEnd::Gone),
            false => Ok(()),
        }
    }

    /// Sets the last message and ends the watch.
    pub(super) fn say_last(&mut self, message: Bytes) -> WatchEnd {
        // Set only once: the caller then ends the watch.
        let _first = self.last_word.set(Ok(message));
        WatchEnd::Gone
    }

    /// Ends the watch. If it ended with an error, the connection gets the error last.
    pub(super) fn end(self, over: WatchEnd) {
        if let WatchEnd::Halted(halt) = over {
            // No last message was set in this case.
            let _first = self.last_word.set(Err(halt));
        }
    }

    /// Waits until there are events after `at`, or all watches end, or [`PROGRESS_EVERY`] has passed without
    /// an event.
    pub(super) async fn news(&mut self, at: Seq) -> Result<Wakeup, WatchEnd> {
        self.silence.as_mut().reset(Instant::now() + PROGRESS_EVERY);
        let is_news = |standing: &DurablePosition| standing.last > at || standing.end.is_some();
        tokio::select! {
            biased;
            standing = self.standing.wait_for(is_news) => match standing {
                Ok(standing) => Ok(Wakeup::UpTo(standing.last)),
                Err(_) => Err(WatchEnd::Halted(EngineError::Stopping)),
            },
            () = self.messages.closed() => Err(WatchEnd::Gone),
            () = self.silence.as_mut() => Ok(Wakeup::Nothing),
        }
    }
}

impl WatchStream {
    /// The next message or error; `None` at the end.
    pub(crate) fn poll_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, EngineError>>> {
        match self.messages.poll_recv(context) {
            Poll::Ready(None) if !self.ended => {
                self.ended = true;
                Poll::Ready(self.last_word.get().cloned())
            }
            Poll::Ready(message) => Poll::Ready(message.map(Ok)),
            Poll::Pending => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::End;
    use std::future::poll_fn;

    const STANDING: DurablePosition = DurablePosition {
        last: Seq(0),
        end: None,
    };

    fn shown(next: Option<Result<Bytes, EngineError>>) -> String {
        match next {
            Some(Ok(message)) => String::from_utf8_lossy(&message).into_owned(),
            Some(Err(halt)) => format!("{halt:?}"),
            None => "the end".to_owned(),
        }
    }

    async fn all(mut stream: WatchStream) -> Vec<String> {
        let mut all = Vec::new();
        while all.last().map(String::as_str) != Some("the end") {
            all.push(shown(poll_fn(|context| stream.poll_next(context)).await));
        }
        all
    }

    fn late() -> Bytes {
        Bytes::from_static(b"too slow")
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_for_too_long_is_told_so_at_last() {
        let standing = watch::Sender::new(STANDING);
        let (mut outlet, stream) = channel(standing.subscribe());
        assert!(outlet.send(Bytes::from_static(b"one"), late).await.is_ok());
        let over = outlet.send(Bytes::from_static(b"two"), late).await;
        assert!(matches!(over, Err(WatchEnd::Gone)));
        outlet.end(WatchEnd::Gone);
        assert_eq!(all(stream).await, ["one", "too slow", "the end"]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_does_not_hold_the_stop_up() {
        let standing = watch::Sender::new(STANDING);
        let (mut outlet, stream) = channel(standing.subscribe());
        assert!(outlet.send(Bytes::from_static(b"one"), late).await.is_ok());
        standing.send_modify(|standing| standing.end = Some(End::Stopping));
        let over = outlet.send(Bytes::from_static(b"two"), late).await;
        if let Err(over) = over {
            outlet.end(over);
        }
        assert_eq!(all(stream).await, ["one", "Stopping", "the end"]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_left_ends_the_watch() {
        let standing = watch::Sender::new(STANDING);
        let (mut outlet, stream) = channel(standing.subscribe());
        drop(stream);
        let over = outlet.news(Seq(0)).await;
        assert!(matches!(over, Err(WatchEnd::Gone)), "{over:?}");
        let over = outlet.send(Bytes::from_static(b"one"), late).await;
        assert!(matches!(over, Err(WatchEnd::Gone)));
    }
}
