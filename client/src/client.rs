//! The typed client: one method a call of the contract.

use crate::address;
use crate::error::{Cause, ClientError};
use crate::retry;
use crate::v1;
use std::future::Future;
use std::time::Duration;
use tokio::time::Instant;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic::{Request, Response, Status};
use v1::case_service_client::CaseServiceClient;
use v1::contact_service_client::ContactServiceClient;
use v1::customer_service_client::CustomerServiceClient;
use v1::insight_service_client::InsightServiceClient;
use v1::playbook_service_client::PlaybookServiceClient;

/// The deadline of a call, retries included, unless told otherwise.
pub const DEADLINE_DEFAULT: Duration = Duration::from_secs(10);
/// How long one attempt to connect may take.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// How to call.
#[derive(Clone, Debug)]
pub struct Options {
    /// The deadline of each call, retries included.
    pub deadline: Duration,
    /// Who calls, as `kind/id`, where the kind is `platform`, `chatbot`, `supervisor` or `client`; `request_id`s are
    /// kept per actor.
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

/// A connection to one server; cheap to clone, and clones share it.
///
/// Calls are repeated on UNAVAILABLE, RESOURCE_EXHAUSTED and broken connections, at most [`retry::ATTEMPTS_MAX`] times
/// and within the deadline, and only where that is safe: reads, and writes that carry a `request_id`.
#[derive(Clone, Debug)]
pub struct Client {
    channel: Channel,
    deadline: Duration,
    actor: MetadataValue<Ascii>,
    on_behalf_of: Option<MetadataValue<Ascii>>,
}

/// Whether the same request twice is as good as once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Twice {
    Safe,
    Unsafe,
}

impl Client {
    /// A client of the server at `host:port` or `http://host:port`. Connects with the first call, and again when the
    /// connection broke. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`ClientError::Invalid`] if the address or the actor cannot be read.
    pub fn connect(server: &str, options: Options) -> Result<Client, ClientError> {
        let channel = address::endpoint(server)?
            .connect_timeout(CONNECT_MAX)
            .tcp_nodelay(true)
            .connect_lazy();
        Client::over(channel, options)
    }

    /// A client over a channel that was made elsewhere.
    ///
    /// # Errors
    /// [`ClientError::Invalid`] if the actor is not `kind/id`.
    pub fn over(channel: Channel, options: Options) -> Result<Client, ClientError> {
        Ok(Client {
            channel,
            deadline: options.deadline,
            actor: named("actor", &options.actor)?,
            on_behalf_of: None,
        })
    }

    /// A client over the same connection whose writes are made on behalf of this person, `kind/id` as the actor is; the
    /// actor stays. The server keeps the person with each write, and shows them beside the actor.
    ///
    /// # Errors
    /// [`ClientError::Invalid`] if it is not `kind/id`.
    pub fn on_behalf_of(&self, person: &str) -> Result<Client, ClientError> {
        Ok(Client {
            on_behalf_of: Some(named("on_behalf_of", person)?),
            ..self.clone()
        })
    }

    /// Sends one request, again where that is safe and may help.
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
                retry::pause(&status, attempt, randomness()).filter(|_| twice == Twice::Safe);
            match pause {
                Some(pause) if Instant::now() + pause < until => tokio::time::sleep(pause).await,
                _ if Instant::now() >= until => return Err(self.late()),
                _ => return Err(ClientError::from_status(status)),
            }
            attempt += 1;
        }
    }

    /// A request in the name of the caller.
    pub(crate) fn request<Q>(&self, asked: Q) -> Request<Q> {
        let mut request = Request::new(asked);
        let metadata = request.metadata_mut();
        metadata.insert("signpost-actor", self.actor.clone());
        if let Some(person) = &self.on_behalf_of {
            metadata.insert("signpost-on-behalf-of", person.clone());
        }
        request
    }

    /// How long a call may take.
    pub(crate) fn deadline(&self) -> Duration {
        self.deadline
    }

    /// The connection.
    pub(crate) fn channel(&self) -> Channel {
        self.channel.clone()
    }

    fn late(&self) -> ClientError {
        let what = format!("no answer within {} s", self.deadline.as_secs_f64());
        ClientError::Unavailable(what, Cause::default())
    }
}

