//! The configuration. `Args` holds the values as typed, `File` the values as written in the file, and [`Config`] the
//! checked values.
//!
//! The precedence is the same for every key: flag, environment, file, default. Each error names the key and the place
//! of the wrong value.

mod args;
mod audit;
mod dump;
mod duration;
mod environment;
mod error;
mod exposure;
mod file;
mod layer;
mod limits;
mod offline;
mod oidc;
mod size;
#[cfg(test)]
mod tests;
mod token;
mod traces;
mod units;

pub use audit::AuditConfig;
pub use environment::misspelt;
pub use error::{ConfigError, ConfigErrors};
pub use exposure::Exposure;
pub use offline::{CopyKeys, OfflineCommand};

use crate::engine::Clock;
use crate::grpc::{AccessMode, CorsOrigin};
use crate::limits::Limits;
use crate::logging::{LogFilter, LogFormat};
use crate::oidc::OidcOptions;
use crate::store::DataFolder;
use crate::tls::{TlsFault, TlsFile, TlsFiles};
use crate::traces::TraceEndpoint;
use args::Args;
use error::ConfigFaults;
use file::File;
use layer::{Key, Layer, Said};
use signpost_domain::playbook::{PLAYBOOK_BYTES_MAX, Playbook};
use std::ffi::OsString;
use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const LISTEN_DEFAULT: &str = "127.0.0.1:7100";
const CLOCK_DEFAULT: &str = "system";
const ACCESS_DEFAULT: &str = "open";
const LOG_DEFAULT: &str = "text";
const LOG_FILTER_DEFAULT: &str = "info";
const INSECURE_LISTEN_DEFAULT: &str = "false";
const MIN_FREE_SPACE_DEFAULT: &str = "256MiB";

/// The settings of a server: checked, with every default filled in.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder of the store.
    pub data: PathBuf,
    /// The address to listen on. With port 0 the system chooses a free port.
    pub listen: SocketAddr,
    /// The playbook to publish into an empty store. `None` if none is named. `Some(Err(_))` if its file is wrong but
    /// the data folder already holds a store, which may have a live playbook.
    pub first: Option<Result<FirstPlaybook, ConfigError>>,
    /// The source of the time.
    pub clock: Clock,
    /// The format of the log on stderr.
    pub log: LogFormat,
    /// The filter that selects what is logged.
    pub log_filter: LogFilter,
    /// The origins whose web pages may call the server from a browser. Empty if there are none.
    pub cors_origins: Vec<CorsOrigin>,
    /// Whether callers must show a credential.
    pub access: AccessMode,
    /// Whose JSON Web Tokens are taken, too. `None`: nobody's.
    pub oidc: Option<OidcOptions>,
    /// The files of TLS. `None` if the port has no TLS.
    pub tls: Option<TlsFiles>,
    /// Whether the port may be open to other machines without what keeps strangers out.
    pub insecure_listen: bool,
    /// The bytes that must be free on the disk of the store so that writes are taken. 0 for no floor.
    pub min_free_bytes: u64,
    /// Where to answer Prometheus and machinery. `None`: nowhere.
    pub metrics: Option<SocketAddr>,
    /// The file of the master key of personal data. `None`: the data folder has it.
    pub master_key_file: Option<PathBuf>,
    /// Where the audit file is, and how long it is kept.
    pub audit: AuditConfig,
    /// Where spans of calls are sent. `None`: nowhere.
    pub traces: Option<TraceEndpoint>,
    /// How much callers may ask.
    pub limits: Limits,
}

/// A playbook to publish into an empty store, already read and compiled.
#[derive(Clone, Debug)]
pub struct FirstPlaybook {
    /// The origin of the playbook, as text for people: the path of a file or the name of a sample.
    pub from: String,
    /// The compiled playbook. It has no faults.
    pub playbook: Arc<Playbook>,
}

/// The action that the command line asks for.
#[derive(Debug)]
pub enum Invocation {
    /// Run a server.
    Run(Box<Config>),
    /// Work with a folder whose server is stopped, and exit.
    Offline(Box<OfflineCommand>),
    /// Print this and exit.
    Show {
        /// The effective configuration as TOML.
        effective: String,
        /// What is worth a look, for people.
        warnings: Vec<String>,
    },
}

/// Why the configuration could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The command line is wrong, or it asks for help or for the version.
    #[error(transparent)]
    Args(#[from] clap::Error),
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigErrors),
}

