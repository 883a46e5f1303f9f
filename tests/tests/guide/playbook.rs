//! `docs/playbook.md` names every key, variable and function that there is, and what it shows works.
//! `UPDATE_EXPECT=1` writes its tables anew.

use crate::reference::reference;
use crate::{TestResult, read};
use expect_test::expect_file;
use signpost_domain::decision::CostKind;
use signpost_domain::ids::ReasonId;
use signpost_domain::playbook::condition::{FUNCTIONS, variables};
use signpost_domain::playbook::situation::Situation;
use signpost_domain::playbook::{Playbook, json_schema};
use signpost_domain::time::Millis;

const PAGE: &str = "docs/playbook.md";

/// The blocks of code of the page that follow a line `<!-- MARK… -->`, with what stands after the mark.
fn blocks<'a>(page: &'a str, mark: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let starts = page.split("<!-- ").skip(1);
    starts.filter_map(move |part| {
        let (head, rest) = part.split_once(" -->\n")?;
        let of = head.strip_prefix(mark)?.trim_start_matches([':', ' ']);
        let code = rest
            .strip_prefix("```yaml\n")
            .or_else(|| rest.strip_prefix("```\n"))?;
        Some((of, code.split_once("```")?.0))
    })
}

fn first_playbook(page: &str) -> TestResult<&str> {
    let (_, yaml) = blocks(page, "playbook")
        .next()
        .ok_or("the page shows no playbook")?;
    Ok(yaml)
}

fn read_playbook(yaml: &str) -> TestResult<Playbook> {
    let read = Playbook::read(yaml).map(|(playbook, _)| playbook);
    read.map_err(|faults| format!("{faults:?}\n{yaml}").into())
}

#[test]
fn the_page_has_every_key_variable_and_function() -> TestResult {
    let page = read(PAGE)?;
    let made = reference(&json_schema());
    assert_eq!(made.gaps, Vec::<String>::new());
    let mut names = String::from("| variable | type | what |\n|---|---|---|\n");
    for variable in variables() {
        let name = format!(
            "| `{}` | {} | {} |\n",
            variable.name, variable.type_name, variable.about
        );
        names += &name;
    }
    let mut functions = String::from("| function | what it gives |\n|---|---|\n");
    for function in FUNCTIONS {
        functions += &format!(
            "| `{}` | {} |\n",
            function.usage.replace('|', "\\|"),
            function.about
        );
    }
    let anew = with(&page, "<!-- variables -->\n", "\n", &names)?;
    let anew = with(&anew, "<!-- functions -->\n", "\n", &functions)?;
    let table = example(&read_playbook(first_playbook(&page)?)?, &page)?;
    let anew = with(&anew, &table.0, "```\n", &table.1)?;
    let (head, _) = anew
        .split_once("<!-- keys -->\n")
        .ok_or("the page has no keys")?;
    let anew = format!("{head}<!-- keys -->\n{}", made.text);
    expect_file![format!("{}/../{PAGE}", env!("CARGO_MANIFEST_DIR"))].assert_eq(&anew);
    Ok(())
}

/// The page with what stands after a mark, up to an end, written anew.
fn with(page: &str, mark: &str, end: &str, text: &str) -> TestResult<String> {
    let (before, rest) = page
        .split_once(mark)
        .ok_or(format!("the page has no {mark}"))?;
    let end_at = match rest.starts_with(end) {
        true => 0,
        false => {
            rest.find(&format!("\n{end}"))
                .ok_or("a table does not end")?
                + 1
        }
    };
    Ok(format!("{before}{mark}{text}{}", &rest[end_at..]))
}

/// The worked example: the mark with its block's first line, and the costs of its routes.
fn example(playbook: &Playbook, page: &str) -> TestResult<(String, String)> {
    let (of, _) = blocks(page, "example")
        .next()
        .ok_or("the page has no example")?;
    let [reason, tier, channel, wait] = of.split(' ').collect::<Vec<_>>()[..] else {
        return Err(format!("{of} is no example").into());
    };
    let index = &playbook.index;
    let reason = ReasonId::parse(reason).map_err(|why| format!("{reason}: {why}"))?;
    let reason = *index.reasons.get(&reason).ok_or("no such reason")?;
    let tier = *index.tiers.get(tier).ok_or("no such tier")?;
    let channel = *index.channels.get(channel).ok_or("no such channel")?;
    let now = playbook.ordinary_time();
    let mut situation = Situation::ordinary(playbook, (reason, tier, channel), now);
    situation.wait_everywhere(playbook, Millis::parse(wait).ok_or("no such wait")?);
    let decision = situation.decide(playbook).decision;
    let mut text = String::from("route         handling  waiting  failure     cost\n");
    for option in &decision.options {
        let part = |kind| option.cost.part(kind).to_string();
        text += &format!(
            "{:<13} {:>8} {:>8} {:>8} {:>8}\n",
            option.route.as_str(),
            part(CostKind::Handling),
            part(CostKind::Waiting),
            part(CostKind::Failure),
            option.cost.total().to_string(),
        );
    }
    Ok((format!("<!-- example: {of} -->\n```\n"), text))
}

#[test]
fn the_playbook_of_the_page_is_one() -> TestResult {
    let page = read(PAGE)?;
    let playbook = read_playbook(first_playbook(&page)?)?;
    assert!(
        !playbook.tests.is_empty(),
        "a first playbook has tests of its own"
    );
    Ok(())
}

/// The document with an entry put first under a key: `rules`, or `reasons[1].secondary`.
fn pasted(document: &str, key: &str, entry: &str) -> TestResult<String> {
    let (head, number, indent) = match key.strip_prefix("reasons[") {
        Some(rest) => {
            let number = rest
                .strip_suffix("].secondary")
                .ok_or(format!("{key}: not known"))?;
            ("    secondary:\n".to_owned(), number.parse()?, "      ")
        }
        None => (format!("\n{key}:\n"), 0, "  "),
    };
    let places: Vec<usize> = document
        .match_indices(&head)
        .map(|(at, _)| at + head.len())
        .collect();
    let at = *places
        .get::<usize>(number)
        .ok_or(format!("{key}: not there"))?;
    let entry: String = entry
        .lines()
        .map(|line| format!("{indent}{line}\n"))
        .collect();
    Ok(format!("{}{entry}{}", &document[..at], &document[at..]))
}

#[test]
fn every_recipe_can_be_pasted_into_it() -> TestResult {
    let page = read(PAGE)?;
    let first = first_playbook(&page)?;
    let mut recipes = 0;
    for recipe in page.split("\n### ").skip(1) {
        let parts: Vec<(&str, &str)> = blocks(recipe, "recipe").collect();
        if parts.is_empty() {
            continue;
        }
        let mut document = first.to_owned();
        for (key, entry) in &parts {
            document = pasted(&document, key, entry)?;
        }
        read_playbook(&document).map_err(|error| format!("{recipe}\n{error}"))?;
        recipes += 1;
    }
    assert!(recipes >= 12, "{recipes} recipes");
    Ok(())
}
