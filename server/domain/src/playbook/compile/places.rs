//! Compiles tiers, channels, queues and costs.

use super::Compiler;
use super::is_language;
use super::names::NameKind;
use crate::ids::Slug;
use crate::money::Money;
use crate::playbook::calendar::Calendar;
use crate::playbook::fault::At;
use crate::playbook::format::parts::{Entries, Id};
use crate::playbook::format::{ChannelFile, QueueFile, TierFile};
use crate::playbook::limits::{
    CHANNELS_MAX, NEED_MAX, QUEUE_LANGUAGES_MAX, QUEUE_SKILLS_MAX, QUEUES_MAX, SKILL_LEVEL_MAX,
    TIERS_MAX, WAIT_MAX, WAITING_WEIGHT_MAX,
};
use crate::playbook::{BasisPoints, Channel, Need, Queue, Tier, TierIndex, primary_language};
use crate::route::{Medium, Route};
use crate::time::Millis;
use std::collections::BTreeSet;
use std::sync::Arc;

const HANDLE_TIME_DEFAULT: Millis = Millis(6 * Millis::MINUTE.0);
/// The default weights in hundredths, in the order of [`Route::ALL`].
const WAITING_WEIGHTS_DEFAULT: [u16; 5] = [0, 5, 100, 25, 100];

const PREFERRED_SHARE_DEFAULT: BasisPoints = BasisPoints(1_000);
const REPEAT_NEED_DEFAULT: Need = Need(500);

/// The costs besides handling, waiting and failing.
pub(super) struct Costs {
    pub(super) waiting_weight_percent: [u16; 5],
    pub(super) leaving_channel: Money,
    pub(super) preferred_route: Money,
    pub(super) preferred_share: BasisPoints,
    pub(super) repeat_need: Need,
}

