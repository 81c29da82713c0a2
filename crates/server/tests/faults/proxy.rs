//! A network that breaks: a proxy before a server.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// Carries what it gets, unless it is told to break something.
pub(crate) struct Proxy {
    pub(crate) address: String,
    /// Each connection is cut after so many bytes of the answer; [`u64::MAX`]: never.
    most: Arc<AtomicU64>,
    target: Arc<Mutex<String>>,
    is_silent: watch::Sender<bool>,
}

impl Proxy {
    pub(crate) async fn before(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (most, target) = (Arc::new(AtomicU64::new(u64::MAX)), Arc::new(Mutex::new(target.to_owned())));
        let (is_silent, silence) = watch::channel(false);
        let (limit, aim) = (Arc::clone(&most), Arc::clone(&target));
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let target = aim.lock().unwrap().clone();
                tokio::spawn(carry(near, target, limit.load(Ordering::Relaxed), silence.clone()));
            }
        });
        Self { address, most, target, is_silent }
    }

    /// For later connections.
    pub(crate) fn cut_after(&self, bytes: u64) {
        self.most.store(bytes, Ordering::Relaxed);
    }

    /// Later connections lead to another server.
    pub(crate) fn lead_to(&self, target: &str) {
        target.clone_into(&mut self.target.lock().unwrap());
    }

    /// Nothing comes through in either direction, and no connection is closed, until this is taken back: then it comes.
    pub(crate) fn be_silent(&self, is_silent: bool) {
        self.is_silent.send_replace(is_silent);
    }
}

async fn carry(near: TcpStream, target: String, most: u64, silence: watch::Receiver<bool>) {
    let Ok(far) = TcpStream::connect(target).await else { return };
    let ((from_near, mut to_near), (from_far, mut to_far)) = (near.into_split(), far.into_split());
    let silent_there = silence.clone();
    let there = tokio::spawn(async move { pass(from_near, &mut to_far, silent_there).await });
    pass(from_far.take(most), &mut to_near, silence).await;
    // It was cut, or it has ended: both directions are closed.
    let _ = to_near.shutdown().await;
    there.abort();
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    to: &mut (impl AsyncWrite + Unpin),
    mut silence: watch::Receiver<bool>,
) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if silence.wait_for(|is_silent| !is_silent).await.is_err() || to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
