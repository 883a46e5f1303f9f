//! `signpost customer`: reads and keeps customers.

use super::Session;
use super::asked::AskedNames;
use super::at_least::AtLeast;
use super::customer_import::ImportArgs;
use super::failure::Failure;
use super::form::FormArgs;
use super::write::{Change, Key};
use super::zone::Moment;
use super::{customer_import, customer_work, list, render, several, values};
use clap::{ArgGroup, Args, Subcommand};
use signpost_client::v1;

/// The subcommands of `signpost customer`.
#[derive(Subcommand, Debug)]
pub(crate) enum CustomerCommand {
    /// Shows customers by key, several of them together; or one customer by a verified handle.
    #[command(after_help = "\
Example:
  signpost customer get c1
  signpost customer get c1 c2 c3 --json
  signpost customer get --identity phone=+31201234567

With --json, several keys print {\"customers\": […]}: an item for each, without a customer where there
is none.",
              group = ArgGroup::new("by").required(true).args(["customer", "identity"]))]
    Get {
        /// The key of the customer.
        customer: Vec<String>,
        /// A verified handle, instead of the key.
        #[arg(long, value_name = "KIND=VALUE", value_parser = values::identity)]
        identity: Option<v1::Identity>,
        #[command(flatten)]
        at_least: AtLeast,
    },
    /// Lists customers, newest first.
    #[command(after_help = "\
Example:
  signpost customer list --tier gold
  signpost customer list --search ann@
  signpost customer list --identity email=ann@example.com")]
    List(Box<ListCustomersArgs>),
    /// Lists customers who hold a verified handle that another customer holds too, newest first.
    ///
    /// Nobody is merged when a playbook says that handles compare otherwise. Merge those who are one, or unlink the
    /// handle from one of them.
    #[command(after_help = "\
Example:
  signpost customer conflicts
  signpost customer conflicts --output csv")]
    Conflicts(Box<list::PageArgs>),
    /// Creates a customer, or changes what is known of one; what is not given stays.
    #[command(after_help = "\
Example:
  signpost customer upsert c1 --tier gold --identity email=ann@example.com:verified --language nl
  signpost customer upsert c1 --clear persona --clear consents")]
    Upsert(Box<UpsertArgs>),
    /// Creates or changes the customer of every row of a table, many with each call; an empty cell changes nothing.
    #[command(after_help = "\
Example:
  signpost customer import crm.csv --map customer=id,tier=segment,language=lang
  signpost customer import crm.csv --map customer=id --map identity.phone:verified=mobile \\
      --map consent.call_back=may_call --errors wrong.csv

Each row is written or refused by itself, and each customer is of one row. A call has up to 500
rows that follow each other. Sent again with the same --request-id, a call that tells the same is
answered as it was. A call with a row that was mended is a new write, and writes its other rows
again, too.")]
    Import(Box<ImportArgs>),
    /// Links a handle to a customer. A verified handle that another customer holds merges that customer into this one.
    ///
    /// If the customer already has the handle, the new marks replace the old ones: without :verified the handle is no
    /// longer verified.
    #[command(after_help = "\
Example:
  signpost customer link c1 email=ann@example.com:verified
  signpost customer link c1 phone=+31201234567:shared")]
    Link {
        /// The customer. If two customers are merged by this command, the one that survives.
        customer: String,
        /// The handle.
        #[arg(value_name = "KIND=VALUE[:verified|:shared]", value_parser = values::identity)]
        identity: v1::Identity,
        #[command(flatten)]
        change: Change,
    },
    /// Removes a handle from a customer.
    #[command(after_help = "\
Example:
  signpost customer unlink c1 email=ann@example.com")]
    Unlink {
        /// The customer.
        customer: String,
        /// The handle.
        #[arg(value_name = "KIND=VALUE", value_parser = values::identity)]
        identity: v1::Identity,
        #[command(flatten)]
        change: Change,
    },
    /// Merges a duplicate into another customer, which survives.
    #[command(after_help = "\
Example:
  signpost customer merge c1 c2 --note 'said so on the phone, same birthday'")]
    Merge {
        /// The customer that survives.
        customer: String,
        /// The duplicate, which is merged into the other customer.
        other: String,
        /// Why the two are one person.
        #[arg(long)]
        note: String,
        #[command(flatten)]
        change: Change,
    },
    /// Undoes a merge of customers; contacts that came after it stay with the surviving customer.
    #[command(after_help = "\
Example:
  signpost customer unmerge c2 --note 'father and son'")]
    Unmerge {
        /// The customer that was merged.
        customer: String,
        /// Why the two are not one person.
        #[arg(long, default_value = "", hide_default_value = true)]
        note: String,
        #[command(flatten)]
        change: Change,
    },
    /// Erases a customer for good, together with all that are merged with it.
    ///
    /// Without --yes it only shows what would be erased. What was personal cannot be read any more afterwards: not in
    /// cases, contacts or feeds, nor in a backup. Only a copy of the keys from before, alone or in a copy of the data
    /// folder, would make it readable: remove those. It cannot be undone. A customer with a live contact or a legal
    /// hold is not erased.
    #[command(after_help = "\
