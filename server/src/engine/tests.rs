//! Tests of the engine on a real store: everything that it acknowledged is there after a restart, and folding the log
//! gives the same state.

mod filters;
mod reading;
mod room;
mod timers;

use super::{
    Clock, Engine, EngineError, EngineGuard, EngineHealth, EngineOptions, fold_log, open_folder,
};
use crate::codec::events;
use crate::store::{Log, LogLimits, LogReader};
use crate::tests::{self, AIRLINE, MONDAY, command, end, publish};
use signpost_domain::actor::Actor;
use signpost_domain::check::check;
use signpost_domain::command::{
    Command, CommandBody, PreviewRoute, PublishPlaybook, Query, UnknownReason,
};
use signpost_domain::contact::{CustomerRef, Matter};
use signpost_domain::decision::Decision;
use signpost_domain::event::{Event, Next};
use signpost_domain::fact::{Fact, FactSource, FactValue, Facts, Knowledge};
use signpost_domain::flow::Answer;
use signpost_domain::handle::HandleKey;
use signpost_domain::ids::{CaseId, ContactId, CustomerId, MatterId, ReasonId, Seq, Slug};
use signpost_domain::playbook::Playbook;
use signpost_domain::refusal::Refusal;
use signpost_domain::time::{Millis, UnixMs};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;

type TestResult = Result<(), Box<dyn Error>>;

fn start(path: &Path) -> Result<(Engine, EngineGuard), Box<dyn Error>> {
    Ok(Engine::start(
        open_folder(path)?,
        EngineOptions::new(Clock::External),
    )?)
}

/// Routes a contact about the booking of this customer.
fn route(contact: &str, customer: &str, channel: &str, at: UnixMs) -> CommandBody {
    let customer = CustomerRef {
        id: Some(CustomerId::stored(customer)),
        ..CustomerRef::default()
    };
    let about = ("existing_flight/change_date", channel);
    tests::route(contact, customer, about, at)
}

