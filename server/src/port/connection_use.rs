//! What a connection is used for, so that one that is not can be closed.

use crate::limits::CallPermit;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tonic::Status;
use tonic::body::Body;

/// What a connection is used for.
#[derive(Debug)]
pub(super) struct ConnectionUse {
    began: Instant,
    /// Calls whose answers are not sent.
    calls: AtomicUsize,
    /// Answers with an end that are ready and not sent: the caller does not read them.
    unread: AtomicUsize,
    /// When a call began or ended, in milliseconds since `began`.
    used_at: AtomicU64,
    /// When something of an answer was sent, or an answer began to wait for that, in milliseconds since `began`.
    read_at: AtomicU64,
}

/// What becomes of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Goes,
    /// Nobody calls.
    Idle,
    /// Nobody reads.
    Unread,
}

impl ConnectionUse {
    pub(super) fn new() -> Arc<ConnectionUse> {
        Arc::new(ConnectionUse {
            began: Instant::now(),
            calls: AtomicUsize::new(0),
            unread: AtomicUsize::new(0),
            used_at: AtomicU64::new(0),
            read_at: AtomicU64::new(0),
        })
    }

    /// A call begins.
    pub(super) fn call(self: &Arc<Self>) -> CallUse {
        self.calls.fetch_add(1, Ordering::Relaxed);
        CallUse {
            of: self.clone(),
            is_unread: false,
        }
    }

    /// What becomes of the connection, if it may be idle for `idle_max` and unread for `unread_max`.
    pub(super) fn fate(&self, idle_max: Duration, unread_max: Duration) -> Fate {
        let now = self.now();
        let since =
            |at: &AtomicU64| Duration::from_millis(now.saturating_sub(at.load(Ordering::Relaxed)));
        let is_unused = self.calls.load(Ordering::Relaxed) == 0;
        let has_unread = self.unread.load(Ordering::Relaxed) > 0;
        match () {
            () if is_unused && since(&self.used_at) >= idle_max => Fate::Idle,
            () if has_unread && since(&self.read_at) >= unread_max => Fate::Unread,
            () => Fate::Goes,
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// A call of a connection, until this is dropped.
#[derive(Debug)]
pub(super) struct CallUse {
    of: Arc<ConnectionUse>,
    is_unread: bool,
}

impl CallUse {
    /// The answer is ready. `has_end` says whether it ends by itself, as that of a watch does not.
    fn answered(&mut self, has_end: bool) {
        if has_end {
            self.is_unread = true;
            let before = self.of.unread.fetch_add(1, Ordering::Relaxed);
            if before == 0 {
                self.sent();
            }
        }
    }

    /// Something of the answer is sent.
    fn sent(&self) {
        self.of.read_at.store(self.of.now(), Ordering::Relaxed);
    }
}

impl Drop for CallUse {
    fn drop(&mut self) {
        if self.is_unread {
            self.of.unread.fetch_sub(1, Ordering::Relaxed);
        }
        self.of.used_at.store(self.of.now(), Ordering::Relaxed);
        self.of.calls.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The body of an answer. While it is there, its call goes on.
pub(super) struct AnswerBody {
    body: Body,
    call: CallUse,
    /// Counts the call for its caller.
    _permit: Option<CallPermit>,
}

impl AnswerBody {
    pub(super) fn new(body: Body, mut call: CallUse, permit: Option<CallPermit>) -> AnswerBody {
        call.answered(permit.as_ref().is_some_and(CallPermit::has_end));
        AnswerBody {
            body,
            call,
            _permit: permit,
        }
    }
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if self.call.is_unread && polled.is_ready() {
            self.call.sent();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
