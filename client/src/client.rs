//! The typed client: one method for each call of the contract.

use crate::credentials::{Credentials, Token};
use crate::error::{Cause, ClientError};
use crate::retry;
use crate::v1;
use std::future::Future;
use std::time::Duration;
use tokio::time::Instant;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic::{Request, Response, Status};
use v1::access_service_client::AccessServiceClient;
use v1::case_service_client::CaseServiceClient;
use v1::contact_service_client::ContactServiceClient;
use v1::customer_service_client::CustomerServiceClient;
use v1::insight_service_client::InsightServiceClient;
use v1::playbook_service_client::PlaybookServiceClient;
use v1::server_service_client::ServerServiceClient;

/// The default deadline of a call, retries included: 10 seconds.
pub const DEADLINE_DEFAULT: Duration = Duration::from_secs(10);
/// The longest time that one attempt to connect may take.
pub(crate) const CONNECT_MAX: Duration = Duration::from_secs(5);

/// How a [`Client`] calls the server.
#[derive(Clone, Debug)]
pub struct Options {
    /// The deadline of each call, retries included.
    pub deadline: Duration,
    /// The caller, as `kind/id`. The kind is `platform`, `chatbot`, `supervisor` or `client`. The server keeps
    /// `request_id`s per actor.
    pub actor: String,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            deadline: DEADLINE_DEFAULT,
            actor: "client/signpost".to_owned(),
        }
    }
}

/// A connection to one server. It is cheap to clone; clones share the connection.
///
/// A call is repeated after UNAVAILABLE, RESOURCE_EXHAUSTED or a broken connection, but only if it is safe to repeat: a
/// read, or a write with a `request_id`. There are at most [`retry::ATTEMPTS_MAX`] attempts, all within the deadline.
#[derive(Clone, Debug)]
pub struct Client {
    channel: Channel,
    deadline: Duration,
    actor: MetadataValue<Ascii>,
    on_behalf_of: Option<MetadataValue<Ascii>>,
    token: Option<Token>,
    /// Whether writes may carry the time of the server as far ahead as they say.
    steps_clock: bool,
}

/// Whether it is safe to send the same request twice.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Twice {
    /// It changes nothing.
    Read,
    /// The server knows it again.
    Safe,
    Unsafe,
}

impl Client {
    /// A client of the server at `host:port`, `http://host:port` or `https://host:port`. It connects with the first
    /// call, and again after the connection broke. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`ClientError::Invalid`] if the address cannot be read, or the actor is not `kind/id` in ASCII.
    pub fn connect(server: &str, options: Options) -> Result<Client, ClientError> {
        Client::connect_with(server, &Credentials::default(), options)
    }

    /// As [`Client::connect`], with a CA, a certificate or a token.
    ///
    /// # Errors
    /// As [`Client::connect`]; also if the credentials are not what they should be, or if the token would go over the
    /// network without TLS.
    pub fn connect_with(
        server: &str,
        credentials: &Credentials,
        options: Options,
    ) -> Result<Client, ClientError> {
        let channel = credentials
            .endpoint(server)?
            .connect_timeout(CONNECT_MAX)
            .tcp_nodelay(true)
            .connect_lazy();
        Ok(Client {
            token: credentials.token.clone(),
            ..Client::over(channel, options)?
        })
    }

    /// A client over a channel that the caller has made.
    ///
    /// # Errors
    /// [`ClientError::Invalid`] if the actor is not `kind/id` in ASCII.
    pub fn over(channel: Channel, options: Options) -> Result<Client, ClientError> {
        Ok(Client {
            channel,
            deadline: options.deadline,
            actor: named("actor", &options.actor)?,
            on_behalf_of: None,
            token: None,
            steps_clock: false,
        })
    }

    /// A client over the same connection whose writes may carry the time of a server on an external clock ahead as far
    /// as they say. Use it if the times were checked: every later write must be after them.
    #[must_use]
    pub fn stepping_clock(self) -> Client {
        Client {
            steps_clock: true,
            ..self
        }
    }

    /// A client over the same connection that writes on behalf of `person`. `person` has the form `kind/id`, as the
    /// actor has. The actor does not change. The server keeps the person with each write, and shows the person beside
    /// the actor.
    ///
    /// # Errors
    /// [`ClientError::Invalid`] if `person` is not `kind/id` in ASCII.
    pub fn on_behalf_of(&self, person: &str) -> Result<Client, ClientError> {
        Ok(Client {
            on_behalf_of: Some(named("on_behalf_of", person)?),
            ..self.clone()
        })
    }

