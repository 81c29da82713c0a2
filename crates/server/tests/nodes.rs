//! Several servers over one database: what one changes is heard and obeyed at the others, in one order.

use crate::{
    kit::{Client, Node, Stream, World, patient},
    visitor,
};
use futures::future::join_all;
use serde_json::json;
use sidenote_server::{agents, change::EventKind, db, sql::sql};
use std::collections::BTreeSet;
use wire::{ContactNoteId, OrgId, Seq, paths};

/// The agent's stream at another server.
async fn stream_at(agent: &Client, node: &Node) -> Stream {
    let mut stream = agent.through(&node.app).stream(paths::EVENTS).await;
    stream.until("hello").await;
    stream
}

#[tokio::test]
async fn what_an_agent_does_on_one_node_is_heard_on_another() {
    let world = World::new().await;
    let node = Node::beside(&world).await;
    let (maya, sam) = (world.maya().await, world.sam().await);
    let mut stream = stream_at(&maya, &node).await;
    for body in ["First", "Second"] {
        sam.add_note(world.acme.ana, world.acme.ana_chat, body).await;
        assert_eq!(stream.until("contact-note-added").await.data["note"]["body"], body);
    }
    let mut here = maya.stream(paths::EVENTS).await;
    here.until("hello").await;
    sam.through(&node.app).add_note(world.acme.ana, world.acme.ana_chat, "Third").await;
    for stream in [&mut stream, &mut here] {
        assert_eq!(stream.until("contact-note-added").await.data["note"]["body"], "Third");
    }
    node.stop().await;
}

#[tokio::test]
async fn who_is_removed_or_signs_out_on_one_node_hears_nothing_more_on_another() {
    let world = World::new().await;
    let node = Node::beside(&world).await;
    let (maya, sam, kim) = (world.maya().await, world.sam().await, world.kim().await);
    let mut stays = stream_at(&maya, &node).await;
    let mut end = [stream_at(&sam, &node).await, stream_at(&kim, &node).await];
    sam.delete(paths::SESSION).await.expect(204);
    agents::remove(world.db(), "kim@acme.test").await.unwrap();
    for stream in &mut end {
        while let Some(heard) = stream.next().await {
            assert_ne!(heard.event, "contact-note-added");
        }
    }
    maya.add_note(world.acme.ana, world.acme.ana_chat, "x").await;
    stays.until("contact-note-added").await;
}

#[tokio::test]
async fn a_stream_that_ended_goes_on_at_another_node_where_it_was() {
    let world = World::new().await;
    let node = Node::beside(&world).await;
    let (maya, sam) = (world.maya().await, world.sam().await);
    let mut stream = stream_at(&maya, &node).await;
    sam.add_note(world.acme.ana, world.acme.ana_chat, "Before").await;
    let last = stream.until("contact-note-added").await.id.unwrap();
    node.stop().await;
    sam.add_note(world.acme.ana, world.acme.ana_chat, "Between").await;
    let mut stream = maya.with("last-event-id", &last).stream(paths::EVENTS).await;
    sam.add_note(world.acme.ana, world.acme.ana_chat, "After").await;
    for body in ["Between", "After"] {
        assert_eq!(stream.until("contact-note-added").await.data["note"]["body"], body);
    }
}

#[tokio::test]
async fn a_visitors_chat_goes_on_at_another_node_from_the_first_message_to_the_erasure() {
    let world = World::new().await;
    let node = Node::beside(&world).await;
    let visitor = visitor::visitor(&world).await;
    let mut stream = visitor.through(&node.app).stream(visitor::EVENTS).await;
    stream.until("hello").await;
    visitor::write(&visitor, "Hello").await;
    assert_eq!(stream.until("message-added").await.data["message"]["body"], "Hello");
    let maya = world.maya().await;
    let conversation = visitor::conversation(&maya).await;
    visitor::reply(&maya, conversation.id, "Good morning").await;
    assert_eq!(stream.until("message-added").await.data["message"]["body"], "Good morning");
    maya.delete(&paths::contact(conversation.contact.id)).await.expect(200);
    while stream.next().await.is_some() {}
}

