//! Which server a command calls, and with which credentials: from the flags, their variables, and the profile.

use super::profiles::{Profile, Profiles};
use super::secret::Secret;
use clap::Args;
use signpost_client::{ClientIdentity, Credentials, Token};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The server if neither the command line nor a profile names one.
const SERVER_DEFAULT: &str = "http://127.0.0.1:7100";
/// The maximum size of a file with certificates, a key or a token, in bytes.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// The arguments about the connection, which every command takes.
#[derive(Args, Debug)]
pub(crate) struct ConnectionArgs {
    /// The server, as host:port, http://host:port or https://host:port [default: that of the profile, or
    /// http://127.0.0.1:7100].
    #[arg(long, global = true, value_name = "SERVER", env = "SIGNPOST_SERVER")]
    pub(crate) server: Option<String>,
    /// The profile that `signpost login` stored [default: the one named `default`, if no server is named].
    #[arg(long, global = true, value_name = "NAME", env = "SIGNPOST_PROFILE")]
    pub(crate) profile: Option<String>,
    /// The CA that signed the certificate of the server, in PEM [default: the CAs that this machine trusts].
    #[arg(long, global = true, value_name = "FILE", env = "SIGNPOST_CA")]
    pub(crate) ca: Option<PathBuf>,
    /// The certificate of this client, in PEM, for a server that asks for one.
    #[arg(long, global = true, value_name = "FILE", env = "SIGNPOST_CLIENT_CERT")]
    pub(crate) client_cert: Option<PathBuf>,
    /// The private key of the certificate of this client, in PEM.
    #[arg(long, global = true, value_name = "FILE", env = "SIGNPOST_CLIENT_KEY")]
    pub(crate) client_key: Option<PathBuf>,
    /// The token that goes with each call. Other users of this machine can read the command line: a file, the variable
    /// or a profile is safer.
    #[arg(
        long,
        global = true,
        value_name = "TOKEN",
        env = "SIGNPOST_TOKEN",
        hide_env_values = true
    )]
    pub(crate) token: Option<Secret>,
    /// A file with the token. It wins over --token and the variable.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Send the token to another machine without TLS, too, where anybody on the way can read it.
    #[arg(long, global = true)]
    pub(crate) insecure_token: bool,
}

/// The server that a command calls, with the credentials.
#[derive(Debug)]
pub(crate) struct CalledServer {
    /// The server.
    pub(crate) server: String,
    /// The credentials.
    pub(crate) credentials: Credentials,
}

impl ConnectionArgs {
    /// The server and the credentials.
    ///
    /// # Errors
    /// If the profile or a file is not there or is wrong. The text is for people.
    pub(crate) fn target(&self) -> Result<CalledServer, String> {
        let profile = self.profile()?;
        let token = match &self.token_file {
            Some(path) => Some(token_in(path)?),
            None => profile.token.clone(),
        };
        self.read(Profile { token, ..profile })
    }

    /// The server to name where something failed before a server could be called.
    pub(crate) fn server_shown(&self) -> &str {
        self.server.as_deref().unwrap_or(SERVER_DEFAULT)
    }

    /// The name of the profile, and whether somebody named it.
    pub(crate) fn profile_name(&self) -> (&str, bool) {
        match &self.profile {
            Some(name) => (name, true),
            None => (Profile::DEFAULT, false),
        }
    }

    /// The arguments over those of the profile.
    fn profile(&self) -> Result<Profile, String> {
        let (name, is_named) = self.profile_name();
        let profiles = match is_named || self.server.is_none() {
            true => Profiles::load()?,
            false => Profiles::default(),
        };
        match profiles.get(name) {
            Some(profile) => self.over(name, profile),
            None if is_named => Err(profiles.unknown(name)),
            None => self.over(name, &Profile::at(SERVER_DEFAULT)),
        }
    }

    fn over(&self, name: &str, profile: &Profile) -> Result<Profile, String> {
        let server = self.server.as_ref().unwrap_or(&profile.server);
        let token_is_given = self.token.is_some() || self.token_file.is_some();
        if profile.token.is_some() && !token_is_given && *server != profile.server {
            return Err(format!(
                "the token of the profile {name} is for {}, and is not sent to {server}: give the token for that server \
                 with --token-file, or log in there with `signpost login --profile NAME --server {server}`",
                profile.server
            ));
        }
        let or = |given: &Option<PathBuf>, kept: &Option<PathBuf>| given.clone().or(kept.clone());
        Ok(Profile {
            server: server.clone(),
            ca: or(&self.ca, &profile.ca),
            client_cert: or(&self.client_cert, &profile.client_cert),
            client_key: or(&self.client_key, &profile.client_key),
            token: self.token.clone().or(profile.token.clone()),
        })
    }

    /// The target of a profile, with its files read.
    ///
    /// # Errors
    /// If a file is not there or the token is none. The text is for people.
    pub(crate) fn read(&self, profile: Profile) -> Result<CalledServer, String> {
        let Profile {
            server,
            ca,
            client_cert,
            client_key,
            token,
        } = profile;
        let identity = match (client_cert, client_key) {
            (None, None) => None,
            (Some(cert), Some(key)) => Some(ClientIdentity {
                certificate: bytes(&cert, "--client-cert")?,
                key: bytes(&key, "--client-key")?,
            }),
            (Some(_), None) => {
                return Err("--client-cert needs its key, too: --client-key".to_owned());
            }
            (None, Some(_)) => {
                return Err("--client-key needs its certificate, too: --client-cert".to_owned());
            }
        };
        let token = token.map(|token| Token::new(token.told()));
        Ok(CalledServer {
            server,
            credentials: Credentials {
                ca: ca.map(|path| bytes(&path, "--ca")).transpose()?,
                identity,
                token: token.transpose().map_err(|error| error.to_string())?,
                insecure_token: self.insecure_token,
            },
        })
    }
}

/// The token in a file.
pub(crate) fn token_in(path: &Path) -> Result<Secret, String> {
    let text = String::from_utf8(bytes(path, "--token-file")?);
    let text = text.map_err(|_| format!("{} (--token-file): is not text", path.display()))?;
    Ok(Secret::new(text.trim()))
}

fn bytes(path: &Path, flag: &str) -> Result<Vec<u8>, String> {
    let wrong = |what: String| format!("{} ({flag}): {what}", path.display());
    let mut read = Vec::new();
    File::open(path)
        .and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut read))
        .map_err(|error| wrong(format!("cannot be read: {error}")))?;
    match read.len() as u64 > FILE_BYTES_MAX {
        true => Err(wrong(format!("must be at most {FILE_BYTES_MAX} bytes"))),
        false => Ok(read),
    }
}
