//! `referent eval scale`: what an archive of many meetings costs.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};

use super::sitting::as_meeting;
use crate::archive::{Archive, Query, Reader, STORE};
use crate::cli::{Exit, Failure, Printer};
use crate::eval::search::{Crowd, known_items, sittings};
use crate::meeting::Fault;

/// Arguments of `referent eval scale`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of sittings with known items (*.json)
    #[arg(value_name = "DIR", default_value = "../shared/eval/sittings")]
    dir: PathBuf,
    /// Meetings of the archive
    #[arg(long, value_name = "N", default_value_t = 10)]
    meetings: usize,
    /// Queries to ask, spread over all kinds
    #[arg(long, value_name = "N", default_value_t = 500)]
    queries: usize,
    /// Make the archive here and keep it [default: a temporary folder]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Makes the archive, asks the queries, prints what it cost.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let failed = |error: std::io::Error| Failure::new(Fault::Stopped, error.to_string());
    let sittings = sittings(&args.dir)?;
    let queries: Vec<String> =
        known_items(&sittings).into_iter().map(|known| known.query).collect();
    let temporary = tempfile::tempdir().map_err(failed)?;
    let data = args.data.as_deref().unwrap_or(temporary.path());

    let (begun, cpu) = (Instant::now(), cpu_seconds());
    let mut words = 0;
    let mut archive = Archive::open(data)?;
    let crowd = Crowd::new(&sittings);
    for n in 0..args.meetings {
        let Some(sitting) = crowd.nth(n) else { break };
        words += sitting.turns.iter().map(|t| t.noisy.split_whitespace().count()).sum::<usize>();
        let _ = archive.add(&as_meeting(&format!("Møde {n}"), &sitting))?;
    }
    archive.close()?;
    let (wall, cpu) = (begun.elapsed().as_secs_f64(), since(cpu));
    let peak = peak_memory();
    let size = fs_err::metadata(data.join(STORE)).map_err(failed)?.len();

    let reader = Reader::open(data)?;
    let stride = queries.len().div_ceil(args.queries.max(1)).max(1);
    let (mut walls, mut cpus, mut found) = (Vec::new(), Vec::new(), 0);
    for query in queries.iter().step_by(stride) {
        let (begun, cpu) = (Instant::now(), cpu_seconds());
        found += usize::from(reader.search(&Query::new(query.as_str()))?.found > 0);
        walls.push(begun.elapsed().as_secs_f64());
        cpus.extend(since(cpu));
    }
    let row = json!({
        "schema": "referent/scale/1", "meetings": args.meetings, "words": words,
        "index_seconds": wall, "index_cpu_seconds": cpu, "bytes": size, "peak_memory_bytes": peak,
        "queries": walls.len(), "answered": found,
        "search_ms": percentiles(walls), "search_cpu_ms": percentiles(cpus),
    });
    if args.json {
        printer.data(row);
    } else {
        show(&row, printer);
    }
    Ok(Exit::Done)
}

fn show(row: &Value, printer: &Printer) {
    let Some(fields) = row.as_object() else { return };
    for (name, value) in fields.iter().skip(1) {
        printer.data(format_args!("{name:<18} {value}"));
    }
}

/// Milliseconds within which that many per cent lie.
fn percentiles(mut seconds: Vec<f64>) -> Value {
    seconds.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let place = ((seconds.len() as f64 * share).ceil() as usize).saturating_sub(1);
        seconds.get(place).map(|seconds| (seconds * 1e5).round() / 100.0)
    };
    json!({"p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": at(1.0)})
}

/// CPU time of this thread, seconds, where the system tells it (Linux, in nanoseconds).
fn cpu_seconds() -> Option<f64> {
    let text = fs_err::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

fn since(before: Option<f64>) -> Option<f64> {
    Some(cpu_seconds()? - before?)
}

/// Largest resident memory of this process so far, bytes (Linux).
fn peak_memory() -> Option<u64> {
    let status = fs_err::read_to_string(Path::new("/proc/self/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}
