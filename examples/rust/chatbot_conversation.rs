//! A chatbot's conversation with Signpost: from the reason menu to a person, and back by phone.
//!
//! `SIGNPOST_SERVER=127.0.0.1:7100 cargo run -p signpost-client --example chatbot_conversation`
//!
//! Ends with code 0 only if all went as told. What is told is the same in every language of these examples.

#![expect(clippy::print_stdout, reason = "it tells what happens")]

mod connection;

use connection::{Told, check, connect, digits, fact, fresh, known, routed, verified_phone};
use signpost_client::{Client, v1};
use v1::contact_answer::Next;

/// One chat: the keys that the bot chose.
struct Chat {
    contact: String,
    cookie: String,
    customer: String,
    phone: String,
    order: String,
    calls: u32,
}

impl Chat {
    fn new() -> Told<Chat> {
        let run = fresh();
        Ok(Chat {
            contact: format!("chat-{run}"),
            cookie: format!("cookie-{run}"),
            customer: format!("customer-{run}"),
            phone: format!("+1{}", digits()?),
            order: digits()?,
            calls: 0,
        })
    }

    /// A key for the next write: kept until the answer is there, so that a repetition carries the same.
    fn request_id(&mut self) -> String {
        self.calls += 1;
        format!("{}/{}", self.contact, self.calls)
    }
}

/// What the customer picked, and where from.
struct Picked {
    reason: String,
    language: String,
    menu_playbook_version: String,
}

#[tokio::main]
async fn main() -> Told {
    let signpost = connect("chatbot/example")?;
    let mut chat = Chat::new()?;
    let picked = show_the_menu(&signpost).await?;
    let question = route_somebody(&signpost, &mut chat, &picked).await?;
    let case_id = answer_the_question(&signpost, &mut chat, &question).await?;
    ask_for_a_person(&signpost, &mut chat).await?;
    let answer = sign_in(&signpost, &mut chat, &case_id).await?;
    hand_over(&signpost, &mut chat, &answer).await?;
    come_back(&signpost, &chat, &picked, &case_id).await?;
    call_with_a_number(&signpost, &chat, &picked).await
}

async fn show_the_menu(signpost: &Client) -> Told<Picked> {
    let ask = |primary: &str| v1::GetReasonMenuRequest {
        channel: "web_chat".to_owned(),
        language_code: "en-US".to_owned(),
        primary_reason: primary.to_owned(),
        ..Default::default()
    };
    let menu = signpost.get_reason_menu(ask("")).await?;
    let menu = menu.menu.unwrap_or_default();
    println!("What is it about? ({})", menu.language_code);
    show(&menu);
    let primary = pick(&menu, "My order")?;
    let menu = signpost.get_reason_menu(ask(&primary.reason)).await?;
    let menu = menu.menu.unwrap_or_default();
    println!("{}:", primary.label);
    show(&menu);
    Ok(Picked {
        reason: pick(&menu, "Cancel my order")?.reason,
        language: menu.language_code,
        menu_playbook_version: menu.playbook_version,
    })
}

fn show(menu: &v1::ReasonMenu) {
    for item in &menu.items {
        println!("  {}", item.label);
    }
}

/// The reason that the customer clicks on.
fn pick(menu: &v1::ReasonMenu, label: &str) -> Told<v1::MenuItem> {
    let mut found = menu.items.iter().filter(|item| item.label == label);
    match (found.next(), found.next()) {
        (Some(item), None) if item.kind() == v1::MenuItemKind::Reason => Ok(item.clone()),
        _ => Err(format!("the menu does not have {label} once").into()),
    }
}

async fn route_somebody(
    signpost: &Client,
    chat: &mut Chat,
    picked: &Picked,
) -> Told<v1::FactQuestion> {
    let cookie = v1::Identity {
        kind: "cookie".to_owned(),
        value: chat.cookie.clone(),
        verified: false,
        shared: false,
        ..Default::default()
    };
    let request = v1::RouteContactRequest {
        request_id: chat.request_id(),
        contact_id: chat.contact.clone(),
        context: Some(v1::ContactContext {
            channel: "web_chat".to_owned(),
            customer: Some(v1::CustomerRef {
                identities: vec![cookie],
                ..Default::default()
            }),
            stated_reason: picked.reason.clone(),
            language_code: picked.language.clone(),
            ..Default::default()
        }),
        menu_playbook_version: picked.menu_playbook_version.clone(),
        ..Default::default()
    };
    let answer = signpost.route_contact(request).await?.answer;
    let answer = answer.unwrap_or_default();
    check(
        "an unverified cookie is nobody",
        answer.customer_id.is_empty(),
    )?;
    let no_case = answer.case_id.is_empty();
    check("there is no case before its key is known", no_case)?;
    let mut questions = match answer.next {
        Some(Next::AskFacts(ask)) => ask.questions,
        other => return Err(format!("a fact is to be asked for: {other:?}").into()),
    };
    let question = questions.pop().unwrap_or_default();
    let just_the_order = questions.is_empty() && question.fact_id == "order_id";
    check("it is just the order", just_the_order)?;
    println!(
        "Somebody picks {}, and is asked: {}?",
        picked.reason, question.label
    );
    Ok(question)
}

