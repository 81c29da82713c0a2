//! Deleted text leaves the files of a standby too.

use crate::{
    faults::{kill::begin, ledger::Writer},
    kit::{
        self,
        database::bytes_in,
        eventually,
        own_postgres::OwnPostgres,
        process::{add_acme, serve, sign_in},
    },
};
use wire::ContactNoteId;

#[tokio::test]
async fn what_was_deleted_leaves_the_files_of_a_standby_with_its_next_restartpoint() {
    let primary = OwnPostgres::start(&[], &[]).await;
    let standby = primary.standby().await;
    let address = primary.address();
    add_acme(&address).await;
    let (contact, conversation) = begin(&address).await;
    // Nothing is purged yet.
    let (mut node, at) = serve(&address, &["--undo-window-ms", "1", "--purge-ms", "600000"]).await;
    let mut writer = Writer::new(&at, &sign_in(&at).await, contact, conversation);
    let marker = kit::marker("standby");
    for nth in 0..20 {
        let id = ContactNoteId::fresh();
        assert!(writer.put(id, &format!("{marker} {}", marker.repeat(nth * 20))).await);
        assert!(writer.delete(id).await);
    }
    for server in [&primary, &standby] {
        server.execute("CHECKPOINT").await;
        assert!(bytes_in(&server.data(), marker) > 0, "the scan finds what is there");
    }
    node.kill().await.unwrap();
    let (_node, _at) = serve(&address, &["--purge-ms", "20"]).await;
    eventually(async || bytes_in(&primary.data(), marker) == 0).await;
    eventually(async || {
        // On a standby this makes a restartpoint, as `checkpoint_timeout` does.
        standby.execute("CHECKPOINT").await;
        bytes_in(&standby.data(), marker) == 0
    })
    .await;
}
