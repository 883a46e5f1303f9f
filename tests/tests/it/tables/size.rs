//! A large table takes little memory, whatever it is.

use super::Desk;
use signpost_tests::Outcome;
use signpost_tests::process::{signpost, text};
use std::fmt::Write as _;
use std::process::{Child, Stdio};
use std::time::Duration;

const ROWS: usize = 97_880;
/// The memory that a program may have of its own, in KiB; the pages of the program itself are not counted.
const MEMORY_KIB_MAX: u64 = 40 << 10;

/// The most memory of its own that a process has, until it ends, in KiB.
fn peak(child: &mut Child) -> Outcome<u64> {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait()?.is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = peak.max(kib.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(peak)
}

#[cfg(target_os = "linux")]
#[test]
fn a_large_table_is_planned_in_little_memory() -> Outcome {
    let desk = Desk::new()?;
    let own = desk.put("own.csv", "why,where\nfees,phone\n")?;
    let columns = ["--primary", "why", "--secondary", "why"];
    let columns = [&columns[..], &["--channel", "where"]].concat();
    let server = desk.server(&own, &columns, &["--clock", "external"])?;
    let mut table = "id,when,why,where,who,note\n".to_owned();
    for row in 0..ROWS {
        let (day, hour, minute) = (1 + row % 28, row % 24, row % 60);
        let note = "café ".repeat(20);
        writeln!(
            table,
            "INC{row:07},{day}/05/2025 {hour:02}:{minute:02},fees,phone,c{},{note}",
            row % 5_000
        )?;
    }
    // The one unknown reason stops the sending after all rows are planned.
    table += "last,1/05/2025,parrots,phone,c1,\n";
    let units = table.encode_utf16().flat_map(u16::to_le_bytes);
    let wide: Vec<u8> = b"\xff\xfe".iter().copied().chain(units).collect();
    let file = desk.put("wide.csv", wide)?;
    let map = "primary=why,secondary=why,channel=where,customer=who,time=when";
    let args = ["send", text(&file)?, "--map", map, "--clock", "file"];
    let args = [&args[..], &["--id", "id"]].concat();
    let mut command = signpost(server.address(), &args)?;
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let peak = peak(&mut child)?;
    let told = child.wait_with_output()?;
    let words = String::from_utf8_lossy(&told.stderr);
    assert!(words.contains("`parrots / parrots` 1 row"), "{words}");
    assert!(peak > 0 && peak < MEMORY_KIB_MAX, "{peak} KiB");
    server.kill()
}
