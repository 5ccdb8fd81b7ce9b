//! `referent eval search`

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::sitting::as_meeting;
use crate::archive::{Archive, Query, Reader};
use crate::cli::{Exit, Failure, Printer};
use crate::eval::search::{
    DEPTH, Form, Kind, Place, PlainIndex, SearchRow, known_items, measure, sittings,
};
use crate::meeting::Fault;
use crate::models::Store;
use crate::pipeline::Meaning;

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
    /// Search by meaning too, with this embedding model: one more row
    #[arg(long, value_name = "MODEL")]
    vectors: Option<String>,
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
    let mut meaning = match &args.vectors {
        Some(name) => Some(Meaning::open(&Store::default_location()?, name)?),
        None => None,
    };
    if let Some(meaning) = &mut meaning {
        let _ = archive.embed(meaning)?;
    }
    archive.close()?;
    let mut reader = Reader::open(data.path())?;
    let mut find = |query: &str| found(&reader, query);
    let (own, failed) = measure("archive", &queries, &mut find);
    rows.extend(own);
    let mut finders = vec!["words", "stems", "archive"];
    if let Some(meaning) = meaning {
        reader = reader.with_vectors(Arc::new(Mutex::new(meaning)));
        let mut find = |query: &str| found(&reader, query);
        rows.extend(measure("vectors", &queries, &mut find).0);
        finders.push("vectors");
    }
    if args.json {
        let text = serde_json::to_string_pretty(&rows)
            .map_err(|error| Failure::new(Fault::Bug, error.to_string()))?;
        printer.data(text);
    } else {
        table(&rows, &finders, printer);
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

fn table(rows: &[SearchRow], finders: &[&str], printer: &Printer) {
    let cells = |cells: Vec<String>| {
        cells.iter().map(|cell| format!("{cell:>8}")).collect::<Vec<_>>().join(" ")
    };
    let names = cells(finders.iter().map(ToString::to_string).collect());
    let width = names.len();
    printer.data(format!("{:<10} {:>7}   {:<width$}   {}", "", "", "recall@10", "nDCG@10"));
    printer.data(format!("{:<10} {:>7}   {names}   {names}", "kind", "queries"));
    let line = |name: &str, kinds: &[Kind]| {
        let sum = |finder: &str, value: fn(&SearchRow) -> f64| {
            let of = rows.iter().filter(|row| row.finder == finder && kinds.contains(&row.kind));
            let (queries, all) = of.fold((0, 0.0), |(queries, all), row| {
                (queries + row.queries, all + value(row) * row.queries as f64)
            });
            (queries, all / queries.max(1) as f64)
        };
        let each = |value: fn(&SearchRow) -> f64| {
            cells(finders.iter().map(|finder| format!("{:.3}", sum(finder, value).1)).collect())
        };
        let queries = sum("archive", |row| row.recall).0;
        printer.data(format!(
            "{name:<10} {queries:>7}   {}   {}",
            each(|row| row.recall),
            each(|row| row.ndcg)
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
