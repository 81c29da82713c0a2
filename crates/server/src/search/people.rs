//! Finds contacts by what of them is searched, and by a part of a phone number.

use super::{Found, Wanted};
use crate::{
    contacts,
    db::int,
    error::Result,
    search_index,
    search_text::snippet,
    sql::{Connection, sql},
};
use std::ops::Range;
use wire::{ContactHit, ContactId, Seq, Snippet};

/// So many contacts are read for a page at most.
const MOST_READ: usize = 400;

pub(super) async fn find(reading: &mut Connection, wanted: &Wanted<'_>) -> Result<Found<ContactHit>> {
    let (mut hits, mut before, mut read) = (Vec::new(), wanted.before, 0);
    let at_once = u32::try_from(wanted.limit + 1).unwrap_or(u32::MAX);
    loop {
        let seqs = search_index::find_contacts(reading, wanted.org, wanted.query, before, at_once).await?;
        let is_last = seqs.len() < at_once as usize;
        for seq in seqs {
            if let Some(hit) = hit(reading, wanted, seq).await? {
                if hits.len() == wanted.limit {
                    return Ok((hits, Some(before)));
                }
                hits.push(hit);
            }
            (before, read) = (seq, read + 1);
        }
        if is_last {
            return Ok((hits, None));
        }
        if read >= MOST_READ {
            return Ok((hits, Some(before)));
        }
    }
}

async fn hit(reading: &mut Connection, wanted: &Wanted<'_>, seq: Seq) -> Result<Option<ContactHit>> {
    let row = sql("SELECT id FROM contact WHERE org_id = $1 AND seq = $2")
        .bind(wanted.org.to_string())
        .bind(int(seq))
        .fetch_optional(&mut *reading)
        .await?;
    let Some(id) = row.map(|row| row.id::<ContactId>("id")).transpose()? else { return Ok(None) };
    let Some((_, details)) = contacts::searched(reading, wanted.org, id).await? else { return Ok(None) };
    let Some(hits) = wanted.query.contact_hits(&details) else { return Ok(None) };
    Ok(Some(shown(id, seq, &details, &hits)))
}

/// The name, and beside it the first other detail with a hit, or the first one.
fn shown(id: ContactId, seq: Seq, details: &[String], hits: &[Vec<Range<usize>>]) -> ContactHit {
    let others = || details.iter().zip(hits).skip(1);
    let beside = others().find(|(_, hits)| !hits.is_empty()).or_else(|| others().next());
    ContactHit {
        id,
        name: Snippet { text: details[0].clone(), highlights: places(&hits[0]) },
        snippet: beside.map_or_else(Snippet::default, |(detail, hits)| snippet(detail, hits)),
        seq,
    }
}

fn places(hits: &[Range<usize>]) -> Vec<(u32, u32)> {
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    hits.iter().map(|hit| (place(hit.start), place(hit.end))).collect()
}
