//! Tokens of an identity provider: their keys, the values as typed, and what they mean.

use super::duration;
use super::error::ConfigFaults;
use super::file::File;
use super::layer::{Key, Layer, Said};
use super::said_in_order;
use crate::oidc::{
    CLOCK_SKEW_DEFAULT, CLOCK_SKEW_MAX, ClaimName, Issuer, JWT_LIFETIME_DEFAULT,
    JWT_LIFETIME_RANGE, JwksSource, JwtAlgorithms, KEYS_AGE_DEFAULT, KEYS_AGE_RANGE,
    KEYS_FETCH_PAUSE, OIDC_TEXT_BYTES_MAX, OidcOptions, ROLE_MAPPINGS_MAX, RoleMapping,
    SourceFault,
};
use std::path::Path;
use std::time::Duration;

/// A key of the tokens of an identity provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OidcKey {
    Issuer,
    Audience,
    Jwks,
    Ca,
    Algorithms,
    RoleClaim,
    Roles,
    ActorClaim,
    ChannelsClaim,
    BrandsClaim,
    ReasonsClaim,
    ClockSkew,
    MaxLifetime,
    KeysAge,
}

/// The names of a key in files (and in flags after two dashes), in the environment, and in the parser of the command
/// line.
type Names = (&'static str, &'static str, &'static str);

impl OidcKey {
    /// Every key, in the order in which they are shown.
    pub(super) const ALL: [OidcKey; 14] = [
        OidcKey::Issuer,
        OidcKey::Audience,
        OidcKey::Jwks,
        OidcKey::Ca,
        OidcKey::Algorithms,
        OidcKey::RoleClaim,
        OidcKey::Roles,
        OidcKey::ActorClaim,
        OidcKey::ChannelsClaim,
        OidcKey::BrandsClaim,
        OidcKey::ReasonsClaim,
        OidcKey::ClockSkew,
        OidcKey::MaxLifetime,
        OidcKey::KeysAge,
    ];

    #[rustfmt::skip]
    const fn names(self) -> Names {
        match self {
            OidcKey::Issuer => ("oidc-issuer", "SIGNPOST_OIDC_ISSUER", "oidc_issuer"),
            OidcKey::Audience => ("oidc-audience", "SIGNPOST_OIDC_AUDIENCE", "oidc_audience"),
            OidcKey::Jwks => ("oidc-jwks", "SIGNPOST_OIDC_JWKS", "oidc_jwks"),
            OidcKey::Ca => ("oidc-ca", "SIGNPOST_OIDC_CA", "oidc_ca"),
            OidcKey::Algorithms => ("oidc-algorithms", "SIGNPOST_OIDC_ALGORITHMS", "oidc_algorithms"),
            OidcKey::RoleClaim => ("oidc-role-claim", "SIGNPOST_OIDC_ROLE_CLAIM", "oidc_role_claim"),
            OidcKey::Roles => ("oidc-roles", "SIGNPOST_OIDC_ROLES", "oidc_roles"),
            OidcKey::ActorClaim => ("oidc-actor-claim", "SIGNPOST_OIDC_ACTOR_CLAIM", "oidc_actor_claim"),
            OidcKey::ChannelsClaim => ("oidc-channels-claim", "SIGNPOST_OIDC_CHANNELS_CLAIM", "oidc_channels_claim"),
            OidcKey::BrandsClaim => ("oidc-brands-claim", "SIGNPOST_OIDC_BRANDS_CLAIM", "oidc_brands_claim"),
            OidcKey::ReasonsClaim => ("oidc-reasons-claim", "SIGNPOST_OIDC_REASONS_CLAIM", "oidc_reasons_claim"),
            OidcKey::ClockSkew => ("oidc-clock-skew", "SIGNPOST_OIDC_CLOCK_SKEW", "oidc_clock_skew"),
            OidcKey::MaxLifetime => ("oidc-max-lifetime", "SIGNPOST_OIDC_MAX_LIFETIME", "oidc_max_lifetime"),
            OidcKey::KeysAge => ("oidc-keys-age", "SIGNPOST_OIDC_KEYS_AGE", "oidc_keys_age"),
        }
    }

    /// The name of the key in files, and in flags after two dashes.
    pub(super) const fn name(self) -> &'static str {
        self.names().0
    }

    /// The name of the environment variable.
    pub(super) const fn env(self) -> &'static str {
        self.names().1
    }

    /// The name of the key in the parser of the command line.
    pub(super) const fn field(self) -> &'static str {
        self.names().2
    }

    /// The value of a single one, if nothing else is said and there is an issuer.
    pub(super) const fn default_text(self) -> Option<&'static str> {
        match self {
            OidcKey::RoleClaim => Some("roles"),
            OidcKey::ActorClaim => Some("sub"),
            OidcKey::ClockSkew => Some("60s"),
            OidcKey::MaxLifetime => Some("24h"),
            OidcKey::KeysAge => Some("10m"),
            _ => None,
        }
    }

    /// Whether the key has a list of values.
    pub(super) const fn is_list(self) -> bool {
        matches!(self, OidcKey::Algorithms | OidcKey::Roles)
    }
}

