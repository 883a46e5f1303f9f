//! What a server tells of itself at its port for metrics.

use crate::Outcome;
use crate::http::{self, HttpAnswer};
use crate::process::{ServerProcess, text};
use crate::server::{Data, FLIGHTS};
use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;

/// Starts a server with the playbook of the flights, with a port for metrics and lines of JSON.
///
/// # Errors
/// When it does not start.
pub fn started(data: &Data, more: &[&str]) -> Outcome<ServerProcess> {
    let playbook = data.beside().join("playbook.yaml");
    fs::write(&playbook, FLIGHTS)?;
    let arguments = [
        "--playbook",
        text(&playbook)?,
        "--metrics",
        "0",
        "--log",
        "json",
    ];
    ServerProcess::start(data, &[&arguments[..], more].concat())
}

/// The samples of one scrape, by name and labels as they are written.
#[derive(Debug)]
pub struct Scrape {
    /// The whole text.
    pub text: String,
    samples: BTreeMap<String, f64>,
}

impl Scrape {
    /// Asks for the metrics.
    ///
    /// # Errors
    /// When there is no answer, or when it does not read.
    pub async fn of(address: SocketAddr) -> Outcome<Scrape> {
        let answer = asked(address, "/metrics").await?;
        assert_eq!(answer.status(), "200", "{answer:?}");
        let kind = answer.header("content-type");
        assert!(
            kind.starts_with("application/openmetrics-text; version=1.0.0"),
            "{kind}"
        );
        let text = String::from_utf8(answer.body)?;
        assert!(text.ends_with("# EOF\n"), "{text}");
        let mut samples = BTreeMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, value) = line.rsplit_once(' ').ok_or("a line without a value")?;
            let twice = samples.insert(name.to_owned(), value.parse()?);
            assert_eq!(twice, None, "{name} stands twice");
        }
        Ok(Scrape { text, samples })
    }

    /// The value of a sample.
    ///
    /// # Errors
    /// When there is none.
    pub fn value(&self, sample: &str) -> Outcome<f64> {
        let value = self.samples.get(sample).copied();
        value.ok_or_else(|| format!("no {sample} in\n{}", self.text).into())
    }

    /// The names and labels of all samples.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.samples.keys().map(String::as_str)
    }

    /// The families: the names in the lines that say what kind each is.
    pub fn families(&self) -> Vec<&str> {
        let types = self
            .text
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE "));
        types.filter_map(|line| line.split(' ').next()).collect()
    }
}

/// The answer at this path.
///
/// # Errors
/// When there is none.
pub async fn asked(address: SocketAddr, path: &str) -> Outcome<HttpAnswer> {
    http::send(address, &format!("GET {path}"), &[], b"").await
}

/// Where a server answers, which was started with `--metrics` and `--log json`.
///
/// # Errors
/// When its log does not say.
pub fn address(server: &ServerProcess) -> Outcome<SocketAddr> {
    let logged = server.logged()?;
    for line in logged.lines() {
        let line: serde_json::Value = serde_json::from_str(line)?;
        if line["message"] == "answering /metrics, /livez and /readyz" {
            return Ok(line["address"].as_str().ok_or("no address")?.parse()?);
        }
    }
    Err(format!("no address in {logged}").into())
}