Example:
  signpost customer erase c1 --note 'request 2026-117'
  signpost customer erase c1 --note 'request 2026-117' --yes")]
    Erase {
        /// The customer.
        customer: String,
        /// Why, without saying who it is: this stays.
        #[arg(long)]
        note: String,
        /// Erase it, and do not only show what would be erased.
        #[arg(long)]
        yes: bool,
        /// When it happened, RFC 3339 [default: now].
        #[arg(long, value_name = "TIME", value_parser = values::time)]
        event_time: Option<prost_types::Timestamp>,
        #[command(flatten)]
        key: Key,
    },
    /// Shows what a customer came for so far, together with all customers that are merged with it.
    ///
    /// By reason, a contact of several cases counts for each of them.
    #[command(after_help = "\
Example:
  signpost customer history c1
  signpost customer history --identity phone=+31201234567",
              group = ArgGroup::new("by").required(true).args(["customer", "identity"]))]
    History {
        /// The key of the customer.
        customer: Option<String>,
        /// A verified handle, instead of the key.
        #[arg(long, value_name = "KIND=VALUE", value_parser = values::identity)]
        identity: Option<v1::Identity>,
        #[command(flatten)]
        at_least: AtLeast,
        #[command(flatten)]
        form: FormArgs,
    },
}

/// Filters for customers.
#[derive(Args, Debug)]
pub(crate) struct ListCustomersArgs {
    /// Whose stored tier is this one.
    #[arg(long, value_name = "TIER")]
    tier: Vec<String>,
    /// With this key.
    #[arg(long, value_name = "KEY")]
    customer: Vec<String>,
    /// With this handle, verified or not.
    #[arg(long, value_name = "KIND=VALUE", value_parser = values::identity)]
    identity: Option<v1::Identity>,
    /// Whose key or handle begins with this, in any case; of a phone number only the digits count. Signpost keeps no
    /// names of customers.
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    search: String,
    /// First recorded then or later: RFC 3339, or a day in the playbook's time zone.
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    from: Option<Moment>,
    /// First recorded before then.
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    before: Option<Moment>,
    #[command(flatten)]
    page: list::PageArgs,
}

/// What is known of a customer.
#[derive(Args, Debug)]
pub(crate) struct UpsertArgs {
    /// The platform's own key of the customer.
    customer: String,
    /// A handle; a verified one that is not shared belongs to one customer only.
    #[arg(long, value_name = "KIND=VALUE[:verified|:shared]", value_parser = values::identity)]
    identity: Vec<v1::Identity>,
    /// The tier, as the playbook lists it.
    #[arg(long, value_name = "TIER")]
    tier: Option<String>,
    /// The persona, as the playbook lists it.
    #[arg(long, value_name = "PERSONA")]
    persona: Option<String>,
    /// What the customer is worth, in the playbook's currency: 0 or more.
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true, value_parser = values::cost_micros)]
    value: Option<i64>,
    /// For how many years this person has been a customer.
    #[arg(long, value_name = "YEARS", allow_negative_numbers = true)]
    loyalty_years: Option<u32>,
    /// The language, such as nl or nl-NL.
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,
    /// The time zone, such as Europe/Amsterdam.
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// A route that the customer prefers; the most preferred first.
    #[arg(long, value_name = "ROUTE", value_parser = values::route())]
    prefer: Vec<v1::Route>,
    /// A consent that was given or refused.
    #[arg(long, value_name = "ID=yes|no", value_parser = values::consent)]
    consent: Vec<v1::Consent>,
    /// Whether the customer is vulnerable.
    #[arg(long, value_name = "yes|no", num_args = 0..=1, require_equals = true,
          default_missing_value = "yes", value_parser = values::yes_or_no)]
    vulnerable: Option<bool>,
    /// What the customer cannot use. Routes that need it are not offered.
    #[arg(long, value_name = "WHAT", value_delimiter = ',', value_parser = values::ability())]
    cannot_use: Vec<v1::Ability>,
    /// A field that becomes exactly what is given here, or empty if nothing is given; named as in the contract, such as
    /// identities or value_micros.
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    clear: Vec<String>,
    #[command(flatten)]
    change: Change,
}

/// Runs the command.
pub(crate) async fn run(command: CustomerCommand, session: &Session) -> Result<(), Failure> {
    match command {
        CustomerCommand::Get {
            customer,
            identity,
            at_least,
        } => match customer.as_slice() {
            [] | [_] => customer_work::get(customer.first(), identity, at_least, session).await,
            several => several::customers(several, &at_least.min_revision, session).await,
        },
        CustomerCommand::Import(args) => customer_import::run(*args, session).await,
        CustomerCommand::List(args) => list_customers(*args, session).await,
        CustomerCommand::Conflicts(page) => conflicts(*page, session).await,
        CustomerCommand::Upsert(args) => {
            customer_work::upsert(upsert_request(*args)?, session).await
        }
        CustomerCommand::Link {
            customer,
            identity,
            change,
        } => customer_work::link(customer, identity, change, session).await,
        CustomerCommand::Unlink {
            customer,
            identity,
            change,
        } => customer_work::unlink(customer, identity, change, session).await,
        CustomerCommand::Merge {
            customer,
            other,
            note,
            change,
        } => customer_work::merge(customer, other, note, change, session).await,
        CustomerCommand::Unmerge {
            customer,
            note,
            change,
        } => customer_work::unmerge(customer, note, change, session).await,
        CustomerCommand::Erase {
            customer,
            note,
            yes,
            event_time,
            key,
        } => {
            let request = v1::EraseCustomerRequest {
                request_id: key.or_fresh(),
                customer_id: customer,
                note,
                validate_only: !yes,
                event_time,
            };
            customer_work::erase(request, session).await
        }
        CustomerCommand::History {
            customer,
            identity,
            at_least,
            form,
        } => customer_work::history((customer, identity), at_least, &form, session).await,
    }
}

