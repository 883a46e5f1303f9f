//! Follows a feed on the command line, until Ctrl-C or SIGTERM, until stdout is closed, or until the watch ends.

use super::Session;
use super::asked::AskedNames;
use super::failure::Failure;
use super::out::{Out, Paint};
use super::render::feed::{self, Mark};
use super::render::json::{self, Named};
use super::tags::TagFilterArgs;
use super::{render, signals, values};
use clap::Args;
use signpost_client::{Feed, v1};
use tokio::sync::watch::Receiver;

/// A filter for cases or contacts, apart from their state.
#[derive(Args, Debug)]
pub(crate) struct FacetArgs {
    /// The reason, stated or confirmed: primary/secondary, or primary for all below it; ids or labels.
    #[arg(long, value_name = "REASON")]
    pub(crate) reason: Vec<String>,
    /// The tier, its id or label.
    #[arg(long, value_name = "TIER")]
    pub(crate) tier: Vec<String>,
    /// The channel, its id or label.
    #[arg(long, value_name = "CHANNEL")]
    pub(crate) channel: Vec<String>,
    /// The customer.
    #[arg(long, value_name = "ID")]
    pub(crate) customer: Vec<String>,
    /// The queue that it was sent to, its id or label.
    #[arg(long, value_name = "QUEUE")]
    pub(crate) queue: Vec<String>,
    #[command(flatten)]
    pub(crate) tags: TagFilterArgs,
    /// Continue after this cursor instead of beginning with what there is; use the same filter.
    #[arg(long, value_name = "CURSOR")]
    pub(crate) from: Option<String>,
}

/// A filter for cases.
#[derive(Args, Debug)]
pub(crate) struct WatchCasesArgs {
    /// The state [default: open].
    #[arg(long, value_name = "STATE", value_parser = values::case_state())]
    state: Vec<v1::CaseState>,
    #[command(flatten)]
    facets: FacetArgs,
}

/// A filter for contacts.
#[derive(Args, Debug)]
pub(crate) struct WatchContactsArgs {
    /// The state [default: any but ended].
    #[arg(long, value_name = "STATE", value_parser = values::contact_state())]
    state: Vec<v1::ContactState>,
    #[command(flatten)]
    facets: FacetArgs,
}

impl FacetArgs {
    fn asked_names(&self) -> AskedNames {
        AskedNames {
            reasons: self.reason.clone(),
            tiers: self.tier.clone(),
            channels: self.channel.clone(),
            queues: self.queue.clone(),
        }
    }
}

impl WatchCasesArgs {
    /// The names in this filter that a playbook lists.
    pub(crate) fn asked_names(&self) -> AskedNames {
        self.facets.asked_names()
    }

    /// The filter as a request of the contract, with these names.
    pub(crate) fn into_request(self, asked: &AskedNames) -> v1::WatchCasesRequest {
        let (external_references, labels) = self.facets.tags.into_parts();
        let filter = v1::CaseFilter {
            states: self.state.into_iter().map(i32::from).collect(),
            reasons: asked.reasons.clone(),
            tiers: asked.tiers.clone(),
            channels: asked.channels.clone(),
            customer_ids: self.facets.customer,
            queue_ids: asked.queues.clone(),
            external_references,
            labels,
            ..Default::default()
        };
        v1::WatchCasesRequest {
            cursor: self.facets.from.unwrap_or_default(),
            filter: Some(filter),
            ..Default::default()
        }
    }
}

impl WatchContactsArgs {
    /// The names in this filter that a playbook lists.
    pub(crate) fn asked_names(&self) -> AskedNames {
        self.facets.asked_names()
    }

    /// The filter as a request of the contract, with these names.
    pub(crate) fn into_request(self, asked: &AskedNames) -> v1::WatchContactsRequest {
        let (external_references, labels) = self.facets.tags.into_parts();
        let filter = v1::ContactFilter {
            states: self.state.into_iter().map(i32::from).collect(),
            reasons: asked.reasons.clone(),
            tiers: asked.tiers.clone(),
            channels: asked.channels.clone(),
            customer_ids: self.facets.customer,
            queue_ids: asked.queues.clone(),
            external_references,
            labels,
            ..Default::default()
        };
        v1::WatchContactsRequest {
            cursor: self.facets.from.unwrap_or_default(),
            filter: Some(filter),
            ..Default::default()
        }
    }
}

/// A feed of cases or of contacts: first those that match, then each one as it changes.
pub(crate) trait Rows: Feed<Item: Named> {
    /// A case or a contact.
    type Row;
    /// The noun for a row.
    const NAME: &'static str;

    /// The titles of the lines.
    fn titles(paint: Paint) -> String;
    /// The line for a row.
    fn line(mark: Mark, row: &Self::Row) -> String;
    /// The content of an item; `None` for an item that only says how far the feed is.
    fn content(item: &Self::Item) -> Option<Content<'_, Self::Row>>;
}

