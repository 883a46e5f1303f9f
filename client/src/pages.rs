//! Lists, fetched page by page. The caller handles no page tokens.

use crate::client::Client;
use crate::error::ClientError;
use crate::v1;
use std::collections::VecDeque;
use std::future::Future;

/// A request for a page of a list.
pub trait List: Clone + Send {
    /// One item of the list.
    type Item: Send;

    /// Fetches this page. Gives its items, the token of the next page (empty on the last one), and the revision.
    #[doc(hidden)]
    fn ask(
        self,
        client: &Client,
    ) -> impl Future<Output = Result<(Vec<Self::Item>, String, String), ClientError>> + Send;

    /// The token that says where the page begins.
    #[doc(hidden)]
    fn page_token(&mut self) -> &mut String;

    /// The maximum number of items of the page.
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
    ListHandleConflictsRequest, HandleConflict, list_handle_conflicts, conflicts;
}

/// The items of a list. Each page is fetched when its first item is needed.
#[derive(Debug)]
pub struct Pages<L: List> {
    client: Client,
    /// The request for the next page; `None` after the last page.
    next: Option<L>,
    ready: VecDeque<L::Item>,
    /// The revision of the first page; empty until that page is fetched.
    revision: String,
}

impl Client {
    /// The list that `request` asks for, from the page of `request` to the last one. `request` is a
    /// [`v1::ListCasesRequest`], [`v1::ListContactsRequest`], [`v1::ListCustomersRequest`] or
    /// [`v1::ListHandleConflictsRequest`].
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
    /// The next page, which may be empty; `None` after the last page. If [`Pages::next`] has fetched items and not yet
    /// returned them, these items come first.
    ///
    /// # Errors
    /// See [`ClientError`]. After an error the same page can be fetched again.
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

    /// The revision that every page includes: that of the first page. Empty until the first page is fetched.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// Sets the maximum number of items of each page that is fetched from now on.
    pub fn limit_page(&mut self, size: u32) {
        self.next
            .iter_mut()
            .for_each(|request| *request.page_size() = size);
    }

    /// The token of the next page to fetch; empty if that is the first page of the list, `None` after the last page.
    pub fn next_token(&mut self) -> Option<String> {
        self.next
            .as_mut()
            .map(|request| request.page_token().clone())
    }
}
