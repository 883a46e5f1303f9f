//! Configuration: `Args` as typed, `File` as written, [`Config`] as trusted.
//!
//! One precedence for every key: flag, environment, file, default. What is wrong names its key and where it was said.

mod args;
mod environment;
mod error;
mod file;
mod layer;
#[cfg(test)]
mod tests;

pub use environment::misspelt;
pub use error::{ConfigError, ConfigErrors};

use crate::engine::Clock;
use crate::grpc::CorsOrigin;
use crate::logging::{LogFilter, LogFormat};
use crate::store::DataFolder;
use args::Args;
use error::ConfigFaults;
use file::File;
use layer::{Key, Layer, Said};
use signpost_domain::playbook::{PLAYBOOK_BYTES_MAX, Playbook};
use std::ffi::OsString;
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const LISTEN_DEFAULT: &str = "127.0.0.1:7100";
const CLOCK_DEFAULT: &str = "system";
const LOG_DEFAULT: &str = "text";
const LOG_FILTER_DEFAULT: &str = "info";

/// How the server runs: checked, with every default filled in.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder of the store.
    pub data: PathBuf,
    /// Where to listen; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// What is published into an empty store; or what is wrong with it, where a store is there that may not need it.
    pub first: Option<Result<FirstPlaybook, ConfigError>>,
    /// Where time comes from.
    pub clock: Clock,
    /// How the log on stderr is written.
    pub log: LogFormat,
    /// What goes into it.
    pub log_filter: LogFilter,
    /// Whose pages may call from a browser.
    pub cors_origins: Vec<CorsOrigin>,
}

/// A playbook that is published into an empty store, read and compiled.
#[derive(Clone, Debug)]
pub struct FirstPlaybook {
    /// Where it came from, for people.
    pub from: String,
    /// Without faults.
    pub playbook: Arc<Playbook>,
}

/// What the command line asks for.
#[derive(Debug)]
pub enum Invocation {
    /// Run a server.
    Run(Box<Config>),
    /// Show this, and be done: the effective configuration, as TOML.
    Show(String),
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The command line is not one, or asks for help.
    #[error(transparent)]
    Args(#[from] clap::Error),
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigErrors),
}

/// Reads the command line, the environment and the configuration file.
///
/// # Errors
/// When one of them is wrong. Show it and exit with 2; for help and version clap says how.
pub fn read(args: impl IntoIterator<Item = OsString>) -> Result<Invocation, ReadError> {
    let args = Args::read(args)?;
    let file = match &args.config {
        Some(path) => Some(file::read(path)?),
        None => None,
    };
    let layers: Vec<Layer> = args.layers.into_iter().chain(file).collect();
    let needs_playbook = |data: &Path| args.check_config || !DataFolder::is_there(data);
    let (config, effective) = Config::of(&layers, needs_playbook)?;
    Ok(match args.check_config {
        true => Invocation::Show(effective.to_toml()),
        false => Invocation::Run(Box::new(config)),
    })
}

impl Config {
    /// From what was said, in the order of precedence; with the effective values as a file would have them. A faulty
    /// playbook is an error where this data folder needs one.
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
        let mut cors_origins = Vec::new();
        for origin in &origins {
            cors_origins.extend(finder.keep(
                Key::CorsOrigin,
                origin,
                CorsOrigin::parse(&origin.text),
            ));
        }
        let (playbook, sample) = first_said(layers);
        let needs_playbook = data.as_deref().is_none_or(needs_playbook);
        let first = first(
            &mut finder,
            playbook.as_ref(),
            sample.as_ref(),
            needs_playbook,
        );
        let effective = File {
            data: said(Key::Data).map(|said| said.text),
            listen: Some(listen.text),
            playbook: playbook.map(|said| said.text),
            sample: sample.map(|said| said.text),
            clock: Some(clock.text),
            log: Some(log.text),
            log_filter: Some(filter.text),
            cors_origin: origins.into_iter().map(|said| said.text).collect(),
        };
        let kept = data
            .zip(address)
            .zip(clock_kept)
            .zip(log_kept)
            .zip(filter_kept);
        let config = kept.map(|((((data, listen), clock), log), log_filter)| Config {
            data,
            listen,
            first,
            clock,
            log,
            log_filter,
            cors_origins,
        });
        finder.done(config).map(|config| (config, effective))
    }
}

/// All values of a key that takes many: those of the first place that says any.
fn said_in_order(layers: &[Layer], key: Key) -> Vec<Said> {
    let each = layers.iter().map(|layer| layer.all_said(key).collect());
    let mut told = each.filter(|said: &Vec<Said>| !said.is_empty());
    told.next().unwrap_or_default()
}

/// What is said of the playbook for an empty store, as a file or as a sample: by the first place that says either.
fn first_said(layers: &[Layer]) -> (Option<Said>, Option<Said>) {
    let each = layers
        .iter()
        .map(|layer| (layer.said(Key::Playbook), layer.said(Key::Sample)));
    let mut told = each.filter(|(playbook, sample)| playbook.is_some() || sample.is_some());
    told.next().unwrap_or_default()
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

fn clock(text: &str) -> Result<Clock, &'static str> {
    match text {
        "system" => Ok(Clock::System),
        "external" => Ok(Clock::External),
        _ => Err("must be system or external"),
    }
}

/// The playbook for an empty store, if one is named. A file that changed under a store that has a playbook keeps no
/// server from starting again.
fn first(
    finder: &mut ConfigFaults,
    playbook: Option<&Said>,
    sample: Option<&Said>,
    is_needed: bool,
) -> Option<Result<FirstPlaybook, ConfigError>> {
    match (playbook, sample) {
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
