//! A contact-centre platform's conversation with Signpost: from its playbook to a case that is resolved.
//!
//! `SIGNPOST_SERVER=127.0.0.1:7100 cargo run -p signpost-client --example platform_conversation`
//!
//! Publishes the sample of a shop. Over another playbook that is live only with `--publish-over`.
//! Ends with code 0 only if all went as told. What is told is the same in every language of these examples.

#![expect(clippy::print_stdout, reason = "it tells what happens")]

mod connection;

use connection::{Told, check, connect, digits, fact, fresh, known, routed, verified_phone};
use signpost_client::{Client, ClientError, v1};
use std::path::Path;

/// The platform's own keys: of a customer, an order, a call and a chat.
struct Keys {
    customer: String,
    phone: String,
    order: String,
    call: String,
    chat: String,
}

impl Keys {
    fn new() -> Told<Keys> {
        let run = fresh();
        Ok(Keys {
            customer: format!("customer-{run}"),
            phone: format!("+1{}", digits()?),
            order: digits()?,
            call: format!("call-{run}"),
            chat: format!("chat-{run}"),
        })
    }
}

#[tokio::main]
async fn main() -> Told {
    let signpost = connect("platform/example")?;
    let keys = Keys::new()?;
    check_the_playbook(&signpost).await?;
    keep_the_customer(&signpost, &keys).await?;
    let case_id = route_the_call(&signpost, &keys).await?;
    let taken = select_a_route(&signpost, &keys).await?;
    send_it_again(&signpost, &keys, &taken).await?;
    continue_in_a_chat(&signpost, &keys, &case_id).await?;
    let refund = add_another_matter(&signpost, &keys, &case_id).await?;
    resolve_the_case(&signpost, &keys, &refund).await?;
    read_the_case(&signpost, &keys, case_id.clone()).await?;
    read_every_page(&signpost, &keys, [refund, case_id]).await?;
    read_refusals(&signpost, &keys).await
}

async fn check_the_playbook(signpost: &Client) -> Told {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../playbooks/retail.yaml");
    let source = std::fs::read_to_string(file)?;
    let validate = v1::ValidatePlaybookRequest {
        document: source.clone(),
    };
    let checked = signpost.validate_playbook(validate).await?;
    check("the playbook has no errors", checked.errors.is_empty())?;
    let live = signpost.get_playbook(v1::GetPlaybookRequest::default());
    let mut live = live.await?.publication.unwrap_or_default();
    if live.playbook_version != checked.playbook_version {
        if !std::env::args().any(|word| word == "--publish-over") {
            let live = live.name;
            let over =
                format!("{live} is live: nothing is published over it without --publish-over");
            return Err(over.into());
        }
        let publish = v1::PublishPlaybookRequest {
            request_id: format!(
                "publish/{}/after/{}",
                checked.playbook_version, live.sequence
            ),
            document: source,
            note: "The example's".to_owned(),
            ..Default::default()
        };
        let published = signpost.publish_playbook(publish).await?;
        live = published.publication.unwrap_or_default();
    }
    println!("The playbook {} has no errors and is live.", live.name);
    Ok(())
}

async fn keep_the_customer(signpost: &Client, keys: &Keys) -> Told {
    let upsert = v1::UpsertCustomerRequest {
        request_id: format!("{}/1", keys.customer),
        customer: Some(v1::Customer {
            customer_id: keys.customer.clone(),
            tier: "silver".to_owned(),
            language_code: "en".to_owned(),
            identities: vec![verified_phone(&keys.phone)],
            ..Default::default()
        }),
        ..Default::default()
    };
    let kept = signpost.upsert_customer(upsert).await?;
    let kept = kept.customer.unwrap_or_default();
    let as_told = kept.tier == "silver" && kept.identities[0].verified;
    check("the customer is kept as told", as_told)?;
    println!(
        "Ann is a customer of tier {}, known by a verified phone number.",
        kept.tier
    );
    Ok(())
}

async fn route_the_call(signpost: &Client, keys: &Keys) -> Told<String> {
    let request = v1::RouteContactRequest {
        request_id: format!("{}/route/1", keys.call),
        contact_id: keys.call.clone(),
        context: Some(v1::ContactContext {
            channel: "phone".to_owned(),
            direction: v1::Direction::Inbound.into(),
            customer: Some(v1::CustomerRef {
                identities: vec![verified_phone(&keys.phone)],
                tier: "gold".to_owned(),
                ..Default::default()
            }),
            stated_reason: "order_issue/manage_cancel".to_owned(),
            facts: vec![fact("order_id", &keys.order, v1::FactSource::Customer)],
            language_code: "en".to_owned(),
            queue_stats: vec![v1::QueueStats {
                queue_id: "orders".to_owned(),
                staffed_agents: Some(3),
                available_agents: Some(0),
                waiting_count: Some(9),
                average_handle_time: Some(prost_types::Duration {
                    seconds: 360,
                    nanos: 0,
                }),
                ..Default::default()
            }],
            ..Default::default()
        }),
        route_selection: v1::RouteSelection::ByCustomer.into(),
        ..Default::default()
    };
    let answer = signpost.route_contact(request).await?.answer;
    let answer = answer.unwrap_or_default();
    let decision = answer.decision.clone().unwrap_or_default();
    let found = answer.customer_id == keys.customer;
    check("the verified number finds the customer", found)?;
    let opened = answer.case_match() == v1::CaseMatch::New;
    check("the call opens a case", opened)?;
    let told = decision.tier == "gold";
    check("the tier that is told wins over the kept one", told)?;
    let deciding = answer.state() == v1::ContactState::AwaitingCustomer;
    check("nothing is selected yet", deciding)?;
    println!(
        "Ann, gold since this morning, calls to cancel her order: a new case. She can choose, the cheapest first:"
    );
    for option in &decision.options {
        let target = option.target.clone().unwrap_or_default();
        let wait = option.wait.as_ref().and_then(|wait| wait.expected);
        println!(
            "  {}: {} min, {} % resolved",
            target.route().as_str_name(),
            wait.unwrap_or_default().seconds / 60,
            option.chance_basis_points / 100
        );
    }
    Ok(answer.case_id)
}

