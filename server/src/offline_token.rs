//! Creates a token in a folder whose server is stopped: the first one, and one for whoever is locked out.

use crate::audit::{self, AuditError};
use crate::engine::{Clock, Engine, EngineError, EngineOptions, StartError, open_folder_under};
use crate::grpc::secret::Secret;
use crate::keys::MasterKey;
use signpost_audit::{AuditRecord, RecordKind, Touched};
use signpost_domain::access::{Reach, Role, TokenScope};
use signpost_domain::actor::{Actor, ActorKind};
use signpost_domain::command::{Command, CommandBody, CreateToken};
use signpost_domain::event::{IdempotencyKey, Method};
use signpost_domain::ids::{ActorId, RequestId, TokenId};
use signpost_domain::time::{Millis, UnixMs};
use std::path::PathBuf;
use std::sync::Arc;

/// The id of the actor, of the kind `admin`, who creates tokens by this program.
const ACTOR: &str = "signpostd";

/// A token to create.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// The folder of the store.
    pub data: PathBuf,
    /// The file of the master key of personal data; `None`: the data folder has it.
    pub master_key_file: Option<PathBuf>,
    /// The folder of the audit file, which records it.
    pub audit_folder: PathBuf,
    /// The role.
    pub role: Role,
    /// Who shows it, in events; `None`: the id of the token.
    pub actor: Option<ActorId>,
    /// What people call it; may be empty.
    pub label: Arc<str>,
    /// What it is limited to.
    pub scope: TokenScope,
    /// How long it counts, from now on.
    pub lives: Millis,
}

/// A token that was created.
pub struct CreatedToken {
    /// What its owner sends. Show it once, and keep it nowhere.
    pub bearer_token: String,
    /// Its id.
    pub id: TokenId,
    /// From when on it counts no more.
    pub expires: UnixMs,
}

/// Why no token was created.
#[derive(Debug, thiserror::Error)]
pub enum OfflineError {
    /// The store could not be opened.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The system has no random numbers.
    #[error("no random numbers could be drawn: {0}")]
    Random(getrandom::Error),
    /// The token was refused, or could not be stored.
    #[error("no token was created: {0}")]
    Write(#[from] EngineError),
    /// It could not be recorded. The token was created, and nobody has its secret.
    #[error("the token is of no use, for it could not be recorded in the audit file: {0}")]
    Audit(#[from] AuditError),
    /// The runtime did not start.
    #[error(transparent)]
    Runtime(#[from] std::io::Error),
}

/// Creates a token. The log time of the folder becomes the time of the machine, as with every write of a server that
/// has a clock.
///
/// # Errors
/// When the folder cannot be opened, for example since a server has it, or when the token is refused.
pub fn create(new: NewToken) -> Result<CreatedToken, OfflineError> {
    let secret = Secret::random().map_err(OfflineError::Random)?;
    let name = Secret::random().map_err(OfflineError::Random)?;
    let master = new.master_key_file.as_deref().map(MasterKey::read);
    let master = master.transpose().map_err(StartError::from)?;
    let folder = open_folder_under(&new.data, master)?;
    let (engine, guard) = Engine::start(folder, EngineOptions::new(Clock::System))?;
    let expires = engine.token_time() + new.lives;
    let command = Command {
        actor: Actor {
            kind: ActorKind::Admin,
            id: ActorId::stored(ACTOR),
        },
        on_behalf_of: None,
        reach: Reach::default(),
        request: IdempotencyKey {
            // Nobody sends it again.
            id: RequestId::stored(name.as_request_id()),
            method: Method::CreateToken,
            fingerprint: [0; 16],
        },
        event_time: None,
        may_step_clock: false,
        body: CommandBody::CreateToken(Box::new(CreateToken {
            role: new.role,
            actor: new.actor,
            label: new.label,
            scope: new.scope,
            hash: secret.hash(),
            expires: Some(expires),
        })),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let written = runtime.block_on(engine.write(command));
    guard.stop();
    let id = TokenId(written?.recorded.envelope.seq);
    // After the folder, which it may be in; before anybody has the token.
    audit::write_offline(
        &new.audit_folder,
        AuditRecord {
            call: "signpostd token create".to_owned(),
            actor: format!("{}/{ACTOR}", ActorKind::Admin.as_str()),
            touched: Touched {
                tokens: vec![id.to_string()],
                ..Touched::default()
            },
            code: "OK".to_owned(),
            ..AuditRecord::now(RecordKind::Offline)
        },
    )?;
    Ok(CreatedToken {
        bearer_token: secret.bearer_token(id),
        id,
        expires,
    })
}
