//! The handlers of ContactService.

use crate::grpc::edge::Services;
use crate::grpc::from_proto::{self, NamedPlaybooks};
use crate::grpc::to_proto::matters::{self, Answered};
use crate::grpc::{status, to_proto};
use crate::queries;
use signpost_domain::command::Command;
use signpost_domain::contact::Contact;
use signpost_domain::event::{CaseAddedToContact, Event};
use signpost_domain::flow::Answer;
use signpost_domain::refusal::Faults;
use signpost_proto::v1;
use signpost_proto::v1::contact_service_server::ContactService;
use std::sync::Arc;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl ContactService for Services {
    async fn route_contact(
        &self,
        request: Request<v1::RouteContactRequest>,
    ) -> Result<Response<v1::RouteContactResponse>, Status> {
        let caller = self.caller(&request)?;
        let request = request.into_inner();
        let menu = self.menu_playbook(&request.menu_playbook_version).await?;
        let live = self.live()?;
        let retired = self
            .retired(reasons(request.context.as_ref()), &live)
            .await?;
        let playbooks = NamedPlaybooks {
            live: &live,
            menu: menu.as_deref(),
            retired: &retired,
            numbers: self.numbers(),
        };
        let command = from_proto::contact::route(request, caller, playbooks);
        let mut answer = self.routed(command, to_proto::contact::routed).await?;
        matters::tell_retired(answer.answer.as_mut(), &retired);
        Ok(Response::new(answer))
    }

    async fn preview_route(
        &self,
        request: Request<v1::PreviewRouteRequest>,
    ) -> Result<Response<v1::PreviewRouteResponse>, Status> {
        let caller = self.caller(&request)?;
        let request = request.into_inner();
        let at_least = self.reached(&request.min_revision).await?;
        let menu = self.menu_playbook(&request.menu_playbook_version).await?;
        let contact_id = request.contact_id.clone();
        // Another playbook may become live in the meantime. The answer would then be in the words of the wrong
        // playbook.
        loop {
            let live = self.live()?;
            let retired = self
                .retired(reasons(request.context.as_ref()), &live)
                .await?;
            let playbooks = NamedPlaybooks {
                live: &live,
                menu: menu.as_deref(),
                retired: &retired,
                numbers: self.numbers(),
            };
            let (request, caller) = (request.clone(), caller.clone());
            let query = from_proto::contact::preview(request, at_least, caller, playbooks);
            let query = query.map_err(|faults| status::faulty(&faults))?;
            let (Answer::Preview(routed, added), seq) = self.read(query).await? else {
                return Err(status::internal());
            };
            if Arc::ptr_eq(&live, &self.live()?) {
                let added: Vec<&CaseAddedToContact> = added.iter().collect();
                let of = Answered {
                    seq: None,
                    routed: &routed,
                    added: &added,
                    playbook: &live,
                    numbers: self.numbers(),
                };
                let mut answer = to_proto::contact::previewed(of, contact_id, self.revision(seq));
                matters::tell_retired(answer.answer.as_mut(), &retired);
                return Ok(Response::new(answer));
            }
        }
    }

    async fn select_route(
        &self,
        request: Request<v1::SelectRouteRequest>,
    ) -> Result<Response<v1::SelectRouteResponse>, Status> {
        let caller = self.caller(&request)?;
        let command = from_proto::contact::select_route(request.into_inner(), caller);
        let written = self.write(command).await?;
        let Event::RouteSelected(taken) = &written.recorded.event else {
            return Err(status::internal());
        };
        let playbook = self.playbook_of(&written.recorded.envelope).await?;
        let answer = to_proto::contact::taken(taken, &playbook, self.receipt(&written));
        Ok(Response::new(answer))
    }

    async fn reroute_contact(
        &self,
        request: Request<v1::RerouteContactRequest>,
    ) -> Result<Response<v1::RerouteContactResponse>, Status> {
        let caller = self.caller(&request)?;
        let request = request.into_inner();
        let menu = self.menu_playbook(&request.menu_playbook_version).await?;
        let live = self.live()?;
        let retired = self
            .retired(reasons(request.context.as_ref()), &live)
            .await?;
        let playbooks = NamedPlaybooks {
            live: &live,
            menu: menu.as_deref(),
            retired: &retired,
            numbers: self.numbers(),
        };
        let command = from_proto::contact::reroute(request, caller, playbooks);
        let mut answer = self.routed(command, to_proto::contact::rerouted).await?;
        matters::tell_retired(answer.answer.as_mut(), &retired);
        Ok(Response::new(answer))
    }

    async fn end_contact(
        &self,
        request: Request<v1::EndContactRequest>,
    ) -> Result<Response<v1::EndContactResponse>, Status> {
        let caller = self.caller(&request)?;
        let live = self.live_if_any();
        let request = request.into_inner();
        let locale = request.language_code.clone();
        let command = from_proto::contact::end(request, caller, live.as_deref());
        let written = self.write(command).await?;
        let Event::ContactEnded(ended) = &written.recorded.event else {
            return Err(status::internal());
        };
        let envelope = &written.recorded.envelope;
        let playbook = match envelope.playbook {
            Some(_) => Some(self.playbook_of(envelope).await?),
            None => None,
        };
        let receipt = self.receipt(&written);
        let answer = to_proto::contact::ended(ended, playbook.as_deref(), &locale, receipt);
        Ok(Response::new(answer))
    }

    async fn add_case_to_contact(
        &self,
        request: Request<v1::AddCaseToContactRequest>,
    ) -> Result<Response<v1::AddCaseToContactResponse>, Status> {
        let caller = self.caller(&request)?;
        let live = self.live()?;
        let request = request.into_inner();
        let retired = self.retired(std::iter::once(&*request.stated_reason), &live);
        let retired = retired.await?;
        let command = from_proto::contact::add_case(request, caller, &live, &retired);
        let written = self.write(command).await?;
        let Event::CaseAddedToContact(added) = &written.recorded.event else {
            return Err(status::internal());
        };
        let seq = written.recorded.envelope.seq;
        let playbook = self.playbook_of(&written.recorded.envelope).await?;
        let answer = to_proto::additional::added((added, seq), &playbook, self.receipt(&written));
        Ok(Response::new(answer))
    }

    async fn report_queue_stats(
        &self,
        request: Request<v1::ReportQueueStatsRequest>,
    ) -> Result<Response<v1::ReportQueueStatsResponse>, Status> {
        let caller = self.caller(&request)?;
        let live = self.live()?;
        let command = from_proto::contact::report_queues(request.into_inner(), caller, &live);
        let written = self.write(command).await?;
        Ok(Response::new(v1::ReportQueueStatsResponse {
            receipt: Some(self.receipt(&written)),
        }))
    }

    async fn update_contact(
        &self,
        request: Request<v1::UpdateContactRequest>,
    ) -> Result<Response<v1::UpdateContactResponse>, Status> {
        let caller = self.caller(&request)?;
        let command = from_proto::contact::update(request.into_inner(), caller);
        let written = self.write(command).await?;
        let Event::ContactUpdated(updated) = &written.recorded.event else {
            return Err(status::internal());
        };
        let answer = to_proto::tags::updated(updated, self.receipt(&written));
        Ok(Response::new(answer))
    }

    async fn correct_contact_customer(
        &self,
        request: Request<v1::CorrectContactCustomerRequest>,
    ) -> Result<Response<v1::CorrectContactCustomerResponse>, Status> {
        let caller = self.caller(&request)?;
        let command = from_proto::contact_work::correct(request.into_inner(), caller);
        let written = self.write(command).await?;
        let Event::ContactCustomerCorrected(corrected) = &written.recorded.event else {
            return Err(status::internal());
        };
        let playbook = self.playbook_of(&written.recorded.envelope).await?;
        let added = matters::added(&written.followed_by);
        let decided = written
            .followed_by
            .iter()
            .find_map(|recorded| match &recorded.event {
                Event::ContactRouted(routed) => Some(Answered {
                    seq: Some(recorded.envelope.seq),
                    routed,
                    added: &added,
                    playbook: &playbook,
                    numbers: self.numbers(),
                }),
                _ => None,
            });
        let first = (&**corrected, written.recorded.envelope.seq);
        let receipt = self.receipt(&written);
        let answer = to_proto::corrected::corrected(first, &added, decided, receipt);
        Ok(Response::new(answer))
    }

    async fn get_contact(
        &self,
        request: Request<v1::GetContactRequest>,
    ) -> Result<Response<v1::GetContactResponse>, Status> {
        let reach = self.reach(&request)?;
        let query = from_proto::contact::get(request.into_inner());
        let (query, _) = self.fresh(query).await?;
        let (Answer::Contact(row), seq) = self.read(query.within(reach)).await? else {
            return Err(status::internal());
        };
        let decided = self.event(row.decided).await?;
        let Event::ContactRouted(routed) = &decided.event else {
            return Err(status::internal());
        };
        let playbook = self.playbook_of(&decided.envelope).await?;
        let followed_by = self.followed_by(&decided).await?;
        let added = matters::added(&followed_by);
        let of = Answered {
            seq: Some(decided.envelope.seq),
            routed,
            added: &added,
            playbook: &playbook,
            numbers: self.numbers(),
        };
        let answer = to_proto::contact::got(&row, of, self.revision(seq));
        Ok(Response::new(answer))
    }

    async fn list_contacts(
        &self,
        request: Request<v1::ListContactsRequest>,
    ) -> Result<Response<v1::ListContactsResponse>, Status> {
        let request = request.into_inner();
        let at_least = self.reached(&request.min_revision).await?;
        let asked = from_proto::list::contacts(request, at_least, self.place(), self.numbers());
        let (asked, revision) = self.shown(asked)?;
        let show = |row: &Arc<Contact>, view| (row.opened, to_proto::contact::listed(row, view));
        let (contacts, next_page_token) = self.page(asked, queries::contacts, show).await?;
        Ok(Response::new(v1::ListContactsResponse {
            contacts,
            next_page_token,
            revision,
        }))
    }
}

/// The reasons that a context states: its own and those of its matters.
fn reasons(context: Option<&v1::ContactContext>) -> impl Iterator<Item = &str> {
    let contexts = context.into_iter();
    contexts.flat_map(|context| {
        let matters = context.matters.iter().map(|matter| &*matter.stated_reason);
        std::iter::once(&*context.stated_reason).chain(matters)
    })
}

impl Services {
    /// The answer to a write that routed a contact.
    async fn routed<A>(
        &self,
        command: Result<Command, Faults>,
        answer: impl FnOnce(Answered<'_>, v1::WriteReceipt) -> A,
    ) -> Result<A, Status> {
        let written = self.write(command).await?;
        let Event::ContactRouted(routed) = &written.recorded.event else {
            return Err(status::internal());
        };
        let playbook = self.playbook_of(&written.recorded.envelope).await?;
        let added = matters::added(&written.followed_by);
        let of = Answered {
            seq: Some(written.recorded.envelope.seq),
            routed,
            added: &added,
            playbook: &playbook,
            numbers: self.numbers(),
        };
        Ok(answer(of, self.receipt(&written)))
    }
}
