//! Compiles primary and secondary reasons with their routes.

use super::Compiler;
use super::names::NameKind;
use super::routes::{Layer, Layers};
use crate::fact::FactType;
use crate::ids::{ReasonId, Slug};
use crate::money::Money;
use crate::playbook::fault::At;
use crate::playbook::format::parts::{Id, Span};
use crate::playbook::format::{PrimaryFile, SecondaryFile};
use crate::playbook::limits::{CASE_WINDOW_MAX, PRIMARIES_MAX, SECONDARIES_MAX};
use crate::playbook::tree::echo;
use crate::playbook::{FactIndex, Need, Primary, Reason};
use crate::time::Millis;

const CONTINUES_FOR_DEFAULT: Millis = Millis(7 * Millis::DAY.0);
const REOPENS_WITHIN_DEFAULT: Millis = Millis(14 * Millis::DAY.0);

/// What a secondary reason inherits.
struct Above<'l> {
    /// The id and the number of its primary reason, and the stage of the primary reason, if they are valid.
    primary: Option<((Slug, u16), Option<u16>)>,
    /// The routes of its primary reason.
    routes: &'l Layer<'l>,
    /// The routes of the playbook.
    playbook: &'l Layer<'l>,
}

impl Compiler<'_> {
    /// The primary reasons, and all secondary reasons in one list. What a reason replaces through another reason is
    /// filled in later.
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
        let above = self.routes_layer(At::top("routes"), &file.routes, &[]);
        let mut primaries = Some(Vec::with_capacity(file.reasons.len()));
        let mut reasons = Some(Vec::new());
        for (place, written) in file.reasons.iter().enumerate() {
            let first = reasons.as_ref().map_or(0, Vec::len);
            let (primary, secondary) =
                self.primary(at.item(place), written, (place, first), &above);
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
        (place, first): (usize, usize),
        playbook: &Layer<'_>,
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
        let layer = self.layer(at, &written.routes, &written.without, &[playbook]);
        let above = Above {
            primary: id.clone().zip(number).zip(stage),
            routes: &layer,
            playbook,
        };
        let secondary: Vec<Option<Reason>> = written
            .secondary
            .iter()
            .enumerate()
            .map(|(place, reason)| self.secondary(at_list.item(place), reason, &above))
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
            Some(stage) => self
                .find(at.key("stage"), &stage.0, NameKind::Stage)
                .map(Some),
        }
    }

    fn secondary(
        &mut self,
        at: At<'_>,
        written: &SecondaryFile,
        above: &Above<'_>,
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
        let stake = match &written.stake {
            None => Some(Money::ZERO),
            Some(stake) => self.cost(at.key("stake"), stake),
        };
        let deadline = match &written.deadline {
            None => Some(None),
            Some(fact) => self.deadline(at.key("deadline"), fact).map(Some),
        };
        let layers = [above.routes, above.playbook];
        let own = self.layer(at, &written.routes, &written.without, &layers);
        let layers = Layers {
            reason: &own,
            primary: above.routes,
            playbook: above.playbook,
        };
        let routes = self.routes(at.key("routes"), layers);
        let ((primary_id, primary), stage_above) = above.primary.clone()?;
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
            stake: stake?,
            deadline: deadline?,
            routes: routes?,
            replaces: Vec::new(),
        })
    }

    /// The fact for a deadline. It must be a point in time.
    fn deadline(&mut self, at: At<'_>, id: &Id) -> Option<FactIndex> {
        let number = self.find(at, &id.0, NameKind::Fact)?;
        let file = self.file;
        let (_, fact) = &file.facts.0[usize::from(number)];
        if fact.fact_type != FactType::Instant {
            self.faults.add(at, || {
                let instants = file.facts.0.iter();
                let instants = instants.filter(|(_, fact)| fact.fact_type == FactType::Instant);
                let names: Vec<&str> = instants.map(|(id, _)| id.0.as_str()).collect();
                let of = format!("{:?}", fact.fact_type).to_lowercase();
                let fix = match names.as_slice() {
                    [] => "must be a fact of type instant, and the playbook has none".to_owned(),
                    names => format!("must be a fact of type instant: {}", names.join(", ")),
                };
                (format!("{} is of type {of}", echo(&id.0)), fix)
            });
            return None;
        }
        Some(FactIndex(number))
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
}
