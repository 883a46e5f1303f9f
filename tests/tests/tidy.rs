//! House rules that a compiler does not check. Each is a function over the files of the repository, so that it can be
//! shown to bite: it passes on the files as they are, and finds what is planted in a copy of them.

use std::collections::{BTreeMap, BTreeSet};
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
const ARCHITECTURE_LINES_MAX: usize = 220;

type TestResult = Result<(), Box<dyn Error>>;

/// A file of ours: its path from the root of the repository, and its text.
#[derive(Clone)]
struct File {
    path: String,
    text: String,
}

impl File {
    /// Whether one of the folders on the way to it, or it, is named so, endings apart.
    fn is_in(&self, name: &str) -> bool {
        let mut parts = self.path.split('/');
        parts.any(|part| part.split('.').next() == Some(name))
    }

    /// Whether it is nothing but tests.
    fn is_test(&self) -> bool {
        self.is_in("tests") || self.path.ends_with("_tests.rs")
    }

    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Its lines without comments and without modules of tests that are written in it.
    fn code(&self) -> Vec<&str> {
        let mut code = Vec::new();
        let mut is_tests = false;
        let mut was_marked = false;
        for line in self.text.lines() {
            let opens = was_marked && line.starts_with("mod ") && line.ends_with('{');
            was_marked = line == "#[cfg(test)]";
            is_tests |= opens;
            if !is_tests && !line.trim_start().starts_with("//") {
                code.push(line);
            }
            // A module that is written in a file ends where a line begins with its brace.
            is_tests &= line != "}";
        }
        code
    }
}

