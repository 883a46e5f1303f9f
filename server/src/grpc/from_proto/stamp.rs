//! The identity of a write: the request id from the caller, the method, and a hash of the content.

use super::caller::EventTime;
use super::field_path::FieldPath;
use super::{Validator, values};
use prost::Message;
use signpost_domain::command::{Command, CommandBody};
use signpost_domain::event::{IdempotencyKey, Method};
use signpost_domain::ids::{RequestId, Seq};
use signpost_domain::refusal::Faults;
use signpost_domain::time::UnixMs;

use super::Caller;

/// A hash of the method and of the message. The message must have no request id any more.
pub(crate) fn content(method: Method, message: &impl Message) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[method as u8]);
    hasher.update(&message.encode_to_vec());
    let mut content = [0; 16];
    hasher.finalize_xof().fill(&mut content);
    content
}

impl Validator {
    /// Begins the validation of a write and makes its idempotency key. The message must have no request id any more.
    pub(super) fn of_write(
        method: Method,
        request_id: &str,
        message: &impl Message,
    ) -> (Validator, Option<IdempotencyKey>) {
        let mut validator = Validator::default();
        let key = validator.stamp(request_id, method, content(method, message));
        (validator, key)
    }

    /// The idempotency key of this write; `None` if the request id is wrong.
    pub(super) fn stamp(
        &mut self,
        request_id: &str,
        method: Method,
        content: [u8; 16],
    ) -> Option<IdempotencyKey> {
        let id = self.check(FieldPath::top("request_id"), RequestId::new(request_id))?;
        Some(IdempotencyKey {
            id,
            method,
            fingerprint: content,
        })
    }

    /// The time that the caller gives; `None` if it gives none, or if the time is wrong.
    pub(super) fn event_time(
        &mut self,
        time: Option<prost_types::Timestamp>,
        caller: &Caller,
    ) -> Option<UnixMs> {
        let at = FieldPath::top("event_time");
        if time.is_none() && caller.event_time == EventTime::Required {
            self.fault(
                at,
                "must be set: this server takes its time from the requests",
            );
        }
        self.check(at, time.map(values::instant).transpose())?
    }

    /// The version of a case or a customer (`what`) that the caller saw. `None` for a faulty etag, `Some(None)` for no
    /// etag.
    pub(super) fn seen(&mut self, etag: &str, what: &str) -> Option<Option<Seq>> {
        self.seen_at(FieldPath::top("etag"), etag, what)
    }

    /// The same as [`Validator::seen`], for an etag at the path `at`.
    pub(super) fn seen_at(
        &mut self,
        at: FieldPath<'_>,
        etag: &str,
        what: &str,
    ) -> Option<Option<Seq>> {
        if etag.is_empty() {
            return Some(None);
        }
        let shape = |_: std::num::ParseIntError| {
            format!("must be an etag that the server returned for this {what}")
        };
        let parsed = etag.parse().map_err(shape);
        self.check(at, parsed).map(|seq| Some(Seq(seq)))
    }

    /// The command. A request with faults also gives a command, if its request id is valid. So a replay gets its
    /// earlier answer, whatever playbook is live now.
    ///
    /// # Errors
    /// The faults, if the request has no valid request id.
    pub(super) fn command(
        self,
        caller: Caller,
        request: Option<IdempotencyKey>,
        event_time: Option<UnixMs>,
        body: Option<CommandBody>,
    ) -> Result<Command, Faults> {
        let Some(request) = request else {
            return self.done(None);
        };
        let body = match self.done(body) {
            Ok(body) => body,
            Err(faults) => CommandBody::Faulty(request.method, faults),
        };
        Ok(Command {
            actor: caller.actor,
            on_behalf_of: caller.on_behalf_of,
            request,
            event_time,
            may_step_clock: caller.may_step_clock,
            reach: caller.reach,
            body,
        })
    }
}
