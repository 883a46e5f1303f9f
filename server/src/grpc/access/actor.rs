//! Who events name: the caller that the credential shows, and for whom it acts.

use super::Identity;
use crate::grpc::status::access as refusals;
use signpost_domain::actor::{Actor, ActorKind};
use signpost_domain::ids::ActorId;
use tonic::Status;

/// The actor of a call, and for whom it acts. `named` and `on_behalf_of` are what the caller wrote in the metadata.
///
/// Without credentials the actor is who the caller says. With a credential it is the owner of the credential, whatever
/// the caller says. What it says in `signpost-actor` may agree; it may name a program (`client/…`), which says nothing
/// about who calls; and where the role acts for others it may name one of these, which is then kept as for whom it
/// acts.
///
/// # Errors
/// PERMISSION_DENIED, if the caller names somebody else and its role cannot act for others.
pub(crate) fn actor(
    identity: &Identity,
    named: Option<Actor>,
    on_behalf_of: Option<Actor>,
) -> Result<(Actor, Option<Actor>), Status> {
    let Some(actor) = identity.shown() else {
        let anonymous = || Actor {
            kind: ActorKind::Platform,
            id: ActorId::stored(Actor::ANONYMOUS),
        };
        return Ok((named.unwrap_or_else(anonymous), on_behalf_of));
    };
    let other = named.filter(|named| *named != actor && named.kind != ActorKind::Client);
    let is_allowed = match (&other, &on_behalf_of) {
        (None, None) => true,
        // Two others: who calls cannot be both.
        (Some(_), Some(_)) => false,
        (Some(_), None) | (None, Some(_)) => identity.role().acts_for_others(),
    };
    match is_allowed {
        true => Ok((actor, on_behalf_of.or(other))),
        false => Err(refusals::other_actor(identity.role(), &actor)),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use signpost_domain::access::{Role, Token, TokenHash, TokenScope};
    use signpost_domain::ids::{Seq, TokenId};
    use signpost_domain::time::UnixMs;
    use std::sync::Arc;

    fn of(role: Role) -> Identity {
        Identity::Token(Arc::new(Token {
            id: TokenId(Seq(1)),
            slot: 0,
            role,
            actor: ActorId::stored("a"),
            label: "".into(),
            scope: TokenScope::default(),
            hash: TokenHash([0; 32]),
            created: UnixMs(0),
            created_by: Actor::system(),
            expires: UnixMs(1),
            revoked: None,
        }))
    }

    #[test]
    fn what_is_written_beside_a_credential_agrees_or_is_for_whom_it_acts() {
        let table = [
            (Role::Agent, "", ""),
            (Role::Agent, "agent/a", ""),
            (Role::Agent, "client/signpost", ""),
            (Role::Agent, "agent/b", ""),
            (Role::Agent, "supervisor/a", ""),
            (Role::Agent, "", "agent/b"),
            (Role::Chatbot, "chatbot/b", ""),
            (Role::Auditor, "admin/a", ""),
            (Role::Platform, "agent/b", ""),
            (Role::Platform, "", "agent/b"),
            (Role::Platform, "platform/a", "agent/b"),
            (Role::Platform, "client/signpost", "agent/b"),
            (Role::Platform, "agent/c", "agent/b"),
            (Role::Supervisor, "agent/b", ""),
            (Role::Admin, "", "agent/b"),
        ];
        let mut told = String::new();
        for (role, named, on_behalf_of) in table {
            let came_to = match actor(&of(role), Actor::parse(named), Actor::parse(on_behalf_of)) {
                Ok((actor, None)) => actor.to_string(),
                Ok((actor, Some(person))) => format!("{actor} for {person}"),
                Err(status) => format!("{:?}", status.code()),
            };
            let words = format!("{} | {named} | {on_behalf_of} | {came_to}", role.as_str());
            told += &words;
            told.push('\n');
        }
        expect_test::expect![[r#"
            agent |  |  | agent/a
            agent | agent/a |  | agent/a
            agent | client/signpost |  | agent/a
            agent | agent/b |  | PermissionDenied
            agent | supervisor/a |  | PermissionDenied
            agent |  | agent/b | PermissionDenied
            chatbot | chatbot/b |  | PermissionDenied
            auditor | admin/a |  | PermissionDenied
            platform | agent/b |  | platform/a for agent/b
            platform |  | agent/b | platform/a for agent/b
            platform | platform/a | agent/b | platform/a for agent/b
            platform | client/signpost | agent/b | platform/a for agent/b
            platform | agent/c | agent/b | PermissionDenied
            supervisor | agent/b |  | supervisor/a for agent/b
            admin |  | agent/b | admin/a for agent/b
        "#]]
        .assert_eq(&told);
        let open = actor(&Identity::Open, None, Actor::parse("agent/b")).unwrap();
        assert_eq!(open.0.to_string(), "platform/anonymous");
    }
}