async fn answer_the_question(
    signpost: &Client,
    chat: &mut Chat,
    question: &v1::FactQuestion,
) -> Told<String> {
    let told = fact(&question.fact_id, &chat.order, v1::FactSource::Bot);
    let context = v1::ContactContext {
        channel: "web_chat".to_owned(),
        facts: vec![told],
        ..Default::default()
    };
    let answer = amend(signpost, chat, context).await?;
    let opened = answer.case_match() == v1::CaseMatch::New && !answer.case_id.is_empty();
    check("now there is a case", opened)?;
    let routed = routed(&answer)?;
    check("a flow helps", routed.route() == v1::Route::SelfService)?;
    let there = answer.state() == v1::ContactState::SelfService;
    check("so the contact is there", there)?;
    let (route, flow) = (routed.route().as_str_name(), &routed.flow_id);
    println!("With the answer there is a case; {route}: flow {flow}.");
    Ok(answer.case_id)
}

/// The answer once more is known of the chat: what is set replaces, facts add up.
async fn amend(
    signpost: &Client,
    chat: &mut Chat,
    context: v1::ContactContext,
) -> Told<v1::ContactAnswer> {
    let request = v1::RouteContactRequest {
        request_id: chat.request_id(),
        contact_id: chat.contact.clone(),
        context: Some(context),
        ..Default::default()
    };
    let answer = signpost.route_contact(request).await?.answer;
    Ok(answer.unwrap_or_default())
}

async fn ask_for_a_person(signpost: &Client, chat: &mut Chat) -> Told {
    let request = v1::RerouteContactRequest {
        request_id: chat.request_id(),
        contact_id: chat.contact.clone(),
        outcome: v1::AttemptOutcome::AskedForPerson.into(),
        ..Default::default()
    };
    let answer = signpost.reroute_contact(request).await?.answer;
    let answer = answer.unwrap_or_default();
    let lives_on = answer.state() == v1::ContactState::Routed;
    check("the contact lives on", lives_on)?;
    let routed = routed(&answer)?;
    check("with another answer", routed.route() == v1::Route::Chat)?;
    let decision = answer.decision.clone().unwrap_or_default();
    let mut down = decision.ineligible_routes.iter();
    let not_again = down.any(|it| {
        it.route() == v1::Route::SelfService && it.cause() == v1::IneligibilityCause::AskedForPerson
    });
    check("the flow is not offered again", not_again)?;
    let (route, queue) = (routed.route().as_str_name(), &routed.queue_id);
    println!("The customer asks for a person; {route}: queue {queue}.");
    Ok(())
}

