//! A server on which a test may change nothing, and what shows that it did not.

use signpost_client::v1;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::server::TestServer;
use signpost_tests::{Outcome, brief};

/// All that can be read: what a refusal must leave as it is.
#[derive(Debug, PartialEq)]
struct Seen {
    contact: v1::GetContactResponse,
    case: v1::GetCaseResponse,
    customer: v1::GetCustomerResponse,
    counts: v1::CountReasonsResponse,
    playbooks: v1::ListPlaybookPublicationsResponse,
}

/// A server with one contact of one customer on it.
pub(crate) struct Bench {
    pub(crate) server: TestServer,
    before: Seen,
    events: u64,
}

impl Bench {
    /// The airline is live, and one contact was routed.
    pub(crate) async fn new() -> Outcome<Bench> {
        let server = TestServer::start().await?;
        server
            .contacts()
            .route_contact(good("call-1").route())
            .await?;
        let before = see(&server).await?;
        Ok(Bench {
            server,
            before,
            events: 2,
        })
    }

    /// Ends the contact that is there, which is a change that may be.
    pub(crate) async fn end(&mut self) -> Outcome {
        let request = end("call-1", v1::ContactOutcome::Resolved, 3);
        self.server.contacts().end_contact(request).await?;
        (self.before, self.events) = (see(&self.server).await?, self.events + 1);
        Ok(())
    }

    /// Nothing has changed, neither in what is told nor in the log.
    pub(crate) async fn unchanged(self) -> Outcome {
        assert_eq!(see(&self.server).await?, self.before);
        let folded = self.server.finish().await?;
        assert_eq!(folded.state.seq().0, self.events);
        Ok(())
    }

    /// The case of the contact.
    pub(crate) async fn case_id(&self) -> Outcome<String> {
        let case = see(&self.server).await?.case.case;
        Ok(case.unwrap_or_default().case_id)
    }

    /// What routing this comes to.
    pub(crate) async fn route(&self, attempt: Attempt) -> String {
        brief::refused(self.server.contacts().route_contact(attempt.route()).await)
    }
}

/// A contact that nothing is wrong with.
pub(crate) fn good(contact: &str) -> Attempt {
    let attempt = Attempt::new(contact, "phone").of("c1");
    let attempt = attempt.about("existing_flight/change_date");
    attempt.fact("booking_reference", "ABC123")
}

async fn see(server: &TestServer) -> Outcome<Seen> {
    let client = server.client();
    let contact = v1::GetContactRequest {
        contact_id: "call-1".to_owned(),
        ..Default::default()
    };
    let contact = client.get_contact(contact).await?;
    let case_id = contact.contact.clone().unwrap_or_default().case_id;
    let customer = v1::GetCustomerRequest {
        by: Some(v1::get_customer_request::By::CustomerId("c1".to_owned())),
        ..Default::default()
    };
    let list = v1::ListPlaybookPublicationsRequest::default();
    Ok(Seen {
        contact,
        case: client
            .get_case(v1::GetCaseRequest {
                case_id,
                ..Default::default()
            })
            .await?,
        customer: client.get_customer(customer).await?,
        counts: client
            .count_reasons(v1::CountReasonsRequest {
                ..Default::default()
            })
            .await?,
        playbooks: client.list_playbook_publications(list).await?,
    })
}
