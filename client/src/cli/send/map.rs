//! Which column has which part of a contact.

use crate::cli::failure::Failure;
use crate::cli::table_file::{Table, mapped};
use signpost_domain::playbook::right_names;

/// The part of a contact that a column can have, apart from facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// When the contact arrived; beside a date only the time of day.
    Time,
    /// The day on which the contact arrived, if the time of day is in another column.
    Date,
    /// The channel.
    Channel,
    /// The reason, as `primary/secondary`.
    Reason,
    /// The primary reason.
    Primary,
    /// The secondary reason.
    Secondary,
    /// The platform's key of the customer.
    Customer,
    /// The customer's tier.
    Tier,
    /// The customer's language.
    Language,
    /// The brand.
    Brand,
}

impl Target {
    const ALL: [(Target, &'static str); 10] = [
        (Target::Time, "time"),
        (Target::Date, "date"),
        (Target::Channel, "channel"),
        (Target::Reason, "reason"),
        (Target::Primary, "primary"),
        (Target::Secondary, "secondary"),
        (Target::Customer, "customer"),
        (Target::Tier, "tier"),
        (Target::Language, "language"),
        (Target::Brand, "brand"),
    ];
}

/// Which column has which part of a contact.
#[derive(Debug)]
pub(super) struct Map {
    columns: Vec<(Target, usize)>,
    /// Facts, each with its column.
    pub(super) facts: Vec<(String, usize)>,
    /// The column with the caller's keys of the contacts; `None` if there is none.
    pub(super) id: Option<usize>,
}

impl Map {
    /// Reads `target=COLUMN` parts, several in one text with commas between them. A part without `=` belongs to the
    /// part before it, because names of columns can have commas.
    ///
    /// # Errors
    /// [`Failure::Fix`] if a target is not known or is there twice, if a column does not exist, or if neither a column
    /// nor a flag gives the reason or the channel.
    pub(super) fn read(
        texts: &[String],
        id: Option<&str>,
        fixed_channel: bool,
        table: &Table,
    ) -> Result<Map, Failure> {
        let mut map = Map {
            columns: Vec::new(),
            facts: Vec::new(),
            id: id.map(|id| table.column(id)).transpose()?,
        };
        for text in texts {
            for (target, column) in mapped(text)? {
                map.add(&target, &column, table)?;
            }
        }
        map.makes_sense(fixed_channel)?;
        Ok(map)
    }

    fn add(&mut self, target: &str, column: &str, table: &Table) -> Result<(), Failure> {
        let twice = || Failure::Fix(format!("--map names {target} twice"));
        if column.trim().is_empty() {
            return Err(Failure::Fix(format!(
                "--map: write the column: {target}=COLUMN"
            )));
        }
        if let Some(fact) = target.strip_prefix("fact.") {
            if fact.is_empty() {
                return Err(Failure::Fix(
                    "--map: write the fact: fact.ID=COLUMN".to_owned(),
                ));
            }
            if self.facts.iter().any(|(known, _)| known == fact) {
                return Err(twice());
            }
            let column = table.column(column)?;
            self.facts.push((fact.to_owned(), column));
            return Ok(());
        }
        let known = Target::ALL.into_iter().find(|(_, name)| *name == target);
        let Some((known, _)) = known else {
            let names = Target::ALL.into_iter().map(|(_, name)| name);
            let near = right_names(target, "target", names.clone());
            let near = match near.starts_with("did you mean") {
                true => format!(" {near}"),
                false => String::new(),
            };
            let names: Vec<&str> = names.collect();
            return Err(Failure::Fix(format!(
                "--map: there is no target {target};{near} the targets are {}, fact.ID",
                names.join(", ")
            )));
        };
        if self.of(known).is_some() {
            return Err(twice());
        }
        self.columns.push((known, table.column(column)?));
        Ok(())
    }

    fn makes_sense(&self, fixed_channel: bool) -> Result<(), Failure> {
        let has = |target| self.of(target).is_some();
        let fix = |what: &str| Err(Failure::Fix(format!("--map: {what}")));
        if self.columns.is_empty() && self.facts.is_empty() {
            return fix("must name a column, for example primary=category,channel=source");
        }
        if !has(Target::Reason) && !has(Target::Primary) {
            return fix("the reason is missing: name a column for primary or for reason");
        }
        if has(Target::Reason) && (has(Target::Primary) || has(Target::Secondary)) {
            return fix("must not name reason together with primary or secondary");
        }
        if has(Target::Secondary) && !has(Target::Primary) {
            return fix("must name primary, because it names secondary");
        }
        if has(Target::Date) && !has(Target::Time) {
            return fix(
                "must name time, the column of the time of day, because it names date; a column that has both is time",
            );
        }
        match (has(Target::Channel), fixed_channel) {
            (false, false) => {
                fix("the channel is missing: name a column for channel, or give --channel")
            }
            (true, true) => fix("must not name channel, because --channel is given"),
            _ => Ok(()),
        }
    }

    /// The columns that hold this field of a request, for messages; `fact` gives the column of a fact by its place in
    /// the request.
    pub(super) fn of_field(
        &self,
        field: &str,
        fact: impl Fn(usize) -> Option<usize>,
    ) -> Vec<usize> {
        let targets: &[Target] = match field {
            "contact_id" => return self.id.into_iter().collect(),
            "context.channel" => &[Target::Channel],
            "context.stated_reason" => &[Target::Reason, Target::Primary, Target::Secondary],
            "context.customer.customer_id" => &[Target::Customer],
            "context.customer.tier" => &[Target::Tier],
            "context.language_code" => &[Target::Language],
            "context.brand" => &[Target::Brand],
            _ => {
                let place = field.strip_prefix("context.facts[");
                let place = place.and_then(|rest| rest.split(']').next()?.parse().ok());
                return place.and_then(fact).into_iter().collect();
            }
        };
        targets
            .iter()
            .filter_map(|target| self.of(*target))
            .collect()
    }

    /// Whether something is taken from a column.
    pub(super) fn uses(&self, column: usize) -> bool {
        let targets = self.columns.iter().map(|(_, at)| *at);
        let facts = self.facts.iter().map(|(_, at)| *at);
        targets.chain(facts).chain(self.id).any(|at| at == column)
    }

    /// The column of a target; `None` if no column has it.
    pub(super) fn of(&self, target: Target) -> Option<usize> {
        let mut columns = self.columns.iter();
        columns
            .find(|(known, _)| *known == target)
            .map(|(_, column)| *column)
    }
}
