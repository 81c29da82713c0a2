//! A network that breaks: stands between a client and the server, and cuts what comes back after so many bytes.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// Cuts each connection once `most` bytes of the answer have come through; [`u64::MAX`]: never.
pub(super) struct Proxy {
    pub(super) address: String,
    most: Arc<AtomicU64>,
}

impl Proxy {
    pub(super) async fn before(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let most = Arc::new(AtomicU64::new(u64::MAX));
        let (target, limit) = (target.to_owned(), Arc::clone(&most));
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, target.clone(), limit.load(Ordering::Relaxed)));
            }
        });
        Self { address, most }
    }

    /// For connections from now on.
    pub(super) fn cut_after(&self, bytes: u64) {
        self.most.store(bytes, Ordering::Relaxed);
    }
}

async fn carry(near: TcpStream, target: String, most: u64) {
    let Ok(far) = TcpStream::connect(target).await else { return };
    let (mut from_near, mut to_near) = near.into_split();
    let (from_far, mut to_far) = far.into_split();
    let there = tokio::spawn(async move {
        let _ = tokio::io::copy(&mut from_near, &mut to_far).await;
    });
    let _ = tokio::io::copy(&mut from_far.take(most), &mut to_near).await;
    // Cut, or at its end: either way both directions are over.
    let _ = to_near.shutdown().await;
    there.abort();
}