/// The flags and the variables, as typed.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Tokens of an identity provider (OIDC)")]
pub(super) struct OidcArgs {
    /// Whose JSON Web Tokens are taken as credentials, beside those of signpost token: the issuer, as the claim iss has
    /// it; needs --access credentials [default: nobody's]
    #[arg(long, env = OidcKey::Issuer.env(), value_name = "URL")]
    oidc_issuer: Option<String>,
    /// For whom the tokens must be: the claim aud must have this (at most 512 bytes)
    #[arg(long, env = OidcKey::Audience.env(), value_name = "TEXT")]
    oidc_audience: Option<String>,
    /// The public keys of the issuer (JWKS): a file, read again when it changes, or a URL with https:// (http:// on
    /// loopback alone), fetched again when its keys are old or a token names an unknown one
    #[arg(long, env = OidcKey::Jwks.env(), value_name = "FILE|URL")]
    oidc_jwks: Option<String>,
    /// The CAs to trust for that URL, in PEM [default: those that the machine trusts]
    #[arg(long, env = OidcKey::Ca.env(), value_name = "FILE")]
    oidc_ca: Option<String>,
    /// How tokens may be signed: RS256, PS256, ES256, EdDSA; again or after a comma for another [default: all of them]
    #[arg(long, env = OidcKey::Algorithms.env(), value_name = "NAME", value_delimiter = ',')]
    oidc_algorithms: Vec<String>,
    /// The claim that gives the role: a name, or a path such as /realm_access/roles [default: roles]
    #[arg(long, env = OidcKey::RoleClaim.env(), value_name = "CLAIM")]
    oidc_role_claim: Option<String>,
    /// Which role a value of that claim means, such as contact-centre-agents=agent; again or after a comma for another
    /// (1 to 64). The first that a token has counts
    #[arg(long, env = OidcKey::Roles.env(), value_name = "VALUE=ROLE", value_delimiter = ',')]
    oidc_roles: Vec<String>,
    /// The claim that says who calls: the id of the actor in events (at most 64 bytes) [default: sub]
    #[arg(long, env = OidcKey::ActorClaim.env(), value_name = "CLAIM")]
    oidc_actor_claim: Option<String>,
    /// The claim that limits a token to channels; a token without the claim is not limited [default: none]
    #[arg(long, env = OidcKey::ChannelsClaim.env(), value_name = "CLAIM")]
    oidc_channels_claim: Option<String>,
    /// The claim that limits a token to brands [default: none]
    #[arg(long, env = OidcKey::BrandsClaim.env(), value_name = "CLAIM")]
    oidc_brands_claim: Option<String>,
    /// The claim that limits a token to primary reasons [default: none]
    #[arg(long, env = OidcKey::ReasonsClaim.env(), value_name = "CLAIM")]
    oidc_reasons_claim: Option<String>,
    /// How far the clocks of the issuer and of this server may be apart (0s to 5m) [default: 60s]
    #[arg(long, env = OidcKey::ClockSkew.env(), value_name = "TIME")]
    oidc_clock_skew: Option<String>,
    /// How long a token may live: none can be revoked before it expires (1m to 720h) [default: 24h]
    #[arg(long, env = OidcKey::MaxLifetime.env(), value_name = "TIME")]
    oidc_max_lifetime: Option<String>,
    /// How old keys from a URL become before they are fetched again (1m to 24h) [default: 10m]
    #[arg(long, env = OidcKey::KeysAge.env(), value_name = "TIME")]
    oidc_keys_age: Option<String>,
}

