//! Compiles the routes of reasons. For each key of a route, the reason, its primary reason and the playbook are read in
//! this order.

use super::Compiler;
use super::names::NameKind;
use crate::ids::Slug;
use crate::money::Money;
use crate::playbook::fault::At;
use crate::playbook::format::parts::{Decimal, Entries};
use crate::playbook::format::routes::RouteFile;
use crate::playbook::limits::WAIT_MAX;
use crate::playbook::{
    BasisPoints, FactIndex, Inherited, Level, QueueColumn, QueueIndex, RouteSpec,
};
use crate::route::Route;
use crate::time::Millis;

/// The value of a key: `None` if it is not written, `Some(None)` if it is written and not valid.
type Key<T> = Option<Option<T>>;

/// The destination of one route.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    /// The queue that is used if no other one matches.
    pub(super) default: Option<QueueIndex>,
    /// The queues by properties of the contact. The first match is used.
    pub(super) choices: Vec<(QueueColumn, QueueIndex)>,
}

/// What one level says about one route.
#[derive(Default)]
struct Part {
    flow: Key<Slug>,
    queue: Key<Lines>,
    cost: Key<Money>,
    resolves: Key<BasisPoints>,
    takes: Key<Millis>,
    facts: Key<Vec<FactIndex>>,
    consent: Key<u16>,
}

/// What one level says about routes.
#[derive(Default)]
pub(super) struct Layer<'a> {
    routes: Vec<(Route, Part)>,
    /// The routes for which this level inherits nothing from the levels above.
    without: &'a [Route],
}

impl Layer<'_> {
    fn part(&self, route: Route) -> Option<&Part> {
        let mut routes = self.routes.iter();
        let found = routes.find(|(each, _)| *each == route);
        found.map(|(_, part)| part)
    }
}

/// The levels of one reason, its own level first.
#[derive(Clone, Copy)]
pub(super) struct Layers<'l> {
    pub(super) reason: &'l Layer<'l>,
    pub(super) primary: &'l Layer<'l>,
    pub(super) playbook: &'l Layer<'l>,
}

impl<'l> Layers<'l> {
    /// What the levels say about a route, the nearest level first.
    fn parts(self, route: Route) -> impl Iterator<Item = (Level, &'l Part)> {
        let own = self.reason.part(route).map(|part| (Level::Reason, part));
        let is_cut = self.reason.without.contains(&route);
        let primary = self.primary.part(route).filter(|_| !is_cut);
        let primary = primary.map(|part| (Level::Primary, part));
        let is_cut = is_cut || self.primary.without.contains(&route);
        let playbook = self.playbook.part(route).filter(|_| !is_cut);
        let playbook = playbook.map(|part| (Level::Playbook, part));
        [own, primary, playbook].into_iter().flatten()
    }

    /// All routes of the reason: first its own, then those of its primary reason, then those of the playbook.
    fn routes(self) -> Vec<Route> {
        let mut routes = Vec::with_capacity(Route::ALL.len());
        for layer in [self.reason, self.primary, self.playbook] {
            for (route, _) in &layer.routes {
                if !routes.contains(route) && self.parts(*route).next().is_some() {
                    routes.push(*route);
                }
            }
        }
        routes
    }

    /// The value of a key, and the level on which it is written.
    fn value<T: Clone>(self, route: Route, key: fn(&Part) -> &Key<T>) -> (Key<T>, Level) {
        let mut written = self.parts(route);
        let found = written.find_map(|(level, part)| Some((key(part).clone()?, level)));
        found.map_or((None, Level::Reason), |(value, level)| (Some(value), level))
    }
}

/// `None` if the key is written and not valid; `Some(None)` if it is not written.
fn sound<T>(key: Key<T>) -> Option<Option<T>> {
    match key {
        None => Some(None),
        Some(value) => value.map(Some),
    }
}

