//! A question in the form that the decision reads: the values of the contact, the case and the customer, combined once.

use super::{IneligibilityCause, Question};
use crate::ability::Abilities;
use crate::contact::QueueStats;
use crate::ids::Slug;
use crate::playbook::{Channel, ChannelIndex, Queue, QueueIndex, RouteSpec, Whereabouts};
use crate::route::{Medium, Route};
use std::borrow::Cow;
use std::sync::Arc;

/// A question with the values combined from it.
pub(super) struct Seen<'a> {
    pub(super) question: &'a Question<'a>,
    pub(super) channel: Option<ChannelIndex>,
    pub(super) stage: Option<u16>,
    pub(super) brand: Option<u16>,
    /// The language as it was written; `None` if none is known.
    pub(super) language: Option<&'a Arc<str>>,
    /// The contact's language in the form that conditions and queues compare.
    pub(super) contact_language: Option<Cow<'a, str>>,
    /// The customer's language in the form that conditions compare.
    pub(super) customer_language: Option<Cow<'a, str>>,
    pub(super) persona: Option<&'a Slug>,
    pub(super) vulnerable: Option<bool>,
    pub(super) asked_for_person: bool,
    pub(super) cannot_use: Abilities,
}

impl<'a> Seen<'a> {
    /// The question as the first formula read it: only what this contact reports, and languages as they are written.
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

    /// The question with what the case remembers about the person, and with languages reduced to their primary subtag.
    /// A report that protects the customer counts, whoever made it.
    pub(super) fn of(question: &'a Question<'a>) -> Seen<'a> {
        let (context, profile) = (question.context, question.profile);
        let reported = &question.memory.reported;
        let stored = profile.and_then(|profile| profile.language.as_ref());
        let on_case = reported.language.as_ref().map(|report| &report.value);
        let language = context.language.as_ref().or(on_case).or(stored);
        let says = [
            context.vulnerable,
            profile.and_then(|profile| profile.vulnerable),
        ];
        let is_vulnerable = reported.vulnerable.is_some() || says.contains(&Some(true));
        let stored_abilities = profile.map_or(Abilities::EMPTY, |profile| profile.cannot_use);
        let case_abilities = reported.cannot_use.as_ref();
        let case_abilities = case_abilities.map_or(Abilities::EMPTY, |report| report.value);
        Seen {
            language,
            contact_language: language.map(|language| primary_subtag(language)),
            customer_language: stored.map(|language| primary_subtag(language)),
            persona: context
                .persona
                .as_ref()
                .or_else(|| reported.persona.as_ref().map(|report| &report.value)),
            vulnerable: match is_vulnerable {
                true => Some(true),
                false => says[0].or(says[1]),
            },
            asked_for_person: context.asked_for_person
                || question.standing.needs_person
                || reported.asked_for_person.is_some(),
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

    /// The medium of the channel; `None` if the playbook does not know the channel.
    pub(super) fn medium(&self) -> Option<Medium> {
        self.of_channel().map(|channel| channel.medium)
    }

    /// Whether the channel has this route.
    pub(super) fn on_channel(&self, route: Route) -> bool {
        let channel = self.of_channel();
        channel.is_some_and(|channel| channel.routes.contains(&route))
    }

    /// The reported numbers of a queue; `None` if there are none.
    pub(super) fn stats_of(&self, queue: &Queue) -> Option<&'a QueueStats> {
        self.question.stats_of(queue)
    }

    /// The queue of a route: the queue of the last rule whose queue serves in the medium of the route, or else the
    /// queue that the route names.
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

/// The index of an id in a list of the playbook; `None` if the list does not have the id.
fn place(ids: &[Slug], id: &Slug) -> Option<u16> {
    ids.iter()
        .position(|known| known == id)
        .and_then(|index| u16::try_from(index).ok())
}

/// A language without region and script, in lower case. The result equals [`crate::playbook::primary_language`], but
/// needs no copy if the text is in lower case already.
fn primary_subtag(tag: &str) -> Cow<'_, str> {
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    match primary.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(primary.to_ascii_lowercase()),
        false => Cow::Borrowed(primary),
    }
}

/// The cause if a consent that is needed is missing; else `None`. A consent in this contact wins over a stored one.
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

/// The place of the route in the customer's preferred routes; the first place is 1. `None` if the route is not
/// preferred. The routes in this contact win over stored ones.
pub(super) fn preferred_place(question: &Question<'_>, route: Route) -> Option<i64> {
    let of_contact = &question.context.preferred_routes;
    let stored = question
        .profile
        .map_or(&[][..], |profile| &profile.preferred_routes);
    let preferred = if of_contact.is_empty() {
        stored
    } else {
        of_contact
    };
    let place = preferred.iter().position(|&known| known == route)?;
    Some(place as i64 + 1)
}
