//! `signpost reroute`: decides again after an attempt that did not succeed.

use super::Session;
use super::context::ContextArgs;
use super::explain::ExplainArgs;
use super::failure::Failure;
use super::write::Key;
use super::{render, values};
use clap::Args;
use signpost_client::{Client, v1};

/// The arguments of `signpost reroute`.
#[derive(Args, Debug)]
#[command(
    mut_arg("channel", |channel| channel.required(false)),
    mut_group("ContextArgs", |context| context.requires("channel")),
    after_help = "\
Example:
  signpost reroute call-4711 --outcome asked_for_person
  signpost reroute call-4711 --outcome failed --channel phone --cannot-use voice"
)]
pub(crate) struct RerouteArgs {
    /// Your key of the contact. The contact stays live.
    contact: String,
    /// How the attempt ended.
    #[arg(long, value_parser = values::attempt_outcome())]
    outcome: v1::AttemptOutcome,
    /// Who selects the route: the cheapest is taken at once, or the customer chooses.
    #[arg(long, value_name = "HOW", default_value = "automatic", value_parser = values::route_selection())]
    route_selection: v1::RouteSelection,
    /// A note for the timeline.
    #[arg(long, default_value = "", hide_default_value = true)]
    note: String,
    /// When it happened, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    event_time: Option<prost_types::Timestamp>,
    /// Use the last resort instead of refusing a reason that the playbook never knew.
    #[arg(long)]
    allow_unknown_reason: bool,
    /// The version of the playbook that the menu came from.
    #[arg(long, value_name = "VERSION")]
    menu_version: Option<String>,
    #[command(flatten)]
    explain: ExplainArgs,
    #[command(flatten)]
    key: Key,
    /// What else is known. If anything is given, the contact's channel must be given too.
    #[command(flatten)]
    context: Option<ContextArgs>,
}

#[cfg(test)]
impl RerouteArgs {
    /// The context that the flags give, if any.
    pub(crate) fn into_context(self) -> Option<v1::ContactContext> {
        self.context.map(ContextArgs::into_context)
    }
}

/// Decides again and prints the answer.
pub(crate) async fn run(args: RerouteArgs, session: &Session) -> Result<(), Failure> {
    let ExplainArgs { explain } = args.explain;
    let request = v1::RerouteContactRequest {
        request_id: args.key.or_fresh(),
        contact_id: args.contact,
        outcome: args.outcome.into(),
        context: args.context.map(ContextArgs::into_context),
        route_selection: args.route_selection.into(),
        note: args.note,
        event_time: args.event_time,
        allow_unknown_reason: args.allow_unknown_reason,
        menu_playbook_version: args.menu_version.unwrap_or_default(),
        ..Default::default()
    };
    let response = session.write(request, Client::reroute_contact).await?;
    let answer = response.answer.clone().unwrap_or_default();
    let receipt = response.receipt.as_ref();
    let text = |paint| render::answer(&answer, explain, paint);
    session.timed().await.written(&response, receipt, text)
}
