//! The Danish language: words, numbers, dates, parties. Known to every room, knows none.
//!
//! Everything here is made for two kinds of Danish at once: the written one of agendas (`25/8841`,
//! `4,2 mio. kr.`, `den 1. marts`) and the spoken one that recognition returns, often damaged
//! (`fire komma to millioner kroner`, `første marts`, `enheds listen`).

pub mod dates;
pub mod lix;
pub mod normalise;
pub mod numerals;
pub mod parties;
pub mod words;
