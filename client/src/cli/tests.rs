//! Tests of the command line itself: what it accepts and refuses, its examples, its documentation.

use super::*;
use clap::CommandFactory;

#[cfg(feature = "demo")]
mod docs;
mod examples;

#[test]
fn the_command_tree_is_sound() {
    Cli::command().debug_assert();
}

fn parse(line: &str) -> Result<Command, clap::Error> {
    let words = line.split_whitespace();
    Cli::try_parse_from(std::iter::once("signpost").chain(words)).map(|cli| cli.command)
}

#[test]
fn every_field_of_the_context_has_a_flag() {
    let line = "route --channel phone --customer c1 --identity email=a@b.c --identity phone=+31:verified --tier gold \
                --reason a/b --fact x=1 --fact y=a=b --declined z --fact-source agent --device ios \
                --direction outbound \
                --stage support --persona planner --sentiment -40 --language nl --prefer callback --prefer human \
                --consent call_back=yes --vulnerable --asked-for-person --cannot-use voice,text --another-matter --matter m1=a/b,x=1 --brand express \
                --queue-stats desk:waiting=3";
    let Ok(Command::Route(args)) = parse(line) else {
        panic!("{line} is not taken");
    };
    let context = args.into_context();
    // Fails if a field is not set, because a field at its default is missing in the text.
    expect_test::expect_file!["tests/context.txt"].assert_eq(&format!("{context:#?}"));
}

#[test]
fn nobody_named_is_anonymous_and_vulnerable_can_be_denied() {
    let Ok(Command::Preview(args)) = parse("preview --channel phone --vulnerable=no") else {
        panic!("not taken");
    };
    let context = args.into_context();
    assert_eq!(context.customer, None);
    assert_eq!(context.vulnerable, Some(false));
}

#[test]
fn a_reroute_tells_nothing_or_what_route_tells() {
    let context = |flags: &str| match parse(&format!("reroute call-1 --outcome failed {flags}")) {
        Ok(Command::Reroute(args)) => args.into_context(),
        _ => panic!("{flags} is not taken"),
    };
    assert_eq!(context(""), None);
    assert_eq!(context("--route-selection by_customer --note x"), None);
    let flags = "--channel phone --vulnerable --fact x=1 --cannot-use voice";
    let Ok(Command::Route(routed)) = parse(&format!("route {flags}")) else {
        panic!("{flags} is not taken");
    };
    assert_eq!(context(flags), Some(routed.into_context()));
}

#[test]
fn bad_command_lines_are_refused_with_code_2() {
    for line in [
        "route",
        "route --channel phone --sentiment 101",
        "route --channel phone --prefer telepathy",
        "route --channel phone --fact booking",
        "route --channel phone --consent call_back=maybe",
        "route --channel phone --queue-stats desk:wait=soon",
        "route --channel phone --event-time yesterday",
        "take call-1",
        "reroute call-1 --outcome failed --vulnerable",
        "reroute call-1 --outcome repeated",
        "end call-1 timed_out",
        "customer get",
        "customer get c1 --identity phone=1",
        "--timeout 0s counts",
        "nonsense",
    ] {
        let refused = parse(line).err().map(|error| error.exit_code());
        assert_eq!(refused, Some(2), "{line}");
    }
}
