//! While there is no room for writes, nothing changes: writes are refused, timers wait, and reads show what is there. The
//! rows that a crash left behind are made in memory.

use super::*;
use crate::engine::open_folder_where_room;
use crate::store::{Opened, Room, Rows};
use signpost_domain::contact::{ContactOutcome, ContactState};

/// More than any disk has free.
const NEVER_FREE: u64 = u64::MAX / 2;

fn start_without_room(path: &Path) -> Result<(Engine, EngineGuard), Box<dyn Error>> {
    let options = EngineOptions {
        min_free_bytes: NEVER_FREE,
        ..EngineOptions::new(Clock::External)
    };
    let folder = open_folder_where_room(path, NEVER_FREE, None)?;
    assert!(matches!(folder.sealed(), Some(Room::Low { .. })));
    Ok(Engine::start(folder, options)?)
}

async fn state_of(engine: &Engine, contact: &str) -> Result<ContactState, Box<dyn Error>> {
    match engine
        .read(Query::Contact(ContactId::stored(contact)))
        .await?
    {
        Answer::Contact(contact) => Ok(contact.state),
        _ => Err("no contact".into()),
    }
}

#[tokio::test]
async fn timers_wait_for_room_and_stored_answers_are_given_again() -> TestResult {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let (engine, guard) = start(&data)?;
    engine.write(command("p1", MONDAY, publish()?)).await?;
    let first = routing("r1", "chat-1", "c1", "web_chat", MONDAY);
    engine.write(first.clone()).await?;
    let before = state_of(&engine, "chat-1").await?;
    drop(engine);
    guard.stop();
    // As if the server had been killed before its rows were flushed.
    Rows::reset(&open_folder(&data)?)?;

    let (engine, guard) = start_without_room(&data)?;
    assert!(!engine.room().borrow().takes_writes());
    let much_later = MONDAY + Millis(300 * Millis::DAY.0);
    let late = routing("r2", "chat-2", "c2", "web_chat", much_later);
    let refused = engine.write(late.clone()).await;
    assert!(
        matches!(refused, Err(EngineError::NoRoom(_))),
        "{refused:?}"
    );
    assert!(engine.write(first).await?.replayed);
    assert_eq!(state_of(&engine, "chat-1").await?, before);
    assert_eq!(engine.rows_caught_up().await?.applied(), engine.durable().0);
    drop(engine);
    guard.stop();
    let Opened::Ready(rows, _) =
        Rows::open(&open_folder(&data)?, crate::store::RowLimits::default())?
    else {
        return Err("the rows do not read".into());
    };
    assert_eq!(rows.applied(), 0, "rows were written");
    drop(rows);

    let (engine, guard) = start(&data)?;
    engine.write(late).await?;
    let timed_out = ContactState::Ended(ContactOutcome::TimedOut);
    assert_eq!(state_of(&engine, "chat-1").await?, timed_out);
    drop(engine);
    guard.stop();
    Ok(())
}
