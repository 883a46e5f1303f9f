//! Compiles the tests of a playbook: the situations, the expected answers, and the check for tests that contradict each
//! other.

mod situation;

use super::Compiler;
use super::names::NameKind;
use crate::ids::Slug;
use crate::playbook::fault::{At, right_names};
use crate::playbook::format::parts::Columns;
use crate::playbook::format::test::ExpectFile;
use crate::playbook::limits::{COLUMN_MAX, PRIORITY_MAX, TEST_NAME_BYTES_MAX, TESTS_MAX};
use crate::playbook::situation::Situation;
use crate::playbook::test::{Expected, PlaybookTest};
use crate::playbook::tree::echo;
use crate::playbook::{Playbook, QueueIndex, RuleIndex};
use crate::route::{Route, RouteSet};
use crate::time::UnixMs;
use std::collections::HashMap;

/// A playbook that compiled, and the names that only its tests use.
struct Whole<'p> {
    playbook: &'p Playbook,
    ordinary_time: UnixMs,
    flows: Vec<&'p str>,
}

impl Compiler<'_> {
    /// The tests that compiled.
    pub(super) fn tests(&mut self, playbook: &Playbook) -> Vec<PlaybookTest> {
        let file = self.file;
        let top = At::top("tests");
        self.limit(top, file.tests.len(), TESTS_MAX, "tests");
        if file.tests.is_empty() {
            return Vec::new();
        }
        let mut flows: Vec<&str> = playbook
            .reasons
            .iter()
            .flat_map(|reason| &reason.routes)
            .filter_map(|route| route.flow.as_ref().map(Slug::as_str))
            .collect();
        flows.sort_unstable();
        flows.dedup();
        let whole = Whole {
            playbook,
            ordinary_time: playbook.ordinary_time(),
            flows,
        };
        let mut names: HashMap<&str, usize> = HashMap::new();
        let mut known: HashMap<Situation, Vec<(usize, Expected)>> = HashMap::new();
        let mut tests = Vec::with_capacity(file.tests.len());
        for (place, written) in file.tests.iter().enumerate().take(TESTS_MAX) {
            let at = top.item(place);
            self.test_name(at.key("name"), &written.name);
            if names.insert(&written.name, place).is_some() {
                self.faults.add(at.key("name"), || {
                    let name = echo(&written.name);
                    (
                        format!("another test has the name \"{name}\""),
                        "must be a name that no other test has".to_owned(),
                    )
                });
            }
            let situation = self.situation(at, written, &whole);
            let expected = self.expected(at.key("expect"), &written.expect, &whole);
            let (Some(situation), Some(expected)) = (situation, expected) else {
                continue;
            };
            let same = known.entry(situation.clone()).or_default();
            let broken = same.iter().find_map(|(other, theirs)| {
                let key = expected.contradicts(theirs)?;
                Some((*other, key))
            });
            if let Some((other, key)) = broken {
                let other = &file.tests[other].name;
                let at = at.key("expect");
                self.faults.add(at.key(key), || {
                    let other = echo(other);
                    (
                        format!(
                            "the test \"{other}\" has the same situation and expects something else"
                        ),
                        "must expect the same, or the situations must differ".to_owned(),
                    )
                });
            }
            same.push((place, expected.clone()));
            tests.push(PlaybookTest {
                name: written.name.as_str().into(),
                situation,
                expected,
            });
        }
        tests
    }

    fn test_name(&mut self, at: At<'_>, name: &str) {
        let fits = !name.trim().is_empty()
            && name.len() <= TEST_NAME_BYTES_MAX
            && crate::text::is_one_line(name);
        if !fits {
            let right =
                format!("must be one line of 1 to {TEST_NAME_BYTES_MAX} bytes, not only spaces");
            self.is_wrong(at, name, right);
        }
    }

    fn expected(
        &mut self,
        at: At<'_>,
        written: &ExpectFile,
        whole: &Whole<'_>,
    ) -> Option<Expected> {
        let routes = self.test_routes(at.key("route"), &written.route);
        let not = self.test_routes(at.key("not"), &written.not);
        let need = match &written.need {
            None => Some(None),
            Some(need) => self.need(at.key("need"), need).map(Some),
        };
        let queue = match &written.queue {
            None => Some(None),
            Some(queue) => self
                .find(at.key("queue"), &queue.0, NameKind::Queue)
                .map(|number| Some(QueueIndex(number))),
        };
        let rules = self.test_rules(at.key("rule"), &written.rule, whole.playbook);
        let asks = match &written.asks {
            None => Some(None),
            Some(asks) => self.asked_facts(at.key("asks"), asks).map(|mut facts| {
                facts.sort_unstable();
                Some(facts)
            }),
        };
        let range = 0..=i64::from(PRIORITY_MAX);
        let priority = self.test_count(at.key("priority"), written.priority, range);
        let expected = Expected {
            routes: routes?,
            not: not?,
            need: need?,
            queue: queue?,
            rules: rules?,
            asks: asks?,
            priority: priority?.and_then(|priority| u8::try_from(priority).ok()),
        };
        if expected == Expected::default() {
            self.faults.add(at, || {
                (
                    "nothing is expected".to_owned(),
                    "must have route, not, need, queue, rule, asks or priority".to_owned(),
                )
            });
            return None;
        }
        if expected.allowed().is_empty() {
            self.faults.add(at.key("not"), || {
                (
                    "no route is left that may be taken".to_owned(),
                    "must leave out at least one route that `route` allows".to_owned(),
                )
            });
            return None;
        }
        Some(expected)
    }

    fn test_routes(&mut self, at: At<'_>, written: &Columns) -> Option<RouteSet> {
        self.refuse_twice(at, written.ids.iter().map(String::as_str));
        let mut set = Some(RouteSet::EMPTY);
        for (place, word) in written.ids.iter().enumerate() {
            let of_list = at.item(place);
            let at = if written.is_list { of_list } else { at };
            let route = Route::parse(word);
            if route.is_none() {
                let names = Route::ALL.map(Route::as_str);
                self.is_wrong(at, word, format!("must be one of {}", names.join(", ")));
            }
            set = set.zip(route).map(|(set, route)| set.with(route));
        }
        set
    }

    fn test_rules(
        &mut self,
        at: At<'_>,
        written: &Columns,
        playbook: &Playbook,
    ) -> Option<Vec<RuleIndex>> {
        self.limit(at, written.ids.len(), COLUMN_MAX, "values");
        let mut found = Some(Vec::new());
        for (place, id) in written.ids.iter().enumerate() {
            let of_list = at.item(place);
            let at = if written.is_list { of_list } else { at };
            let mut rules = (0_u32..).zip(&playbook.rules);
            let rule = rules.find(|(_, rule)| rule.id.as_str() == id);
            if rule.is_none() {
                self.faults.add(at, || {
                    let names = playbook.rules.iter().map(|rule| rule.id.as_str());
                    let right = right_names(id, "rule", names);
                    (format!("there is no rule {}", echo(id)), right)
                });
            }
            found = found.zip(rule).map(|(mut all, (number, _))| {
                all.push(RuleIndex(number));
                all
            });
        }
        found
    }
}
