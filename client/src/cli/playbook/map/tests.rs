//! The map as text and as JSON.

#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::cli::{Cli, Command};
use clap::Parser;
use signpost_domain::decision::TurnedDown;
use signpost_domain::ids::Slug;
use signpost_domain::playbook::map::{Cell, Floor, Held, Out, Tip, TipCause};
use signpost_domain::route::Route;

const SAMPLE: &str = "../playbooks/airline.yaml";

fn args(line: &str) -> MapArgs {
    let words = format!("signpost playbook map {line}");
    let cli = Cli::try_parse_from(words.split_whitespace()).unwrap();
    match cli.command {
        Command::Playbook(super::super::PlaybookCommand::Map(args)) => *args,
        _ => panic!("another command"),
    }
}

fn shown(line: &str) -> String {
    let args = args(line);
    let playbook = read(&args.file).unwrap();
    let chosen = choose(&args, &playbook).unwrap();
    text(&chosen, &chosen.rows(), args.brief, Paint::PLAIN)
}

#[test]
fn a_table_of_routes_with_where_it_tips() {
    let told = shown(&format!(
        "{SAMPLE} --reason disruption/missed_connection --channel app"
    ));
    let mut lines = told.lines();
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("airline on app (--channel: phone, web_chat,")
    );
    assert!(lines.next().unwrap().contains("B callback"));
    for tier in ["platinum", "gold", "standard"] {
        assert!(
            told.lines().any(|line| line.trim().starts_with(tier)),
            "{told}"
        );
    }
    assert!(
        told.contains(" until ") && told.contains(" = waiting "),
        "{told}"
    );
    // Every line of cells has as many as there are waits.
    let cells = told.lines().filter(|line| line.starts_with("  platinum "));
    for line in cells {
        assert_eq!(
            line.split_whitespace().count(),
            1 + WAIT_MINUTES.len(),
            "{line}"
        );
    }
}

#[test]
fn the_whole_sample_is_mapped_and_colours_do_not_move_columns() {
    let args = args(SAMPLE);
    let playbook = read(&args.file).unwrap();
    let chosen = choose(&args, &playbook).unwrap();
    let rows = chosen.rows();
    assert_eq!(rows.len(), playbook.reasons.len() * playbook.tiers.len());
    let json = as_json(&chosen, &rows);
    assert_eq!(json["rows"].as_array().unwrap().len(), rows.len());
    let plain = line(&chosen, "x", &["H".to_owned()]);
    let coloured = line(&chosen, "x", &["\u{1b}[35mH\u{1b}[0m".to_owned()]);
    assert_eq!(
        plain,
        coloured.replace("\u{1b}[35m", "").replace("\u{1b}[0m", "")
    );
}

fn json_of(line: &str) -> Value {
    let args = args(line);
    let playbook = read(&args.file).unwrap();
    let chosen = choose(&args, &playbook).unwrap();
    as_json(&chosen, &chosen.rows())
}

#[test]
fn the_json_says_of_what_it_is() {
    let at = "--at 2026-03-03T10:00 --deadline-in 40m";
    let json = json_of(&format!(
        "{SAMPLE} --reason missed_connection --channel phone {at}"
    ));
    let version = read(&args(SAMPLE).file).unwrap().version;
    let mut head = json.as_object().unwrap().clone();
    head.remove("rows");
    assert_eq!(
        Value::Object(head),
        json!({
            "at": "2026-03-03T09:00:00Z",
            "channel": "phone",
            "deadline_in_seconds": 2_400,
            "playbook": "airline",
            "playbook_version": version.as_str(),
            "wait_minutes": WAIT_MINUTES,
        })
    );
    let open = json_of(&format!("{SAMPLE} --reason missed_connection"));
    assert!(open["deadline_in_seconds"].is_null());
}

