//! Actors: who sends a request.

use crate::ids::ActorId;
use std::fmt;

/// The kind of actor that sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActorKind {
    /// A platform of a contact centre.
    Platform,
    /// A chatbot front-end.
    Chatbot,
    /// A supervisor: a person who runs the service.
    Supervisor,
    /// An agent: a person who serves customers.
    Agent,
    /// An administrator: a person or a program that may do everything.
    Admin,
    /// An auditor: a person or a program that reads everything and writes nothing.
    Auditor,
    /// The bundled client.
    Client,
    /// Signpost itself, for example a timer or the start-up.
    System,
}

impl ActorKind {
    /// Every kind, in the order of declaration.
    pub const ALL: [ActorKind; 8] = [
        ActorKind::Platform,
        ActorKind::Chatbot,
        ActorKind::Supervisor,
        ActorKind::Agent,
        ActorKind::Admin,
        ActorKind::Auditor,
        ActorKind::Client,
        ActorKind::System,
    ];

    /// Whether actors of this kind decide what only a supervisor may.
    pub const fn is_supervisor(self) -> bool {
        matches!(self, ActorKind::Supervisor | ActorKind::Admin)
    }

    /// The text for this kind in the request metadata.
    pub const fn as_str(self) -> &'static str {
        match self {
            ActorKind::Platform => "platform",
            ActorKind::Chatbot => "chatbot",
            ActorKind::Supervisor => "supervisor",
            ActorKind::Agent => "agent",
            ActorKind::Admin => "admin",
            ActorKind::Auditor => "auditor",
            ActorKind::Client => "client",
            ActorKind::System => "system",
        }
    }
}

/// The sender of a request, as the envelope of every event stores it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Actor {
    /// The kind of actor.
    pub kind: ActorKind,
    /// Which actor of this kind.
    pub id: ActorId,
}

impl Actor {
    /// The id of a platform that does not identify itself.
    pub const ANONYMOUS: &str = "anonymous";

    /// Signpost itself.
    pub fn system() -> Actor {
        Actor {
            kind: ActorKind::System,
            id: ActorId::stored("signpost"),
        }
    }

    /// Reads `kind/id`. `None` if the text has another form, or names the system as the actor.
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