impl OidcArgs {
    pub(super) fn values(&self, key: OidcKey) -> &[String] {
        match key {
            OidcKey::Issuer => self.oidc_issuer.as_slice(),
            OidcKey::Audience => self.oidc_audience.as_slice(),
            OidcKey::Jwks => self.oidc_jwks.as_slice(),
            OidcKey::Ca => self.oidc_ca.as_slice(),
            OidcKey::Algorithms => &self.oidc_algorithms,
            OidcKey::RoleClaim => self.oidc_role_claim.as_slice(),
            OidcKey::Roles => &self.oidc_roles,
            OidcKey::ActorClaim => self.oidc_actor_claim.as_slice(),
            OidcKey::ChannelsClaim => self.oidc_channels_claim.as_slice(),
            OidcKey::BrandsClaim => self.oidc_brands_claim.as_slice(),
            OidcKey::ReasonsClaim => self.oidc_reasons_claim.as_slice(),
            OidcKey::ClockSkew => self.oidc_clock_skew.as_slice(),
            OidcKey::MaxLifetime => self.oidc_max_lifetime.as_slice(),
            OidcKey::KeysAge => self.oidc_keys_age.as_slice(),
        }
    }
}

/// Checks what is said of the issuer. `None` if there is none, or if a fault was noted in `finder`. `asks` says whether
/// callers must show a credential at all.
pub(super) fn checked(
    finder: &mut ConfigFaults,
    said: impl Fn(OidcKey) -> Vec<Said>,
    asks: bool,
) -> Option<OidcOptions> {
    let one = |key: OidcKey| said(key).into_iter().next();
    let Some(issuer) = one(OidcKey::Issuer) else {
        let mut others = [OidcKey::Audience, OidcKey::Jwks, OidcKey::Roles].into_iter();
        if let Some((key, said)) = others.find_map(|key| Some((key, one(key)?))) {
            let what = "needs oidc-issuer, too";
            finder.fault(Key::Oidc(key), &said, what);
        }
        return None;
    };
    if !asks {
        let what = "needs access to be credentials: an open server asks nobody for a token";
        finder.fault(Key::Oidc(OidcKey::Issuer), &issuer, what);
    }
    let issuer_kept = finder.keep(Key::Oidc(OidcKey::Issuer), &issuer, text(&issuer.text));
    let mut needed = |key: OidcKey| {
        let said = one(key);
        if said.is_none() {
            let what = format!("needs {}, too", key.name());
            finder.fault(Key::Oidc(OidcKey::Issuer), &issuer, what);
        }
        said
    };
    let (audience, jwks) = (needed(OidcKey::Audience), needed(OidcKey::Jwks));
    needed(OidcKey::Roles);
    let audience =
        audience.and_then(|of| finder.keep(Key::Oidc(OidcKey::Audience), &of, text(&of.text)));
    let algorithms = algorithms(finder, &said(OidcKey::Algorithms));
    let jwks = jwks.and_then(|jwks| source(finder, &jwks, one(OidcKey::Ca), &algorithms));
    let roles = roles(finder, &said(OidcKey::Roles));
    let mut claim = |key: OidcKey, default: Option<&str>| {
        let said = one(key).or(default.map(Said::by_default))?;
        finder.keep(Key::Oidc(key), &said, ClaimName::parse(&said.text))
    };
    let (role_claim, actor_claim) = (
        claim(OidcKey::RoleClaim, Some("roles")),
        claim(OidcKey::ActorClaim, Some("sub")),
    );
    let [channels_claim, brands_claim, reasons_claim] = [
        OidcKey::ChannelsClaim,
        OidcKey::BrandsClaim,
        OidcKey::ReasonsClaim,
    ]
    .map(|key| claim(key, None));
    let mut time = |key: OidcKey, default: Duration, range: [Duration; 2]| {
        let Some(said) = one(key) else {
            return Some(default);
        };
        finder.keep(Key::Oidc(key), &said, within(&said.text, range))
    };
    let clock_skew = time(
        OidcKey::ClockSkew,
        CLOCK_SKEW_DEFAULT,
        [Duration::ZERO, CLOCK_SKEW_MAX],
    );
    let max_lifetime = time(
        OidcKey::MaxLifetime,
        JWT_LIFETIME_DEFAULT,
        JWT_LIFETIME_RANGE,
    );
    let keys_age = time(OidcKey::KeysAge, KEYS_AGE_DEFAULT, KEYS_AGE_RANGE);
    Some(OidcOptions {
        issuer: issuer_kept?,
        audience: audience?,
        jwks: jwks?,
        clock_skew: clock_skew?,
        algorithms,
        role_claim: role_claim?,
        roles,
        actor_claim: actor_claim?,
        channels_claim,
        brands_claim,
        reasons_claim,
        max_lifetime: max_lifetime?,
        keys_age: keys_age?,
        fetch_pause: KEYS_FETCH_PAUSE,
    })
}

