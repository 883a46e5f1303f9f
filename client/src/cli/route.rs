//! `signpost route`: takes a contact in, or amends one.

use super::Session;
use super::context::ContextArgs;
use super::explain::ExplainArgs;
use super::failure::Failure;
use super::write::Key;
use super::{render, values};
use clap::Args;
use signpost_client::{Client, request_id, v1};

/// The arguments of `signpost route`.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  signpost route --channel web_chat --customer c1 --tier gold \\
      --reason order_issue/manage_cancel --fact order_id=3348917502")]
pub(crate) struct RouteArgs {
    #[command(flatten)]
    context: ContextArgs,
    /// Your key of the contact (call id, session id); one that is live is amended [default: a fresh one].
    #[arg(long, value_name = "ID")]
    contact: Option<String>,
    /// Who selects the route: the cheapest is taken at once, or the customer chooses.
    #[arg(long, value_name = "HOW", default_value = "automatic", value_parser = values::route_selection())]
    route_selection: v1::RouteSelection,
    /// Use the last resort instead of refusing a reason that the playbook never knew.
    #[arg(long)]
    allow_unknown_reason: bool,
    /// The version of the playbook that the menu came from.
    #[arg(long, value_name = "VERSION")]
    menu_version: Option<String>,
    /// When the contact arrived, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    event_time: Option<prost_types::Timestamp>,
    #[command(flatten)]
    explain: ExplainArgs,
    #[command(flatten)]
    key: Key,
}

#[cfg(test)]
impl RouteArgs {
    /// The context that the flags give.
    pub(crate) fn into_context(self) -> v1::ContactContext {
        self.context.into_context()
    }
}

/// Routes the contact and prints the answer.
pub(crate) async fn run(mut args: RouteArgs, session: &Session) -> Result<(), Failure> {
    let ExplainArgs { explain } = args.explain;
    args.context.named(session).await?;
    let request = v1::RouteContactRequest {
        request_id: args.key.or_fresh(),
        contact_id: args.contact.unwrap_or_else(request_id),
        context: Some(args.context.into_context()),
        route_selection: args.route_selection.into(),
        allow_unknown_reason: args.allow_unknown_reason,
        menu_playbook_version: args.menu_version.unwrap_or_default(),
        event_time: args.event_time,
        ..Default::default()
    };
    let response = session.write(request, Client::route_contact).await?;
    let answer = response.answer.clone().unwrap_or_default();
    let receipt = response.receipt.as_ref();
    let text = |paint| render::answer(&answer, explain, paint);
    session.timed().await.written(&response, receipt, text)
}
