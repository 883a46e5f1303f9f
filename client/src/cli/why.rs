//! `signpost why`: shows the last decision about a contact, or about the latest contact of a case.

use super::Session;
use super::at_least::AtLeast;
use super::contact;
use super::explain::ExplainArgs;
use super::failure::Failure;
use super::render::words;
use clap::Args;
use signpost_client::{Client, ClientError, v1};

/// What the id of every case begins with.
const CASE_PREFIX: &str = "case_";

/// The arguments of `signpost why`.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  signpost why call-4711
  signpost why case_0000000000002 --explain all
  signpost why 7012 3456 788

`signpost preview` says why a contact would go somewhere. `signpost case timeline` shows all that
happened to a case.")]
pub(crate) struct WhyArgs {
    /// Your key of the contact; or a case, by its number, as it is said on the phone, or by its id.
    #[arg(required = true, value_name = "CONTACT|CASE")]
    name: Vec<String>,
    #[command(flatten)]
    explain: ExplainArgs,
    #[command(flatten)]
    at_least: AtLeast,
}

/// Shows the decision.
pub(crate) async fn run(args: WhyArgs, session: &Session) -> Result<(), Failure> {
    let WhyArgs {
        name,
        explain: ExplainArgs { explain },
        at_least,
    } = args;
    // A number in groups, as people write it down, is one name.
    let name = name.join(" ");
    let client = session.client()?;
    let found = match name.starts_with(CASE_PREFIX) {
        true => None,
        false => contact_of(&client, &name, &at_least).await?,
    };
    if let Some(found) = found {
        return contact::show(&found, "", explain, session).await;
    }
    let case = case_of(&client, &name, &at_least).await?;
    let case = case.ok_or_else(|| missing(&name))?;
    let latest = case.contacts.last();
    let latest = latest.ok_or_else(|| {
        Failure::Fix(format!(
            "{} has no contact, so nothing was decided",
            case.case_id
        ))
    })?;
    let found = contact_of(&client, &latest.contact_id, &at_least).await?;
    let found = found.ok_or_else(|| missing(&latest.contact_id))?;
    let lead = format!(
        "{}: {}, the latest is\n",
        case.case_id,
        words::counted(case.contact_count, "contact")
    );
    contact::show(&found, &lead, explain, session).await
}

fn missing(name: &str) -> Failure {
    Failure::Missing {
        kind: "contact or case",
        names: vec![name.to_owned()],
    }
}

/// The contact with this key; `None` if there is none.
async fn contact_of(
    client: &Client,
    name: &str,
    at_least: &AtLeast,
) -> Result<Option<v1::GetContactResponse>, Failure> {
    let request = v1::GetContactRequest {
        contact_id: name.to_owned(),
        min_revision: at_least.min_revision.clone(),
    };
    there(client.get_contact(request).await)
}

/// The case with this number or id; `None` if there is none.
async fn case_of(
    client: &Client,
    name: &str,
    at_least: &AtLeast,
) -> Result<Option<v1::Case>, Failure> {
    let request = v1::GetCaseRequest {
        case_id: name.to_owned(),
        min_revision: at_least.min_revision.clone(),
        ..Default::default()
    };
    Ok(there(client.get_case(request).await)?.and_then(|found| found.case))
}

/// What was found. A name that cannot be one of this kind is a name of nothing.
fn there<T>(found: Result<T, ClientError>) -> Result<Option<T>, Failure> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(ClientError::NotFound { .. } | ClientError::Invalid(..)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
