//! The client against servers that refuse, do not answer, or have not reached a revision.

#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::Code;
use tonic_types::{ErrorDetails, StatusExt};
use v1::case_service_server::{CaseService, CaseServiceServer};
use v1::customer_service_server::{CustomerService, CustomerServiceServer};

/// Answers UNAVAILABLE to the first `refusals` calls, then answers. If `silent`, never answers.
#[derive(Clone, Default)]
struct Moody {
    refusals: u32,
    silent: bool,
    /// Refuses because it has not reached the revision that was asked for.
    behind: bool,
    calls: Arc<AtomicU32>,
}

impl Moody {
    async fn answer<A: Default>(&self) -> Result<Response<A>, Status> {
        if self.silent {
            std::future::pending::<()>().await;
        }
        if self.calls.fetch_add(1, Ordering::SeqCst) < self.refusals {
            if self.behind {
                let mut details = ErrorDetails::with_error_info(
                    "REVISION_NOT_REACHED",
                    "signpost.v1",
                    HashMap::new(),
                );
                details.set_retry_info(Some(Duration::from_millis(1)));
                let message = "the revision is not reached";
                return Err(Status::with_error_details(
                    Code::Unavailable,
                    message,
                    details,
                ));
            }
            return Err(Status::unavailable("not yet"));
        }
        Ok(Response::new(A::default()))
    }
}