/// Reads the command line, the environment and the configuration file.
///
/// # Errors
/// When the command line, the environment or the file is wrong: print the error and exit with code 2. A request for
/// help or for the version is an error, too: clap has its text and its exit code.
pub fn read(args: impl IntoIterator<Item = OsString>) -> Result<Invocation, ReadError> {
    let args = Args::read(args)?;
    if let Some(command) = args.offline {
        return Ok(Invocation::Offline(Box::new(command)));
    }
    let file = match &args.config {
        Some(path) => Some(file::read(path)?),
        None => None,
    };
    let layers: Vec<Layer> = args.layers.into_iter().chain(file).collect();
    let needs_playbook = |data: &Path| args.check_config || !DataFolder::is_there(data);
    let (config, effective) = Config::of(&layers, needs_playbook)?;
    Ok(match (args.dump_config, args.check_config) {
        (true, _) => Invocation::Show {
            effective: dump::dump(&layers),
            warnings: config.worth_a_look(),
        },
        (false, true) => Invocation::Show {
            effective: effective.to_toml(),
            warnings: config.worth_a_look(),
        },
        (false, false) => Invocation::Run(Box::new(config)),
    })
}

impl Config {
    /// Builds the configuration from the layers, which are in the order of precedence. Also returns the effective
    /// values in the form of a file. A faulty playbook file is an error only if `needs_playbook` returns true for the
    /// data folder.
    fn of(
        layers: &[Layer],
        needs_playbook: impl Fn(&Path) -> bool,
    ) -> Result<(Config, File), ConfigErrors> {
        let mut finder = ConfigFaults::default();
        let said = |key: Key| layers.iter().find_map(|layer| layer.said(key));
        let or = |key: Key, default: &str| said(key).unwrap_or_else(|| Said::by_default(default));
        let data = match said(Key::Data) {
            Some(data) => finder.keep(Key::Data, &data, data_folder(&data.text)),
            None => finder.unset(Key::Data),
        };
        let listen = or(Key::Listen, LISTEN_DEFAULT);
        let address = finder.keep(Key::Listen, &listen, address(&listen.text));
        let clock = or(Key::Clock, CLOCK_DEFAULT);
        let clock_kept = finder.keep(Key::Clock, &clock, self::clock(&clock.text));
        let log = or(Key::Log, LOG_DEFAULT);
        let log_kept = finder.keep(Key::Log, &log, LogFormat::parse(&log.text));
        let filter = or(Key::LogFilter, LOG_FILTER_DEFAULT);
        let filter_kept = finder.keep(Key::LogFilter, &filter, LogFilter::parse(&filter.text));
        let origins = said_in_order(layers, Key::CorsOrigin);
        let cors_origins = cors_origins(&mut finder, &origins);
        let floor = or(Key::MinFreeSpace, MIN_FREE_SPACE_DEFAULT);
        let floor_kept = finder.keep(Key::MinFreeSpace, &floor, size::bytes(&floor.text));
        let metrics_kept = metrics_kept(&mut finder, said(Key::Metrics).as_ref(), address);
        let access = or(Key::Access, ACCESS_DEFAULT);
        let access_kept = finder.keep(Key::Access, &access, AccessMode::parse(&access.text));
        let oidc = of_issuer(&mut finder, layers, access_kept);
        let (limits, in_file) = limits::checked(&mut finder, said);
        let (audit, in_file) = audit::checked(&mut finder, said, in_file);
        let (traces, in_file) = traces::checked(&mut finder, said, in_file);
        let (playbook, sample) = first_said(layers);
        let needs_playbook = data.as_deref().is_none_or(needs_playbook);
        let said_first = (playbook.as_ref(), sample.as_ref());
        let first = first(&mut finder, said_first, needs_playbook);
        let tls_said = [Key::TlsCert, Key::TlsPrivate, Key::TlsClientCa].map(said);
        let tls = tls(&mut finder, &tls_said);
        let insecure = or(Key::InsecureListen, INSECURE_LISTEN_DEFAULT);
        let insecure_kept = finder.keep(Key::InsecureListen, &insecure, truth(&insecure.text));
        let exposure = address.map(|listen| Exposure {
            listen,
            // A file that is wrong is a fault of its own.
            has_tls: tls_said.iter().any(Option::is_some),
            knows_callers: tls_said[2].is_some() || access_kept == Some(AccessMode::Credentials),
            insecure_listen: insecure_kept.unwrap_or_default(),
        });
        if let Some(refusal) = exposure.and_then(|exposure| exposure.refusal()) {
            finder.fault(Key::Listen, &listen, refusal);
        }
        let [tls_cert, tls_key, tls_client_ca] = tls_said.map(|said| said.map(|said| said.text));
        let effective = File {
            data: said(Key::Data).map(|said| said.text),
            listen: Some(listen.text),
            playbook: playbook.map(|said| said.text),
            sample: sample.map(|said| said.text),
            clock: Some(clock.text),
            log: Some(log.text),
            log_filter: Some(filter.text),
            cors_origin: origins.into_iter().map(|said| said.text).collect(),
            access: Some(access.text),
            tls_cert,
            tls_key,
            tls_client_ca,
            insecure_listen: insecure_kept.filter(|is_set| *is_set),
            min_free_space: Some(floor.text),
            metrics: said(Key::Metrics).map(|said| said.text),
            master_key_file: said(Key::MasterKeyFile).map(|said| said.text),
            ..in_file.with_oidc_of(oidc::in_file(layers))
        };
        let kept = data
            .zip(address)
            .zip(clock_kept)
            .zip(log_kept)
            .zip(filter_kept)
            .zip(access_kept)
            .zip(insecure_kept)
            .zip(floor_kept)
            .zip(limits);
        let config = kept.map(
            |(
                (((((((data, listen), clock), log), log_filter), access), insecure_listen), floor),
                limits,
            )| {
                Config {
                    data,
                    listen,
                    first,
                    clock,
                    log,
                    log_filter,
                    cors_origins,
                    access,
                    oidc,
                    tls,
                    insecure_listen,
                    min_free_bytes: floor,
                    metrics: metrics_kept,
                    master_key_file: effective.master_key_file.clone().map(Into::into),
                    audit,
                    traces,
                    limits,
                }
            },
        );
        finder.done(config).map(|config| (config, effective))
    }