/// The command with this request id that routes a contact, as [`route`].
fn routing(id: &str, contact: &str, customer: &str, channel: &str, at: UnixMs) -> Command {
    command(id, at, route(contact, customer, channel, at))
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() -> TestResult {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let (engine, guard) = start(&data)?;
    let early = engine
        .write(routing("r0", "call-0", "c1", "phone", MONDAY))
        .await;
    assert!(matches!(early, Err(EngineError::Refused(refusal)) if *refusal == Refusal::NoPlaybook));
    engine.write(command("p1", MONDAY, publish()?)).await?;
    let first = engine
        .write(routing("r1", "chat-1", "c1", "web_chat", MONDAY))
        .await?;
    let Event::ContactRouted(routed) = &first.recorded.event else {
        return Err("not routed".into());
    };
    assert!(matches!(routed.next, Next::Target(_)), "{:?}", routed.next);
    let case = routed.case.as_ref().ok_or("no case")?.case;
    let again = engine
        .write(routing("r1", "chat-1", "c1", "web_chat", MONDAY))
        .await?;
    assert!(again.replayed);
    assert_eq!(again.recorded, first.recorded);
    drop(engine);
    guard.stop();

    let (engine, guard) = start(&data)?;
    let later = MONDAY + Millis::HOUR;
    let again = engine
        .write(routing("r1", "chat-1", "c1", "web_chat", MONDAY))
        .await?;
    assert_eq!(again.recorded, first.recorded);
    engine
        .write(routing("r2", "call-2", "c1", "phone", later))
        .await?;
    engine.write(command("e1", later, end("chat-1"))).await?;
    engine.write(command("e2", later, end("call-2"))).await?;
    let Answer::Case(found) = engine.read(Query::Case(case)).await? else {
        return Err("no case".into());
    };
    assert_eq!(
        (found.contact_count, found.repeats, found.channel_switches),
        (2, 1, 1)
    );
    drop(engine);
    guard.stop();

    whole_log(&data)?;
    Ok(())
}

/// The log of a folder, after a check that folding it gives a sound state and every decision again.
fn whole_log(data: &Path) -> Result<LogReader, Box<dyn Error>> {
    let (_, log) = Log::open(&open_folder(data)?, LogLimits::default())?;
    let folded = fold_log(&log)?;
    assert_eq!(folded.decided_otherwise, []);
    let verdict = check(&folded.state);
    assert!(verdict.is_clean(), "{:?}", verdict.broken);
    Ok(log)
}

/// A contact with the reason of [`route`] and with a second matter that has another reason.
fn route_of_two(contact: &str, at: UnixMs) -> CommandBody {
    let CommandBody::Route(body) = route(contact, "c1", "web_chat", at) else {
        unreachable!("it is a route");
    };
    let mut body = *body;
    let matter = |id: &str, reason: Option<ReasonId>, fact: Fact| Matter {
        id: MatterId::stored(id),
        reason,
        facts: Facts::from_facts([fact]),
        stage: None,
        note: "".into(),
    };
    let told = std::mem::replace(&mut body.context.facts, Facts::none());
    let change = told.iter().next().cloned();
    let tag = Fact {
        id: Slug::stored("bag_tag"),
        knowledge: Knowledge::Known(FactValue::Text("0123456789".into())),
        currency: None,
        source: FactSource::Customer,
        learnt_at: at,
    };
    let lost = ReasonId {
        primary: Slug::stored("baggage"),
        secondary: Some(Slug::stored("missing_bag")),
    };
    body.context.matters = change
        .map(|fact| matter("m1", body.context.reason.take(), fact))
        .into_iter()
        .chain([matter("m2", Some(lost), tag)])
        .collect();
    CommandBody::Route(Box::new(body))
}

#[tokio::test]
async fn a_stored_decision_that_would_come_out_otherwise_is_found_whichever_matter_it_is_of()
-> TestResult {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let (engine, guard) = start(&data)?;
    engine.write(command("p1", MONDAY, publish()?)).await?;
    let routed = command("r1", MONDAY, route_of_two("mail-1", MONDAY));
    engine.write(routed).await?;
    drop(engine);
    guard.stop();

    let (_, log) = Log::open(&open_folder(&data)?, LogLimits::default())?;
    let folded = fold_log(&log)?;
    assert_eq!(
        (folded.decided_again, folded.decided_otherwise),
        (2, vec![])
    );
    let stored = log.range(1, 10, usize::MAX)?;
    assert_eq!(stored.len(), 3);
    for altered in [2_u64, 3] {
        let other = folder.path().join(format!("other-{altered}"));
        let (mut copy, reader) = Log::open(&open_folder(&other)?, LogLimits::default())?;
        let events: Result<Vec<_>, Box<dyn Error>> = stored
            .iter()
            .map(|(seq, bytes)| {
                let mut recorded = events::decode(bytes)?;
                if *seq == altered {
                    decision_of(&mut recorded.event)?.need.0 += 1;
                }
                Ok(events::encode(&recorded))
            })
            .collect();
        copy.append(0, events?)?;
        let folded = fold_log(&reader)?;
        assert_eq!(folded.decided_otherwise, [Seq(altered)]);
        assert_eq!(folded.decided_again, 1);
    }
    Ok(())
}

fn decision_of(event: &mut Event) -> Result<&mut Decision, Box<dyn Error>> {
    match event {
        Event::ContactRouted(routed) => Ok(&mut routed.decision),
        Event::CaseAddedToContact(added) => {
            let decided = added.decided.as_mut();
            Ok(&mut decided.ok_or("nothing was decided")?.decision)
        }
        other => Err(format!("{other:?}").into()),
    }
}

#[tokio::test]
async fn rows_made_again_from_the_log_answer_the_same() -> TestResult {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let (engine, guard) = start(&data)?;
    engine.write(command("p1", MONDAY, publish()?)).await?;
    for number in 0..50 {
        let at = MONDAY + Millis(number * 1_000);
        let (contact, customer) = (format!("chat-{number}"), format!("c{}", number % 7));
        let routed = routing(&format!("r{number}"), &contact, &customer, "web_chat", at);
        engine.write(routed).await?;
        if number % 3 == 0 {
            engine
                .write(command(&format!("e{number}"), at, end(&contact)))
                .await?;
        }
    }
    let mut before = Vec::new();
    for number in 0..50 {
        before.push(format!(
            "{:?}",
            engine
                .read(Query::Contact(ContactId::stored(format!("chat-{number}"))))
                .await?
        ));
    }
    drop(engine);
    guard.stop();
    std::fs::remove_dir_all(data.join("state"))?;
    let (engine, guard) = start(&data)?;
    for (number, before) in before.iter().enumerate() {
        let after = engine
            .read(Query::Contact(ContactId::stored(format!("chat-{number}"))))
            .await?;
        assert_eq!(&format!("{after:?}"), before);
    }
    drop(engine);
    guard.stop();
    Ok(())
}

#[tokio::test]
async fn what_is_not_on_disk_is_not_live_and_no_more_work_is_taken() -> TestResult {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let (engine, guard) = start(&data)?;
    engine.write(command("p1", MONDAY, publish()?)).await?;
    let live = engine.live().ok_or("nothing is live")?;
    std::fs::rename(&data, folder.path().join("elsewhere"))?;
    let other = AIRLINE.replace("playbook: airline", "playbook: other");
    let playbook = Arc::new(Playbook::stored(&other).map_err(|faults| faults.to_string())?);
    let note = "it never was".into();
    let unheard = CommandBody::Publish(PublishPlaybook {
        playbook,
        note,
        in_use: Vec::new(),
    });
    let failed = engine.write(command("p2", MONDAY, unheard)).await;
    assert!(matches!(failed, Err(EngineError::Failed)), "{failed:?}");
    assert!(Arc::ptr_eq(&live, &engine.live().ok_or("nothing is live")?));
    assert_eq!(*engine.health().borrow(), EngineHealth::Failed);
    let read = engine.read(Query::Counts).await;
    assert!(matches!(read, Err(EngineError::Failed)), "{read:?}");
    guard.stop();
    Ok(())
}

/// Rows that a read or a refused write looked up are dropped from memory after the answer, whether they exist or not.
#[tokio::test]
async fn looking_for_what_is_not_there_keeps_nothing_in_memory() -> TestResult {
    let folder = tempfile::tempdir()?;
    let (engine, guard) = start(&folder.path().join("data"))?;
    engine.write(command("p1", MONDAY, publish()?)).await?;
    let routed = routing("r1", "chat-1", "c1", "web_chat", MONDAY);
    engine.write(routed).await?;
    let before = engine.rows_held();
    assert!(before > 0);
    for number in 0..500 {
        let id = format!("none-{number}");
        let of_phone = HandleKey {
            kind: Slug::stored("phone"),
            value: id.as_str().into(),
        };
        let CommandBody::Route(asked) = route(&id, &id, "web_chat", MONDAY) else {
            return Err("not a route".into());
        };
        let preview = PreviewRoute {
            contact: None,
            context: asked.context,
            clear: Vec::new(),
            unknown_reason: UnknownReason::Refuse,
            reach: signpost_domain::access::Reach::default(),
            at: None,
            actor: Actor::system(),
        };
        for query in [
            Query::Contact(ContactId::stored(id.as_str())),
            Query::Case(CaseId(Seq(1_000_000 + number))),
            Query::Customer(CustomerId::stored(id.as_str())),
            Query::Holder(of_phone),
        ] {
            let found = engine.read(query).await;
            assert!(matches!(found, Err(EngineError::Refused(_))), "{found:?}");
        }
        engine.read(Query::Preview(Box::new(preview))).await?;
        let refused = engine.write(command(&id, MONDAY, end(&id))).await;
        assert!(
            matches!(refused, Err(EngineError::Refused(_))),
            "{refused:?}"
        );
    }
    engine
        .read(Query::Contact(ContactId::stored("chat-1")))
        .await?;
    assert_eq!(engine.rows_held(), before);
    guard.stop();
    Ok(())
}
