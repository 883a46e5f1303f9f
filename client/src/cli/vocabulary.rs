//! `signpost vocabulary`: prints every word that requests may name.

use super::Session;
use super::failure::Failure;
use super::form::FormArgs;
use super::render;
use clap::Args;
use signpost_client::v1;

/// The arguments of `signpost vocabulary`.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  signpost vocabulary --language nl
  signpost vocabulary --output csv > words.csv")]
pub(crate) struct VocabularyArgs {
    /// A version of the playbook [default: the live one].
    #[arg(long, value_name = "VERSION")]
    playbook: Option<String>,
    /// The language of the labels, such as nl or nl-NL [default: the playbook's first].
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,
    #[command(flatten)]
    form: FormArgs,
}

/// Prints the words.
pub(crate) async fn run(args: VocabularyArgs, session: &Session) -> Result<(), Failure> {
    let request = v1::GetVocabularyRequest {
        playbook_version: args.playbook.unwrap_or_default(),
        language_code: args.language.unwrap_or_default(),
        ..Default::default()
    };
    let response = session.client()?.get_vocabulary(request).await?;
    let words = response.vocabulary.clone().unwrap_or_default();
    let text = |_wide, paint| render::vocabulary(&words, paint);
    args.form.show(session, &response, text, || {
        render::vocabulary_listing(&words)
    })
}