async fn list_customers(args: ListCustomersArgs, session: &Session) -> Result<(), Failure> {
    let page = args.page;
    let asked = AskedNames {
        tiers: args.tier,
        ..AskedNames::default()
    };
    let asked = asked.into_ids(session).await?;
    let request = v1::ListCustomersRequest {
        filter: Some(v1::CustomerFilter {
            tiers: asked.tiers.clone(),
            customer_ids: args.customer,
            identity: args.identity,
            from_time: session.moment(args.from).await?,
            before_time: session.moment(args.before).await?,
            search: args.search,
        }),
        order: page.order(),
        page_size: page.page_size(),
        page_token: page.page_token.clone(),
        min_revision: page.at_least.min_revision.clone(),
    };
    let response = |customers, next_page_token, revision| v1::ListCustomersResponse {
        customers,
        next_page_token,
        revision,
    };
    let listing = render::lists::customers;
    list::print(request, &page, &asked, session, response, listing).await
}

async fn conflicts(page: list::PageArgs, session: &Session) -> Result<(), Failure> {
    let request = v1::ListHandleConflictsRequest {
        order: page.order(),
        page_size: page.page_size(),
        page_token: page.page_token.clone(),
        min_revision: page.at_least.min_revision.clone(),
    };
    let response = |conflicts, next_page_token, revision| v1::ListHandleConflictsResponse {
        conflicts,
        next_page_token,
        revision,
    };
    let listing = render::lists::conflicts;
    let asked = AskedNames::default();
    list::print(request, &page, &asked, session, response, listing).await
}

/// The request. If anything is cleared, it has a mask of the fields that are cleared and of those that are given.
fn upsert_request(args: UpsertArgs) -> Result<v1::UpsertCustomerRequest, Failure> {
    let clear = args.clear.clone();
    let customer = v1::Customer {
        customer_id: args.customer,
        identities: args.identity,
        tier: args.tier.unwrap_or_default(),
        persona: args.persona.unwrap_or_default(),
        value_micros: args.value,
        loyalty_years: args.loyalty_years,
        language_code: args.language.unwrap_or_default(),
        time_zone: args.time_zone.unwrap_or_default(),
        preferred_routes: args.prefer.into_iter().map(i32::from).collect(),
        consents: args.consent,
        vulnerable: args.vulnerable,
        cannot_use: args.cannot_use.into_iter().map(i32::from).collect(),
        ..Default::default()
    };
    Ok(v1::UpsertCustomerRequest {
        request_id: args.change.key.or_fresh(),
        update_mask: mask(&customer, clear)?,
        customer: Some(customer),
        event_time: args.change.event_time,
        etag: args.change.etag,
    })
}

/// The names of the fields that have a value.
fn given_fields(customer: &v1::Customer) -> Vec<&'static str> {
    let all = [
        ("identities", !customer.identities.is_empty()),
        ("tier", !customer.tier.is_empty()),
        ("persona", !customer.persona.is_empty()),
        ("value_micros", customer.value_micros.is_some()),
        ("loyalty_years", customer.loyalty_years.is_some()),
        ("language_code", !customer.language_code.is_empty()),
        ("time_zone", !customer.time_zone.is_empty()),
        ("preferred_routes", !customer.preferred_routes.is_empty()),
        ("consents", !customer.consents.is_empty()),
        ("vulnerable", customer.vulnerable.is_some()),
        ("cannot_use", !customer.cannot_use.is_empty()),
    ];
    let given = all.into_iter().filter(|(_, is_given)| *is_given);
    given.map(|(name, _)| name).collect()
}

/// The mask of the fields that are cleared and of those that are given; `None` if no field is cleared.
fn mask(
    customer: &v1::Customer,
    mut paths: Vec<String>,
) -> Result<Option<prost_types::FieldMask>, Failure> {
    if paths.is_empty() {
        return Ok(None);
    }
    for name in given_fields(customer) {
        let named = paths.iter().any(|path| path == name);
        if !named && ["identities", "consents"].contains(&name) {
            return Err(Failure::Fix(format!(
                "with --clear, the given {name} would replace all stored {name}: to replace them, clear {name} too; to add them, use a separate command"
            )));
        }
        if !named {
            paths.push(name.to_owned());
        }
    }
    Ok(Some(prost_types::FieldMask { paths }))
}
