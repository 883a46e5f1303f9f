//! Lists page by page: each call asks for the next one, and nobody handles tokens.

use crate::client::Client;
use crate::error::ClientError;
use crate::v1;
use std::collections::VecDeque;
use std::future::Future;

/// A request for a page of a list.
pub trait List: Clone + Send {
    /// What is listed.
    type Item: Send;

    /// Asks for this page: its items, the token of the next one, empty at the end, and the revision.
    #[doc(hidden)]
    fn ask(
        self,
        client: &Client,
    ) -> impl Future<Output = Result<(Vec<Self::Item>, String, String), ClientError>> + Send;

    /// Where the page begins.
    #[doc(hidden)]
    fn page_token(&mut self) -> &mut String;

    /// Most items of the page.
    #[doc(hidden)]
    fn page_size(&mut self) -> &mut u32;
}

macro_rules! lists {
    ($($request:ident, $item:ident, $call:ident, $items:ident;)+) => {
        $(impl List for v1::$request {
            type Item = v1::$item;

            async fn ask(
                self,
                client: &Client,
            ) -> Result<(Vec<v1::$item>, String, String), ClientError> {
                let answer = client.$call(self).await?;
                Ok((answer.$items, answer.next_page_token, answer.revision))
            }

            fn page_token(&mut self) -> &mut String {
                &mut self.page_token
            }

            fn page_size(&mut self) -> &mut u32 {
                &mut self.page_size
            }
        })+
    };
}

lists! {
    ListCasesRequest, Case, list_cases, cases;
    ListContactsRequest, Contact, list_contacts, contacts;
    ListCustomersRequest, Customer, list_customers, customers;
}

/// The items of a list, fetched a page at a time as they are asked for.
#[derive(Debug)]
pub struct Pages<L: List> {
    client: Client,
    /// The next page; `None` after the last.
    next: Option<L>,
    ready: VecDeque<L::Item>,
    /// The revision of the first page.
    revision: String,
}

impl Client {
    /// The list that `request` asks for, from its page on to the end: of [`v1::ListCasesRequest`],
    /// [`v1::ListContactsRequest`] or [`v1::ListCustomersRequest`].
    pub fn pages<L: List>(&self, request: L) -> Pages<L> {
        Pages {
            client: self.clone(),
            next: Some(request),
            ready: VecDeque::new(),
            revision: String::new(),
        }
    }
}

impl<L: List> Pages<L> {
    /// The next page, which may be empty; `None` after the last one. Items that [`Pages::next`] fetched and did not
    /// give yet come first.
    ///
    /// # Errors
    /// As [`ClientError`] says; the same page can be asked for again.
    pub async fn page(&mut self) -> Result<Option<Vec<L::Item>>, ClientError> {
        if !self.ready.is_empty() {
            return Ok(Some(self.ready.drain(..).collect()));
        }
        let Some(request) = &self.next else {
            return Ok(None);
        };
        let (items, token, revision) = request.clone().ask(&self.client).await?;
        if self.revision.is_empty() {
            self.revision = revision;
        }
        match token.as_str() {
            "" => self.next = None,
            _ => self
                .next
                .iter_mut()
                .for_each(|request| request.page_token().clone_from(&token)),
        }
        Ok(Some(items))
    }

    /// The next item; `None` at the end of the list.
    ///
    /// # Errors
    /// As [`Pages::page`].
    pub async fn next(&mut self) -> Result<Option<L::Item>, ClientError> {
        while self.ready.is_empty() {
            match self.page().await? {
                Some(items) => self.ready = items.into(),
                None => return Ok(None),
            }
        }
        Ok(self.ready.pop_front())
    }

    /// The revision that all pages show for sure: that of the first one. Empty before it was fetched.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// Asks for at most so many items a page from now on.
    pub fn limit_page(&mut self, size: u32) {
        self.next
            .iter_mut()
            .for_each(|request| *request.page_size() = size);
    }

    /// The token of the page that was not fetched yet; `None` after the last one.
    pub fn next_token(&mut self) -> Option<String> {
        self.next
            .as_mut()
            .map(|request| request.page_token().clone())
    }
}
