//! Feeds: which events, which cases, which contacts, and from where on.

use super::Finder;
use super::Revision;
use super::at::At;
use super::cursor::{Cursor, Feed, Of};
use super::reason::parse as parse_reason;
use super::wire_enum;
use prost::Message;
use signpost_domain::case::CaseState;
use signpost_domain::ids::{CustomerId, ReasonId, Slug};
use signpost_domain::list::PlaceKind;
use signpost_domain::refusal::Faults;
use signpost_proto::v1;

/// Most values of one field of a filter.
pub(crate) const FILTER_VALUES_MAX: usize = 32;

/// Which events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WatchEvents {
    /// Where to begin.
    pub(crate) from: From,
    /// Whether they are wanted as CloudEvents.
    pub(crate) as_cloud_events: bool,
}

/// Where a watch of events begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// Behind this.
    Cursor(Cursor),
    /// Behind this.
    Revision(Revision),
    /// With the next.
    Now,
    /// With the oldest.
    Oldest,
}

/// Which rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WatchRows {
    /// Behind this; `None`: with a snapshot.
    pub(crate) cursor: Option<Cursor>,
    /// Without a cursor: behind this, without a snapshot.
    pub(crate) start: Option<Revision>,
    /// What its cursors are of.
    pub(crate) of: Of,
    /// Which.
    pub(crate) filter: Filter,
}

/// Which rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    /// Cases in one of these states.
    Cases(Vec<CaseState>, Facets),
    /// Contacts in one of these places.
    Contacts(Vec<PlaceKind>, Facets),
}

/// What cases and contacts are picked by. An empty list asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facets {
    pub(crate) reasons: Vec<ReasonId>,
    pub(crate) tiers: Vec<Slug>,
    pub(crate) channels: Vec<Slug>,
    pub(crate) customers: Vec<CustomerId>,
}

const START_REVISION: At<'static> = At::top("start_revision");

/// Everywhere but ended.
const LIVE: [PlaceKind; 3] = [
    PlaceKind::Deciding,
    PlaceKind::SelfService,
    PlaceKind::Routed,
];

/// What the cursors of WatchEvents are of, whatever the shape.
pub(crate) const EVENTS: Of = Of {
    feed: Feed::Events,
    filter: 0,
};

/// Which events.
pub(crate) fn watch_events(request: v1::WatchEventsRequest) -> Result<WatchEvents, Faults> {
    let v1::WatchEventsRequest {
        cursor,
        start,
        format: shape,
        start_revision,
    } = request;
    let mut finder = Finder::default();
    let told_start = start != 0 && !start_revision.is_empty();
    if told_start && cursor.is_empty() {
        finder.fault(START_REVISION, "must not be set together with start");
    }
    let revision = finder.optional(START_REVISION, &start_revision, Revision::parse);
    let cursor = finder.optional(At::top("cursor"), &cursor, |text| {
        Cursor::parse(EVENTS, text)
    });
    let from_oldest = finder.keep(At::top("start"), wire_enum::from_oldest(start));
    let as_cloud_events = finder.keep(At::top("format"), wire_enum::as_cloud_events(shape));
    let watch = from_oldest.zip(as_cloud_events);
    let watch = watch.map(|(from_oldest, as_cloud_events)| WatchEvents {
        from: match (cursor, revision, from_oldest) {
            (Some(cursor), _, _) => From::Cursor(cursor),
            (None, Some(revision), _) => From::Revision(revision),
            (None, None, true) => From::Oldest,
            (None, None, false) => From::Now,
        },
        as_cloud_events,
    });
    finder.done(watch)
}

