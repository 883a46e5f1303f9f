//! Additional cases as those who watch see them, and on the command line.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::additional::{a_call, add_case_knowing, contact};
use signpost_tests::attempt::end;
use signpost_tests::watch::{Watch, feeds, next_events, watch_events};
use v1::ContactOutcome as Ended;

#[tokio::test]
async fn those_who_watch_see_it() -> Outcome {
    use v1::case_item::Item as OfCase;
    use v1::contact_item::Item as OfContact;
    use v1::event::Body;
    let server = a_call().await?;
    let request = v1::WatchCasesRequest::default();
    let mut cases = Watch::of(feeds(&server).watch_cases(request).await?.into_inner());
    let request = v1::WatchContactsRequest::default();
    let mut contacts = Watch::of(feeds(&server).watch_contacts(request).await?.into_inner());
    let mut events = watch_events(&server, v1::WatchEventsRequest::default()).await?;
    while !matches!(cases.item().await?.item, Some(OfCase::SnapshotEnd(_))) {}
    while !matches!(contacts.item().await?.item, Some(OfContact::SnapshotEnd(_))) {}
    let bag = ("bag_tag", "KL123456");
    let request = add_case_knowing("call-1", "baggage/lost", bag, "add", 5);
    let added = server.client().add_case_to_contact(request).await?;
    let Some(OfContact::Changed(changed)) = contacts.item().await?.item else {
        return Err("the contact did not change".into());
    };
    assert_eq!(changed, contact(&server).await?);
    assert_eq!(changed.additional_cases.len(), 1);
    let Some(OfCase::Changed(opened)) = cases.item().await?.item else {
        return Err("no case changed".into());
    };
    assert_eq!(opened, server.case(&added.case_id).await?);
    server
        .client()
        .end_contact(end("call-1", Ended::Abandoned, 6))
        .await?;
    // Both cases change by the end of the contact.
    let mut ended = Vec::new();
    for _ in 0..2 {
        let Some(OfCase::Changed(changed)) = cases.item().await?.item else {
            return Err("no case changed".into());
        };
        assert!(changed.contacts.iter().all(|contact| !contact.live));
        ended.push(changed.case_id);
    }
    ended.sort();
    assert_eq!(ended, [added.main_case_id.clone(), added.case_id.clone()]);
    let seen = next_events(&mut events, 2).await?;
    let body = |item: &v1::EventItem| match &item.item {
        Some(v1::event_item::Item::Event(event)) => event.body.clone(),
        _ => None,
    };
    let Some(Body::CaseAddedToContact(event)) = body(&seen[0]) else {
        return Err(format!("no case was added: {seen:#?}").into());
    };
    assert_eq!(
        (&event.case_id, &event.main_case_id),
        (&added.case_id, &added.main_case_id)
    );
    let Some(Body::ContactEnded(event)) = body(&seen[1]) else {
        return Err(format!("no contact ended: {seen:#?}").into());
    };
    assert_eq!(event.additional_case_ids, [added.case_id]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_adds_one_on_the_command_line() -> Outcome {
    let server = a_call().await?;
    let mut told = String::new();
    for words in [
        &[
            "contact",
            "add-case",
            "call-1",
            "--reason",
            "baggage/lost",
            "--fact",
            "bag_tag=KL1",
        ][..],
        &[
            "contact",
            "add-case",
            "call-1",
            "--reason",
            "baggage/damaged",
        ],
        &["contact", "get", "call-1"],
        &["contact", "list", "--case", "case_0000000000003"],
    ] {
        let mut words = words.to_vec();
        if words[1] == "add-case" {
            words.extend([
                "--event-time",
                "2026-03-02T09:05:00Z",
                "--request-id",
                "key",
            ]);
        }
        let came = server.signpost(&words).await?;
        told += &format!("$ {}\n{}{}", words.join(" "), came.stdout, came.stderr);
    }
    let lines: String = told
        .lines()
        // The number of a case is another one in each store.
        .filter(|line| !line.starts_with("case number"))
        .map(|line| format!("{}\n", line.trim_end()))
        .collect();
    expect![[r#"
        $ contact add-case call-1 --reason baggage/lost --fact bag_tag=KL1 --event-time 2026-03-02T09:05:00Z --request-id key
        contact call-1 · NEW case_0000000000003
          facts         bag_tag = KL1
          its own case  case_0000000000002
        $ contact add-case call-1 --reason baggage/damaged --event-time 2026-03-02T09:05:00Z --request-id key
        signpost: request_id key was used before with other content
        $ contact get call-1
        contact call-1 · self_service
          case              case_0000000000002
          additional cases  case_0000000000003 (baggage/lost NEW)
          customer          c1
          tier by           the default
          channel           phone
          stated reason     existing_flight/change_date
          facts             booking_reference = ABC123
          route             self_service
          arrived           2026-03-02T10:01:00+01:00

        contact call-1 · NEW case_0000000000002
        customer c1, tier standard, reason existing_flight/change_date, need 1.0
        at stake 2.00 EUR; if it fails: 2.68 EUR more (the best that could follow)
        → self_service, flow rebook
        known: booking_reference = ABC123

             route             cost  wait          resolves  cost is
          →  self_service  1.69 EUR  none              65 %  handling 0.05 + failure 1.64
             message       4.48 EUR  4m (assumed)      70 %  handling 2.00 + waiting 0.08 + failure 1.40 + leaving channel 1.00
             human         7.83 EUR  4m (assumed)      95 %  handling 6.00 + waiting 1.60 + failure 0.23
        why
          self_service costs 2.79 EUR less than message, mostly by handling
          no tier is known; the playbook's default was assumed
          no wait was reported for queue rebooking; the playbook's was assumed
          2 rules were not looked at: customer.vulnerable, facts.departs_at are not known (--explain all names them)
        why not
          chat: the channel does not offer it
          callback: the consent call_back is not known
        playbook a7e35638f49f, decided 2026-03-02T10:01:00+01:00
        $ contact list --case case_0000000000003
          contact  state         channel  stated reason                customer  route         outcome  recorded
          call-1   self_service  phone    existing_flight/change_date  c1        self_service           2026-03-02T10:01:00+01:00
    "#]].assert_eq(&lines);
    Ok(())
}
