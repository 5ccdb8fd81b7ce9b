//! Behaviour through the public interface: the command line and the library's front doors.

mod agenda;
mod align;
mod asr;
mod cli;
mod danish;
mod eval;
mod export;
mod fixture;
mod folder;
mod media;
mod minutes;
mod models;
mod run;