/// Which cases.
pub(crate) fn watch_cases(request: v1::WatchCasesRequest) -> Result<WatchRows, Faults> {
    let v1::WatchCasesRequest {
        cursor,
        filter,
        start_revision,
    } = request;
    let v1::CaseFilter {
        states,
        reasons,
        tiers,
        channels,
        customer_ids,
    } = filter.unwrap_or_default();
    let canonical = v1::CaseFilter {
        states: sorted(states),
        reasons: sorted(reasons),
        tiers: sorted(tiers),
        channels: sorted(channels),
        customer_ids: sorted(customer_ids),
    };
    let of = of(Feed::Cases, &canonical);
    let mut finder = Finder::default();
    let mut states = finder.list("states", &canonical.states, |it| wire_enum::case_state(*it));
    if canonical.states.is_empty() {
        states.push(CaseState::Open);
    }
    let facets = finder.facets(
        &canonical.reasons,
        &canonical.tiers,
        &canonical.channels,
        &canonical.customer_ids,
    );
    let filter = Filter::Cases(states, facets);
    finder.watch_rows(of, (&cursor, &start_revision), filter)
}

/// Which contacts.
pub(crate) fn watch_contacts(request: v1::WatchContactsRequest) -> Result<WatchRows, Faults> {
    let v1::WatchContactsRequest {
        cursor,
        filter,
        start_revision,
    } = request;
    let v1::ContactFilter {
        states: places,
        reasons,
        tiers,
        channels,
        customer_ids,
    } = filter.unwrap_or_default();
    let canonical = v1::ContactFilter {
        states: sorted(places),
        reasons: sorted(reasons),
        tiers: sorted(tiers),
        channels: sorted(channels),
        customer_ids: sorted(customer_ids),
    };
    let of = of(Feed::Contacts, &canonical);
    let mut finder = Finder::default();
    let mut places = finder.list("states", &canonical.states, |it| wire_enum::place_kind(*it));
    if canonical.states.is_empty() {
        places.extend(LIVE);
    }
    let facets = finder.facets(
        &canonical.reasons,
        &canonical.tiers,
        &canonical.channels,
        &canonical.customer_ids,
    );
    let filter = Filter::Contacts(places, facets);
    finder.watch_rows(of, (&cursor, &start_revision), filter)
}

impl Finder {
    /// A list of the filter.
    fn list<W, T, E: std::fmt::Display>(
        &mut self,
        field: &'static str,
        told: &[W],
        parse: impl Fn(&W) -> Result<T, E>,
    ) -> Vec<T> {
        let filter = At::top("filter");
        let at = filter.field(field);
        if !self.within(at, told.len(), FILTER_VALUES_MAX) {
            return Vec::new();
        }
        let parsed = told.iter().enumerate();
        parsed
            .filter_map(|(place, told)| self.keep(at.item(place), parse(told)))
            .collect()
    }

    fn facets(
        &mut self,
        reasons: &[String],
        tiers: &[String],
        channels: &[String],
        customers: &[String],
    ) -> Facets {
        Facets {
            reasons: self.list("reasons", reasons, |text| parse_reason(text)),
            tiers: self.list("tiers", tiers, |text| Slug::new(text)),
            channels: self.list("channels", channels, |text| Slug::new(text)),
            customers: self.list("customer_ids", customers, |text| CustomerId::new(text)),
        }
    }

    fn watch_rows(
        mut self,
        of: Of,
        (cursor, start): (&str, &str),
        filter: Filter,
    ) -> Result<WatchRows, Faults> {
        let start = self.optional(START_REVISION, start, Revision::parse);
        let cursor = self.optional(At::top("cursor"), cursor, |text| Cursor::parse(of, text));
        self.done(Some(WatchRows {
            cursor,
            start,
            of,
            filter,
        }))
    }
}

/// What the cursors of a feed with this filter are of.
fn of(feed: Feed, canonical: &impl Message) -> Of {
    Of {
        feed,
        filter: crc32fast::hash(&canonical.encode_to_vec()),
    }
}

/// The same values, whatever their order was and how often they were told.
fn sorted<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.sort_unstable();
    values.dedup();
    values
}
