//! `docs/integrating.md` shows what the examples are and what the server says; `UPDATE_EXPECT=1` writes its excerpts anew.

mod playbook;
mod reference;

use expect_test::expect_file;
use std::error::Error;
use std::path::PathBuf;

type TestResult<T = ()> = Result<T, Box<dyn Error>>;

const GUIDE: &str = "docs/integrating.md";
/// The line before a block of code: a file, and a function of it or nothing for the whole.
const MARK: &str = "<!-- excerpt: ";

fn read(file: &str) -> TestResult<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(file);
    std::fs::read_to_string(&path).map_err(|error| format!("{file}: {error}").into())
}

/// What an excerpt names.
fn excerpts(guide: &str) -> impl Iterator<Item = &str> {
    let marked = guide.lines().filter_map(|line| line.strip_prefix(MARK));
    marked.filter_map(|line| line.strip_suffix(" -->"))
}

/// The text that an excerpt stands for: the file, or the function with all that is indented below it.
fn excerpt(of: &str) -> TestResult<String> {
    let Some((file, function)) = of.split_once(' ') else {
        return read(of);
    };
    let text = read(file)?;
    let head = format!("def {function}(");
    let mut lines = text.lines().skip_while(|line| !line.starts_with(&head));
    let head = lines.next().ok_or(format!("{file} has no {function}"))?;
    let body = lines.take_while(|line| line.is_empty() || line.starts_with(' '));
    let body: Vec<&str> = body.collect();
    Ok(format!("{head}\n{}\n", body.join("\n").trim_end()))
}

#[test]
fn the_guide_shows_the_examples_as_they_are() -> TestResult {
    let guide = read(GUIDE)?;
    let mut anew = String::new();
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        anew += &format!("{line}\n");
        let Some(of) = excerpts(line).next() else {
            continue;
        };
        let fence = lines.next().filter(|line| line.starts_with("```"));
        let fence = fence.ok_or(format!("{of}: no block of code follows"))?;
        let end = lines.find(|line| *line == "```");
        let end = end.ok_or(format!("{of}: its block does not end"))?;
        anew += &format!("{fence}\n{}{end}\n", excerpt(of)?);
    }
    expect_file![format!("{}/../{GUIDE}", env!("CARGO_MANIFEST_DIR"))].assert_eq(&anew);
    Ok(())
}

#[test]
fn every_step_is_there_in_every_language() -> TestResult {
    let guide = read(GUIDE)?;
    for of in excerpts(&guide).filter(|of| of.contains(' ')) {
        let (python, step) = of.split_once(' ').unwrap_or_default();
        let rust = read(&python.replace("python", "rust").replace(".py", ".rs"))?;
        assert!(
            rust.contains(&format!("async fn {step}(")),
            "{step} in Rust"
        );
        let typescript = read(&python.replace("python", "typescript").replace(".py", ".ts"))?;
        let (first, rest) = step.split_once('_').unwrap_or((step, ""));
        let humps = rest.split('_').map(|word| match word.split_at_checked(1) {
            Some((initial, rest)) => initial.to_uppercase() + rest,
            None => String::new(),
        });
        let step = format!("async function {first}{}(", humps.collect::<String>());
        assert!(typescript.contains(&step), "{step} in TypeScript");
    }
    Ok(())
}

#[test]
fn the_guide_links_to_what_is_there() -> TestResult {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    for (page, folder) in [
        (GUIDE, "docs"),
        ("docs/client.md", "docs"),
        ("docs/playbook.md", "docs"),
        ("README.md", "."),
    ] {
        let text = read(page)?;
        for target in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let file = target.split('#').next().unwrap_or_default();
            let there = file.contains("://") || root.join(folder).join(file).exists();
            assert!(there, "{page} links to {target}, which is not there");
        }
    }
    Ok(())
}
