//! The handlers of CaseService.

use super::answer;
use crate::engine::Written;
use crate::grpc::edge::Services;
use crate::grpc::{from_proto, status, to_proto};
use crate::queries;
use crate::store::RowReader;
use signpost_domain::case::{Case, CaseAction};
use signpost_domain::command::{Command, Query};
use signpost_domain::event::{CaseActionTaken, Event};
use signpost_domain::flow::Answer;
use signpost_domain::ids::{CaseId, Seq};
use signpost_domain::playbook::Label;
use signpost_domain::refusal::Faults;
use signpost_proto::v1;
use signpost_proto::v1::case_service_server::CaseService;
use std::collections::BTreeMap;
use std::sync::Arc;
use tonic::{Request, Response, Status};

/// The result of a write on a case.
struct Worked {
    what: Box<CaseActionTaken>,
    written: Written,
}

impl Worked {
    fn case_receipt(&self) -> Option<v1::CaseReceipt> {
        Some(to_proto::case::receipt(&self.what, self.seq()))
    }

    fn receipt_of_merged(&self) -> Option<v1::CaseReceipt> {
        to_proto::case::receipt_of_merged(&self.what, self.seq())
    }

    fn seq(&self) -> Seq {
        self.written.recorded.envelope.seq
    }
}

impl Services {
    async fn work(&self, command: Result<Command, Faults>) -> Result<Worked, Status> {
        let written = self.write(command).await?;
        let Event::CaseActionTaken(what) = &written.recorded.event else {
            return Err(status::internal());
        };
        Ok(Worked {
            what: what.clone(),
            written,
        })
    }

    /// The answer for a resolved case, in the words of the playbook of that time.
    async fn resolved(
        &self,
        worked: &Worked,
        locale: &str,
    ) -> Result<v1::ResolveCaseResponse, Status> {
        let envelope = &worked.written.recorded.envelope;
        let mut response = v1::ResolveCaseResponse {
            case_receipt: worked.case_receipt(),
            receipt: Some(self.receipt(&worked.written)),
            ..Default::default()
        };
        if envelope.playbook.is_none() {
            return Ok(response);
        }
        let playbook = self.playbook_of(envelope).await?;
        let locale = playbook.locale(Some(locale).filter(|locale| !locale.is_empty()));
        let text = |label: &Label| playbook.text(label, locale).to_owned();
        let question = playbook.feedback_question.as_ref().map(text);
        response.feedback_question = question.unwrap_or_default();
        if let CaseAction::Resolved(resolution, _) = &worked.what.action {
            let outcome = playbook.outcome(&resolution.outcome);
            response.outcome_label = outcome.map(|it| text(&it.label)).unwrap_or_default();
        }
        Ok(response)
    }

    async fn case(&self, query: Query) -> Result<(Arc<Case>, Seq), Status> {
        match self.read(query).await? {
            (Answer::Case(row), seq) => Ok((row, seq)),
            _ => Err(status::internal()),
        }
    }
}

#[tonic::async_trait]
impl CaseService for Services {
    async fn get_case(
        &self,
        request: Request<v1::GetCaseRequest>,
    ) -> Result<Response<v1::GetCaseResponse>, Status> {
        let reach = self.reach(&request)?;
        let request = request.into_inner();
        let locale = request.language_code.clone();
        let query = from_proto::case::get(request, self.numbers());
        let (query, _) = self.fresh(query).await?;
        let (row, seq) = self.case(query.within(reach)).await?;
        let live = self.live_if_any();
        let revision = self.revision(seq);
        let answer = to_proto::case::got(&row, self.numbers(), live.as_deref(), &locale, revision);
        Ok(Response::new(answer))
    }

    async fn list_case_timeline(
        &self,
        request: Request<v1::ListCaseTimelineRequest>,
    ) -> Result<Response<v1::ListCaseTimelineResponse>, Status> {
        let reach = self.reach(&request)?;
        let asked = from_proto::case::timeline(request.into_inner(), self.numbers(), self.store());
        let ((query, page), revision) = self.fresh(asked).await?;
        let (row, _) = self.case(query.within(reach)).await?;
        let mut events: BTreeMap<Seq, CaseId> = BTreeMap::new();
        let mut left_out = 0;
        let mut rows = vec![row.clone()];
        for merged in &row.merged {
            rows.push(self.case(Query::Case(merged.case)).await?.0);
        }
        // An event that changed both a merged case and the case that it was merged into counts as an event of the
        // merged case.
        for row in &rows {
            left_out += row.event_count - row.events.len() as u32;
            events.extend(row.events.iter().map(|&seq| (seq, row.id)));
        }
        let later = events.into_iter();
        let later = later.filter(|(seq, _)| page.after.is_none_or(|after| *seq > after));
        let mut shown: Vec<(Seq, CaseId)> = later.take(page.size + 1).collect();
        let has_more = shown.len() > page.size;
        shown.truncate(page.size);
        let last = shown.last().filter(|_| has_more);
        let next = page.next(last.map(|(seq, _)| *seq));
        let entries = self.timeline(shown).await?;
        Ok(Response::new(v1::ListCaseTimelineResponse {
            entries,
            next_page_token: next,
            omitted_count: left_out,
            revision,
        }))
    }

    async fn add_case_note(
        &self,
        request: Request<v1::AddCaseNoteRequest>,
    ) -> Result<Response<v1::AddCaseNoteResponse>, Status> {
        let caller = self.caller(&request)?;
        let command = from_proto::case::note(request.into_inner(), caller, self.numbers());
        let worked = self.work(command).await?;
        let note_id = match &worked.what.action {
            CaseAction::Noted(text, _) => to_proto::note::id(worked.seq(), text),
            _ => String::new(),
        };
        Ok(Response::new(v1::AddCaseNoteResponse {
            case_receipt: worked.case_receipt(),
            note_id,
            receipt: Some(self.receipt(&worked.written)),
        }))
    }

