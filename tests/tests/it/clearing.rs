//! What an amendment clears of a contact's context, over the wire.

use crate::bench::{Bench, good};
use expect_test::expect;
use signpost_client::v1;
use signpost_tests::attempt::{mask, reroute};
use signpost_tests::{Outcome, brief};
use tonic::Request;

fn amend(paths: &[&str], at: i64) -> v1::RouteContactRequest {
    let mut contact = good("call-1").at(at);
    contact.context.facts.clear();
    v1::RouteContactRequest {
        clear_mask: Some(mask(paths)),
        ..contact.route()
    }
}

async fn context(bench: &Bench) -> Outcome<v1::ContactContext> {
    let request = v1::GetContactRequest {
        contact_id: "call-1".to_owned(),
        ..Default::default()
    };
    let found = bench.server.client().get_contact(request).await?;
    let context = found.contact.and_then(|contact| contact.context);
    Ok(context.unwrap_or_default())
}

#[tokio::test]
async fn an_amendment_clears_what_it_names_and_keeps_the_rest() -> Outcome {
    let bench = Bench::new().await?;
    let client = bench.server.client();
    let mut more = good("call-1").at(2).tier("gold");
    more.context = v1::ContactContext {
        persona: "planner".to_owned(),
        language_code: "nl".to_owned(),
        sentiment_score: Some(-50),
        asked_for_person: true,
        cannot_use: vec![v1::Ability::SelfService.into()],
        ..more.context
    };
    let told = client.route_contact(more.route()).await?;
    let target = |answer: Option<v1::ContactAnswer>| match answer.and_then(|it| it.next) {
        Some(v1::contact_answer::Next::Target(target)) => target.route(),
        _ => v1::Route::Unspecified,
    };
    assert_ne!(target(told.answer), v1::Route::SelfService);
    let paths = ["asked_for_person", "cannot_use", "persona", "customer.tier"];
    let preview = v1::PreviewRouteRequest {
        contact_id: "call-1".to_owned(),
        context: amend(&paths, 3).context,
        clear_mask: Some(mask(&paths)),
        ..Default::default()
    };
    let previewed = client.preview_route(preview).await?;
    let cleared = client.route_contact(amend(&paths, 3)).await?;
    assert_eq!(target(previewed.answer), v1::Route::SelfService);
    assert_eq!(target(cleared.answer), v1::Route::SelfService);
    let after = context(&bench).await?;
    assert!(!after.asked_for_person && after.cannot_use.is_empty());
    assert_eq!(after.customer.unwrap_or_default().tier, "");
    assert_eq!(
        (after.persona.as_str(), after.language_code.as_str()),
        ("", "nl")
    );
    assert_eq!(after.sentiment_score, Some(-50));
    assert_eq!(after.facts.len(), 1, "facts stay");
    // With nothing else told, and of a contact that is decided on again.
    let again = v1::RerouteContactRequest {
        clear_mask: Some(mask(&["language_code"])),
        ..reroute("call-1", v1::AttemptOutcome::GaveUp, 4)
    };
    client.reroute_contact(again).await?;
    let after = context(&bench).await?;
    assert_eq!((after.language_code.as_str(), after.facts.len()), ("", 1));
    let case = v1::GetCaseRequest {
        case_id: bench.case_id().await?,
        ..Default::default()
    };
    let case = client.get_case(case).await?.case.unwrap_or_default();
    assert_eq!(case.person, None, "the case knows no more of the person");
    bench.server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn masks_that_clear_what_may_not_be_are_refused() -> Outcome {
    let bench = Bench::new().await?;
    let mut contacts = bench.server.contacts();
    let mut told = Vec::new();
    for paths in [
        &[][..],
        &["channel", "direction", "stated_reason", "facts", "matters"],
        &["customer", "customer.customer_id", "customer.identities"],
        &["mood", "*", "persona.", "brand", "brand"],
        &["vulnerable"],
        &["brand"; 16],
    ] {
        told.push(brief::refused(
            contacts.route_contact(amend(paths, 2)).await,
        ));
    }
    let mut both = amend(&["persona", "queue_stats"], 2);
    both.context
        .iter_mut()
        .for_each(|context| context.persona = "planner".to_owned());
    told.push(brief::refused(contacts.route_contact(both.clone()).await));
    let preview = v1::PreviewRouteRequest {
        contact_id: "call-1".to_owned(),
        context: both.context.clone(),
        clear_mask: both.clear_mask.clone(),
        ..Default::default()
    };
    told.push(brief::refused(contacts.preview_route(preview).await));
    let again = v1::RerouteContactRequest {
        context: both.context,
        clear_mask: Some(mask(&["persona", "facts"])),
        ..reroute("call-1", v1::AttemptOutcome::GaveUp, 2)
    };
    told.push(brief::refused(contacts.reroute_contact(again).await));
    expect![[r#"
        InvalidArgument
          clear_mask: must name at least one field, or be left out
        InvalidArgument:  (5 faults in all)
          clear_mask.paths[0]: cannot be cleared: every call sets it
          clear_mask.paths[1]: cannot be cleared: every call sets it
          clear_mask.paths[2]: cannot be cleared: send another value
          clear_mask.paths[3]: cannot be cleared: send the fact again, with another value or as declined
          clear_mask.paths[4]: cannot be cleared: send the matter again with its matter_id
        InvalidArgument:  (3 faults in all)
          clear_mask.paths[0]: cannot be cleared: it says who the customer is
          clear_mask.paths[1]: cannot be cleared: it says who the customer is
          clear_mask.paths[2]: cannot be cleared: it says who the customer is
        InvalidArgument:  (4 faults in all)
          clear_mask.paths[0]: must be one of customer.tier, device, stage, persona, sentiment_score,
              language_code, preferred_routes, consents, vulnerable, asked_for_person, cannot_use,
              another_matter, courtesy, brand, queue_stats
          clear_mask.paths[1]: must be one of customer.tier, device, stage, persona, sentiment_score,
              language_code, preferred_routes, consents, vulnerable, asked_for_person, cannot_use,
              another_matter, courtesy, brand, queue_stats
          clear_mask.paths[2]: must be one of customer.tier, device, stage, persona, sentiment_score,
              language_code, preferred_routes, consents, vulnerable, asked_for_person, cannot_use,
              another_matter, courtesy, brand, queue_stats
          clear_mask.paths[4]: is there twice
        InvalidArgument
          clear_mask: must not name vulnerable: only a supervisor can clear it (the metadata signpost-actor:
              supervisor/ID)
        InvalidArgument
          clear_mask.paths: must be at most 15, are 16
        InvalidArgument
          clear_mask: must not name persona, which context sets as well
        InvalidArgument
          clear_mask: must not name persona, which context sets as well
        InvalidArgument:  (2 faults in all)
          clear_mask.paths[1]: cannot be cleared: send the fact again, with another value or as declined
          clear_mask: must not name persona, which context sets as well
    "#]].assert_eq(&brief::all(&told));
    bench.unchanged().await
}

#[tokio::test]
async fn a_supervisor_clears_that_somebody_is_vulnerable() -> Outcome {
    let bench = Bench::new().await?;
    let mut contacts = bench.server.contacts();
    let mut said = amend(&["brand"], 2);
    said.clear_mask = None;
    said.context
        .iter_mut()
        .for_each(|context| context.vulnerable = Some(true));
    contacts.route_contact(said).await?;
    let mut clears = Request::new(amend(&["vulnerable"], 3));
    clears
        .metadata_mut()
        .insert("signpost-actor", "supervisor/anna".parse()?);
    contacts.route_contact(clears).await?;
    assert_eq!(context(&bench).await?.vulnerable, None);
    bench.server.finish().await?;
    Ok(())
}
