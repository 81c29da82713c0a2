//! A network that breaks: a proxy between a client and the server that cuts the answer after some bytes.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// Cuts each connection after `most` bytes of the answer; [`u64::MAX`]: never.
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

    /// For later connections.
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
    // It was cut, or it has ended: both directions are closed.
    let _ = to_near.shutdown().await;
    there.abort();
}
