//! Behaviour through the public interface: the command line and the library's front doors.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::print_stdout)]

mod agenda;
mod align;
mod asr;
mod cli;
mod danish;
mod eval;
mod export;
mod fixture;
mod folder;
mod guard;
mod media;
mod memory;
mod minutes;
mod models;
mod progress;
mod run;
mod speech;
