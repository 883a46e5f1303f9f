//! Both samples over the wire: reasons, tiers, channels and waits, each with what a contact may tell beside. What must
//! hold of every decision holds of what a caller sees of it.

use signpost_client::v1;
use signpost_domain::fact::FactType;
use signpost_domain::playbook::{Playbook, Reason};
use signpost_server::engine::Clock;
use signpost_tests::Outcome;
use signpost_tests::attempt::{Attempt, end, take};
use signpost_tests::server::TestServer;
use std::collections::BTreeSet;
use std::sync::Arc;
use v1::cost_factor::Amount;
use v1::{CostFactorKind as Made, CostKind, Route};

const AIRLINE: &str = include_str!("../../../playbooks/airline.yaml");
pub(crate) const RETAIL: &str = include_str!("../../../playbooks/retail.yaml");
/// What every queue reports, in seconds.
const WAITS_S: [i64; 3] = [0, 180, 1_500];
const ROUTES: [Route; 5] = [
    Route::SelfService,
    Route::Message,
    Route::Chat,
    Route::Callback,
    Route::Human,
];
/// A debug build asks about every so many cells; a release build about all.
const STRIDE: usize = if cfg!(debug_assertions) { 4 } else { 1 };

struct Grid {
    server: TestServer,
    playbook: Arc<Playbook>,
    asked: usize,
    given_up: usize,
}

/// One reason on one channel at one wait.
#[derive(Clone, Copy)]
struct Cell<'a> {
    reason: &'a Reason,
    channel: &'a str,
    wait_s: i64,
}

impl Grid {
    async fn of(source: &str) -> Outcome<Grid> {
        let server = TestServer::empty(Clock::External).await?;
        server.publish(source, 0).await?;
        let (playbook, _) = Playbook::read(source).map_err(|faults| faults.to_string())?;
        Ok(Grid {
            server,
            playbook: playbook.into(),
            asked: 0,
            given_up: 0,
        })
    }

    fn attempt(&self, cell: Cell<'_>, tier: &str) -> Attempt {
        let mut attempt = Attempt::new("", cell.channel).tier(tier);
        attempt = attempt.about(&cell.reason.id.to_string()).at(10);
        let queues = self.playbook.queues.iter();
        let stats = queues.map(|queue| v1::QueueStats {
            queue_id: queue.id.to_string(),
            expected_wait: Some(prost_types::Duration {
                seconds: cell.wait_s,
                nanos: 0,
            }),
            ..Default::default()
        });
        attempt.context.queue_stats = stats.collect();
        attempt
    }

    /// The decision on it, which must explain itself.
    async fn decided(&mut self, attempt: Attempt) -> Outcome<v1::Decision> {
        self.asked += 1;
        let request = attempt.preview();
        let asked = format!("{:?}", request.context);
        let answer = self.server.contacts().preview_route(request).await?;
        let answer = answer.into_inner().answer.unwrap_or_default();
        let decision = answer.decision.unwrap_or_default();
        self.explains_itself(&decision, &asked);
        Ok(decision)
    }

    fn explains_itself(&self, decision: &v1::Decision, asked: &str) {
        assert_eq!(decision.currency_code, self.playbook.currency.to_string());
        let costs = decision.options.iter().map(|option| option.cost_micros);
        assert!(costs.is_sorted(), "{asked}: {decision:#?}");
        let likely = decision.options.iter();
        let likely: Vec<u32> = likely.map(|it| it.propensity_basis_points).collect();
        assert_eq!(likely.first(), Some(&10_000));
        assert_eq!(likely.iter().sum::<u32>(), 10_000);
        let ineligible = decision
            .ineligible_routes
            .iter()
            .map(v1::IneligibleRoute::route);
        let mut told: Vec<Route> = ineligible.collect();
        if !is_last_resort(decision) {
            told.extend(decision.options.iter().map(route));
        }
        told.sort_by_key(|route| *route as i32);
        let mut all = ROUTES;
        all.sort_by_key(|route| *route as i32);
        assert_eq!(told, all, "{asked}: {decision:#?}");
        for option in &decision.options {
            let parts = option.cost_parts.iter();
            let sum: i64 = parts.clone().map(|part| part.amount_micros).sum();
            assert_eq!(sum, option.cost_micros, "{asked}: {option:#?}");
            for part in parts {
                let product = multiplied_out(part, decision.stake_micros);
                if let Some(product) = product {
                    assert_eq!(part.amount_micros, product, "{asked}: {part:#?}");
                }
            }
        }
    }

