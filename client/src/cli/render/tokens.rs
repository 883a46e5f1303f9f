//! Tokens of callers.

use super::lists::Listing;
use super::table::Column;
use super::words;
use crate::cli::zone::Zone;
use signpost_client::v1;

/// Tokens, in the order in which they were given. A wide list has who created and who revoked each, too.
pub(crate) fn tokens(tokens: &[v1::Token], wide: bool, zone: Zone) -> Listing {
    const COLUMNS: [(Column, bool); 9] = [
        (Column::Left("token"), false),
        (Column::Left("caller"), false),
        (Column::Left("state"), false),
        (Column::Left("expires"), false),
        (Column::Left("limits"), false),
        (Column::Left("label"), false),
        (Column::Left("created"), true),
        (Column::Left("created by"), true),
        (Column::Left("revoked by"), true),
    ];
    let rows = tokens.iter().map(|token| {
        vec![
            token.token_id.clone(),
            token.actor.clone(),
            words::token_state(token.state),
            words::time(token.expire_time.as_ref(), zone),
            limits(token),
            token.label.clone(),
            words::time(token.create_time.as_ref(), zone),
            token.created_by.clone(),
            token.revoked_by.clone(),
        ]
    });
    Listing::of(&COLUMNS, rows.collect(), wide)
}

/// What a token is that was just created.
pub(crate) fn created_token(token: &v1::Token, zone: Zone) -> String {
    let until = words::time(token.expire_time.as_ref(), zone);
    let mut text = format!("{} of {}, until {until}", token.token_id, token.actor);
    let limits = limits(token);
    if !limits.is_empty() {
        text += &format!(", limited to {limits}");
    }
    text
}

/// What a token is limited to; empty if it is not.
fn limits(token: &v1::Token) -> String {
    let kinds = [
        ("channel", &token.channels),
        ("brand", &token.brands),
        ("reason", &token.primary_reasons),
    ];
    let kinds = kinds.into_iter().filter(|(_, names)| !names.is_empty());
    let told: Vec<String> = kinds
        .map(|(kind, names)| format!("{kind} {}", names.join(" or ")))
        .collect();
    told.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::out::Paint;

    #[test]
    fn a_token_is_shown_with_its_limits() {
        let token = v1::Token {
            token_id: "token_0000000000007".to_owned(),
            role: v1::Role::Chatbot.into(),
            actor: "chatbot/webbot".to_owned(),
            label: "the bot".to_owned(),
            channels: vec!["web_chat".to_owned(), "app".to_owned()],
            primary_reasons: vec!["baggage".to_owned()],
            created_by: "admin/ann".to_owned(),
            state: v1::TokenState::Active.into(),
            ..v1::Token::default()
        };
        let mut text = created_token(&token, Zone::Utc) + "\n";
        text += &tokens(&[token], false, Zone::Utc).table(Paint::PLAIN);
        expect_test::expect![[r#"
            token_0000000000007 of chatbot/webbot, until , limited to channel web_chat or app, reason baggage
              token                caller          state   expires  limits                                   label
              token_0000000000007  chatbot/webbot  active           channel web_chat or app, reason baggage  the bot
        "#]]
        .assert_eq(&text);
    }
}