impl Compiler<'_> {
    /// What one level says about routes. `above` are the levels that it inherits from.
    pub(super) fn layer<'l>(
        &mut self,
        at: At<'_>,
        written: &Entries<Route, RouteFile>,
        without: &'l [Route],
        above: &[&Layer<'_>],
    ) -> Layer<'l> {
        let at_without = at.key("without");
        self.refuse_twice(at_without, without.iter().map(|route| route.as_str()));
        for (place, route) in without.iter().enumerate() {
            if above.iter().all(|layer| layer.part(*route).is_none()) {
                self.faults.add(at_without.item(place), || {
                    (
                        format!("no level above has the route {route}"),
                        "must be left out, or the `routes` of a level above must have it"
                            .to_owned(),
                    )
                });
            }
        }
        let at = at.key("routes");
        self.routes_layer(at, written, without)
    }

    /// What the playbook itself says about routes, which are at the path `at`.
    pub(super) fn routes_layer<'l>(
        &mut self,
        at: At<'_>,
        written: &Entries<Route, RouteFile>,
        without: &'l [Route],
    ) -> Layer<'l> {
        let routes = written.0.iter();
        let routes = routes.map(|(route, file)| {
            let part = self.route_part(at.key(route.as_str()), *route, file);
            (*route, part)
        });
        Layer {
            routes: routes.collect(),
            without,
        }
    }

    fn route_part(&mut self, at: At<'_>, route: Route, written: &RouteFile) -> Part {
        let RouteFile {
            flow,
            queue,
            cost,
            resolves,
            takes,
            facts,
            consent,
        } = written;
        self.refuse_foreign(at, route, written);
        let flow = flow.as_ref();
        let cost = cost.as_ref();
        let resolves = resolves.as_ref();
        let takes = takes.as_ref();
        let consent = consent.as_ref();
        Part {
            flow: flow.map(|flow| self.slug(at.key("flow"), &flow.0)),
            queue: queue
                .as_ref()
                .map(|queue| self.lines(at.key("queue"), route, queue)),
            cost: cost.map(|cost| self.cost(at.key("cost"), cost)),
            resolves: resolves.map(|share| self.share(at.key("resolves"), share)),
            takes: takes.map(|span| self.span(at.key("takes"), span, WAIT_MAX)),
            facts: facts
                .as_ref()
                .map(|facts| self.asked_facts(at.key("facts"), facts)),
            consent: consent.map(|id| self.find(at.key("consent"), &id.0, NameKind::Consent)),
        }
    }

    /// A share from 0 to 1, as basis points.
    pub(super) fn share(&mut self, at: At<'_>, written: &Decimal) -> Option<BasisPoints> {
        const RIGHT: &str = "must be a decimal from 0 to 1 with at most 4 decimals";
        let certain = u32::from(BasisPoints::ONE.0);
        let share = self.scaled(at, written, 4, 0..=certain, RIGHT)?;
        u16::try_from(share).ok().map(BasisPoints)
    }

    /// Adds a fault for a flow on a route to people, or a queue on self-service.
    fn refuse_foreign(&mut self, at: At<'_>, route: Route, written: &RouteFile) {
        let keys = [
            ("flow", written.flow.is_some()),
            ("queue", written.queue.is_some()),
        ];
        for (key, is_there) in keys {
            let belongs = (route == Route::SelfService) == (key == "flow");
            if is_there && !belongs {
                self.faults.add(at.key(key), || {
                    let right = match key {
                        "flow" => "must be left out: only self_service has a flow",
                        _ => "must be left out: self_service has a flow, and no queue",
                    };
                    (format!("{route} has a {key}"), right.to_owned())
                });
            }
        }
    }

    /// The routes of a reason, with what they inherit. `at` is the path of the reason's own routes.
    pub(super) fn routes(&mut self, at: At<'_>, layers: Layers<'_>) -> Option<Vec<RouteSpec>> {
        let routes = layers.routes();
        if routes.is_empty() {
            self.faults.add(at, || {
                ("is empty".to_owned(), "must have at least one".to_owned())
            });
        }
        let specs = routes.into_iter();
        let specs = specs.map(|route| self.route(at.key(route.as_str()), route, layers));
        let specs: Vec<Option<RouteSpec>> = specs.collect();
        specs.into_iter().collect()
    }

    fn route(&mut self, at: At<'_>, route: Route, layers: Layers<'_>) -> Option<RouteSpec> {
        let (flow, of_flow) = layers.value(route, |part| &part.flow);
        let (queue, of_queue) = layers.value(route, |part| &part.queue);
        let (cost, of_cost) = layers.value(route, |part| &part.cost);
        let (resolves, of_resolves) = layers.value(route, |part| &part.resolves);
        let (takes, of_takes) = layers.value(route, |part| &part.takes);
        let (facts, of_facts) = layers.value(route, |part| &part.facts);
        let (consent, of_consent) = layers.value(route, |part| &part.consent);
        let is_flow = route == Route::SelfService;
        let is_own = layers.reason.part(route).is_some();
        for (key, is_there) in [
            ("flow", flow.is_some() || !is_flow),
            ("queue", queue.is_some() || is_flow),
            ("cost", cost.is_some()),
            ("resolves", resolves.is_some()),
        ] {
            if !is_there {
                self.missing_key(at, route, key, is_own);
            }
        }
        let lines = sound(queue)?.unwrap_or_default();
        Some(RouteSpec {
            route,
            flow: sound(flow)?,
            queue: lines.default,
            queues: lines.choices,
            cost: cost??,
            resolves: resolves??,
            takes: sound(takes)?,
            facts: sound(facts)?.unwrap_or_default(),
            consent: sound(consent)?,
            inherited: Inherited {
                queue: of_queue,
                flow: of_flow,
                cost: of_cost,
                resolves: of_resolves,
                takes: of_takes,
                facts: of_facts,
                consent: of_consent,
            },
        })
    }

    /// Adds a fault for a missing key. `is_own` means that the reason itself names the route, so the route is intended.
    fn missing_key(&mut self, at: At<'_>, route: Route, key: &str, is_own: bool) {
        self.faults.add(at.key(key), || {
            let what = format!("the {key} of {route} is missing");
            let fix = match is_own {
                true => "must be there".to_owned(),
                false => format!("must be there, or the reason must say without: [{route}]"),
            };
            (what, fix)
        });
    }
}
