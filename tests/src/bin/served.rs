//! A server like `signpostd`, but with segments and rows so small that it closes and opens them all the time: `served
//! FOLDER`. It takes its time from the requests. It prints its address, and stops on SIGTERM.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use signpost_server::engine::{Clock, Engine, EngineHealth, EngineOptions, open_folder};
use signpost_server::grpc::serve;
use signpost_server::run::stop_or_failed;
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
    let told = async move {
        terminate.recv().await;
    };
    serve(listener, engine.clone(), stop_or_failed(&engine, told)).await?;
    guard.stop();
    match *engine.health().borrow() {
        EngineHealth::Serving => Ok(()),
        EngineHealth::Failed => Err("the store failed".into()),
    }
}
