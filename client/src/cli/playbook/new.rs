//! `signpost playbook new`: makes a first playbook from a template, for a company that has none.

use super::draft::{Assumed, Draft, DraftChannel, DraftFact, Primary, Secondary};
use super::from_csv::{self, CompanyArgs};
use super::templates::{self, Template};
use super::tiers;
use crate::cli::Session;
use crate::cli::failure::Failure;
use crate::cli::names::{self, Letters, REASON_PREFIX};
use clap::{Args, ValueEnum};

/// The kind of company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// A shop, on line or not.
    Retail,
    /// An airline.
    Airline,
    /// A provider of telephony and internet.
    Telecom,
    /// Two reasons of each level, to fill in.
    Minimal,
}

/// The outcomes of a case, for a company of any kind.
const OUTCOMES: &[(&str, &str)] = &[
    ("answered", "Question answered"),
    ("done", "Done as asked"),
    ("refunded", "Money paid back"),
    ("referred", "Passed on to another company"),
    ("declined", "Not possible, and explained"),
    ("no_reaction", "Customer did not react any more"),
];

/// The arguments of `signpost playbook new`.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  signpost playbook new --template retail --name our_shop --currency EUR --out our_shop.yaml

What is an assumption says so: edit it. `signpost playbook from-csv` begins with your own table of
contacts.")]
pub(crate) struct NewArgs {
    /// The kind of company.
    #[arg(long, value_name = "KIND", default_value = "minimal")]
    template: Kind,
    #[command(flatten)]
    company: CompanyArgs,
}

/// Writes the document.
///
/// # Errors
/// [`Failure::Fix`] if the flags must be corrected.
pub(super) fn run(args: &NewArgs, session: &Session) -> Result<(), Failure> {
    let out = args.company.out.as_deref();
    let of_file = || Some(out?.file_stem()?.to_string_lossy().into_owned());
    let Some(name) = args.company.name.clone().or_else(of_file) else {
        let what = "give the name of the playbook with --name, or the file to write with --out";
        return Err(Failure::Fix(what.to_owned()));
    };
    let document = draft(args.template, &name, &args.company).document();
    from_csv::deliver(&document, out, session)
}

fn draft(kind: Kind, name: &str, company: &CompanyArgs) -> Draft {
    let (template, like) = match kind {
        Kind::Retail => (&templates::RETAIL, "a shop"),
        Kind::Airline => (&templates::AIRLINE, "an airline"),
        Kind::Telecom => (&templates::TELECOM, "a provider of telephony and internet"),
        Kind::Minimal => (&templates::MINIMAL, "a company"),
    };
    let Template {
        channels,
        facts,
        reasons,
    } = template;
    Draft {
        lead: vec![
            format!("A first playbook of {like}, made by `signpost playbook new`."),
            String::new(),
            "Put your own reasons, channels and facts. Amounts, chances, waits and tiers are ASSUMPTIONS".to_owned(),
            "to begin with: look for that word, put your own, and run `signpost playbook check`.".to_owned(),
        ],
        name: names::slug_in(name, "playbook", Letters::of(&company.locale)),
        currency: company.currency.clone(),
        time_zone: company.time_zone.clone(),
        locale: company.locale.clone(),
        tiers: tiers::usual(),
        channels: channels.iter().map(channel).collect(),
        facts: facts.iter().map(fact).collect(),
        primaries: reasons.iter().map(primary).collect(),
        assumed: Assumed::SELF_SERVICE,
        outcomes: OUTCOMES,
    }
}

fn channel(channel: &templates::Channel) -> DraftChannel {
    let (id, label, medium) = channel;
    DraftChannel {
        id: (*id).to_owned(),
        label: (*label).to_owned(),
        medium: *medium,
        guessed: false,
    }
}

fn fact(fact: &templates::Fact) -> DraftFact {
    let (id, label, pattern) = *fact;
    DraftFact {
        id,
        fact_type: "text",
        label,
        pattern,
    }
}

fn primary(reason: &templates::Reason) -> Primary {
    let (label, stage, fact, below) = *reason;
    Primary {
        id: names::slug(label, REASON_PREFIX),
        label: label.to_owned(),
        stage: Some(stage),
        fact: Some(fact).filter(|fact| !fact.is_empty()),
        rows: None,
        secondary: below.iter().map(|label| secondary(label)).collect(),
    }
}

fn secondary(label: &str) -> Secondary {
    Secondary {
        id: names::slug(label, REASON_PREFIX),
        label: label.to_owned(),
        rows: None,
        replaces: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use signpost_domain::playbook::Playbook;

    #[test]
    fn every_template_is_a_playbook() {
        let company = CompanyArgs {
            name: None,
            currency: "EUR".to_owned(),
            time_zone: "Europe/Amsterdam".to_owned(),
            locale: "en".to_owned(),
            out: None,
        };
        for kind in Kind::value_variants() {
            let document = draft(*kind, "Our Shop", &company).document();
            let (playbook, warnings) = Playbook::read(&document).unwrap();
            assert_eq!(playbook.name.as_str(), "our_shop");
            // The smallest template has fewer reasons than a good menu. No template has another warning.
            let warned = warnings.found.iter().map(ToString::to_string);
            let expected = |it: &String| *kind == Kind::Minimal && it.contains("6 to 8 are easy");
            let others: Vec<String> = warned.filter(|it| !expected(it)).collect();
            assert_eq!(others, Vec::<String>::new(), "{kind:?}");
        }
    }
}
