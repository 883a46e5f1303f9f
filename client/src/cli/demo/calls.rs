//! The writes of one round, under way at once.

use signpost_client::{Cause, Client, ClientError, v1};
use tokio::task::JoinSet;

/// What is asked of the server, with the place of the contact where its answer matters.
#[derive(Clone, Debug)]
pub(super) enum Write {
    /// Route a contact, after its customer was kept.
    Route(
        usize,
        Option<Box<v1::UpsertCustomerRequest>>,
        Box<v1::RouteContactRequest>,
    ),
    /// Take a route.
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

/// Sends all at once; gives the answers in the order of the writes.
///
/// # Errors
/// The first that did not succeed.
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
