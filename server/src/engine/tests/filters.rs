//! An engine with filters answers all that one without them answers, over writes, restarts and kills; and the test
//! notices filters that forget a key.

use super::*;
use crate::engine::FilterLimits;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use signpost_domain::command::UpsertCustomer;
use signpost_domain::customer::IdentityKey;
use signpost_domain::customer::{Identity, Profile};
use signpost_domain::event::IdempotencyKey;
use signpost_domain::handle::HandleKinds;
use signpost_domain::state::RowKey;
use std::path::PathBuf;

/// Contacts, customers, phones and matters that the filters know.
const CONTACTS: u8 = 40;
const CUSTOMERS: u8 = 8;
const PHONES: u8 = 4;
const MATTERS: u8 = 3;
/// Request ids, which come again now and then.
const REQUESTS: u8 = 120;

/// What is done to both engines.
#[derive(Clone, Debug)]
enum Step {
    Route {
        request: u8,
        contact: u8,
        customer: Option<u8>,
        phone: Option<u8>,
        matter: u8,
    },
    End {
        request: u8,
        contact: u8,
    },
    Upsert {
        request: u8,
        customer: u8,
        phone: u8,
    },
    Look(u8),
    Restart,
    /// As [`Step::Restart`], with rows as they were at the last restart: what a kill loses of them.
    Kill,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let some = proptest::option::of::<std::ops::Range<u8>>;
    let route = (
        0..REQUESTS,
        0..CONTACTS,
        some(0..CUSTOMERS),
        some(0..PHONES),
        0..MATTERS,
    );
    let step = prop_oneof![
        12 => route.prop_map(|(request, contact, customer, phone, matter)| Step::Route {
            request,
            contact,
            customer,
            phone,
            matter,
        }),
        6 => (0..REQUESTS, 0..CONTACTS)
            .prop_map(|(request, contact)| Step::End { request, contact }),
        2 => (0..REQUESTS, 0..CUSTOMERS, 0..PHONES).prop_map(|(request, customer, phone)| {
            Step::Upsert { request, customer, phone }
        }),
        4 => any::<u8>().prop_map(Step::Look),
        1 => Just(Step::Restart),
        1 => Just(Step::Kill),
    ];
    proptest::collection::vec(step, 30..90)
}

/// An engine on a folder of its own.
struct Subject {
    data: PathBuf,
    rows_before: PathBuf,
    filters: FilterLimits,
    running: Option<(Engine, EngineGuard)>,
}

impl Subject {
    async fn start(path: &Path, filters: FilterLimits) -> Result<Subject, Box<dyn Error>> {
        std::fs::create_dir_all(path)?;
        let mut subject = Subject {
            data: path.join("data"),
            rows_before: path.join("rows"),
            filters,
            running: None,
        };
        subject.open()?;
        subject
            .engine()?
            .write(command("p1", MONDAY, publish()?))
            .await?;
        subject.restart(false)?;
        Ok(subject)
    }

    fn open(&mut self) -> Result<(), Box<dyn Error>> {
        let options = EngineOptions {
            filters: self.filters,
            ..EngineOptions::new(Clock::External)
        };
        let running = Engine::start(open_folder(&self.data)?, options)?;
        while !running.0.shared.rows.filters.are_complete() {
            std::thread::yield_now();
        }
        self.running = Some(running);
        Ok(())
    }

    fn engine(&self) -> Result<&Engine, Box<dyn Error>> {
        let running = self.running.as_ref();
        Ok(running.map(|(engine, _)| engine).ok_or("it is stopped")?)
    }

    fn restart(&mut self, is_kill: bool) -> Result<(), Box<dyn Error>> {
        if let Some((engine, guard)) = self.running.take() {
            drop(engine);
            guard.stop();
        }
        let rows = self.data.join("state");
        if is_kill {
            std::fs::remove_dir_all(&rows)?;
            copy(&self.rows_before, &rows)?;
        } else {
            let _ = std::fs::remove_dir_all(&self.rows_before);
            copy(&rows, &self.rows_before)?;
        }
        self.open()
    }

