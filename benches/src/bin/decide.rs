//! One decision, uncached, with its explanation. The playbook has 8 × 8 reasons, 5 routes and 200 rules; 12 of the
//! rules can apply, and 6 of these have a condition. Then the same with 10 000 more rules that cannot apply.
//!
//! `cargo run --release -p signpost-benches --bin decide` prints times; under
//! `valgrind --tool=callgrind … decide --once N` the instructions of N decisions can be counted.

use clap::Parser;
use signpost_benches::playbooks::sized;
use signpost_domain::contact::ContactContext;
use signpost_domain::customer::Profile;
use signpost_domain::decision::{ContactStats, Decided, Formula, Memory, Question, decide};
use signpost_domain::fact::{Fact, FactSource, FactValue, Facts, Knowledge};
use signpost_domain::ids::{ReasonId, Slug};
use signpost_domain::money::Money;
use signpost_domain::playbook::Playbook;
use signpost_domain::time::{Millis, UnixMs};
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

/// How many rules that cannot apply the second playbook has.
const MORE_RULES: usize = 10_000;
/// Decisions in a round.
const ROUND: u32 = 20_000;
/// The number of rounds. The fastest counts, because these machines are noisy.
const ROUNDS: usize = 15;

/// Measures one decision.
#[derive(Parser)]
struct Args {
    /// Decide this many times with 200 rules and print nothing, to count instructions.
    #[arg(long)]
    once: Option<u32>,
    /// With `--once`: the number of further rules that cannot apply.
    #[arg(long, default_value_t = 0)]
    more: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    if let Some(times) = args.once {
        let bench = Bench::of(args.more)?;
        (0..times).for_each(|_| drop(black_box(bench.decide())));
        return Ok(());
    }
    let few = Bench::of(0)?;
    let many = Bench::of(MORE_RULES)?;
    let decided = few.decide();
    let decision = &decided.decision;
    let (few, many) = (few.nanoseconds(), many.nanoseconds());
    let mut table = comfy_table::Table::new();
    table.set_header([
        "rules",
        "can apply",
        "fired",
        "options",
        "one decision",
        "ratio",
    ]);
    let (fired, options) = (
        decision.fired.len().to_string(),
        decision.options.len().to_string(),
    );
    let row = |rules: usize, ns: f64| {
        let time = format!("{:.2} µs", ns / 1_000.0);
        let ratio = format!("{:.2}", ns / few);
        [
            rules.to_string(),
            "12".into(),
            fired.clone(),
            options.clone(),
            time,
            ratio,
        ]
    };
    table.add_row(row(200, few));
    table.add_row(row(200 + MORE_RULES, many));
    print(&table.to_string());
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a bench reports on stdout")]
fn print(text: &str) {
    println!("{text}");
}

struct Bench {
    playbook: Playbook,
    context: ContactContext,
    profile: Profile,
    facts: Facts,
    standing: ContactStats,
    memory: Memory,
}

impl Bench {
    fn of(more: usize) -> Result<Bench, Box<dyn Error>> {
        let playbook = Playbook::stored(&sized(more)).map_err(|faults| faults.to_string())?;
        let now = UnixMs(1_792_000_000_000);
        let fact = |id: &str, value| Fact {
            id: Slug::stored(id),
            knowledge: Knowledge::Known(value),
            source: FactSource::Customer,
            learnt_at: now,
            currency: None,
        };
        let facts = Facts::from_facts([
            fact("order_id", FactValue::Text("3348917502".into())),
            fact("departs_at", FactValue::Instant(now + Millis::HOUR)),
            fact("amount", FactValue::Money(Money::from_micros(300_000_000))),
        ]);
        let standing = ContactStats {
            now,
            contacts_7d: 3,
            case_contacts: 1,
            repeats: 1,
            ..ContactStats::default()
        };
        let profile = Profile {
            vulnerable: Some(false),
            ..Profile::default()
        };
        Ok(Bench {
            playbook,
            context: context(&facts)?,
            profile,
            facts,
            standing,
            memory: Memory::default(),
        })
    }

    fn decide(&self) -> Decided {
        let playbook = &self.playbook;
        let reason = ReasonId {
            primary: Slug::stored("reason_0"),
            secondary: Some(Slug::stored("sub_0")),
        };
        decide(&Question {
            playbook,
            reason: playbook.index.reasons[&reason],
            tier: playbook.index.tiers["gold"],
            context: &self.context,
            reported: &[],
            profile: Some(&self.profile),
            facts: &self.facts,
            standing: self.standing,
            memory: &self.memory,
            formula: Formula::default(),
        })
    }

    /// The time of one decision in nanoseconds, in the fastest round.
    fn nanoseconds(&self) -> f64 {
        let round = || {
            let start = Instant::now();
            (0..ROUND).for_each(|_| drop(black_box(self.decide())));
            start.elapsed().as_nanos() as f64 / f64::from(ROUND)
        };
        (0..ROUNDS).map(|_| round()).fold(f64::INFINITY, f64::min)
    }
}

fn context(facts: &Facts) -> Result<ContactContext, Box<dyn Error>> {
    Ok(ContactContext {
        reason: Some(ReasonId::parse("reason_0/sub_0")?),
        facts: facts.clone(),
        sentiment_score: Some(-40),
        language: Some("nl".into()),
        ..ContactContext::on(Slug::new("web_chat")?)
    })
}
