//! Invitations: an admin makes one, and gives its link to the person who shall join. The link's secret is told once; the database
//! has its hash.

use crate::{
    agents::{author, author_columns, role_word},
    auth_agent::{AuthAgent, role},
    change::Change,
    error::{Error, Result},
    expiry::INVITATION_VALID_FOR,
    input::{Ids, JsonBody, Query},
    secret,
    sql::{Connection, Row, malformed, sql},
    state::State,
    team::must_manage,
};
use axum::{extract, http::StatusCode};
use chrono::{DateTime, Utc};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{Invitation, InvitationId, Invited, NewInvitation, OrgId, Page, Problem, ProblemCode, text_rules::EMAIL};

/// How many an organization can have open: they are one page.
const MOST: i64 = 200;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(all)).routes(routes!(put, withdraw))
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT i.org_id, i.id, i.email, i.role, i.made_at, i.invited_by AS author_id, ",
            author_columns!(),
            " FROM invitation i JOIN agent a ON a.org_id = i.org_id AND a.id = i.invited_by WHERE ",
            $rest
        )
    };
}
const SELECT_ALL: &str = select!("i.org_id = $1 AND i.made_at > $2 ORDER BY i.made_at DESC, i.id");
const SELECT_ONE: &str = select!("i.org_id = $1 AND i.id = $2");
const SELECT_BY_TOKEN: &str = select!("i.token_hash = $1");

/// The open invitations, newest first: one page; admins may.
#[utoipa::path(get, path = "/api/v1/invitations", tag = "team", responses((status = 200, body = Page<Invitation>),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn all(
    signed: AuthAgent,
    query: Query,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Page<Invitation>>> {
    query.finish()?;
    must_manage(&signed)?;
    let mut reading = state.db().read().await?;
    let as_of = state.db().as_of(&mut reading, signed.org).await?;
    let oldest = (reading.now() - INVITATION_VALID_FOR).timestamp_millis();
    let rows = sql(SELECT_ALL).bind(signed.org.to_string()).bind(oldest).fetch_all(&mut reading).await?;
    let items = rows.iter().map(invitation).collect::<sqlx::Result<_>>()?;
    Ok(axum::Json(Page { items, next_cursor: None, as_of }))
}

/// Invite somebody; admins may. The answer has the secret of the link, this once: an id can't be put again. Another invitation
/// of the same address ends.
#[utoipa::path(put, path = "/api/v1/invitations/{id}", tag = "team", params(("id" = inline(InvitationId), Path)),
    request_body = NewInvitation, responses((status = 201, body = Invited),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn put(
    mut signed: AuthAgent,
    Ids(id): Ids<InvitationId>,
    extract::State(state): extract::State<State>,
    JsonBody(new): JsonBody<NewInvitation>,
) -> Result<(StatusCode, axum::Json<Invited>)> {
    let mut change = signed.change(state.db()).await?;
    must_manage(&signed)?;
    if !EMAIL.allows(&new.email) {
        return Err(Error::field(ProblemCode::InvalidField, "/email", "invalid"));
    }
    let email = new.email.to_lowercase();
    check(&mut change, id, &email).await?;
    let (token, org) = (secret::token(), signed.org.to_string());
    sql("DELETE FROM invitation WHERE org_id = $1 AND email = $2").bind(&org).bind(&email).execute(change.tx()).await?;
    let at = change.at().timestamp_millis();
    sql("INSERT INTO invitation (org_id, id, email, role, token_hash, invited_by, made_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)")
    .bind(&org)
    .bind(id.to_string())
    .bind(&email)
    .bind(role_word(new.role))
    .bind(secret::hash(&token))
    .bind(signed.agent.to_string())
    .bind(at)
    .execute(change.tx())
    .await?;
    let row = sql(SELECT_ONE).bind(&org).bind(id.to_string()).fetch_one(change.tx()).await?;
    let invitation = invitation(&row)?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, invitation = %id, "invited");
    Ok((StatusCode::CREATED, axum::Json(Invited { invitation, token })))
}

async fn check(change: &mut Change, id: InvitationId, email: &str) -> Result<()> {
    let org = change.org().to_string();
    let is_used = "SELECT EXISTS (SELECT 1 FROM invitation WHERE org_id = $1 AND id = $2)";
    if sql(is_used).bind(&org).bind(id.to_string()).fetch_value(change.tx()).await? {
        return Err(ProblemCode::IdReuse.into());
    }
    let is_in = "SELECT EXISTS (SELECT 1 FROM agent WHERE org_id = $1 AND email = $2 AND removed_at IS NULL)";
    if sql(is_in).bind(&org).bind(email).fetch_value(change.tx()).await? {
        return Err(Error::field(ProblemCode::InvalidField, "/email", "taken"));
    }
    let open = "SELECT COUNT(*) FROM invitation WHERE org_id = $1";
    if sql(open).bind(&org).fetch_value::<i64>(change.tx()).await? >= MOST {
        return Err(Error::field(ProblemCode::InvalidField, "/email", "too-many"));
    }
    Ok(())
}

/// Withdraw an invitation; admins may. Its link is not valid any more.
#[utoipa::path(delete, path = "/api/v1/invitations/{id}", tag = "team", params(("id" = inline(InvitationId), Path)), responses(
    (status = 204, description = "There is no such invitation."),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn withdraw(
    mut signed: AuthAgent,
    Ids(id): Ids<InvitationId>,
    extract::State(state): extract::State<State>,
) -> Result<StatusCode> {
    let mut change = signed.change(state.db()).await?;
    must_manage(&signed)?;
    end(&mut change, id).await?;
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, invitation = %id, "invitation withdrawn");
    Ok(StatusCode::NO_CONTENT)
}

/// Ends an invitation: it was accepted or withdrawn.
pub(crate) async fn end(change: &mut Change, id: InvitationId) -> Result<()> {
    let org = change.org().to_string();
    let delete = "DELETE FROM invitation WHERE org_id = $1 AND id = $2";
    sql(delete).bind(org).bind(id.to_string()).execute(change.tx()).await?;
    Ok(())
}

/// The invitation of a link, and the organization it is to. `gone` when it is not valid any more.
pub(crate) async fn of_token(reading: &mut Connection, token: &str) -> Result<(OrgId, Invitation)> {
    let row = sql(SELECT_BY_TOKEN).bind(secret::hash(token)).fetch_optional(&mut *reading).await?;
    let row = row.ok_or_else(|| Error::from(ProblemCode::Gone))?;
    let invitation = invitation(&row)?;
    if invitation.expires_at <= reading.now() {
        return Err(ProblemCode::Gone.into());
    }
    Ok((row.id("org_id")?, invitation))
}

fn invitation(row: &Row) -> sqlx::Result<Invitation> {
    let made_at: DateTime<Utc> = row.time("made_at")?;
    Ok(Invitation {
        id: row.id("id")?,
        email: row.text("email")?,
        role: role(row)?,
        invited_by: author(row)?.ok_or_else(|| malformed("invited_by"))?,
        expires_at: made_at + INVITATION_VALID_FOR,
    })
}
