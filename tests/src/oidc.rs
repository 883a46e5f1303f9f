//! An identity provider for a test: keys that are made for it, tokens that they sign, and where its public keys are.

use crate::Outcome;
use crate::time::minute;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaKeyPair, RsaPublicKeyComponents,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};
use signpost_server::oidc::{
    CLOCK_SKEW_DEFAULT, ClaimName, JWT_LIFETIME_DEFAULT, JwksSource, JwtAlgorithms,
    KEYS_AGE_DEFAULT, OidcOptions, RoleMapping,
};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// The issuer of the tokens.
pub const ISSUER: &str = "https://login.example.com/centre";
/// For whom they are.
pub const AUDIENCE: &str = "signpost";
/// How often keys are fetched because a token names an unknown one: quickly, for a test.
pub const FETCH_PAUSE: Duration = Duration::from_millis(100);

/// The key of an identity provider.
pub struct SigningKey {
    id: String,
    pair: Pair,
}

enum Pair {
    Ed(Ed25519KeyPair),
    P256(EcdsaKeyPair),
    /// With the name of its algorithm.
    Rsa(Box<RsaKeyPair>, &'static str),
}

impl SigningKey {
    /// A new key of Ed25519 with this id.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn ed(id: &str) -> Outcome<SigningKey> {
        let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new());
        let made = made.map_err(|_| "no key")?;
        let pair = Ed25519KeyPair::from_pkcs8(made.as_ref()).map_err(|error| error.to_string())?;
        Ok(SigningKey::of(id, Pair::Ed(pair)))
    }

    /// A new key of P-256 with this id.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn p256(id: &str) -> Outcome<SigningKey> {
        let (random, of) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let made = EcdsaKeyPair::generate_pkcs8(of, &random).map_err(|_| "no key")?;
        let pair = EcdsaKeyPair::from_pkcs8(of, made.as_ref(), &random);
        let pair = pair.map_err(|error| error.to_string())?;
        Ok(SigningKey::of(id, Pair::P256(pair)))
    }

    /// A new RSA key of so many bits with this id, for `RS256` or `PS256`.
    ///
    /// # Errors
    /// When `openssl` makes none.
    pub fn rsa(id: &str, algorithm: &'static str, bits: &str) -> Outcome<SigningKey> {
        let made = Command::new("openssl").args(["genrsa", bits]).output()?;
        let key = PrivateKeyDer::from_pem_slice(&made.stdout).map_err(|error| error.to_string())?;
        let pair = match &key {
            PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
            key => RsaKeyPair::from_pkcs8(key.secret_der()),
        };
        let pair = pair.map_err(|error| error.to_string())?;
        Ok(SigningKey::of(id, Pair::Rsa(Box::new(pair), algorithm)))
    }

    fn of(id: &str, pair: Pair) -> SigningKey {
        let id = id.to_owned();
        SigningKey { id, pair }
    }

    /// The algorithm by which it signs.
    pub fn algorithm(&self) -> &'static str {
        match &self.pair {
            Pair::Ed(_) => "EdDSA",
            Pair::P256(_) => "ES256",
            Pair::Rsa(_, algorithm) => algorithm,
        }
    }

    /// The public key, as a set of keys has it.
    pub fn public(&self) -> Value {
        let id = &self.id;
        match &self.pair {
            Pair::Ed(pair) => {
                let x = text(pair.public_key().as_ref());
                json!({"kty": "OKP", "crv": "Ed25519", "kid": id, "use": "sig", "x": x})
            }
            Pair::P256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                let (x, y) = (text(x), text(y));
                json!({"kty": "EC", "crv": "P-256", "kid": id, "alg": "ES256", "x": x, "y": y})
            }
            Pair::Rsa(pair, _) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
                let (n, e) = (text(&public.n), text(&public.e));
                json!({"kty": "RSA", "kid": id, "use": "sig", "n": n, "e": e})
            }
        }
    }

    /// A token with these claims.
    ///
    /// # Errors
    /// When the key does not sign.
    pub fn token(&self, claims: &Value) -> Outcome<String> {
        let header = json!({"typ": "JWT", "alg": self.algorithm(), "kid": self.id});
        self.signed(&header, claims)
    }

    /// A token with this header and these claims, signed by the algorithm of the key whatever the header says.
    ///
    /// # Errors
    /// When the key does not sign.
    pub fn signed(&self, header: &Value, claims: &Value) -> Outcome<String> {
        let message = unsigned(header, claims);
        let signature = match &self.pair {
            Pair::Ed(pair) => pair.sign(message.as_bytes()).as_ref().to_vec(),
            Pair::P256(pair) => {
                let signature = pair.sign(&SystemRandom::new(), message.as_bytes());
                signature.map_err(|_| "not signed")?.as_ref().to_vec()
            }
            Pair::Rsa(pair, algorithm) => {
                let padding: &'static dyn ring::signature::RsaEncoding = match *algorithm {
                    "PS256" => &RSA_PSS_SHA256,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(
                    padding,
                    &SystemRandom::new(),
                    message.as_bytes(),
                    &mut signature,
                )
                .map_err(|_| "not signed")?;
                signature
            }
        };
        Ok(format!("{message}.{}", text(&signature)))
    }
}

