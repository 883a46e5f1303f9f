//! Contacts: route, preview, select a route, reroute, end, add a case, update, get.

use super::field_path::FieldPath;
use super::revision::MIN_REVISION;
use super::{Caller, Fresh, NamedPlaybooks, NamedRevision, Validator, values, wire_enum};
use crate::grpc::retired::RetiredReason;
use signpost_domain::command::{
    AddCase, Command, CommandBody, EndContact, MatterEnd, PreviewRoute, Query, RerouteContact,
    RouteContact, SelectRoute, UnknownReason, UpdateContact,
};
use signpost_domain::contact::MATTERS_MAX;
use signpost_domain::event::Method;
use signpost_domain::ids::{ContactId, MatterId, PlaybookVersion};
use signpost_domain::playbook::Playbook;
use signpost_domain::refusal::Faults;
use signpost_domain::tags::ContactUpdate;
use signpost_proto::v1;
use std::mem::take;

/// The version of the playbook that the menu of the caller came from; `None` if the text is not a version.
pub(crate) fn menu_version(text: &str) -> Option<PlaybookVersion> {
    PlaybookVersion::new(text).ok()
}

/// The command to route a contact.
pub(crate) fn route(
    mut request: v1::RouteContactRequest,
    caller: Caller,
    playbooks: NamedPlaybooks<'_>,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) = Validator::of_write(Method::RouteContact, &request_id, &request);
    let v1::RouteContactRequest {
        request_id: _,
        contact_id,
        context,
        route_selection: take,
        allow_unknown_reason,
        menu_playbook_version,
        event_time,
        clear_mask,
        new_contact_only,
    } = request;
    let contact = validator.check(FieldPath::top("contact_id"), ContactId::new(contact_id));
    validator.menu_playbook_version(&menu_playbook_version, playbooks.menu);
    let clear = validator.clear(clear_mask.as_ref(), context.as_ref(), &caller);
    let context = validator.context(context, playbooks, allow_unknown_reason);
    let select_first = validator.check(
        FieldPath::top("route_selection"),
        wire_enum::select_first(take),
    );
    let event_time = validator.event_time(event_time, &caller);
    let body = contact.zip(context).zip(select_first);
    let body = body.map(|((contact, (context, unknown_reason)), select_first)| {
        CommandBody::Route(Box::new(RouteContact {
            contact,
            context,
            clear,
            select_first,
            unknown_reason,
            only_new: new_contact_only,
        }))
    });
    validator.command(caller, stamp, event_time, body)
}

/// The query to preview the routing of a contact.
pub(crate) fn preview(
    request: v1::PreviewRouteRequest,
    at_least: NamedRevision,
    caller: Caller,
    playbooks: NamedPlaybooks<'_>,
) -> Result<Query, Faults> {
    let mut validator = Validator::default();
    let v1::PreviewRouteRequest {
        contact_id,
        context,
        allow_unknown_reason,
        menu_playbook_version,
        at_time,
        // The caller of this function has waited for it.
        min_revision: _,
        clear_mask,
    } = request;
    let contact = validator.optional(FieldPath::top("contact_id"), &contact_id, ContactId::new);
    validator.menu_playbook_version(&menu_playbook_version, playbooks.menu);
    let clear = validator.clear(clear_mask.as_ref(), context.as_ref(), &caller);
    let context = validator.context(context, playbooks, allow_unknown_reason);
    let at = validator.check(
        FieldPath::top("at_time"),
        at_time.map(values::instant).transpose(),
    );
    let query = context.zip(at).map(|((context, unknown_reason), at)| {
        Query::Preview(Box::new(PreviewRoute {
            contact,
            context,
            clear,
            unknown_reason,
            reach: caller.reach,
            at,
            actor: caller.actor,
        }))
    });
    validator.named_revision(MIN_REVISION, at_least);
    validator.done(query)
}

/// The command to select the route that the customer chose.
pub(crate) fn select_route(
    mut request: v1::SelectRouteRequest,
    caller: Caller,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) = Validator::of_write(Method::SelectRoute, &request_id, &request);
    let v1::SelectRouteRequest {
        request_id: _,
        contact_id,
        route,
        declined_routes: declined,
        event_time,
    } = request;
    let contact = validator.check(FieldPath::top("contact_id"), ContactId::new(contact_id));
    let route = validator.check(FieldPath::top("route"), wire_enum::route(route));
    let declined = validator.routes(FieldPath::top("declined_routes"), &declined);
    if route.is_some_and(|route| declined.contains(&route)) {
        validator.fault(
            FieldPath::top("declined_routes"),
            "must not hold the route that was selected",
        );
    }
    let event_time = validator.event_time(event_time, &caller);
    let body = contact.zip(route).map(|(contact, route)| {
        CommandBody::Select(SelectRoute {
            contact,
            route,
            declined,
        })
    });
    validator.command(caller, stamp, event_time, body)
}

