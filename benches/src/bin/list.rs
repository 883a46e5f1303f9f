//! Pages of 50 cases out of many: each filter alone, in both orders, and every pair of filters; the worst pair is told.
//!
//! `cargo run --release -p signpost-benches --bin list [-- --cases N]`

use clap::Parser;
use comfy_table::Table;
use hdrhistogram::Histogram;
use signpost_benches::filled::{Names, customer, fill};
use signpost_benches::process::Server;
use signpost_benches::served::{publish, say, signpost};
use signpost_proto::v1;
use signpost_proto::v1::case_service_client::CaseServiceClient;
use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};
use tonic::transport::Channel;

/// Cases of a page.
const PAGE_SIZE: u32 = 50;
/// Pages that are read of one list.
const PAGES_MAX: usize = 12;
/// Times that the first page of each list is asked for.
const ROUNDS: usize = 3;
/// Values of a field that pairs are made of.
const PAIRED_VALUES_MAX: usize = 3;

/// Measures pages of lists.
#[derive(Parser)]
struct Args {
    /// A folder on the disk to use.
    #[arg(long, default_value = "target")]
    folder: PathBuf,
    /// Cases.
    #[arg(long, default_value_t = 1_000_000)]
    cases: u64,
    /// Serve this data folder (used by the bench itself).
    #[arg(long, hide = true)]
    serve: Option<PathBuf>,
}

/// A field of the filter, with values of it.
struct Field {
    name: &'static str,
    set: fn(&mut v1::ListCasesRequest, &str),
    values: Vec<String>,
}

/// What pages came to.
struct Pages {
    latency: Histogram<u64>,
    cases: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    if let Some(folder) = &args.serve {
        return signpost(folder).await;
    }
    let folder = tempfile::tempdir_in(&args.folder)?;
    let server = Server::start(&["--serve"], &folder.path().join("data"))?;
    publish(&server.address).await?;
    let names = Names::read()?;
    let began = (Instant::now(), SystemTime::now());
    fill(&server.address, &names, args.cases).await?;
    let took = began.0.elapsed();
    say(&format!(
        "{} cases filled in {:.0} s",
        args.cases,
        took.as_secs_f64()
    ));
    let mut cases = CaseServiceClient::connect(server.address.clone()).await?;
    let fields = fields(&names, args.cases, began.1 + took / 2);
    let mut table = Table::new();
    table.set_header([
        "filter",
        "pages",
        "cases a page",
        "p50 ms",
        "p99 ms",
        "most ms",
    ]);
    for field in &fields {
        let mut pages = Pages::none()?;
        for value in &field.values {
            let mut asked = v1::ListCasesRequest::default();
            (field.set)(&mut asked, value);
            pages.measure(&mut cases, asked).await?;
        }
        table.add_row(pages.row(field.name));
    }
    let mut worst: Option<(String, Pages)> = None;
    for (place, one) in fields.iter().enumerate() {
        for other in &fields[place + 1..] {
            let pages = pair(&mut cases, one, other).await?;
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
    say(&table.to_string());
    say(
        "from sending to the answer, of one caller at a time; pages of 50 from each end of the list",
    );
    Ok(())
}

fn fields(names: &Names, cases: u64, middle: SystemTime) -> Vec<Field> {
    let field = |name, set, values| Field { name, set, values };
    let spread = (0..12).map(|part| part * cases / 12);
    let reasons = names.reasons.iter().map(|(reason, _)| reason.clone());
    let middle = middle
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    vec![
        field("none", |_, _| (), vec![String::new()]),
        field(
            "state",
            |asked, word| asked.state = word.parse().unwrap_or_default(),
            (1..=4).map(|state| state.to_string()).collect(),
        ),
        field(
            "primary reason",
            |asked, name| asked.reason = name.into(),
            names.primaries.clone(),
        ),
        field(
            "secondary reason",
            |asked, name| asked.reason = name.into(),
            reasons.collect(),
        ),
        field(
            "tier",
            |asked, name| asked.tier = name.into(),
            names.tiers.clone(),
        ),
        field(
            "channel",
            |asked, name| asked.channel = name.into(),
            names.channels.clone(),
        ),
        field(
            "queue",
            |asked, name| asked.queue = name.into(),
            names.queues.clone(),
        ),
        field(
            "customer",
            |asked, name| asked.customer_id = name.into(),
            spread.map(customer).collect(),
        ),
        field(
            "opened between",
            |asked, from| {
                let seconds = from.parse().unwrap_or_default();
                asked.opened_from = Some(prost_types::Timestamp { seconds, nanos: 0 });
                asked.opened_before = Some(prost_types::Timestamp {
                    seconds: seconds + 2,
                    nanos: 0,
                });
            },
            (0..4)
                .map(|second| (middle.as_secs() + second).to_string())
                .collect(),
        ),
        field(
            "number",
            |asked, text| asked.number = text.into(),
            vec!["3".into(), "z9".into()],
        ),
    ]
}

/// Some values of one field with some of another.
async fn pair(
    cases: &mut CaseServiceClient<Channel>,
    one: &Field,
    other: &Field,
) -> Result<Pages, Box<dyn Error>> {
    let mut pages = Pages::none()?;
    for first in some(&one.values) {
        for second in some(&other.values) {
            let mut asked = v1::ListCasesRequest::default();
            (one.set)(&mut asked, first);
            (other.set)(&mut asked, second);
            pages.measure(cases, asked).await?;
        }
    }
    Ok(pages)
}

/// The first, the last and one between.
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

    /// Reads pages from both ends.
    async fn measure(
        &mut self,
        cases: &mut CaseServiceClient<Channel>,
        asked: v1::ListCasesRequest,
    ) -> Result<(), Box<dyn Error>> {
        for order in [v1::ListOrder::NewestFirst, v1::ListOrder::OldestFirst] {
            for round in 0..ROUNDS {
                let mut asked = asked.clone();
                asked.order = order.into();
                asked.page_size = PAGE_SIZE;
                let pages = if round == 0 { PAGES_MAX } else { 1 };
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
