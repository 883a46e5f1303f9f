//! Feeds: the events, cases or contacts to watch, and the position to start from.

use super::field_path::FieldPath;
use super::filter::FilterScope;
use super::{NamedRevision, Revision, Validator, filter, wire_enum};
use crate::grpc::tokens::cursor::{Cursor, CursorScope, Feed};
use prost::Message;
use signpost_domain::case::{CaseNumbers, CaseState};
use signpost_domain::list::{CaseFilter, ContactFilter, ContactStateKind};
use signpost_domain::refusal::Faults;
use signpost_proto::v1;

/// The parameters of a watch of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WatchEvents {
    /// The position to begin at.
    pub(crate) from: From,
    /// Whether to send events in the format of CloudEvents.
    pub(crate) as_cloud_events: bool,
}

/// Where a watch of events begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// After this cursor.
    Cursor(Cursor),
    /// After this revision.
    Revision(Revision),
    /// With the next event.
    Now,
    /// With the oldest event that is kept.
    Oldest,
}

/// The parameters of a watch of cases or contacts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WatchRows {
    /// The cursor to begin after. `None` to begin with a snapshot or at `start`.
    pub(crate) cursor: Option<Cursor>,
    /// The revision to begin after, without a snapshot, if there is no cursor. `None` for no revision.
    pub(crate) start: Option<Revision>,
    /// The feed and the filter that its cursors belong to.
    pub(crate) of: CursorScope,
    /// The filter.
    pub(crate) filter: Filter,
}

/// The filter of a watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    /// A filter of cases. It names the states.
    Cases(CaseFilter),
    /// A filter of contacts. It names the states.
    Contacts(ContactFilter),
}

const START_REVISION: FieldPath<'static> = FieldPath::top("start_revision");

/// All states of a contact except ended.
const LIVE: [ContactStateKind; 3] = [
    ContactStateKind::AwaitingCustomer,
    ContactStateKind::SelfService,
    ContactStateKind::Routed,
];

/// The scope of the cursors of WatchEvents, for every format.
pub(crate) const EVENTS: CursorScope = CursorScope {
    feed: Feed::Events,
    filter: 0,
};

/// The watch of events that is asked for.
pub(crate) fn watch_events(
    request: v1::WatchEventsRequest,
    begin: NamedRevision,
) -> Result<WatchEvents, Faults> {
    let v1::WatchEventsRequest {
        cursor,
        start,
        format: shape,
        start_revision,
    } = request;
    let mut validator = Validator::default();
    let has_both = start != 0 && !start_revision.is_empty();
    if has_both && cursor.is_empty() {
        validator.fault(START_REVISION, "must not be set together with start");
    }
    let revision = validator.named_revision(START_REVISION, begin);
    let cursor = validator.optional(FieldPath::top("cursor"), &cursor, |text| {
        Cursor::parse(EVENTS, text)
    });
    let from_oldest = validator.check(FieldPath::top("start"), wire_enum::from_oldest(start));
    let as_cloud_events =
        validator.check(FieldPath::top("format"), wire_enum::as_cloud_events(shape));
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
    validator.done(watch)
}

/// The watch of cases that is asked for.
pub(crate) fn watch_cases(
    request: v1::WatchCasesRequest,
    begin: NamedRevision,
    scope: &FilterScope,
    numbers: &CaseNumbers,
) -> Result<WatchRows, Faults> {
    let v1::WatchCasesRequest {
        cursor,
        filter,
        // The caller of this function has waited for it.
        start_revision: _,
    } = request;
    let message = filter.unwrap_or_default();
    let of = of(Feed::Cases, &filter::sorted_cases(&message));
    let mut validator = Validator::default();
    let mut filter = validator.case_filter(message, scope, numbers);
    if filter.states.is_empty() {
        filter.states.push(CaseState::Open);
    }
    validator.watch_rows(of, (&cursor, begin), Filter::Cases(filter))
}

/// The watch of contacts that is asked for.
pub(crate) fn watch_contacts(
    request: v1::WatchContactsRequest,
    begin: NamedRevision,
    scope: &FilterScope,
    numbers: &CaseNumbers,
) -> Result<WatchRows, Faults> {
    let v1::WatchContactsRequest {
        cursor,
        filter,
        // The caller of this function has waited for it.
        start_revision: _,
    } = request;
    let message = filter.unwrap_or_default();
    let of = of(Feed::Contacts, &filter::sorted_contacts(&message));
    let mut validator = Validator::default();
    let mut filter = validator.contact_filter(message, scope, numbers);
    if filter.places.is_empty() {
        filter.places.extend(LIVE);
    }
    validator.watch_rows(of, (&cursor, begin), Filter::Contacts(filter))
}

impl Validator {
    fn watch_rows(
        mut self,
        of: CursorScope,
        (cursor, begin): (&str, NamedRevision),
        filter: Filter,
    ) -> Result<WatchRows, Faults> {
        let start = self.named_revision(START_REVISION, begin);
        let cursor = self.optional(FieldPath::top("cursor"), cursor, |text| {
            Cursor::parse(of, text)
        });
        self.done(Some(WatchRows {
            cursor,
            start,
            of,
            filter,
        }))
    }
}

/// The scope of the cursors of a feed with this filter.
fn of(feed: Feed, canonical: &impl Message) -> CursorScope {
    CursorScope {
        feed,
        filter: crc32fast::hash(&canonical.encode_to_vec()),
    }
}
