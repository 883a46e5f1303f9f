//! One caller: a platform with contacts of its own. It shares its customers with the other callers.

use super::book::Book;
use super::write::{Answer, Write};
use crate::powercut::Dice;
use signpost_client::v1;
use std::collections::BTreeSet;

/// The number of customers. All callers share them, so that they meet in cases.
const CUSTOMERS: usize = 12;
/// The number of booking references of one customer. Each is a matter of its own, for the same reason.
const REFERENCES: usize = 2;
/// The maximum number of contacts that a caller has at the same time.
const OPEN_MAX: usize = 6;
const CHANNELS: [&str; 3] = ["phone", "web_chat", "email"];
const OUTCOMES: [v1::ContactOutcome; 5] = [
    v1::ContactOutcome::Resolved,
    v1::ContactOutcome::Resolved,
    v1::ContactOutcome::Abandoned,
    v1::ContactOutcome::GaveUp,
    v1::ContactOutcome::Switched,
];
const ATTEMPTS: [v1::AttemptOutcome; 4] = [
    v1::AttemptOutcome::AskedForPerson,
    v1::AttemptOutcome::GaveUp,
    v1::AttemptOutcome::NoAnswer,
    v1::AttemptOutcome::Failed,
];

/// Makes one write after another. Its dice and the answers so far decide which.
pub struct Caller {
    name: String,
    dice: Dice,
    contacts: u64,
    writes: u64,
    open: Vec<OpenContact>,
    /// The numbers of customers that exist, as far as this caller knows.
    known: BTreeSet<usize>,
    /// The reason with which its server took no more writes; unspecified if the server gave none.
    pub ended_by: v1::ErrorReason,
}

/// A contact that the caller can continue.
struct OpenContact {
    id: String,
    context: v1::ContactContext,
    /// The routes from which the customer can choose.
    options: Vec<i32>,
}

impl Caller {
    /// The caller with this number.
    pub fn new(number: usize, seed: u64) -> Caller {
        Caller {
            name: format!("c{number}"),
            dice: Dice::new(seed).fork(number as u64),
            contacts: 0,
            ended_by: v1::ErrorReason::Unspecified,
            writes: 0,
            open: Vec::new(),
            known: BTreeSet::new(),
        }
    }

    /// The next write.
    pub fn next(&mut self, book: &Book) -> Write {
        self.writes += 1;
        let request_id = format!("{}-w{}", self.name, self.writes);
        let event_time = Some(book.next_time());
        let full = self.open.len() >= OPEN_MAX;
        let throw = if full { 60 } else { 0 } + self.dice.below(if full { 40 } else { 100 });
        if self.open.is_empty() || throw < 45 {
            let request = self.new_contact(request_id, event_time);
            return Write::Route(Box::new(request));
        }
        if throw < 50 {
            let may_merge = self.known.len() > 1 && self.dice.one_in(2);
            if may_merge {
                return self.merge(request_id, event_time);
            }
            return Write::Upsert(Box::new(self.customer(request_id, event_time)));
        }
        let at = self.dice.below(self.open.len());
        let contact_id = self.open[at].id.clone();
        match (throw, self.open[at].options.first().copied()) {
            (_, Some(route)) if self.dice.one_in(2) => Write::Take(v1::SelectRouteRequest {
                request_id,
                contact_id,
                route,
                declined_routes: Vec::new(),
                event_time,
            }),
            (50..60, _) => {
                let context = self.amended(at);
                Write::Route(Box::new(v1::RouteContactRequest {
                    request_id,
                    contact_id,
                    context: Some(context),
                    event_time,
                    ..Default::default()
                }))
            }
            (60..68, _) => Write::AddCase(self.additional(request_id, contact_id, event_time)),
            (68..74, _) => Write::Reroute(Box::new(v1::RerouteContactRequest {
                request_id,
                contact_id,
                outcome: ATTEMPTS[self.dice.below(ATTEMPTS.len())].into(),
                event_time,
                ..Default::default()
            })),
            _ => Write::End(v1::EndContactRequest {
                request_id,
                contact_id,
                outcome: OUTCOMES[self.dice.below(OUTCOMES.len())].into(),
                event_time,
                ..Default::default()
            }),
        }
    }

    /// Takes in the answer to a write. `None` if the write was refused or is in doubt: then its contact is not used
    /// again.
    pub fn learn(&mut self, write: &Write, answer: Option<&Answer>) {
        if answer.is_some() {
            self.known.extend(customer_of(write));
        }
        let Some(id) = write.contact_id() else { return };
        let at = self.open.iter().position(|open| open.id == id);
        let live = answer.filter(|answer| answer.place != i32::from(v1::ContactState::Ended));
        let Some(answer) = live else {
            at.map(|at| self.open.swap_remove(at));
            return;
        };
        let deciding = answer.place == i32::from(v1::ContactState::AwaitingCustomer);
        let options = if deciding {
            answer.options.clone()
        } else {
            Vec::new()
        };
        match (at, write) {
            (Some(at), _) => self.open[at].options = options,
            (None, Write::Route(request)) => self.open.push(OpenContact {
                id: id.to_owned(),
                context: request.context.clone().unwrap_or_default(),
                options,
            }),
            (None, _) => {}
        }
    }

