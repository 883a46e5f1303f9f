//! SIGKILL at random points under load, after many contacts: nothing that was answered is lost, and the log played
//! again from its first event gives the rows that outlived the kills. `.ci/faults kills` plays the long form.

use std::sync::Arc;
use std::time::Duration;

use signpost_server::engine::{Clock, EngineOptions};
use signpost_tests::crash::{
    Book, Caller, Filled, Load, Outcome, Process, asked_again, channel, kill_at_start,
    kill_under_load, prove_by_replay, publish, signpostd, still_there,
};
use signpost_tests::long_form::{number, say};
use signpost_tests::powercut::Dice;

/// The number of contacts before the first kill, unless `SIGNPOST_KILL_CONTACTS` says so.
const CONTACTS: usize = 1_000;
/// The number of kills, unless `SIGNPOST_KILLS` says so.
const KILLS: usize = 4;
/// Callers at work at once.
const CALLERS: usize = 24;
/// The maximum number of answers of one life.
const ANSWERS_MAX: usize = 1_000;
/// In so many parts the contacts of before are read, one after each kill, and all of them in the log at the end.
const PARTS_MAX: usize = 20;
/// How long after its launch a server is killed that is not to come up, at most; in milliseconds.
const START_KILL_MAX: usize = 1_000;
/// Answered writes that are asked again in each life, and as many contacts of before.
const ASKED_AGAIN: usize = 10;
/// So short that no case lapses, however many writes there are.
const STEP: Duration = Duration::from_millis(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_many_contacts_no_kill_loses_any() -> Outcome {
    let (contacts, kills) = (
        number("SIGNPOST_KILL_CONTACTS", CONTACTS)?,
        number("SIGNPOST_KILLS", KILLS)?,
    );
    let scratch = tempfile::tempdir()?;
    let (data, log) = (scratch.path().join("data"), scratch.path().join("stderr"));
    let mut server = Process::start(&mut signpostd(&data)?, &log)?;
    let mut address = server.address()?;
    publish(&channel(&address)?).await?;
    let filled = Filled::fill(&address, contacts).await?;

    let mut dice = Dice::new(0x6d69_6c6c);
    let book = Arc::new(Book::with_step(None, STEP));
    let mut callers: Vec<Caller> = (0..CALLERS).map(|n| Caller::new(n, dice.throw())).collect();
    let mut happened = 0;
    for kill in 0..kills {
        let load = Load::start(&channel(&address)?, callers, &book);
        callers = kill_under_load(load, server, ANSWERS_MAX, &mut dice).await?;
        if dice.one_in(5) {
            kill_at_start(&mut signpostd(&data)?, &log, START_KILL_MAX, &mut dice).await?;
        }
        server = Process::start(&mut signpostd(&data)?, &log)?;
        address = server.address()?;
        let server_channel = channel(&address)?;
        happened += book.settle(&server_channel).await?;
        let parts = kills.min(PARTS_MAX);
        filled.still_there(&server_channel, kill, parts).await?;
        still_there(&server_channel, &book, 0).await?;
        asked_again(&server_channel, &book, &mut dice, ASKED_AGAIN).await?;
        filled
            .asked_again(&server_channel, &mut dice, ASKED_AGAIN)
            .await?;
    }
    server.kill()?;

    let mut found = prove_by_replay(&data, EngineOptions::new(Clock::External))?;
    assert_eq!(filled.missing_from(&mut found), Vec::<String>::new());
    assert_eq!(book.missing_from(&found, u64::MAX), Vec::<String>::new());
    let of_callers = book.contacts(0).len();
    assert_eq!(found.state.contacts().count(), contacts + of_callers);
    say(&format!(
        "{contacts} contacts, then {kills} kills under load: {} writes, {happened} of them done before a kill and \
         answered after it; {} events, nothing lost",
        book.entries().len(),
        found.events
    ));
    Ok(())
}
