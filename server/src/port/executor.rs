//! Runs the calls of connections of HTTP/2: each in a task of its own, except those that are answered at once.

use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

thread_local! {
    /// Whether the call that is about to be run is answered at once.
    static AT_ONCE: Cell<bool> = const { Cell::new(false) };
}

/// Notes that the call that is being taken in has its answer as soon as its request was read. A task of its own would
/// cost more than the answer, and a server that sheds calls has no time for it.
pub(crate) fn will_answer_at_once() {
    AT_ONCE.set(true);
}

/// The executor of connections.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallExecutor;

impl<F> hyper::rt::Executor<F> for CallExecutor
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, call: F) {
        if !AT_ONCE.take() {
            tokio::spawn(call);
            return;
        }
        let mut call = Box::pin(call);
        // If it is not done all the same, a task takes it over, whose first look leaves another waker.
        let mut context = Context::from_waker(Waker::noop());
        if Pin::as_mut(&mut call).poll(&mut context) == Poll::Pending {
            tokio::spawn(call);
        }
    }
}
