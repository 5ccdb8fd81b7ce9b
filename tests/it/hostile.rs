//! Every parser of foreign bytes against mutated samples. The targets and samples are those of
//! `scripts/fuzz`; here they get a fixed number of rounds without instrumentation, each target in a
//! process of its own. `REFERENT_TEST_ROUNDS=N` tries longer, `REFERENT_TEST_SEED=N` otherwise.

#[path = "../fuzz/src/lib.rs"]
mod targets;

mod closed;
mod dice;
mod markup;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::child;
use dice::Dice;
use targets::{TARGETS, Target};

const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/seeds");
/// Names the target of a child process.
const CHILD: &str = "REFERENT_TEST_TARGET";
/// Rounds of each target.
const ROUNDS: u32 = 300;
/// Longest time for one input, and most memory of a whole run, in kB.
const PATIENCE: Duration = Duration::from_secs(20);
const MEMORY: u64 = 256 << 10;

/// The samples of a target, in order of their names.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(SEEDS).join(target);
    let entries = fs_err::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs_err::read(path).unwrap()).collect()
}

/// Where the input at work lies, for whoever must look into a crash.
fn current(target: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("hostile-{target}"))
}

fn number(name: &str) -> Option<u32> {
    std::env::var(name).ok()?.parse().ok()
}

fn attack(name: &str, target: Target, rounds: u32) {
    let seeds = seeds(name);
    assert!(!seeds.is_empty(), "{name} has no seeds");
    let mut dice = Dice::new(number("REFERENT_TEST_SEED").unwrap_or(1));
    let began = Instant::now();
    for round in 0..rounds {
        // The seeds themselves come first.
        let input = match seeds.get(round as usize) {
            Some(seed) => seed.clone(),
            None if round % 2 == 0 => {
                dice.mutate_json(&seeds).unwrap_or_else(|| dice.mutate(&seeds))
            }
            None => dice.mutate(&seeds),
        };
        fs_err::write(current(name), &input).unwrap();
        let start = Instant::now();
        target(&input);
        assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    }
    let memory = child::memory();
    println!("{name}: {rounds} rounds in {:.1?}, {} MB", began.elapsed(), memory >> 10);
    // Without a parent the process is shared with other tests, and its peak is theirs too.
    assert!(memory < MEMORY || std::env::var_os(CHILD).is_none(), "{memory} kB");
}

/// The body of each child process. Without a parent it gives the seeds of one target.
#[test]
fn a_process_of_its_own_takes_one_target() {
    let wanted = std::env::var(CHILD).unwrap_or_else(|_| "captions".to_owned());
    let (name, target) = TARGETS.iter().find(|(name, _)| *name == wanted).unwrap();
    let alone = std::env::var_os(CHILD).is_none();
    let rounds = if alone { 2 } else { number("REFERENT_TEST_ROUNDS").unwrap_or(ROUNDS) };
    attack(name, *target, rounds);
}

#[test]
fn every_target_has_seeds_and_a_program_for_libfuzzer() {
    let fuzz = Path::new(SEEDS).parent().unwrap();
    let package = fs_err::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    let named = |folder: &str| {
        let entries = fs_err::read_dir(fuzz.join(folder)).unwrap();
        let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut names: Vec<String> = entries.map(|entry| stem(entry.unwrap().path())).collect();
        names.sort();
        names
    };
    let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(named("seeds"), names);
    assert_eq!(named("fuzz_targets"), names);
    for name in names {
        let program = format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"");
        assert!(package.contains(&program), "{name}");
    }
}

#[test]
fn nothing_foreign_breaks_a_parser() {
    let only = std::env::var("REFERENT_TEST_ONLY").ok();
    let names: Vec<&str> = TARGETS
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| only.as_ref().is_none_or(|only| only.split(',').any(|word| word == *name)))
        .collect();
    let next = AtomicUsize::new(0);
    let limit = Duration::from_secs(120)
        .max(Duration::from_secs(u64::from(number("REFERENT_TEST_ROUNDS").unwrap_or(0)) / 4));
    let work = || {
        let mut broken = Vec::new();
        while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
            // Without a path there is no ffmpeg to start: the parsers are ours.
            let set = [(CHILD, OsStr::new(name)), ("PATH", OsStr::new("/nowhere"))];
            match child::run("hostile::a_process_of_its_own_takes_one_target", &set, limit) {
                Ok(said) => {
                    let line = said.lines().find(|line| line.starts_with(name));
                    println!("{}", line.unwrap_or_default());
                }
                Err(why) => broken.push(format!("{}: {why}", current(name).display())),
            }
        }
        broken
    };
    let broken = std::thread::scope(|scope| {
        let workers = [scope.spawn(work), scope.spawn(work)];
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}
