//! The filters of lists and watches, for cases, contacts and customers.

use super::case::case_named;
use super::field_path::FieldPath;
use super::{Validator, reason, values, wire_enum};
use prost_types::Timestamp;
use signpost_domain::case::CaseNumbers;
use signpost_domain::customer::SearchText;
use signpost_domain::handle::{HandleKey, HandleKinds};
use signpost_domain::ids::{CaseId, CustomerId, Slug};
use signpost_domain::list::{
    Between, CaseFilter, ContactFilter, CustomerFilter, OfCustomer, ReasonFilter,
};
use signpost_domain::playbook::Playbook;
use signpost_domain::tags::TagsFilter;
use signpost_proto::v1;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The maximum number of values of one list of a filter.
pub(crate) const FILTER_VALUES_MAX: usize = 32;

const FILTER: FieldPath<'static> = FieldPath::top("filter");

/// What filters are read with.
#[derive(Clone, Debug)]
pub(crate) struct FilterScope {
    /// The live playbook; `None` if none is live.
    pub(crate) live: Option<Arc<Playbook>>,
    /// How handles compare.
    pub(crate) kinds: Arc<HandleKinds>,
}

impl Validator {
    /// The filter of cases.
    pub(super) fn case_filter(
        &mut self,
        message: v1::CaseFilter,
        scope: &FilterScope,
        numbers: &CaseNumbers,
    ) -> CaseFilter {
        let v1::CaseFilter {
            states,
            reasons,
            tiers,
            channels,
            customer_ids,
            queue_ids,
            identity,
            from_time,
            before_time,
            case_ids,
            external_references,
            labels,
        } = message;
        CaseFilter {
            states: self.values("states", &states, |it| wire_enum::case_state(*it)),
            reasons: self.reasons_wanted(&reasons, scope.live.clone()),
            tiers: self.slugs("tiers", &tiers),
            channels: self.slugs("channels", &channels),
            queues: self.slugs("queue_ids", &queue_ids),
            customers: self.of_customers(&customer_ids, identity, &scope.kinds),
            opened: self.opened(from_time, before_time),
            ids: self.cases(&case_ids, numbers),
            tags: self.tags_wanted(external_references, labels),
        }
    }

    /// The filter of contacts.
    pub(super) fn contact_filter(
        &mut self,
        message: v1::ContactFilter,
        scope: &FilterScope,
        numbers: &CaseNumbers,
    ) -> ContactFilter {
        let v1::ContactFilter {
            states,
            reasons,
            tiers,
            channels,
            customer_ids,
            queue_ids,
            identity,
            from_time,
            before_time,
            case_ids,
            external_references,
            labels,
        } = message;
        ContactFilter {
            places: self.values("states", &states, |it| wire_enum::place_kind(*it)),
            reasons: self.reasons_wanted(&reasons, scope.live.clone()),
            tiers: self.slugs("tiers", &tiers),
            channels: self.slugs("channels", &channels),
            queues: self.slugs("queue_ids", &queue_ids),
            customers: self.of_customers(&customer_ids, identity, &scope.kinds),
            opened: self.opened(from_time, before_time),
            cases: self.cases(&case_ids, numbers),
            tags: self.tags_wanted(external_references, labels),
        }
    }

    /// The filter of customers.
    pub(super) fn customer_filter(
        &mut self,
        message: v1::CustomerFilter,
        kinds: &HandleKinds,
    ) -> CustomerFilter {
        let v1::CustomerFilter {
            tiers,
            customer_ids,
            identity,
            from_time,
            before_time,
            search,
        } = message;
        CustomerFilter {
            tiers: self.slugs("tiers", &tiers),
            ids: self.customers(&customer_ids),
            identity: self.handle(identity, kinds),
            search: self.optional(FILTER.field("search"), &search, |text| {
                SearchText::new(text).map(|searched| searched.read_as(text, kinds))
            }),
            opened: self.opened(from_time, before_time),
        }
    }

    /// The values of one list of the filter.
    fn values<W, T, E: std::fmt::Display>(
        &mut self,
        field: &'static str,
        items: &[W],
        parse: impl Fn(&W) -> Result<T, E>,
    ) -> Vec<T> {
        let at = FILTER.field(field);
        if !self.within(at, items.len(), FILTER_VALUES_MAX) {
            return Vec::new();
        }
        let parsed = items.iter().enumerate();
        parsed
            .filter_map(|(place, item)| self.check(at.item(place), parse(item)))
            .collect()
    }

    /// Names of any playbook: rows still have names of retired playbooks.
    fn slugs(&mut self, field: &'static str, texts: &[String]) -> Vec<Slug> {
        self.values(field, texts, |text| Slug::new(text))
    }