    /// What is worth a look before a start, for people: an address that other machines can reach, and until when the
    /// certificate is valid.
    fn worth_a_look(&self) -> Vec<String> {
        let exposure = Exposure {
            listen: self.listen,
            has_tls: self.tls.is_some(),
            knows_callers: self.access == AccessMode::Credentials
                || self.tls.as_ref().is_some_and(|tls| tls.client_ca.is_some()),
            insecure_listen: self.insecure_listen,
        };
        let exposed = exposure
            .warning()
            .filter(|_| !self.listen.ip().is_loopback());
        // They were read before; if they changed since, the start says so.
        let loaded = self.tls.as_ref().and_then(|files| files.load().ok());
        let of_tls = loaded.iter().flat_map(|loaded| {
            let warnings = loaded.warnings(Clock::machine());
            loaded.told().into_iter().chain(warnings)
        });
        exposed.into_iter().chain(of_tls).collect()
    }
}

/// The files of TLS. `None` if none is set, or if a fault was noted in `finder`.
fn tls(finder: &mut ConfigFaults, said: &[Option<Said>; 3]) -> Option<TlsFiles> {
    let [cert, key, client_ca] = said;
    let (cert, key) = match (cert, key) {
        (Some(cert), Some(key)) => (cert, key),
        (None, None) => {
            if let Some(client_ca) = client_ca {
                let what = "needs tls-cert and tls-key, too";
                finder.fault(Key::TlsClientCa, client_ca, what);
            }
            return None;
        }
        (Some(cert), None) => {
            finder.fault(
                Key::TlsCert,
                cert,
                "needs the key of the certificate, too: set tls-key",
            );
            return None;
        }
        (None, Some(key)) => {
            finder.fault(
                Key::TlsPrivate,
                key,
                "needs the certificate of the key, too: set tls-cert",
            );
            return None;
        }
    };
    let files = TlsFiles {
        cert: PathBuf::from(&cert.text),
        key: PathBuf::from(&key.text),
        client_ca: client_ca.as_ref().map(|ca| PathBuf::from(&ca.text)),
    };
    match files.load() {
        Ok(_) => Some(files),
        Err(TlsFault { file, what, .. }) => {
            let (of, said) = match file {
                TlsFile::Cert => (Key::TlsCert, cert),
                TlsFile::Key => (Key::TlsPrivate, key),
                TlsFile::ClientCa => (Key::TlsClientCa, client_ca.as_ref().unwrap_or(cert)),
            };
            finder.fault(of, said, what);
            None
        }
    }
}

/// How tokens of an identity provider are taken. `None` if there is none, or if a fault was noted in `finder`.
fn of_issuer(
    finder: &mut ConfigFaults,
    layers: &[Layer],
    access: Option<AccessMode>,
) -> Option<OidcOptions> {
    let asks = access != Some(AccessMode::Open);
    oidc::checked(finder, |key| said_in_order(layers, Key::Oidc(key)), asks)
}

/// The origins that are well written.
fn cors_origins(finder: &mut ConfigFaults, said: &[Said]) -> Vec<CorsOrigin> {
    let each = said.iter();
    each.filter_map(|said| finder.keep(Key::CorsOrigin, said, CorsOrigin::parse(&said.text)))
        .collect()
}

/// All values of a key that can have many. The values come from the first layer that has one; empty if no layer has
/// one.
fn said_in_order(layers: &[Layer], key: Key) -> Vec<Said> {
    let each = layers.iter().map(|layer| layer.all_said(key).collect());
    let mut found = each.filter(|said: &Vec<Said>| !said.is_empty());
    found.next().unwrap_or_default()
}

