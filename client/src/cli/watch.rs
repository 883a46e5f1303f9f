//! Following a feed on the command line, until Ctrl-C, the reader's end, or the server's.

use super::Session;
use super::failure::Failure;
use super::values;
use clap::Args;
use signpost_client::{Feed, v1};

/// Which cases or contacts, apart from their state.
#[derive(Args, Debug)]
pub(crate) struct FacetArgs {
    /// The reason, stated or confirmed: primary/secondary, or primary for all below it.
    #[arg(long, value_name = "REASON")]
    pub(crate) reason: Vec<String>,
    /// The tier.
    #[arg(long, value_name = "TIER")]
    pub(crate) tier: Vec<String>,
    /// The channel.
    #[arg(long, value_name = "CHANNEL")]
    pub(crate) channel: Vec<String>,
    /// The customer.
    #[arg(long, value_name = "ID")]
    pub(crate) customer: Vec<String>,
    /// Go on behind this cursor instead of beginning with what there is; with the same filter.
    #[arg(long, value_name = "CURSOR")]
    pub(crate) from: Option<String>,
}

/// Which cases.
#[derive(Args, Debug)]
pub(crate) struct WatchCasesArgs {
    /// The state [default: open].
    #[arg(long, value_name = "STATE", value_parser = values::case_state())]
    state: Vec<v1::CaseState>,
    #[command(flatten)]
    facets: FacetArgs,
}

/// Which contacts.
#[derive(Args, Debug)]
pub(crate) struct WatchContactsArgs {
    /// Where it is [default: anywhere but ended].
    #[arg(long, value_name = "PLACE", value_parser = values::contact_place())]
    place: Vec<v1::ContactPlace>,
    #[command(flatten)]
    facets: FacetArgs,
}

impl WatchCasesArgs {
    /// The contract's form of it.
    pub(crate) fn into_request(self) -> v1::WatchCasesRequest {
        let filter = v1::CaseFilter {
            states: self.state.into_iter().map(i32::from).collect(),
            reasons: self.facets.reason,
            tiers: self.facets.tier,
            channels: self.facets.channel,
            customer_ids: self.facets.customer,
        };
        v1::WatchCasesRequest {
            cursor: self.facets.from.unwrap_or_default(),
            filter: Some(filter),
        }
    }
}

impl WatchContactsArgs {
    /// The contract's form of it.
    pub(crate) fn into_request(self) -> v1::WatchContactsRequest {
        let filter = v1::ContactFilter {
            places: self.place.into_iter().map(i32::from).collect(),
            reasons: self.facets.reason,
            tiers: self.facets.tier,
            channels: self.facets.channel,
            customer_ids: self.facets.customer,
        };
        v1::WatchContactsRequest {
            cursor: self.facets.from.unwrap_or_default(),
            filter: Some(filter),
        }
    }
}

/// Prints what `show` makes of each item; nothing for nothing. Says where to go on, however it ends.
///
/// # Errors
/// When the watch or stdout fails.
pub(crate) async fn follow<F: Feed>(
    session: &Session,
    request: F,
    mut show: impl FnMut(&F::Item) -> Result<Option<String>, Failure>,
) -> Result<(), Failure> {
    let mut watch = session.client()?.watch(request);
    let mut stop = std::pin::pin!(tokio::signal::ctrl_c());
    let ended = loop {
        let next = tokio::select! {
            stopped = &mut stop => break stopped.map_err(|error| Failure::Other(error.to_string())),
            next = watch.next() => next,
        };
        let shown = match next {
            Ok(Some(item)) if F::ends(&item).is_some() => {
                let words = "the log keeps nothing as old as that cursor; begin without it";
                return Err(Failure::Fix(words.to_owned()));
            }
            Ok(Some(item)) => show(&item)?,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error.into()),
        };
        if let Some(shown) = shown {
            session.out.data(&shown)?;
        }
    };
    if !watch.cursor().is_empty() {
        let words = format!("signpost: go on with --from {}", watch.cursor());
        session.out.say(&words);
    }
    ended
}
