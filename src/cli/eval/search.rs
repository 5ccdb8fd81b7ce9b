//! `referent eval search`

use std::path::PathBuf;

use super::sitting::as_meeting;
use crate::archive::{Archive, Query, Reader};
use crate::cli::{Exit, Failure, Printer};
use crate::eval::search::{
    DEPTH, Form, Kind, Place, PlainIndex, SearchRow, known_items, measure, sittings,
};
use crate::meeting::Fault;

/// Arguments of `referent eval search`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of sittings with known items (*.json)
    #[arg(value_name = "DIR", default_value = "../shared/eval/sittings")]
    dir: PathBuf,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
    /// Ask only every N-th query
    #[arg(long, value_name = "N", default_value_t = 1)]
    every: usize,
    /// Print the queries that the archive's own search failed, too
    #[arg(long)]
    failed: bool,
}

/// Runs the measurement and prints its table.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let sittings = sittings(&args.dir)?;
    let mut queries = known_items(&sittings);
    let mut at = 0;
    queries.retain(|_| {
        at += 1;
        at % args.every.max(1) == 0
    });
    let bug = |error: rusqlite::Error| Failure::new(Fault::Bug, error.to_string());
    let mut rows = Vec::new();
    for (name, form) in [("words", Form::Words), ("stems", Form::Stems)] {
        let index = PlainIndex::new(&sittings, form).map_err(bug)?;
        let mut find = |query: &str| index.find(query).unwrap_or_default();
        rows.extend(measure(name, &queries, &mut find).0);
    }
    let data =
        tempfile::tempdir().map_err(|error| Failure::new(Fault::Stopped, error.to_string()))?;
    let mut archive = Archive::open(data.path())?;
    for (at, sitting) in sittings.iter().enumerate() {
        let _ = archive.add(&as_meeting(&format!("sitting-{at}"), sitting))?;
    }
    archive.close()?;
    let reader = Reader::open(data.path())?;
    let mut find = |query: &str| found(&reader, query);
    let (own, failed) = measure("archive", &queries, &mut find);
    rows.extend(own);
    if args.json {
        let text = serde_json::to_string_pretty(&rows)
            .map_err(|error| Failure::new(Fault::Bug, error.to_string()))?;
        printer.data(text);
    } else {
        table(&rows, printer);
    }
    if args.failed {
        for query in failed {
            printer.note(format_args!(
                "{:<10} {} {:?}",
                query.kind.name(),
                query.query,
                query.answers
            ));
        }
    }
    Ok(Exit::Done)
}

fn found(reader: &Reader, query: &str) -> Vec<Place> {
    let query = Query { limit: 2 * DEPTH, ..Query::new(query) };
    let results = reader.search(&query).unwrap_or_default();
    let place = |hits: &crate::archive::ItemHits| {
        let sitting = hits.meeting.title.strip_prefix("sitting-")?.parse().ok()?;
        Some((sitting, hits.item.as_ref()?.number.parse().ok()?))
    };
    results.items.iter().filter_map(place).take(DEPTH).collect()
}

fn table(rows: &[SearchRow], printer: &Printer) {
    printer.data(format!("{:<10} {:>7}   {:<26}   {}", "", "", "recall@10", "nDCG@10"));
    printer.data(format!(
        "{:<10} {:>7}   {:>8} {:>8} {:>8}   {:>8} {:>8} {:>8}",
        "kind", "queries", "words", "stems", "archive", "words", "stems", "archive"
    ));
    let of =
        |finder: &str, kind: Kind| rows.iter().find(|row| row.finder == finder && row.kind == kind);
    let line = |name: &str, kinds: &[Kind]| {
        let sum = |finder: &str, value: fn(&SearchRow) -> f64| {
            let rows: Vec<&SearchRow> = kinds.iter().filter_map(|kind| of(finder, *kind)).collect();
            let queries: usize = rows.iter().map(|row| row.queries).sum();
            let all: f64 = rows.iter().map(|row| value(row) * row.queries as f64).sum();
            (queries, all / queries.max(1) as f64)
        };
        let [words, stems, archive] =
            ["words", "stems", "archive"].map(|finder| sum(finder, |row| row.recall).1);
        let gain = ["words", "stems", "archive"].map(|finder| sum(finder, |row| row.ndcg).1);
        let queries = sum("archive", |row| row.recall).0;
        printer.data(format!(
            "{name:<10} {queries:>7}   {words:>8.3} {stems:>8.3} {archive:>8.3}   {:>8.3} {:>8.3} {:>8.3}",
            gain[0], gain[1], gain[2]
        ));
    };
    for kind in Kind::ALL {
        line(kind.name(), &[kind]);
    }
    let (variants, same): (Vec<Kind>, Vec<Kind>) =
        Kind::ALL.into_iter().partition(|kind| kind.is_variant());
    line("as it is", &same);
    line("variants", &variants);
}
