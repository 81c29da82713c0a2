//! Typed requests to the server. Beside `live.rs` the only file that knows about HTTP.

use crate::error::ApiError;
use gloo_net::http::{Method, RequestBuilder, Response};
use serde::{Serialize, de::DeserializeOwned};
use std::{pin::Pin, sync::Arc};
use wire::{
    Activity, Contact, ContactId, ContactNote, ContactNoteId, ContactPatch, Conversation, ConversationId,
    ConversationNote, ConversationNoteId, ConversationPatch, ConversationQuery, Me, Message, MessageId, NewContactNote,
    NewConversationNote, NewMessage, NoteBody, NotesPage, Page, Position, Problem, ProblemCode, ReadMark, Seq,
    Settings, SettingsPatch, SignIn, Tag,
    json::{self, Json},
    paths,
};

/// The most items a page may hold.
const PAGE: u32 = 100;
/// A request that has brought nothing after this long counts as lost.
const TIMEOUT_MS: u32 = 30_000;

/// Where the server is. Requests carry the agent's cookie.
#[derive(Clone)]
pub struct Api {
    base: Arc<str>,
}

type Answer<T> = Result<T, ApiError>;

impl Api {
    /// `base`: the origin of the server without a slash at its end; empty for this page's own.
    #[must_use]
    pub fn new(base: &str) -> Self {
        Self { base: base.trim_end_matches('/').into() }
    }

    pub async fn sign_in(&self, email: String, password: String) -> Answer<()> {
        self.send_json(Method::POST, paths::SESSION, &SignIn { email, password }).await?;
        Ok(())
    }

    pub async fn sign_out(&self) -> Answer<()> {
        self.send(Method::DELETE, paths::SESSION).await?;
        Ok(())
    }

    pub async fn me(&self) -> Answer<Me> {
        self.get(paths::ME).await
    }

    pub async fn change_settings(&self, patch: &SettingsPatch) -> Answer<Settings> {
        let me: Me = read(self.send_json(Method::PATCH, paths::ME, patch).await?)?;
        Ok(me.settings)
    }

    pub async fn conversations(&self, query: &ConversationQuery, cursor: Option<&str>) -> Answer<Page<Conversation>> {
        self.get(&paths::conversations(query, cursor, PAGE)).await
    }

    pub async fn conversation(&self, id: ConversationId) -> Answer<Conversation> {
        self.get(&paths::conversation(id)).await
    }

    pub async fn change_conversation(&self, id: ConversationId, patch: &ConversationPatch) -> Answer<Conversation> {
        read(self.send_json(Method::PATCH, &paths::conversation(id), patch).await?)
    }

    pub async fn mark_read(&self, id: ConversationId, seq: Seq) -> Answer<()> {
        self.send_json(Method::PUT, &paths::conversation_read(id), &ReadMark { seq }).await?;
        Ok(())
    }

    pub async fn messages(&self, id: ConversationId, cursor: Option<&str>) -> Answer<Page<Message>> {
        self.get(&paths::messages(id, cursor)).await
    }

    pub async fn send_message(&self, id: ConversationId, message: MessageId, body: NoteBody) -> Answer<Message> {
        read(self.send_json(Method::PUT, &paths::message(id, message), &NewMessage { body }).await?)
    }

    pub async fn conversation_notes(&self, id: ConversationId, cursor: Option<&str>) -> Answer<Page<ConversationNote>> {
        self.get(&paths::conversation_notes(id, cursor)).await
    }

    pub async fn add_conversation_note(
        &self,
        id: ConversationId,
        note: ConversationNoteId,
        body: NoteBody,
    ) -> Answer<ConversationNote> {
        let path = paths::conversation_note(id, note);
        read(self.send_json(Method::PUT, &path, &NewConversationNote { body }).await?)
    }

    pub async fn delete_conversation_note(&self, id: ConversationId, note: ConversationNoteId) -> Answer<()> {
        self.send(Method::DELETE, &paths::conversation_note(id, note)).await?;
        Ok(())
    }

    pub async fn restore_conversation_note(
        &self,
        id: ConversationId,
        note: ConversationNoteId,
    ) -> Answer<ConversationNote> {
        read(self.send(Method::POST, &paths::conversation_note_restore(id, note)).await?)
    }

    pub async fn contact(&self, id: ContactId) -> Answer<Contact> {
        self.get(&paths::contact(id)).await
    }

    /// Changes a contact, if it is still at the version `rev`.
    pub async fn change_contact(&self, id: ContactId, patch: &ContactPatch, rev: Seq) -> Answer<Contact> {
        let request = self.request(Method::PATCH, &paths::contact(id)).header("If-Match", &format!("\"{rev}\""));
        read(perform(request, serde_json::to_string(patch).ok()).await?)
    }

    pub async fn add_tag(&self, id: ContactId, tag: &str) -> Answer<()> {
        self.send(Method::PUT, &paths::contact_tag(id, tag)).await?;
        Ok(())
    }