    /// What it answers.
    async fn take(&mut self, step: &Step) -> Result<String, Box<dyn Error>> {
        match step {
            Step::Restart => self.restart(false)?,
            Step::Kill => self.restart(true)?,
            Step::Look(number) => return self.look(*number).await,
            Step::Route { .. } | Step::End { .. } | Step::Upsert { .. } => {
                let (request, body) = written(step)?;
                let id = format!("r{request}");
                let answer = self.engine()?.write(command(&id, MONDAY, body)).await;
                return Ok(format!("{answer:?}"));
            }
        }
        Ok(String::new())
    }

    async fn look(&self, number: u8) -> Result<String, Box<dyn Error>> {
        let query = match number % 4 {
            0 => Query::Contact(ContactId::stored(format!("chat-{}", number % CONTACTS))),
            1 => Query::Customer(CustomerId::stored(format!("c{}", number % CUSTOMERS))),
            2 => Query::Holder(HandleKinds::default().key_of(&phone(number % PHONES))),
            _ => Query::Counts,
        };
        Ok(format!("{:?}", self.engine()?.read(query).await))
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), std::io::Error> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let (entry, name) = entry.map(|it| (it.path(), it.file_name()))?;
        match entry.is_dir() {
            true => copy(&entry, &to.join(name))?,
            false => std::fs::copy(&entry, to.join(name)).map(drop)?,
        }
    }
    Ok(())
}

fn phone(number: u8) -> Identity {
    Identity {
        key: IdentityKey {
            kind: Slug::stored("phone"),
            value: format!("+3161234567{number}").into(),
        },
        verified: true,
        shared: false,
        region: None,
    }
}

/// The request of a step that writes, and its body.
fn written(step: &Step) -> Result<(u8, CommandBody), Box<dyn Error>> {
    Ok(match step {
        Step::Route {
            request,
            contact,
            customer,
            phone: told,
            matter,
        } => {
            let contact = format!("chat-{contact}");
            let CommandBody::Route(mut body) = route(&contact, "c", "web_chat", MONDAY) else {
                return Err("not a route".into());
            };
            body.context.customer = CustomerRef {
                id: customer.map(|it| CustomerId::stored(format!("c{it}"))),
                identities: told.map(phone).into_iter().collect(),
                ..CustomerRef::default()
            };
            let mut facts: Vec<Fact> = body.context.facts.iter().cloned().collect();
            for fact in &mut facts {
                let reference = format!("ABC12{matter}");
                fact.knowledge = Knowledge::Known(FactValue::Text(reference.as_str().into()));
            }
            body.context.facts = Facts::from_facts(facts);
            (*request, CommandBody::Route(body))
        }
        Step::End { request, contact } => (*request, end(&format!("chat-{contact}"))),
        Step::Upsert {
            request,
            customer,
            phone: told,
        } => {
            let profile = Profile {
                identities: vec![phone(*told)],
                ..Profile::default()
            };
            let upsert = UpsertCustomer {
                id: CustomerId::stored(format!("c{customer}")),
                seen: None,
                profile,
                named: None,
            };
            (*request, CommandBody::Upsert(Box::new(upsert)))
        }
        other => return Err(format!("{other:?} writes nothing").into()),
    })
}

/// Takes the steps with both; tells the first that they answer differently.
async fn compare(steps: &[Step], filters: FilterLimits) -> Result<Option<String>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let with = folder.path().join("with");
    let without = folder.path().join("without");
    let mut with = Subject::start(&with, filters).await?;
    let mut without = Subject::start(&without, FilterLimits::NONE).await?;
    for step in steps {
        let (one, other) = (with.take(step).await?, without.take(step).await?);
        if one != other {
            return Ok(Some(format!("{step:?}\n{one}\n{other}")));
        }
    }
    // What both hold in the end, in rows alone.
    for step in (0..=u8::MAX).map(Step::Look) {
        let (one, other) = (with.take(&step).await?, without.take(&step).await?);
        if one != other {
            return Ok(Some(format!("{step:?}\n{one}\n{other}")));
        }
    }
    Ok(None)
}

