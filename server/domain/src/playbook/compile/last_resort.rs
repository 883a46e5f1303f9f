//! Compiles guards and the last resort.

use super::Compiler;
use super::names::NameKind;
use crate::playbook::fault::At;
use crate::playbook::format::routes::LastResortFile;
use crate::playbook::limits::{LAST_RESORTS_MAX, WAIT_MAX};
use crate::playbook::{Guards, LastResort, QueueIndex};
use crate::route::{Medium, Route, RouteSet};

/// The routes that guards remove if the playbook does not say which.
const GUARDED_DEFAULT: RouteSet = RouteSet::EMPTY.with(Route::SelfService);

impl Compiler<'_> {
    pub(super) fn guards(&mut self) -> Guards {
        let written = &self.file.guards;
        let at = At::top("guards");
        Guards {
            asked_for_person: self.guard(
                at.key("asked_for_person"),
                written.asked_for_person.as_deref(),
            ),
            vulnerable: self.guard(at.key("vulnerable"), written.vulnerable.as_deref()),
        }
    }

    fn guard(&mut self, at: At<'_>, written: Option<&[Route]>) -> RouteSet {
        let Some(routes) = written else {
            return GUARDED_DEFAULT;
        };
        self.refuse_twice(at, routes.iter().map(|route| route.as_str()));
        let set = RouteSet::from_routes(routes);
        let mut people = Route::ALL.into_iter();
        if people.all(|route| route == Route::SelfService || set.contains(route)) {
            self.faults.add(at, || {
                (
                    "the guard takes away every route to people".to_owned(),
                    "must not list all of message, chat, callback and human: the routes that it does not list stay".to_owned(),
                )
            });
        }
        set
    }

    /// The entries of the last resort; `None` if there is no entry, or if one has no meaning.
    pub(super) fn last_resort(&mut self) -> Option<Vec<LastResort>> {
        let written = &self.file.last_resort;
        let top = At::top("last_resort");
        self.limit(top, written.entries.len(), LAST_RESORTS_MAX, "entries");
        if written.entries.is_empty() {
            self.faults.add(top, || {
                ("is empty".to_owned(), "must have at least one".to_owned())
            });
            return None;
        }
        let mut entries = Vec::with_capacity(written.entries.len());
        for (place, entry) in written.entries.iter().enumerate() {
            let of_list = top.item(place);
            let at = if written.is_list { of_list } else { top };
            entries.push(self.resort(at, entry));
        }
        let entries = entries.into_iter().collect::<Option<Vec<LastResort>>>()?;
        self.refuse_uncovered_media(top, &entries);
        Some(entries)
    }

    fn resort(&mut self, at: At<'_>, written: &LastResortFile) -> Option<LastResort> {
        let LastResortFile {
            route,
            queue,
            medium,
            cost,
            resolves,
            consent,
            takes,
        } = written;
        if *route == Route::SelfService {
            self.faults.add(at.key("route"), || {
                (
                    "a customer must always be able to leave self_service, so it is no last resort"
                        .to_owned(),
                    "must be message, chat, callback or human".to_owned(),
                )
            });
        }
        let media = &medium.0;
        let names = media.iter().map(|medium| medium.as_str());
        self.refuse_twice(at.key("medium"), names);
        let at_queue = at.key("queue");
        let queue = match queue {
            Some(id) => self.find(at_queue, &id.0, NameKind::Queue).map(Some),
            None => {
                self.faults.add(at_queue, || {
                    (
                        "the queue is missing".to_owned(),
                        "must be a queue of the playbook".to_owned(),
                    )
                });
                Some(None)
            }
        };
        let queue = queue.map(|number| number.map(QueueIndex));
        if let Some(Some(queue)) = queue {
            let channels = self.channels_of(media);
            self.refuse_unserved(at_queue, *route, queue, &channels);
        }
        let cost = match cost {
            None => Some(None),
            Some(cost) => self.cost(at.key("cost"), cost).map(Some),
        };
        let resolves = match resolves {
            None => Some(None),
            Some(share) => self.share(at.key("resolves"), share).map(Some),
        };
        let consent = match consent {
            None => Some(None),
            Some(id) => self
                .find(at.key("consent"), &id.0, NameKind::Consent)
                .map(Some),
        };
        let takes = match takes {
            None => Some(None),
            Some(span) => self.span(at.key("takes"), span, WAIT_MAX).map(Some),
        };
        Some(LastResort {
            route: *route,
            queue: queue?,
            media: media.clone(),
            cost: cost?,
            resolves: resolves?,
            consent: consent?,
            takes: takes?,
        })
    }

    /// Adds a fault if a channel has a medium without an entry of the last resort.
    fn refuse_uncovered_media(&mut self, at: At<'_>, entries: &[LastResort]) {
        let channels = self.file.channels.0.iter();
        let mut media: Vec<Medium> = channels.map(|(_, channel)| channel.medium).collect();
        media.sort_unstable();
        media.dedup();
        media.retain(|medium| !entries.iter().any(|entry| entry.is_for(Some(*medium))));
        if media.is_empty() {
            return;
        }
        self.faults.add(at, || {
            let names: Vec<&str> = media.iter().map(|medium| medium.as_str()).collect();
            (
                format!("no entry is for {}", names.join(", ")),
                "must have an entry for each medium of a channel; an entry without `medium` is for all"
                    .to_owned(),
            )
        });
    }
}
