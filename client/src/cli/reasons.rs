//! `signpost reasons`: prints the reason menu as a customer of one channel sees it.

use super::Session;
use super::asked::AskedNames;
use super::failure::Failure;
use super::form::FormArgs;
use super::render;
use clap::Args;
use signpost_client::v1;

/// The arguments of `signpost reasons`.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  signpost reasons --channel phone --language nl")]
pub(crate) struct ReasonsArgs {
    /// The channel, as the playbook lists it.
    #[arg(long, value_name = "CHANNEL")]
    channel: String,
    /// The customer's language, such as nl or nl-NL [default: the playbook's first].
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,
    /// Only the reasons below this primary reason [default: the whole tree].
    #[arg(long, value_name = "REASON")]
    primary_reason: Option<String>,
    #[command(flatten)]
    form: FormArgs,
}

/// Prints the menu.
pub(crate) async fn run(args: ReasonsArgs, session: &Session) -> Result<(), Failure> {
    let asked = AskedNames {
        channels: vec![args.channel],
        ..AskedNames::default()
    };
    let asked = asked.into_ids_if_labels(session).await?;
    let request = v1::GetReasonMenuRequest {
        channel: asked.channels.concat(),
        language_code: args.language.unwrap_or_default(),
        whole_tree: args.primary_reason.is_none(),
        primary_reason: args.primary_reason.unwrap_or_default(),
        ..Default::default()
    };
    let response = session.client()?.get_reason_menu(request).await?;
    let menu = response.menu.clone().unwrap_or_default();
    let text = |_wide, paint| render::menu(&menu, paint);
    args.form
        .show(session, &response, text, || render::menu_listing(&menu))
}
