//! The command line and the environment, as typed. [`super::Config`] checks what the values mean.

use super::layer::{Key, Layer, SettingOrigin};
use super::limits::LimitArgs;
use super::offline::{Offline, OfflineCommand};
use super::oidc::OidcArgs;
use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser};
use std::ffi::OsString;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  signpostd --data ./data --sample airline
      serves the sample airline on 127.0.0.1:7100, and keeps everything in ./data
  signpostd --config signpost.toml --listen 127.0.0.1:0 --log json
      takes the rest from a file, and a port that is free; the address is the one line on stdout
  signpostd --config signpost.toml --check-config
      shows what would be in force, as TOML
  signpostd --config signpost.toml --dump-config
      shows the same, and where each value comes from
  signpostd token create --data ./data --role admin --actor-id ann
      prints a token, for a server that is started with --access credentials
  signpostd --data ./data --access credentials --oidc-issuer https://login.example.com/centre \
      --oidc-audience signpost --oidc-jwks https://login.example.com/centre/keys --oidc-roles cc-agents=agent
      takes tokens of an identity provider, too
  signpostd restore --from /backup/signpost --to ./data --keys /backup-keys/signpost
      makes a data folder from a backup

A flag wins over the environment, the environment over the file.
Exit codes: 0 stopped as asked, 1 failed, 2 bad command line or configuration.";

/// Routes customer contacts: the Signpost server.
#[derive(Debug, Parser)]
#[command(
    name = "signpostd",
    version,
    after_help = EXAMPLES,
    args_conflicts_with_subcommands = true
)]
struct Typed {
    /// A configuration file in TOML, with the keys of these flags
    #[arg(long, env = "SIGNPOST_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder of the store; it is made if it is not there
    #[arg(long, env = Key::Data.env(), value_name = "DIR")]
    data: Option<String>,
    /// Where to listen [default: 127.0.0.1:7100]
    #[arg(long, env = Key::Listen.env(), value_name = "ADDR")]
    listen: Option<String>,
    /// A playbook to publish if the store has none
    #[arg(long, env = Key::Playbook.env(), value_name = "FILE")]
    playbook: Option<String>,
    /// A sample playbook to publish if the store has none: airline or retail
    #[arg(long, env = Key::Sample.env(), value_name = "NAME")]
    sample: Option<String>,
    /// Where time comes from: system, or external (from the requests) [default: system]
    #[arg(long, env = Key::Clock.env(), value_name = "CLOCK")]
    clock: Option<String>,
    /// How the log on stderr is written: text or json [default: text]
    #[arg(long, env = Key::Log.env(), value_name = "FORMAT")]
    log: Option<String>,
    /// What is logged, such as warn or info,signpost_server=debug [default: info]
    #[arg(long, env = Key::LogFilter.env(), value_name = "FILTER")]
    log_filter: Option<String>,
    /// An origin whose pages may call by gRPC-Web, such as `https://desk.example.com`; again for another
    #[arg(long, env = Key::CorsOrigin.env(), value_name = "ORIGIN", value_delimiter = ',')]
    cors_origin: Vec<String>,
    /// Who may call: open (whoever reaches it may do everything) or credentials (whoever shows a token, by its role)
    /// [default: open]
    #[arg(long, env = Key::Access.env(), value_name = "ACCESS")]
    access: Option<String>,
    /// The certificate for TLS in PEM, then those of the CAs between it and the root; read again when it changes
    #[arg(long, env = Key::TlsCert.env(), value_name = "FILE")]
    tls_cert: Option<String>,
    /// The private key of the certificate, in PEM
    #[arg(long, env = Key::TlsPrivate.env(), value_name = "FILE")]
    tls_key: Option<String>,
    /// The CAs whose certificates callers must show (mutual TLS), in PEM
    #[arg(long, env = Key::TlsClientCa.env(), value_name = "FILE")]
    tls_client_ca: Option<String>,
    /// Listen beyond loopback although not all is set that keeps strangers out [default: false]
    #[arg(long, env = Key::InsecureListen.env(), value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true")]
    insecure_listen: Option<String>,
    /// How much must be free on the disk of the store, such as 256MiB or 2GiB; with less, writes are refused and reads
    /// go on [default: 256MiB]
    #[arg(long, env = Key::MinFreeSpace.env(), value_name = "SIZE")]
    min_free_space: Option<String>,
    /// Where to answer Prometheus (/metrics) and machinery (/livez, /readyz), over plain HTTP: an address and a port,
    /// or a port alone for loopback [default: nowhere]
    #[arg(long, env = Key::Metrics.env(), value_name = "ADDR")]
    metrics: Option<String>,
    /// The collector that gets a span of each call by OTLP over gRPC, such as `http://127.0.0.1:4317` [default: none]
    #[arg(long, env = Key::OtlpEndpoint.env(), value_name = "URL")]
    otlp_endpoint: Option<String>,
    /// The master key of personal data: a file of mode 600 with 64 hexadecimal digits; without it one is made in the
    /// data folder, which protects no copy of the whole folder
    #[arg(long, env = Key::MasterKeyFile.env(), value_name = "FILE")]
    master_key_file: Option<String>,
    /// The folder of the audit file, best on another disk; it is made if it is not there, in a folder that is [default:
    /// audit in the data folder]
    #[arg(long, env = Key::AuditDir.env(), value_name = "DIR")]
    audit_dir: Option<String>,
    /// How many days closed audit files are kept; older ones are removed (1 to 36500) [default: all are kept]
    #[arg(long, env = Key::AuditKeepDays.env(), value_name = "DAYS")]
    audit_keep_days: Option<String>,
    /// Show the effective configuration as TOML and exit
    #[arg(long)]
    check_config: bool,
    /// Show every key with its effective value and where that comes from (a flag, a variable, the file, the default),
    /// as TOML, and exit
    #[arg(long)]
    dump_config: bool,
    #[command(flatten)]
    oidc: OidcArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(subcommand)]
    offline: Option<Offline>,
}

