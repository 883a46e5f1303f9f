//! Publications, findings about a document, and counts by reason and tier.

use super::lists::{CASE_TIER, Listing};
use super::table::Column;
use super::words;
use crate::cli::out::Paint;
use crate::cli::zone::Zone;
use signpost_client::v1;

/// The routes, in the order of the columns.
const ROUTES: [v1::Route; 5] = [
    v1::Route::SelfService,
    v1::Route::Message,
    v1::Route::Chat,
    v1::Route::Callback,
    v1::Route::Human,
];

/// One publication, in one or two lines.
pub(crate) fn publication(publication: &v1::PlaybookPublication, paint: Paint) -> String {
    let live = if publication.live { " · live" } else { "" };
    let head = format!(
        "playbook {} {}{live}",
        publication.name, publication.playbook_version
    );
    let back = if publication.rolled_back {
        "live again since"
    } else {
        "published"
    };
    let mut line = format!(
        "{back} {} by {}",
        words::time(publication.publish_time.as_ref(), paint.zone()),
        words::who(&publication.actor, &publication.on_behalf_of)
    );
    if !publication.note.is_empty() {
        line += &format!(": {}", publication.note);
    }
    format!("{}\n  {line}\n", paint.bold(&head))
}

/// Publications, in the order in which they were given. A wide list has whole versions.
pub(crate) fn publications(
    publications: &[v1::PlaybookPublication],
    wide: bool,
    zone: Zone,
) -> Listing {
    const COLUMNS: [Column; 6] = [
        Column::Left("version"),
        Column::Left("name"),
        Column::Left("published"),
        Column::Left("by"),
        Column::Left("state"),
        Column::Left("note"),
    ];
    let rows = publications.iter().enumerate().map(|(place, publication)| {
        // To publish what is already live is no rollback.
        let before = publications.get(place + 1);
        let version = &publication.playbook_version;
        let again = before.is_some_and(|before| before.playbook_version == *version);
        let marks = [
            (publication.live, "live"),
            (publication.rolled_back && !again, "rolled back"),
            (publication.rolled_back && again, "again"),
        ];
        let marks = marks.into_iter().filter(|(is, _)| *is);
        vec![
            match wide {
                true => publication.playbook_version.clone(),
                false => words::version(&publication.playbook_version).to_owned(),
            },
            publication.name.clone(),
            words::time(publication.publish_time.as_ref(), zone),
            words::who(&publication.actor, &publication.on_behalf_of),
            words::listed(marks.map(|(_, mark)| mark.to_owned())),
            publication.note.clone(),
        ]
    });
    Listing::new(&COLUMNS, rows.collect())
}

/// Findings about a document, one on each line: `12:5 reasons[0].id: must be a name`. The last line says how many more
/// there are.
pub(crate) fn findings(findings: &[v1::PlaybookDiagnostic], more: u32) -> String {
    let mut text: String = findings
        .iter()
        .map(|finding| {
            let place = match finding.line {
                0 => String::new(),
                line => format!("{line}:{} ", finding.column),
            };
            let colon = if finding.path.is_empty() { "" } else { ": " };
            format!("  {place}{}{colon}{}\n", finding.path, finding.message)
        })
        .collect();
    if more > 0 {
        text += &format!("  and {more} more\n");
    }
    text
}

