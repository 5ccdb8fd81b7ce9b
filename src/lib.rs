//! Referent turns the recording of a Danish council meeting into a transcript, aligned minutes and
//! captions, on the machine where it runs.
//!
//! The rooms follow the way of the data: [`media`] → [`speech`] → [`asr`] → [`align`] (with
//! [`agenda`]) → [`minutes`] → [`export`]; [`folder`] keeps what they make, [`models`] provides
//! what they need, [`meeting`] holds the values that travel. Rooms know `meeting` (and `danish`)
//! and nothing else of each other; [`pipeline`] joins them.

pub mod agenda;
pub mod align;
pub mod archive;
pub mod asr;
pub mod cli;
pub mod corrections;
pub mod danish;
pub mod embedding;
pub mod eval;
pub mod export;
pub mod folder;
pub mod media;
pub mod meeting;
pub mod minutes;
pub mod models;
pub mod pipeline;
pub mod server;
pub mod speech;
