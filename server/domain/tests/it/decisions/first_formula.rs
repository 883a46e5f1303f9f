//! The first formula, over all that it looks at: decisions of before are computed again by it, so what these tests
//! expect never changes.

use super::conflicts;
use super::inputs::{fired, with_rules};
use super::random::Asked;
use crate::script::{self, FIRST_DAY, Words, context};
use crate::told;
use expect_test::{Expect, expect};
use signpost_domain::customer::Profile;
use signpost_domain::decision::Formula;
use signpost_domain::route::Route;
use signpost_domain::time::Millis;

/// A question to the trips on Monday at nine: a channel, then words as in a scenario.
fn trips(line: &str) -> Asked {
    let asked = conflicts::of("trips");
    let mut words = line.split_whitespace();
    let channel = words.next().unwrap_or_default();
    let words = Words::of(words);
    words.refuse_unknown(Some(&asked.playbook));
    let context = context(channel, &words, Some(&asked.playbook), FIRST_DAY);
    let reason = context.reason.clone();
    let reason = reason.unwrap_or_else(|| script::reason("flight/change"));
    let tier = context.customer.tier.clone();
    let tier = tier.unwrap_or_else(|| script::slug("gold"));
    let mut asked = Asked {
        reason: asked.playbook.index.reasons[&reason],
        tier: asked.playbook.index.tiers[&tier],
        context,
        ..asked
    };
    asked.standing.now = FIRST_DAY + Millis(9 * Millis::HOUR.0);
    asked
}

fn first(asked: &Asked) -> String {
    let decided = asked.decided_by(Formula::First);
    let mut said = told::decision(&decided.decision);
    if !decided.missing.is_empty() {
        let missing = decided.missing.iter();
        let missing = missing.map(|fact| asked.playbook.fact(*fact).id.as_str());
        said += &format!("asks {}\n", missing.collect::<Vec<_>>().join(", "));
    }
    said
}

fn check(lines: &[&str], expect: Expect) {
    let said = lines.iter().map(|line| {
        format!(
            "{line}\n  {}\n",
            first(&trips(line)).trim_end().replace('\n', "\n  ")
        )
    });
    expect.assert_eq(&said.collect::<String>());
}

#[test]
fn each_reason_why_a_route_is_not_taken() {
    check(
        &[
            "phone booking=ABC123",
            "web_chat refuse=call_back",
            "web_chat reason=bags/lost",
            "web_chat vulnerable",
            "web_chat brand=express",
            "phone reason=club/leave tier=platinum",
        ],
        expect![[r#"
            phone booking=ABC123
              self_service(rebook) 6.35 = 0.05 + 0.00 + 6.30 + 0.00 + 0.00 + 0.00 (None wait 0s)
              human(desk) 9.70 = 6.00 + 3.00 + 0.70 + 0.00 + 0.00 + 0.00 (Unknown wait 2m)
              message(writers) 11.78 = 2.00 + 3.38 + 5.40 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)
              not chat not on the channel, callback unknown call_back
              noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers)
            web_chat refuse=call_back
              self_service(rebook) 6.35 = 0.05 + 0.00 + 6.30 + 0.00 + 0.00 + 0.00 (None wait 0s)
              chat(desk) 8.90 = 4.10 + 3.00 + 1.80 + 0.00 + 0.00 + 0.00 (Unknown wait 2m)
              human(desk) 10.81 = 6.00 + 3.00 + 0.81 + 1.00 + 0.00 + 0.00 (Unknown wait 2m)
              message(writers) 11.78 = 2.00 + 3.38 + 5.40 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)
              not callback without call_back
              noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers)
              asks booking
            web_chat reason=bags/lost
              human(desk) 20.38 = 7.00 + 7.50 + 4.88 + 1.00 + 0.00 + 0.00 (Unknown wait 2m)
              message(writers) 26.74 = 2.50 + 8.44 + 14.80 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)
              not self_service not of the reason, chat not of the reason, callback not of the reason
              noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), wait_assumed(desk), wait_assumed(writers)
              asks bag_tag
            web_chat vulnerable
              human(desk) 7.81 = 6.00 + 3.00 + 0.81 + 1.00 + 0.00 + -3.00 (Unknown wait 2m)
              chat(desk) 8.90 = 4.10 + 3.00 + 1.80 + 0.00 + 0.00 + 0.00 (Unknown wait 2m)
              message(writers) 11.78 = 2.00 + 3.38 + 5.40 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)
              not self_service forbidden by vulnerable, callback unknown call_back
              by vulnerable
              noticing fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers)
              asks booking
            web_chat brand=express
              self_service(rebook) 4.95 = 0.05 + 0.00 + 4.90 + 0.00 + 0.00 + 0.00 (None wait 0s)
              message(writers) 9.99 = 2.00 + 3.38 + 3.62 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)
              not chat not left by express_writes, callback not left by express_writes, human not left by express_writes
              by express_writes
              noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(writers)
              asks booking
            phone reason=club/leave tier=platinum
              human(desk) 17.00 = 5.00 + 8.00 + 4.00 + 0.00 + 0.00 + 0.00 (Unknown wait 2m)
              not self_service not of the reason, message forbidden by not_in_writing, chat not of the reason, callback not of the reason
              by not_in_writing
              noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), wait_assumed(desk)
        "#]],
    );
    let mut asked = trips("web_chat consent=call_back");
    asked.standing.needs_person = true;
    expect![[r#"
          chat(desk) 8.93 = 4.10 + 3.00 + 1.83 + 0.00 + 0.00 + 0.00 (Unknown wait 2m)
          callback(desk) 8.95 = 6.30 + 0.75 + 0.90 + 1.00 + 0.00 + 0.00 (Unknown wait 2m)
          human(desk) 10.92 = 6.00 + 3.00 + 0.92 + 1.00 + 0.00 + 0.00 (Unknown wait 2m)
          message(writers) 11.87 = 2.00 + 3.38 + 5.49 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)
          not self_service asked for a person
          by asked_for_a_person
          noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers)
          asks booking
    "#]].assert_eq(&first(&asked));
    let mut asked = trips("web_chat consent=call_back");
    asked.standing.now = FIRST_DAY;
    expect![[r#"
          self_service(rebook) 4.95 = 0.05 + 0.00 + 4.90 + 0.00 + 0.00 + 0.00 (None wait 0s)
          message(writers) 9.99 = 2.00 + 3.38 + 3.62 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)
          not chat closed desk, callback closed desk, human closed desk
          noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(writers)
          asks booking
    "#]].assert_eq(&first(&asked));
}