/// The command to end a contact.
pub(crate) fn end(
    mut request: v1::EndContactRequest,
    caller: Caller,
    live: Option<&Playbook>,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) = Validator::of_write(Method::EndContact, &request_id, &request);
    let v1::EndContactRequest {
        request_id: _,
        contact_id,
        outcome,
        confirmed_reason,
        event_time,
        resolution,
        note,
        matters,
        language_code: _,
    } = request;
    let contact = validator.check(FieldPath::top("contact_id"), ContactId::new(contact_id));
    let outcome = validator.check(FieldPath::top("outcome"), wire_enum::outcome(outcome));
    let confirmed = validator.confirmed_reason(
        FieldPath::top("confirmed_reason"),
        live,
        &confirmed_reason,
        &[],
    );
    let event_time = validator.event_time(event_time, &caller);
    let resolution = validator.optional_resolution(FieldPath::top("resolution"), live, resolution);
    let note = validator.optional_note(&note);
    let matters = validator.matter_ends(FieldPath::top("matters"), live, matters);
    let body = contact.zip(outcome).zip(note);
    let body = body.map(|((contact, outcome), note)| {
        CommandBody::End(Box::new(EndContact {
            contact,
            outcome,
            confirmed,
            resolution,
            note,
            matters,
        }))
    });
    validator.command(caller, stamp, event_time, body)
}

/// The command to reroute a contact after an attempt that failed.
pub(crate) fn reroute(
    mut request: v1::RerouteContactRequest,
    caller: Caller,
    playbooks: NamedPlaybooks<'_>,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) = Validator::of_write(Method::RerouteContact, &request_id, &request);
    let v1::RerouteContactRequest {
        request_id: _,
        contact_id,
        outcome,
        context,
        route_selection: take,
        note,
        event_time,
        allow_unknown_reason,
        menu_playbook_version,
        clear_mask,
    } = request;
    let contact = validator.check(FieldPath::top("contact_id"), ContactId::new(contact_id));
    let outcome = validator.check(FieldPath::top("outcome"), wire_enum::rerouted(outcome));
    validator.menu_playbook_version(&menu_playbook_version, playbooks.menu);
    let clear = validator.clear(clear_mask.as_ref(), context.as_ref(), &caller);
    let has_context = context.is_some();
    let context = context
        .and_then(|context| validator.context(Some(context), playbooks, allow_unknown_reason));
    let select_first = validator.check(
        FieldPath::top("route_selection"),
        wire_enum::select_first(take),
    );
    let note = validator.optional_note(&note);
    let event_time = validator.event_time(event_time, &caller);
    let body = contact.zip(outcome).zip(select_first).zip(note);
    let body = body.filter(|_| has_context == context.is_some());
    let body = body.map(|(((contact, outcome), select_first), note)| {
        let (context, unknown_reason) = match context {
            Some((context, unknown_reason)) => (Some(context), unknown_reason),
            None => (None, UnknownReason::Refuse),
        };
        CommandBody::Reroute(Box::new(RerouteContact {
            contact,
            outcome,
            context,
            clear,
            select_first,
            unknown_reason,
            note,
        }))
    });
    validator.command(caller, stamp, event_time, body)
}

/// The command to add a further matter of the customer to a contact.
pub(crate) fn add_case(
    mut request: v1::AddCaseToContactRequest,
    caller: Caller,
    live: &Playbook,
    retired: &[RetiredReason],
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) =
        Validator::of_write(Method::AddCaseToContact, &request_id, &request);
    let v1::AddCaseToContactRequest {
        request_id: _,
        contact_id,
        stated_reason: reason,
        facts,
        note,
        event_time,
    } = request;
    let contact = validator.check(FieldPath::top("contact_id"), ContactId::new(contact_id));
    if reason.is_empty() {
        validator.fault(FieldPath::top("stated_reason"), "must be set");
    }
    let at = FieldPath::top("stated_reason");
    let reason = validator.confirmed_reason(at, Some(live), &reason, retired);
    let facts = validator.facts(FieldPath::top("facts"), live, facts);
    let note = validator.optional_note(&note);
    let event_time = validator.event_time(event_time, &caller);
    let body = contact.zip(reason).zip(note);
    let body = body.map(|((contact, reason), note)| {
        CommandBody::AddCase(Box::new(AddCase {
            contact,
            reason,
            facts,
            note,
        }))
    });
    validator.command(caller, stamp, event_time, body)
}