/// The first two parts of a token.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| text(value.to_string().as_bytes());
    format!("{}.{}", part(header), part(claims))
}

/// Bytes as a token has them.
pub fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The claims of a right token of `subject` with this value of `roles`, from minute 0 to minute 60.
pub fn claims(subject: &str, role: &str) -> Value {
    json!({
        "iss": ISSUER,
        "aud": [AUDIENCE, "another"],
        "sub": subject,
        "roles": [role],
        "iat": minute(0).seconds,
        "exp": minute(60).seconds,
    })
}

/// These claims, but for one.
pub fn but(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}

/// A set of keys.
pub fn jwks(keys: &[&SigningKey]) -> Vec<u8> {
    let keys: Vec<Value> = keys.iter().map(|key| key.public()).collect();
    json!({ "keys": keys }).to_string().into_bytes()
}

/// How tokens of [`ISSUER`] are taken whose keys are there. Each role is called by its own name.
///
/// # Errors
/// When the source is none.
pub fn options(source: &str, ca: Option<&Path>) -> Outcome<OidcOptions> {
    let roles = [
        "platform",
        "chatbot",
        "agent",
        "supervisor",
        "admin",
        "auditor",
    ];
    let roles = roles.map(|role| RoleMapping::parse(&format!("{role}={role}")));
    let claim = |name: &str| ClaimName::parse(name);
    Ok(OidcOptions {
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        jwks: JwksSource::parse(source, ca).map_err(|fault| format!("{fault:?}"))?,
        clock_skew: CLOCK_SKEW_DEFAULT,
        algorithms: JwtAlgorithms::default(),
        role_claim: claim("roles")?,
        roles: roles.into_iter().collect::<Result<_, _>>()?,
        actor_claim: claim("sub")?,
        channels_claim: Some(claim("channels")?),
        brands_claim: Some(claim("brands")?),
        reasons_claim: Some(claim("/limits/reasons")?),
        max_lifetime: JWT_LIFETIME_DEFAULT,
        keys_age: KEYS_AGE_DEFAULT,
        fetch_pause: FETCH_PAUSE,
    })
}

/// What the server of an identity provider answers.
#[derive(Clone, Debug)]
pub struct JwksAnswer {
    /// The status line, from the number on.
    pub status: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

/// A server that answers with a set of keys, until this is dropped. It stands for the identity provider.
pub struct JwksServer {
    address: SocketAddr,
    answer: Arc<Mutex<JwksAnswer>>,
    asked: Arc<AtomicUsize>,
    serving: JoinHandle<()>,
}

impl JwksServer {
    /// A server that answers so, over TLS if a configuration is given.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn start(
        body: Vec<u8>,
        tls: Option<Arc<rustls::ServerConfig>>,
    ) -> Outcome<JwksServer> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let status = "200 OK";
        let answer = Arc::new(Mutex::new(JwksAnswer { status, body }));
        let asked = Arc::new(AtomicUsize::new(0));
        let (answers, count) = (answer.clone(), asked.clone());
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                let answer = answers
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .clone();
                let tls = tls.clone().map(TlsAcceptor::from);
                tokio::spawn(async move {
                    match tls {
                        None => served(stream, &answer).await,
                        Some(tls) => served(tls.accept(stream).await?, &answer).await,
                    }
                });
            }
        });
        Ok(JwksServer {
            address,
            answer,
            asked,
            serving,
        })
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// What it answers from now on.
    pub fn answers(&self, status: &'static str, body: Vec<u8>) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = JwksAnswer { status, body };
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Drop for JwksServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn served(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answer: &JwksAnswer,
) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await?);
    }
    let JwksAnswer { status, body } = answer;
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    stream.shutdown().await
}
