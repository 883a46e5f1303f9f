//! `signpost login`, `logout` and `profile list`: what is needed to call a server, kept in a file of this user.

use super::Session;
use super::connection::token_in;
use super::failure::Failure;
use super::profiles::{self, Profile, Profiles};
use super::render::table::{Column, table};
use super::secret::Secret;
use clap::{Args, Subcommand};
use serde_json::json;
use signpost_client::{Client, ClientError, Code, Options, v1};
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

/// The longest line of stdin that is read for a token, in bytes.
const LINE_BYTES_MAX: u64 = 64 * 1024;

/// The arguments of `signpost login`.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  signpost login --server https://desk.example.com:7100 --ca ca.pem --token-stdin < token.txt
  signpost login --profile test --server 127.0.0.1:7100 --no-token

The token is asked for if stdin is a terminal and no other flag gives it.")]
pub(crate) struct LoginArgs {
    /// Read the token from the first line of stdin.
    #[arg(long)]
    token_stdin: bool,
    /// Keep no token: the server needs none, or a client certificate is enough.
    #[arg(long, conflicts_with = "token_stdin")]
    no_token: bool,
}

/// The commands about profiles.
#[derive(Subcommand, Debug)]
pub(crate) enum ProfileCommand {
    /// The profiles that `signpost login` stored. Tokens are never shown.
    #[command(after_help = "Example:\n  signpost profile list")]
    List,
}

/// Checks the server with these credentials, and stores both as a profile.
pub(crate) async fn login(args: LoginArgs, session: &Session) -> Result<(), Failure> {
    let given = &session.globals.connection;
    let (name, _) = given.profile_name();
    profiles::check_name(name).map_err(Failure::Fix)?;
    let mut profiles = Profiles::load().map_err(Failure::Fix)?;
    let before = profiles.get(name);
    let server = given
        .server
        .clone()
        .or(before.map(|before| before.server.clone()));
    let server = server
        .ok_or_else(|| Failure::Fix("say which server: --server https://HOST:PORT".to_owned()))?;
    let before = before.filter(|before| before.server == server);
    let kept = |given: &Option<PathBuf>, of: fn(&Profile) -> &Option<PathBuf>| {
        let path = given.as_deref().map(absolute).transpose()?;
        Ok::<_, Failure>(path.or(before.and_then(|before| of(before).clone())))
    };
    let profile = Profile {
        ca: kept(&given.ca, |it| &it.ca)?,
        client_cert: kept(&given.client_cert, |it| &it.client_cert)?,
        client_key: kept(&given.client_key, |it| &it.client_key)?,
        token: token(&args, session)?,
        server,
    };
    check(session, profile.clone()).await?;
    let server = profile.server.clone();
    profiles.put(name, profile);
    let stored = profiles.save().map_err(Failure::Other)?;
    let stored = stored.display();
    match session.out.json {
        true => session.out.data(
            &json!({"profile": name, "server": server, "stored_in": stored.to_string()})
                .to_string(),
        ),
        false => session.out.text(&format!(
            "logged in to {server} as profile {name}, which is stored in {stored}"
        )),
    }
}

/// Removes a profile.
pub(crate) fn logout(session: &Session) -> Result<(), Failure> {
    let (name, _) = session.globals.connection.profile_name();
    let mut profiles = Profiles::load().map_err(Failure::Fix)?;
    let Some(removed) = profiles.remove(name) else {
        return Err(Failure::Fix(profiles.unknown(name)));
    };
    profiles.save().map_err(Failure::Other)?;
    let server = &removed.server;
    match session.out.json {
        true => session.out.data(&json!({"profile": name, "server": server}).to_string()),
        false => session.out.text(&format!(
            "the profile {name} of {server} is removed; its token stays valid until it expires or is revoked there"
        )),
    }
}