/// The command to report the state of queues.
pub(crate) fn report_queues(
    mut request: v1::ReportQueueStatsRequest,
    caller: Caller,
    live: &Playbook,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) =
        Validator::of_write(Method::ReportQueueStats, &request_id, &request);
    let v1::ReportQueueStatsRequest {
        request_id: _,
        queue_stats,
        event_time,
    } = request;
    let at = FieldPath::top("queue_stats");
    if queue_stats.is_empty() {
        validator.fault(at, "must name at least one queue");
    }
    let stats = validator.queue_stats(at, live, queue_stats);
    let event_time = validator.event_time(event_time, &caller);
    let body = (!stats.is_empty()).then_some(CommandBody::ReportQueues(stats));
    validator.command(caller, stamp, event_time, body)
}

/// The command to update the data that API clients store on a contact.
pub(crate) fn update(
    mut request: v1::UpdateContactRequest,
    caller: Caller,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) = Validator::of_write(Method::UpdateContact, &request_id, &request);
    let v1::UpdateContactRequest {
        request_id: _,
        contact,
        update_mask,
        event_time,
    } = request;
    let message = contact.unwrap_or_default();
    let at = FieldPath::top("contact");
    let contact = validator.check(at.field("contact_id"), ContactId::new(&message.contact_id));
    let paths = update_mask.unwrap_or_default().paths;
    let update = validator.contact_update(&paths, message);
    let event_time = validator.event_time(event_time, &caller);
    let body = contact
        .map(|contact| CommandBody::UpdateContact(Box::new(UpdateContact { contact, update })));
    validator.command(caller, stamp, event_time, body)
}

/// The contact to read.
pub(crate) fn get(request: v1::GetContactRequest) -> Result<Fresh<Query>, Faults> {
    let v1::GetContactRequest {
        contact_id,
        min_revision,
    } = request;
    let mut validator = Validator::default();
    let id = validator.check(FieldPath::top("contact_id"), ContactId::new(contact_id));
    validator.fresh(id.map(Query::Contact), &min_revision)
}

impl Validator {
    /// The ends of matters, each matter at most once.
    fn matter_ends(
        &mut self,
        at: FieldPath<'_>,
        live: Option<&Playbook>,
        messages: Vec<v1::MatterEnd>,
    ) -> Vec<MatterEnd> {
        let parse = |validator: &mut Validator, at: FieldPath<'_>, message| {
            let v1::MatterEnd {
                matter_id,
                resolved,
                resolution,
                confirmed_reason: confirmed,
            } = message;
            let matter = validator.check(at.field("matter_id"), MatterId::new(matter_id));
            let resolution =
                validator.optional_resolution(at.field("resolution"), live, resolution);
            let confirmed =
                validator.confirmed_reason(at.field("confirmed_reason"), live, &confirmed, &[]);
            Some(MatterEnd {
                matter: matter?,
                resolved,
                resolution,
                confirmed,
            })
        };
        let is_same = |one: &MatterEnd, other: &MatterEnd| one.matter == other.matter;
        self.each_once(
            at,
            (messages, MATTERS_MAX),
            parse,
            Some("matter_id"),
            is_same,
        )
    }

    fn contact_update(&mut self, paths: &[String], message: v1::Contact) -> ContactUpdate {
        let at = FieldPath::top("contact");
        let mask = FieldPath::top("update_mask");
        let mut update = ContactUpdate::default();
        if paths.is_empty() {
            self.fault(mask, "must name at least one field");
        }
        for (index, path) in paths.iter().enumerate() {
            match path.as_str() {
                "external_references" => {
                    self.update_references(at, &message.external_references, &mut update.tags);
                }
                "labels" => self.update_labels(at, &message.labels, &mut update.tags),
                "links" => {
                    let links = self.contact_links(at.field("links"), message.links.clone());
                    update.links = Some(links);
                }
                _ => self.fault(
                    mask.field("paths").item(index),
                    "must be external_references, labels or links",
                ),
            }
        }
        update
    }

    /// Checks that the version of the playbook of the menu, if the request names one, is known here.
    fn menu_playbook_version(&mut self, text: &str, found: Option<&Playbook>) {
        let at = FieldPath::top("menu_playbook_version");
        let version = self.optional(at, text, PlaybookVersion::new);
        if version.is_some() && found.is_none() {
            self.fault(
                at,
                "is not a version that was ever live here; ListPlaybookPublications lists them",
            );
        }
    }
}