fn choice(keys: &Keys, route: v1::Route) -> v1::SelectRouteRequest {
    v1::SelectRouteRequest {
        request_id: format!("{}/select/1", keys.call),
        contact_id: keys.call.clone(),
        route: route.into(),
        declined_routes: vec![v1::Route::SelfService.into(), v1::Route::Callback.into()],
        ..Default::default()
    }
}

async fn select_a_route(signpost: &Client, keys: &Keys) -> Told<v1::RouteTarget> {
    let taken = signpost
        .select_route(choice(keys, v1::Route::Human))
        .await?;
    let in_line = taken.state() == v1::ContactState::Routed;
    check("the call is in the platform's own line", in_line)?;
    let routed = taken.target.unwrap_or_default();
    check("it is the queue of the orders", routed.queue_id == "orders")?;
    println!(
        "Ann takes {}: queue {}.",
        routed.route().as_str_name(),
        routed.queue_id
    );
    Ok(routed)
}

async fn send_it_again(signpost: &Client, keys: &Keys, taken: &v1::RouteTarget) -> Told {
    let again = signpost
        .select_route(choice(keys, v1::Route::Human))
        .await?;
    let stored = again.receipt.as_ref().is_some_and(|it| it.replayed)
        && again.target.as_ref() == Some(taken);
    check("it is the stored answer", stored)?;
    println!(
        "The platform did not hear the answer, sends the same again, and gets the same answer."
    );
    let other = signpost
        .select_route(choice(keys, v1::Route::Message))
        .await;
    let refused = other.is_err_and(|error| error.reason() == v1::ErrorReason::RequestIdReused);
    check("a request_id is for one content", refused)?;
    println!(
        "With other content the same request_id is refused: ALREADY_EXISTS, REQUEST_ID_REUSED."
    );
    Ok(())
}

