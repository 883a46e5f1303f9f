//! `signpost preview`: prints the answer that `route` would give, without any effect.

use super::Session;
use super::at_least::AtLeast;
use super::context::ContextArgs;
use super::explain::ExplainArgs;
use super::failure::Failure;
use super::{render, values};
use clap::Args;
use signpost_client::v1;

/// The arguments of `signpost preview`.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  signpost preview --channel phone --tier gold --reason order_issue/manage_cancel \\
      --fact order_id=3348917502 --queue-stats orders:waiting=12,staffed=4
  signpost preview --channel phone --reason order_issue/manage_cancel --at 2026-12-24T22:30:00+01:00")]
pub(crate) struct PreviewArgs {
    #[command(flatten)]
    context: ContextArgs,
    /// The key of a live contact, to preview an amendment of it.
    #[arg(long, value_name = "ID")]
    contact: Option<String>,
    /// Use the last resort instead of refusing a reason that the playbook never knew.
    #[arg(long)]
    allow_unknown_reason: bool,
    /// The version of the playbook that the menu came from.
    #[arg(long, value_name = "VERSION")]
    menu_version: Option<String>,
    /// The time to decide at, RFC 3339 [default: now].
    #[arg(long = "at", alias = "at-time", value_name = "TIME", value_parser = values::time)]
    at_time: Option<prost_types::Timestamp>,
    #[command(flatten)]
    explain: ExplainArgs,
    #[command(flatten)]
    at_least: AtLeast,
}

#[cfg(test)]
impl PreviewArgs {
    /// The context that the flags give.
    pub(crate) fn into_context(self) -> v1::ContactContext {
        self.context.into_context()
    }
}

/// Previews the decision and prints the answer.
pub(crate) async fn run(mut args: PreviewArgs, session: &Session) -> Result<(), Failure> {
    args.context.named(session).await?;
    let request = v1::PreviewRouteRequest {
        contact_id: args.contact.unwrap_or_default(),
        context: Some(args.context.into_context()),
        allow_unknown_reason: args.allow_unknown_reason,
        menu_playbook_version: args.menu_version.unwrap_or_default(),
        at_time: args.at_time,
        min_revision: args.at_least.min_revision,
        ..Default::default()
    };
    let response = session.client()?.preview_route(request).await?;
    let ExplainArgs { explain } = args.explain;
    session.timed().await.answer(&response, |paint| {
        let answer = response.answer.clone().unwrap_or_default();
        let head = paint.dim("preview; nothing was changed");
        format!("{head}\n{}", render::answer(&answer, explain, paint))
    })
}
