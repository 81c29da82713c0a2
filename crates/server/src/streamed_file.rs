//! A file that is written while it is sent, piece by piece: a long one takes no memory.

use crate::error::{Error, Result};
use bytes::Bytes;
use futures::{Stream, stream};
use tokio::sync::mpsc;
use wire::ProblemCode;

/// Takes the pieces of a file.
#[derive(Clone)]
pub(crate) struct Pieces(mpsc::Sender<Result<Bytes>>);

impl Pieces {
    /// Waits until the piece before was taken.
    ///
    /// # Errors
    /// `gone` when nobody reads the file any more.
    pub(crate) async fn send(&self, piece: String) -> Result<()> {
        self.0.send(Ok(Bytes::from(piece))).await.map_err(|_| Error::from(ProblemCode::Gone))
    }
}

/// The file that `write` sends. After an error there are no more pieces.
pub(crate) fn streamed<W>(write: impl FnOnce(Pieces) -> W) -> impl Stream<Item = Result<Bytes>> + Send + 'static
where
    W: Future<Output = Result<()>> + Send + 'static,
{
    let (pieces, written) = mpsc::channel(1);
    let writing = write(Pieces(pieces.clone()));
    tokio::spawn(async move {
        if let Err(error) = writing.await {
            // Fails when nobody reads the file any more.
            let _ = pieces.send(Err(error)).await;
        }
    });
    stream::unfold(written, async |mut written| Some((written.recv().await?, written)))
}