/// The content of an item of a feed of rows.
pub(crate) enum Content<'a, R> {
    /// A row that matched when the watch began.
    There(&'a R),
    /// All rows that matched at the beginning have been sent.
    Complete,
    /// A row that changed.
    Changed(&'a R),
    /// A row that no longer matches.
    Left(&'a v1::ItemRemoved),
}

macro_rules! rows {
    ($($request:ident $row:ident $name:literal $titles:ident $line:ident $items:ident)+) => {
        $(impl Rows for v1::$request {
            type Row = v1::$row;
            const NAME: &'static str = $name;

            fn titles(paint: Paint) -> String {
                feed::$titles(paint)
            }

            fn line(mark: Mark, row: &v1::$row) -> String {
                feed::$line(mark, row)
            }

            fn content(item: &Self::Item) -> Option<Content<'_, v1::$row>> {
                use v1::$items::Item;
                match item.item.as_ref()? {
                    Item::Snapshot(row) => Some(Content::There(row)),
                    Item::SnapshotEnd(_) => Some(Content::Complete),
                    Item::Changed(row) => Some(Content::Changed(row)),
                    Item::Removed(left) => Some(Content::Left(left)),
                    Item::Heartbeat(_) | Item::WatchEnded(_) => None,
                }
            }
        })+
    };
}

rows! {
    WatchCasesRequest Case "case" case_titles case_line case_item
    WatchContactsRequest Contact "contact" contact_titles contact_line contact_item
}

/// Follows a feed of cases or of contacts, and prints a line for each row. When all rows that there are have been
/// printed, it reports the names in the filter that the live playbook does not have, because nothing may ever match
/// them.
///
/// # Errors
/// If the watch fails or stdout cannot be written.
pub(crate) async fn rows<F: Rows>(
    request: F,
    asked: &AskedNames,
    session: &Session,
) -> Result<(), Failure> {
    let out = session.out;
    if !out.json {
        out.data(&F::titles(out.paint))?;
    }
    let mut there: u32 = 0;
    follow(session, request, async |item| {
        let content = F::content(item);
        if matches!(content, Some(Content::Complete)) {
            asked.explain(session).await;
        }
        match content {
            None => Ok(None),
            Some(_) if out.json => json::line(item).map(Some),
            Some(Content::There(row)) => {
                there += 1;
                Ok(Some(out.visible(&F::line(Mark::There, row))))
            }
            Some(Content::Complete) => {
                let count = render::words::counted(there, F::NAME);
                out.say(&format!("signpost: {count}; changes follow"));
                Ok(None)
            }
            Some(Content::Changed(row)) => Ok(Some(out.visible(&F::line(Mark::Changed, row)))),
            Some(Content::Left(left)) => Ok(Some(out.visible(&feed::left_line(left)))),
        }
    })
    .await
}

/// Reports on stderr whether there is a connection.
struct Connected {
    now: Receiver<bool>,
    /// Whether there was a connection before.
    met: bool,
    out: Out,
}

impl Connected {
    fn of(now: Receiver<bool>, out: Out) -> Connected {
        Connected {
            now,
            met: false,
            out,
        }
    }

    /// Waits for `next`. Meanwhile reports when the server is gone and when it is back.
    async fn reporting_while<T>(&mut self, next: impl Future<Output = T>) -> T {
        let mut next = std::pin::pin!(next);
        loop {
            tokio::select! {
                biased;
                Ok(()) = self.now.changed() => self.tell(),
                next = &mut next => return next,
            }
        }
    }

    fn tell(&mut self) {
        let is = *self.now.borrow_and_update();
        match (is, self.met) {
            (true, true) => self.out.say("signpost: the server is back"),
            (true, false) => self.met = true,
            (false, _) => self.out.say("signpost: the server is gone; waiting for it"),
        }
    }
}

/// Prints the text that `show` makes of each item; `None` prints nothing. Reports when the server is gone and when it
/// is back. At Ctrl-C or SIGTERM, or when the watch ends or fails, also prints the cursor with which to continue; not
/// if printing failed. If the log no longer has what follows the cursor, the error has the cursor of the last item.
///
/// # Errors
/// If the watch fails or stdout cannot be written.
pub(crate) async fn follow<F: Feed>(
    session: &Session,
    request: F,
    mut show: impl AsyncFnMut(&F::Item) -> Result<Option<String>, Failure>,
) -> Result<(), Failure> {
    let mut watch = session.client()?.watch(request);
    let mut last = String::new();
    let mut connected = Connected::of(watch.connected(), session.out);
    let mut stop = std::pin::pin!(signals::asked_to_stop());
    let ended = loop {
        let next = tokio::select! {
            stopped = &mut stop => break stopped.map_err(|error| Failure::Other(error.to_string())),
            next = connected.reporting_while(watch.next()) => next,
        };
        let shown = match next {
            Ok(Some(item)) if F::ends(&item).is_some() => return Err(too_old(&last)),
            Ok(Some(item)) => {
                watch.cursor().clone_into(&mut last);
                show(&item).await?
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error.into()),
        };
        if let Some(shown) = shown {
            session.out.data(&shown)?;
        }
    };
    if !watch.cursor().is_empty() {
        let words = format!("signpost: continue with --from {}", watch.cursor());
        session.out.say(&words);
    }
    ended
}

/// What to say when the log no longer has what follows the cursor. `last` is the cursor of the last item; empty before
/// the first one.
fn too_old(last: &str) -> Failure {
    let which = match last {
        "" => "the cursor of --from".to_owned(),
        last => format!("the cursor {last}"),
    };
    Failure::Fix(format!(
        "{which} is too old: the log no longer has what follows it; begin without --from, and read what you missed with \
         a list"
    ))
}
