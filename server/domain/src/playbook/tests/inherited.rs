//! Routes that are written once for many reasons, their queues, and other parts of a playbook that decisions need.

use super::{STORE, read};
use crate::playbook::limits::PRIORITY_MAX;
use crate::playbook::{
    BasisPoints, ChannelIndex, Need, Playbook, PlaybookFaults, QueueIndex, Whereabouts,
    primary_language,
};
use crate::route::{Medium, Route, RouteSet};
use crate::time::Millis;
use expect_test::expect;
use std::fmt::Write as _;

#[test]
fn a_reason_has_its_own_routes_and_what_is_above() -> Result<(), PlaybookFaults> {
    let (playbook, _) = read(STORE)?;
    let mut shown = String::new();
    for reason in &playbook.reasons {
        let _ = writeln!(shown, "{}", reason.id);
        for spec in &reason.routes {
            let flow = spec.flow.as_ref().map_or("", |flow| flow.as_str());
            let queues: Vec<&str> = spec
                .all_queues()
                .map(|queue| playbook.queue(queue).id.as_str())
                .collect();
            let _ = writeln!(
                shown,
                "  {} {flow}{} {} {} {:?} of {:?}",
                spec.route,
                queues.join(" or "),
                spec.cost,
                spec.resolves.0,
                spec.takes.map(|span| span.to_string()),
                spec.inherited
            );
        }
    }
    expect![[r#"
        order/cancel
          self_service cancel 0.05 6000 Some("2m") of Inherited { queue: Reason, flow: Reason, cost: Playbook, resolves: Playbook, takes: Reason, facts: Reason, consent: Reason }
          human shop or dutch_calls or calls 7.50 9500 None of Inherited { queue: Playbook, flow: Reason, cost: Reason, resolves: Playbook, takes: Reason, facts: Reason, consent: Reason }
          chat outlet_chats or chats or chats 4.00 9000 None of Inherited { queue: Primary, flow: Reason, cost: Primary, resolves: Primary, takes: Reason, facts: Reason, consent: Reason }
          message post 2.00 8000 Some("30m") of Inherited { queue: Playbook, flow: Reason, cost: Playbook, resolves: Primary, takes: Playbook, facts: Reason, consent: Reason }
        order/where
          self_service track 0.05 9000 None of Inherited { queue: Reason, flow: Reason, cost: Playbook, resolves: Reason, takes: Reason, facts: Reason, consent: Reason }
          chat chats 3.00 8500 None of Inherited { queue: Reason, flow: Reason, cost: Reason, resolves: Reason, takes: Reason, facts: Reason, consent: Reason }
          message post 2.00 8000 Some("30m") of Inherited { queue: Playbook, flow: Reason, cost: Playbook, resolves: Primary, takes: Playbook, facts: Reason, consent: Reason }
        account/sign_in
          message post 2.00 7000 Some("30m") of Inherited { queue: Playbook, flow: Reason, cost: Playbook, resolves: Playbook, takes: Playbook, facts: Reason, consent: Reason }
          human shop or dutch_calls or calls 6.00 9500 None of Inherited { queue: Playbook, flow: Reason, cost: Playbook, resolves: Playbook, takes: Reason, facts: Reason, consent: Reason }
    "#]].assert_eq(&shown);
    let where_is_it = &playbook.reasons[1];
    let chat = where_is_it.routes.iter().find(|it| it.route == Route::Chat);
    assert_eq!(chat.and_then(|chat| chat.consent), Some(0));
    Ok(())
}

#[test]
fn the_queue_is_the_first_that_fits() -> Result<(), PlaybookFaults> {
    let (playbook, _) = read(STORE)?;
    let leads = |reason: usize, route, channel: u16, brand, language: Option<&str>| {
        let mut specs = playbook.reasons[reason].routes.iter();
        let spec = specs.find(|spec| spec.route == route)?;
        let language = language.map(primary_language);
        let queue = spec.queue_for(Whereabouts {
            channel: Some(ChannelIndex(channel)),
            medium: Some(playbook.channels[usize::from(channel)].medium),
            brand,
            language: language.as_deref(),
        })?;
        Some(playbook.queue(queue).id.to_string())
    };
    let is = |queue: &str| Some(queue.to_owned());
    assert_eq!(leads(0, Route::Human, 0, None, None), is("calls"));
    assert_eq!(
        leads(0, Route::Human, 0, None, Some("nl-BE")),
        is("dutch_calls")
    );
    assert_eq!(leads(0, Route::Human, 4, None, Some("NL")), is("shop"));
    assert_eq!(leads(0, Route::Chat, 1, None, Some("nl")), is("chats"));
    assert_eq!(leads(0, Route::Chat, 1, Some(0), None), is("outlet_chats"));
    assert_eq!(leads(0, Route::Chat, 2, None, None), is("chats"));
    assert_eq!(leads(0, Route::SelfService, 0, None, None), None);
    Ok(())
}

/// The order of a mapping does not change the version of a playbook, so no decision may depend on it.
#[test]
fn the_order_of_a_mapping_means_nothing() -> Result<(), PlaybookFaults> {
    let written = "queue: { in_person: shop, nl: dutch_calls, default: calls }";
    let turned = "queue: { default: calls, nl: dutch_calls, in_person: shop }";
    assert!(STORE.contains(written));
    let (store, _) = read(STORE)?;
    let (other, _) = read(&STORE.replace(written, turned))?;
    assert_eq!(store.version, other.version);
    for (reason, same) in store.reasons.iter().zip(&other.reasons) {
        for (route, same) in reason.routes.iter().zip(&same.routes) {
            assert_eq!((&route.queues, route.queue), (&same.queues, same.queue));
        }
    }
    Ok(())
}

#[test]
fn languages_and_media_of_queues() -> Result<(), PlaybookFaults> {
    let (playbook, _) = read(STORE)?;
    let queue = |index| playbook.queue(QueueIndex(index));
    assert!(queue(0).speaks("en") && !queue(0).speaks("nl"));
    assert!(queue(4).speaks("fr"), "none named are any");
    assert!(queue(0).serves(Medium::Voice) && !queue(0).serves(Medium::InPerson));
    for (tag, language) in [("en-US", "en"), ("EN", "en"), ("pt_BR", "pt"), ("", "")] {
        assert_eq!(&*primary_language(tag), language);
    }
    for medium in Medium::ALL {
        assert_eq!(Medium::parse(medium.as_str()), Some(medium));
        assert_eq!(Route::SelfService.served_in(medium), None);
    }
    Ok(())
}

#[test]
fn what_is_left_out_is_what_it_was() -> Result<(), PlaybookFaults> {
    let (store, _) = read(STORE)?;
    assert_eq!(store.preferred_share, BasisPoints(2_000));
    assert_eq!(store.repeat_need, Need(1_250));
    assert_eq!(store.tiers[0].agreed_wait_cost_per_hour.to_string(), "2.00");
    assert_eq!(store.tiers[1].agreed_wait_cost_per_hour.to_string(), "0.40");
    assert_eq!(store.reasons[0].stake.to_string(), "25.00");
    assert!(store.reasons[0].deadline.is_some() && store.reasons[1].deadline.is_none());
    let people = RouteSet::from_routes(&[Route::SelfService, Route::Message]);
    assert_eq!(store.guards.asked_for_person, people);
    assert_eq!(store.guards.vulnerable, RouteSet::EMPTY);
    let rule = &store.rules[2];
    assert_eq!(rule.priority, Some(9));
    assert!(
        rule.skills
            .iter()
            .all(|(skill, level)| skill.as_str() == "nights" && *level == 3)
    );
    assert_eq!(store.rules[3].queue, Some(QueueIndex(3)));
    assert!(store.last_resort[0].is_for(Some(Medium::InPerson)));
    assert!(!store.last_resort[0].is_for(Some(Medium::Voice)));
    assert!(!store.last_resort[0].is_for(None) && store.last_resort[1].is_for(None));
    assert_eq!(store.last_resort[1].takes, Some(Millis::HOUR));

    let (small, _) = read(super::AIRLINE)?;
    let flows = RouteSet::from_routes(&[Route::SelfService]);
    assert_eq!(
        (small.guards.asked_for_person, small.guards.vulnerable),
        (flows, flows)
    );
    assert_eq!(
        (small.preferred_share, small.repeat_need),
        (BasisPoints(1_000), Need(500))
    );
    assert_eq!(small.last_resort.len(), 1);
    assert!(
        small
            .rules
            .iter()
            .all(|rule| rule.priority.is_none_or(|n| n <= PRIORITY_MAX))
    );
    Ok(())
}

#[test]
fn a_need_that_was_published_once_stays() -> Result<(), PlaybookFaults> {
    let source = super::airline(&[("need: 2.5", "need: 100"), ("need: 3.0", "need: 20.001")]);
    let told = read(&source)
        .map(|_| ())
        .map_err(|faults| faults.found.len());
    assert_eq!(told, Err(2));
    let playbook = Playbook::stored(&source)?;
    assert_eq!(playbook.reasons[2].need, Need(100_000));
    let source = super::airline(&[("contact.asked_for_person,", "contact.language == 'en-US',")]);
    assert!(read(&source).is_err());
    assert_eq!(Playbook::stored(&source)?.rules.len(), 6);
    Ok(())
}
