//! What the commands that list things share: filters and pages.

use super::Session;
use super::asked::AskedNames;
use super::at_least::AtLeast;
use super::failure::Failure;
use super::form::{FormArgs, Output};
use super::out::Out;
use super::render::json::Named;
use super::render::lists::Listing;
use super::tags::TagFilterArgs;
use super::values;
use super::zone::{Moment, Zone};
use clap::Args;
use signpost_client::{List, v1};

/// The maximum number of items of one page that is fetched.
const PAGE_SIZE: u32 = 200;

/// A filter for cases or contacts. Where a flag is given more than once, one of its values must match.
#[derive(Args, Debug)]
pub(crate) struct FilterArgs {
    /// With this reason, stated or confirmed; a primary reason stands for all reasons below it. As all names of the
    /// playbook here, it can be an id, or a label that only one has.
    #[arg(long, value_name = "PRIMARY[/SECONDARY]")]
    pub(crate) reason: Vec<String>,
    /// Of this tier: for a case, that under which it was opened; for a contact, that of its case.
    #[arg(long, value_name = "TIER")]
    pub(crate) tier: Vec<String>,
    /// On this channel.
    #[arg(long, value_name = "CHANNEL")]
    pub(crate) channel: Vec<String>,
    /// Sent to this queue.
    #[arg(long, value_name = "QUEUE")]
    pub(crate) queue: Vec<String>,
    /// Of this customer, and of all customers that are merged with it.
    #[arg(long, value_name = "KEY")]
    pub(crate) customer: Vec<String>,
    /// Of the customer who holds this handle as verified. Write the handle exactly as it was given. `customer list`
    /// finds those who hold it unverified or shared, too.
    #[arg(long, value_name = "KIND=VALUE", value_parser = values::identity, conflicts_with = "customer")]
    pub(crate) identity: Option<v1::Identity>,
    /// Opened then or later: RFC 3339, or a day in the playbook's time zone.
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    pub(crate) from: Option<Moment>,
    /// Opened before this time.
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    pub(crate) before: Option<Moment>,
    #[command(flatten)]
    pub(crate) tags: TagFilterArgs,
    /// Print all that is kept of each, in JSON: facts, contacts, attempts and links, too.
    #[arg(long)]
    pub(crate) full: bool,
}

impl FilterArgs {
    /// The names in this filter that a playbook lists.
    pub(crate) fn asked_names(&self) -> AskedNames {
        AskedNames {
            reasons: self.reason.clone(),
            tiers: self.tier.clone(),
            channels: self.channel.clone(),
            queues: self.queue.clone(),
        }
    }

    /// How much of each item is fetched, as a value of the contract.
    pub(crate) fn view(&self) -> i32 {
        match self.full {
            true => v1::View::Full.into(),
            false => v1::View::Basic.into(),
        }
    }
}

/// How much of a list is printed, and in which form.
#[derive(Args, Debug)]
pub(crate) struct PageArgs {
    /// The maximum number of items to print; 0 for all.
    #[arg(
        long,
        value_name = "COUNT",
        default_value_t = 50,
        allow_negative_numbers = true
    )]
    limit: usize,
    /// Continue where an earlier list with the same filter and order ended.
    #[arg(
        long,
        value_name = "TOKEN",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) page_token: String,
    #[command(flatten)]
    pub(crate) at_least: AtLeast,
    /// List the oldest first.
    #[arg(long)]
    oldest_first: bool,
    #[command(flatten)]
    form: FormArgs,
}

impl PageArgs {
    /// The order, as a value of the contract.
    pub(crate) fn order(&self) -> i32 {
        match self.oldest_first {
            true => v1::ListOrder::OldestFirst.into(),
            false => v1::ListOrder::NewestFirst.into(),
        }
    }

    /// The maximum number of items of the first page.
    pub(crate) fn page_size(&self) -> u32 {
        match u32::try_from(self.limit) {
            Ok(0) | Err(_) => PAGE_SIZE,
            Ok(limit) => limit.min(PAGE_SIZE),
        }
    }
}

/// Fetches as many items as `page` asks for, and prints them, through a pager if a person reads them. The JSON is the
/// `response` of the items, of the token with which the list continues (empty at the end) and of the revision. If there
/// are no items, it also prints which names in the filter the live playbook does not have.
pub(crate) async fn print<L: List, M: Named>(
    request: L,
    page: &PageArgs,
    asked: &AskedNames,
    session: &Session,
    response: impl FnOnce(Vec<L::Item>, String, String) -> M,
    listing: impl FnOnce(&[L::Item], bool, Zone) -> Listing,
) -> Result<(), Failure> {
    let mut pages = session.client()?.pages(request);
    let mut items = Vec::new();
    while let Some(more) = pages.page().await? {
        items.extend(more);
        let left = page.limit.checked_sub(items.len());
        if page.limit == 0 {
            continue;
        }
        match left {
            None | Some(0) => break,
            Some(left) => pages.limit_page(u32::try_from(left).unwrap_or(PAGE_SIZE).min(PAGE_SIZE)),
        }
    }
    let next_token = pages.next_token().unwrap_or_default();
    let shown = items.len();
    let paint = session.out.paint;
    let output = page.form.output(session.out);
    match output {
        Output::Json => {
            let response = response(items, next_token, pages.revision().to_owned());
            return Out { json: true, paint }.answer(&response, |_| String::new());
        }
        Output::Csv => {
            let zone = session.timed().await.paint.zone();
            let listing = listing(&items, true, zone);
            session.out.data(&page.form.csv(&listing))?;
        }
        Output::Table | Output::Wide => {
            let zone = session.timed().await.paint.zone();
            let listing = listing(&items, output == Output::Wide, zone);
            if listing.rows.is_empty() {
                session.out.say("nothing matches");
                asked.explain(session).await;
            } else {
                session.out.paged(&listing.table(paint))?;
            }
        }
    }
    if !next_token.is_empty() {
        session
            .out
            .say(&format!(
                "{shown} shown; there may be more: --limit 0 shows all, --page-token {next_token} goes on"
            ));
    }
    Ok(())
}