    fn new_contact(
        &mut self,
        request_id: String,
        event_time: Option<prost_types::Timestamp>,
    ) -> v1::RouteContactRequest {
        self.contacts += 1;
        let anonymous = self.dice.one_in(10);
        let customer = (!anonymous).then(|| {
            let number = self.dice.below(CUSTOMERS);
            v1::CustomerRef {
                customer_id: customer_id(number),
                identities: vec![identity(number)],
                tier: String::new(),
            }
        });
        let mut context = v1::ContactContext {
            channel: CHANNELS[self.dice.below(CHANNELS.len())].to_owned(),
            customer,
            ..Default::default()
        };
        self.state_reason(&mut context);
        let take = if self.dice.one_in(3) {
            v1::RouteSelection::ByCustomer
        } else {
            v1::RouteSelection::Automatic
        };
        v1::RouteContactRequest {
            request_id,
            contact_id: format!("{}-{}", self.name, self.contacts),
            context: Some(context),
            route_selection: take.into(),
            event_time,
            ..Default::default()
        }
    }

    /// Sets a reason and the fact that it needs. Now and then one of the two is left out.
    fn state_reason(&mut self, context: &mut v1::ContactContext) {
        let (reason, fact) = match self.dice.below(8) {
            0 => return,
            number => self.reason(number == 1),
        };
        context.stated_reason = reason;
        if !self.dice.one_in(8) {
            context.facts = vec![fact];
        }
    }

    /// A reason, and the fact that it needs.
    fn reason(&mut self, is_baggage: bool) -> (String, v1::Fact) {
        let (reason, fact_id, value) = if is_baggage {
            ("baggage/lost", "bag_tag", "KL 123456".to_owned())
        } else {
            let reference = format!("ABC12{}", self.dice.below(REFERENCES));
            let reason = "existing_flight/change_date";
            (reason, "booking_reference", reference)
        };
        let fact = v1::Fact {
            fact_id: fact_id.to_owned(),
            value: Some(v1::fact::Value::Text(value)),
            ..Default::default()
        };
        (reason.to_owned(), fact)
    }

    fn amended(&mut self, at: usize) -> v1::ContactContext {
        let mut context = self.open[at].context.clone();
        match self.dice.below(3) {
            0 => context.sentiment_score = Some(-(self.dice.below(100) as i32)),
            1 => context.asked_for_person = true,
            _ => self.state_reason(&mut context),
        }
        context
    }

    /// A write that adds a case for another matter, with the fact that identifies the matter.
    fn additional(
        &mut self,
        request_id: String,
        contact_id: String,
        event_time: Option<prost_types::Timestamp>,
    ) -> v1::AddCaseToContactRequest {
        let is_baggage = self.dice.below(3) == 0;
        let (stated_reason, fact) = self.reason(is_baggage);
        v1::AddCaseToContactRequest {
            request_id,
            contact_id,
            stated_reason,
            facts: vec![fact],
            note: String::new(),
            event_time,
        }
    }

    /// A write that merges two known customers, or undoes a merge. About half of these writes are refused.
    fn merge(&mut self, request_id: String, event_time: Option<prost_types::Timestamp>) -> Write {
        let customer_id = self.known_customer();
        if self.dice.one_in(2) {
            return Write::Unmerge(v1::UnmergeCustomerRequest {
                request_id,
                customer_id,
                event_time,
                ..Default::default()
            });
        }
        let mut merged_customer_id = self.known_customer();
        while merged_customer_id == customer_id {
            merged_customer_id = self.known_customer();
        }
        Write::Merge(v1::MergeCustomersRequest {
            request_id,
            customer_id,
            duplicate_customer_id: merged_customer_id,
            note: "said so".to_owned(),
            event_time,
            ..Default::default()
        })
    }

    fn known_customer(&mut self) -> String {
        let place = self.dice.below(self.known.len());
        let number = self.known.iter().nth(place).copied();
        customer_id(number.unwrap_or_default())
    }

    fn customer(
        &mut self,
        request_id: String,
        event_time: Option<prost_types::Timestamp>,
    ) -> v1::UpsertCustomerRequest {
        let number = self.dice.below(CUSTOMERS);
        let tier = if self.dice.one_in(2) {
            "gold"
        } else {
            "standard"
        };
        v1::UpsertCustomerRequest {
            request_id,
            customer: Some(v1::Customer {
                customer_id: customer_id(number),
                identities: vec![identity(number)],
                tier: tier.to_owned(),
                ..Default::default()
            }),
            event_time,
            ..Default::default()
        }
    }
}

fn customer_id(number: usize) -> String {
    format!("customer-{number}")
}

/// The number of the customer who exists because of a write; `None` if there is none.
fn customer_of(write: &Write) -> Option<usize> {
    let id = match write {
        Write::Route(request) => {
            let context = request.context.as_ref()?;
            &context.customer.as_ref()?.customer_id
        }
        Write::Upsert(request) => &request.customer.as_ref()?.customer_id,
        Write::Take(_)
        | Write::End(_)
        | Write::Reroute(_)
        | Write::AddCase(_)
        | Write::Merge(_)
        | Write::Unmerge(_) => {
            return None;
        }
    };
    id.strip_prefix("customer-")?.parse().ok()
}

fn identity(number: usize) -> v1::Identity {
    v1::Identity {
        kind: "phone".to_owned(),
        value: format!("+3120000{number:04}"),
        verified: true,
        shared: false,
        ..Default::default()
    }
}
