//! Who asks.

use crate::ids::ActorId;
use std::fmt;

/// What kind of thing asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActorKind {
    /// A contact-centre platform.
    Platform,
    /// A chatbot front-end.
    Chatbot,
    /// A person who runs the service.
    Supervisor,
    /// The bundled client.
    Client,
    /// Signpost itself: timers, start-up.
    System,
}

impl ActorKind {
    /// Every kind.
    pub const ALL: [ActorKind; 5] = [
        ActorKind::Platform,
        ActorKind::Chatbot,
        ActorKind::Supervisor,
        ActorKind::Client,
        ActorKind::System,
    ];

    /// As the metadata writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            ActorKind::Platform => "platform",
            ActorKind::Chatbot => "chatbot",
            ActorKind::Supervisor => "supervisor",
            ActorKind::Client => "client",
            ActorKind::System => "system",
        }
    }
}

/// Who asks, as the envelope of every event keeps it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Actor {
    /// What kind.
    pub kind: ActorKind,
    /// Which of them.
    pub id: ActorId,
}

impl Actor {
    /// The id of a platform that does not say who it is.
    pub const ANONYMOUS: &str = "anonymous";

    /// Signpost itself.
    pub fn system() -> Actor {
        Actor {
            kind: ActorKind::System,
            id: ActorId::stored("signpost"),
        }
    }

    /// Reads `kind/id`; `None` if it has another shape, or claims to be the system.
    pub fn parse(text: &str) -> Option<Actor> {
        let (kind, id) = text.split_once('/')?;
        let kind = ActorKind::ALL
            .into_iter()
            .find(|known| known.as_str() == kind)?;
        let id = ActorId::new(id).ok()?;
        (kind != ActorKind::System).then_some(Actor { kind, id })
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind.as_str(), self.id)
    }
}
