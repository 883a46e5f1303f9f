//! What callers reach, and tokens, as they are decided and folded: in a whole state and in a cold one alike.

use crate::script::{self, Words};
use crate::stage::Stage;
use crate::told::{self, Names};
use crate::world::Answered;
use expect_test::expect;
use signpost_domain::access::{Reach, Role, TokenHash, TokenScope, TokenState};
use signpost_domain::case::NoteAudience;
use signpost_domain::command::{ActOnCase, CommandBody, CreateToken, Query, WorkStep};
use signpost_domain::flow;
use signpost_domain::ids::{ActorId, CaseId, ContactId, Seq, Slug, TokenId};
use signpost_domain::refusal::Refusal;
use signpost_domain::time::Millis;
use std::sync::Arc;

const DAY: &str = "
    playbook trips
    at 09:00
    route chat-1 web_chat customer=c1 reason=flight/change booking=AAAAAA by=chatbot/webbot
    route call-2 phone customer=c2 reason=bags/allowance by=platform/crm
    route chat-3 web_chat customer=c3 reason=club/leave by=platform/crm for=chatbot/webbot
";

/// Sends a write in the name of this actor, who reaches this, and says what it came to.
fn sent(stage: &mut Stage, line: &str, reach: &Reach, body: CommandBody) -> String {
    let words = Words::of(line.split_whitespace());
    let now = stage.world.now();
    let number = stage.world.log().len();
    let mut command = script::command(number, line, &words, now, body);
    command.reach = reach.clone();
    match stage.world.write(command) {
        Answered::Happened(_) => "happened".to_owned(),
        Answered::Replayed(_) => "replayed".to_owned(),
        Answered::Refused(refusal) => refusal.to_string(),
    }
}

fn note(case: u64) -> CommandBody {
    CommandBody::Case(Box::new(ActOnCase {
        case: CaseId(Seq(case)),
        seen: None,
        step: WorkStep::Note("seen".into(), NoteAudience::Internal),
    }))
}

/// Whether a read of a contact and of a case finds anything.
fn read(stage: &Stage, reach: &Reach, contact: &str, case: u64) -> [bool; 2] {
    let state = stage.world.state();
    [
        Query::Contact(ContactId::stored(contact)),
        Query::Case(CaseId(Seq(case))),
    ]
    .map(|query| flow::look(state, &query.within(reach.clone()), state.now()).is_ok())
}

#[test]
fn a_chatbot_reaches_what_it_opened_or_what_was_opened_for_it() {
    let mut stage = Stage::play(DAY.lines());
    let bot = |id: &str| Reach {
        held_by: Some(ActorId::stored(id)),
        scope: None,
    };
    let (webbot, other) = (bot("webbot"), bot("other"));
    assert_eq!(read(&stage, &webbot, "chat-1", 2), [true, true]);
    assert_eq!(read(&stage, &webbot, "call-2", 3), [false, false]);
    assert_eq!(read(&stage, &webbot, "chat-3", 4), [true, true]);
    assert_eq!(read(&stage, &other, "chat-1", 2), [false, false]);
    assert_eq!(read(&stage, &Reach::default(), "call-2", 3), [true, true]);
    let end = |contact| script::end(contact, "gave_up", &Words::of(std::iter::empty()));
    let told = [
        sent(&mut stage, "by=chatbot/other", &other, end("chat-1")),
        sent(&mut stage, "by=chatbot/other", &other, end("chat-9")),
        sent(&mut stage, "by=chatbot/other", &other, note(2)),
        sent(&mut stage, "by=chatbot/webbot", &webbot, note(2)),
        sent(&mut stage, "by=chatbot/webbot", &webbot, end("chat-1")),
    ];
    expect![[r#"
        there is no contact chat-1
        there is no contact chat-9
        there is no case case_0000000000002
        happened
        happened"#]]
    .assert_eq(&told.join("\n"));
    assert_eq!(
        read(&stage, &webbot, "chat-1", 2),
        [true, true],
        "also when it is over"
    );
}

#[test]
fn a_case_is_within_limits_by_its_reason_and_one_of_its_contacts() {
    let mut stage = Stage::play(DAY.lines());
    let limited = |channel: &str, reason: &str| Reach {
        held_by: None,
        scope: Some(Arc::new(TokenScope {
            channels: vec![Slug::stored(channel)],
            brands: Vec::new(),
            reasons: vec![Slug::stored(reason)],
        })),
    };
    let told = [
        sent(&mut stage, "note=1", &limited("phone", "bags"), note(3)),
        sent(&mut stage, "note=2", &limited("web_chat", "bags"), note(3)),
        sent(&mut stage, "note=3", &limited("phone", "club"), note(3)),
        sent(&mut stage, "note=4", &limited("phone", "club"), note(99)),
    ];
    expect![[r#"
        happened
        case case_0000000000003: channel phone is outside the limits of this token: web_chat
        case case_0000000000003: primary reason bags is outside the limits of this token: club
        there is no case case_0000000000033"#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn a_token_is_created_once_counts_until_it_ends_and_is_revoked_once() {
    let mut stage = Stage::play(["playbook trips", "at 09:00"]);
    let everything = Reach::default();
    let create = |role, expires| {
        CommandBody::CreateToken(Box::new(CreateToken {
            role,
            actor: None,
            label: "".into(),
            scope: TokenScope::default(),
            hash: TokenHash([9; 32]),
            expires,
        }))
    };
    let now = stage.world.now();
    let told = [
        sent(
            &mut stage,
            "request=a",
            &everything,
            create(Role::Agent, Some(now + Millis::HOUR)),
        ),
        sent(
            &mut stage,
            "request=a",
            &everything,
            create(Role::Agent, Some(now + Millis::HOUR)),
        ),
        sent(
            &mut stage,
            "request=b",
            &everything,
            create(Role::Admin, None),
        ),
        sent(
            &mut stage,
            "request=c",
            &everything,
            create(Role::Admin, Some(now)),
        ),
        sent(
            &mut stage,
            "request=d",
            &everything,
            CommandBody::RevokeToken(TokenId(Seq(3))),
        ),
        sent(
            &mut stage,
            "request=e",
            &everything,
            CommandBody::RevokeToken(TokenId(Seq(3))),
        ),
        sent(
            &mut stage,
            "request=f",
            &everything,
            CommandBody::RevokeToken(TokenId(Seq(9))),
        ),
    ];
    expect![[r#"
        happened
        replayed
        happened
        the request has faults: 1
        happened
        token_0000000000003 was revoked before
        there is no token token_0000000000009"#]]
    .assert_eq(&told.join("\n"));
    let tokens = stage.world.state().tokens().clone();
    let state = |seq, at| tokens.get(TokenId(Seq(seq))).map(|token| token.state(at));
    assert_eq!(state(2, now), Some(TokenState::Active));
    assert_eq!(state(2, now + Millis::HOUR), Some(TokenState::Expired));
    assert_eq!(state(3, now), Some(TokenState::Revoked));
    let actors: Vec<String> = tokens
        .all()
        .map(|token| token.shown_by().to_string())
        .collect();
    assert_eq!(
        actors,
        ["agent/token_0000000000002", "admin/token_0000000000003"]
    );
    // The texts of refusals are those of scenarios, too.
    let refusal = told::refusal(&Refusal::TooManyTokens, &Names::default());
    assert!(refusal.contains("10000 tokens count already"), "{refusal}");
    stage.world.check_step();
    stage.world.check_replays();
}
