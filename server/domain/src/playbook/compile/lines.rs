//! Compiles the destination of a route: one queue, or several queues by channel, brand, medium and language.

use super::Compiler;
use super::names::NameKind;
use super::routes::Lines;
use crate::playbook::fault::{At, right_names};
use crate::playbook::format::ChannelFile;
use crate::playbook::format::parts::{Entries, Id};
use crate::playbook::format::routes::QueueChoice;
use crate::playbook::limits::QUEUE_CHOICES_MAX;
use crate::playbook::tree::echo;
use crate::playbook::{ChannelIndex, QueueColumn, QueueIndex, primary_language};
use crate::route::{Medium, Route};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The key of the queue that is used if no other key matches.
const DEFAULT: &str = "default";

/// A channel and its number.
pub(super) type Numbered<'a> = (u16, &'a (Id, ChannelFile));

impl<'a> Compiler<'a> {
    /// The queue of a route, or the queues by properties of the contact.
    pub(super) fn lines(
        &mut self,
        at: At<'_>,
        route: Route,
        written: &QueueChoice,
    ) -> Option<Lines> {
        let choices = match written {
            QueueChoice::One(id) => {
                let queue = QueueIndex(self.find(at, &id.0, NameKind::Queue)?);
                let channels = self.channels_with(route);
                self.refuse_unserved(at, route, queue, &channels);
                return Some(Lines {
                    default: Some(queue),
                    choices: Vec::new(),
                });
            }
            QueueChoice::By(Entries(choices)) => choices,
        };
        self.limit(at, choices.len(), QUEUE_CHOICES_MAX, "queues");
        let mut lines = Lines::default();
        let mut is_sound = true;
        // The channels for which no queue was found so far.
        let mut left = self.channels_with(route);
        let mut default = None;
        let mut choices: Vec<&(String, Id)> = choices.iter().collect();
        choices.sort_by_key(|(key, _)| (self.precedence(key), key.as_str()));
        for (key, id) in choices {
            let at = at.key(key);
            let queue = self.find(at, &id.0, NameKind::Queue).map(QueueIndex);
            if key == DEFAULT {
                default = Some((at, queue));
                is_sound &= queue.is_some();
                continue;
            }
            let column = self.queue_column(at, key);
            let (Some(queue), Some(column)) = (queue, column) else {
                is_sound = false;
                continue;
            };
            let (met, rest) = left.iter().partition(|channel| covers(&column, channel));
            let met: Vec<Numbered<'a>> = met;
            self.refuse_unserved(at, route, queue, &met);
            if matches!(column, QueueColumn::Channel(_) | QueueColumn::Medium(_)) {
                left = rest;
            }
            lines.choices.push((column, queue));
        }
        match default {
            Some((at, queue)) => {
                lines.default = queue;
                if let Some(queue) = queue {
                    self.refuse_unserved(at, route, queue, &left);
                }
            }
            None if is_sound => self.refuse_uncovered(at, route, &left),
            None => {}
        }
        is_sound.then_some(lines)
    }

    /// The rank of a key in the mapping: more specific keys come first. The order in which the keys are written has no
    /// meaning, as in every mapping of a playbook, because it does not change the version.
    fn precedence(&self, key: &str) -> u8 {
        // A key that is the name of a channel and of a brand is read as the channel.
        if self.names.of(NameKind::Channel).number(key).is_some() {
            return 1;
        }
        if self.names.of(NameKind::Brand).number(key).is_some() {
            return 0;
        }
        match Medium::parse(key) {
            Some(_) => 2,
            None => 3,
        }
    }

