//! `referent serve`

use std::net::SocketAddr;
use std::sync::atomic::Ordering;

use super::args::Data;
use super::job::stop_on_signals;
use super::{Exit, Failure, Printer};
use crate::archive::Reader;
use crate::models::Store;
use crate::pipeline::meaning_of;
use crate::server::{Server, Settings};

/// Arguments of `referent serve`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    data: Data,
    /// Address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The address by which the world knows the site, when a proxy stands in front
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Requests to the API that one client may make in a minute
    #[arg(long, value_name = "N", default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    api_per_minute: u32,
    /// Take the client's address from X-Forwarded-For; only behind a proxy that writes it
    #[arg(long)]
    behind_proxy: bool,
    /// Seconds after which a connection is cut on which nothing moves
    #[arg(long, value_name = "SECONDS", hide = true, value_parser = clap::value_parser!(u64).range(1..=3600))]
    still: Option<u64>,
}

/// Serves until a signal says stop; then the requests in flight get their answers.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let stop = stop_on_signals()?;
    let settings = Settings {
        listen: args.listen,
        base_url: args.base_url.clone(),
        api_per_minute: args.api_per_minute,
        behind_proxy: args.behind_proxy,
        still: args.still.map(std::time::Duration::from_secs),
    };
    let data = args.data.folder()?;
    let meaning = meaning_of(&Reader::open(&data)?, &Store::default_location()?)?;
    printer.warnings(&meaning.warnings);
    let server = Server::open(&data, &settings, meaning.value)?;
    printer.data(format_args!("http://{}/", server.address()));
    printer.note("The archive is open for reading at this address. Ctrl-C ends it.");
    server.run(|| stop.load(Ordering::Relaxed));
    printer.note("Every request that was begun has its answer; the server has ended.");
    Ok(Exit::Done)
}
