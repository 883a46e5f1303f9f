//! The commands of docs/operating.md, followed word by word; and the files of `ops` beside the page and the catalogue.

use signpost_server::metrics::catalogue;
use signpost_tests::Outcome;
use signpost_tests::metrics::address;
use signpost_tests::page;
use signpost_tests::process::{Ran, ServerProcess, program, root, shell};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

const PAGE: &str = include_str!("../../../docs/operating.md");
const ALERTS: &str = include_str!("../../../ops/prometheus/alerts.yml");
const DASHBOARD: &str = include_str!("../../../ops/grafana/signpost.json");
const CONFIG: &str = "signpost.toml";
/// The ports in the page.
const PORTS: [&str; 2] = [":7100", ":9464"];

/// The blocks of commands, in order, without those about backups, which name their folders with `./`.
fn blocks() -> Vec<&'static str> {
    let blocks = page::blocks(PAGE);
    blocks.filter(|block| !block.contains("./")).collect()
}

/// The server that a block starts, on free ports; and what the ports of the page are then.
fn served(folder: &Path, block: &str) -> Outcome<(ServerProcess, [String; 2])> {
    let config = fs::read_to_string(folder.join(CONFIG))?;
    let free = PORTS
        .iter()
        .fold(config.clone(), |config, port| config.replace(port, ":0"));
    fs::write(folder.join(CONFIG), free)?;
    let log = folder.join("stderr");
    fs::write(&log, "")?;
    // The shell becomes the server, so that its process can be ended.
    let server = ServerProcess::spawn(&mut shell(folder, &format!("exec {block}"))?, &log)?;
    fs::write(folder.join(CONFIG), config)?;
    let port = |address: &str| address.rsplit(':').next().map(|port| format!(":{port}"));
    let ports = [server.address().to_owned(), address(&server)?.to_string()];
    let ports = ports.map(|address| port(&address).unwrap_or_default());
    Ok((server, ports))
}

fn follow(folder: &Path, block: &str, ports: &[String; 2]) -> Outcome<Ran> {
    let of_page = PORTS.iter().zip(ports);
    let block = of_page.fold(block.to_owned(), |block, (page, port)| {
        block.replace(page, port)
    });
    let ran = Ran::of(&mut shell(folder, &block)?)?;
    assert_eq!(ran.code, Some(0), "{block}: {ran:?}");
    Ok(ran)
}

fn stopped(server: ServerProcess) -> Outcome {
    server.ask_to_stop()?;
    let (status, _) = server.wait()?;
    assert_eq!(status.code(), Some(0));
    Ok(())
}

#[test]
fn the_commands_of_the_page_do_what_it_says() -> Outcome {
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let as_written = PORTS.map(str::to_owned);
    let blocks = blocks();
    let [
        configure,
        dump,
        token,
        start,
        login,
        status,
        asked,
        copy,
        again,
        well,
    ] = blocks.as_slice()
    else {
        return Err(format!("the page has {} blocks", blocks.len()).into());
    };
    let checked = follow(folder, configure, &as_written)?;
    assert!(
        checked.stdout.contains("metrics = \"127.0.0.1:9464\""),
        "{checked:?}"
    );
    let dumped = follow(folder, dump, &as_written)?.stdout;
    for line in [
        "listen = \"127.0.0.1:7200\" # --listen",
        "log-filter = \"warn\" # SIGNPOST_LOG_FILTER",
        "access = \"credentials\" # signpost.toml",
        "clock = \"system\" # default",
        "# tls-cert is not set",
    ] {
        assert!(dumped.lines().any(|it| it == line), "{line} in {dumped}");
    }
    follow(folder, token, &as_written)?;
    let (server, ports) = served(folder, start)?;
    follow(folder, login, &ports)?;
    let told = follow(folder, status, &ports)?;
    assert!(
        told.stdout.contains("nothing is known to be wrong"),
        "{told:?}"
    );
    let told = follow(folder, asked, &ports)?;
    assert!(told.stdout.starts_with("ok\nok\n"), "{told:?}");
    assert!(
        told.stdout.ends_with("signpost_writes_taken 1\n"),
        "{told:?}"
    );
    stopped(server)?;
    follow(folder, copy, &ports)?;
    assert!(folder.join("data-before/FORMAT").exists());

    let (server, ports) = served(folder, again)?;
    // The profile names the first port.
    let profile = folder.join("config/signpost/credentials.toml");
    let text = fs::read_to_string(&profile)?;
    let moved = text.lines().map(|line| match line.starts_with("server") {
        true => format!("server = \"http://127.0.0.1{}\"", ports[0]),
        false => line.to_owned(),
    });
    let moved: Vec<String> = moved.collect();
    fs::write(&profile, moved.join("\n"))?;
    let told = follow(folder, well, &ports)?;
    assert!(told.stdout.contains("playbook     airline "), "{told:?}");
    stopped(server)
}

