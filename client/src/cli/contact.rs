//! `signpost contact`: reads contacts.

use super::Session;
use super::failure::Failure;
use super::render::feed::{self, Mark};
use super::render::json;
use super::{render, watch};
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
    /// Shows the live contacts that match, then each contact as it changes.
    #[command(after_help = "Example:\n  signpost contact watch --place routed --channel phone")]
    Watch(watch::WatchContactsArgs),
}

/// Does it.
pub(crate) async fn run(command: ContactCommand, session: &Session) -> Result<(), Failure> {
    let contact_id = match command {
        ContactCommand::Get { contact } => contact,
        ContactCommand::Watch(args) => return watch_contacts(args, session).await,
    };
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

async fn watch_contacts(args: watch::WatchContactsArgs, session: &Session) -> Result<(), Failure> {
    use v1::contact_item::Item;
    let out = session.out;
    if !out.json {
        out.data(&feed::contact_titles(out.paint))?;
    }
    let mut there: u32 = 0;
    watch::follow(session, args.into_request(), |item| match &item.item {
        Some(Item::Progress(_) | Item::ResumeRequired(_)) | None => Ok(None),
        Some(_) if out.json => json::line(item).map(Some),
        Some(Item::Snapshot(contact)) => {
            there += 1;
            Ok(Some(feed::contact_line(Mark::There, contact)))
        }
        Some(Item::SnapshotEnd(_)) => {
            let count = render::words::counted(there, "contact");
            out.say(&format!("signpost: {count}; changes follow"));
            Ok(None)
        }
        Some(Item::Changed(contact)) => Ok(Some(feed::contact_line(Mark::Changed, contact))),
        Some(Item::LeftFilter(left)) => Ok(Some(feed::left_line(left))),
    })
    .await
}