/// What was given and what is stored, by itself: nothing that the case remembers, and languages as they are written.
#[test]
fn what_rules_see() {
    let mut asked = with_rules();
    asked.context.language = Some("nl".into());
    asked.context.persona = Some(script::slug("hurried"));
    asked.profile = Some(Profile {
        language: Some("de".into()),
        persona: Some(script::slug("planner")),
        ..Profile::default()
    });
    let of_language = |asked: &Asked| {
        let mut fired = fired(asked, Formula::First);
        fired.retain(|rule| rule.contains("language") || rule.contains("persona"));
        fired
    };
    assert_eq!(
        of_language(&asked),
        ["persona", "stored_persona", "language", "stored_language"]
    );
    asked.context.language = Some("NL-be".into());
    assert_eq!(
        of_language(&asked),
        ["persona", "stored_persona", "stored_language"]
    );
    asked.context.language = None;
    assert_eq!(
        of_language(&asked),
        ["persona", "stored_persona", "stored_language"]
    );

    let mut stored = trips("web_chat");
    stored.profile = Some(Profile {
        vulnerable: Some(true),
        ..Profile::default()
    });
    assert_eq!(fired(&stored, Formula::First), ["vulnerable"]);
    let told = trips("web_chat not_vulnerable asked_for_person");
    stored.context = told.context;
    assert_eq!(fired(&stored, Formula::First), ["asked_for_a_person"]);
    let mut sent_back = trips("web_chat");
    sent_back.standing.needs_person = true;
    assert_eq!(fired(&sent_back, Formula::First), ["asked_for_a_person"]);
    assert_eq!(fired(&trips("web_chat"), Formula::First), [""; 0]);
}

#[test]
fn a_desk_without_staff_still_calls_back() {
    check(
        &["phone consent=call_back staffed:desk=0"],
        expect![[r#"
            phone consent=call_back staffed:desk=0
              self_service(rebook) 6.46 = 0.05 + 0.00 + 6.41 + 0.00 + 0.00 + 0.00 (None wait 0s)
              callback(desk) 7.75 = 6.30 + 0.75 + 0.70 + 0.00 + 0.00 + 0.00 (Unknown wait 2m)
              message(writers) 11.87 = 2.00 + 3.38 + 5.49 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)
              not chat not on the channel, human nobody in desk
              noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers)
              asks booking
        "#]],
    );
}