/// A row that has everything, by the names that scripts read it by.
#[test]
fn the_json_of_a_row_says_what_the_table_does() {
    let args = args(&format!("{SAMPLE} --channel phone"));
    let playbook = read(&args.file).unwrap();
    let chosen = choose(&args, &playbook).unwrap();
    let cell = |route| Cell {
        route,
        last_resort: false,
    };
    let floor = |own| Floor {
        tier: playbook.tiers[1].id.clone(),
        own,
    };
    let held = |minutes| Held {
        floor: floor(Route::SelfService),
        from: Millis(minutes * Millis::MINUTE.0),
        costs: None,
    };
    let mut row = Row {
        reason: ReasonIndex(0),
        tier: TierIndex(0),
        cells: [cell(Route::Human); WAIT_MINUTES.len()],
        floors: [const { None }; WAIT_MINUTES.len()],
        tips: Vec::new(),
        held: None,
        out: Vec::new(),
    };
    let tip = Tip {
        from: cell(Route::Human),
        to: cell(Route::Callback),
        wait: Millis(90_000),
        why: TipCause::Otherwise,
        kept: None,
        raised: None,
    };
    row.floors[9] = Some(floor(Route::SelfService));
    row.cells[1].last_resort = true;
    row.tips = vec![
        Tip {
            why: TipCause::TurnedDown(TurnedDown::TooLate(Slug::stored("departs_at"))),
            ..tip.clone()
        },
        Tip {
            kept: Some(held(2)),
            raised: Some(floor(Route::Message)),
            ..tip
        },
    ];
    row.held = Some(held(30));
    row.out = vec![Out {
        route: Route::Chat,
        why: TurnedDown::ForbiddenByRule(Slug::stored("no_chat")),
        from: Millis(5_000),
    }];
    let told = &as_json(&chosen, &[row])["rows"][0];
    let second = playbook.tiers[1].id.as_str();
    let mut routes = vec![json!("human"); WAIT_MINUTES.len()];
    routes[1] = json!({ "last_resort": "human" });
    routes[9] =
        json!({ "tier_floor": "human", "because_of": second, "by_own_cost": "self_service" });
    let kept = |seconds: i64| {
        json!({
            "because_of": second, "by_own_cost": "self_service", "from_wait_seconds": seconds,
        })
    };
    let because = format!("because {second} has it");
    let words = format!(
        "human was kept by the tier floor {because} until then; by its own cost self_service from 2m; callback by the \
         tier floor {because} from then; by its own cost message"
    );
    assert_eq!(
        told,
        &json!({
            "reason": playbook.reasons[0].id.to_string(),
            "tier": playbook.tiers[0].id.as_str(),
            "routes": routes,
            "tips": [
                {
                    "from": "human",
                    "to": "callback",
                    "wait_seconds": 90,
                    "why": "a human would miss the deadline departs_at",
                },
                {
                    "from": "human",
                    "to": "callback",
                    "wait_seconds": 90,
                    "why": words,
                    "from_kept_by_tier_floor": kept(120),
                    "to_given_by_tier_floor": { "because_of": second, "by_own_cost": "message" },
                },
            ],
            "held_by_tier_floor": kept(1_800),
            "turned_down": [{
                "route": "chat",
                "why": "forbidden_by_rule",
                "subject": "no_chat",
                "from_wait_seconds": 5,
            }],
        })
    );
}

#[test]
fn the_json_says_why_a_route_is_out_and_when_a_desk_opens() {
    let night = json_of(&format!("{SAMPLE} --at 2026-03-03T3:00 --channel web_chat"));
    let late = json_of(&format!("{SAMPLE} --deadline-in 40m --channel phone"));
    let out = |json: &Value, why: &str| -> Value {
        let rows = json["rows"].as_array().unwrap().iter();
        let mut out = rows.flat_map(|row| row["turned_down"].as_array().unwrap());
        out.find(|it| it["why"] == why).cloned().unwrap()
    };
    let closed = out(&night, "closed");
    assert!(
        closed["subject"]
            .as_str()
            .is_some_and(|queue| !queue.is_empty()),
        "{closed}"
    );
    let opens = closed["opens"].as_str().unwrap();
    assert!(
        opens.starts_with("2026-03-03T") && opens.ends_with("+01:00"),
        "{closed}"
    );
    assert_eq!(closed["from_wait_seconds"], 0);
    let too_late = out(&late, "too_late");
    assert!(
        too_late["subject"]
            .as_str()
            .is_some_and(|fact| !fact.is_empty())
    );
    assert!(too_late["opens"].is_null());
}

#[test]
fn what_the_tier_floor_holds_is_marked_and_told() {
    let told = shown(&format!("{SAMPLE} --reason all"));
    assert!(told.contains("*: held by the tier floor"), "{told}");
    assert!(told.contains(" by the tier floor because "), "{told}");
    assert!(told.contains("by its own cost "), "{told}");
    assert!(told.contains(" *"), "{told}");
}

#[test]
fn what_is_closed_or_too_late_is_told() {
    let told = shown(&format!("{SAMPLE} --at 2026-03-03T3:00 --channel web_chat"));
    assert!(
        told.contains(": desk closed, opens Tue 2026-03-03 "),
        "{told}"
    );
    let late = shown(&format!("{SAMPLE} --deadline-in 40m --channel phone"));
    assert!(late.contains("would miss the deadline "), "{late}");
}

#[test]
fn brief_is_letters_alone_and_heads_stand_over_each_primary_reason() {
    let brief = shown(&format!("{SAMPLE} --brief --tier all"));
    assert!(!brief.contains(" until "), "{brief}");
    let args = args(SAMPLE);
    let primaries = read(&args.file).unwrap().primaries.len();
    assert_eq!(brief.matches("wait on every queue").count(), primaries);
}

#[test]
fn a_secondary_reason_alone_is_enough_if_one_has_it() {
    let alone = shown(&format!("{SAMPLE} --reason missed_connection"));
    let whole = shown(&format!("{SAMPLE} --reason disruption/missed_connection"));
    assert_eq!(alone, whole);
}

#[test]
fn what_is_not_there_is_refused() {
    for (flags, said) in [
        ("--reason disruptions", "did you mean disruption?"),
        (
            "--reason connection_was_missed",
            "near it: disruption/missed_connection",
        ),
        ("--channel fax", "there is no channel fax"),
        ("--tier silver", "there is no tier silver"),
        (
            "--at soon",
            "--at: `soon` must be a time such as 2026-11-23 10:00",
        ),
    ] {
        let args = args(&format!("{SAMPLE} {flags}"));
        let playbook = read(&args.file).unwrap();
        let refused = format!("{:?}", choose(&args, &playbook).err().unwrap());
        assert!(refused.contains(said), "{refused}");
    }
}