    /// A cell for every tier, the most valuable first: none gets less chance than the next.
    async fn of_all_tiers(
        &mut self,
        cell: Cell<'_>,
        change: impl Fn(&mut v1::ContactContext),
    ) -> Outcome<Vec<v1::Decision>> {
        let tiers: Vec<String> = self
            .playbook
            .tiers
            .iter()
            .map(|it| it.id.to_string())
            .collect();
        let mut all: Vec<v1::Decision> = Vec::new();
        for tier in tiers {
            let mut attempt = self.attempt(cell, &tier);
            change(&mut attempt.context);
            let below = self.decided(attempt).await?;
            for above in all.iter().filter(|above| fired(above) == fired(&below)) {
                assert!(chance(above) >= chance(&below), "{above:#?}\n{below:#?}");
            }
            all.push(below);
        }
        Ok(all)
    }
}

fn route(option: &v1::RouteOption) -> Route {
    option.target.clone().unwrap_or_default().route()
}

fn chance(decision: &v1::Decision) -> u32 {
    decision.options[0].chance_basis_points
}

fn fired(decision: &v1::Decision) -> BTreeSet<&str> {
    let fired = decision.fired_rules.iter();
    fired.map(|rule| rule.rule_id.as_str()).collect()
}

fn has(decision: &v1::Decision, kind: v1::FindingKind) -> bool {
    decision.findings.iter().any(|it| it.kind() == kind)
}

fn is_last_resort(decision: &v1::Decision) -> bool {
    has(decision, v1::FindingKind::LastResort)
}

/// What a part comes to, by what it says that it was made from; `None` where an amount is named as it is.
fn multiplied_out(part: &v1::CostPart, stake_micros: i64) -> Option<i64> {
    let factor = |kind: Made| {
        let factor = part.factors.iter().find(|factor| factor.kind() == kind);
        let amount = factor.and_then(|factor| factor.amount);
        i128::from(
            match amount.unwrap_or_else(|| panic!("no {kind:?}: {part:#?}")) {
                Amount::AmountMicros(micros) => micros,
                Amount::Thousandths(amount) | Amount::BasisPoints(amount) => amount.into(),
                Amount::Duration(span) => span.seconds * 1_000 + i64::from(span.nanos) / 1_000_000,
            },
        )
    };
    let rounded = |amount: i128, parts: i128| (amount + parts / 2) / parts;
    let product = match part.kind() {
        CostKind::Waiting => {
            let minutes = factor(Made::Weight) * factor(Made::Wait);
            rounded(factor(Made::Price) * minutes, 1_000 * 60_000)
        }
        CostKind::Failure => {
            let failing = factor(Made::Price) + factor(Made::Stake);
            let at_stake = rounded(factor(Made::Need) * failing, 1_000);
            assert_eq!(at_stake, i128::from(stake_micros), "{part:#?}");
            let at_risk = at_stake + factor(Made::Next);
            rounded(factor(Made::FailureChance) * at_risk, 10_000)
        }
        CostKind::CustomerPreference => {
            let failing = factor(Made::Price) + factor(Made::Stake);
            let place = factor(Made::Place) / 1_000;
            -rounded(factor(Made::Share) * failing, 10_000 * place)
        }
        _ => {
            assert!(part.factors.is_empty(), "{part:#?}");
            return None;
        }
    };
    i64::try_from(product).ok()
}

/// A route that a guard takes away is an option only where nothing else can be, and then that is said.
fn guarded(decision: &v1::Decision, routes: &[Route]) {
    let breaks = decision
        .options
        .iter()
        .any(|it| routes.contains(&route(it)));
    let says_so = has(decision, v1::FindingKind::LastResortBroken);
    assert!(!breaks || says_so, "{routes:?}: {decision:#?}");
}

/// Departures in so many minutes: nearer never gets less chance, as long as what was best can still be done as well.
async fn nearer(grid: &mut Grid, cell: Cell<'_>) -> Outcome {
    let playbook = &grid.playbook;
    let Some(fact) = cell.reason.deadline.map(|fact| playbook.fact(fact)) else {
        return Ok(());
    };
    assert_eq!(fact.fact_type, FactType::Instant);
    let (id, tier) = (fact.id.to_string(), playbook.tiers[0].id.to_string());
    let mut far: Option<v1::Decision> = None;
    for minutes in [220, 60, 30, 15, 7] {
        let attempt = grid.attempt(cell, &tier);
        let at = signpost_tests::time::minute(10 + minutes);
        let attempt = attempt.value(&id, v1::fact::Value::Instant(at));
        let near = grid.decided(attempt).await?;
        let comparable = far.as_ref().filter(|far| {
            fired(far) == fired(&near) && !is_last_resort(far) && !is_last_resort(&near)
        });
        let out_of_reach = has(&near, v1::FindingKind::DeadlineOutOfReach);
        if let Some(far) = comparable.filter(|_| !out_of_reach) {
            let written = v1::ChanceBasis::Written;
            let mut options = near.options.iter();
            let before = options.find(|it| route(it) == route(&far.options[0]));
            if let Some(before) = before.filter(|before| before.chance_basis() == written) {
                let least = before.chance_basis_points;
                assert!(chance(&near) >= least, "{far:#?}\n{near:#?}");
            }
        }
        far = Some(near);
    }
    Ok(())
}