/// The values as typed.
#[derive(Debug)]
pub(super) struct Args {
    /// The path of the configuration file; `None` if none is named.
    pub(super) config: Option<PathBuf>,
    /// Whether to print the configuration and exit.
    pub(super) check_config: bool,
    /// What to do instead of a run; `None` to run.
    pub(super) offline: Option<OfflineCommand>,
    /// Whether to print the configuration with where each value comes from, and exit.
    pub(super) dump_config: bool,
    /// The values of the flags, then the values of the environment.
    pub(super) layers: [Layer; 2],
}

impl Args {
    /// Reads the command line and the environment.
    pub(super) fn read(args: impl IntoIterator<Item = OsString>) -> Result<Args, clap::Error> {
        let matches = Typed::command().try_get_matches_from(args)?;
        let typed = Typed::from_arg_matches(&matches)?;
        let mut flags = Layer::new(SettingOrigin::Flags);
        let mut environment = Layer::new(SettingOrigin::Environment);
        for key in Key::all() {
            let layer = match matches.value_source(key.field()) {
                Some(ValueSource::EnvVariable) => &mut environment,
                _ => &mut flags,
            };
            layer.say(key, typed.values(key).iter().cloned());
        }
        Ok(Args {
            offline: typed.offline.map(Offline::command).transpose()?,
            config: typed.config,
            check_config: typed.check_config,
            dump_config: typed.dump_config,
            layers: [flags, environment],
        })
    }
}

/// The names of the environment variables that the server reads.
pub(super) fn variables() -> Vec<String> {
    let command = Typed::command();
    let variables = command.get_arguments().filter_map(|arg| arg.get_env());
    variables
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

impl Typed {
    fn values(&self, key: Key) -> &[String] {
        match key {
            Key::Data => self.data.as_slice(),
            Key::Listen => self.listen.as_slice(),
            Key::Playbook => self.playbook.as_slice(),
            Key::Sample => self.sample.as_slice(),
            Key::Clock => self.clock.as_slice(),
            Key::Log => self.log.as_slice(),
            Key::LogFilter => self.log_filter.as_slice(),
            Key::CorsOrigin => &self.cors_origin,
            Key::Access => self.access.as_slice(),
            Key::TlsCert => self.tls_cert.as_slice(),
            Key::TlsPrivate => self.tls_key.as_slice(),
            Key::TlsClientCa => self.tls_client_ca.as_slice(),
            Key::InsecureListen => self.insecure_listen.as_slice(),
            Key::MinFreeSpace => self.min_free_space.as_slice(),
            Key::Metrics => self.metrics.as_slice(),
            Key::OtlpEndpoint => self.otlp_endpoint.as_slice(),
            Key::MasterKeyFile => self.master_key_file.as_slice(),
            Key::AuditDir => self.audit_dir.as_slice(),
            Key::AuditKeepDays => self.audit_keep_days.as_slice(),
            Key::Oidc(key) => self.oidc.values(key),
            Key::Limit(key) => self.limits.values(key),
        }
    }
}
