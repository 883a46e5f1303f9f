//! The writes of one round, all sent at the same time.

use signpost_client::{Cause, Client, ClientError, v1};
use tokio::task::JoinSet;

/// One write. The number is the place of the contact, where the answer is needed.
#[derive(Clone, Debug)]
pub(super) enum Write {
    /// Route a contact, after its customer has been written.
    Route(
        usize,
        Option<Box<v1::UpsertCustomerRequest>>,
        Box<v1::RouteContactRequest>,
    ),
    /// Select a route.
    Take(v1::SelectRouteRequest),
    /// Decide again on a contact.
    Reroute(usize, Box<v1::RerouteContactRequest>),
    /// End a contact.
    End(usize, v1::EndContactRequest),
}

impl Write {
    async fn send(self, client: &Client) -> Result<Option<v1::ContactAnswer>, ClientError> {
        match self {
            Write::Route(_, first, request) => {
                if let Some(customer) = first {
                    client.upsert_customer(*customer).await?;
                }
                Ok(client.route_contact(*request).await?.answer)
            }
            Write::Take(request) => client.select_route(request).await.map(|_| None),
            Write::Reroute(_, request) => Ok(client.reroute_contact(*request).await?.answer),
            Write::End(_, request) => client.end_contact(request).await.map(|_| None),
        }
    }
}

/// Sends all writes at the same time, and gives the answers in the order of the writes.
///
/// # Errors
/// The first error of a write.
pub(super) async fn send_all(
    client: &Client,
    writes: &[Write],
) -> Result<Vec<Option<v1::ContactAnswer>>, ClientError> {
    let mut under_way = JoinSet::new();
    for (place, write) in writes.iter().cloned().enumerate() {
        let client = client.clone();
        under_way.spawn(async move { (place, write.send(&client).await) });
    }
    let mut answers = vec![None; writes.len()];
    while let Some(done) = under_way.join_next().await {
        let (place, answer) =
            done.map_err(|error| ClientError::Unavailable(error.to_string(), Cause::default()))?;
        answers[place] = answer?;
    }
    Ok(answers)
}
