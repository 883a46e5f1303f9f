//! A morning from which lists are read: contacts of all kinds, with their cases and customers. All of them can also be
//! read one by one.

use crate::Outcome;
use crate::attempt::{Attempt, end};
use crate::powercut::Dice;
use signpost_client::{Client, ClientError, List, v1};
use std::collections::BTreeSet;
use v1::ContactOutcome as Ended;

/// The reasons of the contacts.
pub const REASONS: [&str; 4] = [
    "existing_flight/change_date",
    "existing_flight/cancel",
    "baggage/lost",
    "baggage/damaged",
];
/// The channels of the contacts.
pub const CHANNELS: [&str; 3] = ["phone", "web_chat", "email"];
/// The tiers of the contacts.
pub const TIERS: [&str; 3] = ["platinum", "gold", "standard"];
/// The number of customers that come again and again.
const CUSTOMERS: usize = 12;
/// After this many minutes, every case that nobody closed has lapsed.
const LATER: i64 = 60 * 24 * 60;

/// The ids of all that was played.
#[derive(Clone, Debug, Default)]
pub struct Played {
    /// The ids of cases.
    pub cases: BTreeSet<String>,
    /// The ids of contacts.
    pub contacts: BTreeSet<String>,
    /// The ids of customers.
    pub customers: BTreeSet<String>,
}

impl Played {
    /// Plays `count` contacts from number `from` on, one each minute. Some end, some are amended, some leave their
    /// case, some come weeks later.
    ///
    /// # Errors
    /// When the server refuses a request.
    pub async fn play(&mut self, client: &Client, from: i64, count: i64) -> Outcome {
        let mut dice = Dice::new(from.unsigned_abs() + 7);
        let is_later = !self.contacts.is_empty();
        for number in from..from + count {
            let minute = match is_later || 2 * (number - from) > count {
                true => LATER + 4 * number,
                false => 4 * number + 1,
            };
            let contact = format!("contact-{number}");
            let attempt = attempt(&mut dice, &contact).at(minute);
            self.route(client, attempt.clone()).await?;
            if dice.one_in(6) {
                // The customer changes to another reason.
                self.route(client, attempt.about("baggage/damaged").at(minute + 1))
                    .await?;
            }
            let outcome = match dice.below(4) {
                0 | 1 => Ended::Resolved,
                2 => Ended::Abandoned,
                _ => continue,
            };
            let mut end = end(&contact, outcome, minute + 2);
            if dice.one_in(5) {
                end.confirmed_reason = REASONS[dice.below(4)].to_owned();
            }
            client.end_contact(end).await?;
        }
        Ok(())
    }

    async fn route(&mut self, client: &Client, attempt: Attempt) -> Outcome {
        let answer = client.route_contact(attempt.route()).await?.answer;
        let answer = answer.unwrap_or_default();
        self.contacts.insert(answer.contact_id);
        let there = |id: &String| !id.is_empty();
        self.cases.extend(Some(answer.case_id).filter(there));
        self.customers
            .extend(Some(answer.customer_id).filter(there));
        Ok(())
    }

    /// Every case as the server keeps it, read one by one, the oldest first.
    ///
    /// # Errors
    /// When a case does not exist.
    pub async fn all_cases(&self, client: &Client) -> Outcome<Vec<v1::Case>> {
        let mut all = Vec::new();
        for case_id in self.cases.clone() {
            let request = v1::GetCaseRequest {
                case_id,
                ..Default::default()
            };
            all.extend(client.get_case(request).await?.case);
        }
        Ok(all)
    }

    /// Every contact as the server keeps it, read one by one, in the order of recording.
    ///
    /// # Errors
    /// When a contact does not exist.
    pub async fn all_contacts(&self, client: &Client) -> Outcome<Vec<v1::Contact>> {
        let mut all = Vec::new();
        for contact_id in self.contacts.clone() {
            let request = v1::GetContactRequest {
                contact_id,
                ..Default::default()
            };
            all.extend(client.get_contact(request).await?.contact);
        }
        all.sort_by_key(|contact| seconds(contact.record_time.as_ref()));
        Ok(all)
    }

    /// Every customer as the server keeps it, read one by one, in the order of recording.
    ///
    /// # Errors
    /// When a customer does not exist.
    pub async fn all_customers(&self, client: &Client) -> Outcome<Vec<v1::Customer>> {
        let mut all = Vec::new();
        for customer_id in self.customers.clone() {
            let by = Some(v1::get_customer_request::By::CustomerId(customer_id));
            let request = v1::GetCustomerRequest {
                by,
                ..Default::default()
            };
            all.extend(client.get_customer(request).await?.customer);
        }
        all.sort_by_key(|customer| seconds(customer.create_time.as_ref()));
        Ok(all)
    }
}

/// The seconds of a time. Without a time the smallest number, so that it comes first.
pub fn seconds(time: Option<&prost_types::Timestamp>) -> i64 {
    time.map_or(i64::MIN, |time| time.seconds)
}

/// The request for all cases of a filter, with all that is kept of each.
pub fn cases_of(filter: v1::CaseFilter) -> v1::ListCasesRequest {
    v1::ListCasesRequest {
        filter: Some(filter),
        view: v1::View::Full.into(),
        ..Default::default()
    }
}

/// The request for all contacts of a filter, with all that is kept of each.
pub fn contacts_of(filter: v1::ContactFilter) -> v1::ListContactsRequest {
    v1::ListContactsRequest {
        filter: Some(filter),
        view: v1::View::Full.into(),
        ..Default::default()
    }
}

/// Every item of a list, fetched page by page.
///
/// # Errors
/// When a page is refused.
pub async fn listed<L: List>(client: &Client, request: L) -> Result<Vec<L::Item>, ClientError> {
    let mut pages = client.pages(request);
    let mut all = Vec::new();
    while let Some(items) = pages.page().await? {
        all.extend(items);
    }
    Ok(all)
}

/// A random contact: mostly of one of a few customers, sometimes of a new one, sometimes anonymous.
fn attempt(dice: &mut Dice, contact: &str) -> Attempt {
    let channel = CHANNELS[dice.below(3)];
    let attempt = Attempt::new(contact, channel)
        .about(REASONS[dice.below(4)])
        .fact("booking_reference", &format!("ABC12{}", dice.below(3)))
        .fact("bag_tag", "KL1")
        .fact("departs_at", "2026-05-02T09:00:00Z");
    let attempt = match dice.below(5) {
        0 => attempt,
        _ => attempt.tier(TIERS[dice.below(3)]),
    };
    let number = dice.below(CUSTOMERS);
    match dice.below(8) {
        0 => attempt,
        1 => attempt.of(&format!("new-{contact}")),
        2 => attempt
            .of(&format!("c{number}"))
            .identity("phone", &format!("+3120{number}"), true),
        _ => attempt.of(&format!("c{number}")),
    }
}
