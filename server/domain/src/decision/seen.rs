//! A question as it is looked at: what the contact, the case and the customer say of the same thing, put together once.

use super::{IneligibilityCause, Question};
use crate::ability::Abilities;
use crate::contact::QueueStats;
use crate::ids::Slug;
use crate::playbook::{Channel, ChannelIndex, Queue, QueueIndex, RouteSpec, Whereabouts};
use crate::route::{Medium, Route};
use std::borrow::Cow;
use std::sync::Arc;

/// A question with what is put together of it.
pub(super) struct Seen<'a> {
    pub(super) question: &'a Question<'a>,
    pub(super) channel: Option<ChannelIndex>,
    pub(super) stage: Option<u16>,
    pub(super) brand: Option<u16>,
    /// As it was told.
    pub(super) language: Option<&'a Arc<str>>,
    /// What conditions and queues compare.
    pub(super) contact_language: Option<Cow<'a, str>>,
    /// What conditions compare.
    pub(super) customer_language: Option<Cow<'a, str>>,
    pub(super) persona: Option<&'a Slug>,
    pub(super) vulnerable: Option<bool>,
    pub(super) asked_for_person: bool,
    pub(super) cannot_use: Abilities,
}

impl<'a> Seen<'a> {
    /// As the first formula looked at it: at what was told now, and languages as they are written.
    pub(super) fn by_first(question: &'a Question<'a>) -> Seen<'a> {
        let (context, profile) = (question.context, question.profile);
        let stored = profile.and_then(|profile| profile.language.as_ref());
        Seen {
            language: context.language.as_ref(),
            contact_language: context.language.as_deref().map(Cow::Borrowed),
            customer_language: stored.map(|language| Cow::Borrowed(&**language)),
            persona: context.persona.as_ref(),
            vulnerable: context
                .vulnerable
                .or_else(|| profile.and_then(|profile| profile.vulnerable)),
            asked_for_person: context.asked_for_person || question.standing.needs_person,
            cannot_use: Abilities::EMPTY,
            ..Seen::bare(question)
        }
    }

    /// With what the case remembers of the person, and languages by their primary subtag. What protects the customer
    /// holds whoever said it; only that it was never said lets it go.
    pub(super) fn of(question: &'a Question<'a>) -> Seen<'a> {
        let (context, profile) = (question.context, question.profile);
        let told = &question.memory.told;
        let stored = profile.and_then(|profile| profile.language.as_ref());
        let on_case = told.language.as_ref().map(|told| &told.value);
        let language = context.language.as_ref().or(on_case).or(stored);
        let says = [
            context.vulnerable,
            profile.and_then(|profile| profile.vulnerable),
        ];
        let is_vulnerable = told.vulnerable.is_some() || says.contains(&Some(true));
        let stored_abilities = profile.map_or(Abilities::EMPTY, |profile| profile.cannot_use);
        let case_abilities = told.cannot_use.as_ref();
        let case_abilities = case_abilities.map_or(Abilities::EMPTY, |told| told.value);
        Seen {
            language,
            contact_language: language.map(|language| primary_subtag(language)),
            customer_language: stored.map(|language| primary_subtag(language)),
            persona: context
                .persona
                .as_ref()
                .or_else(|| told.persona.as_ref().map(|told| &told.value)),
            vulnerable: match is_vulnerable {
                true => Some(true),
                false => says[0].or(says[1]),
            },
            asked_for_person: context.asked_for_person
                || question.standing.needs_person
                || told.asked_for_person.is_some(),
            cannot_use: context.cannot_use.and(stored_abilities).and(case_abilities),
            ..Seen::bare(question)
        }
    }

    fn bare(question: &'a Question<'a>) -> Seen<'a> {
        let playbook = question.playbook;
        let context = question.context;
        let stage = context.stage.as_ref();
        let brand = context.brand.as_ref();
        let own_stage = playbook.reasons.get(usize::from(question.reason.0));
        Seen {
            question,
            channel: playbook.index.channels.get(&context.channel).copied(),
            stage: match stage {
                Some(stage) => place(&playbook.stages, stage),
                None => own_stage.and_then(|reason| reason.stage),
            },
            brand: brand.and_then(|brand| place(&playbook.brands, brand)),
            language: None,
            contact_language: None,
            customer_language: None,
            persona: None,
            vulnerable: None,
            asked_for_person: false,
            cannot_use: Abilities::EMPTY,
        }
    }

    pub(super) fn of_channel(&self) -> Option<&'a Channel> {
        let index = usize::from(self.channel?.0);
        self.question.playbook.channels.get(index)
    }

    /// What kind of conversation the channel carries, if the playbook knows it.
    pub(super) fn medium(&self) -> Option<Medium> {
        self.of_channel().map(|channel| channel.medium)
    }

    /// Whether the channel has this route.
    pub(super) fn on_channel(&self, route: Route) -> bool {
        let channel = self.of_channel();
        channel.is_some_and(|channel| channel.routes.contains(&route))
    }

    /// What was reported of a queue.
    pub(super) fn stats_of(&self, queue: &Queue) -> Option<&'a QueueStats> {
        self.question.stats_of(queue)
    }

    /// Where a route leads: where the last rule says whose queue serves in its medium, else where the route says.
    pub(super) fn queue_of(&self, spec: &RouteSpec, by_rules: &[QueueIndex]) -> Option<&'a Queue> {
        let playbook = self.question.playbook;
        let medium = self.medium();
        let served_in = medium.and_then(|medium| spec.route.served_in(medium));
        let mut by_rules = by_rules.iter().rev();
        let by_rule = served_in
            .and_then(|medium| by_rules.find(|&&index| playbook.queue(index).serves(medium)));
        let of_route = || {
            spec.queue_for(Whereabouts {
                channel: self.channel,
                medium,
                brand: self.brand,
                language: self.contact_language.as_deref(),
            })
        };
        let index = by_rule.copied().or_else(of_route);
        index.map(|index| playbook.queue(index))
    }
}