    pub async fn remove_tag(&self, id: ContactId, tag: &str) -> Answer<()> {
        self.send(Method::DELETE, &paths::contact_tag(id, tag)).await?;
        Ok(())
    }

    pub async fn tags(&self) -> Answer<Page<Tag>> {
        self.get(paths::TAGS).await
    }

    pub async fn contact_conversations(&self, id: ContactId, cursor: Option<&str>) -> Answer<Page<Conversation>> {
        self.get(&paths::contact_conversations(id, cursor)).await
    }

    pub async fn contact_activity(&self, id: ContactId, cursor: Option<&str>) -> Answer<Page<Activity>> {
        self.get(&paths::contact_activity(id, cursor)).await
    }

    pub async fn contact_notes(&self, id: ContactId, cursor: Option<&str>) -> Answer<NotesPage<ContactNote>> {
        self.get(&paths::contact_notes(id, cursor, PAGE)).await
    }

    pub async fn add_contact_note(
        &self,
        id: ContactId,
        note: ContactNoteId,
        new: &NewContactNote,
    ) -> Answer<ContactNote> {
        read(self.send_json(Method::PUT, &paths::contact_note(id, note), new).await?)
    }

    pub async fn delete_contact_note(&self, id: ContactId, note: ContactNoteId) -> Answer<()> {
        self.send(Method::DELETE, &paths::contact_note(id, note)).await?;
        Ok(())
    }

    pub async fn restore_contact_note(&self, id: ContactId, note: ContactNoteId) -> Answer<ContactNote> {
        read(self.send(Method::POST, &paths::contact_note_restore(id, note)).await?)
    }

    pub async fn mark_notes_seen(&self, id: ContactId, seq: Seq) -> Answer<()> {
        self.send_json(Method::PUT, &paths::contact_notes_seen(id), &ReadMark { seq }).await?;
        Ok(())
    }

    /// Opens the live stream, after a position if one is given.
    pub(crate) async fn open_events(&self, after: Option<&Position>, abort: &web_sys::AbortSignal) -> Answer<Response> {
        let mut request = self.request(Method::GET, paths::EVENTS).abort_signal(Some(abort));
        if let Some(position) = after {
            request = request.header("Last-Event-ID", &position.to_string());
        }
        let response = request.send().await.map_err(|_| ApiError::Offline)?;
        if response.ok() { Ok(response) } else { Err(refusal(response).await) }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Answer<T> {
        read(self.call(Method::GET, path, None).await?)
    }

    /// Sends a request that has no body.
    fn send(&self, method: Method, path: &str) -> Pending {
        self.call(method, path, None)
    }

    fn send_json(&self, method: Method, path: &str, body: &impl Serialize) -> Pending {
        self.call(method, path, serde_json::to_string(body).ok())
    }

    fn call(&self, method: Method, path: &str, body: Option<String>) -> Pending {
        perform(self.request(method, path), body)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        // Without this header a change is refused: no other site's page can set it.
        RequestBuilder::new(&format!("{}{path}", self.base)).method(method).header("X-Sidenote", "1")
    }
}

/// A request under way. Boxed, and its answer not yet of a type: the app is downloaded, and one such machine for all
/// requests is a fraction of one for each.
type Pending = Pin<Box<dyn Future<Output = Answer<Json>>>>;

fn perform(request: RequestBuilder, body: Option<String>) -> Pending {
    Box::pin(async move {
        let timeout = web_sys::AbortSignal::timeout_with_u32(TIMEOUT_MS);
        let request = request.abort_signal(Some(&timeout));
        let response = match body {
            Some(body) => {
                let request = request.header("Content-Type", "application/json").body(body);
                request.map_err(|_| ApiError::Unreadable)?.send().await
            }
            None => request.send().await,
        };
        let response = response.map_err(|_| ApiError::Offline)?;
        if !response.ok() {
            return Err(refusal(response).await);
        }
        // A body that breaks off is a lost answer; one that is whole and no JSON is not.
        let text = response.text().await.map_err(|_| ApiError::Offline)?;
        if text.is_empty() { Ok(Json::Null) } else { Json::read(&text).map_err(|_| ApiError::Unreadable) }
    })
}

fn read<T: DeserializeOwned>(answer: Json) -> Answer<T> {
    json::from_json(answer).map_err(|_| ApiError::Unreadable)
}

async fn refusal(response: Response) -> ApiError {
    let retry_after = response.headers().get("Retry-After").and_then(|seconds| seconds.parse().ok());
    let status = response.status();
    let text = response.text().await.unwrap_or_default();
    let problem = match json::from_str::<Problem>(&text) {
        Ok(problem) => problem,
        // A proxy's own page, say: its status is all there is to go by.
        Err(_) => Problem { status, ..Problem::new(ProblemCode::Internal) },
    };
    ApiError::Refused { problem: Box::new(problem), retry_after }
}
