//! Pages of 50 cases out of many: each filter alone, in both orders, and every pair of filters. The worst pair is
//! printed.
//!
//! `cargo run --release -p signpost-benches --bin list [-- --cases N --keep DIR]`

use clap::Parser;
use comfy_table::Table;
use hdrhistogram::Histogram;
use signpost_benches::filled::{Names, customer, fill};
use signpost_benches::process::Server;
use signpost_benches::served::{Place, publish, say, signpost};
use signpost_proto::v1;
use signpost_proto::v1::case_service_client::CaseServiceClient;
use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tonic::transport::Channel;

/// Cases on a page.
const PAGE_SIZE: u32 = 50;
/// How many pages are read of one list.
const PAGES_MIN: usize = 12;
/// How many pages are read of one filter, if its values have so many: enough to make the worst of a hundred meaningful.
const PAGES_OF_FILTER: usize = 400;
/// The orders in which a list is read.
const ORDERS: [v1::ListOrder; 2] = [v1::ListOrder::NewestFirst, v1::ListOrder::OldestFirst];
/// How often the first page of each list is read.
const ROUNDS: usize = 3;
/// The maximum number of values of a field that are used for pairs.
const PAIRED_VALUES_MAX: usize = 3;

/// Measures pages of lists.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    place: Place,
    /// The number of cases.
    #[arg(long, default_value_t = 1_000_000)]
    cases: u64,
    /// Fill this folder and keep it. If an earlier run has kept it, measure what is in it.
    #[arg(long)]
    keep: Option<PathBuf>,
}

/// A field of the filter, with some values.
struct Field {
    name: &'static str,
    set: fn(&mut v1::CaseFilter, &str),
    values: Vec<String>,
}

/// The measurements of pages.
struct Pages {
    latency: Histogram<u64>,
    cases: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    if let Some(folder) = &args.place.serve {
        return signpost(folder).await;
    }
    let temporary = match &args.keep {
        Some(_) => None,
        None => Some(tempfile::tempdir_in(&args.place.folder)?),
    };
    let kept = args.keep.as_deref();
    let folder = kept.or(temporary.as_ref().map(TempDir::path));
    let data = folder.ok_or("no folder")?.join("data");
    let is_filled = data.exists();
    let server = Server::start(&["--serve"], &data)?;
    let names = Names::read()?;
    if !is_filled {
        publish(&server.address).await?;
        let began = Instant::now();
        fill(&server.address, &names, args.cases).await?;
        say(&format!(
            "{} cases filled in {:.0} s",
            args.cases,
            began.elapsed().as_secs_f64()
        ));
    }
    let mut cases = CaseServiceClient::connect(server.address.clone()).await?;
    let asked = Instant::now();
    let newest = opened_at_the_end(&mut cases, v1::ListOrder::NewestFirst).await?;
    say(&format!(
        "the first page, which waits for the rows of what was just written: {:.0} ms",
        asked.elapsed().as_secs_f64() * 1_000.0
    ));
    let oldest = opened_at_the_end(&mut cases, v1::ListOrder::OldestFirst).await?;
    let fields = fields(&names, args.cases, (oldest + newest) / 2);
    say(&measured(&mut cases, &fields).await?.to_string());
    say(
        "from sending to the answer, of one caller at a time; pages of 50 from each end of the list",
    );
    Ok(())
}

/// The time at which the first case in this order was opened, in Unix seconds.
async fn opened_at_the_end(
    cases: &mut CaseServiceClient<Channel>,
    order: v1::ListOrder,
) -> Result<i64, Box<dyn Error>> {
    let asked = v1::ListCasesRequest {
        order: order.into(),
        page_size: PAGE_SIZE,
        ..v1::ListCasesRequest::default()
    };
    let found = cases.list_cases(asked).await?.into_inner();
    let first = found.cases.first().and_then(|case| case.open_time);
    Ok(first.ok_or("no case")?.seconds)
}

/// Measures each filter alone, then the pair with the worst p99.
async fn measured(
    cases: &mut CaseServiceClient<Channel>,
    fields: &[Field],
) -> Result<Table, Box<dyn Error>> {
    let mut table = Table::new();
    table.set_header([
        "filter",
        "pages",
        "cases a page",
        "p50 ms",
        "p99 ms",
        "most ms",
    ]);
    for field in fields {
        let mut pages = Pages::none()?;
        let each = PAGES_OF_FILTER / (ORDERS.len() * field.values.len().max(1));
        for value in &field.values {
            let mut filter = v1::CaseFilter::default();
            (field.set)(&mut filter, value);
            pages.measure(cases, filter, each.max(PAGES_MIN)).await?;
        }
        table.add_row(pages.row(field.name));
    }
    let mut worst: Option<(String, Pages)> = None;
    for (place, one) in fields.iter().enumerate() {
        for other in &fields[place + 1..] {
            let pages = pair(cases, one, other).await?;
            let p99 = pages.latency.value_at_quantile(0.99);
            if worst
                .as_ref()
                .is_none_or(|(_, worst)| p99 > worst.latency.value_at_quantile(0.99))
            {
                worst = Some((
                    format!("worst pair: {} and {}", one.name, other.name),
                    pages,
                ));
            }
        }
    }
    if let Some((name, pages)) = worst {
        table.add_row(pages.row(&name));
    }
    Ok(table)
}

