//! The socket: who may connect, for how long, and how the server ends.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;

use super::desk::Desk;
use super::routes;

/// Connections at one time, from all clients together. A waiting client is taken when another goes.
const CONNECTIONS: usize = 512;
/// From the first byte (or the last answer) until the whole head of a request is here.
const HEAD: Duration = Duration::from_secs(10);
/// A client that takes nothing of its answer for so long is cut, and holds no place any more. A
/// paused player asks again with a Range request when it goes on.
const STILL: Duration = Duration::from_secs(60);
/// Largest head of a request, bytes; more is answered with 431.
const LARGEST_HEAD: usize = 16 << 10;
/// How long requests that are being answered may take after the signal to stop.
const GRACE: Duration = Duration::from_secs(20);

/// Serves until `stop` resolves; then takes no more connections, and ends when the requests that are
/// being answered have their answers, at most 20 seconds later.
pub(super) async fn serve(
    listener: TcpListener,
    desk: Arc<Desk>,
    stop: impl Future<Output = ()>,
    still: Option<Duration>,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let still = still.unwrap_or(STILL);
    tokio::pin!(stop);
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer)) => attend(stream, peer, place, &desk, &graceful, still),
            // Out of file handles, or a client that was gone already: neither ends the server.
            Err(error) => {
                tracing::warn!("a connection was not accepted: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
}

/// Answers one connection in a task of its own.
fn attend(
    stream: TcpStream,
    peer: SocketAddr,
    place: OwnedSemaphorePermit,
    desk: &Arc<Desk>,
    graceful: &GracefulShutdown,
    still: Duration,
) {
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(still));
    let desk = Arc::clone(desk);
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let answer = routes::answer(Arc::clone(&desk), peer, request);
        async move { Ok::<_, std::convert::Infallible>(answer.await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD.min(still))
        .max_buf_size(LARGEST_HEAD)
        .max_headers(64)
        .serve_connection(TokioIo::new(Box::pin(stream)), service);
    let watched = graceful.watch(connection);
    tokio::spawn(async move {
        // How a connection ends is the client's matter.
        let _ = watched.await;
        drop(place);
    });
}
