//! What tells one write from another: the caller's key, the method, a hash of the content.

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

/// A hash of the method and of the message, which has no request id any more.
pub(crate) fn content(method: Method, message: &impl Message) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[method as u8]);
    hasher.update(&message.encode_to_vec());
    let mut content = [0; 16];
    hasher.finalize_xof().fill(&mut content);
    content
}

impl Validator {
    /// Begins with a write of this request id, and what tells it from every other. The message has no request id any
    /// more.
    pub(super) fn of_write(
        method: Method,
        request_id: &str,
        message: &impl Message,
    ) -> (Validator, Option<IdempotencyKey>) {
        let mut validator = Validator::default();
        let key = validator.stamp(request_id, method, content(method, message));
        (validator, key)
    }

    /// What tells this write from every other.
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

    /// The caller's time.
    pub(super) fn event_time(
        &mut self,
        told: Option<prost_types::Timestamp>,
        caller: &Caller,
    ) -> Option<UnixMs> {
        let at = FieldPath::top("event_time");
        if told.is_none() && caller.event_time == EventTime::Required {
            self.fault(
                at,
                "must be set: this server takes its time from the requests",
            );
        }
        self.check(at, told.map(values::instant).transpose())?
    }

    /// What the caller saw of a case or a customer, `what`: `None` for a fault, `Some(None)` for nothing in particular.
    pub(super) fn seen(&mut self, etag: &str, what: &str) -> Option<Option<Seq>> {
        self.seen_at(FieldPath::top("etag"), etag, what)
    }

    /// As [`Validator::seen`], of an etag that is told there.
    pub(super) fn seen_at(
        &mut self,
        at: FieldPath<'_>,
        etag: &str,
        what: &str,
    ) -> Option<Option<Seq>> {
        if etag.is_empty() {
            return Some(None);
        }
        let shape =
            |_: std::num::ParseIntError| format!("must be the etag of an answer about this {what}");
        let parsed = etag.parse().map_err(shape);
        self.check(at, parsed).map(|seq| Some(Seq(seq)))
    }

    /// The command. One whose content has faults is a command too, as long as it says who asks and by which request
    /// id: a replay is answered as it was, whatever playbook is live now.
    ///
    /// # Errors
    /// The faults of a request that does not say so much.
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
            body,
        })
    }
}
