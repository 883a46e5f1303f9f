//! `signpost token`: creates, lists and revokes the tokens of callers.

use super::Session;
use super::failure::Failure;
use super::form::FormArgs;
use super::out::Paint;
use super::write::Key;
use super::{render, values};
use clap::{Args, Subcommand};
use signpost_client::{Client, v1};

/// The maximum number of tokens in one page that is fetched.
const PAGE_SIZE: u32 = 200;

/// The subcommands of `signpost token`.
#[derive(Subcommand, Debug)]
pub(crate) enum TokenCommand {
    /// Creates a token and prints it. Its secret is shown this once.
    Create(CreateArgs),
    /// Lists the tokens, the newest first, with those that ended. Shows no secret.
    #[command(after_help = "Example:\n  signpost token list")]
    List(FormArgs),
    /// Revokes a token for good.
    #[command(after_help = "Example:\n  signpost token revoke token_0000000000007")]
    Revoke(RevokeArgs),
}

/// The arguments of `create`.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  signpost token create supervisor --actor-id ann --label 'The desk of Ann'
  signpost token create chatbot --actor-id webbot --limit-channel web_chat

The token is the one line on stdout; what it is comes on stderr.
For a folder whose server is stopped: signpostd token create.")]
pub(crate) struct CreateArgs {
    /// The role of whoever will show it.
    #[arg(value_name = "ROLE", value_parser = values::role())]
    role: v1::Role,
    /// Who that is in events. Tokens of one role with the same id are one caller [default: the id of the token].
    #[arg(long, value_name = "ID")]
    actor_id: Option<String>,
    /// What people call it.
    #[arg(long = "label", value_name = "TEXT")]
    token_label: Option<String>,
    /// A channel that it is limited to; again for another.
    #[arg(long, value_name = "CHANNEL")]
    limit_channel: Vec<String>,
    /// A brand that it is limited to; again for another.
    #[arg(long, value_name = "BRAND")]
    limit_brand: Vec<String>,
    /// A primary reason that it is limited to; again for another.
    #[arg(long, value_name = "REASON")]
    limit_reason: Vec<String>,
    /// From when on it counts no more, RFC 3339 [default: 365 days from now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    expire_time: Option<prost_types::Timestamp>,
    /// When it was asked for, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    event_time: Option<prost_types::Timestamp>,
    #[command(flatten)]
    key: Key,
}

/// The arguments of `revoke`.
#[derive(Args, Debug)]
pub(crate) struct RevokeArgs {
    /// The id of the token, token_…: not what its owner sends.
    #[arg(value_name = "TOKEN")]
    token_id: String,
    /// When it was asked for, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    event_time: Option<prost_types::Timestamp>,
    #[command(flatten)]
    key: Key,
}

/// Runs the command.
pub(crate) async fn run(command: TokenCommand, session: &Session) -> Result<(), Failure> {
    match command {
        TokenCommand::Create(args) => create(args, session).await,
        TokenCommand::List(form) => list(&form, session).await,
        TokenCommand::Revoke(args) => {
            let request = v1::RevokeTokenRequest {
                request_id: args.key.or_fresh(),
                token_id: args.token_id.clone(),
                event_time: args.event_time,
            };
            let response = session.write(request, Client::revoke_token).await?;
            let receipt = response.receipt.as_ref();
            let text = |_| format!("revoked {}\n", args.token_id);
            session.out.written(&response, receipt, text)
        }
    }
}

async fn create(args: CreateArgs, session: &Session) -> Result<(), Failure> {
    let request = v1::CreateTokenRequest {
        request_id: args.key.or_fresh(),
        role: args.role.into(),
        actor_id: args.actor_id.unwrap_or_default(),
        label: args.token_label.unwrap_or_default(),
        channels: args.limit_channel,
        brands: args.limit_brand,
        primary_reasons: args.limit_reason,
        expire_time: args.expire_time,
        event_time: args.event_time,
    };
    let response = session.write(request, Client::create_token).await?;
    let token = response.token.clone().unwrap_or_default();
    if response.bearer_token.is_empty() && !session.out.json {
        session.out.say(&format!(
            "{} was created before, and its secret was shown then; if nobody has it, revoke it and create another",
            token.token_id
        ));
    }
    let timed = session.timed().await;
    if timed.json {
        return timed.answer(&response, |_| String::new());
    }
    // Alone on stdout, so that a script can keep it.
    if !response.bearer_token.is_empty() {
        timed.text(&format!("{}\n", response.bearer_token))?;
        timed.say("the line on stdout is the token: it is not shown again");
    }
    timed.say(&render::created_token(&token, timed.paint.zone()));
    Ok(())
}

/// Fetches all pages and prints them as one answer.
async fn list(form: &FormArgs, session: &Session) -> Result<(), Failure> {
    let client = session.client()?;
    let mut whole = v1::ListTokensResponse::default();
    let mut page_token = String::new();
    loop {
        let request = v1::ListTokensRequest {
            page_size: PAGE_SIZE,
            page_token,
            ..Default::default()
        };
        let page = client.list_tokens(request).await?;
        whole.tokens.extend(page.tokens);
        whole.revision = page.revision;
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let listing = |wide, zone| render::tokens(&whole.tokens, wide, zone);
    let text = |wide, paint: Paint| listing(wide, paint.zone()).table(paint);
    let rows = |zone| listing(true, zone);
    form.show_timed(session, &whole, text, rows).await
}