    /// Sends one request. Repeats it where that is safe and may help, until the deadline.
    async fn call<Q, A, F, Answer>(&self, asked: Q, twice: Twice, send: F) -> Result<A, ClientError>
    where
        Q: Clone,
        F: Fn(Channel, Request<Q>) -> Answer,
        Answer: Future<Output = Result<Response<A>, Status>>,
    {
        let until = Instant::now() + self.deadline;
        let mut attempt = 1;
        loop {
            let mut request = self.request(asked.clone());
            request.set_timeout(until.saturating_duration_since(Instant::now()));
            let answer = tokio::time::timeout_at(until, send(self.channel.clone(), request));
            let Ok(answer) = answer.await else {
                return Err(self.late());
            };
            let status = match answer {
                Ok(response) => return Ok(response.into_inner()),
                Err(status) => status,
            };
            let pause =
                retry::pause(&status, attempt, randomness()).filter(|_| twice != Twice::Unsafe);
            match pause {
                Some(pause) if Instant::now() + pause < until => tokio::time::sleep(pause).await,
                _ if Instant::now() >= until => return Err(self.late()),
                // An attempt before this one may have been written.
                _ if attempt > 1 && twice == Twice::Safe => {
                    return Err(ClientError::from_later_status(status));
                }
                _ => return Err(ClientError::from_status(status)),
            }
            attempt += 1;
        }
    }

    /// A request whose metadata names the actor, and the person on whose behalf it is sent, if there is one.
    pub(crate) fn request<Q>(&self, asked: Q) -> Request<Q> {
        let mut request = Request::new(asked);
        let metadata = request.metadata_mut();
        metadata.insert("signpost-actor", self.actor.clone());
        if let Some(person) = &self.on_behalf_of {
            metadata.insert("signpost-on-behalf-of", person.clone());
        }
        if let Some(token) = &self.token {
            metadata.insert("authorization", token.header());
        }
        if self.steps_clock {
            metadata.insert("signpost-clock-step", MetadataValue::from_static("any"));
        }
        request
    }

    /// The deadline of each call, retries included.
    pub(crate) fn deadline(&self) -> Duration {
        self.deadline
    }

    /// The channel to the server.
    pub(crate) fn channel(&self) -> Channel {
        self.channel.clone()
    }

    fn late(&self) -> ClientError {
        let what = format!("no answer within {} s", self.deadline.as_secs_f64());
        ClientError::Unavailable(what, Cause::default())
    }
}

/// `text`, which must be `kind/id` in printable ASCII, as a value of metadata. `field` names it in the error.
fn named(field: &str, text: &str) -> Result<MetadataValue<Ascii>, ClientError> {
    let parts = text.split_once('/');
    let is_named = parts.is_some_and(|(kind, id)| !kind.is_empty() && !id.is_empty());
    let wrong =
        |what: String| ClientError::Invalid(vec![(field.to_owned(), what)], Cause::default());
    if !is_named {
        return Err(wrong(format!(
            "`{text}` must be kind/id, such as supervisor/ann"
        )));
    }
    let is_printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let value = text.parse().ok().filter(|_| is_printable);
    value.ok_or_else(|| {
        wrong(format!(
            "`{text}` has characters other than printable ASCII; must be kind/id in ASCII, such as supervisor/ann"
        ))
    })
}

/// Any number, used to spread pauses.
pub(crate) fn randomness() -> u64 {
    uuid::Uuid::new_v4().as_u64_pair().1
}

/// A write is safe to repeat if it carries a `request_id`: by that key the server recognizes the repetition.
fn keyed(request_id: &str) -> Twice {
    if request_id.is_empty() {
        Twice::Unsafe
    } else {
        Twice::Safe
    }
}

