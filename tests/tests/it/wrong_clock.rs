//! The clock of the machine is set an hour forth and back under a running server: log time never goes back, and nothing
//! is lost or twice.

use std::fs;

use signpost_client::v1;
use signpost_server::engine::{Clock, fold_log, open_folder};
use signpost_server::store::{Log, LogLimits};
use signpost_tests::Outcome;
use signpost_tests::attempt::Attempt;
use signpost_tests::crash::{channel, prove, small_limits};
use signpost_tests::faults::Faults;
use signpost_tests::process::{ServerProcess, signpostd, text};
use signpost_tests::server::{Data, FLIGHTS};
use v1::contact_service_client::ContactServiceClient;

const HOUR: i64 = 3_600;

#[tokio::test]
async fn an_hour_forth_and_back_changes_no_order() -> Outcome {
    let data = Data::new()?;
    let (clock, log) = (data.beside().join("clock"), data.beside().join("stderr"));
    let playbook = data.beside().join("flights.yaml");
    fs::write(&playbook, FLIGHTS)?;
    let folder = data.path();
    let start = || -> Outcome<ServerProcess> {
        let arguments = ["--data", text(&folder)?, "--listen", "127.0.0.1:0"];
        let mut command = signpostd(&arguments)?;
        command.args(["--playbook", text(&playbook)?]);
        Faults::build()?.wrong_clock(&mut command, &clock);
        ServerProcess::spawn(&mut command, &log)
    };
    fs::write(&clock, "0")?;
    let mut server = start()?;
    let mut times = Vec::new();
    for (place, seconds) in [0, HOUR, 0, -HOUR, HOUR, 2 * HOUR, 0]
        .into_iter()
        .enumerate()
    {
        fs::write(&clock, seconds.to_string())?;
        if place == 4 {
            server.kill()?;
            server = start()?;
        }
        let mut contacts = ContactServiceClient::new(channel(server.address())?);
        let contact_id = format!("call-{place}");
        let call = Attempt::new(&contact_id, "phone").of("c1");
        let mut request = call.about("baggage/damaged").route();
        request.event_time = None;
        contacts.route_contact(request).await?;
        let request = v1::GetContactRequest {
            contact_id,
            ..Default::default()
        };
        let contact = contacts.get_contact(request).await?.into_inner().contact;
        let time = contact
            .and_then(|contact| contact.record_time)
            .ok_or("no time")?;
        times.push(time.seconds);
    }
    assert!(times.is_sorted(), "{times:?}");
    let steps: Vec<i64> = times
        .windows(2)
        .map(|two| (two[1] - two[0]) / HOUR)
        .collect();
    assert_eq!(steps, [1, 0, 0, 0, 1, 0], "{times:?}");
    server.ask_to_stop()?;
    assert!(server.wait()?.0.success());
    prove(&folder, small_limits(Clock::System))?;
    let opened = open_folder(&folder)?;
    let (_log, reader) = Log::open(&opened, LogLimits::default())?;
    assert_eq!(fold_log(&reader)?.state.contacts().count(), times.len());
    Ok(())
}
