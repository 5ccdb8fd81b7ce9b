//! The models room: fetching over a bad line, refusing what is not pinned, converting.

mod conversion;
mod fetching;
mod listing;
mod server;
mod weights;
