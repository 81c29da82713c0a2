//! What a merge changed of the contact who stays, so that it can be taken back: stored with the merge, as JSON.

use crate::{
    change::Change,
    error::Result,
    sql::{malformed, sql},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use wire::{Contact, ContactId, ContactPatch};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Undo {
    /// The details that the merge changed, as they were, and as it left them.
    before: ContactPatch,
    after: ContactPatch,
    /// The tags that came with the merged contact, and the ids of the lists.
    tags: Vec<String>,
    lists: Vec<String>,
    /// Whether the flags came with the merged contact.
    blocked: bool,
    unsubscribed: bool,
}

/// The tags or lists of the contact `$2` that the contact `$3` doesn't have.
macro_rules! new_labels {
    ($table:literal, $column:literal) => {
        concat!(
            "SELECT ",
            $column,
            " AS label FROM ",
            $table,
            " t WHERE t.org_id = $1 AND t.contact_id = $2 AND NOT EXISTS \
             (SELECT 1 FROM ",
            $table,
            " o WHERE o.org_id = $1 AND o.contact_id = $3 AND o.",
            $column,
            " = t.",
            $column,
            ") ORDER BY 1"
        )
    };
}

/// Deletes a tag or list `$3` of the contact `$2`, unless another contact who is merged into them has it.
macro_rules! delete_label {
    ($table:literal, $column:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE org_id = $1 AND contact_id = $2 AND ",
            $column,
            " = $3 AND NOT EXISTS \
             (SELECT 1 FROM ",
            $table,
            " o JOIN contact_merge x ON x.org_id = o.org_id AND x.contact_id = o.contact_id \
             WHERE o.org_id = $1 AND x.root_id = $2 AND o.",
            $column,
            " = $3)"
        )
    };
}

/// The statements for the labels in one table.
struct Labels {
    select_new: &'static str,
    insert: &'static str,
    delete: &'static str,
}

const TAGS: Labels = Labels {
    select_new: new_labels!("contact_tag", "tag"),
    insert: "INSERT INTO contact_tag (org_id, contact_id, tag) VALUES ($1, $2, $3)",
    delete: delete_label!("contact_tag", "tag"),
};
const LISTS: Labels = Labels {
    select_new: new_labels!("contact_list_member", "list_id"),
    insert: "INSERT INTO contact_list_member (org_id, contact_id, list_id) VALUES ($1, $2, $3)",
    delete: delete_label!("contact_list_member", "list_id"),
};

/// Whether a contact who is merged into the contact `$2` has a flag.
const SELECT_FLAGS: &str = "SELECT COUNT(CASE WHEN c.blocked THEN 1 END) AS blocked, \
    COUNT(CASE WHEN c.unsubscribed THEN 1 END) AS unsubscribed \
    FROM contact_merge x JOIN contact c ON c.org_id = x.org_id AND c.id = x.contact_id \
    WHERE x.org_id = $1 AND x.root_id = $2";

impl Undo {
    /// For a merge that changes the details and flags of a contact in this way.
    pub(super) fn of(before: &Contact, after: &Contact) -> Self {
        Self {
            before: ContactPatch::between(after, before),
            after: ContactPatch::between(before, after),
            tags: Vec::new(),
            lists: Vec::new(),
            blocked: after.blocked && !before.blocked,
            unsubscribed: after.unsubscribed && !before.unsubscribed,
        }
    }

    /// Gives the contact who stays the tags and lists of the other one, and remembers which.
    pub(super) async fn adding_labels(self, change: &mut Change, from: ContactId, into: ContactId) -> Result<Self> {
        let (tags, lists) = (add(change, &TAGS, from, into).await?, add(change, &LISTS, from, into).await?);
        Ok(Self { tags, lists, ..self })
    }

    /// Takes tags and lists off the contact who stayed. Returns the contact with the details that they had, apart from those
    /// that were changed since.
    pub(super) async fn carry_out(&self, change: &mut Change, now: &Contact) -> Result<Contact> {
        let org = change.org().to_string();
        for (labels, gone) in [(&TAGS, &self.tags), (&LISTS, &self.lists)] {
            for label in gone {
                sql(labels.delete).bind(&org).bind(now.id.to_string()).bind(label).execute(change.tx()).await?;
            }
        }
        let others = sql(SELECT_FLAGS).bind(&org).bind(now.id.to_string()).fetch_one(change.tx()).await?;
        let mut then = now.clone();
        self.unchanged(now).apply(&mut then);
        then.blocked &= !self.blocked || others.seq("blocked")? > 0;
        then.unsubscribed &= !self.unsubscribed || others.seq("unsubscribed")? > 0;
        Ok(then)
    }

    /// Of the details as they were, those that are still as the merge left them.
    fn unchanged(&self, now: &Contact) -> ContactPatch {
        let (before, after, now) = (fields(&self.before), fields(&self.after), fields(now));
        let kept = before.into_iter().filter(|(name, _)| after.get(name) == now.get(name));
        serde_json::from_value(Value::Object(kept.collect())).unwrap_or_default()
    }

    pub(super) fn write(&self) -> String {
        serde_json::to_string(self).expect("strings and flags can be written as JSON")
    }

    pub(super) fn read(text: &str) -> sqlx::Result<Self> {
        serde_json::from_str(text).map_err(|_| malformed("undo"))
    }
}

fn fields(of: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(of) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

async fn add(change: &mut Change, labels: &Labels, from: ContactId, into: ContactId) -> Result<Vec<String>> {
    let org = change.org().to_string();
    let rows =
        sql(labels.select_new).bind(&org).bind(from.to_string()).bind(into.to_string()).fetch_all(change.tx()).await?;
    let new: Vec<String> = rows.iter().map(|row| row.text("label")).collect::<sqlx::Result<_>>()?;
    for label in &new {
        sql(labels.insert).bind(&org).bind(into.to_string()).bind(label).execute(change.tx()).await?;
    }
    Ok(new)
}