/// The settings `playbook` and `sample`. Both come from the first layer that has at least one of them.
fn first_said(layers: &[Layer]) -> (Option<Said>, Option<Said>) {
    let each = layers
        .iter()
        .map(|layer| (layer.said(Key::Playbook), layer.said(Key::Sample)));
    let mut found = each.filter(|(playbook, sample)| playbook.is_some() || sample.is_some());
    found.next().unwrap_or_default()
}

fn data_folder(text: &str) -> Result<PathBuf, &'static str> {
    match text {
        "" => Err("must be a folder"),
        text => Ok(PathBuf::from(text)),
    }
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse()
        .map_err(|_| "must be an address and a port such as 127.0.0.1:7100")
}

/// Where to answer Prometheus. `None` if it is not set, or if a fault was noted in `finder`.
fn metrics_kept(
    finder: &mut ConfigFaults,
    said: Option<&Said>,
    listen: Option<SocketAddr>,
) -> Option<SocketAddr> {
    let said = said?;
    let kept = finder.keep(Key::Metrics, said, metrics_address(&said.text))?;
    if listen.is_some_and(|listen| are_the_same(listen, kept)) {
        let what = "must be another address or port than listen: each port is served by one alone";
        finder.fault(Key::Metrics, said, what);
        return None;
    }
    Some(kept)
}

/// Whether two addresses cannot be listened on at the same time.
fn are_the_same(one: SocketAddr, other: SocketAddr) -> bool {
    // All addresses of the sixth version are mostly those of the fourth, too.
    let covers = |all: SocketAddr, one: SocketAddr| {
        all.ip() == one.ip() || all.ip().is_unspecified() && (all.is_ipv6() || one.is_ipv4())
    };
    let meet = covers(one, other) || covers(other, one);
    one.port() != 0 && one.port() == other.port() && meet
}

/// An address; a port alone is one of loopback.
fn metrics_address(text: &str) -> Result<SocketAddr, &'static str> {
    let port = text
        .parse()
        .map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    port.or_else(|_| text.parse())
        .map_err(|_| "must be a port such as 9464, or an address and a port such as 127.0.0.1:9464")
}

fn truth(text: &str) -> Result<bool, &'static str> {
    text.parse().map_err(|_| "must be true or false")
}

fn clock(text: &str) -> Result<Clock, &'static str> {
    match text {
        "system" => Ok(Clock::System),
        "external" => Ok(Clock::External),
        _ => Err("must be system or external"),
    }
}

/// The playbook for an empty store, by the settings `playbook` and `sample`. `None` if none is named, or if a fault was
/// noted in `finder`. If no playbook is needed, a faulty file is not noted but returned as `Some(Err(_))`: a server
/// whose store has a playbook must start even if the file was changed.
fn first(
    finder: &mut ConfigFaults,
    said: (Option<&Said>, Option<&Said>),
    is_needed: bool,
) -> Option<Result<FirstPlaybook, ConfigError>> {
    match said {
        (None, None) => None,
        (Some(path), None) => {
            let read = playbook_file(Path::new(&path.text));
            match is_needed {
                true => finder.keep(Key::Playbook, path, read).map(Ok),
                false => Some(read.map_err(|what| ConfigError::of(Key::Playbook, path, what))),
            }
        }
        (None, Some(name)) => finder
            .keep(Key::Sample, name, sample_of(&name.text))
            .map(Ok),
        (Some(_), Some(name)) => {
            finder.fault(Key::Sample, name, "must not be set together with playbook");
            None
        }
    }
}

fn playbook_file(path: &Path) -> Result<FirstPlaybook, String> {
    let read = std::fs::File::open(path).and_then(|file| {
        let mut source = Vec::new();
        file.take(PLAYBOOK_BYTES_MAX as u64 + 1)
            .read_to_end(&mut source)?;
        Ok(source)
    });
    let source = read.map_err(|error| format!("cannot be read: {error}"))?;
    let source = String::from_utf8(source).map_err(|_| "must be UTF-8".to_owned())?;
    compiled(path.display().to_string(), &source)
}

fn sample_of(name: &str) -> Result<FirstPlaybook, String> {
    let source = match name {
        "airline" => include_str!("../../playbooks/airline.yaml"),
        "retail" => include_str!("../../playbooks/retail.yaml"),
        _ => return Err("must be airline or retail".into()),
    };
    compiled(format!("sample {name}"), source)
}

fn compiled(from: String, source: &str) -> Result<FirstPlaybook, String> {
    let read = Playbook::read(source);
    let (playbook, _) = read.map_err(|faults| format!("has faults:\n{faults}"))?;
    Ok(FirstPlaybook {
        from,
        playbook: Arc::new(playbook),
    })
}