fn fields(names: &Names, cases: u64, middle: i64) -> Vec<Field> {
    let field = |name, set, values| Field { name, set, values };
    let spread = (0..12).map(|part| part * cases / 12);
    let reasons = names.reasons.iter().map(|(reason, _)| reason.clone());
    vec![
        field("none", |_, _| (), vec![String::new()]),
        field(
            "state",
            |asked, word| asked.states.extend(word.parse::<i32>()),
            (1..=4).map(|state| state.to_string()).collect(),
        ),
        field(
            "open or one other state",
            |asked, word| {
                asked
                    .states
                    .extend(word.parse::<i32>().into_iter().chain([1]))
            },
            (2..=4).map(|state| state.to_string()).collect(),
        ),
        field(
            "primary reason",
            |asked, name| asked.reasons.push(name.into()),
            names.primaries.clone(),
        ),
        field(
            "secondary reason",
            |asked, name| asked.reasons.push(name.into()),
            reasons.collect(),
        ),
        field(
            "tier",
            |asked, name| asked.tiers.push(name.into()),
            names.tiers.clone(),
        ),
        field(
            "channel",
            |asked, name| asked.channels.push(name.into()),
            names.channels.clone(),
        ),
        field(
            "queue",
            |asked, name| asked.queue_ids.push(name.into()),
            names.queues.clone(),
        ),
        field(
            "customer",
            |asked, name| asked.customer_ids.push(name.into()),
            spread.map(customer).collect(),
        ),
        field(
            "opened between",
            |asked, from| {
                let seconds = from.parse().unwrap_or_default();
                asked.from_time = Some(prost_types::Timestamp { seconds, nanos: 0 });
                asked.before_time = Some(prost_types::Timestamp {
                    seconds: seconds + 2,
                    nanos: 0,
                });
            },
            (0..4).map(|second| (middle + second).to_string()).collect(),
        ),
        field(
            "number",
            |asked, text| asked.case_ids.push(text.into()),
            vec!["3".into(), "z9".into()],
        ),
    ]
}

/// Measures some values of one field together with some of another.
async fn pair(
    cases: &mut CaseServiceClient<Channel>,
    one: &Field,
    other: &Field,
) -> Result<Pages, Box<dyn Error>> {
    let mut pages = Pages::none()?;
    for first in some(&one.values) {
        for second in some(&other.values) {
            let mut filter = v1::CaseFilter::default();
            (one.set)(&mut filter, first);
            (other.set)(&mut filter, second);
            pages.measure(cases, filter, PAGES_MIN).await?;
        }
    }
    Ok(pages)
}

/// The last value, and some others at even distances.
fn some(values: &[String]) -> impl Iterator<Item = &String> {
    let step = values.len().div_ceil(PAIRED_VALUES_MAX).max(1);
    values.iter().rev().step_by(step)
}

impl Pages {
    fn none() -> Result<Pages, Box<dyn Error>> {
        Ok(Pages {
            latency: Histogram::new(3)?,
            cases: 0,
        })
    }

    /// Reads at most `pages_max` pages from each end.
    async fn measure(
        &mut self,
        cases: &mut CaseServiceClient<Channel>,
        filter: v1::CaseFilter,
        pages_max: usize,
    ) -> Result<(), Box<dyn Error>> {
        for order in ORDERS {
            for round in 0..ROUNDS {
                let mut asked = v1::ListCasesRequest {
                    filter: Some(filter.clone()),
                    order: order.into(),
                    page_size: PAGE_SIZE,
                    ..v1::ListCasesRequest::default()
                };
                let pages = if round == 0 { pages_max } else { 1 };
                for _ in 0..pages {
                    let began = Instant::now();
                    let answer = cases.list_cases(asked.clone()).await?.into_inner();
                    self.note(began.elapsed(), answer.cases.len())?;
                    if answer.next_page_token.is_empty() {
                        break;
                    }
                    asked.page_token = answer.next_page_token;
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, took: Duration, cases: usize) -> Result<(), Box<dyn Error>> {
        self.latency.record(u64::try_from(took.as_micros())?)?;
        self.cases += cases as u64;
        Ok(())
    }

    fn row(&self, name: &str) -> Vec<String> {
        let ms = |micros: u64| format!("{:.2}", micros as f64 / 1_000.0);
        let pages = self.latency.len();
        vec![
            name.to_owned(),
            pages.to_string(),
            (self.cases / pages.max(1)).to_string(),
            ms(self.latency.value_at_quantile(0.5)),
            ms(self.latency.value_at_quantile(0.99)),
            ms(self.latency.max()),
        ]
    }
}