    /// What a key of the mapping stands for; `None` if it stands for nothing.
    fn queue_column(&mut self, at: At<'_>, key: &str) -> Option<QueueColumn> {
        if let Some(channel) = self.names.of(NameKind::Channel).number(key) {
            return Some(QueueColumn::Channel(ChannelIndex(channel)));
        }
        if let Some(brand) = self.names.of(NameKind::Brand).number(key) {
            return Some(QueueColumn::Brand(brand));
        }
        if let Some(medium) = Medium::parse(key) {
            return Some(QueueColumn::Medium(medium));
        }
        let languages = self.languages();
        if languages.contains(key) {
            return Some(QueueColumn::Language(key.into()));
        }
        let primary = primary_language(key);
        self.faults.add(at, || {
            let what = format!("there is no channel, brand, medium or language {}", echo(key));
            let mut names: Vec<&str> = vec![DEFAULT];
            names.extend(&self.names.of(NameKind::Channel).names);
            names.extend(&self.names.of(NameKind::Brand).names);
            names.extend(Medium::ALL.map(Medium::as_str));
            names.extend(languages.iter().map(AsRef::as_ref));
            let fix = match right_names(key, "key", names.into_iter()) {
                _ if languages.contains(&primary) => format!("must be the language alone: {primary}"),
                near if near.starts_with("did you mean") => near,
                _ => "must be default, a channel, a brand, a medium, or a language of `locales` or of the `languages` of a queue".to_owned(),
            };
            (what, fix)
        });
        None
    }

    /// The languages that the playbook uses, in its locales and its queues.
    fn languages(&self) -> BTreeSet<Arc<str>> {
        let queues = self.file.queues.0.iter();
        let of_queues = queues.flat_map(|(_, queue)| &queue.languages);
        let all = self.file.locales.iter().chain(of_queues);
        all.map(|tag| primary_language(tag)).collect()
    }

    /// The channels on which the route is possible.
    fn channels_with(&self, route: Route) -> Vec<Numbered<'a>> {
        let channels = super::numbered(&self.file.channels.0);
        let with = channels.filter(|(_, (_, channel))| channel.routes.contains(&route));
        with.collect()
    }

    /// The channels with one of these media; all channels if `media` is empty.
    pub(super) fn channels_of(&self, media: &[Medium]) -> Vec<Numbered<'a>> {
        let channels = super::numbered(&self.file.channels.0);
        let of = channels
            .filter(|(_, (_, channel))| media.is_empty() || media.contains(&channel.medium));
        of.collect()
    }

    /// Adds a fault if the queue does not serve the medium that the route has on one of the channels.
    pub(super) fn refuse_unserved(
        &mut self,
        at: At<'_>,
        route: Route,
        queue: QueueIndex,
        channels: &[Numbered<'_>],
    ) {
        let (id, written) = &self.file.queues.0[usize::from(queue.0)];
        if written.media.is_empty() {
            return;
        }
        let other = channels.iter().find_map(|(_, (channel, file))| {
            let medium = route.served_in(file.medium)?;
            (!written.media.contains(&medium)).then_some((channel, medium))
        });
        if let Some((channel, medium)) = other {
            self.faults.add(at, || {
                let served: BTreeSet<Medium> = written.media.iter().copied().collect();
                let served: Vec<&str> = served.iter().map(|each| each.as_str()).collect();
                let (medium, served) = (medium.as_str(), served.join(", "));
                (
                    format!(
                        "{route} on {} is {medium}, and the queue {} serves only {served}",
                        channel.0, id.0
                    ),
                    format!(
                        "must be a queue that serves {medium} there, or {medium} must be in the media of that queue"
                    ),
                )
            });
        }
    }

    fn refuse_uncovered(&mut self, at: At<'_>, route: Route, left: &[Numbered<'_>]) {
        if left.is_empty() {
            return;
        }
        self.faults.add(at, || {
            let ids: Vec<&str> = left.iter().map(|(_, (id, _))| id.0.as_str()).collect();
            (
                format!("{route} has no queue on {}", ids.join(", ")),
                "must have a default, or a queue for each channel or medium that has the route"
                    .to_owned(),
            )
        });
    }
}

/// Whether a contact on this channel can match the column.
fn covers(column: &QueueColumn, (number, (_, channel)): &Numbered<'_>) -> bool {
    match column {
        QueueColumn::Channel(index) => index.0 == *number,
        QueueColumn::Medium(medium) => *medium == channel.medium,
        QueueColumn::Brand(_) | QueueColumn::Language(_) => true,
    }
}
