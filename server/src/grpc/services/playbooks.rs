//! The handlers of PlaybookService.

use crate::grpc::edge::Services;
use crate::grpc::from_proto::playbook::DiffTo;
use crate::grpc::to_proto::menu::MenuOf;
use crate::grpc::{from_proto, status, to_proto};
use signpost_domain::event::Event;
use signpost_domain::playbook::diff::diff;
use signpost_domain::refusal::Refusal;
use signpost_proto::v1;
use signpost_proto::v1::playbook_service_server::PlaybookService;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl PlaybookService for Services {
    async fn validate_playbook(
        &self,
        request: Request<v1::ValidatePlaybookRequest>,
    ) -> Result<Response<v1::ValidatePlaybookResponse>, Status> {
        let source = from_proto::playbook::validate(request.into_inner());
        let source = source.map_err(|faults| status::faulty(&faults))?;
        let read = self.read_playbook(source, None).await?;
        Ok(Response::new(to_proto::playbook::validated(&read)))
    }

    async fn publish_playbook(
        &self,
        request: Request<v1::PublishPlaybookRequest>,
    ) -> Result<Response<v1::PublishPlaybookResponse>, Status> {
        let caller = self.caller(&request)?;
        let request = request.into_inner();
        let read = self.read_playbook(request.document.clone(), request.event_time);
        let read = read.await?;
        let in_use = match &read {
            Ok((playbook, _)) => self.names_in_use(playbook).await?,
            Err(_) => Vec::new(),
        };
        let told = to_proto::playbook::names_in_use(&in_use);
        let command = from_proto::playbook::publish(request, caller, read, in_use);
        let (command, warnings) = command.map_err(|faults| status::faulty(&faults))?;
        let written = self.write(Ok(command)).await?;
        let Event::PlaybookPublished(published) = &written.recorded.event else {
            return Err(status::internal());
        };
        let envelope = &written.recorded.envelope;
        let receipt = self.receipt(&written);
        let answer = to_proto::playbook::published(
            envelope,
            published,
            &warnings,
            receipt,
            (self.kinds_later(), told),
        );
        Ok(Response::new(answer))
    }

    async fn rollback_playbook(
        &self,
        request: Request<v1::RollbackPlaybookRequest>,
    ) -> Result<Response<v1::RollbackPlaybookResponse>, Status> {
        let caller = self.caller(&request)?;
        let request = request.into_inner();
        let publications = self.publications().await?;
        let found = from_proto::version::published(&request.playbook_version, &publications);
        let found = found.map_err(|refusal| match refusal {
            Refusal::Faulty(faults) => {
                let faults = from_proto::playbook::not_rolled_back(&request.request_id, &faults);
                status::faulty(&faults)
            }
            refusal => status::refused(&refusal),
        });
        let playbook = self.playbook_at(found?).await?;
        let in_use = self.names_in_use(&playbook).await?;
        let told = to_proto::playbook::names_in_use(&in_use);
        let command = from_proto::playbook::roll_back(request, caller, playbook);
        let written = self.write(command).await?;
        let Event::PlaybookPublished(published) = &written.recorded.event else {
            return Err(status::internal());
        };
        let envelope = &written.recorded.envelope;
        let receipt = self.receipt(&written);
        let answer = to_proto::playbook::rolled_back(
            envelope,
            published,
            receipt,
            (self.kinds_later(), told),
        );
        Ok(Response::new(answer))
    }

    async fn list_playbook_publications(
        &self,
        request: Request<v1::ListPlaybookPublicationsRequest>,
    ) -> Result<Response<v1::ListPlaybookPublicationsResponse>, Status> {
        let page = from_proto::playbook::list(request.into_inner(), self.store());
        let (page, revision) = self.fresh(page).await?;
        let publications = self.publications().await?;
        let live = publications.last().map(|newest| newest.seq);
        let newest_first = publications.into_iter().rev();
        let after = newest_first.filter(|each| page.after.is_none_or(|after| each.seq < after));
        let mut shown: Vec<_> = after.take(page.size + 1).collect();
        let has_more = shown.len() > page.size;
        shown.truncate(page.size);
        let last = shown.last().filter(|_| has_more);
        let next = page.next(last.map(|last| last.seq));
        let answer = to_proto::playbook::listed(&shown, live, next, revision);
        Ok(Response::new(answer))
    }

    async fn get_playbook(
        &self,
        request: Request<v1::GetPlaybookRequest>,
    ) -> Result<Response<v1::GetPlaybookResponse>, Status> {
        let asked = from_proto::playbook::get(request.into_inner());
        let ((playbook_version, omit_document), revision) = self.fresh(asked).await?;
        let publications = self.publications().await?;
        let live = publications.last();
        let found = match playbook_version.as_str() {
            "" => live.ok_or(Refusal::NoPlaybook),
            named => from_proto::version::published(named, &publications),
        };
        let found = found.map_err(|refusal| status::refused(&refusal))?;
        let document = match omit_document {
            true => String::new(),
            false => {
                let recorded = self.event(found.seq).await?;
                let Event::PlaybookPublished(published) = &recorded.event else {
                    return Err(status::internal());
                };
                published.source.to_string()
            }
        };
        let playbook = match self.live_if_any().filter(|it| it.version == found.version) {
            Some(live) => live,
            None => self.playbook_at(found).await?,
        };
        let live = live.map(|live| live.seq);
        let answer = to_proto::playbook::got(found, live, &playbook, document, revision);
        Ok(Response::new(answer))
    }

    async fn diff_playbooks(
        &self,
        request: Request<v1::DiffPlaybooksRequest>,
    ) -> Result<Response<v1::DiffPlaybooksResponse>, Status> {
        let asked = from_proto::playbook::diff(request.into_inner());
        let (asked, revision) = self.fresh(asked).await?;
        let publications = self.publications().await?;
        let version = async |named: &str| {
            let found = match named {
                "" => publications.last().ok_or(Refusal::NoPlaybook),
                named => from_proto::version::published(named, &publications),
            };
            let found = found.map_err(|refusal| status::refused(&refusal))?;
            self.playbook_at(found).await
        };
        let before = version(&asked.from).await?;
        let after = match asked.to {
            DiffTo::Version(named) => version(&named).await?,
            DiffTo::Document(source) => {
                let read = self.read_playbook(source, None).await?;
                let read = from_proto::playbook::to_compare(read);
                read.map_err(|faults| status::faulty(&faults))?
            }
        };
        let is_of_live = self
            .live_if_any()
            .is_some_and(|live| live.version == before.version);
        let in_use = match is_of_live {
            true => self.names_in_use(&after).await?,
            false => Vec::new(),
        };
        let answer = tokio::task::spawn_blocking(move || {
            let diff = diff(&before, &after);
            diff.map(|diff| to_proto::playbook::diff((&before, &after), diff, &in_use, revision))
        });
        let answer = answer.await.map_err(|_| status::internal())?;
        answer.map(Response::new).map_err(|_| status::internal())
    }

    async fn get_reason_menu(
        &self,
        request: Request<v1::GetReasonMenuRequest>,
    ) -> Result<Response<v1::GetReasonMenuResponse>, Status> {
        let request = request.into_inner();
        let at_least = self.reached(&request.min_revision).await?;
        let live = self.live()?;
        let (asked, revision) = self.shown(from_proto::playbook::menu(request, at_least, &live))?;
        let of = MenuOf {
            channel: &asked.channel,
            language: asked.language.as_deref(),
            primary: asked.primary.as_ref(),
            whole_tree: asked.whole_tree,
            open_case: true,
        };
        let menu = Some(to_proto::menu::menu(&live, of));
        Ok(Response::new(v1::GetReasonMenuResponse { menu, revision }))
    }

    async fn get_vocabulary(
        &self,
        request: Request<v1::GetVocabularyRequest>,
    ) -> Result<Response<v1::GetVocabularyResponse>, Status> {
        let asked = from_proto::playbook::vocabulary(request.into_inner());
        let (asked, revision) = self.fresh(asked).await?;
        let playbook = match asked.version.as_str() {
            "" => self.live()?,
            named => {
                let publications = self.publications().await?;
                let found = from_proto::version::published(named, &publications);
                let found = found.map_err(|refusal| status::refused(&refusal))?;
                self.playbook_at(found).await?
            }
        };
        let words = to_proto::vocabulary::vocabulary(&playbook, asked.language.as_deref());
        Ok(Response::new(v1::GetVocabularyResponse {
            vocabulary: Some(words),
            revision,
        }))
    }
}
