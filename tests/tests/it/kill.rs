//! SIGKILL at random points under load: what was answered is there, once; what was in doubt is answered when it is
//! asked again, and does not happen twice.

use std::sync::Arc;

use signpost_server::engine::Clock;
use signpost_tests::crash::{
    Book, Caller, Load, Outcome, Process, asked_again, channel, kill_at_start, kill_under_load,
    prove, publish, served, signpostd, small_limits, still_there,
};
use signpost_tests::powercut::Dice;

/// Lives that end under load.
const LIVES: usize = 30;
/// Callers at work at once.
const CALLERS: usize = 24;
/// The maximum number of answers of one life.
const ANSWERS_MAX: usize = 160;
/// How long after its launch a server is killed that is not to come up, at most; in milliseconds.
const START_KILL_MAX: usize = 400;
/// Answered writes that are asked again in each life.
const ASKED_AGAIN: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_is_there_once_after_every_kill() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let (data, log) = (scratch.path().join("data"), scratch.path().join("stderr"));
    let mut dice = Dice::new(0x6b69_6c6c);
    let book = Arc::new(Book::new(None));
    let mut callers: Vec<Caller> = (0..CALLERS).map(|n| Caller::new(n, dice.throw())).collect();
    let (mut seen, mut happened) = (0, 0);
    for life in 0..LIVES {
        let command = || match life % 2 {
            0 => signpostd(&data),
            _ => Ok(served(env!("CARGO_BIN_EXE_served"), &data)),
        };
        if dice.one_in(5) {
            kill_at_start(&mut command()?, &log, START_KILL_MAX, &mut dice).await?;
        }
        let mut server = Process::start(&mut command()?, &log)?;
        let server_channel = channel(&server.address()?)?;
        publish(&server_channel).await?;
        happened += book.settle(&server_channel).await?;
        still_there(&server_channel, &book, seen).await?;
        asked_again(&server_channel, &book, &mut dice, ASKED_AGAIN).await?;
        seen = book.entries().len();

        let load = Load::start(&server_channel, callers, &book);
        callers = kill_under_load(load, server, ANSWERS_MAX, &mut dice).await?;
    }
    let mut server = Process::start(&mut signpostd(&data)?, &log)?;
    let server_channel = channel(&server.address()?)?;
    happened += book.settle(&server_channel).await?;
    still_there(&server_channel, &book, 0).await?;
    server.kill()?;

    let found = prove(&data, small_limits(Clock::External))?;
    assert_eq!(book.missing_from(&found, u64::MAX), Vec::<String>::new());
    let contacts = book.contacts(0).len();
    assert_eq!(found.state.contacts().count(), contacts);
    assert!(contacts > LIVES * 10, "{contacts} contacts are no load");
    let has_additional = found.state.contacts().any(|it| !it.additional.is_empty());
    let was_merged = found.state.customers().any(|it| it.merges > 0);
    assert!(has_additional && was_merged, "that is no load of all kinds");
    assert!(happened > 0, "no kill came between an event and its answer");
    Ok(())
}