/// The commands about profiles.
pub(crate) fn profile(command: &ProfileCommand, session: &Session) -> Result<(), Failure> {
    let ProfileCommand::List = command;
    let profiles = Profiles::load().map_err(Failure::Fix)?;
    let shown = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    if session.out.json {
        let each = profiles.all().map(|(name, profile)| {
            json!({
                "profile": name,
                "server": profile.server,
                "ca": shown(&profile.ca),
                "client_cert": shown(&profile.client_cert),
                "has_token": profile.token.is_some(),
            })
        });
        return session
            .out
            .data(&json!({"profiles": each.collect::<Vec<_>>()}).to_string());
    }
    let rows = profiles.all().map(|(name, profile)| {
        let token = if profile.token.is_some() { "yes" } else { "no" };
        vec![
            name.clone(),
            profile.server.clone(),
            shown(&profile.ca).unwrap_or_default(),
            shown(&profile.client_cert).unwrap_or_default(),
            token.to_owned(),
        ]
    });
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return session.out.text("no profiles: `signpost login` makes one");
    }
    let columns = ["profile", "server", "CA", "client certificate", "token"].map(Column::Left);
    session.out.text(&table(&columns, rows, session.out.paint))
}

/// Calls the server. Any answer shows that the connection is right; only a token that is not taken is refused.
async fn check(session: &Session, profile: Profile) -> Result<(), Failure> {
    let globals = &session.globals;
    let target = globals.connection.read(profile).map_err(Failure::Fix)?;
    let options = Options {
        deadline: globals.timeout,
        actor: globals.actor.clone(),
    };
    let client = Client::connect_with(&target.server, &target.credentials, options)?;
    match client
        .get_vocabulary(v1::GetVocabularyRequest::default())
        .await
    {
        Ok(_) => Ok(()),
        Err(error) => match error.cause().code {
            Some(Code::Unauthenticated) => Err(Failure::Fix(format!(
                "{} does not take the token: {}; nothing is stored",
                target.server,
                message(&error)
            ))),
            // It answered: it may have no playbook yet, or the token may be for other calls.
            Some(Code::FailedPrecondition | Code::NotFound | Code::PermissionDenied) => Ok(()),
            _ => Err(error.into()),
        },
    }
}

fn message(error: &ClientError) -> String {
    match error {
        ClientError::Other(status) => status.message().to_owned(),
        error => error.to_string(),
    }
}

/// The token: from stdin, from the flags for every command, or from the person at the terminal.
fn token(args: &LoginArgs, session: &Session) -> Result<Option<Secret>, Failure> {
    let given = &session.globals.connection;
    if args.no_token {
        return Ok(None);
    }
    if args.token_stdin {
        return line_of_stdin().map(Some);
    }
    match (&given.token_file, &given.token) {
        (Some(path), _) => return token_in(path).map(Some).map_err(Failure::Fix),
        (None, Some(token)) => return Ok(Some(token.clone())),
        (None, None) => {}
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::Fix(
            "give the token with --token-stdin or --token-file, or say --no-token".to_owned(),
        ));
    }
    let mut stderr = io::stderr().lock();
    let asked = write!(stderr, "token (is not shown): ").and_then(|()| stderr.flush());
    asked.map_err(|error| Failure::Other(format!("stderr: {error}")))?;
    let read = hidden_line();
    let ended = writeln!(stderr);
    drop(ended);
    read.map(Some)
}

/// The first line of stdin.
fn line_of_stdin() -> Result<Secret, Failure> {
    let mut line = String::new();
    let read = io::stdin().lock().take(LINE_BYTES_MAX).read_line(&mut line);
    read.map_err(|error| Failure::Fix(format!("stdin: {error}")))?;
    match line.trim() {
        "" => Err(Failure::Fix("stdin has no token".to_owned())),
        token => Ok(Secret::new(token)),
    }
}

/// A line from the terminal, which does not show what is typed.
#[cfg(unix)]
fn hidden_line() -> Result<Secret, Failure> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let failed = |error: rustix::io::Errno| Failure::Other(format!("the terminal: {error}"));
    let stdin = io::stdin();
    let shown = tcgetattr(&stdin).map_err(failed)?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&stdin, OptionalActions::Flush, &hidden).map_err(failed)?;
    let line = line_of_stdin();
    tcsetattr(&stdin, OptionalActions::Flush, &shown).map_err(failed)?;
    line
}

#[cfg(not(unix))]
fn hidden_line() -> Result<Secret, Failure> {
    Err(Failure::Fix(
        "give the token with --token-stdin or --token-file".to_owned(),
    ))
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| Failure::Fix(format!("{}: {error}", path.display())))
}
