//! One write of a caller, and the answer to it.

use signpost_client::{ClientError, v1};
use signpost_domain::event::Method;
use tonic::transport::Channel;
use tonic::{Response, Status};
use v1::contact_service_client::ContactServiceClient;
use v1::customer_service_client::CustomerServiceClient;

/// A write that can be sent more than once.
#[derive(Clone, Debug)]
pub enum Write {
    /// Route a contact.
    Route(Box<v1::RouteContactRequest>),
    /// Record the route that the customer selected.
    Take(v1::SelectRouteRequest),
    /// End a contact.
    End(v1::EndContactRequest),
    /// Route a contact again after an attempt that did not succeed.
    Reroute(Box<v1::RerouteContactRequest>),
    /// Add an additional case to a contact.
    AddCase(v1::AddCaseToContactRequest),
    /// Create or change a customer.
    Upsert(Box<v1::UpsertCustomerRequest>),
    /// Merge two customers.
    Merge(v1::MergeCustomersRequest),
    /// Undo a merge of customers.
    Unmerge(v1::UnmergeCustomerRequest),
}

/// The part of an answer that is compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The contact's case, the additional case, or the key of the customer that the write was about.
    pub about: String,
    /// The state of the contact.
    pub place: i32,
    /// The routes that the customer can select now.
    pub options: Vec<i32>,
    /// Whether this is the stored answer of an earlier call.
    pub replayed: bool,
}

impl Write {
    /// The request id of the write.
    pub fn request_id(&self) -> &str {
        match self {
            Write::Route(request) => &request.request_id,
            Write::Take(request) => &request.request_id,
            Write::End(request) => &request.request_id,
            Write::Reroute(request) => &request.request_id,
            Write::AddCase(request) => &request.request_id,
            Write::Upsert(request) => &request.request_id,
            Write::Merge(request) => &request.request_id,
            Write::Unmerge(request) => &request.request_id,
        }
    }

    /// The method of the write. The same request id with another method is another write.
    pub fn method(&self) -> Method {
        match self {
            Write::Route(_) => Method::RouteContact,
            Write::Take(_) => Method::SelectRoute,
            Write::End(_) => Method::EndContact,
            Write::Reroute(_) => Method::RerouteContact,
            Write::AddCase(_) => Method::AddCaseToContact,
            Write::Upsert(_) => Method::UpsertCustomer,
            Write::Merge(_) => Method::MergeCustomers,
            Write::Unmerge(_) => Method::UnmergeCustomer,
        }
    }

    /// The contact whose case and state are in the answer; `None` if the answer has none.
    pub fn contact_id(&self) -> Option<&str> {
        match self {
            Write::Route(request) => Some(&request.contact_id),
            Write::Take(request) => Some(&request.contact_id),
            Write::End(request) => Some(&request.contact_id),
            Write::Reroute(request) => Some(&request.contact_id),
            Write::AddCase(_) | Write::Upsert(_) | Write::Merge(_) | Write::Unmerge(_) => None,
        }
    }

    /// Sends the write once.
    ///
    /// # Errors
    /// See [`ClientError`]. After `Unavailable` it is not known whether the write happened.
    pub async fn send(&self, channel: &Channel) -> Result<Answer, ClientError> {
        let mut contacts = ContactServiceClient::new(channel.clone());
        let mut customers = CustomerServiceClient::new(channel.clone());
        match self {
            Write::Route(request) => {
                let told = read(contacts.route_contact((**request).clone()).await)?;
                Ok(Answer::of_decision(told.answer, told.receipt.as_ref()))
            }
            Write::Take(request) => {
                let told = read(contacts.select_route(request.clone()).await)?;
                Ok(Answer {
                    place: told.state,
                    ..Answer::about(told.case_id, told.receipt.as_ref())
                })
            }
            Write::End(request) => {
                let told = read(contacts.end_contact(request.clone()).await)?;
                Ok(Answer {
                    place: told.state,
                    ..Answer::about(told.case_id, told.receipt.as_ref())
                })
            }
            Write::Reroute(request) => {
                let told = read(contacts.reroute_contact((**request).clone()).await)?;
                Ok(Answer::of_decision(told.answer, told.receipt.as_ref()))
            }
            Write::AddCase(request) => {
                let told = read(contacts.add_case_to_contact(request.clone()).await)?;
                Ok(Answer::about(told.case_id, told.receipt.as_ref()))
            }
            Write::Upsert(request) => {
                let told = read(customers.upsert_customer((**request).clone()).await)?;
                let customer = told.customer.unwrap_or_default();
                Ok(Answer::about(customer.customer_id, told.receipt.as_ref()))
            }
            Write::Merge(request) => {
                let told = read(customers.merge_customers(request.clone()).await)?;
                let customer = told.customer_receipt.unwrap_or_default();
                Ok(Answer::about(customer.customer_id, told.receipt.as_ref()))
            }
            Write::Unmerge(request) => {
                let told = read(customers.unmerge_customer(request.clone()).await)?;
                let customer = told.customer_receipt.unwrap_or_default();
                Ok(Answer::about(customer.customer_id, told.receipt.as_ref()))
            }
        }
    }
}

impl Answer {
    fn about(about: String, receipt: Option<&v1::WriteReceipt>) -> Answer {
        Answer {
            about,
            place: 0,
            options: Vec::new(),
            replayed: receipt.is_some_and(|receipt| receipt.replayed),
        }
    }

    fn of_decision(
        answer: Option<v1::ContactAnswer>,
        receipt: Option<&v1::WriteReceipt>,
    ) -> Answer {
        let answer = answer.unwrap_or_default();
        let options = answer.decision.map(|decision| decision.options);
        let routed = matches!(answer.next, Some(v1::contact_answer::Next::Target(_)));
        Answer {
            place: answer.state,
            options: options
                .into_iter()
                .flatten()
                .filter(|_| routed)
                .map(|option| option.target.unwrap_or_default().route)
                .collect(),
            ..Answer::about(answer.case_id, receipt)
        }
    }

    /// Whether two answers to the same write agree. `replayed` may differ.
    pub fn says_what(&self, other: &Answer) -> bool {
        (&self.about, self.place, &self.options) == (&other.about, other.place, &other.options)
    }
}

fn read<T>(answer: Result<Response<T>, Status>) -> Result<T, ClientError> {
    answer
        .map(Response::into_inner)
        .map_err(ClientError::from_status)
}