async fn continue_in_a_chat(signpost: &Client, keys: &Keys, case_id: &str) -> Told {
    let hung_up = v1::EndContactRequest {
        request_id: format!("{}/end/1", keys.call),
        contact_id: keys.call.clone(),
        outcome: v1::ContactOutcome::Abandoned.into(),
        ..Default::default()
    };
    let ended = signpost.end_contact(hung_up).await?;
    let open = ended.case_state() == v1::CaseState::Open;
    check("the case stays open", open)?;
    let request = v1::RouteContactRequest {
        request_id: format!("{}/route/1", keys.chat),
        contact_id: keys.chat.clone(),
        context: Some(v1::ContactContext {
            channel: "web_chat".to_owned(),
            customer: Some(v1::CustomerRef {
                customer_id: keys.customer.clone(),
                ..Default::default()
            }),
            stated_reason: "order_issue/manage_cancel".to_owned(),
            facts: vec![fact("order_id", &keys.order, v1::FactSource::System)],
            language_code: "en".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let answer = signpost.route_contact(request).await?.answer;
    let answer = answer.unwrap_or_default();
    let continued = answer.case_match() == v1::CaseMatch::Continued && answer.case_id == case_id;
    check("the chat continues the case", continued)?;
    let counts = (answer.repeat_count, answer.channel_switch_count);
    check("it counts", counts == (1, 1))?;
    let order = [("order_id", keys.order.as_str())];
    check("what the call told is known", known(&answer) == order)?;
    let tier = answer.decision.clone().unwrap_or_default().tier;
    check("the tier of the call held for the call", tier == "silver")?;
    let routed = routed(&answer)?;
    println!(
        "Ann hangs up in the line and opens a chat: the case continues, {} repeat, {} channel switch.",
        answer.repeat_count, answer.channel_switch_count
    );
    println!(
        "Nothing is asked again: {}, queue {}.",
        routed.route().as_str_name(),
        routed.queue_id
    );
    Ok(())
}

async fn add_another_matter(signpost: &Client, keys: &Keys, case_id: &str) -> Told<String> {
    let request = v1::AddCaseToContactRequest {
        request_id: format!("{}/add/1", keys.chat),
        contact_id: keys.chat.clone(),
        stated_reason: "product_defect/refund_status".to_owned(),
        facts: vec![fact("order_id", &keys.order, v1::FactSource::Customer)],
        ..Default::default()
    };
    let added = signpost.add_case_to_contact(request).await?;
    let opened = added.case_match() == v1::CaseMatch::New && added.case_id != case_id;
    check("it is a case of its own", opened)?;
    let stays = added.main_case_id == case_id;
    check("the chat stays with the first", stays)?;
    let both = added.additional_case_ids == [added.case_id.as_str()];
    check("and has both", both)?;
    println!("While she is there she asks for an older refund: a second case, of the same chat.");
    Ok(added.case_id)
}

async fn resolve_the_case(signpost: &Client, keys: &Keys, refund: &str) -> Told {
    let request = v1::EndContactRequest {
        request_id: format!("{}/end/1", keys.chat),
        contact_id: keys.chat.clone(),
        outcome: v1::ContactOutcome::Resolved.into(),
        confirmed_reason: "shipping_issue/missing".to_owned(),
        ..Default::default()
    };
    let ended = signpost.end_contact(request).await?;
    let resolved = ended.case_state() == v1::CaseState::Resolved;
    check("no contact is live, so the case is resolved", resolved)?;
    let named = ended.additional_case_ids == [refund];
    check("the other matter is named: its case stays open", named)?;
    println!("The agent found that the parcel had not come, and settled it: the case is resolved.");
    Ok(())
}

async fn read_the_case(signpost: &Client, keys: &Keys, case_id: String) -> Told {
    let kept = signpost
        .get_case(v1::GetCaseRequest {
            case_id,
            ..Default::default()
        })
        .await?;
    let kept = kept.case.unwrap_or_default();
    let contacts: Vec<_> = kept.contacts.iter().map(|it| &it.contact_id).collect();
    check(
        "both contacts are in it",
        contacts == [&keys.call, &keys.chat],
    )?;
    let stated = kept.stated_reason == "order_issue/manage_cancel";
    check("the stated reason is kept", stated)?;
    let confirmed = kept.confirmed_reason == "shipping_issue/missing";
    check("and the confirmed one", confirmed)?;
    let channels: Vec<_> = kept.contacts.iter().map(|it| it.channel.as_str()).collect();
    println!(
        "The case: {} contacts ({}), stated {}, confirmed {}.",
        kept.contact_count,
        channels.join(" then "),
        kept.stated_reason,
        kept.confirmed_reason
    );
    Ok(())
}

async fn read_every_page(signpost: &Client, keys: &Keys, newest_first: [String; 2]) -> Told {
    let mut request = v1::ListCasesRequest {
        filter: Some(v1::CaseFilter {
            customer_ids: vec![keys.customer.clone()],
            ..Default::default()
        }),
        page_size: 1,
        ..Default::default()
    };
    let mut found = Vec::new();
    loop {
        let page = signpost.list_cases(request.clone()).await?;
        found.extend(page.cases.into_iter().map(|it| it.case_id));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    check(
        "both cases are listed, the newest first",
        found == newest_first,
    )?;
    println!(
        "Ann's cases, page by page until there is no next one: {}.",
        found.len()
    );
    Ok(())
}

async fn read_refusals(signpost: &Client, keys: &Keys) -> Told {
    let route = |number: u32, channel: &str, facts: Vec<v1::Fact>| {
        signpost.route_contact(v1::RouteContactRequest {
            request_id: format!("{}/route/{number}", keys.chat),
            contact_id: keys.chat.clone(),
            context: Some(v1::ContactContext {
                channel: channel.to_owned(),
                facts,
                ..Default::default()
            }),
            ..Default::default()
        })
    };
    let ended = route(2, "web_chat", Vec::new()).await;
    let refused = ended.is_err_and(|error| error.reason() == v1::ErrorReason::ContactEnded);
    check("an ended contact stays ended", refused)?;
    println!("A contact that ended takes no more: FAILED_PRECONDITION, CONTACT_ENDED.");
    let number = fact("order_id", "one", v1::FactSource::Customer);
    let fields: Vec<String> = match route(3, "fax", vec![number]).await {
        Err(ClientError::Invalid(faults, _)) => {
            faults.into_iter().map(|(field, _)| field).collect()
        }
        other => return Err(format!("this must be refused: {other:?}").into()),
    };
    let named = fields == ["context.channel", "context.facts[0].text"];
    check("every faulty field is named", named)?;
    println!(
        "Every faulty field is named: INVALID_ARGUMENT, context.channel and context.facts[0].text."
    );
    let contact_id = format!("{}-2", keys.chat);
    let unknown = signpost.get_contact(v1::GetContactRequest {
        contact_id,
        ..Default::default()
    });
    let missing = match unknown.await {
        Err(ClientError::NotFound { kind, .. }) => kind == "contact",
        _ => false,
    };
    check("what nobody told of is not there", missing)?;
    println!("What nobody told of is not there: NOT_FOUND, contact.");
    Ok(())
}
