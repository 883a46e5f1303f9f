//! After a start no contact and no case is in memory. Their timers are, and they fire in their order.

use super::*;
use signpost_domain::contact::{ContactOutcome, ContactState};

/// How many contacts time out.
const CONTACTS: u64 = 150;

fn kinds(data: &Path) -> Result<Vec<&'static str>, Box<dyn Error>> {
    let events = whole_log(data)?.range(1, usize::MAX, usize::MAX)?;
    let kinds = events.into_iter().map(|(_, bytes)| {
        Ok(match events::decode(&bytes)?.event {
            Event::ContactRouted(_) => "routed",
            Event::ContactEnded(_) => "ended",
            Event::CaseLapsed(_) => "lapsed",
            _ => "other",
        })
    });
    kinds.collect()
}

#[tokio::test]
async fn contacts_time_out_and_cases_lapse_after_a_restart() -> TestResult {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let (engine, guard) = start(&data)?;
    engine.write(command("p1", MONDAY, publish()?)).await?;
    for number in 0..CONTACTS {
        let [request, contact, customer] =
            ["r", "chat-", "c"].map(|name| format!("{name}{number}"));
        let routing = routing(&request, &contact, &customer, "web_chat", MONDAY);
        engine.write(routing).await?;
    }
    drop(engine);
    guard.stop();

    let (engine, guard) = start(&data)?;
    assert_eq!(engine.rows_held(), 0);
    let much_later = MONDAY + Millis(400 * Millis::DAY.0);
    let mut one_more = routing("last", "chat-last", "c-last", "web_chat", much_later);
    one_more.may_step_clock = true;
    engine.write(one_more).await?;
    let id = ContactId::stored("chat-149");
    let Answer::Contact(contact) = engine.read(Query::Contact(id)).await? else {
        return Err("no contact".into());
    };
    let timed_out = ContactState::Ended(ContactOutcome::TimedOut);
    assert_eq!(contact.state, timed_out);
    drop(engine);
    guard.stop();

    let kinds = kinds(&data)?;
    let counted = ["routed", "ended", "lapsed"].map(|kind| {
        let of_kind = kinds.iter().filter(|it| **it == kind);
        of_kind.count() as u64
    });
    assert_eq!(counted, [CONTACTS + 1, CONTACTS, CONTACTS]);
    // What was due comes before the command that showed the time.
    assert_eq!(kinds.last(), Some(&"routed"));
    Ok(())
}