async fn sign_in(signpost: &Client, chat: &mut Chat, case_id: &str) -> Told<v1::ContactAnswer> {
    let upsert = v1::UpsertCustomerRequest {
        request_id: format!("{}/1", chat.customer),
        customer: Some(v1::Customer {
            customer_id: chat.customer.clone(),
            tier: "bronze".to_owned(),
            identities: vec![verified_phone(&chat.phone)],
            ..Default::default()
        }),
        ..Default::default()
    };
    signpost.upsert_customer(upsert).await?;
    let context = v1::ContactContext {
        channel: "web_chat".to_owned(),
        customer: Some(v1::CustomerRef {
            customer_id: chat.customer.clone(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let answer = amend(signpost, chat, context).await?;
    let same = answer.case_id == case_id && answer.case_match() == v1::CaseMatch::New;
    check("it is the same case", same)?;
    let tier = answer.decision.clone().unwrap_or_default().tier;
    let known = answer.customer_id == chat.customer && tier == "bronze";
    check("it has a customer now", known)?;
    check("that is not counted as a repeat", answer.repeat_count == 0)?;
    let a_person = routed(&answer)?.route() == v1::Route::Chat;
    check("and still wants a person", a_person)?;
    println!("While waiting the customer signs in: the same case, tier {tier}, no repeat.");
    Ok(answer)
}

async fn hand_over(signpost: &Client, chat: &mut Chat, answer: &v1::ContactAnswer) -> Told {
    let known = known(answer);
    let all = [("order_id", chat.order.as_str())];
    check("the agent need not ask", known == all)?;
    let queue = &routed(answer)?.queue_id;
    let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
    let names = names.join(" ");
    println!("The agent of queue {queue} gets the case and what is known: {names}.");
    let request = v1::EndContactRequest {
        request_id: chat.request_id(),
        contact_id: chat.contact.clone(),
        outcome: v1::ContactOutcome::Resolved.into(),
        ..Default::default()
    };
    let ended = signpost.end_contact(request).await?;
    let resolved = ended.case_state() == v1::CaseState::Resolved;
    check("the case is resolved", resolved)?;
    println!("The agent cancels the order: the case is resolved.");
    Ok(())
}

async fn come_back(signpost: &Client, chat: &Chat, picked: &Picked, case_id: &str) -> Told {
    let call = format!("call-{}", chat.contact);
    let request = v1::RouteContactRequest {
        request_id: format!("{call}/1"),
        contact_id: call,
        context: Some(v1::ContactContext {
            channel: "phone".to_owned(),
            customer: Some(v1::CustomerRef {
                identities: vec![verified_phone(&chat.phone)],
                ..Default::default()
            }),
            stated_reason: picked.reason.clone(),
            facts: vec![fact("order_id", &chat.order, v1::FactSource::Customer)],
            language_code: picked.language.clone(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let answer = signpost.route_contact(request).await?.answer;
    let answer = answer.unwrap_or_default();
    let found = answer.customer_id == chat.customer;
    check("the number finds who signed in", found)?;
    let reopened = answer.case_match() == v1::CaseMatch::Reopened && answer.case_id == case_id;
    check("and the case", reopened)?;
    let counts = (answer.repeat_count, answer.channel_switch_count);
    check("it counts", counts == (1, 1))?;
    println!(
        "Later the customer calls about the order: the number tells who it is, the case is reopened, {} repeat.",
        answer.repeat_count
    );
    Ok(())
}

async fn call_with_a_number(signpost: &Client, chat: &Chat, picked: &Picked) -> Told {
    let order = fact("order_id", &digits()?, v1::FactSource::Customer);
    let route = async |key: u32, contact_id: &str, told: v1::ContactContext| {
        let request = v1::RouteContactRequest {
            request_id: format!("{contact_id}/{key}"),
            contact_id: contact_id.to_owned(),
            context: Some(v1::ContactContext {
                stated_reason: picked.reason.clone(),
                ..told
            }),
            ..Default::default()
        };
        let answer = signpost.route_contact(request).await?.answer;
        Told::Ok(answer.unwrap_or_default())
    };
    let by_chat = v1::ContactContext {
        channel: "web_chat".to_owned(),
        facts: vec![order.clone()],
        ..Default::default()
    };
    let opened = route(1, &format!("{}-2", chat.contact), by_chat).await?;
    let get = v1::GetCaseRequest {
        case_id: opened.case_id.clone(),
        ..Default::default()
    };
    let kept = signpost.get_case(get).await?.case.unwrap_or_default();
    println!(
        "Somebody who does not sign in chats about an order, and gets the number of the case."
    );
    let call = format!("call-{}-2", chat.contact);
    let by_number = v1::ContactContext {
        channel: "phone".to_owned(),
        case_id: kept.case_number,
        ..Default::default()
    };
    let asked = route(1, &call, by_number).await?;
    check("a number alone proves nothing", asked.case_id.is_empty())?;
    let questions = match asked.next {
        Some(Next::AskFacts(ask)) => ask.questions,
        _ => Vec::new(),
    };
    let ids: Vec<_> = questions.iter().map(|it| it.fact_id.as_str()).collect();
    check("so the key is asked for", ids == ["order_id"])?;
    let with_key = v1::ContactContext {
        channel: "phone".to_owned(),
        facts: vec![order],
        ..Default::default()
    };
    let joined = route(2, &call, with_key).await?;
    check("the order proves it", joined.case_id == opened.case_id)?;
    let continued = joined.case_match() == v1::CaseMatch::Continued;
    check("so the call continues the case", continued)?;
    println!(
        "On the phone the number alone proves nothing: the order number is asked for. With it the case is continued, \
         {} channel switch.",
        joined.channel_switch_count
    );
    Ok(())
}