/// The same question however English is written.
async fn alike(grid: &mut Grid, cell: Cell<'_>) -> Outcome {
    let mut plain: Option<v1::Decision> = None;
    for language in ["en", "EN", "en-US"] {
        let mut attempt = grid.attempt(cell, grid.playbook.tiers[0].id.as_str());
        attempt.context.language_code = language.to_owned();
        let mut decision = grid.decided(attempt).await?;
        for option in &mut decision.options {
            let target = option.target.get_or_insert_default();
            assert_eq!(target.language_code, language);
            target.language_code.clear();
        }
        assert_eq!(plain.get_or_insert_with(|| decision.clone()), &decision);
    }
    Ok(())
}

/// A flow that was given up on the case of a customer is offered to no tier, on no channel, at no wait.
async fn given_up(grid: &mut Grid, place: usize, cells: &[Cell<'_>]) -> Outcome {
    let customer = format!("gave-up-{place}");
    let contact = format!("before-{place}");
    let Some(first) = cells.first() else {
        return Ok(());
    };
    let tier = grid.playbook.tiers[0].id.to_string();
    let mut attempt = grid.attempt(*first, &tier);
    attempt = attempt.of(&customer).at(1).choose();
    for fact in &grid.playbook.facts {
        attempt = attempt.value(fact.id.as_str(), v1::fact::Value::Declined(true));
    }
    let request = v1::RouteContactRequest {
        contact_id: contact.clone(),
        request_id: contact.clone(),
        ..attempt.route()
    };
    let mut contacts = grid.server.contacts();
    let routed = contacts.route_contact(request).await?.into_inner();
    let decision = routed.answer.unwrap_or_default().decision;
    let mut options = decision.unwrap_or_default().options.into_iter();
    if !options.any(|option| route(&option) == Route::SelfService) {
        return Ok(());
    }
    let taken = take(&contact, Route::SelfService, 2);
    contacts.select_route(taken).await?;
    let ended = end(&contact, v1::ContactOutcome::GaveUp, 3);
    contacts.end_contact(ended).await?;
    grid.given_up += 1;
    for cell in cells {
        for tier in grid.playbook.tiers.clone() {
            let attempt = grid.attempt(*cell, tier.id.as_str()).of(&customer);
            let decision = grid.decided(attempt).await?;
            guarded(&decision, &[Route::SelfService]);
        }
    }
    Ok(())
}

async fn walk(source: &str) -> Outcome {
    let mut grid = Grid::of(source).await?;
    let playbook = grid.playbook.clone();
    let mut number = 0;
    for (place, reason) in playbook.reasons.iter().enumerate() {
        let mut cells = Vec::new();
        for channel in &playbook.channels {
            for wait_s in WAITS_S {
                number += 1;
                if number % STRIDE == 0 {
                    let channel = channel.id.as_str();
                    cells.push(Cell {
                        reason,
                        channel,
                        wait_s,
                    });
                }
            }
        }
        for &cell in &cells {
            grid.of_all_tiers(cell, |_| ()).await?;
            let prefer = [Route::Callback, Route::Chat, Route::Message];
            let attempt = grid.attempt(cell, playbook.tiers[0].id.as_str());
            let mut wishes = attempt;
            wishes.context.preferred_routes = prefer.map(|route| route as i32).to_vec();
            grid.decided(wishes).await?;
            for vulnerable in [true, false] {
                let told = grid.of_all_tiers(cell, |context| {
                    context.vulnerable = Some(vulnerable);
                    context.asked_for_person = !vulnerable;
                });
                for decision in told.await? {
                    guarded(&decision, &[Route::SelfService]);
                }
            }
            let text = v1::Ability::Text;
            let told = grid.of_all_tiers(cell, |context| context.cannot_use = vec![text.into()]);
            for decision in told.await? {
                guarded(&decision, &[Route::Chat, Route::Message]);
            }
            alike(&mut grid, cell).await?;
            nearer(&mut grid, cell).await?;
        }
        given_up(&mut grid, place, &cells).await?;
    }
    assert!(grid.asked > 16_000 / STRIDE, "asked {}", grid.asked);
    assert!(grid.given_up > 40, "given up {}", grid.given_up);
    grid.server.finish().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_airline_answers_as_it_must() -> Outcome {
    walk(AIRLINE).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_retailer_answers_as_it_must() -> Outcome {
    walk(RETAIL).await
}
