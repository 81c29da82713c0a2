//! Acknowledged means on disk: there is at least one sync for each acknowledged commit.

use super::{kill, ledger::Writer, runs};
use crate::kit::{
    patient,
    process::{self, sign_in},
};
use std::{fs, process::Stdio};
use tokio::process::Command;
use wire::ContactNoteId;

#[tokio::test]
async fn each_acknowledged_note_has_been_written_through() {
    let notes = runs(100);
    if !Command::new("strace")
        .arg("-V")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .await
        .is_ok_and(|it| it.success())
    {
        println!(
            "figure: writes through for each acknowledged note: not counted, strace is not here; that SQLite is told to write \
             through (synchronous=FULL) is read back on every connection"
        );
        return;
    }
    let directory = crate::kit::directory();
    let (db, contact, conversation) = kill::template(&directory).await;
    let log = directory.path().join("calls");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-e", "trace=fsync,fdatasync", "-o"]).arg(&log).arg(process::PROGRAM);
    let (mut child, address) = process::serve_by(command, &db, &[]).await;
    let cookie = sign_in(&address).await;
    let count = || fs::read_to_string(&log).unwrap().lines().filter(|line| line.contains("sync(")).count();
    let mut writer = Writer::new(&address, &cookie, contact, conversation);
    for nth in 0..notes {
        assert!(writer.put(ContactNoteId::fresh(), &format!("note {nth}")).await);
    }
    // The signal goes to the server; strace ends with it, after writing its whole log.
    let tracer = child.id().unwrap();
    let traced = fs::read_to_string(format!("/proc/{tracer}/task/{tracer}/children")).unwrap();
    assert!(Command::new("kill").args(["-TERM", traced.trim()]).status().await.unwrap().success());
    patient(child.wait()).await.unwrap();
    let through = count();
    assert!(through >= notes, "{through} writes through for {notes} acknowledged notes");
    println!(
        "figure: writes through for each acknowledged note: {:.2} ({through} for {notes})",
        through as f64 / notes as f64
    );
}