/// Every file of ours of these kinds.
fn tree() -> Result<Vec<File>, Box<dyn Error>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let root = root.canonicalize()?;
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let foreign = name.starts_with('.') || name == "target" || name == "node_modules";
            if path.is_dir() {
                folders.extend((!foreign).then_some(path));
            } else if ["rs", "proto", "md"].map(Some).contains(&extension(&path)) {
                let text = std::fs::read_to_string(&path)?;
                let path = path.strip_prefix(&root)?.to_string_lossy().into_owned();
                found.push(File { path, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn extension(path: &Path) -> Option<&str> {
    path.extension().and_then(|extension| extension.to_str())
}

fn rust(tree: &[File]) -> impl Iterator<Item = &File> {
    tree.iter().filter(|file| file.path.ends_with(".rs"))
}

fn under<'t>(tree: &'t [File], folder: &'t str) -> impl Iterator<Item = &'t File> {
    rust(tree).filter(move |file| file.path.starts_with(folder))
}

/// What a rule finds in a tree.
type Rule = fn(&[File]) -> Vec<String>;

/// The rule finds nothing in the files as they are, and finds each of these when it is planted: a path, and a text that
/// is put at the end of the file there, or that a new file there has.
fn holds(rule: Rule, planted: &[(&str, &str)]) -> TestResult {
    let tree = tree()?;
    let broken = rule(&tree);
    if !broken.is_empty() {
        return Err(broken.join("\n").into());
    }
    for (path, text) in planted {
        let mut tree = tree.clone();
        match tree.iter_mut().find(|file| file.path == *path) {
            Some(file) => file.text.push_str(text),
            None => tree.push(File {
                path: (*path).to_owned(),
                text: (*text).to_owned(),
            }),
        }
        if rule(&tree).is_empty() {
            return Err(format!("the rule does not see {text:?} in {path}").into());
        }
    }
    Ok(())
}

fn long_files_and_lines(tree: &[File]) -> Vec<String> {
    let mut broken = Vec::new();
    let lines = |file: &File| file.text.lines().count();
    let (all, longer) = (
        rust(tree).count(),
        rust(tree)
            .filter(|file| lines(file) > MOST_FILES_LINES_MAX)
            .count(),
    );
    if longer * 100 > all * LONGER_FILES_PERCENT_MAX {
        broken.push(format!(
            "{longer} of {all} files have over {MOST_FILES_LINES_MAX} lines, at most {LONGER_FILES_PERCENT_MAX} % may"
        ));
    }
    for file in rust(tree) {
        let (path, lines) = (&file.path, lines(file));
        if lines > FILE_LINES_MAX {
            broken.push(format!("{path}: {lines} lines, at most {FILE_LINES_MAX}"));
        }
        if !file.text.starts_with("//!") {
            broken.push(format!("{path}: does not begin with //! and what it is"));
        }
        // What a test expects, word for word, is as long as it is; so is a text in quotes.
        for (number, line) in (1..).zip(file.text.lines()).filter(|_| !file.is_test()) {
            if line.chars().count() > COLUMNS_MAX && !line.contains('"') {
                broken.push(format!("{path}:{number}: over {COLUMNS_MAX} columns"));
            }
        }
    }
    broken
}

#[test]
fn files_are_short_and_say_what_they_are() -> TestResult {
    let long_line = format!("// {}\n", "x".repeat(COLUMNS_MAX));
    let long_file = format!("//! Long.\n{}", "\n".repeat(FILE_LINES_MAX));
    holds(
        long_files_and_lines,
        &[
            ("server/src/engine.rs", &long_line),
            ("server/src/long.rs", &long_file),
            ("tests/tests/it/long.rs", &long_file),
            ("server/src/mute.rs", "use std::sync::Arc;\n"),
        ],
    )
}

fn drawers(tree: &[File]) -> Vec<String> {
    let drawers = ["utils", "util", "helpers", "common", "misc", "stuff"];
    let code = tree.iter().filter(|file| !file.path.ends_with(".md"));
    code.filter(|file| drawers.iter().any(|drawer| file.is_in(drawer)))
        .map(|file| format!("{}: a drawer; name the noun", file.path))
        .collect()
}

#[test]
fn there_is_no_drawer() -> TestResult {
    holds(
        drawers,
        &[
            ("server/src/utils.rs", "//! Things.\n"),
            ("server/src/misc/time.rs", "//! Things.\n"),
            ("proto/signpost/v1/common.proto", ""),
        ],
    )
}

fn steps_back(tree: &[File]) -> Vec<String> {
    let flow = [
        "grpc::from_proto",
        "engine",
        "queries",
        "grpc::to_proto",
        "feed",
        "grpc::services",
    ];
    let mut broken = Vec::new();
    for (place, stage) in flow.iter().enumerate() {
        let folder = format!("server/src/{}", stage.replace("::", "/"));
        let files = rust(tree).filter(|file| {
            let rest = file.path.strip_prefix(&folder);
            rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        });
        for file in files {
            for later in &flow[place + 1..] {
                if file.text.contains(&format!("crate::{later}::")) {
                    broken.push(format!(
                        "{}: names {later}, which comes after {stage}",
                        file.path
                    ));
                }
            }
        }
    }
    broken
}

#[test]
fn data_flows_one_way() -> TestResult {
    holds(
        steps_back,
        &[
            ("server/src/engine.rs", "use crate::grpc::to_proto::case;\n"),
            (
                "server/src/engine/decider.rs",
                "use crate::queries::cases;\n",
            ),
        ],
    )
}

fn impurities(tree: &[File]) -> Vec<String> {
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
        "HashMap",
        "HashSet",
    ];
    // A hash map is fine where nothing depends on its order: tables and lookups by key.
    let unordered = [
        "state/table.rs",
        "state/open_cases.rs",
        "src/playbook.rs",
        "playbook/compile.rs",
        "compile/replaces.rs",
    ];
    let mut broken = Vec::new();
    for file in under(tree, "server/domain/src/").filter(|file| !file.is_test()) {
        for word in impure {
            let allowed = match word {
                "HashMap" | "HashSet" => unordered.iter().any(|end| file.path.ends_with(end)),
                // Where a playbook is read, they are what a number is not.
                "f32" | "f64" => file.name() == "structure.rs",
                _ => false,
            };
            if !allowed && file.code().iter().any(|line| line.contains(word)) {
                broken.push(format!("{}: uses {word}", file.path));
            }
        }
    }
    broken
}

#[test]
fn the_domain_is_pure() -> TestResult {
    let behind_tests = "\n#[cfg(test)]\nmod tests {\n    fn a() {}\n}\n\nconst HALF: f64 = 0.5;\n";
    holds(
        impurities,
        &[
            (
                "server/domain/src/variable.rs",
                "use std::time::SystemTime;\n",
            ),
            ("server/domain/src/variable.rs", "const HALF: f64 = 0.5;\n"),
            ("server/domain/src/variable.rs", behind_tests),
            (
                "server/domain/src/case/work.rs",
                "use std::collections::HashMap;\n",
            ),
        ],
    )
}

fn sled_outside(tree: &[File]) -> Vec<String> {
    let outside = under(tree, "server/").filter(|file| !file.is_in("store"));
    outside
        .filter(|file| file.code().iter().any(|line| line.contains("sled::")))
        .map(|file| format!("{}: names sled", file.path))
        .collect()
}

#[test]
fn sled_stays_in_the_store() -> TestResult {
    holds(
        sled_outside,
        &[
            ("server/src/engine.rs", "use sled::Db;\n"),
            ("server/src/queries/restore.rs", "use sled::Db;\n"),
        ],
    )
}

fn codes_elsewhere(tree: &[File]) -> Vec<String> {
    let status = ["server/src/grpc/status.rs", "server/src/grpc/status/"];
    let elsewhere = under(tree, "server/src/");
    let elsewhere = elsewhere.filter(|file| !status.iter().any(|own| file.path.starts_with(own)));
    let picks = |file: &&File| {
        file.code().iter().any(|line| {
            // Those of a process and of HTTP are others.
            let line = line.replace("ExitCode::", "").replace("StatusCode::", "");
            ["Code::", "Status::internal", "Status::new"]
                .iter()
                .any(|word| line.contains(word))
        })
    };
    elsewhere
        .filter(picks)
        .map(|file| format!("{}: picks a code; status.rs does", file.path))
        .collect()
}

#[test]
fn one_place_picks_codes() -> TestResult {
    holds(
        codes_elsewhere,
        &[
            (
                "server/src/engine.rs",
                "fn code() -> tonic::Code { tonic::Code::Internal }\n",
            ),
            (
                "server/src/feed/status_of.rs",
                "fn code() -> tonic::Code { tonic::Code::Internal }\n",
            ),
        ],
    )
}

/// A word names one thing: no name of a type stands in two modules of a crate.
fn names_twice(tree: &[File]) -> Vec<String> {
    let mut found: BTreeMap<(&str, String), BTreeSet<&str>> = BTreeMap::new();
    for crate_of in ["server/domain/src/", "server/src/", "client/src/"] {
        for file in under(tree, crate_of).filter(|file| !file.is_test()) {
            for line in file.code() {
                let line = line.trim_start();
                let Some(rest) = line.strip_prefix("pub") else {
                    continue;
                };
                let rest = match rest.strip_prefix('(') {
                    Some(of) => of.split_once(')').map_or("", |(_, rest)| rest),
                    None => rest,
                };
                let mut words = rest.split_whitespace();
                let kind = words.next().unwrap_or_default();
                let name = words.next().unwrap_or_default();
                let name = name.split(|c: char| !c.is_alphanumeric()).next();
                if ["struct", "enum", "trait", "type"].contains(&kind) {
                    let name = name.unwrap_or_default().to_owned();
                    let files = found.entry((crate_of, name)).or_default();
                    files.insert(file.path.as_str());
                }
            }
        }
    }
    let twice = found.into_iter().filter(|(_, files)| files.len() > 1);
    twice
        .map(|((_, name), files)| {
            let files: Vec<&str> = files.into_iter().collect();
            format!("{name} is the name of several types: {}", files.join(", "))
        })
        .collect()
}

#[test]
fn a_name_of_a_type_means_one_thing() -> TestResult {
    holds(
        names_twice,
        &[
            (
                "server/src/queries/prefetched.rs",
                "//! Rows.\npub(super) struct Prefetched;\n",
            ),
            (
                "client/src/cli/broken.rs",
                "//! What broke.\npub(crate) struct Failure;\n",
            ),
        ],
    )
}

fn architecture(tree: &[File]) -> Vec<String> {
    let all = tree.iter().filter(|file| file.path == "ARCHITECTURE.md");
    let text: String = all.map(|file| file.text.as_str()).collect();
    let lines = text.lines().count();
    let mut broken = Vec::new();
    if lines > ARCHITECTURE_LINES_MAX {
        broken.push(format!(
            "ARCHITECTURE.md has {lines} lines, at most {ARCHITECTURE_LINES_MAX}"
        ));
    }
    // Every package, and every room of the server, has its place in it.
    let packages = ["proto", "server/domain", "playbooks"].map(str::to_owned);
    let top = rust(tree).filter_map(|file| file.path.split_once('/'));
    let mut folders: Vec<String> = top.map(|(folder, _)| folder.to_owned()).collect();
    folders.extend(packages);
    let rooms = under(tree, "server/src/").filter_map(|file| {
        let (room, _) = file.path.strip_prefix("server/src/")?.split_once('/')?;
        Some(room.to_owned())
    });
    let is_room_named = |room: &String| text.contains(&format!("`{room}`"));
    let unnamed: BTreeSet<String> = rooms.filter(|room| !is_room_named(room)).collect();
    broken.extend(
        unnamed
            .iter()
            .map(|room| format!("ARCHITECTURE.md does not name `{room}`")),
    );
    folders.sort_unstable();
    folders.dedup();
    for folder in folders {
        if !text.contains(&format!("`{folder}/`")) {
            broken.push(format!("ARCHITECTURE.md does not name `{folder}/`"));
        }
    }
    broken
}

#[test]
fn the_architecture_fits_on_a_few_screens() -> TestResult {
    let long = "\n".repeat(ARCHITECTURE_LINES_MAX);
    holds(
        architecture,
        &[
            ("ARCHITECTURE.md", &long),
            ("server/src/attic/trunk.rs", "//! A trunk.\n"),
            ("attic/src/lib.rs", "//! An attic.\n"),
        ],
    )
}
