//! The roles of callers.

use crate::actor::ActorKind;

/// What a caller is to the contact centre. A token has one role; the shell has the table of the calls that each role
/// may make. The numbers are stored: do not change them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A platform of a contact centre: it routes contacts and reads what it needs for that.
    Platform = 1,
    /// A chatbot front-end: it routes contacts, and reads only those that it holds.
    Chatbot = 2,
    /// A person who serves customers, or the desktop of such people.
    Agent = 3,
    /// A person who runs the service.
    Supervisor = 4,
    /// Whoever may do everything.
    Admin = 5,
    /// Whoever reads everything and writes nothing.
    Auditor = 6,
}

impl Role {
    /// Every role, in the order of declaration.
    pub const ALL: [Role; 6] = [
        Role::Platform,
        Role::Chatbot,
        Role::Agent,
        Role::Supervisor,
        Role::Admin,
        Role::Auditor,
    ];

    /// The word for this role.
    pub const fn as_str(self) -> &'static str {
        self.actor_kind().as_str()
    }

    /// The role with this word; `None` if there is none.
    pub fn parse(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// The kind of actor that events have for a caller of this role.
    pub const fn actor_kind(self) -> ActorKind {
        match self {
            Role::Platform => ActorKind::Platform,
            Role::Chatbot => ActorKind::Chatbot,
            Role::Agent => ActorKind::Agent,
            Role::Supervisor => ActorKind::Supervisor,
            Role::Admin => ActorKind::Admin,
            Role::Auditor => ActorKind::Auditor,
        }
    }

    /// Whether callers of this role may say that they act for somebody else: systems that many people use.
    pub const fn acts_for_others(self) -> bool {
        matches!(self, Role::Platform | Role::Supervisor | Role::Admin)
    }
}