#[tokio::test]
async fn an_actor_and_a_person_are_kind_and_id_in_ascii() {
    let named = |actor: &str| {
        let options = Options {
            actor: actor.to_owned(),
            ..Options::default()
        };
        Client::connect("127.0.0.1:1", options)
    };
    let client = named("supervisor/ann").unwrap();
    assert!(client.on_behalf_of("supervisor/bob").is_ok());
    let told = [
        named("ann").unwrap_err(),
        named("supervisor/Zoë").unwrap_err(),
        client.on_behalf_of("supervisor/").unwrap_err(),
        client.on_behalf_of("supervisor/an\nn").unwrap_err(),
    ];
    let told = told.map(|error| error.to_string()).join("\n");
    expect_test::expect![[r#"
        actor: `ann` must be kind/id, such as supervisor/ann
        actor: `supervisor/Zoë` has characters other than printable ASCII; must be kind/id in ASCII, such as supervisor/ann
        on_behalf_of: `supervisor/` must be kind/id, such as supervisor/ann
        on_behalf_of: `supervisor/an
        n` has characters other than printable ASCII; must be kind/id in ASCII, such as supervisor/ann"#]].assert_eq(&told);
}

macro_rules! moody_cases {
    ($($name:ident($asked:ident) -> $answer:ident;)+) => {
        #[tonic::async_trait]
        impl CaseService for Moody {
            $(
                async fn $name(
                    &self,
                    request: Request<v1::$asked>,
                ) -> Result<Response<v1::$answer>, Status> {
                    let actor = request.metadata().get("signpost-actor").cloned();
                    assert_eq!(actor.unwrap(), "platform/test");
                    assert!(request.metadata().contains_key("grpc-timeout"));
                    self.answer().await
                }
            )+
        }
    };
}

moody_cases! {
    get_case(GetCaseRequest) -> GetCaseResponse;
    list_case_timeline(ListCaseTimelineRequest) -> ListCaseTimelineResponse;
    add_case_note(AddCaseNoteRequest) -> AddCaseNoteResponse;
    update_case(UpdateCaseRequest) -> UpdateCaseResponse;
    resolve_case(ResolveCaseRequest) -> ResolveCaseResponse;
    reopen_case(ReopenCaseRequest) -> ReopenCaseResponse;
    merge_cases(MergeCasesRequest) -> MergeCasesResponse;
    unmerge_case(UnmergeCaseRequest) -> UnmergeCaseResponse;
    link_cases(LinkCasesRequest) -> LinkCasesResponse;
    unlink_cases(UnlinkCasesRequest) -> UnlinkCasesResponse;
    list_cases(ListCasesRequest) -> ListCasesResponse;
    batch_get_cases(BatchGetCasesRequest) -> BatchGetCasesResponse;
}

#[tonic::async_trait]
impl CustomerService for Moody {
    async fn upsert_customer(
        &self,
        _: Request<v1::UpsertCustomerRequest>,
    ) -> Result<Response<v1::UpsertCustomerResponse>, Status> {
        self.answer().await
    }

    async fn get_customer(
        &self,
        _: Request<v1::GetCustomerRequest>,
    ) -> Result<Response<v1::GetCustomerResponse>, Status> {
        Err(Status::permission_denied("no"))
    }

    async fn look_up_customer(
        &self,
        _: Request<v1::LookUpCustomerRequest>,
    ) -> Result<Response<v1::LookUpCustomerResponse>, Status> {
        self.answer().await
    }

    async fn batch_upsert_customers(
        &self,
        _: Request<v1::BatchUpsertCustomersRequest>,
    ) -> Result<Response<v1::BatchUpsertCustomersResponse>, Status> {
        self.answer().await
    }

    async fn batch_get_customers(
        &self,
        _: Request<v1::BatchGetCustomersRequest>,
    ) -> Result<Response<v1::BatchGetCustomersResponse>, Status> {
        self.answer().await
    }

    async fn link_identity(
        &self,
        _: Request<v1::LinkIdentityRequest>,
    ) -> Result<Response<v1::LinkIdentityResponse>, Status> {
        self.answer().await
    }

    async fn unlink_identity(
        &self,
        _: Request<v1::UnlinkIdentityRequest>,
    ) -> Result<Response<v1::UnlinkIdentityResponse>, Status> {
        self.answer().await
    }

    async fn merge_customers(
        &self,
        _: Request<v1::MergeCustomersRequest>,
    ) -> Result<Response<v1::MergeCustomersResponse>, Status> {
        self.answer().await
    }

    async fn unmerge_customer(
        &self,
        _: Request<v1::UnmergeCustomerRequest>,
    ) -> Result<Response<v1::UnmergeCustomerResponse>, Status> {
        self.answer().await
    }

    async fn erase_customer(
        &self,
        _: Request<v1::EraseCustomerRequest>,
    ) -> Result<Response<v1::EraseCustomerResponse>, Status> {
        self.answer().await
    }

    async fn get_customer_history(
        &self,
        _: Request<v1::GetCustomerHistoryRequest>,
    ) -> Result<Response<v1::GetCustomerHistoryResponse>, Status> {
        self.answer().await
    }

    async fn list_customers(
        &self,
        _: Request<v1::ListCustomersRequest>,
    ) -> Result<Response<v1::ListCustomersResponse>, Status> {
        self.answer().await
    }

    async fn list_handle_conflicts(
        &self,
        _: Request<v1::ListHandleConflictsRequest>,
    ) -> Result<Response<v1::ListHandleConflictsResponse>, Status> {
        self.answer().await
    }
}

async fn client_of(moody: &Moody, deadline: Duration) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tonic::transport::Server::builder()
        .add_service(CaseServiceServer::new(moody.clone()))
        .add_service(CustomerServiceServer::new(moody.clone()))
        .serve_with_incoming(TcpListenerStream::new(listener));
    tokio::spawn(server);
    let options = Options {
        deadline,
        actor: "platform/test".to_owned(),
    };
    Client::connect(&address.to_string(), options).unwrap()
}

#[tokio::test]
async fn repeats_what_is_safe_and_gives_up_in_time() {
    let moody = Moody {
        refusals: retry::ATTEMPTS_MAX - 1,
        ..Moody::default()
    };
    let client = client_of(&moody, DEADLINE_DEFAULT).await;
    client
        .get_case(v1::GetCaseRequest::default())
        .await
        .unwrap();
    assert_eq!(moody.calls.load(Ordering::SeqCst), retry::ATTEMPTS_MAX);

    let moody = Moody {
        refusals: u32::MAX,
        ..Moody::default()
    };
    let client = client_of(&moody, DEADLINE_DEFAULT).await;
    let keyless = v1::UpsertCustomerRequest::default();
    let refused = client.upsert_customer(keyless.clone()).await;
    assert!(matches!(refused, Err(ClientError::Unavailable(..))));
    assert_eq!(
        moody.calls.load(Ordering::SeqCst),
        1,
        "no key, no repetition"
    );
    let keyed = v1::UpsertCustomerRequest {
        request_id: crate::request_id(),
        ..keyless
    };
    assert!(client.upsert_customer(keyed).await.is_err());
    assert_eq!(moody.calls.load(Ordering::SeqCst), 1 + retry::ATTEMPTS_MAX);
    let denied = client.get_customer(v1::GetCustomerRequest::default()).await;
    assert!(matches!(denied, Err(ClientError::Other(_))));
}

#[tokio::test]
async fn a_revision_that_the_server_waited_for_is_not_asked_for_again() {
    let moody = Moody {
        refusals: u32::MAX,
        behind: true,
        ..Moody::default()
    };
    let client = client_of(&moody, DEADLINE_DEFAULT).await;
    let behind = client.get_case(v1::GetCaseRequest::default()).await;
    let behind = behind.unwrap_err();
    assert!(matches!(behind, ClientError::Unavailable(..)), "{behind:?}");
    assert_eq!(behind.to_string(), "the revision is not reached");
    assert_eq!(moody.calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_silent_or_absent_server_is_unavailable_within_the_deadline() {
    let moody = Moody {
        silent: true,
        ..Moody::default()
    };
    let client = client_of(&moody, Duration::from_millis(100)).await;
    let began = Instant::now();
    let late = client.get_case(v1::GetCaseRequest::default()).await;
    assert!(
        matches!(late, Err(ClientError::Unavailable(..))),
        "{late:?}"
    );
    assert!(began.elapsed() < Duration::from_secs(2));

    let nobody = Client::connect("127.0.0.1:1", Options::default()).unwrap();
    let refused = nobody.get_case(v1::GetCaseRequest::default()).await;
    assert!(matches!(refused, Err(ClientError::Unavailable(..))));
    let nameless = Options {
        actor: "nobody".to_owned(),
        ..Options::default()
    };
    assert!(Client::connect("127.0.0.1:1", nameless).is_err());
}

#[tokio::test]
async fn a_token_goes_with_each_call_and_is_never_shown() {
    let credentials = Credentials {
        token: Some(Token::new("s3cret").unwrap()),
        ..Credentials::default()
    };
    let client = Client::connect_with("127.0.0.1:1", &credentials, Options::default()).unwrap();
    let client = client
        .on_behalf_of("supervisor/ann")
        .unwrap()
        .stepping_clock();
    let request = client.request(());
    let sent = request.metadata().get("authorization").unwrap();
    assert_eq!(sent.to_str().unwrap(), "Bearer s3cret");
    let shown = format!("{client:?} {request:?}");
    assert!(!shown.contains("s3cret"), "{shown}");
}

#[tokio::test]
async fn a_client_acts_on_behalf_of_one_person_and_its_source_of_nobody() {
    let client = Client::connect("127.0.0.1:1", Options::default()).unwrap();
    let told = |client: &Client| {
        let request = client.request(());
        let told = |key| {
            request
                .metadata()
                .get(key)?
                .to_str()
                .ok()
                .map(str::to_owned)
        };
        (told("signpost-actor"), told("signpost-on-behalf-of"))
    };
    let actor = Some("client/signpost".to_owned());
    let ann = client.on_behalf_of("supervisor/ann").unwrap();
    assert_eq!(
        told(&ann),
        (actor.clone(), Some("supervisor/ann".to_owned()))
    );
    let bob = ann.on_behalf_of("supervisor/bob").unwrap();
    assert_eq!(
        told(&bob),
        (actor.clone(), Some("supervisor/bob".to_owned()))
    );
    assert_eq!(told(&client), (actor, None));
    for bad in ["", "ann", "supervisor/", "/ann", "supervisor/a\nb"] {
        assert!(client.on_behalf_of(bad).is_err(), "{bad}");
    }
}