impl Compiler<'_> {
    pub(super) fn tiers(&mut self) -> Option<Vec<Tier>> {
        let file = self.file;
        let at = At::top("tiers");
        self.limit(at, file.tiers.len(), TIERS_MAX, "tiers");
        self.refuse_ids_twice(at, file.tiers.iter().map(|tier| &tier.id));
        let tiers: Vec<Option<Tier>> = file
            .tiers
            .iter()
            .enumerate()
            .map(|(place, tier)| self.tier(at.item(place), tier))
            .collect();
        tiers.into_iter().collect()
    }

    fn tier(&mut self, at: At<'_>, written: &TierFile) -> Option<Tier> {
        let id = self.slug(at.key("id"), &written.id.0);
        let label = self.label(at.key("label"), &written.label);
        let target = self.span(at.key("waiting_target"), &written.waiting_target, WAIT_MAX);
        let per_minute = self.cost(
            at.key("waiting_cost_per_minute"),
            &written.waiting_cost_per_minute,
        );
        let failure = self.cost(at.key("cost_of_failure"), &written.cost_of_failure);
        let agreed = match &written.agreed_wait_cost_per_hour {
            None => per_minute,
            Some(per_hour) => self.cost(at.key("agreed_wait_cost_per_hour"), per_hour),
        };
        Some(Tier {
            id: id?,
            label,
            waiting_target: target?,
            waiting_cost_per_minute: per_minute?,
            cost_of_failure: failure?,
            agreed_wait_cost_per_hour: agreed?,
        })
    }

    /// The tier that is marked as the default. Exactly one tier must be marked.
    pub(super) fn tier_default(&mut self) -> Option<TierIndex> {
        let file = self.file;
        let at = At::top("tiers");
        let mut defaults = (0_u16..).zip(&file.tiers).filter(|(_, tier)| tier.default);
        let Some((first, _)) = defaults.next() else {
            self.faults.add(at, || {
                (
                    "no tier is the default".to_owned(),
                    "must have default: true on exactly one tier".to_owned(),
                )
            });
            return None;
        };
        for (place, _) in defaults {
            self.faults.add(at.item(place.into()).key("default"), || {
                (
                    "a second tier is the default".to_owned(),
                    "must have default: true on exactly one tier".to_owned(),
                )
            });
        }
        Some(TierIndex(first))
    }

    pub(super) fn channels(&mut self) -> Option<Vec<Channel>> {
        let file = self.file;
        let at = At::top("channels");
        self.limit(at, file.channels.0.len(), CHANNELS_MAX, "channels");
        if file.channels.0.is_empty() {
            self.faults.add(at, || {
                ("is empty".to_owned(), "must have at least one".to_owned())
            });
        }
        let channels: Vec<Option<Channel>> = file
            .channels
            .0
            .iter()
            .map(|(id, channel)| self.channel(at.key(&id.0), id, channel))
            .collect();
        channels.into_iter().collect()
    }

    fn channel(&mut self, at: At<'_>, id: &Id, written: &ChannelFile) -> Option<Channel> {
        let slug = self.slug(at, &id.0);
        let label = self.label_or_id(at.key("label"), written.label.as_ref(), &id.0);
        let at = at.key("routes");
        self.refuse_twice(at, written.routes.iter().map(|route| route.as_str()));
        if written.routes.is_empty() {
            self.faults.add(at, || {
                ("is empty".to_owned(), "must name at least one".to_owned())
            });
        }
        Some(Channel {
            id: slug?,
            label,
            medium: written.medium,
            routes: written.routes.clone(),
            keypad: written.keypad.unwrap_or(written.medium == Medium::Voice),
        })
    }

    /// The queues. `calendars` are those of the document, in order; `None` if they could not be read.
    pub(super) fn queues(&mut self, calendars: Option<&[Arc<Calendar>]>) -> Option<Vec<Queue>> {
        let file = self.file;
        let at = At::top("queues");
        self.limit(at, file.queues.0.len(), QUEUES_MAX, "queues");
        let queues: Vec<Option<Queue>> = file
            .queues
            .0
            .iter()
            .map(|(id, queue)| self.queue(at.key(&id.0), id, queue, calendars))
            .collect();
        queues.into_iter().collect()
    }

    fn queue(
        &mut self,
        at: At<'_>,
        id: &Id,
        written: &QueueFile,
        calendars: Option<&[Arc<Calendar>]>,
    ) -> Option<Queue> {
        let slug = self.slug(at, &id.0);
        let label = self.label_or_id(at.key("label"), written.label.as_ref(), &id.0);
        let calendar = match &written.calendar {
            None => Some(None),
            Some(calendar) => self
                .find(at.key("calendar"), &calendar.0, NameKind::Calendar)
                .and_then(|number| calendars?.get(usize::from(number)).cloned())
                .map(Some),
        };
        let wait = self.span(at.key("assumed_wait"), &written.assumed_wait, WAIT_MAX);
        let handle_time = match &written.assumed_handle_time {
            None => Some(HANDLE_TIME_DEFAULT),
            Some(span) => self.span(at.key("assumed_handle_time"), span, WAIT_MAX),
        };
        let skills = self.skills(at.key("skills"), &written.skills);
        let languages = self.queue_languages(at.key("languages"), &written.languages);
        let media = written.media.iter().map(|medium| medium.as_str());
        self.refuse_twice(at.key("media"), media);
        Some(Queue {
            id: slug?,
            label,
            calendar: calendar?,
            skills,
            assumed_wait: wait?,
            assumed_handle_time: handle_time?,
            languages,
            media: written.media.clone(),
        })
    }

    /// The skills that an agent must have, with the levels that are valid.
    pub(super) fn skills(&mut self, at: At<'_>, written: &Entries<Id, i64>) -> Vec<(Slug, u8)> {
        self.limit(at, written.0.len(), QUEUE_SKILLS_MAX, "skills");
        let mut skills = Vec::with_capacity(written.0.len());
        for (skill, level) in &written.0 {
            let slug = self.slug(at.key(&skill.0), &skill.0);
            let level_read = u8::try_from(*level)
                .ok()
                .filter(|level| (1..=SKILL_LEVEL_MAX).contains(level));
            if level_read.is_none() {
                let right = format!("must be a level from 1 to {SKILL_LEVEL_MAX}");
                self.is_wrong(at.key(&skill.0), &level.to_string(), right);
            }
            skills.extend(slug.zip(level_read));
        }
        skills
    }

    fn queue_languages(&mut self, at: At<'_>, written: &[String]) -> Vec<Arc<str>> {
        self.limit(at, written.len(), QUEUE_LANGUAGES_MAX, "languages");
        self.refuse_twice(at, written.iter().map(String::as_str));
        let mut languages = Vec::with_capacity(written.len());
        for (place, language) in written.iter().enumerate() {
            if !is_language(language) {
                let right = "must be a language without a region, such as en or nl";
                self.is_wrong(at.item(place), language, right);
            }
            languages.push(primary_language(language));
        }
        languages
    }

    /// The costs besides handling, waiting and failing.
    pub(super) fn costs(&mut self) -> Option<Costs> {
        const RIGHT: &str = "must be a decimal from 0 to 100 with at most 2 decimals";
        let written = &self.file.costs;
        let at = At::top("costs");
        let mut weights = WAITING_WEIGHTS_DEFAULT;
        let at_weights = at.key("waiting_weight");
        for (route, decimal) in &written.waiting_weight.0 {
            let range = 0..=u32::from(WAITING_WEIGHT_MAX);
            let weight = self.scaled(at_weights.key(route.as_str()), decimal, 2, range, RIGHT);
            let slot = Route::ALL.iter().zip(&mut weights);
            let slot = slot.into_iter().find(|(each, _)| *each == route);
            if let (Some((_, slot)), Some(weight)) = (slot, weight) {
                *slot = u16::try_from(weight).unwrap_or(WAITING_WEIGHT_MAX);
            }
        }
        let mut or_zero = |key, decimal: Option<&_>| match decimal {
            None => Some(Money::ZERO),
            Some(decimal) => self.cost(at.key(key), decimal),
        };
        let leaving = or_zero("leaving_channel", written.leaving_channel.as_ref());
        let preferred = or_zero("preferred_route", written.preferred_route.as_ref());
        let share = match &written.preferred_share {
            None => Some(PREFERRED_SHARE_DEFAULT),
            Some(share) => self.share(at.key("preferred_share"), share),
        };
        let repeat_need = match &written.repeat_need {
            None => Some(REPEAT_NEED_DEFAULT),
            Some(need) => {
                const RIGHT: &str = "must be a decimal from 0 to 20 with at most 3 decimals";
                let at = at.key("repeat_need");
                self.scaled(at, need, 3, 0..=NEED_MAX, RIGHT).map(Need)
            }
        };
        Some(Costs {
            waiting_weight_percent: weights,
            leaving_channel: leaving?,
            preferred_route: preferred?,
            preferred_share: share?,
            repeat_need: repeat_need?,
        })
    }

    /// Adds a fault for every id that an earlier item of the list has.
    pub(super) fn refuse_ids_twice<'i>(&mut self, at: At<'_>, ids: impl Iterator<Item = &'i Id>) {
        let mut seen = BTreeSet::new();
        for (place, id) in ids.enumerate() {
            if !seen.insert(id) {
                self.is_wrong(
                    at.item(place).key("id"),
                    &id.0,
                    "must be another id: this one is taken above",
                );
            }
        }
    }
}