/// The positions in the log, and the organization's own, as of one moment.
async fn log(node: &db::Db, org: OrgId) -> (Vec<Seq>, Seq) {
    let mut reading = node.read().await.unwrap();
    let head = db::head(&mut reading, org).await.unwrap();
    let select = sql("SELECT seq FROM event WHERE org_id = $1 ORDER BY seq").bind(org.to_string());
    let rows = select.fetch_all(&mut reading).await.unwrap();
    (rows.iter().map(|row| row.seq("seq").unwrap()).collect(), head)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_writers_on_three_nodes_write_one_order_and_no_reader_sees_a_gap() {
    const WRITERS: usize = 50;
    const NOTES: usize = 4;
    let world = World::new().await;
    let nodes = join_all((0..2).map(|_| Node::beside(&world))).await;
    let sam = world.sam().await;
    let at = [sam.clone(), sam.through(&nodes[0].app), sam.through(&nodes[1].app)];
    let mut stream = stream_at(&sam, &nodes[0]).await;
    let (_, start) = log(world.db(), world.acme.org).await;
    let writers = (0..WRITERS).map(|nth| {
        let (writer, contact, conversation) = (at[nth % 3].clone(), world.acme.ana, world.acme.ana_chat);
        tokio::spawn(async move {
            for _ in 0..NOTES {
                let id = ContactNoteId::fresh();
                let new = json!({ "body": "x", "conversation_id": conversation });
                // A node that is busy says so, and the same id again is the same note.
                while writer.put(&paths::contact_note(contact, id), new.clone()).await.status == 503 {}
            }
        })
    });
    let writing = tokio::spawn(join_all(writers.collect::<Vec<_>>()));
    let mut seen = BTreeSet::new();
    while !writing.is_finished() {
        for db in [world.db(), nodes[0].db(), nodes[1].db()] {
            let (log, head) = log(db, world.acme.org).await;
            assert_eq!(log, (1..=head).collect::<Vec<_>>(), "a position without its event");
            assert!(seen.last().is_none_or(|seen| *seen <= head), "a node is behind what another has shown");
            seen.insert(head);
        }
    }
    for written in writing.await.unwrap() {
        written.unwrap();
    }
    let notes = (WRITERS * NOTES) as Seq;
    let (_, end) = log(world.db(), world.acme.org).await;
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_note").await, i64::try_from(notes).unwrap());
    // A stream tells the log in its order.
    let mut last = start;
    while last < end {
        let heard = stream.next().await.unwrap();
        if heard.id.is_some() {
            assert!(heard.seq() > last, "{heard:?}");
            last = heard.seq();
        }
    }
}

/// Two requests at the same time, each at another node, of a client each.
async fn race(world: &World, node: &Node, tries: usize, mut one: impl AsyncFnMut(ContactNoteId, Client, Client)) {
    let (here, there) = (world.sam().await, world.sam().await.through(&node.app));
    for nth in 0..tries {
        let (first, second) = if nth % 2 == 0 { (&here, &there) } else { (&there, &here) };
        patient(one(ContactNoteId::fresh(), first.clone(), second.clone())).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_note_and_its_deletion_on_two_nodes_one_comes_first() {
    let world = World::new().await;
    let node = Node::beside(&world).await;
    let (contact, conversation) = (world.acme.ana, world.acme.ana_chat);
    race(&world, &node, 100, async |id, first, second| {
        let path = paths::contact_note(contact, id);
        let new = json!({ "body": "x", "conversation_id": conversation });
        let (added, deleted) = tokio::join!(
            tokio::spawn({
                let path = path.clone();
                async move { first.put(&path, new).await }
            }),
            tokio::spawn({
                let path = path.clone();
                async move { second.delete(&path).await }
            }),
        );
        let (added, deleted) = (added.unwrap(), deleted.unwrap());
        let came_first = (added.status, deleted.status);
        assert!([(201, 200), (410, 204)].contains(&came_first), "{added:?} {deleted:?}");
    })
    .await;
    // A deletion that came first leaves a tombstone and no note; one that came second leaves both until the undo window ends.
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_note_tombstone").await, 100);
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_note WHERE deleted_at IS NULL").await, 0);
    let doubled = "SELECT COUNT(*) FROM contact_note n JOIN contact_note_tombstone t \
        ON t.org_id = n.org_id AND t.id = n.id WHERE t.restorable_until IS NULL";
    assert_eq!(world.count(doubled).await, 0, "a note was added after its deletion");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_note_on_two_nodes_at_once_is_one_note() {
    let world = World::new().await;
    let node = Node::beside(&world).await;
    let (contact, conversation) = (world.acme.ana, world.acme.ana_chat);
    race(&world, &node, 100, async |id, first, second| {
        let add = |client: Client| {
            let new = json!({ "body": "x", "conversation_id": conversation });
            tokio::spawn(async move { client.put(&paths::contact_note(contact, id), new).await.status })
        };
        let (first, second) = tokio::join!(add(first), add(second));
        let statuses = BTreeSet::from([first.unwrap(), second.unwrap()]);
        assert_eq!(statuses, BTreeSet::from([200, 201]));
    })
    .await;
    assert_eq!(world.count("SELECT COUNT(*) FROM contact_note").await, 100);
}

#[tokio::test]
async fn a_change_begins_when_the_one_before_has_ended_on_whatever_node() {
    let world = World::new().await;
    let node = Node::beside(&world).await;
    let mut here = world.db().change(world.acme.org).await.unwrap();
    let there = node.db().change(world.acme.org);
    let mut there = std::pin::pin!(there);
    assert!(futures::poll!(&mut there).is_pending());
    let seq = here.next_seq().await.unwrap();
    here.event(EventKind::ContactChanged, world.acme.ana, None, None).await.unwrap();
    here.commit().await.unwrap();
    assert_eq!(patient(there).await.unwrap().next_seq().await.unwrap(), seq + 1);
}
