//! Behaviour through the public interface: the command line and the library's front doors.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::print_stdout)]

mod agenda;
mod align;
mod approve;
mod archive;
mod asr;
mod batched;
mod child;
mod cli;
mod closed;
mod corrections;
mod danish;
mod diff;
mod disk;
mod eval;
mod export;
mod fixture;
mod folder;
mod guard;
mod hostile;
mod invented;
mod kill;
mod meaning;
mod media;
mod memory;
mod minutes;
mod models;
mod progress;
mod reliability;
mod run;
mod search;
mod server;
mod speech;
mod times;
mod undisturbed;
mod zoo;
