//! `signpost contact`: reads contacts.

use super::Session;
use super::failure::Failure;
use super::render;
use clap::Subcommand;
use signpost_client::v1;

/// What to do.
#[derive(Subcommand, Debug)]
pub(crate) enum ContactCommand {
    /// Shows one contact with its last decision.
    #[command(after_help = "Example:\n  signpost contact get call-4711")]
    Get {
        /// Your key of the contact.
        contact: String,
    },
}

/// Does it.
pub(crate) async fn run(command: ContactCommand, session: &Session) -> Result<(), Failure> {
    let ContactCommand::Get {
        contact: contact_id,
    } = command;
    let request = v1::GetContactRequest { contact_id };
    let response = session.client()?.get_contact(request).await?;
    session.out.answer(&response, |paint| {
        let contact = response.contact.clone().unwrap_or_default();
        let mut text = render::contact(&contact, paint);
        if let Some(answer) = &response.answer {
            text += "\n";
            text += &render::answer(answer, paint);
        }
        text
    })
}
