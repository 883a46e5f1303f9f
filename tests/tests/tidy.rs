//! House rules that a compiler does not check.

use std::error::Error;
use std::path::{Path, PathBuf};

/// Lines of a file of ours; a longer one hides a noun that wants a file of its own.
const FILE_LINES_MAX: usize = 700;
/// Lines that most files of ours have at most.
const MOST_FILES_LINES_MAX: usize = 400;
/// How many of a hundred files may be longer than that.
const LONGER_FILES_PERCENT_MAX: usize = 10;
/// Columns of a line.
const COLUMNS_MAX: usize = 120;
/// Lines of ARCHITECTURE.md: it says where things are, not what they do.
const ARCHITECTURE_LINES_MAX: usize = 200;

type TestResult = Result<(), Box<dyn Error>>;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file of ours with one of these endings, with its text.
fn ours(folder: &str, endings: &[&str]) -> Result<Vec<(PathBuf, String)>, Box<dyn Error>> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                let foreign =
                    name.starts_with('.') || ["target", "node_modules"].contains(&name.as_str());
                folders.extend((!foreign).then_some(path));
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let text = std::fs::read_to_string(&path)?;
                found.push((path, text));
            }
        }
    }
    Ok(found)
}

fn none(broken: &[String]) -> TestResult {
    if broken.is_empty() {
        Ok(())
    } else {
        Err(broken.join("\n").into())
    }
}

#[test]
fn files_are_short_and_say_what_they_are() -> TestResult {
    let mut broken = Vec::new();
    let files = ours(".", &[".rs"])?;
    let longer = files.iter();
    let longer = longer.filter(|(_, text)| text.lines().count() > MOST_FILES_LINES_MAX);
    let longer = longer.count();
    if longer * 100 > files.len() * LONGER_FILES_PERCENT_MAX {
        broken.push(format!(
            "{longer} of {} files have over {MOST_FILES_LINES_MAX} lines, at most {LONGER_FILES_PERCENT_MAX} % may",
            files.len()
        ));
    }
    for (path, text) in files {
        let relative = path.strip_prefix(root()).unwrap_or(&path).to_path_buf();
        let path = relative.display();
        let lines = text.lines().count();
        if lines > FILE_LINES_MAX {
            broken.push(format!("{path}: {lines} lines, at most {FILE_LINES_MAX}"));
        }
        if !text.starts_with("//!") {
            broken.push(format!("{path}: does not begin with //! and what it is"));
        }
        // What a test expects, word for word, is as long as it is; so is a text in quotes.
        let expects = path.to_string().contains("tests");
        for (number, line) in (1..).zip(text.lines()).filter(|_| !expects) {
            if line.chars().count() > COLUMNS_MAX && !line.contains('"') {
                broken.push(format!("{path}:{number}: over {COLUMNS_MAX} columns"));
            }
        }
    }
    none(&broken)
}

#[test]
fn there_is_no_drawer() -> TestResult {
    let drawers = ["utils", "util", "helpers", "common", "misc", "stuff"];
    let mut broken = Vec::new();
    for (path, _) in ours(".", &[".rs", ".proto"])? {
        let relative = path.strip_prefix(root()).unwrap_or(&path);
        let named = |part: &std::ffi::OsStr| {
            drawers.contains(
                &Path::new(part)
                    .file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .as_ref(),
            )
        };
        if relative.iter().any(named) {
            broken.push(format!("{}: a drawer; name the noun", relative.display()));
        }
    }
    none(&broken)
}

#[test]
fn data_flows_one_way() -> TestResult {
    let flow = ["intake", "engine", "queries", "reply", "feed", "serve"];
    let mut broken = Vec::new();
    for (place, stage) in flow.iter().enumerate() {
        let mut files = ours(&format!("server/src/{stage}"), &[".rs"])?;
        let head = root().join(format!("server/src/{stage}.rs"));
        files.push((head.clone(), std::fs::read_to_string(head)?));
        for (path, text) in files {
            for later in &flow[place + 1..] {
                if text.contains(&format!("crate::{later}::")) {
                    broken.push(format!(
                        "{}: names {later}, which comes after",
                        path.display()
                    ));
                }
            }
        }
    }
    none(&broken)
}

#[test]
fn the_domain_is_pure() -> TestResult {
    let impure = [
        "std::fs",
        "std::net",
        "std::thread",
        "std::env",
        "std::process",
        "SystemTime",
        "::now()",
        "TimeZone::system",
        "getrandom",
        "rand::",
        "f32",
        "f64",
        "tokio",
        "sled",
        "prost",
        "tonic",
        "async fn",
        "HashMap<",
        "HashSet<",
    ];
    // A hash map is fine where nothing depends on its order: tables and lookups by key.
    let unordered = [
        "table.rs",
        "open_cases.rs",
        "playbook.rs",
        "compile.rs",
        "replaces.rs",
    ];
    let mut broken = Vec::new();
    for (path, text) in ours("server/domain/src", &[".rs"])? {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        // Tests in a file of their own are named at its head: what comes behind that is code.
        let code = text.split("#[cfg(test)]\nmod tests {").next();
        let code = code.unwrap_or_default();
        for word in impure {
            let allowed = match word {
                "HashMap<" | "HashSet<" => unordered.contains(&name.as_str()),
                // Where a playbook is read, they are what a number is not.
                "f32" | "f64" => name == "structure.rs",
                _ => false,
            };
            let used = code
                .lines()
                .any(|line| !line.trim_start().starts_with("//") && line.contains(word));
            if used && !allowed && !path.components().any(|part| part.as_os_str() == "tests") {
                broken.push(format!("{}: uses {word}", path.display()));
            }
        }
    }
    none(&broken)
}

#[test]
fn sled_stays_in_the_store() -> TestResult {
    let mut broken = Vec::new();
    for (path, text) in ours("server/src", &[".rs"])? {
        let inside = path.components().any(|part| part.as_os_str() == "store");
        if !inside && text.contains("sled::") {
            broken.push(format!("{}: names sled", path.display()));
        }
    }
    none(&broken)
}

#[test]
fn one_place_picks_codes() -> TestResult {
    let mut broken = Vec::new();
    for (path, text) in ours("server/src", &[".rs"])? {
        // Those of a process and of HTTP are others.
        let text = text.replace("ExitCode::", "");
        let text = text.replace("StatusCode::", "");
        let picks = text.contains("Code::")
            || text.contains("Status::internal")
            || text.contains("Status::new");
        if picks && !path.to_string_lossy().contains("status") {
            broken.push(format!("{}: picks a code; status.rs does", path.display()));
        }
    }
    none(&broken)
}

#[test]
fn the_architecture_fits_on_a_few_screens() -> TestResult {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md"))?;
    let lines = text.lines().count();
    if lines > ARCHITECTURE_LINES_MAX {
        return Err(
            format!("ARCHITECTURE.md has {lines} lines, at most {ARCHITECTURE_LINES_MAX}").into(),
        );
    }
    let mut broken = Vec::new();
    for folder in [
        "proto",
        "server",
        "server/domain",
        "client",
        "tests",
        "benches",
        "playbooks",
    ] {
        if !text.contains(&format!("`{folder}/`")) {
            broken.push(format!("ARCHITECTURE.md does not name {folder}/"));
        }
    }
    none(&broken)
}