/// The index of an id in one of the playbook's lists.
fn place(ids: &[Slug], id: &Slug) -> Option<u16> {
    ids.iter()
        .position(|known| known == id)
        .and_then(|index| u16::try_from(index).ok())
}

/// A language without region and script, in lower case; as [`crate::playbook::primary_language`], but without a copy
/// where it is written so.
fn primary_subtag(tag: &str) -> Cow<'_, str> {
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    match primary.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(primary.to_ascii_lowercase()),
        false => Cow::Borrowed(primary),
    }
}

/// Why a consent that is needed is missing. One told now wins over a stored one.
pub(super) fn missing_consent(
    question: &Question<'_>,
    consent: Option<u16>,
) -> Option<IneligibilityCause> {
    let consent = question.playbook.consents.get(usize::from(consent?))?;
    let stored = question
        .profile
        .map_or(&[][..], |profile| &profile.consents);
    let mut known = question.context.consents.iter().chain(stored);
    match known
        .find(|known| known.id == *consent)
        .map(|known| known.granted)
    {
        Some(true) => None,
        Some(false) => Some(IneligibilityCause::ConsentRefused(consent.clone())),
        None => Some(IneligibilityCause::ConsentUnknown(consent.clone())),
    }
}

/// Which of the customer's preferred routes this is, from 1. Routes told now win over stored ones.
pub(super) fn preferred_place(question: &Question<'_>, route: Route) -> Option<i64> {
    let told = &question.context.preferred_routes;
    let stored = question
        .profile
        .map_or(&[][..], |profile| &profile.preferred_routes);
    let preferred = if told.is_empty() { stored } else { told };
    let place = preferred.iter().position(|&known| known == route)?;
    Some(place as i64 + 1)
}
