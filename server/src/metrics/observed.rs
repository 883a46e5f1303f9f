//! What is observed of a server while it starts, serves and stops: its engine, its certificates, how long it runs.

use super::Metrics;
use crate::audit::{Audit, AuditFigures};
use crate::engine::{Engine, EngineFigures, EngineHealth};
use crate::oidc::{Issuer, IssuerFigures};
use crate::tls::Certificates;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

/// A server under observation. It can be asked at any time, also while there is no engine yet.
#[derive(Debug)]
pub struct Observed {
    metrics: Arc<Metrics>,
    certificates: OnceLock<Certificates>,
    audit: OnceLock<Audit>,
    issuer: OnceLock<Issuer>,
    engine: RwLock<Option<Engine>>,
}

/// The figures of a server at one moment.
#[derive(Debug)]
pub(crate) struct ServerFigures {
    /// Whether calls are answered.
    pub(crate) is_ready: bool,
    /// How long the process runs.
    pub(crate) uptime: Duration,
    /// When the first certificate expires, in seconds since 1970.
    pub(crate) certificate_expires: Option<i64>,
    /// The identity provider whose tokens are taken. `None` if there is none.
    pub(crate) issuer: Option<IssuerFigures>,
    /// The open connections to the port of the contract.
    pub(crate) connections: u64,
    /// How the audit file is; `None` while there is none.
    pub(crate) audit: Option<AuditFigures>,
    /// The figures of the engine; `None` while there is none.
    pub(crate) engine: Option<EngineFigures>,
}

impl ServerFigures {
    /// The figures now. Blocks for a look at the disk.
    pub(crate) fn of(
        metrics: &Metrics,
        certificates: Option<&Certificates>,
        audit: Option<&Audit>,
        issuer: Option<&Issuer>,
        engine: Option<&Engine>,
    ) -> ServerFigures {
        ServerFigures {
            is_ready: engine.is_some(),
            uptime: metrics.uptime(),
            certificate_expires: certificates.map(Certificates::expire),
            issuer: issuer.map(Issuer::figures),
            connections: metrics.connections.open(),
            audit: audit.map(Audit::figures),
            engine: engine.map(Engine::figures),
        }
    }
}

/// Whether a server does what it is asked to do. The error says in words why not.
pub type Readiness = Result<(), String>;

impl Observed {
    /// A server that starts.
    pub fn new(metrics: Arc<Metrics>) -> Arc<Observed> {
        Arc::new(Observed {
            metrics,
            certificates: OnceLock::new(),
            audit: OnceLock::new(),
            issuer: OnceLock::new(),
            engine: RwLock::default(),
        })
    }

    /// What it counts.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// Notes the certificates of its port. Those that are noted first stay.
    pub fn has_certificates(&self, certificates: &Certificates) {
        self.certificates.get_or_init(|| certificates.clone());
    }

    /// Notes its audit file. The one that is noted first stays.
    pub fn has_audit(&self, audit: &Audit) {
        self.audit.get_or_init(|| audit.clone());
    }

    /// Notes whose JSON Web Tokens it takes. The one that is noted first stays.
    pub fn has_issuer(&self, issuer: &Issuer) {
        self.issuer.get_or_init(|| issuer.clone());
    }

    /// Notes that it serves from this engine.
    pub fn serves(&self, engine: &Engine) {
        *self.engine.write().unwrap_or_else(PoisonError::into_inner) = Some(engine.clone());
    }

    /// Notes that it serves no more. On return nobody here has the engine.
    pub fn serves_no_more(&self) {
        *self.engine.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether calls are answered: not before the state is recovered, and not once the server stops.
    ///
    /// # Errors
    /// Why not.
    pub fn ready(&self) -> Readiness {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        match engine.as_ref() {
            Some(engine) if *engine.health().borrow() == EngineHealth::Failed => {
                Err("the store failed: the server ends".into())
            }
            Some(_) => Ok(()),
            None => {
                let (folded, to_fold) = self.metrics.recovery.so_far();
                Err(format!(
                    "starting or stopping; of {to_fold} events that the rows lacked, {folded} are folded"
                ))
            }
        }
    }

    /// Whether the engine makes progress. A server that starts or stops counts as alive.
    ///
    /// # Errors
    /// Which thread made none, and for how long.
    pub fn alive(&self) -> Readiness {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        match engine.as_ref().and_then(Engine::stalled) {
            Some(stalled) => Err(stalled.to_string()),
            None => Ok(()),
        }
    }

    /// The figures now. Blocks for a look at the disk. The engine is not let go meanwhile.
    pub(crate) fn figures(&self) -> ServerFigures {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        let certificates = self.certificates.get();
        let (audit, issuer) = (self.audit.get(), self.issuer.get());
        ServerFigures::of(&self.metrics, certificates, audit, issuer, engine.as_ref())
    }
}
