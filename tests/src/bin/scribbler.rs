//! A process to record: `scribbler WAY FOLDER`. It reads numbers, keeps the record of each one, and answers `ack N`
//! when it believes that the record survives a power cut. The ways are `Way::ALL`.

use std::io::{self, BufRead, Write};
use std::path::Path;
use std::process::ExitCode;

use signpost_tests::powercut::{Scribbler, Way};

fn main() -> io::Result<ExitCode> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [way, folder] = &args[..] else {
        return Ok(ExitCode::from(2));
    };
    let Some(way) = Way::named(way) else {
        return Ok(ExitCode::from(2));
    };
    let mut scribbler = Scribbler::open(way, Path::new(folder))?;
    for line in io::stdin().lock().lines() {
        let n = line?.parse().map_err(io::Error::other)?;
        scribbler.keep(n)?;
        let mut out = io::stdout().lock();
        writeln!(out, "ack {n}")?;
        out.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}