/// What is said, in the form of a file without other keys; with the defaults if there is an issuer.
pub(super) fn in_file(layers: &[Layer]) -> File {
    let said = |key| said_in_order(layers, Key::Oidc(key));
    let has_issuer = !said(OidcKey::Issuer).is_empty();
    let all = |key: OidcKey| {
        let default = key.default_text().filter(|_| has_issuer);
        let said = said(key);
        let default = default.filter(|_| said.is_empty()).map(str::to_owned);
        said.into_iter().map(|said| said.text).chain(default)
    };
    File {
        oidc_issuer: all(OidcKey::Issuer).next(),
        oidc_audience: all(OidcKey::Audience).next(),
        oidc_jwks: all(OidcKey::Jwks).next(),
        oidc_ca: all(OidcKey::Ca).next(),
        oidc_algorithms: all(OidcKey::Algorithms).collect(),
        oidc_role_claim: all(OidcKey::RoleClaim).next(),
        oidc_roles: all(OidcKey::Roles).collect(),
        oidc_actor_claim: all(OidcKey::ActorClaim).next(),
        oidc_channels_claim: all(OidcKey::ChannelsClaim).next(),
        oidc_brands_claim: all(OidcKey::BrandsClaim).next(),
        oidc_reasons_claim: all(OidcKey::ReasonsClaim).next(),
        oidc_clock_skew: all(OidcKey::ClockSkew).next(),
        oidc_max_lifetime: all(OidcKey::MaxLifetime).next(),
        oidc_keys_age: all(OidcKey::KeysAge).next(),
        ..File::default()
    }
}

fn text(text: &str) -> Result<String, String> {
    let is_well = !text.is_empty() && text.len() <= OIDC_TEXT_BYTES_MAX && text.trim() == text;
    match is_well && !text.chars().any(char::is_control) {
        true => Ok(text.to_owned()),
        false => Err(format!(
            "must be 1 to {OIDC_TEXT_BYTES_MAX} bytes without spaces at its ends"
        )),
    }
}

fn algorithms(finder: &mut ConfigFaults, said: &[Said]) -> JwtAlgorithms {
    if said.is_empty() {
        return JwtAlgorithms::default();
    }
    let mut algorithms = JwtAlgorithms::none();
    for said in said {
        finder.keep(
            Key::Oidc(OidcKey::Algorithms),
            said,
            algorithms.add(&said.text),
        );
    }
    algorithms
}

fn roles(finder: &mut ConfigFaults, said: &[Said]) -> Vec<RoleMapping> {
    let key = Key::Oidc(OidcKey::Roles);
    if let Some(above) = said.get(ROLE_MAPPINGS_MAX) {
        let what = format!("must be at most {ROLE_MAPPINGS_MAX} of them");
        finder.fault(key, above, what);
    }
    let mut roles: Vec<RoleMapping> = Vec::new();
    for said in said {
        let Some(mapping) = finder.keep(key, said, RoleMapping::parse(&said.text)) else {
            continue;
        };
        if roles.iter().any(|before| before.value == mapping.value) {
            finder.fault(key, said, "has a value that is mapped before");
        }
        roles.push(mapping);
    }
    roles
}

fn source(
    finder: &mut ConfigFaults,
    said: &Said,
    ca: Option<Said>,
    algorithms: &JwtAlgorithms,
) -> Option<JwksSource> {
    let path = ca.as_ref().map(|ca| Path::new(&ca.text));
    let source = match JwksSource::parse(&said.text, path) {
        Ok(source) => source,
        Err(SourceFault::Jwks(what)) => {
            finder.fault(Key::Oidc(OidcKey::Jwks), said, what);
            return None;
        }
        Err(SourceFault::Ca(what)) => {
            finder.fault(Key::Oidc(OidcKey::Ca), ca.as_ref().unwrap_or(said), what);
            return None;
        }
    };
    let checked = Issuer::check_file(&source, algorithms);
    finder.keep(Key::Oidc(OidcKey::Jwks), said, checked)?;
    Some(source)
}

fn within(text: &str, [least, most]: [Duration; 2]) -> Result<Duration, String> {
    let time = duration::read(text).filter(|time| (least..=most).contains(time));
    time.ok_or_else(|| {
        format!(
            "must be a time such as 90s or 12h, from {} to {}",
            duration::shown(least),
            duration::shown(most)
        )
    })
}
