//! Faults in the parts about queues, about what is at stake, and about the last resort.

use super::{STORE, check_text, store};
use expect_test::expect;

#[test]
fn a_store_without_faults() {
    check_text(
        STORE,
        expect![[r#"
            fine
            62:1 guards: guards.asked_for_person allows no route on phone, email, counter for order/where, on app, email for account/sign_in, on email for order/cancel; allow one that is possible there; until then these contacts go to the last resort
            60:9 reasons[1].secondary[0].routes: with waits over 2 minutes gold is never sent to a person for account/sign_in; lower the waiting_cost_per_minute of the tier, or raise what a failure costs (cost_of_failure, stake, need)
            47:9 reasons[0].secondary[0].routes: for order/cancel on phone at a wait of 5 minutes the costs of gold alone lead to message, which resolves less than human, the route of guest; raise the cost_of_failure of the tier, or lower its waiting_cost_per_minute
            47:9 reasons[0].secondary[0].routes: nobody is ever sent to self_service, in any tier and at any wait, for order/cancel; lower its cost, raise what it resolves, or leave it out
            33:1 reasons: has 2 primary reasons; 6 to 8 are easy to choose from
            39:5 reasons[0].secondary: 2 secondary reasons under order; 6 to 8 are easy to choose from
            59:5 reasons[1].secondary: 1 secondary reason under account; 6 to 8 are easy to choose from
            27:3 facts.opens_at: nothing asks for opens_at; ask for it or remove it
        "#]],
    );
}

#[test]
fn stakes_deadlines_and_times() {
    check_text(
        &store(&[
            ("stake: 25.00", "stake: -25.00"),
            ("deadline: leaves_at", "deadline: price"),
            ("takes: 2m", "takes: soon"),
            ("takes: 30m", "takes: 60d"),
            (
                "agreed_wait_cost_per_hour: 2.00",
                "agreed_wait_cost_per_hour: 2.00 EUR",
            ),
            ("preferred_share: 0.2", "preferred_share: 20"),
            ("repeat_need: 1.25", "repeat_need: 20.5"),
            ("need: 1.5", "need: 20.5"),
            (
                "without: [human, chat]",
                "deadline: leaves\n        stake: much\n        without: [human, chat]",
            ),
        ]),
        expect![[r#"
            7:148 tiers[0].agreed_wait_cost_per_hour: is "2.00 EUR"; must be a decimal amount such as 4.10 with at most 6 decimals
            31:62 routes.message.takes: is "60d"; must be at most 30d
            44:15 reasons[0].secondary[0].need: is "20.5"; must be a decimal from 0.1 to 20 with at most 3 decimals
            45:16 reasons[0].secondary[0].stake: is "-25.00"; must not be negative
            46:19 reasons[0].secondary[0].deadline: price is of type money; must be a fact of type instant: leaves_at, opens_at
            48:48 reasons[0].secondary[0].routes.self_service.takes: is "soon"; must be a span such as 20s, 4m, 1h30m or 7d
            52:19 reasons[0].secondary[1].deadline: there is no fact leaves; must be one of order, leaves_at, opens_at, price
            53:16 reasons[0].secondary[1].stake: is "much"; must be a decimal amount such as 4.10 with at most 6 decimals
            72:20 costs.preferred_share: is "20"; must be a decimal from 0 to 1 with at most 4 decimals
            73:16 costs.repeat_need: is "20.5"; must be a decimal from 0 to 20 with at most 3 decimals
        "#]],
    );
}

#[test]
fn where_routes_lead() {
    check_text(
        &store(&[
            (
                "{ in_person: shop, nl: dutch_calls, default: calls }",
                "{ in_persn: shop, en-GB: calls, fr: calls, nl: dutch_cals }",
            ),
            (
                "{ outlet: outlet_chats, web_chat: chats, live_text: chats }",
                "{ outlet: outlet_chats, web_chat: chats }",
            ),
            (
                "chat: { queue: chats, cost: 3.00",
                "chat: { queue: calls, cost: 3.00",
            ),
            ("languages: [en, nl, de]", "languages: [en, en-US, EN, en]"),
            (
                "media: [voice], languages: [en]",
                "media: [voice, voice], languages: [en]",
            ),
        ]),
        expect![[r#"
            18:45 queues.calls.media[1]: voice is there twice; must be there once
            20:66 queues.chats.languages[1]: is "en-US"; must be a language without a region, such as en or nl
            20:73 queues.chats.languages[2]: is "EN"; must be a language without a region, such as en or nl
            20:77 queues.chats.languages[3]: en is there twice; must be there once
            32:31 routes.human.queue.in_persn: there is no channel, brand, medium or language in_persn; did you mean in_person?
            32:44 routes.human.queue.en-GB: there is no channel, brand, medium or language en-GB; must be the language alone: en
            32:55 routes.human.queue.fr: there is no channel, brand, medium or language fr; must be default, a channel, a brand, a medium, or a language of `locales` or of the `languages` of a queue
            32:66 routes.human.queue.nl: there is no queue dutch_cals; did you mean dutch_calls?
            37:15 reasons[0].routes.chat.queue: chat has no queue on app; must have a default, or a queue for each channel or medium that has the route
            55:26 reasons[0].secondary[1].routes.chat.queue: chat on web_chat is live_text, and the queue calls serves only voice; must be a queue that serves live_text there, or live_text must be in the media of that queue
        "#]],
    );
    check_text(
        &store(&[
            ("{ in_person: shop, nl: dutch_calls, default: calls }", "{}"),
            (
                "queue: post, cost: 2.00",
                "queue: { email: chats, default: post }, cost: 2.00",
            ),
            (
                "languages: [nl]",
                &format!("languages: [{}]", "n".repeat(300)),
            ),
        ]),
        expect![[r#"
            19:64 queues.dutch_calls.languages[0]: is "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn…"; must be a language without a region, such as en or nl
            31:30 routes.message.queue.email: message on email is async_text, and the queue chats serves only live_text; must be a queue that serves async_text there, or async_text must be in the media of that queue
            32:12 routes.human.queue: human has no queue on phone, web_chat, counter; must have a default, or a queue for each channel or medium that has the route
        "#]],
    );
    check_text(
        &store(&[(
            "{ in_person: shop, nl: dutch_calls, default: calls }",
            "[calls]",
        )]),
        expect![[r#"
            32:19 routes.human.queue: is sequence; must be a queue, or a mapping such as {phone: calls, default: desk}
        "#]],
    );
    check_text(
        &store(&[("media: [in_person]", "media: [person]")]),
        expect![[r#"
            23:37 queues.shop.media[0]: is "person"; must be one of voice, live_text, async_text, in_person
        "#]],
    );
}

#[test]
fn what_is_inherited_must_come_to_a_route() {
    check_text(
        &store(&[
            (
                "human: { queue: { in_person: shop, nl: dutch_calls, default: calls }, cost: 6.00, resolves: 0.95 }",
                "human: { cost: 6.00, flow: talk }\n  callback: {}",
            ),
            (
                "without: [self_service]",
                "without: [chat, message, message]",
            ),
            ("without: [human, chat]", "without: [human, chat, callback]"),
            (
                "self_service: { flow: track, resolves: 0.90 }",
                "message: { queue: nowhere }",
            ),
        ]),
        expect![[r#"
            32:30 routes.human.flow: human has a flow; must be left out: only self_service has a flow
            48:9 reasons[0].secondary[0].routes.callback.queue: the queue of callback is missing; must be there, or the reason must say without: [callback]
            48:9 reasons[0].secondary[0].routes.callback.cost: the cost of callback is missing; must be there, or the reason must say without: [callback]
            48:9 reasons[0].secondary[0].routes.callback.resolves: the resolves of callback is missing; must be there, or the reason must say without: [callback]
            50:11 reasons[0].secondary[0].routes.human.queue: the queue of human is missing; must be there
            50:11 reasons[0].secondary[0].routes.human.resolves: the resolves of human is missing; must be there
            54:9 reasons[0].secondary[1].routes.self_service.flow: the flow of self_service is missing; must be there, or the reason must say without: [self_service]
            55:29 reasons[0].secondary[1].routes.message.queue: there is no queue nowhere; must be one of calls, dutch_calls, chats, outlet_chats, post, shop
            59:15 reasons[1].without[0]: no level above has the route chat; must be left out, or the `routes` of a level above must have it
            59:30 reasons[1].without[2]: message is there twice; must be there once
            61:9 reasons[1].secondary[0].routes.self_service.flow: the flow of self_service is missing; must be there, or the reason must say without: [self_service]
            61:9 reasons[1].secondary[0].routes.human.queue: the queue of human is missing; must be there, or the reason must say without: [human]
            61:9 reasons[1].secondary[0].routes.human.resolves: the resolves of human is missing; must be there, or the reason must say without: [human]
            61:9 reasons[1].secondary[0].routes.callback.queue: the queue of callback is missing; must be there, or the reason must say without: [callback]
            61:9 reasons[1].secondary[0].routes.callback.cost: the cost of callback is missing; must be there, or the reason must say without: [callback]
            61:9 reasons[1].secondary[0].routes.callback.resolves: the resolves of callback is missing; must be there, or the reason must say without: [callback]
        "#]],
    );
    check_text(
        &store(&[
            ("  self_service: { cost: 0.05, resolves: 0.60 }\n", ""),
            (
                "  human: { queue: { in_person: shop, nl: dutch_calls, default: calls }, cost: 6.00, resolves: 0.95 }\n",
                "",
            ),
            ("without: [self_service]", "without: [message]"),
            ("without: [human, chat]", "without: []"),
            (
                "human: { cost: 7.50, facts: [price] }",
                "human: { queue: calls, cost: 7.50, resolves: 0.9 }",
            ),
        ]),
        expect![[r#"
            46:11 reasons[0].secondary[0].routes.self_service.cost: the cost of self_service is missing; must be there
            46:11 reasons[0].secondary[0].routes.self_service.resolves: the resolves of self_service is missing; must be there
            47:27 reasons[0].secondary[0].routes.human.queue: human on counter is in_person, and the queue calls serves only voice; must be a queue that serves in_person there, or in_person must be in the media of that queue
            52:11 reasons[0].secondary[1].routes.self_service.cost: the cost of self_service is missing; must be there
            58:9 reasons[1].secondary[0].routes: is empty; must have at least one
        "#]],
    );
}

#[test]
fn what_rules_hand_over() {
    check_text(
        &store(&[
            (
                "priority: 9, skills: { nights: 3 }",
                "priority: 11, skills: { nights: 0, Late: 2 }",
            ),
            (
                "queue: outlet_chats }",
                "queue: calls }\n  - { id: lost, queue: nowhere }\n  - { id: idle, tier: gold }\n  - { id: in_writing, channel: email, queue: shop }\n  - { id: all, queue: shop }",
            ),
        ]),
        expect![[r#"
            66:79 rules[2].priority: is "11"; must be a whole number from 0 to 10
            66:101 rules[2].skills.nights: is "0"; must be a level from 1 to 10
            66:110 rules[2].skills.Late: is "Late"; must be lower-case letters, digits and _, starting with a letter
            68:24 rules[4].queue: there is no queue nowhere; must be one of calls, dutch_calls, chats, outlet_chats, post, shop
            69:5 rules[5]: the rule does nothing; must have forbid, only, prefer, need, facts, queue, priority or skills
            70:46 rules[6].queue: the queue shop serves only in_person; must be a queue that serves one of voice, async_text: these are the only media of the routes to people that the rule still allows on its channels
        "#]],
    );
    check_text(
        &store(&[("priority: 9", "priority: high")]),
        expect![[r#"
        66:79 rules[2].priority: is the text "high"; must be a whole number
    "#]],
    );
    check_text(
        &store(&[
            (
                "app: { medium: live_text, routes: [self_service, chat, message] }",
                "app: { medium: live_text, routes: [self_service] }",
            ),
            ("channel: [web_chat, app], queue", "channel: app, queue"),
        ]),
        expect![[r#"
            67:61 rules[3].queue: the queue outlet_chats serves only live_text; must be left out: the rule allows no route to people on its channels
        "#]],
    );
}

#[test]
fn guards_and_the_last_resort() {
    check_text(
        &store(&[
            (
                "asked_for_person: [self_service, message]",
                "asked_for_person: [self_service, message, message, chat, callback, human]",
            ),
            (
                "{ route: human, queue: shop, medium: in_person }",
                "{ route: self_service, medium: [in_person, in_person] }\n  - { route: human, queue: post, medium: voice }",
            ),
            (
                "{ route: message, queue: post, cost: 2.50, resolves: 0.65, takes: 1h }",
                "{ route: message, queue: pots, cost: -2, resolves: 2, takes: x, consent: sms }",
            ),
        ]),
        expect![[r#"
            62:11 guards.asked_for_person: the guard takes away every route to people; must not list all of message, chat, callback and human: the routes that it does not list stay
            62:53 guards.asked_for_person[2]: message is there twice; must be there once
            73:5 last_resort[0].queue: the queue is missing; must be a queue of the playbook
            73:14 last_resort[0].route: a customer must always be able to leave self_service, so it is no last resort; must be message, chat, callback or human
            73:48 last_resort[0].medium[1]: in_person is there twice; must be there once
            74:28 last_resort[1].queue: human on phone is voice, and the queue post serves only async_text; must be a queue that serves voice there, or voice must be in the media of that queue
            75:30 last_resort[2].queue: there is no queue pots; did you mean post?
            75:42 last_resort[2].cost: is "-2"; must not be negative
            75:56 last_resort[2].resolves: is "2"; must be a decimal from 0 to 1 with at most 4 decimals
            75:66 last_resort[2].takes: is "x"; must be a span such as 20s, 4m, 1h30m or 7d
            75:78 last_resort[2].consent: there is no consent sms; must be one of call_back
        "#]],
    );
    let (before, _) = STORE.split_once("last_resort:").unwrap_or_default();
    for last in [
        "[]",
        "",
        "message",
        "[message]",
        "{ queue: post }",
        "{ route: message, queues: post }",
        "{ route: message, queue: post, medium: { a: b } }",
        "[{ route: message, queue: post, medium: [async_text, live_text] }]",
    ] {
        let told = super::read(&format!("{before}last_resort: {last}\n"));
        let told = told.map(|_| ()).map_err(|faults| faults.to_string());
        let expected = match last {
            "[]" => "is empty; must have at least one",
            "{ queue: post }" => "the key route is missing; must be there",
            _ => "last_resort",
        };
        assert!(
            told.as_ref().is_err_and(|told| told.contains(expected)),
            "{last}: {told:?}"
        );
    }
    check_text(
        &format!("{before}last_resort: message\n"),
        expect![[r#"
        72:14 last_resort: is string "message"; must be a mapping with route and queue, or a list of such
    "#]],
    );
    check_text(
        &format!(
            "{before}last_resort: [{{ route: message, queue: post, medium: [async_text, live_text] }}]\n"
        ),
        expect![[r#"
            72:1 last_resort: no entry is for voice, in_person; must have an entry for each medium of a channel; an entry without `medium` is for all
        "#]],
    );
    check_text(
        &format!("{before}last_resort: {{ route: human, queue: calls }}\n"),
        expect![[r#"
            72:37 last_resort.queue: human on counter is in_person, and the queue calls serves only voice; must be a queue that serves in_person there, or in_person must be in the media of that queue
        "#]],
    );
}

#[test]
fn a_default_that_is_not_there_is_the_only_fault_and_the_most_need_is_none() {
    check_text(
        &store(&[(
            "nl: dutch_calls, default: calls",
            "nl: dutch_calls, default: nowhere",
        )]),
        expect![[r#"
            32:64 routes.human.queue.default: there is no queue nowhere; must be one of calls, dutch_calls, chats, outlet_chats, post, shop
        "#]],
    );
    check_text(
        &store(&[(
            "shop, medium: in_person }",
            "shop, medium: { in_person: true } }",
        )]),
        expect![[r#"
            73:42 last_resort[0].medium: is map; must be one medium or a list of media
        "#]],
    );
    let most = super::read(&store(&[("need: 1.5", "need: 20")]));
    assert!(most.is_ok(), "{most:#?}");
}

/// The queue of a rule must serve a medium that the rule leaves.
#[test]
fn where_a_rule_leads_is_served_in_what_it_leaves() {
    let rules = |does: &str| {
        let said = super::read(&store(&[(
            "rules:\n",
            &format!("rules:\n  - {{ id: letters, channel: phone, queue: post, {does} }}\n"),
        )]));
        said.err().map(|faults| faults.to_string())
    };
    assert_eq!(rules("need: 2"), None);
    assert_eq!(rules("forbid: [human]"), None);
    assert_eq!(rules("only: [message]"), None);
    for does in [
        "forbid: [message]",
        "only: [human, callback]",
        "only: [message, human], forbid: [message]",
    ] {
        let said = rules(does).unwrap_or_default();
        assert!(
            said.contains("rules[0].queue: the queue post serves only async_text"),
            "{does}: {said}"
        );
    }
}