/// The anchor of a heading, as GitHub makes it.
fn anchors() -> BTreeSet<String> {
    let headings = PAGE.lines().filter_map(|line| line.strip_prefix('#'));
    let titles = headings.map(|line| line.trim_start_matches('#').trim());
    let anchor = |title: &str| {
        let kept = title
            .chars()
            .filter(|it| it.is_alphanumeric() || " _-".contains(*it));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    };
    titles.map(anchor).collect()
}

/// Every name of a metric in a text.
fn names(text: &str) -> BTreeSet<&str> {
    let words = text.split(|it: char| !it.is_ascii_alphanumeric() && it != '_');
    words.filter(|word| word.starts_with("signpost_")).collect()
}

#[test]
fn each_alert_says_what_to_do_and_names_metrics_that_are_there() {
    let samples: BTreeSet<String> = catalogue::ALL.iter().flat_map(|it| it.samples()).collect();
    for text in [ALERTS, DASHBOARD, PAGE] {
        for name in names(text) {
            let is_known = samples.contains(name)
                || catalogue::ALL.iter().any(|it| it.full_name() == name)
                || ["signpost_server", "signpost_"].contains(&name);
            assert!(is_known, "nothing has the name {name}");
        }
    }
    let anchors = anchors();
    let alerts = ALERTS.matches("- alert: ").count();
    let runbooks = ALERTS
        .lines()
        .filter_map(|line| line.trim().strip_prefix("runbook: "));
    let runbooks: Vec<&str> = runbooks.collect();
    assert_eq!(runbooks.len(), alerts, "each alert has one");
    for runbook in runbooks {
        let anchor = runbook
            .strip_prefix("docs/operating.md#")
            .unwrap_or_default();
        assert!(anchors.contains(anchor), "{runbook} is no heading");
    }
    for link in PAGE.split("](#").skip(1) {
        let anchor = link.split(')').next().unwrap_or_default();
        assert!(anchors.contains(anchor), "#{anchor} is no heading");
    }
}

#[test]
fn each_kind_of_trouble_has_its_section() {
    let contract = fs::read_to_string(root().join("proto/signpost/v1/server_service.proto"));
    let contract = contract.unwrap_or_default();
    let server =
        fs::read_to_string(root().join("server/src/metrics/troubles.rs")).unwrap_or_default();
    let made = |start: &'static str| {
        let after = server.split(start).skip(1);
        after
            .filter_map(|rest| rest.split('"').next())
            .collect::<Vec<_>>()
    };
    let kinds: BTreeSet<&str> = [made("fault(\""), made("warning(\"")]
        .concat()
        .into_iter()
        .collect();
    assert!(kinds.len() >= 9, "{kinds:?}");
    for kind in kinds {
        assert!(
            PAGE.contains(&format!("\n### {kind}\n")),
            "no section {kind}"
        );
        assert!(
            contract.contains(&format!("`{kind}`")),
            "the contract does not tell {kind}"
        );
    }
}

/// The programs for it are there where Prometheus and systemd are; elsewhere this says that they are not.
#[test]
#[expect(clippy::print_stderr, reason = "what was not checked must be said")]
fn the_files_of_ops_are_taken_by_the_programs_that_read_them() -> Outcome {
    let rules = root().join("ops/prometheus");
    for arguments in [
        ["check", "rules", "alerts.yml"],
        ["test", "rules", "alerts_test.yml"],
    ] {
        let mut promtool = Command::new("promtool");
        match Ran::of(promtool.args(arguments).current_dir(&rules)) {
            Ok(ran) => assert_eq!(ran.code, Some(0), "{ran:?}"),
            Err(_) => eprintln!(
                "promtool {} was not run: it is not installed",
                arguments.join(" ")
            ),
        }
    }
    let unit = fs::read_to_string(root().join("ops/systemd/signpostd.service"))?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("signpostd.service");
    let server = program("signpostd")?;
    let unit = unit.replace("/usr/bin/signpostd", server.to_str().ok_or("no text")?);
    fs::write(&file, unit)?;
    let mut verify = Command::new("systemd-analyze");
    match Ran::of(verify.arg("verify").arg(&file)) {
        Ok(ran) => assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}"),
        Err(_) => eprintln!("the unit was not checked: systemd-analyze is not installed"),
    }
    let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD)?;
    assert!(
        dashboard["panels"]
            .as_array()
            .is_some_and(|panels| panels.len() > 20)
    );
    Ok(())
}