    fn customers(&mut self, texts: &[String]) -> Vec<CustomerId> {
        self.values("customer_ids", texts, |text| CustomerId::new(text))
    }

    /// The cases of a list of case numbers or case ids.
    fn cases(&mut self, texts: &[String], numbers: &CaseNumbers) -> Vec<CaseId> {
        self.values("case_ids", texts, |text| case_named(text, numbers))
    }

    fn reasons_wanted(
        &mut self,
        texts: &[String],
        live: Option<Arc<Playbook>>,
    ) -> Vec<ReasonFilter> {
        self.values("reasons", texts, |text| {
            let wanted = reason::parse(text)?;
            Ok::<_, String>(ReasonFilter::new(wanted, live.clone()))
        })
    }

    fn of_customers(
        &mut self,
        ids: &[String],
        identity: Option<v1::Identity>,
        kinds: &HandleKinds,
    ) -> Vec<OfCustomer> {
        if !ids.is_empty() && identity.is_some() {
            let what = "must not be set together with customer_ids";
            self.fault(FILTER.field("identity"), what);
        }
        let ids = self.customers(ids).into_iter().map(OfCustomer::Id);
        let holder = self.handle(identity, kinds).map(OfCustomer::Holder);
        ids.chain(holder).collect()
    }

    fn handle(&mut self, identity: Option<v1::Identity>, kinds: &HandleKinds) -> Option<HandleKey> {
        let identity = self.identity(FILTER.field("identity"), identity?)?;
        Some(kinds.key_of(&identity))
    }

    fn opened(&mut self, from: Option<Timestamp>, before: Option<Timestamp>) -> Between {
        let mut time = |field, time: Option<Timestamp>| {
            let time = time.map(values::instant).transpose();
            self.check(FILTER.field(field), time).flatten()
        };
        let from = time("from_time", from);
        let before = time("before_time", before);
        if from
            .zip(before)
            .is_some_and(|(from, before)| from >= before)
        {
            self.fault(FILTER.field("before_time"), "must be after from_time");
        }
        Between { from, before }
    }

    fn tags_wanted(
        &mut self,
        references: Vec<v1::ExternalReference>,
        labels: BTreeMap<String, String>,
    ) -> TagsFilter {
        let at = FILTER.field("external_references");
        TagsFilter {
            references: self.external_references(at, references, FILTER_VALUES_MAX),
            labels: self.labels(FILTER.field("labels"), labels),
        }
    }
}

/// The filter with the values of each list sorted and without duplicates. So two filters with the same meaning are
/// equal.
pub(super) fn sorted_cases(filter: &v1::CaseFilter) -> v1::CaseFilter {
    v1::CaseFilter {
        states: sorted(&filter.states),
        reasons: sorted(&filter.reasons),
        tiers: sorted(&filter.tiers),
        channels: sorted(&filter.channels),
        customer_ids: sorted(&filter.customer_ids),
        queue_ids: sorted(&filter.queue_ids),
        case_ids: sorted(&filter.case_ids),
        external_references: sorted_references(&filter.external_references),
        ..filter.clone()
    }
}

/// The filter with the values of each list sorted and without duplicates. So two filters with the same meaning are
/// equal.
pub(super) fn sorted_contacts(filter: &v1::ContactFilter) -> v1::ContactFilter {
    v1::ContactFilter {
        states: sorted(&filter.states),
        reasons: sorted(&filter.reasons),
        tiers: sorted(&filter.tiers),
        channels: sorted(&filter.channels),
        customer_ids: sorted(&filter.customer_ids),
        queue_ids: sorted(&filter.queue_ids),
        case_ids: sorted(&filter.case_ids),
        external_references: sorted_references(&filter.external_references),
        ..filter.clone()
    }
}

/// The filter with the values of each list sorted and without duplicates. So two filters with the same meaning are
/// equal.
pub(super) fn sorted_customers(filter: &v1::CustomerFilter) -> v1::CustomerFilter {
    v1::CustomerFilter {
        tiers: sorted(&filter.tiers),
        customer_ids: sorted(&filter.customer_ids),
        ..filter.clone()
    }
}

fn sorted<T: Clone + Ord>(list: &[T]) -> Vec<T> {
    let mut values = list.to_vec();
    values.sort_unstable();
    values.dedup();
    values
}

fn sorted_references(list: &[v1::ExternalReference]) -> Vec<v1::ExternalReference> {
    let mut values = list.to_vec();
    values.sort_unstable_by(|a, b| (&a.system, &a.id).cmp(&(&b.system, &b.id)));
    values.dedup();
    values
}