/// Names that go away although open cases or live contacts have them, one on each line.
pub(crate) fn names_in_use(names: &[v1::PlaybookNameInUse]) -> String {
    let line = |name: &v1::PlaybookNameInUse| {
        let counts = [
            (name.open_case_count, "open case"),
            (name.live_contact_count, "live contact"),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let counts = counts.map(|(count, what)| words::counted(count, what));
        let counts = counts.collect::<Vec<_>>().join(", ");
        let at_least = if name.at_least { "at least " } else { "" };
        let part = words::playbook_part(name.part());
        format!("  {part} {}: {at_least}{counts}\n", name.id)
    };
    names.iter().map(line).collect()
}

/// What the columns of counts come to.
const ADDS_UP: &str = "\
contacts = opened - withdrawn + repeats + continued; (unknown) and (none) have no case";

/// Counts by reason and tier, with contacts that have no case, and the total. Below them, for each reason that was
/// split, its counts together with those of its parts.
pub(crate) fn counts(response: &v1::CountReasonsResponse, paint: Paint) -> String {
    let total = total(response);
    let rows = with_all(response).chain([("total".to_owned(), &total)]);
    let mut text = counted(rows, words::figure).table(paint);
    text += &format!("{}\n", paint.dim(ADDS_UP));
    if response.additional_case_count > 0 {
        let further = words::counted(response.additional_case_count, "further case");
        let contacts = words::counted(response.contact_count, "contact");
        text += &format!("{contacts}; with {further} of the same contacts\n");
    }
    let families = response.split_reasons.iter();
    let families: Vec<&v1::SplitReason> = families.filter(|it| !it.counts.is_empty()).collect();
    if families.is_empty() {
        return text;
    }
    text += "\nsplit reasons with all of their parts, as they compare over the change (already counted above)\n";
    let rows = families.iter().flat_map(|family| {
        let sums = family.counts.iter();
        sums.map(|sum| (format!("{} and parts", family.reason), sum))
    });
    text += &counted(rows, words::figure).table(paint);
    for family in families {
        text += &format!("{} became {}\n", family.reason, family.parts.join(", "));
    }
    text
}

/// Counts by reason and tier in rows, without the sums of split reasons: these would count contacts twice.
pub(crate) fn counts_listing(response: &v1::CountReasonsResponse) -> Listing {
    counted(with_all(response), |figure| figure.to_string())
}

/// The counts by reason and tier, and those of contacts without a case, as far as there are any.
fn with_all(
    response: &v1::CountReasonsResponse,
) -> impl Iterator<Item = (String, &v1::ReasonCount)> {
    let without = response.without_case.iter();
    let without = without.filter(|it| it.contact_count > 0);
    let all = response.counts.iter().chain(without);
    all.map(|it| (it.reason.clone(), it))
}

/// The sum of all counts.
fn total(response: &v1::CountReasonsResponse) -> v1::ReasonCount {
    let mut total = v1::ReasonCount::default();
    for (_, count) in with_all(response) {
        total.contact_count += count.contact_count;
        total.repeat_count += count.repeat_count;
        total.opened_case_count += count.opened_case_count;
        total.resolved_case_count += count.resolved_case_count;
        total.continued_contact_count += count.continued_contact_count;
    }
    let sum = |of: &dyn Fn(&v1::ReasonCount) -> u64| {
        with_all(response).map(|(_, count)| of(count)).sum::<u64>()
    };
    total.route_counts = ROUTES
        .map(|route| v1::RouteCount {
            route: route.into(),
            contact_count: sum(&|count| taking(count, route)),
        })
        .into();
    let states = [v1::CaseState::Open, v1::CaseState::Withdrawn];
    total.case_state_counts = states
        .map(|state| v1::CaseStateCount {
            state: state.into(),
            case_count: sum(&|count| in_state(count, state)),
        })
        .into();
    total
}

/// How many cases are in this state now.
fn in_state(count: &v1::ReasonCount, state: v1::CaseState) -> u64 {
    let mut states = count.case_state_counts.iter();
    let found = states.find(|it| it.state() == state);
    found.map_or(0, |it| it.case_count)
}

/// The number of contacts that took this route.
pub(crate) fn taking(count: &v1::ReasonCount, route: v1::Route) -> u64 {
    let mut routes = count.route_counts.iter();
    let found = routes.find(|it| it.route() == route);
    found.map_or(0, |it| it.contact_count)
}

fn counted<'c>(
    counts: impl Iterator<Item = (String, &'c v1::ReasonCount)>,
    figure: fn(u64) -> String,
) -> Listing {
    const COLUMNS: [Column; 14] = [
        Column::Left("reason"),
        Column::Left(CASE_TIER),
        Column::Right("contacts"),
        Column::Right("repeats"),
        Column::Right("opened"),
        Column::Right("withdrawn"),
        Column::Right("continued"),
        Column::Right("resolved"),
        Column::Right("open now"),
        Column::Right("self-service"),
        Column::Right("message"),
        Column::Right("chat"),
        Column::Right("callback"),
        Column::Right("human"),
    ];
    let rows = counts.map(|(reason, count)| {
        let withdrawn = in_state(count, v1::CaseState::Withdrawn);
        let continued = match count.continued_contact_count {
            0 => figure(0),
            continued => continued.to_string(),
        };
        let mut row = vec![reason, count.tier.clone()];
        row.extend([
            count.contact_count.to_string(),
            count.repeat_count.to_string(),
            count.opened_case_count.to_string(),
            figure(withdrawn),
            continued,
            count.resolved_case_count.to_string(),
            in_state(count, v1::CaseState::Open).to_string(),
        ]);
        row.extend(ROUTES.map(|route| figure(taking(count, route))));
        row
    });
    Listing::new(&COLUMNS, rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Publishing what is already live is shown differently from a rollback.
    #[test]
    fn what_was_live_before_is_again_or_rolled_back() {
        let made = |version: &str, rolled_back, live| v1::PlaybookPublication {
            playbook_version: version.to_owned(),
            name: "air".to_owned(),
            actor: "client/signpost".to_owned(),
            rolled_back,
            live,
            ..v1::PlaybookPublication::default()
        };
        let made = [
            made("aaaa", true, true),
            made("aaaa", true, false),
            made("bbbb", false, false),
            made("aaaa", false, false),
        ];
        let listing = publications(&made, false, Zone::Utc);
        let states: Vec<&str> = listing.rows.iter().map(|row| row[4].as_str()).collect();
        assert_eq!(states, ["live, again", "rolled back", "", ""]);
        let one = publication(&made[0], Paint::PLAIN);
        assert!(one.contains("  live again since "), "{one}");
    }
}