#[test]
fn what_the_customer_and_rules_prefer_is_taken_off_and_leaving_the_channel_is_put_on() {
    check(
        &[
            "web_chat consent=call_back prefer=human,callback",
            "web_chat consent=call_back vulnerable prefer=message",
            "email consent=call_back",
        ],
        expect![[r#"
            web_chat consent=call_back prefer=human,callback
              self_service(rebook) 6.46 = 0.05 + 0.00 + 6.41 + 0.00 + 0.00 + 0.00 (None wait 0s)
              callback(desk) 6.95 = 6.30 + 0.75 + 0.90 + 0.00 + -1.00 + 0.00 (Unknown wait 2m)
              human(desk) 7.92 = 6.00 + 3.00 + 0.92 + 0.00 + -2.00 + 0.00 (Unknown wait 2m)
              chat(desk) 8.93 = 4.10 + 3.00 + 1.83 + 0.00 + 0.00 + 0.00 (Unknown wait 2m)
              message(writers) 11.87 = 2.00 + 3.38 + 5.49 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)
              noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers)
              asks booking
            web_chat consent=call_back vulnerable prefer=message
              human(desk) 7.92 = 6.00 + 3.00 + 0.92 + 1.00 + 0.00 + -3.00 (Unknown wait 2m)
              message(writers) 8.87 = 2.00 + 3.38 + 5.49 + 0.00 + -2.00 + 0.00 (Unknown wait 45m)
              chat(desk) 8.93 = 4.10 + 3.00 + 1.83 + 0.00 + 0.00 + 0.00 (Unknown wait 2m)
              callback(desk) 8.95 = 6.30 + 0.75 + 0.90 + 1.00 + 0.00 + 0.00 (Unknown wait 2m)
              not self_service forbidden by vulnerable
              by vulnerable
              noticing fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers)
              asks booking
            email consent=call_back
              self_service(rebook) 6.46 = 0.05 + 0.00 + 6.41 + 0.00 + 0.00 + 0.00 (None wait 0s)
              callback(desk) 8.75 = 6.30 + 0.75 + 0.70 + 1.00 + 0.00 + 0.00 (Unknown wait 2m)
              message(writers) 10.87 = 2.00 + 3.38 + 5.49 + 0.00 + 0.00 + 0.00 (Unknown wait 45m)
              not chat not on the channel, human not on the channel
              noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers)
              asks booking
        "#]],
    );
}

