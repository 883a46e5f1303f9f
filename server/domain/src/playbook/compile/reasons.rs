//! Primary and secondary reasons with their routes.

use super::Compiler;
use super::names::Kind;
use crate::ids::{ReasonId, Slug};
use crate::playbook::fault::{At, echo};
use crate::playbook::file::{PrimaryFile, RouteFile, SecondaryFile};
use crate::playbook::file_parts::{Id, Span};
use crate::playbook::limits::{CASE_WINDOW_MAX, PRIMARIES_MAX, SECONDARIES_MAX};
use crate::playbook::{BasisPoints, FactIndex, Need, Primary, QueueIndex, Reason, RouteSpec};
use crate::route::Route;
use crate::time::Millis;

const CONTINUES_FOR_DEFAULT: Millis = Millis(7 * Millis::DAY.0);
const REOPENS_WITHIN_DEFAULT: Millis = Millis(14 * Millis::DAY.0);

impl Compiler<'_> {
    /// Primary reasons and, in one list, all secondary ones. Neither knows yet what it replaces by way of another.
    pub(super) fn reasons(&mut self) -> (Option<Vec<Primary>>, Option<Vec<Reason>>) {
        let file = self.file;
        let at = At::top("reasons");
        self.limit(at, file.reasons.len(), PRIMARIES_MAX, "primary reasons");
        if file.reasons.is_empty() {
            self.faults.add(at, || {
                ("is empty".to_owned(), "must have at least one".to_owned())
            });
        }
        self.refuse_ids_twice(at, file.reasons.iter().map(|primary| &primary.id));
        let mut primaries = Some(Vec::with_capacity(file.reasons.len()));
        let mut reasons = Some(Vec::new());
        for (place, written) in file.reasons.iter().enumerate() {
            let first = reasons.as_ref().map_or(0, Vec::len);
            let (primary, secondary) = self.primary(at.item(place), written, place, first);
            primaries = primaries.zip(primary).map(|(mut all, one)| {
                all.push(one);
                all
            });
            reasons = reasons.zip(secondary).map(|(mut all, more)| {
                all.extend(more);
                all
            });
        }
        (primaries, reasons)
    }

    fn primary(
        &mut self,
        at: At<'_>,
        written: &PrimaryFile,
        place: usize,
        first: usize,
    ) -> (Option<Primary>, Option<Vec<Reason>>) {
        let id = self.slug(at.key("id"), &written.id.0);
        let label = self.label(at.key("label"), &written.label);
        let stage = self.stage(at, written.stage.as_ref());
        let at_list = at.key("secondary");
        let count = written.secondary.len();
        self.limit(at_list, count, SECONDARIES_MAX, "secondary reasons");
        if count == 0 {
            self.faults.add(at_list, || {
                ("is empty".to_owned(), "must have at least one".to_owned())
            });
        }
        self.refuse_ids_twice(at_list, written.secondary.iter().map(|reason| &reason.id));
        let number = u16::try_from(place).ok();
        let above = id.clone().zip(number).zip(stage);
        let secondary: Vec<Option<Reason>> = written
            .secondary
            .iter()
            .enumerate()
            .map(|(place, reason)| self.secondary(at_list.item(place), reason, above.clone()))
            .collect();
        let range = u16::try_from(first)
            .ok()
            .zip(u16::try_from(first + count).ok());
        let primary = id.zip(range).map(|(id, (from, until))| Primary {
            id,
            label,
            secondary: from..until,
            replaces: Vec::new(),
        });
        (primary, secondary.into_iter().collect())
    }

    fn stage(&mut self, at: At<'_>, written: Option<&Id>) -> Option<Option<u16>> {
        match written {
            None => Some(None),
            Some(stage) => self.find(at.key("stage"), &stage.0, Kind::Stage).map(Some),
        }
    }

    fn secondary(
        &mut self,
        at: At<'_>,
        written: &SecondaryFile,
        above: Option<((Slug, u16), Option<u16>)>,
    ) -> Option<Reason> {
        let id = self.slug(at.key("id"), &written.id.0);
        let label = self.label(at.key("label"), &written.label);
        let stage = self.stage(at, written.stage.as_ref());
        let facts = self.asked_facts(at.key("facts"), &written.facts);
        let case_key = self.case_key(at.key("case_key"), written);
        let mut window = |key, span: Option<&Span>, default| match span {
            None => Some(default),
            Some(span) => self.span(at.key(key), span, CASE_WINDOW_MAX),
        };
        let continues_for = window(
            "continues_for",
            written.continues_for.as_ref(),
            CONTINUES_FOR_DEFAULT,
        );
        let reopens_within = window(
            "reopens_within",
            written.reopens_within.as_ref(),
            REOPENS_WITHIN_DEFAULT,
        );
        let need = match &written.need {
            None => Some(Need::ONE),
            Some(need) => self.need(at.key("need"), need),
        };
        let routes = self.routes(at.key("routes"), &written.routes.0);
        let ((primary_id, primary), stage_above) = above?;
        Some(Reason {
            id: ReasonId {
                primary: primary_id,
                secondary: Some(id?),
            },
            primary,
            label,
            stage: stage?.or(stage_above),
            facts: facts?,
            case_key: case_key?,
            continues_for: continues_for?,
            reopens_within: reopens_within?,
            need: need?,
            routes: routes?,
            replaces: Vec::new(),
        })
    }

    fn case_key(&mut self, at: At<'_>, written: &SecondaryFile) -> Option<Vec<FactIndex>> {
        let found = self.asked_facts(at, &written.case_key)?;
        for (place, id) in written.case_key.iter().enumerate() {
            if !written.facts.contains(id) {
                self.faults.add(at.item(place), || {
                    let id = echo(&id.0);
                    (
                        format!("{id} is not among the facts of the reason"),
                        format!("must be one of its facts: add {id} there"),
                    )
                });
            }
        }
        Some(found)
    }

    fn routes(&mut self, at: At<'_>, written: &[(Route, RouteFile)]) -> Option<Vec<RouteSpec>> {
        if written.is_empty() {
            self.faults.add(at, || {
                ("is empty".to_owned(), "must have at least one".to_owned())
            });
        }
        let routes: Vec<Option<RouteSpec>> = written
            .iter()
            .map(|(route, spec)| self.route(at.key(route.as_str()), *route, spec))
            .collect();
        routes.into_iter().collect()
    }

    fn route(&mut self, at: At<'_>, route: Route, written: &RouteFile) -> Option<RouteSpec> {
        const RIGHT: &str = "must be a decimal from 0 to 1 with at most 4 decimals";
        let certain = u32::from(BasisPoints::ONE.0);
        let cost = self.cost(at.key("cost"), &written.cost);
        let resolves = self.scaled(at.key("resolves"), &written.resolves, 4, 0..=certain, RIGHT);
        self.flow_or_queue(at, route, written);
        let flow = match &written.flow {
            None => Some(None),
            Some(flow) => self.slug(at.key("flow"), &flow.0).map(Some),
        };
        let queue = match &written.queue {
            None => Some(None),
            Some(queue) => self
                .find(at.key("queue"), &queue.0, Kind::Queue)
                .map(|number| Some(QueueIndex(number))),
        };
        let facts = self.asked_facts(at.key("facts"), &written.facts);
        let consent = match &written.consent {
            None => Some(None),
            Some(consent) => self
                .find(at.key("consent"), &consent.0, Kind::Consent)
                .map(Some),
        };
        Some(RouteSpec {
            route,
            flow: flow?,
            queue: queue?,
            cost: cost?,
            resolves: BasisPoints(u16::try_from(resolves?).ok()?),
            facts: facts?,
            consent: consent?,
        })
    }

    /// Self-service has a flow, every other route has a queue, and neither has the other.
    fn flow_or_queue(&mut self, at: At<'_>, route: Route, written: &RouteFile) {
        let keys = [
            ("flow", written.flow.is_some()),
            ("queue", written.queue.is_some()),
        ];
        for (key, is_there) in keys {
            let belongs = (route == Route::SelfService) == (key == "flow");
            if belongs && !is_there {
                self.faults.add(at.key(key), || {
                    (
                        format!("the {key} of {route} is missing"),
                        "must be there".to_owned(),
                    )
                });
            } else if is_there && !belongs {
                self.faults.add(at.key(key), || {
                    (
                        format!("{route} has a {key}"),
                        "must be left out".to_owned(),
                    )
                });
            }
        }
    }
}