    async fn update_case(
        &self,
        request: Request<v1::UpdateCaseRequest>,
    ) -> Result<Response<v1::UpdateCaseResponse>, Status> {
        let caller = self.caller(&request)?;
        let live = self.live_if_any();
        let request = request.into_inner();
        let command = from_proto::case::update(request, caller, self.numbers(), live.as_deref());
        let worked = self.work(command).await?;
        Ok(Response::new(v1::UpdateCaseResponse {
            case_receipt: worked.case_receipt(),
            receipt: Some(self.receipt(&worked.written)),
        }))
    }

    async fn resolve_case(
        &self,
        request: Request<v1::ResolveCaseRequest>,
    ) -> Result<Response<v1::ResolveCaseResponse>, Status> {
        let caller = self.caller(&request)?;
        let request = request.into_inner();
        let locale = request.language_code.clone();
        let live = self.live_if_any();
        let command = from_proto::case::resolve(request, caller, self.numbers(), live.as_deref());
        let worked = self.work(command).await?;
        Ok(Response::new(self.resolved(&worked, &locale).await?))
    }

    async fn reopen_case(
        &self,
        request: Request<v1::ReopenCaseRequest>,
    ) -> Result<Response<v1::ReopenCaseResponse>, Status> {
        let caller = self.caller(&request)?;
        let command = from_proto::case::reopen(request.into_inner(), caller, self.numbers());
        let worked = self.work(command).await?;
        Ok(Response::new(v1::ReopenCaseResponse {
            case_receipt: worked.case_receipt(),
            receipt: Some(self.receipt(&worked.written)),
        }))
    }

    async fn merge_cases(
        &self,
        request: Request<v1::MergeCasesRequest>,
    ) -> Result<Response<v1::MergeCasesResponse>, Status> {
        let caller = self.caller(&request)?;
        let command = from_proto::case::merge(request.into_inner(), caller, self.numbers());
        let worked = self.work(command).await?;
        Ok(Response::new(v1::MergeCasesResponse {
            case_receipt: worked.case_receipt(),
            duplicate: worked.receipt_of_merged(),
            receipt: Some(self.receipt(&worked.written)),
        }))
    }

    async fn unmerge_case(
        &self,
        request: Request<v1::UnmergeCaseRequest>,
    ) -> Result<Response<v1::UnmergeCaseResponse>, Status> {
        let caller = self.caller(&request)?;
        let command = from_proto::case::unmerge(request.into_inner(), caller, self.numbers());
        let worked = self.work(command).await?;
        Ok(Response::new(v1::UnmergeCaseResponse {
            case_receipt: worked.receipt_of_merged(),
            surviving: worked.case_receipt(),
            receipt: Some(self.receipt(&worked.written)),
        }))
    }

    async fn link_cases(
        &self,
        request: Request<v1::LinkCasesRequest>,
    ) -> Result<Response<v1::LinkCasesResponse>, Status> {
        let caller = self.caller(&request)?;
        let command = from_proto::case::link(request.into_inner(), caller, self.numbers());
        let worked = self.work(command).await?;
        Ok(Response::new(v1::LinkCasesResponse {
            case_receipt: worked.case_receipt(),
            receipt: Some(self.receipt(&worked.written)),
        }))
    }

    async fn unlink_cases(
        &self,
        request: Request<v1::UnlinkCasesRequest>,
    ) -> Result<Response<v1::UnlinkCasesResponse>, Status> {
        let caller = self.caller(&request)?;
        let command = from_proto::case::unlink(request.into_inner(), caller, self.numbers());
        let worked = self.work(command).await?;
        Ok(Response::new(v1::UnlinkCasesResponse {
            case_receipt: worked.case_receipt(),
            receipt: Some(self.receipt(&worked.written)),
        }))
    }

    async fn list_cases(
        &self,
        request: Request<v1::ListCasesRequest>,
    ) -> Result<Response<v1::ListCasesResponse>, Status> {
        let request = request.into_inner();
        let at_least = self.reached(&request.min_revision).await?;
        let asked = from_proto::list::cases(request, at_least, self.place(), self.numbers());
        let (asked, revision) = self.shown(asked)?;
        let numbers = self.numbers();
        let show = |row: &Arc<Case>, view| (row.id.0, to_proto::case::listed(row, numbers, view));
        let (cases, next_page_token) = self.page(asked, queries::cases, show).await?;
        Ok(Response::new(v1::ListCasesResponse {
            cases,
            next_page_token,
            revision,
        }))
    }

    async fn batch_get_cases(
        &self,
        request: Request<v1::BatchGetCasesRequest>,
    ) -> Result<Response<v1::BatchGetCasesResponse>, Status> {
        let asked = from_proto::batch::cases(request.into_inner(), self.numbers());
        let (asked, revision) = self.fresh(asked).await?;
        let ids: Vec<CaseId> = asked.iter().map(|(_, id)| *id).collect();
        let read = move |rows: &RowReader| queries::batch_of_cases(rows, ids.into_iter());
        let found = self.rows(read).await?;
        let cases = asked.into_iter().zip(&found);
        let cases = cases
            .map(|((named, _), row)| to_proto::case::found(named, row.as_deref(), self.numbers()));
        let cases = answer::fitting(cases)?;
        Ok(Response::new(v1::BatchGetCasesResponse { cases, revision }))
    }
}
