//! Behaviour through the public interface: the command line and the library's front doors.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::print_stdout)]

mod agenda;
mod align;
mod asr;
mod cli;
mod closed;
mod danish;
mod disk;
mod eval;
mod export;
mod fixture;
mod folder;
mod guard;
mod kill;
mod media;
mod minutes;
mod models;
mod run;
mod speech;
mod undisturbed;
