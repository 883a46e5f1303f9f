//! The handlers of AccessService.

use crate::grpc::access::secret::Secret;
use crate::grpc::edge::Services;
use crate::grpc::{from_proto, status, to_proto};
use signpost_domain::command::Query;
use signpost_domain::event::Event;
use signpost_domain::flow::Answer;
use signpost_domain::ids::TokenId;
use signpost_proto::v1;
use signpost_proto::v1::access_service_server::AccessService;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl AccessService for Services {
    async fn create_token(
        &self,
        request: Request<v1::CreateTokenRequest>,
    ) -> Result<Response<v1::CreateTokenResponse>, Status> {
        let caller = self.caller(&request)?;
        let secret = Secret::random().map_err(|_| status::internal())?;
        let command = from_proto::access::create(request.into_inner(), caller, secret.hash());
        let written = self.write(command).await?;
        let Event::TokenCreated(created) = &written.recorded.event else {
            return Err(status::internal());
        };
        let envelope = &written.recorded.envelope;
        // The secret of the first answer is known to nobody but its reader; the new one is of no token.
        let bearer_token = match written.replayed {
            true => String::new(),
            false => secret.bearer_token(TokenId(envelope.seq)),
        };
        Ok(Response::new(v1::CreateTokenResponse {
            token: Some(to_proto::access::created(envelope, created)),
            bearer_token,
            receipt: Some(self.receipt(&written)),
        }))
    }

    async fn list_tokens(
        &self,
        request: Request<v1::ListTokensRequest>,
    ) -> Result<Response<v1::ListTokensResponse>, Status> {
        let page = from_proto::access::list(request.into_inner(), self.store());
        let (page, _) = self.fresh(page).await?;
        let (Answer::Tokens(tokens), seq) = self.read(Query::Tokens).await? else {
            return Err(status::internal());
        };
        let newest_first = tokens.all().rev();
        let rest = newest_first.filter(|it| page.after.is_none_or(|after| it.id.0 < after));
        let mut shown: Vec<_> = rest.take(page.size + 1).collect();
        let has_more = shown.len() > page.size;
        shown.truncate(page.size);
        let last = shown.last().filter(|_| has_more);
        let next_page_token = page.next(last.map(|last| last.id.0));
        let now = self.engine().token_time();
        Ok(Response::new(v1::ListTokensResponse {
            tokens: shown
                .into_iter()
                .map(|token| to_proto::access::token(token, now))
                .collect(),
            next_page_token,
            revision: self.revision(seq),
        }))
    }

    async fn revoke_token(
        &self,
        request: Request<v1::RevokeTokenRequest>,
    ) -> Result<Response<v1::RevokeTokenResponse>, Status> {
        let caller = self.caller(&request)?;
        let command = from_proto::access::revoke(request.into_inner(), caller);
        let written = self.write(command).await?;
        Ok(Response::new(v1::RevokeTokenResponse {
            receipt: Some(self.receipt(&written)),
        }))
    }
}
