//! What the commands that write share: the key of a write, and the flags with which to send the same write again.

use super::Session;
use super::failure::Failure;
use super::values;
use clap::Args;
use signpost_client::{Client, ClientError, request_id, v1};

/// The key of a write.
#[derive(Args, Debug, Default)]
pub(crate) struct Key {
    /// The key of this write. The same key with the same content gives the same answer [default: a new key].
    #[arg(long, value_name = "KEY")]
    request_id: Option<String>,
}

impl Key {
    /// The key on the command line, or a new one.
    pub(crate) fn or_fresh(self) -> String {
        self.request_id.unwrap_or_else(request_id)
    }
}

/// The arguments that every change of a case or a customer takes.
#[derive(Args, Debug)]
pub(crate) struct Change {
    /// Refuse if there was a change since the answer with this etag.
    #[arg(
        long,
        value_name = "ETAG",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) etag: String,
    /// When it happened, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    pub(crate) event_time: Option<prost_types::Timestamp>,
    #[command(flatten)]
    pub(crate) key: Key,
}

/// A request with a key, by which the server recognizes it when it is sent again.
pub(crate) trait Keyed {
    /// The flags to add when the command line is run again, so that the server sees the same request. They are needed
    /// if the command line names no key itself.
    fn again(&self) -> String;
}

macro_rules! keyed {
    ($($request:ident)+) => {
        $(impl Keyed for v1::$request {
            fn again(&self) -> String {
                format!("--request-id {}", quoted(&self.request_id))
            }
        })+
    };
}

keyed! {
    SelectRouteRequest RerouteContactRequest EndContactRequest AddCaseToContactRequest ReportQueueStatsRequest
    UpdateContactRequest CorrectContactCustomerRequest
    UpsertCustomerRequest LinkIdentityRequest UnlinkIdentityRequest MergeCustomersRequest UnmergeCustomerRequest
    PublishPlaybookRequest RollbackPlaybookRequest
    AddCaseNoteRequest UpdateCaseRequest ResolveCaseRequest ReopenCaseRequest MergeCasesRequest UnmergeCaseRequest
    LinkCasesRequest UnlinkCasesRequest
    CreateTokenRequest RevokeTokenRequest EraseCustomerRequest
}

impl Keyed for v1::RouteContactRequest {
    fn again(&self) -> String {
        let (contact, key) = (quoted(&self.contact_id), quoted(&self.request_id));
        format!("--contact {contact} --request-id {key}")
    }
}

/// A word, quoted for a shell if needed.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/@+=,".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

impl Session {
    /// Sends a write with `call`.
    ///
    /// # Errors
    /// [`Failure::Unsure`] if the write may or may not have happened.
    pub(crate) async fn write<Q: Keyed, A>(
        &self,
        request: Q,
        call: impl AsyncFnOnce(&Client, Q) -> Result<A, ClientError>,
    ) -> Result<A, Failure> {
        let again = request.again();
        let client = self.client()?;
        call(&client, request).await.map_err(|error| match error {
            // The last attempt may have met a server with too much to do, while an attempt before it was written.
            ClientError::Unavailable(..) | ClientError::TryAgain { .. } => {
                Failure::Unsure { error, again }
            }
            error => error.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_again_is_said_as_a_shell_reads_it() {
        let request = v1::RouteContactRequest {
            contact_id: "Ann's call 1".to_owned(),
            request_id: "key-1".to_owned(),
            ..v1::RouteContactRequest::default()
        };
        let again = request.again();
        assert_eq!(again, r"--contact 'Ann'\''s call 1' --request-id key-1");
    }
}
