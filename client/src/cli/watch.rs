//! Following a feed on the command line, until Ctrl-C, the reader's end, or the server's.

use super::Session;
use super::asked::AskedNames;
use super::failure::Failure;
use super::out::{Out, Paint};
use super::render::feed::{self, Mark};
use super::render::json::{self, Named};
use super::tags::TagFilterArgs;
use super::{render, values};
use clap::Args;
use signpost_client::{Feed, v1};
use tokio::sync::watch::Receiver;

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
    /// The waiting line that it was sent to.
    #[arg(long, value_name = "QUEUE")]
    pub(crate) queue: Vec<String>,
    #[command(flatten)]
    pub(crate) tags: TagFilterArgs,
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
    /// Its names that a playbook lists.
    pub(crate) fn asked_names(&self) -> AskedNames {
        self.facets.asked_names()
    }

    /// The contract's form of it.
    pub(crate) fn into_request(self) -> v1::WatchCasesRequest {
        let (external_references, labels) = self.facets.tags.into_parts();
        let filter = v1::CaseFilter {
            states: self.state.into_iter().map(i32::from).collect(),
            reasons: self.facets.reason,
            tiers: self.facets.tier,
            channels: self.facets.channel,
            customer_ids: self.facets.customer,
            queue_ids: self.facets.queue,
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
    /// Its names that a playbook lists.
    pub(crate) fn asked_names(&self) -> AskedNames {
        self.facets.asked_names()
    }

    /// The contract's form of it.
    pub(crate) fn into_request(self) -> v1::WatchContactsRequest {
        let (external_references, labels) = self.facets.tags.into_parts();
        let filter = v1::ContactFilter {
            states: self.state.into_iter().map(i32::from).collect(),
            reasons: self.facets.reason,
            tiers: self.facets.tier,
            channels: self.facets.channel,
            customer_ids: self.facets.customer,
            queue_ids: self.facets.queue,
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

/// A feed of cases or of contacts: those that match, then each as it changes.
pub(crate) trait Rows: Feed<Item: Named> {
    /// A case or a contact.
    type Row;
    /// What that is called.
    const NAME: &'static str;

    /// The titles of the lines.
    fn titles(paint: Paint) -> String;
    /// A line.
    fn line(mark: Mark, row: &Self::Row) -> String;
    /// What an item tells; nothing for one that only says how far the feed is.
    fn told(item: &Self::Item) -> Option<Told<'_, Self::Row>>;
}

/// What an item of a feed of rows tells.
pub(crate) enum Told<'a, R> {
    /// It was there when the watch began.
    There(&'a R),
    /// All that were there have been told.
    Complete,
    /// It changed.
    Changed(&'a R),
    /// It matches no more.
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

            fn told(item: &Self::Item) -> Option<Told<'_, v1::$row>> {
                use v1::$items::Item;
                match item.item.as_ref()? {
                    Item::Snapshot(row) => Some(Told::There(row)),
                    Item::SnapshotEnd(_) => Some(Told::Complete),
                    Item::Changed(row) => Some(Told::Changed(row)),
                    Item::Removed(left) => Some(Told::Left(left)),
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

/// Follows a feed of cases or of contacts, a line for each that is told. Once it has told what there is, it says
/// which of the names that were asked for the live playbook does not have: nothing may ever come for such.
///
/// # Errors
/// When the watch or stdout fails.
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
        let told = F::told(item);
        if matches!(told, Some(Told::Complete)) {
            asked.explain(session).await;
        }
        match told {
            None => Ok(None),
            Some(_) if out.json => json::line(item).map(Some),
            Some(Told::There(row)) => {
                there += 1;
                Ok(Some(out.visible(&F::line(Mark::There, row))))
            }
            Some(Told::Complete) => {
                let count = render::words::counted(there, F::NAME);
                out.say(&format!("signpost: {count}; changes follow"));
                Ok(None)
            }
            Some(Told::Changed(row)) => Ok(Some(out.visible(&F::line(Mark::Changed, row)))),
            Some(Told::Left(left)) => Ok(Some(out.visible(&feed::left_line(left)))),
        }
    })
    .await
}

/// What is said of the connection, beside the data.
struct Connected {
    now: Receiver<bool>,
    /// Whether there was one before.
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

    /// Waits for `next`, and meanwhile says when the server goes and when it is back.
    async fn told_while<T>(&mut self, next: impl Future<Output = T>) -> T {
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
            (true, true) => self.out.say("signpost: it is back"),
            (true, false) => self.met = true,
            (false, _) => self.out.say("signpost: the server is gone; waiting for it"),
        }
    }
}

/// Prints what `show` makes of each item; nothing for nothing. Says when the server goes and when it is back, and where
/// to go on, however it ends.
///
/// # Errors
/// When the watch or stdout fails.
pub(crate) async fn follow<F: Feed>(
    session: &Session,
    request: F,
    mut show: impl AsyncFnMut(&F::Item) -> Result<Option<String>, Failure>,
) -> Result<(), Failure> {
    let mut watch = session.client()?.watch(request);
    let mut connected = Connected::of(watch.connected(), session.out);
    let mut stop = std::pin::pin!(tokio::signal::ctrl_c());
    let ended = loop {
        let next = tokio::select! {
            stopped = &mut stop => break stopped.map_err(|error| Failure::Other(error.to_string())),
            next = connected.told_while(watch.next()) => next,
        };
        let shown = match next {
            Ok(Some(item)) if F::ends(&item).is_some() => {
                let words = "the log keeps nothing as old as that cursor; begin without it";
                return Err(Failure::Fix(words.to_owned()));
            }
            Ok(Some(item)) => show(&item).await?,
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