#[test]
fn a_wait_is_what_is_reported_or_follows_from_the_line_or_is_assumed() {
    check(
        &[
            "phone consent=call_back wait:desk=10m",
            "phone staffed:desk=2 waiting:desk=3",
            "phone staffed:desk=2 waiting:desk=0 available:desk=1",
            "phone staffed:desk=2 waiting:desk=0 available:desk=0",
            "phone staffed:desk=2 available:desk=1",
            "phone waiting:desk=3",
            "phone waiting:writers=0 available:writers=2",
        ],
        expect![[r#"
            phone consent=call_back wait:desk=10m
              self_service(rebook) 6.46 = 0.05 + 0.00 + 6.41 + 0.00 + 0.00 + 0.00 (None wait 0s)
              callback(desk) 10.95 = 6.30 + 3.75 + 0.90 + 0.00 + 0.00 + 0.00 (Reported wait 10m)
              message(writers) 11.87 = 2.00 + 3.38 + 5.49 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)
              human(desk) 21.92 = 6.00 + 15.00 + 0.92 + 0.00 + 0.00 + 0.00 (Reported wait 10m)
              not chat not on the channel
              noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(writers)
              asks booking
            phone staffed:desk=2 waiting:desk=3
              self_service(rebook) 6.35 = 0.05 + 0.00 + 6.30 + 0.00 + 0.00 + 0.00 (None wait 0s)
              message(writers) 11.78 = 2.00 + 3.38 + 5.40 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)
              human(desk) 24.70 = 6.00 + 18.00 + 0.70 + 0.00 + 0.00 + 0.00 (Estimated wait 12m)
              not chat not on the channel, callback unknown call_back
              noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(writers)
              asks booking
            phone staffed:desk=2 waiting:desk=0 available:desk=1
              self_service(rebook) 6.35 = 0.05 + 0.00 + 6.30 + 0.00 + 0.00 + 0.00 (None wait 0s)
              human(desk) 6.70 = 6.00 + 0.00 + 0.70 + 0.00 + 0.00 + 0.00 (Estimated wait 0s)
              message(writers) 11.78 = 2.00 + 3.38 + 5.40 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)
              not chat not on the channel, callback unknown call_back
              noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(writers)
              asks booking
            phone staffed:desk=2 waiting:desk=0 available:desk=0
              self_service(rebook) 6.35 = 0.05 + 0.00 + 6.30 + 0.00 + 0.00 + 0.00 (None wait 0s)
              human(desk) 11.20 = 6.00 + 4.50 + 0.70 + 0.00 + 0.00 + 0.00 (Estimated wait 3m)
              message(writers) 11.78 = 2.00 + 3.38 + 5.40 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)
              not chat not on the channel, callback unknown call_back
              noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(writers)
              asks booking
            phone staffed:desk=2 available:desk=1
              self_service(rebook) 6.35 = 0.05 + 0.00 + 6.30 + 0.00 + 0.00 + 0.00 (None wait 0s)
              human(desk) 9.70 = 6.00 + 3.00 + 0.70 + 0.00 + 0.00 + 0.00 (Unknown wait 2m)
              message(writers) 11.78 = 2.00 + 3.38 + 5.40 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)
              not chat not on the channel, callback unknown call_back
              noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers)
              asks booking
            phone waiting:desk=3
              self_service(rebook) 6.35 = 0.05 + 0.00 + 6.30 + 0.00 + 0.00 + 0.00 (None wait 0s)
              human(desk) 9.70 = 6.00 + 3.00 + 0.70 + 0.00 + 0.00 + 0.00 (Unknown wait 2m)
              message(writers) 11.78 = 2.00 + 3.38 + 5.40 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)
              not chat not on the channel, callback unknown call_back
              noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers)
              asks booking
            phone waiting:writers=0 available:writers=2
              self_service(rebook) 6.35 = 0.05 + 0.00 + 6.30 + 0.00 + 0.00 + 0.00 (None wait 0s)
              message(writers) 8.40 = 2.00 + 0.00 + 5.40 + 1.00 + 0.00 + 0.00 (Estimated wait 0s)
              human(desk) 9.70 = 6.00 + 3.00 + 0.70 + 0.00 + 0.00 + 0.00 (Unknown wait 2m)
              not chat not on the channel, callback unknown call_back
              noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk)
              asks booking
        "#]],
    );
    let mut asked = trips("phone staffed:desk=2 waiting:desk=3");
    asked.context.queue_stats[0].handle_time = Some(Millis(60_000));
    expect![[r#"
          self_service(rebook) 6.35 = 0.05 + 0.00 + 6.30 + 0.00 + 0.00 + 0.00 (None wait 0s)
          human(desk) 9.70 = 6.00 + 3.00 + 0.70 + 0.00 + 0.00 + 0.00 (Estimated wait 2m)
          message(writers) 11.78 = 2.00 + 3.38 + 5.40 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)
          not chat not on the channel, callback unknown call_back
          noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(writers)
          asks booking
    "#]].assert_eq(&first(&asked));
}

/// Nothing is left; the last resort is by the wait of its own queue, whatever else is reported.
#[test]
fn the_last_resort_waits_for_its_own_queue() {
    let all_gone = |line: &str| {
        let asked = trips(line);
        let asked = asked.under(|playbook, reason| {
            let routes = &mut playbook.reasons[usize::from(reason.0)].routes;
            routes.retain(|spec| spec.route == Route::SelfService);
        });
        first(&asked)
    };
    let said = [
        "phone vulnerable wait:desk=3m wait:writers=70m",
        "phone vulnerable wait:desk=3m",
    ]
    .map(all_gone);
    expect![[r#"
          message(writers) 0.00 = 0.00 + 0.00 + 0.00 + 0.00 + 0.00 + 0.00 (Reported wait 1h10m)
          not self_service forbidden by vulnerable, message not of the reason, chat not of the reason, callback not of the reason, human not of the reason
          by vulnerable
          noticing fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), last_resort
          asks booking
          message(writers) 0.00 = 0.00 + 0.00 + 0.00 + 0.00 + 0.00 + 0.00 (Unknown wait 45m)
          not self_service forbidden by vulnerable, message not of the reason, chat not of the reason, callback not of the reason, human not of the reason
          by vulnerable
          noticing fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), last_resort
          asks booking
    "#]].assert_eq(&said.concat());
}
