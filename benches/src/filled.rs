//! A store with many cases, over all the reasons, tiers and channels of the retailer.

use crate::served::RETAIL;
use signpost_domain::playbook::{Playbook, Reason};
use signpost_proto::v1;
use signpost_proto::v1::contact_service_client::ContactServiceClient;
use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tonic::transport::Channel;

/// Cases for each customer.
const CASES_A_CUSTOMER: u64 = 4;
/// One of this many cases is opened by mistake.
const WITHDRAWN_ONE_IN: u64 = 1_000;
/// The number of connections.
const CONNECTIONS: usize = 4;
/// Requests in flight on one connection.
const IN_FLIGHT: usize = 32;

/// The names in the retailer's playbook.
#[derive(Clone, Debug)]
pub struct Names {
    /// Every secondary reason, with the ids of the facts that it needs.
    pub reasons: Vec<(String, Vec<String>)>,
    /// Primary reasons.
    pub primaries: Vec<String>,
    /// Tiers.
    pub tiers: Vec<String>,
    /// Channels.
    pub channels: Vec<String>,
    /// Queues.
    pub queues: Vec<String>,
}

impl Names {
    /// Reads the names in the playbook of the benches.
    ///
    /// # Errors
    /// When the playbook cannot be read.
    pub fn read() -> Result<Names, Box<dyn Error>> {
        let (playbook, _) = Playbook::read(RETAIL).map_err(|faults| faults.to_string())?;
        let needs = |reason: &Reason| {
            let facts = reason.facts.iter().chain(&reason.case_key);
            let facts: BTreeSet<String> = facts
                .map(|fact| playbook.fact(*fact).id.to_string())
                .collect();
            facts.into_iter().collect()
        };
        let reasons = playbook.reasons.iter();
        Ok(Names {
            reasons: reasons
                .map(|reason| (reason.id.to_string(), needs(reason)))
                .collect(),
            primaries: playbook
                .primaries
                .iter()
                .map(|it| it.id.to_string())
                .collect(),
            tiers: playbook.tiers.iter().map(|it| it.id.to_string()).collect(),
            channels: playbook
                .channels
                .iter()
                .map(|it| it.id.to_string())
                .collect(),
            queues: playbook.queues.iter().map(|it| it.id.to_string()).collect(),
        })
    }

    /// The contact that opens the case with this number.
    fn route(&self, number: u64) -> v1::RouteContactRequest {
        // Spread, so that the values of different fields are independent.
        let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        let pick = |len: usize, of: u64| (of % len as u64) as usize;
        let (reason, facts) = &self.reasons[pick(self.reasons.len(), spread)];
        let tier = &self.tiers[pick(self.tiers.len(), spread >> 12)];
        let channel = &self.channels[pick(self.channels.len(), spread >> 20)];
        let fact = |id: &String| v1::Fact {
            fact_id: id.clone(),
            value: Some(match id.as_str() {
                "order_id" => v1::fact::Value::Text(format!("{number:010}")),
                _ => v1::fact::Value::Declined(true),
            }),
            ..Default::default()
        };
        v1::RouteContactRequest {
            request_id: format!("route-{number}"),
            contact_id: format!("contact-{number}"),
            context: Some(v1::ContactContext {
                channel: channel.clone(),
                customer: Some(v1::CustomerRef {
                    customer_id: customer(number),
                    tier: tier.clone(),
                    ..Default::default()
                }),
                stated_reason: reason.clone(),
                facts: facts.iter().map(fact).collect(),
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    /// The same contact, after it turned out to be about another reason.
    fn mistaken(&self, number: u64) -> v1::RouteContactRequest {
        let mut request = self.route(number);
        let other = self.route(number + 1).context.unwrap_or_default();
        request.request_id = format!("again-{number}");
        if let Some(context) = &mut request.context {
            context.stated_reason = other.stated_reason;
            context.facts.extend(other.facts);
            context.facts.sort_by(|a, b| a.fact_id.cmp(&b.fact_id));
            context.facts.dedup_by(|a, b| a.fact_id == b.fact_id);
        }
        request
    }
}

/// The customer of the case with this number.
pub fn customer(number: u64) -> String {
    format!("customer-{}", number / CASES_A_CUSTOMER)
}

/// Opens `cases` cases, resolves two of three, and withdraws a few.
///
/// # Errors
/// When the server refuses a request.
pub async fn fill(address: &str, names: &Names, cases: u64) -> Result<(), Box<dyn Error>> {
    let next = Arc::new(AtomicU64::new(0));
    let mut tasks = Vec::new();
    for _ in 0..CONNECTIONS {
        let contacts = ContactServiceClient::connect(address.to_owned()).await?;
        for _ in 0..IN_FLIGHT {
            let (contacts, names, next) = (contacts.clone(), names.clone(), next.clone());
            tasks.push(tokio::spawn(one_after_another(
                contacts, names, next, cases,
            )));
        }
    }
    for task in tasks {
        task.await??;
    }
    Ok(())
}

async fn one_after_another(
    mut contacts: ContactServiceClient<Channel>,
    names: Names,
    next: Arc<AtomicU64>,
    cases: u64,
) -> Result<(), tonic::Status> {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= cases {
            return Ok(());
        }
        contacts.route_contact(names.route(number)).await?;
        if number.is_multiple_of(WITHDRAWN_ONE_IN) {
            contacts.route_contact(names.mistaken(number)).await?;
        }
        if !number.is_multiple_of(3) {
            let end = v1::EndContactRequest {
                request_id: format!("end-{number}"),
                contact_id: format!("contact-{number}"),
                outcome: v1::ContactOutcome::Resolved.into(),
                ..Default::default()
            };
            contacts.end_contact(end).await?;
        }
    }
}