/// Somebody as metadata names them.
fn named(field: &str, text: &str) -> Result<MetadataValue<Ascii>, ClientError> {
    let parts = text.split_once('/');
    let is_named = parts.is_some_and(|(kind, id)| !kind.is_empty() && !id.is_empty());
    let value = text.parse().ok().filter(|_| is_named);
    value.ok_or_else(|| {
        let what = format!("`{text}` is not kind/id");
        ClientError::Invalid(vec![(field.to_owned(), what)], Cause::default())
    })
}

/// Any number, for spreading pauses.
pub(crate) fn randomness() -> u64 {
    uuid::Uuid::new_v4().as_u64_pair().1
}

/// A write may be sent twice if it carries the key by which the server knows it again.
fn keyed(request_id: &str) -> Twice {
    if request_id.is_empty() {
        Twice::Unsafe
    } else {
        Twice::Safe
    }
}

/// One method a call: `read` calls are always safe to repeat, `write` calls if they are keyed.
macro_rules! calls {
    ($($(#[$doc:meta])+ $kind:ident $service:ident::$name:ident($asked:ident) -> $answer:ident;)+) => {
        impl Client {
            $(
                $(#[$doc])+
                ///
                /// # Errors
                /// As [`ClientError`] says.
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
    (@twice read, $request:ident) => { Twice::Safe };
    (@twice write, $request:ident) => { keyed(&$request.request_id) };
}

calls! {
    /// Takes a contact in, or amends one that is live, and decides its route.
    write ContactServiceClient::route_contact(RouteContactRequest) -> RouteContactResponse;
    /// The answer that `route_contact` would give now, without any effect.
    read ContactServiceClient::preview_route(PreviewRouteRequest) -> PreviewRouteResponse;
    /// Records which route the customer took, and which were declined.
    write ContactServiceClient::select_route(SelectRouteRequest) -> SelectRouteResponse;
    /// Decides again on a contact whose attempt came to nothing.
    write ContactServiceClient::reroute_contact(RerouteContactRequest) -> RerouteContactResponse;
    /// Ends a contact, and resolves its case if it is settled.
    write ContactServiceClient::end_contact(EndContactRequest) -> EndContactResponse;
    /// Adds an additional case to a contact: the customer brought another matter, too.
    write ContactServiceClient::add_case_to_contact(AddCaseToContactRequest) -> AddCaseToContactResponse;
    /// Tells how queues are, for contacts that do not tell it themselves.
    write ContactServiceClient::report_queue_stats(ReportQueueStatsRequest) -> ReportQueueStatsResponse;
    /// Changes what callers keep of a contact for themselves: external references, labels, links.
    write ContactServiceClient::update_contact(UpdateContactRequest) -> UpdateContactResponse;
    /// One contact with its last decision.
    read ContactServiceClient::get_contact(GetContactRequest) -> GetContactResponse;
    /// A page of contacts; [`Client::pages`] gives them all.
    read ContactServiceClient::list_contacts(ListContactsRequest) -> ListContactsResponse;
    /// A page of cases; [`Client::pages`] gives them all.
    read CaseServiceClient::list_cases(ListCasesRequest) -> ListCasesResponse;
    /// A page of customers; [`Client::pages`] gives them all.
    read CustomerServiceClient::list_customers(ListCustomersRequest) -> ListCustomersResponse;
    /// One case with its contacts.
    read CaseServiceClient::get_case(GetCaseRequest) -> GetCaseResponse;
    /// Several cases by id or number, each found or not.
    read CaseServiceClient::batch_get_cases(BatchGetCasesRequest) -> BatchGetCasesResponse;
    /// All that happened to a case, across channels, with who and why.
    read CaseServiceClient::list_case_timeline(ListCaseTimelineRequest) -> ListCaseTimelineResponse;
    /// Writes a note into the timeline of a case.
    write CaseServiceClient::add_case_note(AddCaseNoteRequest) -> AddCaseNoteResponse;
    /// Changes fields of a case.
    write CaseServiceClient::update_case(UpdateCaseRequest) -> UpdateCaseResponse;
    /// Resolves a case.
    write CaseServiceClient::resolve_case(ResolveCaseRequest) -> ResolveCaseResponse;
    /// Opens a resolved case again.
    write CaseServiceClient::reopen_case(ReopenCaseRequest) -> ReopenCaseResponse;
    /// Merges a duplicate into another case of the same customer.
    write CaseServiceClient::merge_cases(MergeCasesRequest) -> MergeCasesResponse;
    /// Undoes a merge.
    write CaseServiceClient::unmerge_case(UnmergeCaseRequest) -> UnmergeCaseResponse;
    /// Says how two cases belong together.
    write CaseServiceClient::link_cases(LinkCasesRequest) -> LinkCasesResponse;
    /// Takes a link away.
    write CaseServiceClient::unlink_cases(UnlinkCasesRequest) -> UnlinkCasesResponse;
    /// Makes a customer, or changes what is known of one; what is not told stays.
    write CustomerServiceClient::upsert_customer(UpsertCustomerRequest) -> UpsertCustomerResponse;
    /// Makes or changes several customers, each by itself; the outcomes say which were refused.
    write CustomerServiceClient::batch_upsert_customers(BatchUpsertCustomersRequest) -> BatchUpsertCustomersResponse;
    /// Several customers by key, each found or not.
    read CustomerServiceClient::batch_get_customers(BatchGetCustomersRequest) -> BatchGetCustomersResponse;
    /// One customer, by key.
    read CustomerServiceClient::get_customer(GetCustomerRequest) -> GetCustomerResponse;
    /// The customer who has a verified identity.
    read CustomerServiceClient::look_up_customer(LookUpCustomerRequest) -> LookUpCustomerResponse;
    /// Says that a customer has a handle; a verified one that another holds merges that other into it.
    write CustomerServiceClient::link_identity(LinkIdentityRequest) -> LinkIdentityResponse;
    /// Takes a handle away from a customer.
    write CustomerServiceClient::unlink_identity(UnlinkIdentityRequest) -> UnlinkIdentityResponse;
    /// Merges a customer into another, which survives.
    write CustomerServiceClient::merge_customers(MergeCustomersRequest) -> MergeCustomersResponse;
    /// Undoes a merge of customers.
    write CustomerServiceClient::unmerge_customer(UnmergeCustomerRequest) -> UnmergeCustomerResponse;
    /// What a customer came for so far: counts by reason, the latest contacts and cases.
    read CustomerServiceClient::get_customer_history(GetCustomerHistoryRequest) -> GetCustomerHistoryResponse;
    /// Checks a playbook; its faults are in the answer.
    read PlaybookServiceClient::validate_playbook(ValidatePlaybookRequest) -> ValidatePlaybookResponse;
    /// Checks a playbook and makes it live.
    write PlaybookServiceClient::publish_playbook(PublishPlaybookRequest) -> PublishPlaybookResponse;
    /// Makes an earlier playbook live again.
    write PlaybookServiceClient::rollback_playbook(RollbackPlaybookRequest) -> RollbackPlaybookResponse;
    /// What was published, the newest first.
    read PlaybookServiceClient::list_playbook_publications(ListPlaybookPublicationsRequest)
        -> ListPlaybookPublicationsResponse;
    /// One playbook, as it was written.
    read PlaybookServiceClient::get_playbook(GetPlaybookRequest) -> GetPlaybookResponse;
    /// How one playbook differs from another, by meaning.
    read PlaybookServiceClient::diff_playbooks(DiffPlaybooksRequest) -> DiffPlaybooksResponse;
    /// The reasons as a customer of one channel sees them.
    read PlaybookServiceClient::get_reason_menu(GetReasonMenuRequest) -> GetReasonMenuResponse;
    /// Every word that requests may name, with labels.
    read PlaybookServiceClient::get_vocabulary(GetVocabularyRequest) -> GetVocabularyResponse;
    /// Contacts and cases by reason and tier.
    read InsightServiceClient::count_reasons(CountReasonsRequest) -> CountReasonsResponse;
}

#[cfg(test)]
mod tests;