fn blocking<T>(work: impl Future<Output = T>) -> Result<T, TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| TestCaseError::fail(error.to_string()))?;
    Ok(runtime.block_on(work))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 32, ..ProptestConfig::default() })]

    #[test]
    fn what_filters_answer_is_what_rows_answer(steps in steps()) {
        let differs = blocking(compare(&steps, FilterLimits::default()))?;
        let differs = differs.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(differs, None);
    }
}

/// So that the property above holds anything: filters that forget one key of three are found out.
#[tokio::test]
async fn filters_that_forget_a_key_are_found_out() -> TestResult {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let forgetful = FilterLimits {
        forgets_one_in: Some(3),
        ..FilterLimits::default()
    };
    let mut found = 0;
    for _ in 0..3 {
        let steps = steps()
            .new_tree(&mut runner)
            .map_err(|why| why.to_string())?;
        let differs = compare(&steps.current(), forgetful).await?;
        found += usize::from(differs.is_some());
    }
    assert!(found > 0, "nobody noticed");
    Ok(())
}

/// An engine that starts on rows knows what is not in them, and finds what is.
#[tokio::test]
async fn filters_are_filled_at_a_start() -> TestResult {
    let folder = tempfile::tempdir()?;
    let mut subject = Subject::start(folder.path(), FilterLimits::default()).await?;
    for number in 0..30_u8 {
        let routed = Step::Route {
            request: number,
            contact: number,
            customer: Some(number % CUSTOMERS),
            phone: (number % CUSTOMERS < PHONES).then_some(number % CUSTOMERS),
            matter: number % MATTERS,
        };
        subject.take(&routed).await?;
    }
    subject.restart(false)?;
    let filters = &subject.engine()?.shared.rows.filters;
    for number in 0..30_u8 {
        let key = RowKey::Contact(ContactId::stored(format!("chat-{number}")));
        assert!(!filters.is_absent(&key), "{key:?}");
        let request = command(&format!("r{number}"), MONDAY, end("chat-0"));
        let route = IdempotencyKey {
            method: signpost_domain::event::Method::RouteContact,
            ..request.request
        };
        let key = RowKey::Request(route.key(&request.actor));
        assert!(!filters.is_absent(&key), "{key:?}");
    }
    for number in 0..CUSTOMERS {
        let key = RowKey::Customer(CustomerId::stored(format!("c{number}")));
        assert!(!filters.is_absent(&key), "{key:?}");
    }
    for number in 0..PHONES {
        let key = RowKey::IdentityOwner(HandleKinds::default().key_of(&phone(number)));
        assert!(!filters.is_absent(&key), "{key:?}");
    }
    assert!(filters.matters.size().0 > 0);
    let nobody = RowKey::Contact(ContactId::stored("chat-none"));
    assert!(filters.is_absent(&nobody));
    // What is asked for is not kept, nor is the request of a write that is refused.
    let before = (filters.contacts.size(), filters.requests.size());
    for number in 0..500 {
        let id = ContactId::stored(format!("none-{number}"));
        let found = subject.engine()?.read(Query::Contact(id)).await;
        assert!(matches!(found, Err(EngineError::Refused(_))), "{found:?}");
        let refused = command(&format!("r-none-{number}"), MONDAY, end("chat-none"));
        let refused = subject.engine()?.write(refused).await;
        let is_refused = matches!(refused, Err(EngineError::Refused(_)));
        assert!(is_refused, "{refused:?}");
    }
    let after = (filters.contacts.size(), filters.requests.size());
    assert_eq!(after, before);
    Ok(())
}
