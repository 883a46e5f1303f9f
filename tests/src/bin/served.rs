//! A server like `signpostd`, with segments and rows so small that it closes and opens them all the time:
//! `served FOLDER`. Its time is that of the requests. Prints its address; stops on SIGTERM.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use signpost_server::engine::{Clock, Engine, EngineOptions, Health, open_folder};
use signpost_server::serve::serve;
use signpost_tests::crash::small_limits;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("served FOLDER")?;
    let options: EngineOptions = small_limits(Clock::External);
    let (engine, guard) = Engine::start(open_folder(Path::new(&folder))?, options)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let mut out = std::io::stdout();
    writeln!(out, "{address}")?;
    out.flush()?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut health = engine.health();
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = health.wait_for(|health| *health == Health::Failed) => {}
        }
    };
    serve(listener, engine.clone(), stop).await?;
    guard.stop();
    match *engine.health().borrow() {
        Health::Serving => Ok(()),
        Health::Failed => Err("the store failed".into()),
    }
}