/// One method for each call. `read` calls are always safe to repeat; `write` calls are if they carry a `request_id`.
macro_rules! calls {
    ($($(#[$doc:meta])+ $kind:ident $service:ident::$name:ident($asked:ident) -> $answer:ident;)+) => {
        impl Client {
            $(
                $(#[$doc])+
                ///
                /// # Errors
                /// See [`ClientError`].
                pub async fn $name(&self, request: v1::$asked) -> Result<v1::$answer, ClientError> {
                    let twice = calls!(@twice $kind, request);
                    self.call(request, twice, |channel, request| async move {
                        $service::new(channel).$name(request).await
                    })
                    .await
                }
            )+
        }
    };
    (@twice read, $request:ident) => { Twice::Read };
    (@twice write, $request:ident) => { keyed(&$request.request_id) };
}

calls! {
    /// Takes in a new contact, or amends a live one, and decides its route.
    write ContactServiceClient::route_contact(RouteContactRequest) -> RouteContactResponse;
    /// The answer that `route_contact` would give now, without any effect.
    read ContactServiceClient::preview_route(PreviewRouteRequest) -> PreviewRouteResponse;
    /// Records which route the customer selected, and which routes the customer declined.
    write ContactServiceClient::select_route(SelectRouteRequest) -> SelectRouteResponse;
    /// Decides again on a live contact whose attempt did not succeed.
    write ContactServiceClient::reroute_contact(RerouteContactRequest) -> RerouteContactResponse;
    /// Ends a contact. The outcome RESOLVED also resolves its own case, or the case that it was merged into, unless
    /// another contact of that case is live.
    write ContactServiceClient::end_contact(EndContactRequest) -> EndContactResponse;
    /// Adds an additional case to a contact whose customer also brought another matter.
    write ContactServiceClient::add_case_to_contact(AddCaseToContactRequest) -> AddCaseToContactResponse;
    /// Reports the state of queues, for contacts that come without `queue_stats`.
    write ContactServiceClient::report_queue_stats(ReportQueueStatsRequest) -> ReportQueueStatsResponse;
    /// Changes what callers keep of a contact for themselves: external references, labels, links.
    write ContactServiceClient::update_contact(UpdateContactRequest) -> UpdateContactResponse;
    /// Puts a contact that was recorded under the wrong customer under the right one.
    write ContactServiceClient::correct_contact_customer(CorrectContactCustomerRequest)
        -> CorrectContactCustomerResponse;
    /// One contact with its last decision.
    read ContactServiceClient::get_contact(GetContactRequest) -> GetContactResponse;
    /// One page of contacts. [`Client::pages`] fetches all pages.
    read ContactServiceClient::list_contacts(ListContactsRequest) -> ListContactsResponse;
    /// One page of cases. [`Client::pages`] fetches all pages.
    read CaseServiceClient::list_cases(ListCasesRequest) -> ListCasesResponse;
    /// One page of customers. [`Client::pages`] fetches all pages.
    read CustomerServiceClient::list_customers(ListCustomersRequest) -> ListCustomersResponse;
    /// One page of the customers who hold a handle that another holds too. [`Client::pages`] fetches all pages.
    read CustomerServiceClient::list_handle_conflicts(ListHandleConflictsRequest) -> ListHandleConflictsResponse;
    /// One case with its contacts.
    read CaseServiceClient::get_case(GetCaseRequest) -> GetCaseResponse;
    /// Several cases by id or number. The item of a case that does not exist has no `case`.
    read CaseServiceClient::batch_get_cases(BatchGetCasesRequest) -> BatchGetCasesResponse;
    /// One page of what happened to a case on all channels, with who did it and why.
    read CaseServiceClient::list_case_timeline(ListCaseTimelineRequest) -> ListCaseTimelineResponse;
    /// Adds a note to the timeline of a case.
    write CaseServiceClient::add_case_note(AddCaseNoteRequest) -> AddCaseNoteResponse;
    /// Changes the fields of a case that the mask names.
    write CaseServiceClient::update_case(UpdateCaseRequest) -> UpdateCaseResponse;
    /// Resolves a case.
    write CaseServiceClient::resolve_case(ResolveCaseRequest) -> ResolveCaseResponse;
    /// Opens a resolved case again.
    write CaseServiceClient::reopen_case(ReopenCaseRequest) -> ReopenCaseResponse;
    /// Merges a duplicate into another open case of the same customer.
    write CaseServiceClient::merge_cases(MergeCasesRequest) -> MergeCasesResponse;
    /// Undoes a merge.
    write CaseServiceClient::unmerge_case(UnmergeCaseRequest) -> UnmergeCaseResponse;
    /// Records how two cases are related.
    write CaseServiceClient::link_cases(LinkCasesRequest) -> LinkCasesResponse;
    /// Removes a link between two cases.
    write CaseServiceClient::unlink_cases(UnlinkCasesRequest) -> UnlinkCasesResponse;
    /// Creates a customer, or changes what is known of one. Without an update mask, fields that are not set do not
    /// change.
    write CustomerServiceClient::upsert_customer(UpsertCustomerRequest) -> UpsertCustomerResponse;
    /// Creates or changes several customers, each by itself. `outcomes` has the reason for each customer that was
    /// refused.
    write CustomerServiceClient::batch_upsert_customers(BatchUpsertCustomersRequest) -> BatchUpsertCustomersResponse;
    /// Several customers by key. The item of a customer that does not exist has no `customer`.
    read CustomerServiceClient::batch_get_customers(BatchGetCustomersRequest) -> BatchGetCustomersResponse;
    /// One customer by key. For a merged customer, its survivor.
    read CustomerServiceClient::get_customer(GetCustomerRequest) -> GetCustomerResponse;
    /// The customer who holds a verified identity.
    read CustomerServiceClient::look_up_customer(LookUpCustomerRequest) -> LookUpCustomerResponse;
    /// Links an identity to a customer. If the identity is verified and not shared, and another customer holds it
    /// verified, that other customer is merged into this one.
    write CustomerServiceClient::link_identity(LinkIdentityRequest) -> LinkIdentityResponse;
    /// Removes an identity from a customer.
    write CustomerServiceClient::unlink_identity(UnlinkIdentityRequest) -> UnlinkIdentityResponse;
    /// Merges a customer into another, which survives.
    write CustomerServiceClient::merge_customers(MergeCustomersRequest) -> MergeCustomersResponse;
    /// Undoes a merge of customers.
    write CustomerServiceClient::unmerge_customer(UnmergeCustomerRequest) -> UnmergeCustomerResponse;
    /// Erases a customer for good, or tells what would be erased.
    write CustomerServiceClient::erase_customer(EraseCustomerRequest) -> EraseCustomerResponse;
    /// What a customer came for so far: counts by reason, and the latest contacts and cases.
    read CustomerServiceClient::get_customer_history(GetCustomerHistoryRequest) -> GetCustomerHistoryResponse;
    /// Checks a playbook. The answer has its errors.
    read PlaybookServiceClient::validate_playbook(ValidatePlaybookRequest) -> ValidatePlaybookResponse;
    /// Checks a playbook and makes it live.
    write PlaybookServiceClient::publish_playbook(PublishPlaybookRequest) -> PublishPlaybookResponse;
    /// Makes an earlier playbook live again.
    write PlaybookServiceClient::rollback_playbook(RollbackPlaybookRequest) -> RollbackPlaybookResponse;
    /// One page of the publications of playbooks, the newest first.
    read PlaybookServiceClient::list_playbook_publications(ListPlaybookPublicationsRequest)
        -> ListPlaybookPublicationsResponse;
    /// One version of the playbook, as it was written.
    read PlaybookServiceClient::get_playbook(GetPlaybookRequest) -> GetPlaybookResponse;
    /// How one playbook differs from another in meaning.
    read PlaybookServiceClient::diff_playbooks(DiffPlaybooksRequest) -> DiffPlaybooksResponse;
    /// The reasons as a customer of one channel sees them.
    read PlaybookServiceClient::get_reason_menu(GetReasonMenuRequest) -> GetReasonMenuResponse;
    /// Every word that requests may name, with labels.
    read PlaybookServiceClient::get_vocabulary(GetVocabularyRequest) -> GetVocabularyResponse;
    /// Creates a token. The answer has its secret, which is shown this once.
    write AccessServiceClient::create_token(CreateTokenRequest) -> CreateTokenResponse;
    /// One page of the tokens, the newest first, without their secrets.
    read AccessServiceClient::list_tokens(ListTokensRequest) -> ListTokensResponse;
    /// Revokes a token for good.
    write AccessServiceClient::revoke_token(RevokeTokenRequest) -> RevokeTokenResponse;
    /// Contacts and cases by reason and tier.
    read InsightServiceClient::count_reasons(CountReasonsRequest) -> CountReasonsResponse;
    /// How the server is now, and what is wrong.
    read ServerServiceClient::get_server_status(GetServerStatusRequest) -> GetServerStatusResponse;
}

#[cfg(test)]
mod tests;
